"""The reverse pass: from the root down, ``parent.grad += local derivative * node.grad``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import ops

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["backward", "pass_on"]

_ADD = ops.ADD


# In one piece: a call a node costs more than all that is done with the node.
def backward(root: Value) -> None:
    """Set the gradient of every intermediate node afresh and add into the leaves'.

    Reverse topological order: a node passes its gradient on only after all its consumers have added
    to it. The order of parents is kept, so the sums are the same on every run.

    Source: Griewank & Walther, Evaluating Derivatives (2008), section 3.2.
    """
    if root._a is None and root._b is None:
        root.grad += 1.0
        return
    # This pass's own zero both resets a gradient and marks the node as visited.
    zero = float("0")
    order: list[Value] = []
    append = order.append
    stack: list[Value | None] = []
    push, pop = stack.append, stack.pop
    node: Any = root
    while True:  # CPython 3.11 specialises this loop at once, `while stack` only at the 8th call
        node.grad = zero
        a = node._a
        b = node._b
        deeper_a = a is not None and a.grad is not zero and (a._b is not None or a._a is not None)
        if b is not None and b.grad is not zero and (b._a is not None or b._b is not None):
            push(node)
            push(None)
            push(b)
        elif deeper_a:
            push(node)
            push(None)
        else:
            append(node)
        if deeper_a:
            node = a
            continue
        while stack:
            node = pop()
            if node is None:  # all below the next one has been listed
                append(pop())  # type: ignore[arg-type]
            elif node.grad is not zero:
                break
        else:
            break

    root.grad = 1.0
    for node in reversed(order):
        grad = node.grad
        a = node._a
        b = node._b
        if node._how is _ADD and a is not None and b is not None:
            # The same bits as 0.0 + 1.0 * grad, and no new float: 21 bytes a node less
            if a.grad is zero:
                a.grad = grad
            else:
                a.grad += grad
            if b.grad is zero:
                b.grad = grad
            else:
                b.grad += grad
            continue
        if a is not None:
            a.grad += node._da * grad
        if b is not None:
            b.grad += node._db * grad


def pass_on(node: Value) -> None:
    """One node's part of the pass: its gradient times each local derivative, added to its parents'."""
    for parent, local in zip(node.parents, node.partials):
        parent.grad += local * node.grad
