"""One batch size of a program as machine code."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Plan
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native import frame
from autograd.compiler.run.native.batch.positions import Samples
from autograd.compiler.run.native.llvm import jit
from autograd.compiler.run.native.llvm.code import Types
from autograd.compiler.run.native.module import module
from autograd.compiler.run.native.shared import shared
from autograd.compiler.run.numpy.selection import limits

__all__ = ["Native", "Sampled", "Steps"]


class Steps:
    """The machine code of a plan, compiled when it is asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._found: dict[tuple[Any, int, bool], jit.Machine] = {}

    def machine(self, dtype: Any, lanes: int, backward: bool) -> jit.Machine:
        key = dtype, lanes, backward
        if key not in self._found:
            jit.share(shared(Types(dtype, lanes)))
            self._found[key] = jit.assemble(module(self.plan, dtype, lanes, backward))
        return self._found[key]


class Native:
    """A plan at ``batch`` samples, as machine code.

    A program has one for each batch size it has met; they share the static vector and its gradient, and
    the code in ``steps``.
    """

    def __init__(
        self, plan: Plan, static: Array, static_gradient: Array, batch: int, steps: Steps
    ) -> None:
        self.plan, self.batch, self.dtype = plan, batch, static.dtype
        self._steps = steps
        self.lanes = 1 if batch == 1 else jit.lanes(static.itemsize)
        blocks = -(-batch // self.lanes)
        self._limits = [
            (x, np.zeros((plan.arguments[x.argument], batch), dtype=np.int64))
            for x in limits(plan.instructions)
        ]
        outputs = _aligned((len(plan.outputs), blocks * self.lanes), self.dtype)
        self._counts = [batch if space else 1 for space, _ in plan.outputs]
        self._rows = [
            row[blocks * self.lanes - count :] for row, count in zip(outputs, self._counts)
        ]
        rows = plan.static_size + len(plan.outputs)
        totals = _aligned(rows + self.lanes, self.dtype)  # written a vector at a time
        self._sums = totals[plan.static_size : rows]
        whole = frame.selecting(plan)
        self._memory = [
            static, static_gradient, _aligned((rows + self.lanes) * self.lanes, self.dtype), totals,
            _aligned(4 * plan.batched_size * self.lanes, self.dtype), outputs,
        ]  # fmt: skip
        buffers = [
            _aligned(blocks * self.lanes * columns, np.int64 if k in whole else self.dtype)
            for k, columns in enumerate(plan.arguments)
        ]
        self._table = (ctypes.c_int64 * (frame.ARGUMENTS + 4 * len(buffers)))()
        for k, array in enumerate(self._memory):
            self._table[k] = array.ctypes.data
        self._table[frame.BATCH] = batch
        self._weight = ctypes.c_double.from_buffer(self._table, 8 * frame.WEIGHT)
        for k, array in enumerate(buffers):
            self._table[frame.ARGUMENTS + 4 * k] = array.ctypes.data
        self._memory += buffers
        self._given = [k for k in range(len(buffers)) if k not in whole]
        for limit, numbers in self._limits:
            self._point(limit.argument, numbers.T)
        self._functions: dict[bool, Callable[[], float]] = {}  # by whether there are gradients
        self._total = self._share = 0.0
        self._pointed: Sequence[Array] = ()

    def _point(self, argument: int, array: Array) -> None:
        """Say where the samples [batch, columns] of an argument lie."""
        at = frame.ARGUMENTS + 4 * argument + 1
        self._table[at] = array.__array_interface__["data"][0]  # sooner than `array.ctypes`
        self._table[at + 1], self._table[at + 2] = array.strides

    def run(self, inputs: Sequence[Array], weight: float) -> None:
        """Compute every output, and the gradient of the mean of the first, times ``weight``."""
        if weight != self._share:
            self._share, self._weight.value = weight, weight / self._counts[0]
        if self._limits or inputs is not self._pointed:
            self._take(inputs)
        self._total = (self._functions.get(True) or self._function(True))()

    def forward(self, inputs: Sequence[Array]) -> None:
        """Compute every output for these inputs, [batch, columns] each."""
        self._take(inputs)
        self._total = (self._functions.get(False) or self._function(False))()

    def _take(self, inputs: Sequence[Array]) -> None:
        for limit, numbers in self._limits:
            limit.read(inputs[limit.argument], numbers)
        for k in self._given:
            self._point(k, inputs[k])
        self._pointed = inputs

    def _function(self, backward: bool) -> Callable[[], float]:
        machine = self._steps.machine(self.dtype, self.lanes, backward)
        return self._functions.setdefault(backward, machine.bound(ctypes.addressof(self._table)))

    def again(self) -> None:
        """`run` on the same arrays once more: nothing but the code."""
        self._functions[True]()

    def outputs(self) -> list[Array]:
        """Each output: a row [batch], or [1] if it does not depend on the inputs."""
        return self._rows

    def means(self) -> tuple[float, ...]:
        """The mean of each output."""
        if len(self._counts) == 1:
            return (self._total / self._counts[0],)
        return tuple([x / count for x, count in zip(self._sums.tolist(), self._counts)])


class Sampled(Native):
    """A finished graph as a program of one of its positions: the samples are always the same."""

    def __init__(
        self, plan: Plan, static: Array, static_gradient: Array, batch: int, steps: Steps,
        samples: Samples,
    ) -> None:  # fmt: skip
        first = len(plan.order)  # in the new plan the constants of the old one have other places
        static[first : first + len(steps.plan.constants)] = steps.plan.constants
        super().__init__(steps.plan, static, static_gradient, len(samples.inputs[0]), steps)
        self._samples = [
            x if x.dtype.kind == "i" else x.astype(static.dtype) for x in samples.inputs
        ]
        self._take(self._samples)
        self._read, self._limits = self._limits, []  # once is enough

    def run(self, inputs: Sequence[Array], weight: float) -> None:
        super().run(self._samples, weight)
        self._table[frame.ARRANGED] = 1

    def forward(self, inputs: Sequence[Array]) -> None:
        self._total = (self._functions.get(False) or self._function(False))()
        self._table[frame.ARRANGED] = 1

    def outputs(self) -> list[Array]:
        return [np.array([mean], dtype=self.dtype) for mean in self.means()]


def _aligned(shape: Any, dtype: Any) -> Array:
    """Zeros that begin where a vector register likes to read."""
    count, size = int(np.prod(shape)), np.dtype(dtype).itemsize
    raw = np.zeros(count * size + 64, dtype=np.uint8)
    start = -raw.ctypes.data % 64
    rows: Array = raw[start : start + count * size].view(dtype).reshape(shape)
    return rows
