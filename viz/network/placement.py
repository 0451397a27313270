"""Where labels stand on straight edges, so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Box", "Segment", "overlap", "place"]

_PLACES = [0.12 + 0.02 * k for k in range(39)]  # how far along the edge, 0.12 … 0.88
_ROUNDS = 40


class Box(NamedTuple):
    """A rectangle: its centre and its whole width and height, in points."""

    x: float
    y: float
    width: float
    height: float


class Segment(NamedTuple):
    """A straight edge, and the size of the label that is to stand on it."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    height: float
    thickness: float = 1.0

    def at(self, t: float) -> Box:
        """The label's box, centred ``t`` of the way along."""
        return Box(
            self.x0 + t * (self.x1 - self.x0),
            self.y0 + t * (self.y1 - self.y0),
            self.width,
            self.height,
        )


def overlap(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    across = min(a.x + a.width / 2, b.x + b.width / 2) - max(a.x - a.width / 2, b.x - b.width / 2)
    up = min(a.y + a.height / 2, b.y + b.height / 2) - max(a.y - a.height / 2, b.y - b.height / 2)
    return across * up if across > 0 and up > 0 else 0.0


def place(edges: Sequence[Segment], obstacles: Sequence[Box] = ()) -> list[Box] | None:
    """A box for the label of each edge: no two overlap, none an obstacle. None if none were found.

    Each label moves in turn to where it disturbs least: not over another label (forbidden), rather not
    over another edge, rather near the middle. That ends when no label wants to move.
    """
    candidates = [[edge.at(t) for t in _PLACES] for edge in edges]
    costs = [
        [_disturbance(box, t, k, edges, obstacles) for box, t in zip(boxes, _PLACES)]
        for k, boxes in enumerate(candidates)
    ]
    chosen = [min(range(len(_PLACES)), key=costs[k].__getitem__) for k in range(len(edges))]
    for _ in range(_ROUNDS):
        moved = False
        for k, places in enumerate(candidates):
            others = [candidates[j][chosen[j]] for j in range(len(edges)) if j != k]

            def cost(place: int) -> float:
                box = places[place]  # noqa: B023 (called within this turn of the loop only)
                return costs[k][place] + 50.0 * sum(overlap(box, other) for other in others)  # noqa: B023

            best = min(range(len(_PLACES)), key=cost)
            if cost(best) < cost(chosen[k]) - 1e-9:
                chosen[k], moved = best, True
        if not moved:
            break
    boxes = [candidates[k][place] for k, place in enumerate(chosen)]
    clear = all(
        not overlap(a, b) for k, a in enumerate(boxes) for b in (*boxes[k + 1 :], *obstacles)
    )
    return boxes if clear else None


def _disturbance(
    box: Box, t: float, k: int, edges: Sequence[Segment], obstacles: Sequence[Box]
) -> float:
    hidden: float = sum(
        _inside(edge, box) * (1 + edge.thickness) for j, edge in enumerate(edges) if j != k
    )
    return hidden + 12.0 * abs(t - 0.5) + 500.0 * sum(overlap(box, other) for other in obstacles)


def _inside(edge: Segment, box: Box) -> float:
    """How much of an edge a box covers, in points (Liang & Barsky 1984)."""
    dx, dy = edge.x1 - edge.x0, edge.y1 - edge.y0
    low, high = 0.0, 1.0
    for start, delta, least, most in (
        (edge.x0, dx, box.x - box.width / 2, box.x + box.width / 2),
        (edge.y0, dy, box.y - box.height / 2, box.y + box.height / 2),
    ):
        if delta == 0:
            if not least <= start <= most:
                return 0.0
            continue
        a, b = sorted(((least - start) / delta, (most - start) / delta))
        low, high = max(low, a), min(high, b)
    return max(0.0, high - low) * math.hypot(dx, dy)
