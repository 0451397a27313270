"""Where things stand on a page: labels beside each other, and large graphs in two storeys."""

from __future__ import annotations

import random

from viz.page.layout import _overlap, _Taken


def test_who_looks_at_neighbours_only_sees_all_that_is_under_him() -> None:
    draw = random.Random(0)
    taken, every = _Taken(), []
    for _ in range(300):
        x, y = draw.uniform(-300, 900), draw.uniform(-300, 900)
        one = (x, y, x + draw.uniform(1, 250), y + draw.uniform(1, 120))
        assert taken.under(one) == sum(_overlap(one, other) for other in every)
        taken.add(one)
        every.append(one)
