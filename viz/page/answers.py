"""Wrong answers for each gradient, and what is wrong with them: the slips of `compare`, as data."""

from __future__ import annotations

from autograd import Names
from autograd.by_hand.judge import Judge
from autograd.by_hand.points import Plan

__all__ = ["wrong_answers"]

_VALUES = 60  # larger graphs are for looking at, not for deriving by hand
_ALL, _LEAST = 480, 12  # answers, of them all and for one gradient


def wrong_answers(names: Names) -> tuple[dict[int, list[tuple[float, int]]], list[str]]:
    """For each leaf and each named value the numbers that usual slips give, likeliest first.

    Returns the answers by the node's place, as (number, place of the sentence), and the sentences.
    """
    texts: dict[str, int] = {}
    found: dict[int, list[tuple[float, int]]] = {}
    if len(names.order) > _VALUES:
        return found, []
    asked = [i for i, node in enumerate(names.order[:-1]) if not node.parents or node.label]
    each = max(_LEAST, _ALL // max(1, len(asked)))
    judge = Judge(Plan(names.order), names, 1e-6)
    for i in asked:
        seen: set[float] = set()
        answers = []
        for given, text in judge.candidates(i):
            key = float(f"{given:.9g}")
            if key in seen:
                continue
            seen.add(key)
            answers.append((key, texts.setdefault(text, len(texts))))
            if len(answers) == each:
                break
        found[i] = answers
    return found, list(texts)
