"""Slips of a value that is used several times: a use forgotten, time cut short, = for +=."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograd.by_hand.points import Array
from autograd.by_hand.slips.case import Case, Family

__all__ = ["use_slips"]


def use_slips(case: Case) -> Iterator[Family]:
    """What may happen where contributions are added up."""
    if len(case.edges):
        yield from _uses(case)
        yield from _assigned(case)


# A list to read from top to bottom: one entry a slip, so that adding one is adding an entry.
def _uses(case: Case) -> Iterator[Family]:
    """The value is used several times: one time step, all but one, the first or last few, shifted."""
    uses = case.edges[case.parent == case.value]
    count = len(uses)
    if count < 2:
        return
    up, local = case.up[case.plan.child[uses]], case.slopes[uses]
    each = local * up
    by = case.name(case.value)

    def use(i: int) -> str:
        return f"{by} → {case.name(int(case.plan.child[uses[i]]))}"

    from_first, from_last = np.cumsum(each, 0)[:-1], np.cumsum(each[::-1], 0)[:-1]
    yield Family(
        "path", 19.0, each, lambda i: f"of {count} uses of {by} only one is left: {use(i)}"
    )
    yield Family(
        "path",
        19.2,
        from_first,
        lambda i: f"only the first {i + 1} of {count} uses of {by} are left, up to {use(i)}",
    )
    yield Family(
        "path",
        19.1,
        from_last,
        lambda i: (
            f"only the last {i + 1} of {count} uses of {by} are left, from {use(count - 1 - i)} on"
        ),
    )
    yield Family(
        "path",
        22.2,
        each.prod(0)[None],
        lambda _: f"the contributions of the {count} uses of {by} are added, not multiplied",
    )
    others = [
        ("in reverse order", local[::-1]),
        ("each from the use before", np.roll(local, 1, 0)),
        ("each from the use after", np.roll(local, -1, 0)),
        ("each from the use after, the last left out", np.vstack([local[1:], 0 * local[:1]])),
        ("each from the use before, the first left out", np.vstack([0 * local[:1], local[:-1]])),
    ]
    yield Family(
        "other",
        21.0,
        np.array([(up * slopes).sum(0) for _, slopes in others]),
        lambda i: (
            f"the {count} uses of {by} are matched with the wrong local derivatives: {others[i][0]}"
        ),
    )


def _assigned(case: Case) -> Iterator[Family]:
    """= where += was meant: at one shared node, or in the whole pass."""
    by_parent = np.argsort(case.parent, kind="stable")
    parents = case.parent[by_parent]
    first = np.flatnonzero(np.diff(parents, prepend=-1))
    counts = np.diff([*first, len(parents)])
    shared = np.flatnonzero(counts > 1)
    if not len(shared):
        return
    starts = first[shared]
    nodes = parents[starts]
    last, early = case.edges[by_parent[starts]], case.edges[by_parent[starts + counts[shared] - 1]]
    for rank, edges, left in ((17.0, last, "last"), (23.0, early, "first")):
        kept = case.slopes[edges] * case.up[case.plan.child[edges]]
        yield Family(
            "overwritten",
            rank,
            case.true + (kept - case.up[nodes]) * case.down[nodes],
            partial(_only, case, nodes, counts[shared], left),
        )
    if len(shared) > 1:
        slopes = np.zeros_like(case.slopes)
        chosen = case.edges[by_parent[first]]
        slopes[chosen] = case.slopes[chosen]
        found = case.plan.down(slopes, case.value, case.batches)[case.plan.root][None]
        yield Family(
            "overwritten",
            16.9,
            found,
            lambda _: "= where += was meant: of every gradient only the last contribution is left",
        )


def _only(case: Case, nodes: Array, counts: Array, which: str, i: int) -> str:
    all = f"of the {counts[i]} contributions to {case.name(int(nodes[i]))}.grad"
    return f"= where += was meant: {all} only the {which} is left"
