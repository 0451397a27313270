"""What went wrong in a derivation by hand: the slips that give just the number that it gave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from autograd.by_hand.points import Array
from autograd.by_hand.slips.case import Family

__all__ = ["Slip", "explain"]

_REPORTED = 3  # of a formula: the same slip in other words
_FAR = 13.0  # in rank
_LISTED = 6  # of a number: several slips may give it


class Slip(NamedTuple):
    """One explanation of a wrong answer: its kind, and a sentence.

    ``kind`` is "sign", "path", "overwritten", "factor", "rule", "power", "product", "quotient",
    "chain", "constant", "loss", "update", "other", "point", "brackets", "rounding", "nan" or
    "exception".
    """

    kind: str
    text: str


class _Hit(NamedTuple):
    rank: float
    number: int
    family: Family


def explain(
    families: Iterable[Family], hand: Array, true: Array, tolerance: Array, general: bool
) -> list[Slip]:
    """The slips that give what the hand says, likeliest first.

    Args:
        families: the slips to try.
        hand: (points,) what the hand says; of a number, at the first point only.
        true: (points,) what is right.
        tolerance: (points,) the difference up to which two numbers are the same.
        general: whether the answer is a formula, so that all points count.
    """
    seen = slice(None) if general else slice(0, 1)
    hits: list[_Hit] = []
    for family in families:
        with np.errstate(all="ignore"):
            first = np.flatnonzero(abs(family.predicted[:, 0] - hand[0]) <= tolerance[0])
            if not len(first):
                continue
            predicted = family.predicted[first]
            near = abs(predicted - hand) <= tolerance
            differs = abs(predicted - true) > tolerance
        fits = near[:, seen].all(1) & differs[:, seen].any(1)
        hits += [_Hit(family.rank, int(i), family) for i in first[fits][:40]]
    hits.sort(key=lambda hit: hit.rank)
    return _told(hits, tolerance, general)


def _told(hits: list[_Hit], tolerance: Array, general: bool) -> list[Slip]:
    """One of each cause: hits that agree at every point are the same slip in other words."""
    causes: list[list[_Hit]] = []
    for hit in hits:
        predicted = hit.family.predicted[hit.number]
        for cause in causes:
            first = cause[0].family.predicted[cause[0].number]
            if (abs(first - predicted) <= tolerance).all():
                cause.append(hit)
                break
        else:
            causes.append([hit])
    if general:  # what is far less likely than the likeliest would only confuse
        causes = [[h for h in cause if _worth(h, cause[0])] for cause in causes]
    else:
        causes = _varied(causes)
    room = _LISTED if len(causes) > 1 else _REPORTED
    told: list[Slip] = []
    kinds = [_first_of_each_kind(cause) for cause in causes]
    for depth in range(_REPORTED):
        for hits_of_a_cause in kinds:
            if depth < len(hits_of_a_cause) and len(told) < room:
                hit = hits_of_a_cause[depth]
                slip = Slip(hit.family.kind, hit.family.text(hit.number))
                if slip not in told:
                    told.append(slip)
    return told


def _varied(causes: list[list[_Hit]]) -> list[list[_Hit]]:
    """The likeliest of each kind first, then the next of each: a list is to show what may be."""
    turns: dict[str, int] = {}
    turn = []
    for cause in causes:
        kind = cause[0].family.kind
        turns[kind] = turns.get(kind, 0) + 1
        turn.append(turns[kind])
    return [causes[i] for i in sorted(range(len(causes)), key=turn.__getitem__)]


def _worth(hit: _Hit, best: _Hit) -> bool:
    """Whether to say it beside a likelier description of the same slip."""
    if best.family.kind == "sign":
        return hit.family.kind in ("sign", "rule", "power", "product", "quotient")
    return hit.rank <= best.rank + _FAR


def _first_of_each_kind(cause: list[_Hit]) -> list[_Hit]:
    found: dict[str, _Hit] = {}
    for hit in cause:
        found.setdefault(hit.family.kind, hit)
    return list(found.values())
