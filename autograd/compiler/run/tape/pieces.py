"""Where a tape repeats itself: pieces of equal rounds, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import Tape
from autograd.compiler.read.arrays import Array

__all__ = ["FAR", "Piece", "distances", "pieces"]

FAR = 2048  # rows back: a round is half of that at most
_ROUNDS = 8  # fewer are no piece


@dataclass(frozen=True, slots=True)
class Piece:
    """Steps of a tape: ``count`` rounds of ``period`` equal ones, or one round of any."""

    first: int
    period: int
    count: int

    @property
    def last(self) -> int:
        return self.first + self.period * self.count


def distances(tape: Tape) -> Array:
    """[operands, rows] How far back each operand stands in its own tape, 0 for elsewhere or far."""
    back = tape.start + np.arange(tape.count, dtype=np.int32) - tape.operand
    return np.where((tape.operand >= tape.start) & (back <= FAR), back, 0)


def pieces(kind: Array, back: Array) -> list[Piece]:
    """A tape's pieces in order; steps are equal if their kinds and distances are."""
    signature = kind.astype(np.int64)
    for column in back:
        signature = signature * (FAR + 1) + column
    return list(_pieces(signature, 0, len(signature), len(signature) // 8))


def _pieces(signature: Array, first: int, last: int, least: int) -> list[Piece]:
    length = last - first
    if length > max(least, _ROUNDS):
        for middle in (length // 2, length // 4, 3 * length // 4):
            found = _around(signature[first:last], middle)
            if found.count:
                found = Piece(first + found.first, found.period, found.count)
                return [
                    *_pieces(signature, first, found.first, least), found,
                    *_pieces(signature, found.last, last, least),
                ]  # fmt: skip
    return [Piece(first, length, 1)] if length else []


def _around(signature: Array, middle: int) -> Piece:
    """The rounds in the midst of which a step is; none if there are too few."""
    window = signature[max(middle - FAR, 0) : middle + FAR]
    for period in range(1, min(FAR, len(window)) // 2 + 1):
        if signature[middle] == signature[middle - period] and np.array_equal(
            window[period:], window[:-period]
        ):
            same = np.append(signature[period:] == signature[:-period], False)
            start = middle - period
            before, after = np.flatnonzero(~same[:start]), np.flatnonzero(~same[start:])
            first = int(before[-1]) + 1 if len(before) else 0
            count = (start + int(after[0]) + period - first) // period
            return Piece(first, period, count if count >= _ROUNDS else 0)
    return Piece(0, 0, 0)
