"""Where the rows that an instruction reads lie, and how what it passes down gets back to them.

Results are kept apart, a piece each, in the order of the program; nothing is written in place. Rows
that lie regularly in one piece are a view of it, others are taken by number, from pieces laid end to
end if need be. Passing down is the same way backwards: sums where rows were repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.places import Pieces, Slices, view_of

__all__ = ["Arrived", "Numbers", "Read", "total"]


class Numbers:
    """The arrays of numbers that a program holds: scales, constants, rows taken by number."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []

    def keep(self, array: Array) -> int:
        """The place of an array in the list."""
        self.arrays.append(np.ascontiguousarray(array))
        return len(self.arrays) - 1


Parts = dict[Slices, Any]  # what has arrived for rows of a piece
Arrived = dict[int, Parts]


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
        self.view = self.taken = self.back = None
        holder = pieces.holding(flat)
        self.pieces = [int(k) for k in np.unique(holder)]
        filled = pieces.filled(index) if len(self.pieces) == 2 else None
        if filled is not None:
            self.view = view_of(filled[1].ravel(), pieces.sizes[filled[0]])
            self.pieces = self.pieces if self.view is None else [filled[0]]
        elif len(self.pieces) == 1:
            (piece,) = self.pieces
            self.view = view_of(pieces.within(piece, flat), pieces.sizes[piece])
        self.sizes = [pieces.sizes[k] for k in self.pieces]
        if self.view is None:
            taken = np.empty_like(flat)
            for k, offset in zip(self.pieces, np.cumsum([0, *self.sizes])):
                own = holder == k
                taken[own] = pieces.within(k, flat[own]) + offset
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
        width = rows.shape[1]
        rows = library.part(rows, view.slices)
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
        _add(arrived, self.pieces[0], view.slices, value)

    def _split(self, whole: Any, arrived: Arrived) -> None:
        """Add rows that lie end to end to the pieces that hold them."""
        start = 0
        for piece, size in zip(self.pieces, self.sizes):
            part = whole if len(self.pieces) == 1 else whole[start : start + size]
            _add(arrived, piece, Slices((size,), (0,), (size,)), part)
            start += size


def _add(arrived: Arrived, piece: int, rows: Slices, value: Any) -> None:
    parts = arrived.setdefault(piece, {})
    parts[rows] = parts[rows] + value if rows in parts else value


def total(library: Library, parts: Parts, size: int) -> Any:
    """What has arrived at a piece of ``size`` rows, [size, width]: laid side by side, or added up."""
    whole = parts.get(Slices((size,), (0,), (size,)))
    some = {key: value for key, value in parts.items() if prod(key.sizes) < size}
    if not some:
        return whole
    numbers = np.concatenate([key.rows() for key in some])
    apart = len(np.unique(numbers)) == len(numbers)
    for these in [some] if apart else [{key: value} for key, value in some.items()]:
        laid = _laid(library, these, size)
        whole = laid if whole is None else whole + laid
    return whole


def _laid(library: Library, parts: Parts, size: int) -> Any:
    """Parts side by side, zeros where there is none."""
    if any(len(key.block) > 1 for key in parts):
        return library.laid(size, parts)
    rows, done = [], 0
    for (_, (start,), (stop,)), value in sorted(parts.items(), key=lambda part: part[0]):
        if start > done:
            rows.append(library.zeros(start - done, value))
        rows.append(value)
        done = stop
    if done < size:
        rows.append(library.zeros(size - done, value))
    return rows[0] if len(rows) == 1 else library.concat(rows)
