"""Where rows of storage lie: results are kept apart, a piece each, and a piece may have an order of its
own. Rows that lie regularly in one piece are a part of it, as a block of several dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.strides import Dim, strides

__all__ = ["Pieces", "Slices", "View", "view_of"]


class Slices(NamedTuple):
    """Rows of a piece: its rows as a block of these sizes, and of each dimension a part.

    Rows without gaps are of one dimension.
    """

    block: tuple[int, ...]
    start: tuple[int, ...]
    stop: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(e - s for s, e in zip(self.start, self.stop))

    def rows(self) -> Array:
        """Their numbers."""
        numbers = np.arange(prod(self.block)).reshape(self.block)
        return numbers[tuple(map(slice, self.start, self.stop))].ravel()


@dataclass(frozen=True, slots=True)
class View:
    """Rows of a piece that lie regularly, as the dimensions of an operand.

    Attributes:
        slices: which rows.
        block: the sizes of the dimensions, as they lie, outermost first.
        axes: the order in which the operand has them.
        sizes: of the operand's dimensions, the repeated ones included.
        repeated: which of these are repeated.
    """

    slices: Slices
    block: tuple[int, ...]
    axes: tuple[int, ...]
    sizes: tuple[int, ...]
    repeated: tuple[int, ...]


def view_of(index: Array, size: int) -> View | None:
    """How rows lie in a piece of so many; None if it is not regular."""
    dims = strides(index, 6)
    if dims is None or any(d.step < 0 for d in dims):
        return None
    moving = [d for d in dims if d.step]
    order = sorted(range(len(moving)), key=lambda i: -moving[i].step)
    slices = _slices(int(index[0]), [moving[i] for i in order], size)
    if slices is None:
        return None
    repeated = tuple(i for i, d in enumerate(dims) if not d.step)
    axes = tuple(order.index(i) for i in range(len(order)))
    block = tuple(moving[i].size for i in order)
    return View(slices, block, axes, tuple(d.size for d in dims), repeated)


def _slices(start: int, dims: list[Dim], size: int) -> Slices | None:
    """Rows from ``start`` on in steps, longest first, as parts of a block; None if they are none."""
    count = prod(d.size for d in dims)
    if all(d.step == prod(e.size for e in dims[k + 1 :]) for k, d in enumerate(dims)):
        return Slices((size,), (start,), (start + count,))
    block, begin, length = [], [], size
    for d in dims if dims[-1].step == 1 else [*dims, Dim(1, 1)]:
        if length % d.step:
            return None
        block.append(length // d.step)
        begin.append(start // d.step)
        start, length = start % d.step, d.step
    sizes = [*(d.size for d in dims), 1][: len(block)]
    end = tuple(b + n for b, n in zip(begin, sizes))
    return Slices(tuple(block), tuple(begin), end) if all(map(int.__le__, end, block)) else None


class Pieces:
    """The results of a space, [rows, width] each, and their gradients while they arrive.

    Attributes:
        sizes: how many rows each has.
        starts: the number in the plan of the first row of each.
        zero: numbers in the plan of rows that are the constant 0.
    """

    def __init__(self, sizes: Sequence[int], zero: Array | None = None) -> None:
        self.sizes = list(sizes)
        self.starts = np.cumsum([0, *sizes])
        self.zero = np.empty(0, dtype=np.int64) if zero is None else zero
        self._places: dict[int, Array] = {}  # of a piece in its own order

    def add(self, size: int, place: Array | None = None, rows: int = 0) -> None:
        """A piece of ``size`` rows; if they lie at a ``place`` each, of ``rows``, the others are 0."""
        if place is not None:
            self._places[len(self.sizes)] = place
        self.sizes.append(size if place is None else rows)
        self.starts = np.append(self.starts, self.starts[-1] + size)

    def holding(self, index: Array) -> Array:
        """The piece that each row lies in."""
        return np.searchsorted(self.starts, index, side="right") - 1

    def within(self, piece: int, index: Array) -> Array:
        """Where rows lie in the piece that holds them."""
        found: Array = index - self.starts[piece]
        return self._places[piece][found] if piece in self._places else found

    def filled(self, index: Array) -> tuple[int, Array] | None:
        """A piece with rows that are 0, and places in it for rows and constants 0, if regular."""
        holder = self.holding(index)
        real = ~np.isin(index, self.zero)
        pieces = np.unique(holder[real])
        if len(pieces) != 1 or real.all() or int(pieces[0]) not in self._places:
            return None
        piece = int(pieces[0])
        place = np.where(real, self.within(piece, np.where(real, index, index[real][0])), -1)
        regular = _continued(place)
        if regular is None or regular.min() < 0 or regular.max() >= self.sizes[piece]:
            return None
        fits = (regular == place)[real].all()
        return (piece, regular) if fits and not np.isin(regular[~real], place).any() else None


def _continued(place: Array) -> Array | None:
    """Places that go on in the same steps where they are −1; None if steps cannot be told."""
    first = tuple(np.argwhere(place >= 0)[0])
    found = np.full(place.shape, place[first])
    for axis, size in enumerate(place.shape):
        if size == 1:
            continue
        before, after = (place.take(range(k, size - 1 + k), axis) for k in (0, 1))
        both = (before >= 0) & (after >= 0)
        if not both.any():
            return None
        step = (after - before)[both][0]
        along = step * (np.arange(size) - first[axis])
        found = found + along.reshape([-1 if a == axis else 1 for a in range(place.ndim)])
    return found
