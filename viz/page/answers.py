"""Wrong answers for each gradient, and what is wrong with them: the slips of `compare`, as data."""

from __future__ import annotations

from autograd import Names
from autograd.by_hand.judge import Judge
from autograd.by_hand.points import Plan

__all__ = ["wrong_answers"]

_VALUES = 60  # larger graphs are for looking at, not for deriving by hand
_EACH = 24  # answers for one gradient


def wrong_answers(names: Names) -> tuple[dict[int, list[tuple[float, int]]], list[str]]:
    """For each leaf and each named value the numbers that usual slips give, likeliest first.

    Returns the answers by the node's place, as (number, place of the sentence), and the sentences.
    """
    texts: dict[str, int] = {}
    found: dict[int, list[tuple[float, int]]] = {}
    if len(names.order) > _VALUES:
        return found, []
    judge = Judge(Plan(names.order), names, 1e-6)
    for i, node in enumerate(names.order[:-1]):
        if node.parents and not node.label:
            continue
        seen: set[float] = set()
        answers = []
        for given, text in judge.candidates(i):
            key = float(f"{given:.9g}")
            if key in seen:
                continue
            seen.add(key)
            answers.append((key, texts.setdefault(text, len(texts))))
            if len(answers) == _EACH:
                break
        found[i] = answers
    return found, list(texts)
