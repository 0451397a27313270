"""What a graph is made of: its nodes in topological order, and its leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["leaves", "topological_order"]


def topological_order(*roots: Value) -> list[Value]:
    """Every node that ``roots`` were made from, parents before children, roots included.

    Depth first in the order of the operands, without recursion: the same graph gives the same order,
    and a chain of a million nodes is a normal input. Gradients are not touched.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> [node.op or node.label for node in topological_order(a * b + a)]
    ['a', 'b', '*', '+']
    """
    order: list[Value] = []
    seen: set[int] = set()
    stack: list[Value | None] = list(reversed(roots))
    while True:
        if not stack:
            return order
        node = stack.pop()
        if node is None:
            order.append(stack.pop())  # type: ignore[arg-type]
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.append(node)
        stack.append(None)
        if node._b is not None:
            stack.append(node._b)
        if node._a is not None:
            stack.append(node._a)


def leaves(*roots: Value) -> list[Value]:
    """The nodes that no operation made (inputs, parameters), in topological order.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a")
    >>> [leaf.label for leaf in leaves(a * a + 1)]
    ['a']
    """
    return [node for node in topological_order(*roots) if not node.parents]
