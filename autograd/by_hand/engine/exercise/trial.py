"""One program, run with one engine: the numbers it ends with, or how it failed."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.by_hand.engine.exercise.program import Program
from autograd.by_hand.engine.exercise.steps import TooManyStepsError, counted, reaches

__all__ = ["HANG", "MOST_HANGS", "PROGRAM_SECONDS", "Failure", "Trial", "maker", "run", "run_one"]

PROGRAM_SECONDS = 1.0  # of the processor, which others may share
MOST_HANGS = 3
_MOST_STEPS = 2**16  # of a program about paths
_FILE = "<program>"


@dataclass(frozen=True, slots=True)
class Failure:
    """How a program failed.

    Attributes:
        error: the name of the exception; "hang" where it did not come back, "crash" where it took
            the process down, "steps" where it ran more lines of Python than it may.
        message: its text.
        line: the line of the program.
        place: the method of the engine it came from, with the line of code.
    """

    error: str
    message: str = ""
    line: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a program ended with.

    Attributes:
        numbers: ``{"a.grad": 6.0, "b.data": 9.0}``.
        failure: or how it failed.
        unset: the gradients that are None, and count as 0.
    """

    numbers: dict[str, float] = field(default_factory=dict)
    failure: Failure | None = None
    unset: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data, to send from one process to another."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Trial:
        """The other end of `to_json`."""
        failure = Failure(**data["failure"]) if data["failure"] else None
        return cls(data["numbers"], failure, tuple(data["unset"]))


HANG = Trial(failure=Failure("hang"))


@lru_cache(maxsize=8)
def maker(engine: Any) -> Callable[[float], Any]:
    """How one makes a leaf that wants a gradient, where the constructor asks."""
    try:
        asks = "requires_grad" in inspect.signature(engine).parameters
    except (TypeError, ValueError):
        asks = False
    return (lambda x: engine(x, requires_grad=True)) if asks else engine


def run(
    engine: Any,
    source: str,
    leaves: tuple[str, ...],
    catch: type[BaseException] = Exception,
    steps: int | None = None,
) -> Trial:
    """Run the lines of ``source`` with ``Value`` meaning ``engine``; what they raise is part of
    the answer.

    Args:
        engine: the class.
        source: the program.
        leaves: the names whose gradients are read.
        catch: what is caught of what it raises.
        steps: how many lines of Python it may run, on a loaded machine as on an idle one.
    """
    names: dict[str, Any] = {
        "Value": engine if hasattr(engine, "traits") else maker(engine),
        "np": np,
        "reaches": reaches,
    }
    try:
        with counted(steps):
            exec(_compiled(source), names)
        unset = tuple(f"{name}.grad" for name in leaves if names[name].grad is None)
        return Trial(_numbers(engine, names, leaves), unset=unset)
    except TooManyStepsError:
        return Trial(failure=Failure("steps"))
    except catch as error:
        return Trial(failure=_failure(error, source))


def run_one(engine: Any, program: Program) -> Trial:
    """A program with somebody's engine: whatever it raises is caught."""
    steps = _MOST_STEPS if program.purpose == "paths" else None
    return run(engine, program.source, program.leaves, BaseException, steps)


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Any:
    return compile(source, _FILE, "exec")


def _numbers(engine: Any, names: dict[str, Any], leaves: tuple[str, ...]) -> dict[str, float]:
    kind: Any = engine if isinstance(engine, type) else type(names[leaves[0]])
    found: dict[str, float] = {}
    for name, value in names.items():
        if isinstance(value, kind):
            if isinstance(value.data, kind):
                raise TypeError(f"{name}.data is a {kind.__name__} itself, where a number belongs")
            if name not in leaves:
                found[f"{name}.data"] = _number(value.data)
        elif isinstance(value, (bool, np.bool_, float)):
            found[name] = float(value)
    for name in leaves:
        found[f"{name}.grad"] = _number(names[name].grad)
        found[f"{name}.data"] = _number(names[name].data)
    return found


def _number(x: Any, depth: int = 3) -> float:
    """A number, or what wraps one: an array of one element, a Value of theirs; None is no gradient."""
    if x is None:
        return 0.0
    try:
        return float(np.asarray(x, dtype=float).reshape(()))
    except (TypeError, ValueError):
        if not depth:
            raise
        return _number(x.data, depth - 1)


def _failure(error: BaseException, source: str) -> Failure:
    lines = source.splitlines()
    line = place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == _FILE:
            line = lines[(frame.lineno or 1) - 1].strip()
        elif frame.filename != __file__:
            place = f"{frame.name}: {frame.line}" if frame.line else frame.name
    return Failure(type(error).__name__, str(error)[:200], line, place)
