"""The exercise in this process, where there is no fork (Windows): a trace function ends what hangs."""

from __future__ import annotations

import contextlib
import io
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from autograd.by_hand.engine.exercise.profile import Profile, loaded
from autograd.by_hand.engine.exercise.programs import programs
from autograd.by_hand.engine.exercise.trial import HANG, MOST_HANGS, PROGRAM_SECONDS, run_one
from autograd.by_hand.engine.judging import Case

__all__ = ["in_place"]


class _TimeIsUpError(BaseException):
    """Raised within a program that takes too long; no `except Exception` of theirs catches it."""


def in_place(load: Callable[[], Any], end: float) -> tuple[Profile, list[Case]]:
    """Run every program until the time is up."""
    cases: list[Case] = []
    hangs = 0
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        engine, profile = loaded(load)
        todo = () if profile.failure else programs(profile.has)
        for program in todo:
            with _limited(min(end, time.monotonic() + PROGRAM_SECONDS)), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                trial = run_one(engine, program)
            if trial.failure and trial.failure.error == _TimeIsUpError.__name__:
                trial = HANG
                hangs += 1
            cases.append(Case(program, trial))
            if hangs == MOST_HANGS or time.monotonic() > end:
                break
    return profile, cases


@contextlib.contextmanager
def _limited(end: float) -> Iterator[None]:
    """End what runs in here after its time, at the next line of Python."""

    def trace(frame: Any, event: str, argument: Any) -> Any:
        if time.monotonic() > end:
            raise _TimeIsUpError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    except _TimeIsUpError:
        pass
    finally:
        sys.settrace(before)
