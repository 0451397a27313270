"""Right with the numbers of this problem put in: 6·y for 2·x·y where x = 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.by_hand.answer import Answer
from autograd.by_hand.points import Array, Points
from autograd.by_hand.sampling import around
from autograd.text.format import number

if TYPE_CHECKING:
    from autograd.by_hand.judge import Judge

__all__ = ["put_in"]

_POWERS = (1.0, 2.0, -1.0, 3.0, -2.0, 0.5)
_MOST = 12  # letters looked for


def put_in(judge: Judge, value: int, answer: Answer) -> str:
    """Which letters' numbers were put in, as ``x = 3``; "" if the answer is not right that way.

    The letters that the answer does not speak of stay where they are; then it has to be right. And each
    of those that matter has to be seen in it: a number in the text that, changed along with the letter,
    makes it right where the letter moves too. A 1 that nobody wrote is a factor forgotten.
    """
    plan = judge.plan
    if answer.typed is None:
        return ""
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
        return ""
    found: list[str] = []
    for leaf in quiet:
        moved = around(plan, 3, [i for i in quiet if i != leaf])
        if _right(judge, value, answer, moved):
            continue  # it does not matter
        if not _seen(judge, value, answer, moved, leaf) or len(found) == _MOST:
            return ""
        name = judge.names.formula(plan.order[leaf]).within_all()
        found.append(f"{name} = {number(plan.order[leaf].data)}")
    return ", ".join(found)


def _right(judge: Judge, value: int, answer: Answer, points: Points) -> bool:
    return len(points.data[0]) > 1 and _agree(judge, answer.at(points), points, value)


def _agree(judge: Judge, hand: Array, points: Points, value: int) -> bool:
    true = points.up[value]
    return bool((abs(hand - true) <= judge.rtol * abs(true) + 1e-12).all())


def _seen(judge: Judge, value: int, answer: Answer, points: Points, leaf: int) -> bool:
    """Whether a number of the formula carries the letter."""
    assert answer.typed is not None
    formula = answer.typed.formula
    x = points.data[leaf]
    here = float(x[0])
    for place, literal in enumerate(formula.numbers):
        changes = [literal + x - here, literal - x + here] if here else []
        if (
            here
            and (abs(here) != 1.0 or abs(literal) == 1.0)
            and (abs(literal) != 1.0 or abs(here) == 1.0)
        ):
            changes += [
                literal * np.sign(x / here) ** (p % 2) * abs(x / here) ** p for p in _POWERS
            ]
        if literal in (here, -here):
            changes.append(x * (1 if literal == here else -1))
        for change in changes:
            hand = np.array([
                answer.at(points.chosen([k]), formula.with_number(place, float(c)))[0]
                for k, c in enumerate(change)
            ])  # fmt: skip
            if _agree(judge, hand, points, value):
                return True
    return False
