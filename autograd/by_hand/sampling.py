"""Other points near by, at which a formula has to be right too."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from autograd.by_hand.points import Array, Plan, Points
from autograd.ops import Course

__all__ = ["around", "beyond"]

_RADII = (0.3, 0.05, 0.005, 1e-4)  # the widest first: past a kink, another formula holds
_FAR = 3.0
_NEAR = 0.01  # a `where` keeps its branch: nobody knows how far its condition holds
_EACH = 4
_ALONE = 64  # leaves tried one by one, where moving all of them leads nowhere


def around(plan: Plan, count: int, still: Collection[int] = ()) -> Points:
    """The graph at its own numbers, and at up to ``count`` points around.

    All leaves move, inside the domain and on this side of every kink and jump; a leaf that cannot move
    alone stays where it is.

    Args:
        plan: the graph.
        count: how many points to look for.
        still: the numbers of leaves that are not to move.
    """
    moving = [i for i in plan.leaf_numbers if i not in still]
    points = plan.at(_moved(plan, moving))
    fine = _comparable(plan, points)
    if len(fine) == 1 and len(moving) <= _ALONE:
        alone = plan.start(len(moving) + 1)
        for column, i in enumerate(moving, 1):
            alone[i, column] += 1e-4 * (abs(alone[i, column]) + 0.3)
        able = set(_comparable(plan, plan.at(alone)))
        points = plan.at(_moved(plan, [i for c, i in enumerate(moving, 1) if c in able]))
        fine = _comparable(plan, points)
    return points.chosen(fine[: count + 1])


def beyond(plan: Plan) -> Points | None:
    """The graph at points farther off, on both sides of its kinks; None if it has none."""
    if all(batch.op.course is Course.SMOOTH for batch in plan.batches):
        return None
    points = plan.at(_moved(plan, plan.leaf_numbers, (_FAR,) * 4))
    return points.chosen(np.flatnonzero(np.isfinite(points.slopes).all(0)).tolist())


def _moved(plan: Plan, leaves: list[int], radii: tuple[float, ...] = _RADII) -> Array:
    """(N, points): the graph's own numbers, then moved ones, the farthest first."""
    generator = np.random.default_rng(0)
    data = plan.start(1 + _EACH * len(radii))
    here = data[leaves, :1]
    shape = (len(leaves), _EACH)
    chosen = any(node.op == "where" for node in plan.order)
    for i, radius in enumerate(radii):
        radius = min(radius, _NEAR) if chosen else radius
        moves = generator.uniform(0.3, 1.0, shape) * generator.choice([-1.0, 1.0], shape)
        data[leaves, 1 + i * _EACH : 1 + (i + 1) * _EACH] = here + radius * moves * (
            abs(here) + 0.3
        )
    return data


def _comparable(plan: Plan, points: Points) -> list[int]:
    """The columns where all is finite and on the same piece as in the first, which is always one."""
    ok: Array = np.array(np.isfinite(points.data).all(0) & np.isfinite(points.slopes).all(0))
    for batch in plan.batches:
        if batch.op.course is Course.SMOOTH:
            continue
        if batch.op.course is Course.STEPPED:
            values = points.data[batch.nodes]
            ok &= (values == values[:, :1]).all(0)
        for edges in batch.edges:
            if edges is not None:
                slopes = points.slopes[edges]
                ok &= (abs(slopes - slopes[:, :1]) <= 0.1).all(0)
    ok[0] = True
    return np.flatnonzero(ok).tolist()
