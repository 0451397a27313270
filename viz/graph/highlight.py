"""Every path from one value to the root: which nodes it runs through, and the product along it."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Value
from viz.style import number

__all__ = ["on_a_path", "products"]

_SPELLED_OUT = 4


def on_a_path(order: Sequence[Value], start: Value) -> set[int]:
    """The places in ``order`` (a topological order) of the nodes that ``start`` is part of."""
    reached: set[int] = set()
    found: set[int] = set()
    for i, node in enumerate(order):
        if node is start or any(id(parent) in reached for parent in node.parents):
            reached.add(id(node))
            found.add(i)
    return found


def products(order: Sequence[Value], start: Value, name: str, root: str) -> list[str]:
    """The chain rule from ``start`` to the root, a line a path, and their sum.

    >>> from autograd import topological_order
    >>> a = Value(3.0)
    >>> c = a * a + 2 * a
    >>> products(topological_order(c), a, "a", "c")
    ['3 · 1 = 3', '3 · 1 = 3', '2 · 1 = 2', '∂c/∂a = 3 + 3 + 2 = 8']
    """
    on = on_a_path(order, start)
    nodes = [order[i] for i in sorted(on)]
    inside = {id(node) for node in nodes}
    count = {id(start): 1}
    slope = {id(start): 1.0}
    uses: dict[int, list[tuple[Value, float]]] = {}
    for node in nodes:
        for parent, local in zip(node.parents, node.partials):
            if id(parent) in inside and node is not start:
                count[id(node)] = count.get(id(node), 0) + count[id(parent)]
                slope[id(node)] = slope.get(id(node), 0.0) + local * slope[id(parent)]
                uses.setdefault(id(parent), []).append((node, float(local)))
    last = order[-1]
    total = f"∂{root}/∂{name}"
    many = count.get(id(last), 0)
    if start is last or not many:
        return [f"{total} = {1 if start is last else 0}"]
    if many > _SPELLED_OUT:
        return [f"{total} = {number(slope[id(last)], 4)}, the sum over {many:,} paths"]
    lines, sums = [], []
    stack: list[tuple[Value, list[float]]] = [(start, [])]
    while stack:
        node, along = stack.pop()
        if node is last:
            product = 1.0
            for local in along:
                product *= local
            sums.append(_factor(number(product, 4)))
            lines.append(
                " · ".join(_factor(number(x, 4)) for x in along) + f" = {number(product, 4)}"
            )
        for user, local in reversed(uses.get(id(node), [])):
            stack.append((user, [*along, local]))
    if len(lines) == 1:
        return [f"{total} = {lines[0]}"]
    return [*lines, f"{total} = {' + '.join(sums)} = {number(slope[id(last)], 4)}"]


def _factor(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
