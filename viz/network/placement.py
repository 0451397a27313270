"""Where labels stand at straight edges, so that each owns its edge: none covers another line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Plate", "Segment", "overlap", "place"]

_PLACES = np.linspace(0.07, 0.93, 44)  # how far along the edge
_ASIDE = (0.0, 1.0, -1.0, 1.9, -1.9)  # how far beside it, in widths of the plate across the edge
_ROUNDS = 40
_CLOSE = 1.5  # points between a plate and a line that is not its own
_COVERED, _CROSSED, _OVERLAPS, _BESIDE = 40.0, 400.0, 50.0, 26.0  # what disturbs, in points

Numbers = NDArray[np.float64]


class Box(NamedTuple):
    """A rectangle: its centre and its whole width and height, in points."""

    x: float
    y: float
    width: float
    height: float


class Segment(NamedTuple):
    """A straight edge, and the size of the label that is to stand at it."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    height: float
    thickness: float = 1.0


class Plate(NamedTuple):
    """Where a label stands; the point of its edge that a leader points to, if it stands beside it."""

    box: Box
    anchor: tuple[float, float] | None = None

    def moved(self, x: float) -> Plate:
        """The same, so far to the right."""
        anchor = self.anchor and (self.anchor[0] + x, self.anchor[1])
        return Plate(self.box._replace(x=self.box.x + x), anchor)


class Placed(NamedTuple):
    """The labels of several edges, and how many points of other lines they hide."""

    plates: list[Plate]
    hidden: float


def overlap(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    across = min(a.x + a.width / 2, b.x + b.width / 2) - max(a.x - a.width / 2, b.x - b.width / 2)
    up = min(a.y + a.height / 2, b.y + b.height / 2) - max(a.y - a.height / 2, b.y - b.height / 2)
    return across * up if across > 0 and up > 0 else 0.0


def place(edges: Sequence[Segment], obstacles: Sequence[Box] = ()) -> Placed | None:
    """A plate for each edge: no two overlap, none an obstacle. None if none were found.

    A plate stands on its own edge where no other line runs beneath it, else beside it with a leader.
    Each moves in turn to where it disturbs least; that ends when none wants to move.
    """
    lines = np.array([edge[:4] for edge in edges])
    thick = np.array([edge.thickness for edge in edges])
    walls = np.array([box[:4] for box in obstacles]).reshape(-1, 4)
    places, anchors, costs, hidden = [], [], [], []
    for k, edge in enumerate(edges):
        boxes, points, aside = _candidates(edge)
        others = np.arange(len(edges)) != k
        covered = _inside(lines[others], boxes, _CLOSE)
        crossed = _crossings(np.c_[points, boxes[:, :2]], lines[others]) * (aside != 0)
        away = np.abs(np.tile(_PLACES, len(_ASIDE)) - 0.5)
        costs.append(
            _COVERED * (covered * (1 + thick[others] / 3)).sum(1) + _CROSSED * crossed
            + 12.0 * away + _BESIDE * np.abs(aside) + 500.0 * _overlaps(boxes, walls).sum(1)
        )  # fmt: skip
        places.append(boxes)
        anchors.append(points)
        hidden.append(covered.sum(1) + 20.0 * crossed)
    chosen = [int(cost.argmin()) for cost in costs]
    for _ in range(_ROUNDS):
        before = list(chosen)
        now = np.array([boxes[c] for boxes, c in zip(places, chosen)])
        for k, boxes in enumerate(places):
            others = np.arange(len(edges)) != k
            best = costs[k] + _OVERLAPS * _overlaps(boxes, now[others]).sum(1)
            if best.min() < best[chosen[k]] - 1e-9:
                chosen[k] = int(best.argmin())
                now[k] = boxes[chosen[k]]
        if chosen == before:
            break
    shared = np.triu(_overlaps(now, now), 1).sum() + _overlaps(now, walls).sum()
    if shared > 0:
        return None
    plates = []
    for k, c in enumerate(chosen):
        x, y = anchors[k][c]
        beside = c >= len(_PLACES)
        plates.append(Plate(Box(*now[k]), (float(x), float(y)) if beside else None))
    return Placed(plates, float(sum(h[c] for h, c in zip(hidden, chosen))))


def _candidates(edge: Segment) -> tuple[Numbers, Numbers, Numbers]:
    """Boxes [place, 4], the points of the edge that they belong to [place, 2], how far beside it."""
    start, way = np.array(edge[:2]), np.array(edge[2:4]) - edge[:2]
    across = np.array([-way[1], way[0]]) / (np.hypot(*way) or 1.0)
    reach = (
        (abs(across[0]) * edge.width + abs(across[1]) * edge.height) / 2 + 3 + edge.thickness / 2
    )
    points = np.tile(start + _PLACES[:, None] * way, (len(_ASIDE), 1))
    aside = np.repeat(_ASIDE, len(_PLACES))
    centres = points + (aside * reach)[:, None] * across
    size = np.broadcast_to([edge.width, edge.height], centres.shape)
    return np.c_[centres, size], points, aside


def _overlaps(a: Numbers, b: Numbers) -> Numbers:
    """The area that each box of ``a`` shares with each of ``b``: [a, b]."""
    half = (a[:, None, 2:] + b[None, :, 2:]) / 2
    least = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.minimum(half - np.abs(a[:, None, :2] - b[None, :, :2]), least)
    return np.where((shared > 0).all(2), shared.prod(2), 0.0)


def _inside(lines: Numbers, boxes: Numbers, margin: float) -> Numbers:
    """How much of each line each box covers, in points: [box, line] (Liang & Barsky 1984)."""
    way = lines[:, 2:] - lines[:, :2]
    still = np.abs(way) < 1e-9
    speed = np.where(still, 1.0, way)
    low, high = np.zeros((len(boxes), len(lines))), np.ones((len(boxes), len(lines)))
    for axis in (0, 1):
        half = boxes[:, None, 2 + axis] / 2 + margin
        to = boxes[:, None, axis] - lines[None, :, axis]
        ends = np.sort([(to - half) / speed[:, axis], (to + half) / speed[:, axis]], axis=0)
        missed = still[:, axis] & (np.abs(to) > half)
        crossed = ~still[:, axis]
        low = np.where(crossed, np.maximum(low, ends[0]), np.where(missed, 2.0, low))
        high = np.where(crossed, np.minimum(high, ends[1]), high)
    return np.maximum(0.0, high - low) * np.hypot(way[:, 0], way[:, 1])


def _crossings(a: Numbers, b: Numbers) -> Numbers:
    """How many of the lines ``b`` each of the lines ``a`` crosses: [a]."""

    def side(p: Numbers, q: Numbers, r: Numbers) -> Numbers:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )

    p, q = a[:, None, :2], a[:, None, 2:]
    r, s = b[None, :, :2], b[None, :, 2:]
    apart = (side(p, q, r) * side(p, q, s) < 0) & (side(r, s, p) * side(r, s, q) < 0)
    crossed: Numbers = apart.sum(1).astype(float)
    return crossed
