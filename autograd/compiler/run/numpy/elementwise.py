"""Operations of the table, and maxima."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.plan.instructions import Contribution, Elementwise, Largest
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy import kernels
from autograd.compiler.run.numpy.bound import Bound, index_of

__all__ = ["BoundElementwise", "BoundLargest"]


class BoundElementwise(Bound):
    instruction: Elementwise

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        found = [(o.space, index_of(o)) for o in own.operands if o.index is not None]
        self.shape, arrays = b.elementwise([*found, (own.space, own.start + np.arange(own.count))])
        arrays.pop()
        self.inputs: list[Any] = []
        waiting = iter(arrays)
        for operand in own.operands:
            if operand.index is not None:
                self.inputs.append(next(waiting))
            else:
                assert operand.number is not None
                number = operand.number
                self.inputs.append(
                    float(number[0]) if len(number) == 1
                    else number.astype(b.dtype).reshape(*self.shape, 1)
                )  # fmt: skip
        self.y = self.out.reshape(*self.shape, self.width)
        kernels.forward(b.emit, self._scratch, own.operation, self.inputs, self.y)

    def _scratch(self) -> Array:
        return self.binder.scratch(*self.y.shape)

    def push(self, contribution: Contribution) -> None:
        own, b, place = self.instruction, self.binder, contribution.place
        operand, g = own.operands[place], self.g.reshape(self.y.shape)
        target = b.gradients.target(operand.space, index_of(operand), self.y.shape, self.width)
        kernels.backward(
            b.emit, self._scratch, own.operation, place, self.inputs, self.y, g, target.out,
            own.masked,
        )  # fmt: skip
        target.finish()


class BoundLargest(Bound):
    instruction: Largest

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        index = index_of(own.second)
        self.table = b.table(own.second.space, index).reshape(len(index), own.count, self.width)
        b.emit(np.maximum.reduce, self.table, 0, None, self.out)

    def push(self, contribution: Contribution) -> None:
        own, b = self.instruction, self.binder
        target = b.gradients.target(
            own.second.space, index_of(own.second).ravel(), self.table.shape, self.width
        )
        b.emit(_share, self.table, self.out, self.g, target.out)
        target.finish()


def _share(table: Array, largest: Array, g: Array, out: Array) -> None:
    """Where the gradient of a maximum goes: at a tie, or where one is nan, as in the chain of two-way
    maxima that it was."""
    hit = table == largest
    np.multiply(hit, g, out)
    if (np.add.reduce(hit, 0) == 1).all():
        return
    running = np.maximum.accumulate(table, 0)
    rest = np.array(g)
    for k in range(len(table) - 1, 0, -1):
        by_rest, by_own = (
            rule(running[k - 1], table[k], running[k]) for rule in ops.MAXIMUM.partials
        )
        np.multiply(by_own, rest, out[k], casting="same_kind")
        np.multiply(by_rest, rest, rest, casting="same_kind")
    out[0] = rest
