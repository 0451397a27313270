"""What went wrong in a derivation by hand: the slip that gives the number it gave."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from autograd.derivatives.evaluation import Evaluation, Point

__all__ = ["Candidate", "Sample", "Slip", "State", "explain"]

_REPORTED = 3


class Slip(NamedTuple):
    """One explanation of a wrong number: its kind, and a sentence.

    ``kind`` is "sign", "path", "overwritten", "factor", "point" or "constant".
    """

    kind: str
    text: str


class Sample(NamedTuple):
    """The graph at some numbers, and what the derivation by hand says there.

    ``changes`` are the leaves (by number) that differ from the graph's own.
    """

    point: Point
    by_hand: float
    changes: dict[int, float]


class State(NamedTuple):
    """A sample with its derivatives: of the root by each node, and of each node by the value."""

    point: Point
    changes: dict[int, float]
    up: list[float]
    down: list[float]


class Candidate(NamedTuple):
    """A slip that may have happened: the sentence, and the gradient that it would give.

    A last resort is tried only where nothing else explains the number: chance makes some of them fit.
    """

    kind: str
    text: Callable[[], str]
    predict: Callable[[State], float]
    last_resort: bool = False


def explain(
    evaluation: Evaluation,
    value: int,
    samples: Sequence[Sample],
    candidates: Iterable[Candidate],
    tolerance: float,
) -> list[Slip]:
    """The first candidate of each kind that gives what the hand says at every sample; at most three.

    Args:
        evaluation: the graph.
        value: the number of the value that is differentiated by.
        samples: the graph's own numbers first; then others, where the derivation is a formula.
        candidates: the slips to try (`autograd.by_hand.slips`).
        tolerance: the relative difference up to which two numbers are the same.
    """
    states = [
        State(
            s.point, s.changes, evaluation.upstream(s.point), evaluation.downstream(s.point, value)
        )
        for s in samples
    ]

    def same(a: float, b: float) -> bool:
        return math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-12)

    found: list[Slip] = []
    for candidate in candidates:
        if found and candidate.last_resort:
            break
        if any(slip.kind == candidate.kind for slip in found):
            continue
        differs = False
        for state, sample in zip(states, samples):
            predicted = candidate.predict(state)
            if not same(predicted, sample.by_hand):
                break
            differs = differs or not same(predicted, state.up[value])
        else:
            if differs:
                found.append(Slip(candidate.kind, candidate.text()))
            if len(found) == _REPORTED or [slip.kind for slip in found] == ["sign"]:
                break
    return found
