"""A large drawing in two storeys: what is inside each frame for itself, then the frames as boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from viz.page.layout import Arrow, Box, Frame, Layout, Point, labelled, lay_out

__all__ = ["lay_out_in_storeys"]

_AIR, _TITLE = 12.0, 24.0  # pixels around what is inside a frame, and above it
_SPACING = (24.0, 220.0)


def lay_out_in_storeys(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    frames: Sequence[Frame],
    *,
    rankdir: str = "LR",
    spacing: tuple[float, float] = (16.0, 72.0),
    label: tuple[float, float] = (46.0, 14.0),
    large: bool = True,
    timeout: float = 60.0,
) -> Layout:
    """As `lay_out`, for graphs of which most is in frames: the time of the largest frame, not of all.

    A line from one frame to another goes straight there.
    """
    how: dict[str, Any] = {"rankdir": rankdir, "large": large, "timeout": timeout}
    rooms = {room.id: room for frame in frames for room in (frame.frames or (frame,))}
    room_of = {box: room.id for room in rooms.values() for box in room.inside}
    inner = {
        name: _furnished(room, boxes, arrows, room_of, spacing=spacing, **how)
        for name, room in rooms.items()
    }
    outer = _outer(boxes, arrows, frames, inner, room_of, **how)
    corners = {box.id: (box.x + _AIR, box.y + _TITLE) for box in outer.boxes if box.id in rooms}
    free = {box.id: box for box in outer.boxes if box.id not in rooms}
    moved = {b.id: _moved(b, corners[n]) for n, laid in inner.items() for b in laid.boxes}
    lines = {a.id: _shifted(a, corners[n]) for n, laid in inner.items() for a in laid.arrows}
    placed = [moved.get(box.id) or free[box.id] for box in boxes]
    at = {box.id: box for box in placed}
    drawn = [
        lines.get(a.id) or a._replace(path=_straight(at[a.tail], at[a.head], rankdir))
        for a in arrows
    ]
    around = tuple(_around(frame, outer) for frame in frames)
    return Layout(outer.width, outer.height, tuple(placed), labelled(drawn, placed, label), around)


def _furnished(
    room: Frame,
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    room_of: Mapping[str, str],
    **how: Any,
) -> Layout:
    """What is inside one frame, laid out for itself."""
    mine = [box for box in boxes if room_of.get(box.id) == room.id]
    lines = [a for a in arrows if room_of.get(a.tail) == room_of.get(a.head) == room.id]
    return lay_out(mine, lines, (), **how)


def _outer(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    frames: Sequence[Frame],
    inner: Mapping[str, Layout],
    room_of: Mapping[str, str],
    **how: Any,
) -> Layout:
    """The frames of the lower storey as boxes, and what is in none."""
    outside = [box for box in boxes if box.id not in room_of]
    filled = [
        Box(name, laid.width + 2 * _AIR, laid.height + _TITLE + _AIR)
        for name, laid in inner.items()
    ]
    between = {(room_of.get(a.tail, a.tail), room_of.get(a.head, a.head)) for a in arrows}
    order = {box.id: n for n, box in enumerate(outside + filled)}
    pairs = sorted((p for p in between if p[0] != p[1]), key=lambda p: (order[p[0]], order[p[1]]))
    lines = [Arrow(f"s{n}", *pair) for n, pair in enumerate(pairs)]
    layers = [
        f._replace(inside=tuple(room.id for room in f.frames), frames=())
        for f in frames
        if f.frames
    ]
    return lay_out(outside + filled, lines, layers, spacing=_SPACING, **how)


def _moved(box: Box, corner: Point) -> Box:
    return box._replace(x=box.x + corner[0], y=box.y + corner[1])


def _shifted(arrow: Arrow, corner: Point) -> Arrow:
    return arrow._replace(path=tuple((x + corner[0], y + corner[1]) for x, y in arrow.path))


def _straight(tail: Box, head: Box, rankdir: str) -> tuple[Point, ...]:
    """From the side that arrows leave to the side where they arrive."""
    axis, sign = int(rankdir in ("TB", "BT")), -1 if rankdir in ("RL", "BT") else 1
    ends = []
    for box, way in ((tail, sign), (head, -sign)):
        end = [box.x + box.width / 2, box.y + box.height / 2]
        end[axis] += way * (box.width, box.height)[axis] / 2
        ends.append(end)
    half = (ends[1][axis] - ends[0][axis]) / 2
    bends = [list(ends[0]), list(ends[1])]
    bends[0][axis] += half
    bends[1][axis] -= half
    return tuple((x, y) for x, y in (ends[0], *bends, ends[1]))


def _around(frame: Frame, outer: Layout) -> Frame:
    """A frame where its box stands, or, around several, where the layout drew it."""
    boxes = {box.id: box for box in outer.boxes}
    drawn = {found.id: found for found in outer.frames} | boxes
    at: Any = drawn[frame.id]
    return frame._replace(
        x=at.x, y=at.y, width=at.width, height=at.height,
        frames=tuple(_around(inside, outer) for inside in frame.frames),
    )  # fmt: skip
