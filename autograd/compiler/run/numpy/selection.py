"""Values chosen by whole numbers."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, STATIC, Select
from autograd.compiler.read.lift import Array
from autograd.compiler.run.numpy.bound import Bound, index_of
from autograd.compiler.run.numpy.scatter import set_rows

__all__ = ["BoundSelect"]


class BoundSelect(Bound):
    instruction: Select

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        table = index_of(own.candidates)
        count, size = table.shape
        numbers, first = b.integers(own.argument), int(own.column[0])
        if np.array_equal(own.column, np.arange(first, first + count)):
            chosen = numbers[first : first + count]
        else:
            chosen = np.empty((count, b.batch), dtype=np.intp)
            b.emit(np.take, numbers, own.column, 0, chosen, "clip")
        self.address = np.empty((count, b.batch), dtype=np.intp)
        values = b.values[own.candidates.space]
        width, sample = (b.batch, np.arange(b.batch)) if own.candidates.space == BATCHED else (1, 0)
        step = int(table[0, 1] - table[0, 0]) if size > 1 else 0
        if np.array_equal(table[:, :1] + step * np.arange(size), table):
            b.emit(np.multiply, chosen, step * width, self.address)
            b.emit(np.add, self.address, table[:, :1] * width + sample, self.address)
        else:
            b.emit(np.add, chosen, size * np.arange(count)[:, None], self.address)
            b.emit(_look_up, table.ravel() * width, self.address)
            b.emit(np.add, self.address, sample, self.address)
        b.emit(np.take, values.reshape(-1), self.address, None, self.out, "clip")

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        space, table = own.candidates.space, index_of(own.candidates)
        wanted = np.unique(table)
        needs = b.plan.needs[space]
        if not needs[wanted].any():
            return
        rows = b.gradients[space]
        first, last = int(wanted[0]), int(wanted[-1]) + 1
        if b.fresh(space, wanted):
            if last - first == len(wanted):
                b.emit(rows[first:last].fill, 0.0)
            else:
                b.emit(set_rows, rows, wanted, 0.0)
        flat = rows.reshape(-1)
        if space == STATIC:
            b.emit(_add_at, flat[first:last], self.address, first, self.g)
        elif len(wanted) == table.size:
            b.emit(_add_distinct, flat, self.address, self.g)
        else:
            b.emit(np.add.at, flat, self.address, self.g)
        lost = wanted[~needs[wanted]]
        if len(lost):
            b.emit(set_rows, rows, lost, 0.0)


def _look_up(table: Array, address: Array) -> None:
    address[...] = table[address]


def _add_at(column: Array, address: Array, lowest: int, g: Array) -> None:
    column += np.bincount((address - lowest).ravel(), g.ravel(), len(column))


def _add_distinct(flat: Array, address: Array, g: Array) -> None:
    flat[address] += g
