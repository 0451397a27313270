"""The bugs of somebody's own engine, by name."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from itertools import islice
from typing import Any

from autograd.by_hand.engine.exercise.process import Exercise, exercise
from autograd.by_hand.engine.exercise.program import JUDGED
from autograd.by_hand.engine.failures import failures, missing, unusable
from autograd.by_hand.engine.findings import GROUPS, Diagnosis, Finding
from autograd.by_hand.engine.first_looks import first_looks, frees
from autograd.by_hand.engine.locate import NotThereError, locate
from autograd.by_hand.engine.measures import measured
from autograd.by_hand.engine.reasons import reasons

__all__ = ["diagnose", "findings"]

_SECONDS = 6.0  # of the processor, which others may share


def diagnose(engine: Any) -> Diagnosis:
    """Exercise somebody's own engine, like micrograd's ``Value``, and name its bugs.

    It needs only ``data``, ``grad`` and ``backward()``; operations are tried where the class has them.
    It runs in a copy of this process: the class stays as it is, its prints go nowhere, and what hangs
    is ended.

    Args:
        engine: the class, or where it is: ``"module:Value"`` or ``"engine.py:Value"``.

    Returns:
        The findings: true if nothing is wrong; print it for the report.

    Raises:
        TypeError: for anything else.
        ImportError: if there is no such module, file or class.

    >>> class Value:
    ...     def __init__(self, data, parents=()):
    ...         self.data, self.grad, self.parents, self.rule = data, 0.0, parents, lambda: None
    ...     def __mul__(self, other):
    ...         out = Value(self.data * other.data, (self, other))
    ...         def rule():
    ...             self.grad = other.data * out.grad
    ...             other.grad = self.data * out.grad
    ...         out.rule = rule
    ...         return out
    ...     def backward(self):
    ...         self.grad = 1.0
    ...         self.rule()
    >>> found = diagnose(Value)
    >>> bool(found)
    False
    >>> [finding.operation for finding in found.findings if finding.kind == "wrong"]
    ['backward', '__mul__']
    >>> print(found.findings[1].program)
    a = Value(3.0)
    b = a * a
    b.backward()
    """
    if isinstance(engine, str):
        done = exercise(lambda: locate(engine))
    elif callable(engine):
        done = exercise(lambda: engine)
    else:
        raise TypeError(
            "diagnose() takes the class of your engine, or where it is, like 'engine.py:Value', "
            f"not {type(engine).__name__}"
        )
    if done.profile.failure and done.profile.failure.error == NotThereError.__name__:
        raise ImportError(done.profile.failure.message)
    name = done.profile.name
    found = (_shown(x, name) for x in findings(done, time.process_time() + _SECONDS))
    return Diagnosis(name, tuple(found), len(done.cases))


def findings(done: Exercise, end: float = math.inf) -> list[Finding]:
    """From what happened to what it means: the faults first, what is missing last.

    Args:
        done: what happened.
        end: when to stop looking for causes, by `time.process_time`.
    """
    has = done.profile.has
    if done.profile.failure:
        return [unusable(done.profile.failure)]
    found = failures(done.cases, has)
    ran = [case for case in done.cases if not case.trial.failure]
    judged = [case for case in ran if case.program.purpose in JUDGED]
    first = list(islice(first_looks(judged), 1))
    wrong = first or reasons(judged, has, frees(ran), end)
    known = {finding.operation for finding in wrong if finding.kind == "wrong"}
    found = [f for f in found if f.kind != "slow" or f.operation not in known]
    found += wrong
    for finding in measured(ran, has):  # what follows from a bug that has a name is not said again
        follows = first and finding.kind == "wrong"  # from gradients that did not begin at 0
        if not (
            follows or finding.operation in known or (known and finding.operation == "backward")
        ):
            found.append(finding)
    found += missing(has)
    return sorted(found, key=lambda finding: list(GROUPS).index(finding.kind))


def _shown(finding: Finding, name: str) -> Finding:
    """The program with the name of their class."""
    return replace(finding, program=finding.program.replace("Value(", f"{name}("))
