"""Every path from one value to the root: which nodes it runs through, and the product along it."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Names, Value, paths
from autograd.stepping.steps import factor
from autograd.text.format import number

__all__ = ["on_a_path", "products"]

_SPELLED_OUT = 4
_ROUTE = 60  # characters


def on_a_path(order: Sequence[Value], start: Value) -> set[int]:
    """The places in ``order`` (a topological order) of the nodes that ``start`` is part of."""
    reached: set[int] = set()
    found: set[int] = set()
    for i, node in enumerate(order):
        if node is start or any(id(parent) in reached for parent in node.parents):
            reached.add(id(node))
            found.add(i)
    return found


def products(root: Value, start: Value, names: Names) -> list[str]:
    """The chain rule from ``start`` to the root, a line a path, and their sum.

    >>> a = Value(3.0, label="a")
    >>> c = a * a + 2 * a
    >>> c.label = "c"
    >>> for line in products(c, a, Names(c)):
    ...     print(line)
    a → a² → c:  3 · 1 = 3
    a → a² → c:  3 · 1 = 3
    a → 2·a → c:  2 · 1 = 2
    ∂c/∂a = 3 + 3 + 2 = 8
    """
    found = paths(root, start, names)
    derivative, total = f"∂{names[root]}/∂{names[start]}", number(found.total)
    if start is root or not found:
        return [f"{derivative} = {total}"]
    if found.count is None or found.count > _SPELLED_OUT:
        many = f"about 10^{found.log10:.1f}" if found.count is None else f"{found.count:,}"
        return [f"{derivative} = {total}, the sum over {many} paths"]
    ways = list(found)
    lines = [f"{' · '.join(map(factor, way.locals))} = {number(way.product)}" for way in ways]
    if len(ways) == 1:
        return [f"{derivative} = {lines[0]}"]
    routes = [" → ".join(names[node] for node in way.nodes) for way in ways]
    if max(map(len, routes)) <= _ROUTE:
        lines = [f"{route}:  {line}" for route, line in zip(routes, lines)]
    return [*lines, f"{derivative} = {' + '.join(factor(way.product) for way in ways)} = {total}"]
