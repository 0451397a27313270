"""From what an engine answered to which bugs it has: those whose twin answers the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from autograd.by_hand.engine.bugs import Bug, bugs
from autograd.by_hand.engine.findings import Finding
from autograd.by_hand.engine.programs import METHODS, Program
from autograd.by_hand.engine.trial import Trial, run
from autograd.by_hand.engine.twin import COMPOSED, Traits, Walk, twin

__all__ = ["Case", "reasons"]

_TOLERANCE = 1e-4  # wide enough for float32, and far below what any bug does
_MOST_FLIPS = 16
_MOST_CAUSES = 3
_DATA = "the pass changes `data` of a leaf, where contributions belong into `grad`"
_NOTHING_YET = {"fresh": "c.grad", "apart": "a.grad"}  # what is 0 in these programs
_DEEP = (Walk.DEPTH_FIRST, Walk.EVERY_PATH)


@dataclass(frozen=True, slots=True)
class Case:
    """A program, and what the engine made of it."""

    program: Program
    trial: Trial


def reasons(cases: Sequence[Case], has: dict[str, str]) -> list[Finding]:
    """Find the bugs one by one: always the one that explains the simplest unexplained program, and
    the most others.

    Args:
        cases: the programs that ran, the simple before the complex.
        has: the operations that the engine has, and what they are called.
    """
    changed = next(chain(_changed_data(cases), _not_fresh(cases)), None)
    if changed is not None:
        return [changed]
    table = list(bugs([key for key in METHODS if METHODS[key].method in has]))
    found = _search(Traits(), cases, table, has)
    if _cost(found) > (0, 1):
        other = _search(COMPOSED, cases, table, has)
        found = min(found, other, key=_cost)
    return found


def _cost(found: list[Finding]) -> tuple[int, int]:
    """What is unexplained is dear; then, the fewer bugs the better."""
    wrong = [finding for finding in found if finding.kind == "wrong"]
    return sum(not finding.causes for finding in wrong), len(wrong)


def _search(
    traits: Traits, cases: Sequence[Case], table: Sequence[Bug], has: dict[str, str]
) -> list[Finding]:
    """Bug by bug, from these traits on."""
    found: list[Finding] = []
    strange: set[str] = set()  # operations that no known bug explains
    answers = {id(case): _answer(traits, case) for case in cases}
    used = {id(case): _used(traits, case.program) for case in cases}
    while True:
        unexplained = [
            case
            for case in cases
            if not answers[id(case)] and not strange & {case.program.key, *case.program.needs}
        ]
        if not unexplained:
            return found
        first = unexplained[0]
        best = _best(traits, first, cases, table, answers, used)
        wrong = _wrong(first)
        if (
            not best
        ):  # no bug does this; or theirs is right, and the twin is not with what was found
            cases = [case for case in cases if case is not first]
            if wrong:
                strange.add(first.program.key)
                found.append(_finding(first, wrong, (), has))
            continue
        if best[0].bug.kind and wrong:
            finding = _finding(first, wrong, tuple(choice.bug for choice in best), has)
            if finding.sentence not in [other.sentence for other in found]:
                found.append(finding)
        traits, key = best[0].traits, best[0].bug.key
        for case in cases:
            if key in used[id(case)]:
                answers[id(case)] = _answer(traits, case)
                used[id(case)] = _used(traits, case.program)


@dataclass(frozen=True, slots=True)
class _Choice:
    bug: Bug
    traits: Traits
    score: int


def _best(
    traits: Traits,
    first: Case,
    cases: Sequence[Case],
    table: Sequence[Bug],
    answers: dict[int, bool],
    used: dict[int, set[str]],
) -> list[_Choice]:
    """The bugs that explain this program, and as much else as any; no more than one where it is no
    bug."""
    keys = {first.program.key, *first.program.needs, "backward"}
    keys |= {key.removesuffix(" number") for key in keys}
    choices = []
    for bug in table:
        if bug.key in keys:
            for variant, change in enumerate(bug.changes):
                changed = change(traits)
                if _answer(changed, first):
                    touched = [case for case in cases if bug.key in used[id(case)]]
                    choices.append(
                        _Choice(bug, changed, 10 * _score(changed, touched, answers) - variant)
                    )
    choices = list({id(c.bug): c for c in sorted(choices, key=lambda c: c.score)}.values())
    choices.sort(key=lambda c: table.index(c.bug))
    top = max((choice.score for choice in choices), default=0)
    best = [choice for choice in choices if choice.score == top > 0]
    return best[:1] if best and not best[0].bug.kind else best[:_MOST_CAUSES]


def _score(traits: Traits, cases: Sequence[Case], before: dict[int, bool]) -> int:
    """How many more answers these traits explain; one explained before and no longer counts
    against three."""
    unexplained = [case for case in cases if not before[id(case)]]
    lost = 0
    for case in reversed(cases):  # the complex programs fail first
        if before[id(case)] and not _answer(traits, case):
            lost += 3
            if lost >= len(unexplained):
                return 0
    return sum(_answer(traits, case) for case in unexplained) - lost


def _used(traits: Traits, program: Program) -> set[str]:
    """The operations that a program runs into, in an engine with these traits."""
    engine = twin(traits)
    run(engine, program.source, program.leaves)
    return engine.used | {"backward"}


def _answer(traits: Traits, case: Case) -> bool:
    """Whether an engine with these traits answers as theirs did."""
    return any(_same(trial, case.trial) for trial in _predictions(traits, case.program))


def _predictions(traits: Traits, program: Program) -> Iterator[Trial]:
    """What such an engine may answer: where the order of inputs can show, it is not known which it
    is."""
    engine = twin(traits)
    yield run(engine, program.source, program.leaves)
    if traits.ordered(engine.used):
        flips = min(2**engine.wide, _MOST_FLIPS)
        for interleaved in (False, True) if traits.walk in _DEEP else (False,):
            for backwards in (False, True):
                for flip in range(flips):
                    other = replace(
                        traits, flips=flip, backwards=backwards, interleaved=interleaved
                    )
                    yield run(twin(other), program.source, program.leaves)


@lru_cache(maxsize=512)
def _right(program: Program) -> Trial:
    return run(twin(Traits()), program.source, program.leaves)


def _same(a: Trial, b: Trial) -> bool:
    return all(_close(a.numbers.get(name, math.nan), x) for name, x in b.numbers.items())


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=1e-6) or (a != a and b != b)


def _changed_data(cases: Sequence[Case]) -> Iterator[Finding]:
    """Leaves whose data are others after the program: then nothing else means much."""
    for case in cases:
        program, numbers = case.program, case.trial.numbers
        right = _right(program).numbers
        for name in (f"{leaf}.data" for leaf in program.leaves):
            if not _close(numbers[name], right[name]):
                yield Finding(
                    "wrong",
                    "backward",
                    _DATA,
                    program.source,
                    name,
                    numbers[name],
                    right[name],
                    (_DATA,),
                )


def _not_fresh(cases: Sequence[Case]) -> Iterator[Finding]:
    """New leaves with a gradient or with inputs: then no gradient means much."""
    for case in cases:
        program, numbers = case.program, case.trial.numbers
        name = _NOTHING_YET.get(program.purpose, "")
        given, about = numbers.get(name, 0.0), program.about
        if not _close(given, 0.0) and given != numbers.get(
            "d.grad"
        ):  # that is one gradient for all
            yield Finding("wrong", "__init__", about, program.source, name, given, 0.0, (about,))


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A number that is wrong: its name, what was given, what is right."""

    quantity: str
    given: float
    right: float


def _wrong(case: Case) -> _Wrong | None:
    """The first number that is wrong: a value before a gradient before a leaf's own data."""
    right = _right(case.program).numbers
    for name, x in case.trial.numbers.items():
        if not _close(right.get(name, math.nan), x):
            return _Wrong(name, x, right[name])
    return None


def _finding(case: Case, wrong: _Wrong, causes: tuple[Bug, ...], has: dict[str, str]) -> Finding:
    program = case.program
    key = causes[0].key if causes else program.key
    sentences = tuple(bug.sentence.format(op=_called(bug.key, has)) for bug in causes)
    sentence = " – or: ".join(sentences) or (
        program.about or f"`{_called(key, has)}` is wrong, and none of the usual bugs explains it"
    )
    return Finding(
        causes[0].kind if causes else "wrong", _called(key, has), sentence, program.source,
        wrong.quantity, wrong.given, wrong.right, sentences,
    )  # fmt: skip


def _called(key: str, has: dict[str, str]) -> str:
    return has.get(key.split()[0], key.split()[0])
