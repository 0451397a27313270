"""From a row of the table to a method of Value: compute, differentiate, remember."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.modes import current, observed, peeked, special
from autograd.ops import Op, ieee, ieee_partial

if TYPE_CHECKING:
    from autograd.value import Number, Value

__all__ = ["binary", "comparison", "looked_at", "method", "operand", "reflected", "unary"]

_new: Any = object.__new__
_RAISED = (ArithmeticError, ValueError)  # Python's math on what IEEE 754 answers quietly


def operand(x: Any) -> Any:
    """A plain number as a float; NotImplemented for what an operator does not take.

    Raises:
        TypeError: for lists and tuples, whose own operators would answer that they "can't multiply".
    """
    if type(x) is int or isinstance(x, (Real, np.bool_)):
        return float(x)
    if isinstance(x, (list, tuple)):
        raise TypeError(
            f"a Value is combined with Values and numbers, one at a time, not with a "
            f"{type(x).__name__} ({x!r:.40})"
        )
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


def method(
    op: Op, constant: Op | None = None, default: float | None = None
) -> Callable[..., Value]:
    """A named method of two inputs, which refuses a wrong one itself: no operator asks the other side.

    Args:
        op: the row.
        constant: the row where the other input is a plain number, if that is another one.
        default: the other input, where it may be left out.
    """
    variable = binary(op)
    plain = binary(constant) if constant else variable

    def method(self: Value, other: Number) -> Value:
        out: Any = (variable if type(other) is type(self) else plain)(self, other)
        if out is NotImplemented:
            raise TypeError(
                f"{op.name}() takes Values and numbers, not {type(other).__name__} ({other!r:.40})"
            )
        return out  # type: ignore[no-any-return]

    if default is not None:
        method.__defaults__ = (default,)
    return _documented(method, op)


def comparison(op: Op, swap: bool = False) -> Callable[[Value, Number], bool]:
    """Compare data: the answer is a plain bool and no part of the graph, except while tracing."""
    forward = op.forward
    recorded, mirrored = binary(op), reflected(op)

    def method(self: Value, other: Number) -> Any:
        if special and current().conditions:
            a, b = (other, self) if swap else (self, other)
            node: Any = recorded(a, b) if type(a) is type(self) else mirrored(self, a)
            if node is not NotImplemented:
                node.data = float(node.data)
            return node
        y: Any
        if type(other) is type(self):
            y = other.data
            looked_at(other)
        else:
            y = other if type(other) is float else operand(other)
            if y is NotImplemented:
                return NotImplemented
        looked_at(self)
        return forward(y, self.data) if swap else forward(self.data, y)

    return _documented(method, op)


def looked_at(value: Value) -> None:
    """Tell the mode, and the value, that what a plain comparison decides may have followed from it."""
    if special:
        peeked(value)
    how = value._how
    if how is None or type(how) is Op or not how.compared:
        value._note_comparison()


def _documented(method: Callable[..., Any], op: Op) -> Callable[..., Any]:
    method.__name__ = method.__qualname__ = op.name
    answer = "True or False: no part of the graph" if op.compares else "recorded as a node"
    method.__doc__ = f"``{op.formula}``, {answer}."
    return method
