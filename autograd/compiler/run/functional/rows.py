"""Where the rows that an instruction reads lie, and how what it passes down gets back to them.

Results are kept apart, a piece each, in the order of the program; nothing is written in place. Rows
that lie regularly in one piece are a view of it, others are taken by number, from pieces laid end to
end if need be. Passing down is the same way backwards: sums where rows were repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.numpy.strides import strides

__all__ = ["Arrived", "Numbers", "Pieces", "Read", "total"]


class Numbers:
    """The arrays of numbers that a program holds: scales, constants, rows taken by number."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []

    def keep(self, array: Array) -> int:
        """The place of an array in the list."""
        self.arrays.append(np.ascontiguousarray(array))
        return len(self.arrays) - 1


@dataclass(frozen=True, slots=True)
class _View:
    """Rows ``start`` to ``stop − 1`` of a piece, as the dimensions of an operand.

    Attributes:
        block: the sizes of the dimensions, as they lie, outermost first.
        axes: the order in which the operand has them.
        sizes: of the operand's dimensions, the repeated ones included.
        repeated: which of these are repeated.
    """

    start: int
    stop: int
    block: tuple[int, ...]
    axes: tuple[int, ...]
    sizes: tuple[int, ...]
    repeated: tuple[int, ...]


def _view(index: Array) -> _View | None:
    """How rows lie in one block without gaps; None if they do not."""
    dims = strides(index, 6)
    if dims is None or any(d.step < 0 for d in dims):
        return None
    moving = [d for d in dims if d.step]
    order = sorted(range(len(moving)), key=lambda i: -moving[i].step)
    count = 1
    for i in reversed(order):
        if moving[i].step != count:
            return None
        count *= moving[i].size
    start = int(index[0])
    repeated = tuple(i for i, d in enumerate(dims) if not d.step)
    axes = tuple(order.index(i) for i in range(len(order)))
    block = tuple(moving[i].size for i in order)
    return _View(start, start + count, block, axes, tuple(d.size for d in dims), repeated)


Arrived = dict[int, dict[tuple[int, int], Any]]  # by piece: what has arrived for rows from, to


class Pieces:
    """The results of a space, [rows, width] each, and their gradients while they arrive."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = list(sizes)
        self.starts = np.cumsum([0, *sizes])

    def add(self, size: int) -> None:
        self.sizes.append(size)
        self.starts = np.append(self.starts, self.starts[-1] + size)

    def holding(self, index: Array) -> list[int]:
        """The pieces that rows lie in, in order."""
        found = np.unique(np.searchsorted(self.starts, index, side="right") - 1)
        return [int(k) for k in found]


class Read:
    """Rows of a space as an array [*shape, width].

    Attributes:
        index: the numbers of the rows, of any shape.
        pieces: those that hold the rows.
        view: how they lie in the one piece, or None:
        taken: then the place of their numbers among the `Numbers`, counted through the pieces;
        back: the place of the way back, if each row is taken once.
    """

    def __init__(self, pieces: Pieces, index: Array, numbers: Numbers) -> None:
        self.index, self.shape, flat = index, index.shape, index.ravel()
        self.pieces = pieces.holding(flat)
        self.sizes = [pieces.sizes[k] for k in self.pieces]
        self.view = self.taken = self.back = None
        if len(self.pieces) == 1:
            self.view = _view(flat - pieces.starts[self.pieces[0]])
        if self.view is None:
            offsets = np.cumsum([0, *self.sizes])[:-1]
            holder = np.searchsorted(pieces.starts, flat, side="right") - 1
            place = np.searchsorted(self.pieces, holder)
            taken = flat - pieces.starts[holder] + offsets[place]
            self.taken = numbers.keep(taken)
            if np.array_equal(np.sort(taken), np.arange(sum(self.sizes))):  # each row once
                self.back = numbers.keep(np.argsort(taken))

    def forward(self, library: Library, results: Sequence[Any], numbers: Sequence[Any]) -> Any:
        """The rows, from the results so far."""
        given = [results[k] for k in self.pieces]
        if self.view is None:
            if len(given) > 1:
                width = max(x.shape[1] for x in given)
                given = [library.broadcast(x, (len(x), width)) for x in given]
            whole = given[0] if len(given) == 1 else library.concat(given)
            taken = library.take(whole, numbers[self.taken])  # type: ignore[index]
            return taken.reshape(*self.shape, -1)
        view, (rows,) = self.view, given
        if view.stop - view.start < len(rows):
            rows = rows[view.start : view.stop]
        width = rows.shape[1]
        if len(view.block) > 1 and view.axes != tuple(range(len(view.axes))):
            rows = library.permute(rows.reshape(*view.block, width), (*view.axes, len(view.axes)))
        if view.repeated:
            shape = [1 if i in view.repeated else size for i, size in enumerate(view.sizes)]
            rows = library.broadcast(rows.reshape(*shape, width), (*view.sizes, width))
        return rows.reshape(*self.shape, width)

    def backward(
        self, library: Library, value: Any, numbers: Sequence[Any], arrived: Arrived
    ) -> None:
        """Add an array [*shape, width] to what has arrived at the rows."""
        width = value.shape[-1]
        if self.view is None:
            value = value.reshape(-1, width)
            if self.back is not None:
                self._split(library.take(value, numbers[self.back]), arrived)
            else:
                index = numbers[self.taken]  # type: ignore[index]
                self._split(library.scatter(sum(self.sizes), index, value), arrived)
            return
        view = self.view
        if view.repeated:
            value = value.reshape(*view.sizes, width).sum(view.repeated)
        if len(view.block) > 1 and view.axes != tuple(range(len(view.axes))):
            as_read = tuple(view.block[a] for a in view.axes)
            back = tuple(view.axes.index(i) for i in range(len(view.axes)))
            value = library.permute(value.reshape(*as_read, width), (*back, len(back)))
        value = value.reshape(prod(view.block), width)
        _add(arrived, self.pieces[0], (view.start, view.stop), value)

    def _split(self, whole: Any, arrived: Arrived) -> None:
        """Add rows that lie end to end to the pieces that hold them."""
        start = 0
        for piece, size in zip(self.pieces, self.sizes):
            part = whole if len(self.pieces) == 1 else whole[start : start + size]
            _add(arrived, piece, (0, size), part)
            start += size


def _add(arrived: Arrived, piece: int, rows: tuple[int, int], value: Any) -> None:
    parts = arrived.setdefault(piece, {})
    parts[rows] = parts[rows] + value if rows in parts else value


def total(library: Library, parts: dict[tuple[int, int], Any], size: int) -> Any:
    """What has arrived at a piece of ``size`` rows, [size, width]: laid end to end, or added up."""
    whole = parts.get((0, size))
    some = sorted(key for key in parts if key != (0, size))
    if all(a[1] <= b[0] for a, b in pairwise(some)):
        laid = _laid(library, [(key, parts[key]) for key in some], size) if some else None
        return laid if whole is None else whole if laid is None else whole + laid
    for start, stop in some:
        padded = library.pad(parts[start, stop], start, size - stop)
        whole = padded if whole is None else whole + padded
    return whole


def _laid(library: Library, parts: list[tuple[tuple[int, int], Any]], size: int) -> Any:
    """Parts end to end, zeros where there is none."""
    rows, done = [], 0
    for (start, stop), value in [*parts, ((size, size), None)]:
        if start > done:
            rows.append(library.zeros(start - done, parts[0][1]))
        if value is not None:
            rows.append(value)
        done = stop
    return rows[0] if len(rows) == 1 else library.concat(rows)
