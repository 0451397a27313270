"""What an engine with given traits answers, and whether theirs answered the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from autograd.by_hand.engine.exercise.program import Program
from autograd.by_hand.engine.exercise.trial import Trial, run
from autograd.by_hand.engine.twin.routes import ROUTES
from autograd.by_hand.engine.twin.traits import Traits, Walk
from autograd.by_hand.engine.twin.twin import twin

__all__ = ["Case", "Wrong", "answers", "close", "compared", "first_wrong", "right", "undefined"]

_TOLERANCE = 1e-4  # wide enough for float32, and far below what any bug does
_MOST_FLIPS = 16
_DEEP = (Walk.DEPTH_FIRST, Walk.EVERY_PATH)


@dataclass(frozen=True, slots=True)
class Case:
    """A program, and what the engine made of it."""

    program: Program
    trial: Trial


@dataclass(frozen=True, slots=True)
class Wrong:
    """A number that is wrong: its name, what was given, what is right."""

    quantity: str
    given: float
    right: float


def compared(traits: Traits, case: Case) -> tuple[bool, set[str]]:
    """Whether an engine with these traits answers as theirs did, and what operations that takes."""
    engine = twin(traits)
    trial = run(engine, case.program.source, case.program.leaves)
    same = _same(trial.numbers, case.trial.numbers) or answers(traits, case)
    return same, engine.used | {"backward"}


def undefined(traits: Traits, program: Program) -> bool:
    """Whether a wrong rule has no value here, like log(−2), so that nobody knows what theirs does."""
    trials = _predictions(traits, program)
    return any(math.isnan(x) for trial in trials for x in trial.numbers.values())


def answers(traits: Traits, case: Case, only: str = "", orders: bool = True) -> bool:
    """Whether an engine with these traits answers as theirs did.

    Args:
        traits: of the engine.
        case: the program and the answer.
        only: the one quantity to look at; all if it is left out.
        orders: whether to try the orders that inputs may have.
    """
    given = case.trial.numbers
    if only:
        given = {only: given[only]}
    trials = _predictions(traits, case.program)
    return any(_same(trial.numbers, given) for trial in islice(trials, None if orders else 1))


def _predictions(traits: Traits, program: Program) -> Iterator[Trial]:
    """What such an engine may answer: where the order of inputs can show, it is not known which it
    is, nor of what a form with a number is made."""
    for routed in _routes(traits, program.key):
        engine = twin(routed)
        yield run(engine, program.source, program.leaves)
        if traits.ordered(engine.used) and (
            engine.operations > 1 or traits.assigns or traits.switches
        ):
            for other in _orders(routed, min(2**engine.wide, _MOST_FLIPS)):
                yield run(twin(other), program.source, program.leaves)


def _routes(traits: Traits, key: str) -> Iterator[Traits]:
    yield traits
    if key not in traits.routes and (key.startswith("__r") or key.endswith(" number")):
        for way in range(1, len(ROUTES.get(key, ()))):
            yield traits.route(key, way)


def _orders(traits: Traits, flips: int) -> Iterator[Traits]:
    for backwards in (False, True):
        for interleaved in (False, True) if traits.walk in _DEEP else (False,):
            for flip in range(flips):
                yield replace(traits, flips=flip, backwards=backwards, interleaved=interleaved)
        if traits.walk is Walk.TOPOLOGICAL:
            for order in (1, 2):
                yield replace(traits, order=order, backwards=backwards)


@lru_cache(maxsize=512)
def right(program: Program) -> Trial:
    """What a correct engine answers."""
    return run(twin(Traits()), program.source, program.leaves)


def first_wrong(case: Case) -> Wrong | None:
    """The first number that is wrong: a value before a gradient before a leaf's own data."""
    true = right(case.program).numbers
    for name, x in case.trial.numbers.items():
        if not close(true.get(name, math.nan), x):
            return Wrong(name, x, true[name])
    return None


def _same(a: dict[str, float], b: dict[str, float]) -> bool:
    return all(close(a.get(name, math.nan), x) for name, x in b.items())


def close(a: float, b: float) -> bool:
    """Whether two numbers are the same but for rounding, single precision too."""
    return math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=1e-6) or (a != a and b != b)
