"""How far Python goes: lines run, counted, which no load of the machine changes; objects reached."""

from __future__ import annotations

import contextlib
import gc
import sys
import types
from collections.abc import Iterator
from typing import Any

__all__ = ["TooManyStepsError", "counted", "reaches"]

_ELSEWHERE = (type, types.ModuleType, types.FrameType)  # what all objects share
_MOST_OBJECTS = 10_000


class TooManyStepsError(BaseException):
    """Raised at the line that is one too many; no `except Exception` of theirs catches it."""


@contextlib.contextmanager
def counted(most: int | None) -> Iterator[None]:
    """Let so many lines and calls run in here, and not one more; None for as many as there are."""
    if most is None:
        yield
        return
    done = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal done
        done += 1
        if done > most:
            raise TooManyStepsError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def reaches(start: Any, end: Any) -> bool:
    """Whether one object holds the other: in its attributes, their lists, the cells of its functions.

    >>> reaches([(1, 2), inner := []], inner), reaches([], inner)
    (True, False)
    """
    todo, seen = [start], {id(start)}
    for thing in todo:
        if thing is end:
            return True
        if len(todo) > _MOST_OBJECTS:
            return False
        for held in _held(thing):
            if id(held) not in seen and not isinstance(held, _ELSEWHERE):
                seen.add(id(held))
                todo.append(held)
    return False


def _held(thing: Any) -> list[Any]:
    if isinstance(thing, types.FunctionType):  # not its module
        return [*(thing.__closure__ or ()), *(thing.__defaults__ or ())]
    return gc.get_referents(thing)
