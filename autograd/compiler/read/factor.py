"""Rows that share their columns, and such blocks that share their coefficients: W[F, K] @ X[K, P].

P is 1 for a dense layer of one sample; larger for a convolution, a sequence or a batch.
"""

from __future__ import annotations

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.rows import Rows

__all__ = ["Hashes", "factor", "mixed"]


class Hashes:
    """One number for the columns of each row and one for its coefficients, in order.

    Attributes:
        columns: [rows] equal where the columns are.
        coefficients: [rows] equal where the coefficients and scales are.
    """

    def __init__(self, rows: Rows) -> None:
        start = rows.start[:-1]
        position = np.arange(len(rows.second)) - np.repeat(start, rows.size)
        weight = mixed(rows.scale.view(np.int64), rows.first, position)
        self.columns = np.add.reduceat(mixed(rows.second, position), start).tolist()
        self.coefficients = np.add.reduceat(weight, start).tolist()


_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64)


def mixed(*columns: Array) -> Array:
    """One number for each place, that depends on all columns of whole numbers: equal where they are."""
    total = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        total = _mix(total * _ODD[1] + column.astype(np.uint64) * _ODD[0] + _ODD[2])
    return total


def _mix(x: Array) -> Array:
    """Spread the bits (the finalizer of SplitMix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def factor(members: Array, hashes: Hashes) -> list[Array]:
    """Arrays [F, P] of row numbers: along F the columns are the same, along P the coefficients."""
    seen: dict[tuple[int, int], int] = {}
    rank: dict[int, int] = {}
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}  # rank of coefficients, row
    for row in members.tolist():
        column, coefficient = hashes.columns[row], hashes.coefficients[row]
        copy = seen.get((column, coefficient), 0)
        seen[column, coefficient] = copy + 1  # an equal row belongs to another block
        name = rank.setdefault(coefficient, len(rank))
        found.setdefault((column, copy), []).append((name, row))
    same: dict[tuple[int, ...], list[list[int]]] = {}
    for block in found.values():
        block.sort()
        same.setdefault(tuple([name for name, _ in block]), []).append([row for _, row in block])
    return [np.array(positions, dtype=np.int64).T for positions in same.values()]
