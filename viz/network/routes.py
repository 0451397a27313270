"""The way of a line: straight, through its row of numbers, past a column, or back around all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from nn.architecture import Kernel
from viz.network.geometry import Geometry
from viz.network.placement import Box, Plate
from viz.network.ports import STUB
from viz.network.units import DETAILED, Connection
from viz.scene import Edge

__all__ = ["loops", "route"]

Point = tuple[float, float]


def route(geometry: Geometry, line: Connection, plate: Plate | None) -> tuple[Point, ...]:
    """The points of an edge, as Bézier curves."""
    (a, _), (b, _) = line.source, line.target
    if geometry.ported and b == a + 2 and _rows_before(geometry, a + 1):
        return _past(geometry, line)
    if plate is None or not geometry.ported or isinstance(line.weight, Kernel):
        x0, y0, x1, y1 = geometry.segment(line, geometry.x[a], geometry.x[b])[:4]
        return _bezier([(x0, y0), (x1, y1)])
    x, y, r = geometry.x[b], geometry.y[line.target], geometry.extent(b) / 2 + 0.5
    up = max(-0.7 * r, min(0.7 * r, 0.35 * (plate.box.y - y)))
    start = geometry.x[a] + geometry.extent(a) / 2 + 0.5, geometry.y[line.source]
    return _through(start, plate.box, (x - math.sqrt(r * r - up * up), y + up))


def _past(geometry: Geometry, line: Connection) -> tuple[Point, ...]:
    """The way past a column and the rows in front of it: between two of its units."""
    (a, i), (b, _) = line.source, line.target
    left = min(plate.box.x - plate.box.width / 2 for plate in _rows_before(geometry, a + 1))
    right = geometry.x[a + 1] + geometry.extent(a + 1) / 2 + STUB / 2
    r, y = geometry.extent(a) / 2 + 0.5, geometry.y[line.source]
    free = [(high.y + low.y) / 2 for high, low in pairwise(geometry.slots[a + 1])]
    between = min(free, key=lambda height: abs(height - y), default=y) + 3.0 * (i % 3 - 1)
    box = Box((left + right) / 2, between, right - left, 0.0)
    return _through((geometry.x[a] + r, y), box, (geometry.x[b] - r, geometry.y[line.target]))


def _rows_before(geometry: Geometry, c: int) -> list[Plate]:
    """The rows in front of column ``c``."""
    gaps = zip(geometry.shown[1:], geometry.gaps)
    return next((plates or [] for column, (_, plates) in gaps if column == c), [])


def _through(start: Point, box: Box, end: Point) -> tuple[Point, ...]:
    left, right = (box.x + side * box.width / 2 for side in (-1, 1))
    return _bezier([start, (left, box.y), (right, box.y), end])


def _bezier(turns: list[Point]) -> tuple[Point, ...]:
    """Straight lines from point to point."""
    points = turns[:1]
    for (x0, y0), (x1, y1) in pairwise(turns):
        points += [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (1 / 3, 2 / 3, 1)]
    return tuple(points)


def loops(geometry: Geometry) -> Iterator[Edge]:
    """A dashed arrow for each number that comes back one time step later."""
    outside = 0
    for line in geometry.back:
        (a, i), (b, j) = line.source, line.target
        start = geometry.x[a], geometry.y[line.source]
        end = geometry.x[b], geometry.y[line.target]
        r = geometry.sizes.diameter / 2
        if a == b:
            path = _above(start, r) if geometry.sizes is DETAILED else _aside(start, r)
        else:
            path = _around(
                start, end, r, geometry.bottom + r + 32.0 + 14.0 * outside, 26.0 + 9.0 * outside
            )
            outside += 1
        names = geometry.columns[a].name(i), geometry.columns[b].name(j)
        yield Edge(
            f"back{b}_{j}_{i}", f"n{a}_{i}", f"n{b}_{j}", tone="plain", width=1.2, style="dashed",
            path=path, arrow=True, tooltip=f"{names[0]} comes back as {names[1]} one step later",
        )  # fmt: skip


def _above(at: Point, r: float) -> tuple[Point, ...]:
    x, y = at
    return (
        (x + 0.55 * r, y + 0.84 * r), (x + 1.4 * r, y + 2.1 * r),
        (x - 1.4 * r, y + 2.1 * r), (x - 0.55 * r, y + 0.84 * r),
    )  # fmt: skip


def _aside(at: Point, r: float) -> tuple[Point, ...]:
    """Where units stand close, at the upper left: above, it would seem to lead to the next unit."""
    x, y = at
    return (
        (x - 0.94 * r, y + 0.34 * r), (x - 2.2 * r, y + 0.9 * r),
        (x - 1.3 * r, y + 1.75 * r), (x - 0.5 * r, y + 0.87 * r),
    )  # fmt: skip


def _around(start: Point, end: Point, r: float, below: float, out: float) -> tuple[Point, ...]:
    """To the right, down, back under everything, and up to the left of where it ends."""
    corner = 12.0
    right, left = start[0] + r + out, end[0] - r - out
    turns = [
        (start[0] + r, start[1]), (right, start[1]), (right, -below), (left, -below),
        (left, end[1]), (end[0] - r, end[1]),
    ]  # fmt: skip
    points = [turns[0]]
    for before, turn, after in zip(turns, turns[1:], turns[2:]):
        first = _towards(turn, before, corner)
        last = _towards(turn, after, corner)
        points += [*_straight(points[-1], first), first, turn, turn, last]
    return (*points, *_straight(points[-1], turns[-1]), turns[-1])


def _straight(a: Point, b: Point) -> tuple[Point, Point]:
    """The two inner control points of a straight line."""
    return (
        (a[0] + (b[0] - a[0]) / 3, a[1] + (b[1] - a[1]) / 3),
        (a[0] + (b[0] - a[0]) * 2 / 3, a[1] + (b[1] - a[1]) * 2 / 3),
    )


def _towards(a: Point, b: Point, distance: float) -> Point:
    """``distance`` from a on the way to b, half way at most."""
    length = max(abs(b[0] - a[0]), abs(b[1] - a[1])) or 1.0
    share = min(distance / length, 0.5)
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
