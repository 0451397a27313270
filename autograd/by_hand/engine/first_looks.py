"""What is looked at first, for nothing else means much then: leaves that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograd.by_hand.engine.findings import Finding
from autograd.by_hand.engine.judging import Case, close, right

__all__ = ["first_looks", "frees"]

_DATA = "the pass changes `data` of a leaf, where contributions belong into `grad`"
_UNSET = "`grad` of the leaves stays None: backward() must set that of nodes without inputs, too"
_NOTHING_YET = {"fresh": "c.grad", "apart": "a.grad"}  # what is 0 in these programs


def first_looks(cases: Sequence[Case]) -> Iterator[Finding]:
    """The findings that leave no other."""
    yield from _changed_data(cases)
    yield from _not_fresh(cases)
    yield from _unset(cases)


def frees(cases: Sequence[Case]) -> bool:
    """Whether a result no longer reaches its inputs after backward()."""
    held = [case.trial.numbers for case in cases if case.program.purpose == "held"]
    return any(numbers["before"] and not numbers["after"] for numbers in held)


def _changed_data(cases: Sequence[Case]) -> Iterator[Finding]:
    for case in cases:
        for name in (f"{leaf}.data" for leaf in case.program.leaves):
            given, true = case.trial.numbers[name], right(case.program).numbers[name]
            if not close(given, true):
                yield _finding("backward", _DATA, case, name, given, true)


def _not_fresh(cases: Sequence[Case]) -> Iterator[Finding]:
    """New leaves with a gradient or with inputs."""
    for case in cases:
        name = _NOTHING_YET.get(case.program.purpose, "")
        numbers = case.trial.numbers
        given = numbers.get(name, 0.0)
        if not close(given, 0.0) and given != numbers.get("d.grad"):  # that is one gradient for all
            yield _finding("__init__", case.program.about, case, name, given, 0.0)


def _unset(cases: Sequence[Case]) -> Iterator[Finding]:
    """No leaf ever gets a gradient."""
    wanting = [
        (case, f"{leaf}.grad", true)
        for case in cases
        for leaf in case.program.leaves
        if (true := right(case.program).numbers[f"{leaf}.grad"]) and len(case.program.leaves) > 1
    ]
    if wanting and all(name in case.trial.unset for case, name, _ in wanting):
        case, name, true = wanting[0]
        yield _finding("backward", _UNSET, case, name, 0.0, true)


def _finding(
    operation: str, sentence: str, case: Case, name: str, given: float, true: float
) -> Finding:
    source = case.program.source
    return Finding("wrong", operation, sentence, source, name, given, true, (sentence,))
