"""Programs whose right answer is known without a twin: slopes, kinks, large numbers and graphs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from autograd.by_hand.engine.findings import Finding
from autograd.by_hand.engine.judging import Case

__all__ = ["measured"]

_KNOWN = {  # by the start of the program: the quantity and its range
    "kink": (("b.data", 0.0, 0.0), ("a.grad", 0.0, 1.0)),
    "deep": (("a.grad", 5001.0, 5001.0),),
    "paths": (("a.grad", 2.0**16, 2.0**16),),
    "zeroed": (("a.grad", 0.0, 0.0),),
    "limit": (("a.grad", 0.0, 0.0),),
}


def measured(cases: Sequence[Case], has: dict[str, str]) -> Iterator[Finding]:
    """What is wrong in these programs, one finding an operation."""
    told: set[str] = set()
    for case in cases:
        program, numbers = case.program, case.trial.numbers
        called = has.get(program.key.split()[0], program.key)
        for quantity, low, high in _ranges(case):
            given = numbers[quantity]
            if not low <= given <= high and program.key not in told:
                told.add(program.key)
                about = program.about.format(op=called) or _about(called, program.purpose)
                kind = "limit" if program.purpose == "limit" else "wrong"
                right = min(max(given, low), high) if math.isfinite(given) else low
                yield Finding(kind, called, about, program.source, quantity, given, right, (about,))


def _ranges(case: Case) -> Sequence[tuple[str, float, float]]:
    """The numbers to look at, and between which bounds they are right."""
    if case.program.purpose != "slope":
        return _KNOWN.get(case.program.purpose, ())
    numbers = case.trial.numbers
    slope = (numbers["high.data"] - numbers["low.data"]) / 2e-3
    margin = 1e-2 * abs(slope) + 1e-3
    if slope - margin <= numbers["a.grad"] <= slope + margin:
        return ()
    return (("a.grad", slope, slope),)


def _about(called: str, purpose: str) -> str:
    if purpose == "kink":
        return f"`{called}` at 0: the value is 0, and its slope lies between 0 and 1"
    return f"the derivative of `{called}` is not the slope of its own values"
