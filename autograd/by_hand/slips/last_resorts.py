"""What is tried when no slip of its own fits: another point, two slips at once, a bare ratio."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import combinations, permutations

import numpy as np

from autograd.by_hand.points import Array
from autograd.by_hand.slips.case import Case, Family
from autograd.by_hand.slips.whole_slips import fraction

__all__ = ["bare_ratio", "twofold", "wrong_points"]

_MOST_WORK = 600_000  # numbers worked out in search of another point


def wrong_points(case: Case) -> Iterator[Family]:
    """The right formula with wrong numbers: leaves exchanged, negated, or taken as 0 or 1."""
    plan, count = case.plan, case.data.shape[1]
    leaves = plan.leaf_numbers
    room = _MOST_WORK // (len(plan.order) * count)
    names: list[str] = []
    changes: list[dict[int, Array]] = []
    for i, j in combinations(leaves, 2):
        if len(changes) >= room:
            break
        names.append(f"with {case.name(i)} and {case.name(j)} exchanged")
        changes.append({i: case.data[j], j: case.data[i]})
    for i, j in permutations(leaves, 2):
        if len(changes) >= room:
            break
        names.append(f"with {case.name(j)} in place of {case.name(i)}")
        changes.append({i: case.data[j]})
    for stem, alike in _numbered(case).items():
        names.append(f"with {stem} = 0 for all of them")
        changes.append({i: 0 * case.data[i] for i in alike})
    for i in leaves:
        if len(changes) >= room:
            break
        for says, x in (
            ("−" + case.name(i) + " in place of " + case.name(i), -case.data[i]),
            (case.name(i) + " = 0", 0 * case.data[i]),
            (case.name(i) + " = 1", 1 + 0 * case.data[i]),
        ):
            names.append(f"with {says}")
            changes.append({i: x})
    if not changes:
        return
    data = np.tile(case.data, (1, len(changes)))
    for k, change in enumerate(changes):
        for node, x in change.items():
            data[node, k * count : (k + 1) * count] = x
    found = plan.at(data).up[case.value].reshape(len(changes), count)
    yield Family("point", 60.0, found, lambda i: f"it is evaluated at the wrong point: {names[i]}")


def _numbered(case: Case) -> dict[str, list[int]]:
    """The leaves that one letter names: y1, y2, y3."""
    found: dict[str, list[int]] = {}
    for i in case.plan.leaf_numbers:
        stem = case.plan.order[i].label.rstrip("0123456789")
        if stem:
            found.setdefault(stem, []).append(i)
    return {stem: alike for stem, alike in found.items() if len(alike) > 1}


def bare_ratio(hand: float, true: float) -> str:
    """A factor without a cause: a fact, stated where there is nothing better to say."""
    ratio = hand / true if true else math.inf
    return f"it is {fraction(ratio)} times what it should be" if math.isfinite(ratio) else ""


def twofold(families: list[Family]) -> Iterator[Family]:
    """Each slip together with a flipped sign, or with a 2 too much or too little."""
    for factor, says in (
        (-1.0, "the sign is flipped"),
        (0.5, "a factor 2 is missing"),
        (2.0, "a factor 2 is too much"),
    ):
        for family in families:
            yield Family(
                family.kind,
                family.rank + 40.0,
                factor * family.predicted,
                partial(_also, family, says),
            )


def _also(family: Family, says: str, i: int) -> str:
    return f"{family.text(i)}; and {says}"
