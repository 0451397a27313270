"""The way of a line between two units: straight, through its row of numbers, or past a column."""

from __future__ import annotations

import math
from itertools import pairwise

from nn.architecture import Kernel
from viz.network.geometry import Geometry
from viz.network.placement import Box, Plate
from viz.network.ports import STUB
from viz.network.units import Connection

__all__ = ["route"]

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
