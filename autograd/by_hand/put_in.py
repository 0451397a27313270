"""Right with the numbers of this problem put in: 6·y for 2·x·y where x = 3."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from autograd.by_hand.answer import Answer
from autograd.by_hand.points import Array, Points
from autograd.by_hand.sampling import around
from autograd.formulas.grammar import tokens

if TYPE_CHECKING:
    from autograd.by_hand.judge import Judge

__all__ = ["put_in"]

_POWERS = (1.0, 2.0, -1.0, 3.0, -2.0, 0.5)
_MOST = 12  # letters looked for
_CARRIERS = 6  # numbers that may have come from one letter, of which every group is tried


def put_in(judge: Judge, value: int, answer: Answer) -> dict[str, float]:
    """Which letters' numbers were put in, by their names; none if the answer is not right that way.

    The letters that the answer does not speak of stay where they are; then it has to be right. And each
    of those that matter has to be seen in it: a number in the text that, changed along with the letter,
    makes it right where the letter moves too. A 1 that nobody wrote is a factor forgotten.
    """
    plan = judge.plan
    if answer.typed is None:
        return {}
    spoken = np.zeros(len(plan.order), bool)
    spoken_of = [*answer.nodes.values(), *(of for of, _ in answer.typed.derivatives.values())]
    for node in spoken_of:
        spoken[plan.index[id(node)]] = True
    for i in range(len(plan.order) - 1, -1, -1):
        if spoken[i]:
            for edge in plan.into[i].tolist():
                if edge >= 0:
                    spoken[plan.parent[edge]] = True
    quiet = [i for i in plan.leaf_numbers if not spoken[i]]
    if not quiet or not _right(judge, value, answer, around(plan, 3, quiet)):
        return {}
    found: dict[str, float] = {}
    for leaf in quiet:
        moved = around(plan, 3, [i for i in quiet if i != leaf])
        if _right(judge, value, answer, moved):
            continue  # it does not matter
        if not _seen(judge, value, answer, moved, leaf) or len(found) == _MOST:
            return {}
        found[judge.names.formula(plan.order[leaf]).within_all()] = plan.order[leaf].data
    return found


def _right(judge: Judge, value: int, answer: Answer, points: Points) -> bool:
    return len(points.data[0]) > 1 and _agree(judge, answer.at(points), points, value)


def _agree(judge: Judge, hand: Array, points: Points, value: int) -> bool:
    true = points.up[value]
    return bool((abs(hand - true) <= judge.rtol * abs(true) + 1e-12).all())


def _seen(judge: Judge, value: int, answer: Answer, points: Points, leaf: int) -> bool:
    """Whether numbers of the formula carry the letter."""
    assert answer.typed is not None
    formula, here = answer.typed.formula, abs(float(points.data[leaf, 0]))
    written = [float(t.text) for t in tokens(answer.typed.text) if t.kind == "number"]
    if here not in (0.0, 1.0) and any(math.isclose(x, here) for x in written):
        return True
    for change in _changes(formula.numbers, points.data[leaf]):
        hand = np.array([
            answer.at(
                points.chosen([k]), formula.with_numbers({p: float(c[k]) for p, c in change.items()})
            )[0]
            for k in range(len(points.data[0]))
        ])  # fmt: skip
        if _agree(judge, hand, points, value):
            return True
    return False


def _changes(literals: tuple[float, ...], x: Array) -> Iterator[dict[int, Array]]:
    """What the numbers of a formula become where a letter was put in, by their places."""
    here = float(x[0])
    if not here:
        yield from ({place: x} for place, literal in enumerate(literals) if not literal)
        return

    def power(literal: float, p: float) -> Array:
        moved: Array = literal * np.sign(x / here) ** (p % 2) * abs(x / here) ** p
        return moved

    for place, literal in enumerate(literals):
        yield {place: literal + x - here}
        yield {place: literal - x + here}
        if (abs(here) == 1.0) == (abs(literal) == 1.0):
            yield from ({place: power(literal, p)} for p in _POWERS)
    carriers = {
        place: power(literal, p)
        for place, literal in enumerate(literals)
        for p in _POWERS[::-1]
        if math.isclose(abs(literal), abs(here) ** p)
    }
    for size in range(2, len(carriers) + 1) if len(carriers) <= _CARRIERS else (len(carriers),):
        for places in combinations(carriers, size):
            yield {place: carriers[place] for place in places}
