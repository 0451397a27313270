"""From a row of the table to a method of Value: compute, differentiate, remember."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.modes import observed, special
from autograd.ops import Op, ieee, ieee_partial

if TYPE_CHECKING:
    from autograd.value import Number, Value

__all__ = ["binary", "operand", "reflected", "unary"]

_new: Any = object.__new__
_RAISED = (ArithmeticError, ValueError)  # Python's math on what IEEE 754 answers quietly


def operand(x: Any) -> Any:
    """A plain number as a float; NotImplemented for what an operator does not take."""
    if type(x) is int or isinstance(x, (Real, np.bool_)):
        return float(x)
    return NotImplemented


def unary(op: Op) -> Callable[[Value], Value]:
    forward = op.forward
    (by_x,) = op.partials

    def method(self: Value) -> Value:
        out: Value = _new(type(self))
        x = self.data
        try:
            out.data = y = forward(x)
            out._da = by_x(x, y)
        except _RAISED:
            out.data = y = ieee(op, x)
            out._da = ieee_partial(op, 0, x, y)
        out._a = self
        out._b = None
        out._db = 0.0
        out._how = op
        out.grad = 0.0
        return observed(out) if special else out

    return _documented(method, op)


def binary(op: Op) -> Callable[[Value, Number], Value]:
    forward = op.forward
    by_a, by_b = op.partials

    def method(self: Value, other: Number) -> Any:
        out: Value = _new(type(self))
        x = self.data
        variable = type(other) is type(self)
        if variable:
            y: Any = other.data  # type: ignore[union-attr]
            out._b = other  # type: ignore[assignment]
        else:
            y = other if type(other) is float else operand(other)
            if y is NotImplemented:
                return NotImplemented
            out._b = None
        try:
            out.data = z = forward(x, y)
            out._da = by_a(x, y, z)
            out._db = by_b(x, y, z) if variable else y
        except _RAISED:
            out.data = z = ieee(op, x, y)
            out._da = ieee_partial(op, 0, x, y, z)
            out._db = ieee_partial(op, 1, x, y, z) if variable else y
        out._a = self
        out._how = op
        out.grad = 0.0
        return observed(out) if special else out

    return _documented(method, op)


def reflected(op: Op) -> Callable[[Value, Number], Value]:
    forward = op.forward
    by_b = op.partials[1]

    def method(self: Value, other: Number) -> Any:
        x = other if type(other) is float else operand(other)
        if x is NotImplemented:
            return NotImplemented
        out: Value = _new(type(self))
        y = self.data
        try:
            out.data = z = forward(x, y)
            out._db = by_b(x, y, z)
        except _RAISED:
            out.data = z = ieee(op, x, y)
            out._db = ieee_partial(op, 1, x, y, z)
        out._a = None
        out._da = x
        out._b = self
        out._how = op
        out.grad = 0.0
        return observed(out) if special else out

    return _documented(method, op)


def _documented(method: Callable[..., Value], op: Op) -> Callable[..., Value]:
    method.__name__ = method.__qualname__ = op.name
    method.__doc__ = f"{op.formula}, recorded as a node."
    return method
