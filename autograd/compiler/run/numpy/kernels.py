"""Operations on arrays: any row of the table by its own rule, the hot ones without a temporary.

A kernel appends calls: forward ``(emit, scratch, inputs, out)``, backward
``(emit, scratch, inputs, y, g, out)``, which writes g · ∂y/∂input.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.ops import OPS, Op

__all__ = ["backward", "forward"]

Emit = Callable[..., None]
Scratch = Callable[[], Array]


def forward(emit: Emit, scratch: Scratch, name: str, inputs: list[Any], out: Array) -> None:
    """Append the calls that write ``out``."""
    if name in _FORWARD and _FORWARD[name](emit, scratch, inputs, out):
        return
    op = OPS[name]
    if isinstance(op.array, np.ufunc):
        emit(partial(op.array, out=out), *inputs)
    else:
        emit(_evaluate, out, op, *inputs)


def backward(
    emit: Emit, scratch: Scratch, name: str, index: int, inputs: list[Any], y: Array, g: Array,
    out: Array, masked: bool,
) -> None:  # fmt: skip
    """Append the calls that write g · ∂y/∂(input ``index``) to ``out``.

    ``masked``: where g is exactly 0 the result is, whatever the derivative: the branch that `where`
    did not take contributes nothing.
    """
    key = (name, index)
    if (
        (name == "where" or not masked)
        and key in _BACKWARD
        and _BACKWARD[key](emit, scratch, inputs, y, g, out)
    ):
        return
    emit(_pull_masked if masked else _pull, out, OPS[name].partials[index], g, y, *inputs)


def _evaluate(out: Array, op: Op, *inputs: Any) -> None:
    out[...] = op.array(*inputs)


def _pull(out: Array, partial: Callable[..., Any], g: Array, y: Array, *inputs: Any) -> None:
    np.multiply(partial(*inputs, y), g, out, casting="same_kind")


def _pull_masked(out: Array, partial: Callable[..., Any], g: Array, y: Array, *inputs: Any) -> None:
    out[...] = np.where(g == 0.0, 0.0, partial(*inputs, y) * g)


# Kernels: True if they did it ---------------------------------------------------------------------


def _relu(emit: Emit, scratch: Scratch, inputs: list[Any], out: Array) -> bool:
    emit(
        partial(np.maximum, out=out), inputs[0], np.zeros_like(out)
    )  # a lone 0 is three times slower
    return True


def _sigmoid(emit: Emit, scratch: Scratch, inputs: list[Any], out: Array) -> bool:
    # exp(x) / (1 + exp(x)), to the smallest answers; from 40 on it is 1, before exp(x) overflows
    power = scratch()
    emit(np.minimum, inputs[0], 40.0, power)
    emit(np.exp, power, power)
    emit(np.add, power, 1.0, out)
    emit(np.divide, power, out, out)
    return True


def _power(emit: Emit, scratch: Scratch, inputs: list[Any], out: Array) -> bool:
    x, n = inputs
    if type(n) is not float:
        return False
    if n == 2.0:
        emit(np.multiply, x, x, out)
    elif n == -1.0:
        emit(np.divide, 1.0, x, out)
    elif n == 0.5:
        emit(_root, x, out)
    elif n == -0.5:
        emit(_root, x, out)
        emit(np.divide, 1.0, out, out)
    else:
        return False
    return True


def _root(x: Array, out: Array) -> None:
    """x ** 0.5, which is no square root at −∞ and −0, and much faster as one."""
    np.sqrt(x, out)
    np.abs(out, out)
    if math.isnan(np.add.reduce(out, None)):
        np.copyto(out, np.inf, where=np.isneginf(x))


def _relu_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    mask: Array
    if y.size < 4096:
        mask = scratch()
        emit(np.sign, y, mask)
    else:  # converting truth values is worth it from here on
        mask = np.empty(y.shape, dtype=bool)
        emit(np.greater, y, 0.0, mask)
    emit(np.multiply, g, mask, out)
    if mask.dtype == bool:
        emit(_no_slope_at_nan, y, out)
    return True


def _no_slope_at_nan(y: Array, out: Array) -> None:
    if math.isnan(np.add.reduce(y, None)):
        np.copyto(out, np.nan, where=np.isnan(y))


def _tanh_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    slope = scratch()
    emit(np.multiply, y, y, slope)
    emit(np.subtract, 1.0, slope, slope)
    emit(np.multiply, g, slope, out)
    return True


def _sigmoid_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    slope = scratch()
    emit(np.subtract, 1.0, y, slope)
    emit(np.multiply, slope, y, slope)
    emit(np.multiply, g, slope, out)
    return True


def _exp_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    emit(np.multiply, g, y, out)
    return True


def _log_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    below = np.empty(y.shape, dtype=bool)
    emit(np.divide, g, inputs[0], out)
    emit(np.less, inputs[0], 0.0, below)
    emit(np.putmask, out, below, np.nan)  # a value that is nan has no slope
    return True


def _sqrt_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    slope = scratch()
    emit(np.divide, 0.5, y, slope)
    emit(np.multiply, g, slope, out)
    return True


def _divide_back_a(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    emit(np.divide, g, inputs[1], out)
    return True


def _divide_back_b(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    slope = scratch()
    emit(np.divide, y, inputs[1], slope)
    emit(np.negative, slope, slope)
    emit(np.multiply, g, slope, out)
    return True


def _power_back(
    emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array, out: Array
) -> bool:
    x, n = inputs
    if type(n) is not float:
        return False
    slope = scratch()
    if n == 2.0:
        emit(np.multiply, x, 2.0, slope)
    elif n in (-1.0, -0.5):
        emit(np.divide, y, x, slope)
        if n == -0.5:  # at −0 as at 0
            emit(np.abs, slope, slope)
        emit(np.multiply, slope, n, slope)
    else:
        return False
    emit(np.multiply, g, slope, out)
    return True


def _taken(take: bool, emit: Emit, scratch: Scratch, inputs: list[Any], y: Array, g: Array,
           out: Array) -> bool:  # fmt: skip
    emit(_choose, take, inputs[0], g, out)
    return True


def _choose(take: bool, condition: Array, g: Array, out: Array) -> None:
    """All or nothing of g: no infinite g times 0."""
    out[...] = np.where(condition, g, 0.0) if take else np.where(condition, 0.0, g)


_FORWARD: dict[str, Callable[..., bool]] = {"relu": _relu, "sigmoid": _sigmoid, "**": _power}
_BACKWARD: dict[tuple[str, int], Callable[..., bool]] = {
    ("relu", 0): _relu_back,
    ("tanh", 0): _tanh_back,
    ("sigmoid", 0): _sigmoid_back,
    ("exp", 0): _exp_back,
    ("log", 0): _log_back,
    ("sqrt", 0): _sqrt_back,
    ("/", 0): _divide_back_a,
    ("/", 1): _divide_back_b,
    ("**", 0): _power_back,
    ("where", 1): partial(_taken, True),
    ("where", 2): partial(_taken, False),
}
