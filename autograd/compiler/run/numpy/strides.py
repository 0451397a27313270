"""Index arrays as strides: rows that lie regularly are a view, not a copy."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd.compiler.read.arrays import Array

__all__ = ["Dim", "Dims", "Plane", "align", "distinct", "plane", "strides", "view"]


class Dim(NamedTuple):
    """A dimension of an index array: how many, and from each to the next how many rows further."""

    size: int
    step: int


Dims = list[Dim]  # outermost first; of one row alone, none


class Plane(NamedTuple):
    """Of a two-dimensional index array: how many rows of storage further the next one lies."""

    down: int
    right: int


def strides(index: Array, most: int = 4) -> Dims | None:
    """The dimensions of a flat index array that counts regularly, None if it does not.

    >>> [tuple(d) for d in strides(np.array([5, 6, 7, 15, 16, 17]))]
    [(2, 10), (3, 1)]
    >>> strides(np.array([1, 2, 4])) is None
    True
    """
    dims: Dims = []
    while len(index) > 1:
        step = int(index[1] - index[0])
        odd = np.flatnonzero(np.diff(index) != step)
        run = int(odd[0]) + 1 if len(odd) else len(index)
        if len(index) % run or len(dims) == most:
            return None
        heads = index[::run]
        if run < len(index):
            regular = heads[:, None] + step * np.arange(run)
            if not np.array_equal(regular.ravel(), index):
                return None
        dims.insert(0, Dim(run, step))
        index = heads
    return dims


def plane(index: Array) -> Plane | None:
    """The strides of a two-dimensional index array [K, P], None if it has none."""
    k, p = index.shape
    down = int(index[1, 0] - index[0, 0]) if k > 1 else p
    right = int(index[0, 1] - index[0, 0]) if p > 1 else 1
    regular = index[0, 0] + down * np.arange(k)[:, None] + right * np.arange(p)
    return Plane(down, right) if np.array_equal(regular, index) else None


def align(operands: Sequence[Dims | None], count: int) -> tuple[tuple[int, ...], list[Dims | None]]:
    """One shape for several operands of ``count`` rows, and the dimensions of each in it.

    An operand whose dimensions do not fit the others' gets None: it has to be gathered.

    >>> shape, (a, b) = align([[Dim(6, 1)], [Dim(2, 1), Dim(3, 0)]], 6)
    >>> shape, [d.step for d in a], [d.step for d in b]
    ((2, 3), [3, 1], [1, 0])
    """
    cuts = [count]  # after so many rows an outer dimension goes on, ascending
    fits: list[bool] = []
    for dims in operands:
        own = list(itertools.accumulate([d.size for d in reversed(dims or [])], int.__mul__))
        merged = sorted({*cuts, *own})
        fit = dims is not None and all(b % a == 0 for a, b in itertools.pairwise(merged))
        fits.append(fit)
        if fit:
            cuts = merged
    edges = [1, *(c for c in cuts if c > 1)] if count > 1 else [1, 1]
    shape = tuple(b // a for a, b in itertools.pairwise(edges))[::-1]
    inner = edges[:-1][::-1]
    return shape, [
        [Dim(size, _step(dims, rows)) for size, rows in zip(shape, inner)] if fit and dims is not None
        else None
        for dims, fit in zip(operands, fits)
    ]  # fmt: skip


def _step(dims: Dims, positions: int) -> int:
    """How many rows further an element lies that comes so many positions later."""
    covered = 1
    for size, step in reversed(dims):
        if positions < covered * size:
            return step * (positions // covered)
        covered *= size
    return 0


def view(rows: Array, base: int, dims: Dims) -> Array:
    """Rows of an array [rows, width] from row ``base`` on, as [*sizes, width]; no copy."""
    row, item = rows.strides[0], rows.itemsize
    return as_strided(
        rows[base:], (*(d.size for d in dims), rows.shape[1]), (*(d.step * row for d in dims), item)
    )


def distinct(dims: Dims) -> bool:
    """Whether no two elements of a view are the same row, as far as the strides tell."""
    reach = 0
    for step, size in sorted((abs(d.step), d.size) for d in dims if d.size > 1):
        if step <= reach:
            return False
        reach += step * (size - 1)
    return True
