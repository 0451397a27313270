"""Where everything stands: boxes of a known size, placed by Graphviz, and lines between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from viz.process.render import render

__all__ = ["Arrow", "Box", "Frame", "Layout", "Point", "along", "labelled", "lay_out"]

Point = tuple[float, float]
_Rectangle = tuple[float, float, float, float]  # left, top, right, bottom
_PORTS = {"LR": "ew", "RL": "we", "TB": "sn", "BT": "ns"}
_BEND = 34.0  # pixels between the lines of x·x, where they are farthest apart
_AIR = 8.0  # around the text of a label
_SQUARE = 96.0  # pixels: about a card


class Box(NamedTuple):
    """A rectangle to place; ``x`` and ``y`` (its corner, y downwards) are known after `lay_out`."""

    id: str
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


class Arrow(NamedTuple):
    """A line between two boxes: a Bézier curve; and where its label stands."""

    id: str
    tail: str
    head: str
    path: tuple[Point, ...] = ()
    label: Point = (0.0, 0.0)


class Frame(NamedTuple):
    """A rectangle around boxes, with smaller ones inside it."""

    id: str
    title: str
    inside: tuple[str, ...]
    frames: tuple[Frame, ...] = ()
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0


class Layout(NamedTuple):
    """Everything placed; in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...]


def lay_out(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    frames: Sequence[Frame],
    *,
    rankdir: str = "LR",
    spacing: tuple[float, float] = (16.0, 72.0),
    label: tuple[float, float] = (46.0, 14.0),
    large: bool = False,
    plain: bool = False,
    timeout: float = 60.0,
) -> Layout:
    """Layers of boxes, few crossings.

    Args:
        boxes, arrows, frames: what to place; their order is kept among equals.
        rankdir: where the arrows point.
        spacing: pixels between neighbours, and between layers.
        label: the size of the text on an arrow.
        large: whether the layout may end before it is the tightest possible.
        plain: draw lines between neighbouring layers as straight as they can be.
        timeout: seconds after which the layout is given up.
    """
    found = json.loads(
        render(_dot(boxes, arrows, frames, rankdir, spacing, large), "json", timeout=timeout)
    )
    _, _, width, height = map(float, found["bb"].split(","))
    objects = {item["name"]: item for item in found.get("objects", ())}
    curves = {item["id"]: item["pos"] for item in found.get("edges", ())}
    placed = []
    for box in boxes:
        x, y = map(float, objects[box.id]["pos"].split(","))
        placed.append(box._replace(x=x - box.width / 2, y=height - y - box.height / 2))
    drawn = [
        arrow._replace(path=tuple((x, height - y) for x, y in _points(curves[arrow.id])))
        for arrow in arrows
    ]
    axis = 0 if rankdir in ("LR", "RL") else 1
    if plain:
        drawn = [a._replace(path=_straight(a.path, axis)) for a in drawn]
    drawn = _apart(drawn, 1 - axis)
    around = tuple(_around(frame, objects, height) for frame in frames)
    return Layout(width, height, tuple(placed), labelled(drawn, placed, label), around)


def _dot(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    frames: Sequence[Frame],
    rankdir: str,
    spacing: tuple[float, float],
    large: bool,
) -> str:
    nodesep, ranksep = (pixels / 72 for pixels in spacing)
    ports = _PORTS[rankdir]
    lines = [
        f"digraph {{ graph [rankdir={rankdir} nodesep={nodesep:.3f} ranksep={ranksep:.3f}"
        f" splines=true ordering=in{' nslimit=3' if large else ''}]",
        'node [shape=box fixedsize=true label=""]',
        f"edge [arrowhead=none tailport={ports[0]} headport={ports[1]}]",
    ]
    lines += (f"{b.id} [width={b.width / 72:.4f} height={b.height / 72:.4f}]" for b in boxes)
    lines += (f'{a.tail} -> {a.head} [id="{a.id}"]' for a in arrows)
    for frame in frames:
        lines += _cluster(frame)
    return "\n".join([*lines, "}"])


def _cluster(frame: Frame) -> list[str]:
    inner = [line for inside in frame.frames for line in _cluster(inside)]
    title = '<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="8" HEIGHT="12"><TR><TD></TD></TR></TABLE>>'
    return [
        f"subgraph cluster_{frame.id} {{ margin=10; label={title}",
        "; ".join(frame.inside), *inner, "}",
    ]  # fmt: skip


def _straight(path: tuple[Point, ...], axis: int) -> tuple[Point, ...]:
    """From end to end at once, leaving and arriving along the axis; a line that turns stays."""
    if len(path) > 4 + 3:
        return path
    (x0, y0), (x1, y1) = path[0], path[-1]
    dx, dy = ((x1 - x0) / 4, 0.0) if axis == 0 else (0.0, (y1 - y0) / 4)
    return path[0], (x0 + dx, y0 + dy), (x1 - dx, y1 - dy), path[-1]


def _apart(arrows: Sequence[Arrow], axis: int) -> list[Arrow]:
    """Lines between the same two boxes (x·x has two), bent away from each other."""
    twins: dict[tuple[str, str], list[str]] = {}
    for arrow in arrows:
        twins.setdefault((arrow.tail, arrow.head), []).append(arrow.id)
    paths = {arrow.id: arrow.path for arrow in arrows}
    bent = []
    for arrow in arrows:
        ids = twins[arrow.tail, arrow.head]
        path = paths[ids[0]]
        by = _BEND * (ids.index(arrow.id) - (len(ids) - 1) / 2)
        if len(ids) > 1:
            inner = (tuple(x + by * (k == axis) for k, x in enumerate(p)) for p in path[1:-1])
            path = (path[0], *inner, path[-1])  # type: ignore[arg-type]
        bent.append(arrow._replace(path=path if len(ids) > 1 else arrow.path))
    return bent


def _around(frame: Frame, objects: dict[str, Any], height: float) -> Frame:
    left, bottom, right, top = map(float, objects[f"cluster_{frame.id}"]["bb"].split(","))
    return frame._replace(
        x=left, y=height - top, width=right - left, height=top - bottom,
        frames=tuple(_around(inside, objects, height) for inside in frame.frames),
    )  # fmt: skip


def _points(pos: str) -> list[Point]:
    """Graphviz's spline: ``e,x,y`` and ``s,x,y`` are arrowheads, which nothing here has."""
    pairs = (pair.split(",") for pair in pos.split(";")[0].split() if pair[0] not in "es")
    return [(float(x), float(y)) for x, y in pairs]


def along(path: Sequence[Point], share: float) -> Point:
    """The point of a spline that far along, from 0 to 1, each of its curves counting alike."""
    curves = (len(path) - 1) // 3
    at = min(int(share * curves), curves - 1)
    t = share * curves - at
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    corners = path[3 * at : 3 * at + 4]
    return (
        sum(w * p[0] for w, p in zip(weights, corners)),
        sum(w * p[1] for w, p in zip(weights, corners)),
    )


_SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)


def labelled(
    arrows: Sequence[Arrow], boxes: Sequence[Box], size: tuple[float, float]
) -> tuple[Arrow, ...]:
    """Each label where it covers the least of the cards and of the labels placed before it."""
    width, height = size[0] + _AIR, size[1]
    taken = _Taken()
    for box in boxes:
        taken.add((box.x, box.y, box.x + box.width, box.y + box.height))
    placed = []
    for arrow in arrows:
        best, least = arrow.path[0], float("inf")
        for share in _SHARES:
            x, y = along(arrow.path, share)
            covered = taken.under((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
            if covered < least - 1.0:
                best, least = (x, y), covered
            if least < 1.0:
                break
        x, y = best
        taken.add((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
        placed.append(arrow._replace(label=best))
    return tuple(placed)


class _Taken:
    """Rectangles by the squares of a grid that they touch: whoever asks looks at neighbours only."""

    def __init__(self) -> None:
        self._all: list[_Rectangle] = []
        self._at: dict[tuple[int, int], list[int]] = {}

    def add(self, one: _Rectangle) -> None:
        for square in _squares(one):
            self._at.setdefault(square, []).append(len(self._all))
        self._all.append(one)

    def under(self, one: _Rectangle) -> float:
        """How much of what is taken lies under a rectangle."""
        near = {k for square in _squares(one) for k in self._at.get(square, ())}
        return sum(_overlap(one, self._all[k]) for k in sorted(near))


def _squares(one: _Rectangle) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (int(x // _SQUARE) for x in one)
    return product(range(left, right + 1), range(top, bottom + 1))


def _overlap(a: _Rectangle, b: _Rectangle) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0
