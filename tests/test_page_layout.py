"""Where things stand on a page: labels beside each other, and large graphs in two storeys."""

from __future__ import annotations

import random

import pytest

from viz.page.layout import Arrow, Box, Frame, _overlap, _Taken
from viz.page.storeys import lay_out_in_storeys


def test_who_looks_at_neighbours_only_sees_all_that_is_under_him() -> None:
    draw = random.Random(0)
    taken, every = _Taken(), []
    for _ in range(300):
        x, y = draw.uniform(-300, 900), draw.uniform(-300, 900)
        one = (x, y, x + draw.uniform(1, 250), y + draw.uniform(1, 120))
        assert taken.under(one) == sum(_overlap(one, other) for other in every)
        taken.add(one)
        every.append(one)


def within(inner: Box | Frame, outer: Frame) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


@pytest.mark.parametrize("rankdir", ["LR", "TB", "RL", "BT"])
def test_in_two_storeys_all_is_in_its_frame_and_nothing_lies_on_another(rankdir: str) -> None:
    boxes = [Box(f"v{k}", 90.0, 60.0) for k in range(9)]
    pairs = [(0, 1), (1, 2), (0, 3), (3, 4), (2, 5), (4, 5), (5, 6), (6, 7), (7, 8)]
    arrows = [Arrow(f"e{a}_{b}", f"v{a}", f"v{b}") for a, b in pairs]
    one, two = Frame("g2", "one", ("v1", "v2")), Frame("g4", "two", ("v3", "v4"))
    alone = Frame("g7", "alone", ("v5", "v6", "v7"))
    frames = (Frame("layer4", "both", (), (one, two)), alone)
    laid = lay_out_in_storeys(boxes, arrows, frames, rankdir=rankdir)
    at = {box.id: box for box in laid.boxes}
    assert [box.id for box in laid.boxes] == [box.id for box in boxes]
    layer, lone = laid.frames
    for room in (*layer.frames, lone):
        assert all(within(at[box], room) == (box in room.inside) for box in at)
    assert all(within(room, layer) for room in layer.frames)
    places = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in laid.boxes]
    assert all(_overlap(a, b) == 0 for k, a in enumerate(places) for b in places[:k])
    across, sign = rankdir in ("LR", "RL"), -1 if rankdir in ("RL", "BT") else 1
    for arrow in laid.arrows:  # from edge to edge, where the arrows point
        for point, box, way in (
            (arrow.path[0], at[arrow.tail], 1),
            (arrow.path[-1], at[arrow.head], -1),
        ):
            middle = [box.x + box.width / 2, box.y + box.height / 2]
            middle[not across] += sign * way * (box.width if across else box.height) / 2
            assert point == pytest.approx(middle, abs=1.0)
