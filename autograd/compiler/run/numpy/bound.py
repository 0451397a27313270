"""An instruction at a batch size: what all kinds share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Bias, Contribution, Instruction, Operand
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.binder import Binder

__all__ = ["Bound", "index_of", "product_into", "times"]


class Bound:
    """An instruction at a batch size: `forward` and `push` append its calls.

    Attributes:
        out: the rows it writes, [count, width]; width is the batch size, or 1 for static rows.
        g: their gradients, [count, width].
    """

    def __init__(self, binder: Binder, instruction: Instruction) -> None:
        self.binder, self.instruction = binder, instruction
        rows = slice(instruction.start, instruction.start + instruction.count)
        self.out = binder.values[instruction.space][rows]
        self.g = binder.gradients.rows[instruction.space][rows]
        self.width = self.out.shape[1]

    def forward(self) -> None:
        raise NotImplementedError

    def push(self, contribution: Contribution) -> None:
        """Append the calls of one contribution of this instruction."""
        raise NotImplementedError

    def add_biases(self, biases: list[Bias], rows: int) -> None:
        """Add them to the result [rows, positions · width]."""
        b = self.binder
        for bias in biases:
            per_row = bias.index.shape[1] == 1
            shape = (rows, -1) if per_row else (self.instruction.count, self.width)
            out = self.out.reshape(shape)
            static = b.table(STATIC, bias.index.reshape(-1, 1))
            if bias.scale is not None:
                scaled = np.empty_like(static)
                b.emit(np.multiply, static, bias.scale.reshape(-1, 1).astype(b.dtype), scaled)
                static = scaled
            b.emit(np.add, out, static, out)

    def push_bias(self, bias: Bias) -> None:
        """Add this instruction's gradients to that of a bias."""
        b, index = self.binder, bias.index.ravel()
        g = self.g.reshape(len(index), -1)
        if g.shape[1] == 1 and bias.scale is None:
            b.gradients.add(STATIC, index, g)
            return
        target = b.gradients.target(STATIC, index, (len(index),), 1)
        out = target.out
        if g.shape[1] > 1:
            ones = b.ones if g.shape[1] == len(b.ones) else np.ones(g.shape[1], dtype=b.dtype)
            b.emit(product_into(out), g, ones, out)
        total = g[:, 0] if g.shape[1] == 1 else out
        if bias.scale is not None:
            b.emit(np.multiply, total, bias.scale.ravel().astype(b.dtype), out)
        target.finish()


def index_of(operand: Operand) -> Array:
    """The rows of an operand that is no literal number."""
    assert operand.index is not None
    return operand.index


def product_into(out: Array) -> Callable[..., Any]:
    """NumPy's faster product, which takes contiguous results only, or the other."""
    return np.dot if out.flags.c_contiguous else np.matmul


def times(masked: bool) -> Callable[..., Any]:
    """The product of a factor and a gradient; ``masked`` as of `Elementwise`."""
    return _times_masked if masked else np.multiply


def _times_masked(factor: Array, g: Array, out: Array) -> None:
    """factor · g, but 0 where g is, whatever the factor."""
    out[...] = np.where(g == 0.0, 0.0, factor * g)
