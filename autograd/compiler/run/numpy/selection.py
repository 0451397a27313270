"""Values chosen by whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, STATIC, Contribution, Instruction, Select
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.bound import Bound, index_of
from autograd.compiler.run.numpy.scatter import set_rows

__all__ = ["BoundSelect", "Limits", "limits"]


class BoundSelect(Bound):
    """Attributes: ``address`` [rows, batch], where each chosen value lies in its space, flat."""

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

    def push(self, contribution: Contribution) -> None:
        own, b = self.instruction, self.binder
        space, table = own.candidates.space, index_of(own.candidates)
        wanted = np.unique(table)
        needs = b.gradients.needs[space]
        rows = b.gradients.rows[space]
        first, last = int(wanted[0]), int(wanted[-1]) + 1
        if b.gradients.begins:
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What the whole numbers of an argument may be.

    Attributes:
        argument: whose; the others are not read as whole numbers.
        columns: [C], those of its columns that select.
        sizes: [C, 1], from how many values each of them does.
        fewest: the smallest of these: all numbers below it are right.
    """

    argument: int
    columns: Array
    sizes: Array
    fewest: int

    def read(self, given: Array, numbers: Array) -> None:
        """Write the caller's array [batch, columns] into ``numbers`` [columns, batch].

        Raises:
            IndexError: for what selects nothing: a fraction, a negative or too large a number.
        """
        np.copyto(numbers, given.T, casting="unsafe")
        whole = given.dtype.kind in "iub"
        if whole and np.maximum.reduce(numbers.view(np.uintp), None) < self.fewest:
            return
        given, chosen = given.T[self.columns], numbers[self.columns]
        wrong = (chosen != given) | (chosen < 0) | (chosen >= self.sizes)
        if wrong.any():
            i, sample = np.argwhere(wrong)[0]
            size = int(self.sizes[i, 0])
            raise IndexError(
                f"input {int(self.columns[i])} of sample {int(sample)} is {given[i, sample]}; it "
                f"selects one of {size} values: a whole number from 0 to {size - 1}"
            )


def limits(instructions: Sequence[Instruction]) -> list[Limits]:
    """Those of each argument that selects."""
    found: dict[int, dict[int, int]] = {}  # by argument, then by column: from how many at least
    for i in instructions:
        if isinstance(i, Select):
            size = index_of(i.candidates).shape[1]
            columns = found.setdefault(i.argument, {})
            for column in i.column.tolist():
                columns[column] = min(size, columns.get(column, size))
    return [
        Limits(k, np.array(list(c)), np.array(list(c.values()))[:, None], min(c.values()))
        for k, c in found.items()
    ]
