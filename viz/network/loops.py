"""What a recurrent layer passes to its next step: arrows around the drawing."""

from __future__ import annotations

from collections.abc import Iterator

from viz.network.geometry import Geometry
from viz.scene import Edge

__all__ = ["loops"]

Point = tuple[float, float]


def loops(geometry: Geometry) -> Iterator[Edge]:
    """A dashed arrow for each number that comes back one time step later."""
    outside = 0
    for line in geometry.back:
        (a, i), (b, j) = line.source, line.target
        start = geometry.x[a], geometry.y[line.source]
        end = geometry.x[b], geometry.y[line.target]
        r = geometry.sizes.diameter / 2
        if a == b:
            path = _above(start, r)
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
