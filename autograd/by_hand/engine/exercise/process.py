"""Somebody's engine put through its programs, where it can do no harm.

All programs run one after the other. Some that do not come out right run once more, each in a copy of
the process of its own; if that makes a difference, the class keeps something from one graph to the
next, and all of them do.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.by_hand.engine.exercise.copies import copied
from autograd.by_hand.engine.exercise.in_place import in_place
from autograd.by_hand.engine.exercise.profile import Profile
from autograd.by_hand.engine.exercise.program import JUDGED
from autograd.by_hand.engine.exercise.programs import programs
from autograd.by_hand.engine.exercise.trial import HANG, MOST_HANGS, Failure, Trial
from autograd.by_hand.engine.judging import Case, first_wrong

__all__ = ["Exercise", "exercise"]

_ALL_SECONDS = 12.0  # by the clock: a busy machine gives a program less of each
_ENDS = (HANG.failure, Failure("crash"))
_LARGE = ("deep", "paths")  # what is left of the programs before counts here
_SAMPLE = 4  # programs that are run once more, each alone


@dataclass(frozen=True, slots=True)
class Exercise:
    """A class that was put through its programs."""

    profile: Profile
    cases: tuple[Case, ...]


def exercise(load: Callable[[], Any], fork: bool = hasattr(os, "fork")) -> Exercise:
    """Run every program of the exercise; never takes more than twelve seconds.

    Args:
        load: gives the class. It may take its time, and fail.
        fork: whether to do it in a copy of the process.
    """
    end = time.monotonic() + _ALL_SECONDS
    if not fork:
        profile, here = in_place(load, end)
        return Exercise(profile, tuple(here))
    profile, trials = _ran(load, None, end)
    todo = [] if profile.failure else list(programs(profile.has))
    cases = {place: Case(todo[place], trial) for place, trial in trials.items()}
    odd = [place for place in cases if _is_odd(cases[place])]
    large = [place for place in odd if cases[place].program.purpose in _LARGE]
    for some in (large, odd[:: max(1, len(odd) // _SAMPLE)], odd):
        again = _ran(load, some, end)[1] if some else {}
        cases |= {place: Case(todo[place], trial) for place, trial in again.items()}
        if some is not large and all(_alike(again[place], trials[place]) for place in again):
            break  # nothing is kept from one program to the next
    return Exercise(profile, tuple(cases.values()))


def _is_odd(case: Case) -> bool:
    judged = case.program.purpose in JUDGED
    return bool(case.trial.failure or (judged and first_wrong(case)))


def _alike(a: Trial, b: Trial) -> bool:
    return a.failure == b.failure and str(a.numbers) == str(b.numbers)


def _ran(
    load: Callable[[], Any], alone: Sequence[int] | None, end: float
) -> tuple[Profile, dict[int, Trial]]:
    """Programs by their place: all of them one after the other, or some, each in a copy of its own."""
    profile, trials, hangs = None, dict[int, Trial](), 0
    while profile is None or hangs < MOST_HANGS:
        with contextlib.closing(copied(load, alone, len(trials), end)) as lines:
            answer = next(lines)
            if profile is None:
                profile = _profile_of(answer or HANG)
                todo = range(len(list(programs(profile.has)))) if alone is None else alone
            for place in () if profile.failure else todo[len(trials) :]:
                answer = next(lines)
                if answer is None:
                    return profile, trials
                trials[place] = answer if isinstance(answer, Trial) else Trial.from_json(answer)
                hangs += trials[place].failure in _ENDS
                if isinstance(answer, Trial) or hangs == MOST_HANGS:
                    break
            else:
                break
    return profile, trials


def _profile_of(answer: Any) -> Profile:
    if isinstance(answer, Trial):
        return Profile("Value", {}, answer.failure)
    failure = answer["failure"]
    return Profile(answer["name"], answer["has"], Failure(**failure) if failure else None)
