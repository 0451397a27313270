"""What a graph is made of: its nodes in topological order, and its leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["leaves", "postorder", "topological_order"]


def topological_order(*roots: Value) -> list[Value]:
    """Every node that ``roots`` were made from, parents before children, roots included.

    Depth first in the order of the operands, without recursion: the same graph gives the same order,
    and a chain of a million nodes is a normal input. Gradients are not touched.

    Args:
        roots: the Values whose graph is listed.

    Raises:
        TypeError: for what is no Value.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> [node.op or node.label for node in topological_order(a * b + a)]
    ['a', 'b', '*', '+']
    """
    for root in roots:
        if not hasattr(root, "parents"):
            raise TypeError(
                f"a graph is that of a Value, not of {type(root).__name__} ({root!r:.40})"
            )
    return postorder(roots, _parents)


def postorder(
    roots: Sequence[Value],
    below: Callable[[Value], Sequence[Value]],
    seen: set[Value] | None = None,
) -> list[Value]:
    """Every node on the way from ``roots`` down, each once and after those ``below`` it.

    Args:
        roots: where to begin.
        below: the nodes to visit before a node, the first of them last.
        seen: nodes to leave out, with what only they lead to; it grows by what is found.
    """
    order: list[Value] = []
    seen = set() if seen is None else seen
    stack: list[Value | None] = list(reversed(roots))
    append, push, pop = order.append, stack.append, stack.pop
    while True:
        if not stack:
            return order
        node = pop()
        if node is None:  # all below has been listed
            append(pop())  # type: ignore[arg-type]
            continue
        if node in seen:
            continue
        seen.add(node)
        first = below(node)
        if first:
            push(node)
            push(None)
            stack += first
        else:
            append(node)


def _parents(node: Value) -> tuple[Value, ...]:
    """`Value.parents`, last one first."""
    a, b = node._a, node._b
    if b is None:
        return () if a is None else (a,)
    return (b,) if a is None else (b, a)


def leaves(*roots: Value) -> list[Value]:
    """The nodes that no operation made (inputs, parameters), in topological order.

    Args:
        roots: the Values whose graph is looked at.

    Raises:
        TypeError: for what is no Value.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a")
    >>> [leaf.label for leaf in leaves(a * a + 1)]
    ['a']
    """
    return [node for node in topological_order(*roots) if not node.parents]
