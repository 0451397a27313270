"""Where the contributions of the reverse pass go: into the gradients of the operands' rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.calls import Calls
from autograd.compiler.run.numpy.scatter import add_counts, add_rows, passes, ranked, set_rows
from autograd.compiler.run.numpy.strides import Dims, distinct, strides, view

__all__ = ["Contributions", "Target"]

TURNS = 4  # from more contributions to one row than this on, they may be summed as a table
FILL = 2.5  # unless that table had more than so many places for each of them


@dataclass(frozen=True, slots=True)
class Target:
    """Where to write a contribution, and what to call when the calls that write it are there."""

    out: Array
    finish: Callable[[], None]


class Contributions:
    """The gradients of all rows, while the calls that fill them are written.

    Attributes:
        rows: by space, a gradient for each row: [rows, 1] of static ones, [rows, batch] of others.
        needs: by space, [rows]: whether anybody asks for it.
        begins: whether the contribution that is written now is the first to its rows: it overwrites.
    """

    def __init__(
        self, calls: Calls, rows: tuple[Array, Array], needs: tuple[Array, Array], ones: Array
    ) -> None:
        self.calls, self.rows, self.needs, self.ones = calls, rows, needs, ones
        self.begins = True

    def clear(self, space: int, rows: Array) -> None:
        self.calls.emit(set_rows, self.rows[space], rows, 0.0)

    def target(self, space: int, index: Array, shape: tuple[int, ...], width: int) -> Target:
        """Where to write a contribution to rows ``index`` (flat), some of which somebody needs.

        Args:
            shape: that of the array to write.
            width: how many numbers of it belong to each row.
        """
        place = self._in_place(space, index, shape, width)
        if place is not None:
            return Target(place, _nothing)
        out = self.calls.scratch(*shape)
        return Target(out, lambda: self.add(space, index, out.reshape(len(index), width)))

    def _in_place(
        self, space: int, index: Array, shape: tuple[int, ...], width: int
    ) -> Array | None:
        """The rows themselves, if they are written for the first time and lie in this shape."""
        rows = self.rows[space]
        if not self.begins or rows.shape[1] != width or not self.needs[space][index].all():
            return None
        dims = strides(index)
        if dims is None or not distinct(dims):
            return None
        place = view(rows, int(index[0]), dims)
        result = place.reshape(shape)
        return result if np.shares_memory(result, place) else None  # else reshaping was a copy

    # Adding, whatever rows they are ---------------------------------------------------------------

    def add(self, space: int, index: Array, values: Array) -> None:
        """Add ``values`` [..., width] to the gradients of rows ``index`` (flat; any may come again)."""
        values = self._sum_of_samples(space, values.reshape(len(index), -1))
        index, values = self._needed(space, index, values)
        dims = strides(index)
        if dims is not None:
            index, values, dims = self._sum_of_broadcast(index, values, dims)
        if dims is not None and distinct(dims):
            self._add_view(space, index, values, dims)
        elif len(np.unique(index)) == len(index):
            function = set_rows if self.begins else add_rows
            self.calls.emit(function, self.rows[space], index, values)
        elif values.shape[1] == 1:
            self._add_counts(space, index, values)
        elif not self._add_table(space, index, values):
            self._add_in_turns(space, index, values)

    def _sum_of_samples(self, space: int, values: Array) -> Array:
        """A static row gets the sum over the samples: [rows, 1] of [rows, batch]."""
        if self.rows[space].shape[1] > 1 or values.shape[1] == 1:
            return values
        total = self.calls.scratch(len(values))
        self.calls.emit(np.dot, values, self.ones, total)
        return total[:, None]

    def _needed(self, space: int, index: Array, values: Array) -> tuple[Array, Array]:
        """The rows that somebody asks for."""
        needed = np.flatnonzero(self.needs[space][index])
        if len(needed) == len(index):
            return index, values
        some = self.calls.scratch(len(needed), values.shape[1])
        self.calls.emit(np.take, values, needed, 0, some, "clip")
        return index[needed], some

    def _sum_of_broadcast(
        self, index: Array, values: Array, dims: Dims
    ) -> tuple[Array, Array, Dims]:
        """What a row gets along dimensions of step 0, summed: the row was read again and again."""
        axes = tuple(i for i, d in enumerate(dims) if d.step == 0)
        if not axes:
            return index, values, dims
        kept = [d for d in dims if d.step != 0]
        sizes, width = [d.size for d in kept], values.shape[1]
        total = self.calls.scratch(int(np.prod(sizes)), width)
        self.calls.emit(
            np.add.reduce, values.reshape(*(d.size for d in dims), width), axes, None,
            total.reshape(*sizes, width),
        )  # fmt: skip
        found = index[:1]
        for size, step in kept:
            found = (found[:, None] + step * np.arange(size)).ravel()
        return found, total, kept

    def _add_view(self, space: int, index: Array, values: Array, dims: Dims) -> None:
        """Rows that lie regularly."""
        place = view(self.rows[space], int(index[0]), dims)
        values = values.reshape(place.shape)
        if self.begins:
            self.calls.emit(np.copyto, place, values)
        else:
            self.calls.emit(np.add, place, values, place)

    def _add_counts(self, space: int, index: Array, values: Array) -> None:
        """One number a row: counting with weights."""
        rows, wanted = self.rows[space], np.unique(index)
        lowest, highest = int(wanted[0]), int(wanted[-1]) + 1
        whole = len(wanted) == highest - lowest
        if self.begins and not whole:
            self.clear(space, wanted)
        replace = self.begins and whole
        self.calls.emit(add_counts, rows[lowest:highest, 0], index - lowest, values[:, 0], replace)

    def _add_table(self, space: int, index: Array, values: Array) -> bool:
        """Many contributions to each row, about equally many: summed as a table first. False if not."""
        table, empty = ranked(index)
        if len(table) <= TURNS or table.size > FILL * len(index):
            return False
        width, emit = values.shape[1], self.calls.emit
        part = self.calls.scratch(*table.shape, width)
        emit(np.take, values, table.ravel(), 0, part.reshape(-1, width), "clip")
        if len(empty):
            emit(set_rows, part.reshape(-1, width), empty, 0.0)
        total = self.calls.scratch(table.shape[1], width)
        emit(np.add.reduce, part, 0, None, total)
        self.add(space, np.unique(index), total)
        return True

    def _add_in_turns(self, space: int, index: Array, values: Array) -> None:
        """Every row's first contribution, then every second one, and so on."""
        for turn, (targets, contributions) in enumerate(passes(index)):
            function = set_rows if self.begins and turn == 0 else add_rows
            part = self.calls.scratch(len(targets), values.shape[1])
            self.calls.emit(np.take, values, contributions, 0, part, "clip")
            self.calls.emit(function, self.rows[space], targets, part)


def _nothing() -> None:
    pass
