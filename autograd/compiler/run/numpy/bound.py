"""An instruction at a batch size: what all kinds share."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Bias, Instruction, Operand
from autograd.compiler.read.lift import Array
from autograd.compiler.run.numpy.binder import Binder

__all__ = ["Bound", "index_of", "times"]


class Bound:
    """An instruction at a batch size: `forward` and `backward` append its calls."""

    def __init__(self, binder: Binder, instruction: Instruction) -> None:
        self.binder, self.instruction = binder, instruction
        rows = slice(instruction.start, instruction.start + instruction.count)
        self.out = binder.values[instruction.space][rows]
        self.g = binder.gradients[instruction.space][rows]
        self.width = self.out.shape[1]

    def forward(self) -> None:
        raise NotImplementedError

    def backward(self) -> None:
        raise NotImplementedError

    def add_biases(self, biases: list[Bias], rows: int) -> None:
        """Add them to the result [rows, positions]."""
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

    def push_biases(self, biases: list[Bias], rows: int) -> None:
        b = self.binder
        for bias in biases:
            index = bias.index.ravel()
            if not b.plan.needs[STATIC][index].any():
                continue
            g = self.g.reshape(len(index), -1)
            if g.shape[1] > 1:
                found = b.target(STATIC, index, (len(index),), 1)
                assert found is not None
                total, finish = found
                ones = b.ones if g.shape[1] == len(b.ones) else np.ones(g.shape[1], dtype=b.dtype)
                product = np.dot if total.flags.c_contiguous else np.matmul
                b.emit(product, g, ones, total)
                if bias.scale is not None:
                    b.emit(np.multiply, total, bias.scale.ravel().astype(b.dtype), total)
                finish()
                continue
            if bias.scale is not None:
                scaled = b.scratch(len(index), 1)
                b.emit(np.multiply, g, bias.scale.reshape(-1, 1).astype(b.dtype), scaled)
                g = scaled
            b.accumulate(STATIC, index, g)


def index_of(operand: Operand) -> Array:
    assert operand.index is not None
    return operand.index


def times(masked: bool) -> Any:
    return _times_masked if masked else np.multiply


def _times_masked(factor: Array, g: Array, out: Array) -> None:
    """factor · g, but 0 where g is, whatever the factor."""
    out[...] = np.where(g == 0.0, 0.0, factor * g)
