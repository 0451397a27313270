"""Index arrays as strides: rows that lie regularly are a view, not a copy."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd.compiler.read.lift import Array

__all__ = ["align", "distinct", "strides", "view"]

Dims = list[tuple[int, int]]  # (size, stride in rows), outermost first


def strides(index: Array, most: int = 4) -> Dims | None:
    """The dimensions of a flat index array that counts regularly, None if it does not.

    >>> strides(np.array([5, 6, 7, 15, 16, 17]))
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
        dims.insert(0, (run, step))
        index = heads
    return dims


def align(
    operands: Sequence[Dims | None], count: int
) -> tuple[tuple[int, ...], list[list[int] | None]]:
    """One shape for several operands of ``count`` rows, and the strides of each in it.

    An operand whose dimensions do not fit the others' gets None: it has to be gathered.

    >>> align([[(6, 1)], [(2, 1), (3, 0)]], 6)
    ((2, 3), [[3, 1], [1, 0]])
    """
    cuts = [count]
    fits: list[bool] = []
    for dims in operands:
        own, inner = [], 1
        for size, _ in reversed(dims or []):
            inner *= size
            own.append(inner)
        merged = sorted({*cuts, *own})
        fit = dims is not None and all(b % a == 0 for a, b in itertools.pairwise(merged))
        fits.append(fit)
        if fit:
            cuts = merged
    cuts = [c for c in cuts if c > 1] or [1]
    edges = [1, *cuts] if cuts[0] != 1 else cuts
    shape = tuple(b // a for a, b in itertools.pairwise(edges))[::-1] or (1,)
    inner_sizes = [*edges[:-1]][::-1] or [1]
    found: list[list[int] | None] = []
    for dims, fit in zip(operands, fits):
        if not fit or dims is None:
            found.append(None)
            continue
        steps = []
        for (
            inner
        ) in inner_sizes:  # an element further by `inner` positions lies how many rows further?
            covered, step = 1, 0
            for size, stride in reversed(dims):
                if inner < covered * size:
                    step = stride * (inner // covered)
                    break
                covered *= size
            steps.append(step)
        found.append(steps)
    return shape, found


def view(rows: Array, base: int, shape: Sequence[int], steps: Sequence[int]) -> Array:
    """Rows of a two-dimensional array as ``shape + (width,)``."""
    row, item = rows.strides[0], rows.itemsize
    return as_strided(
        rows[base:], (*shape, rows.shape[1]), (*(s * row for s in steps), item), writeable=True
    )


def distinct(shape: Sequence[int], steps: Sequence[int]) -> bool:
    """Whether no two elements of a view are the same row, as far as the strides tell."""
    reach = 0
    for step, size in sorted((abs(s), n) for s, n in zip(steps, shape) if n > 1):
        if step <= reach:
            return False
        reach += step * (size - 1)
    return True
