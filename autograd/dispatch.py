"""The rows of the table on Values: which method runs, and what a wrong argument is told."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograd import ops
from autograd.modes import observed, special
from autograd.ops import Op, apply
from autograd.record import binary, comparison, operand, reflected, unary
from autograd.value import Choice, Value

__all__: list[str] = []


@cache
def _methods(op: Op) -> tuple[Any, Any]:
    """The method that runs ``op``, and the one for a number on the left; also of rows made by users."""
    if op.compares:
        return comparison(op), comparison(op, swap=True)
    if op.arity == 1:
        return unary(op), None
    if op.arity == 2:
        return binary(op), reflected(op)
    raise TypeError(f"{op!r} has {op.arity} inputs; a Value records one or two")


@apply.register(Value)
def _apply_value(x: Value, op: Op, inputs: tuple[Any, ...]) -> Any:
    if any(isinstance(i, np.ndarray) for i in inputs):
        return np.frompyfunc(op, len(inputs), 1)(*inputs)
    if op is ops.WHERE:
        return _choose(*inputs)
    method, reflection = _methods(op)
    if op.arity == 1:
        return method(x)
    a, b = inputs
    result = method(a, b) if type(a) is Value else reflection(b, a)
    if result is NotImplemented:
        wrong = b if type(a) is Value else a
        raise TypeError(
            f"{op.name}() takes Values and numbers, not {type(wrong).__name__} ({wrong!r:.40})"
        )
    return result


def _choose(condition: Any, x: Any, y: Any) -> Value:
    """A node for ``x if condition else y``: only the branch taken gets a gradient."""
    if not isinstance(condition, (bool, np.bool_, int, float, Value)):
        raise TypeError(f"where() takes a condition first, not {type(condition).__name__}")
    first = bool(condition.data if type(condition) is Value else condition)
    x, y = _branch(x), _branch(y)
    taken = x if first else y
    choice = Choice(condition if type(condition) is Value else first, x, y)
    out = Value(taken.data if type(taken) is Value else taken)
    if type(taken) is not Value:
        out._da = choice
    elif first:
        out._a, out._da, out._db = taken, 1.0, choice
    else:
        out._b, out._db, out._da = taken, 1.0, choice
    out._how = ops.WHERE
    return observed(out) if special else out


def _branch(x: Any) -> Any:
    number = x if type(x) in (Value, bool) else operand(x)  # a bool: a condition among conditions
    if number is NotImplemented:
        raise TypeError(
            f"where() chooses between Values and numbers, not {type(x).__name__} ({x!r:.40})"
        )
    return number
