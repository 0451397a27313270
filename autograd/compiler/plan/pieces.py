"""Where a tape repeats itself: pieces of equal rounds, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import Tape
from autograd.compiler.read.arrays import Array, Graph

__all__ = ["FAR", "STRAIGHT", "Piece", "can_be_straight", "distances", "pieces"]

FAR = 2048  # rows back: a round is half of that at most
STRAIGHT = (
    12_000  # numbers that machine code writes line by line, at most: two seconds of compiling
)
_ROUNDS = 8  # fewer are no piece
_OFTEN = 16  # so many readers of a number do not say where it stands


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
    return _back(tape.operand - tape.start)


def _back(place: Array) -> Array:
    """The same, from places in the tape, negative ones for elsewhere; what many read is elsewhere."""
    often = np.bincount(place[place >= 0], minlength=place.shape[1]) > _OFTEN
    back = np.arange(place.shape[1], dtype=np.int32) - place
    near = (place >= 0) & (back <= FAR) & ~often[np.maximum(place, 0)]
    return np.where(near, back, 0)


def pieces(kind: Array, back: Array) -> list[Piece]:
    """A tape's pieces in order; steps are equal if their kinds and distances are."""
    signature = kind.astype(np.int64)
    for column in back:
        signature = signature * (FAR + 1) + column
    return list(_pieces(signature, 0, len(signature), len(signature) // 8))


def can_be_straight(graph: Graph) -> bool:
    """Whether a line of machine code for each node beats a tape: few nodes, no equal rounds."""
    nodes = np.flatnonzero((graph.code > 0) & ~graph.constant)
    if len(nodes) > STRAIGHT:
        return False
    at = np.full(len(graph) + 1, -1)  # and what −1 finds
    at[nodes] = np.arange(len(nodes))
    back = _back(np.array([at[x[nodes]] for x in (graph.a, graph.b)]))
    found = pieces(graph.code[nodes], back)
    return 2 * sum(p.last - p.first for p in found if p.count > 1) < len(nodes)


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
    reach = min(FAR, len(signature) // 8)  # the ends may differ
    window = signature[middle - min(reach, middle) : middle + reach]
    for period in range(1, len(window) // 2 + 1):
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
