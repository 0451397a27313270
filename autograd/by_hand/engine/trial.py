"""One program, run with one engine: the numbers it ends with, or how it failed."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["Failure", "Trial", "maker", "run"]

_FILE = "<program>"


@dataclass(frozen=True, slots=True)
class Failure:
    """How a program failed.

    Attributes:
        error: the name of the exception; "hang" where it did not come back, "crash" where it took
            the process down.
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
    """What a program ended with: ``{"a.grad": 6.0, "b.data": 9.0}``, or its failure."""

    numbers: dict[str, float] = field(default_factory=dict)
    failure: Failure | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data, to send from one process to another."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Trial:
        """The other end of `to_json`."""
        return cls(data["numbers"], Failure(**data["failure"]) if data["failure"] else None)


@lru_cache(maxsize=8)
def maker(engine: Any) -> Callable[[float], Any]:
    """How one makes a leaf that wants a gradient, where the constructor asks."""
    try:
        asks = "requires_grad" in inspect.signature(engine).parameters
    except (TypeError, ValueError):
        asks = False
    return (lambda x: engine(x, requires_grad=True)) if asks else engine


def run(
    engine: Any, source: str, leaves: tuple[str, ...], catch: type[BaseException] = Exception
) -> Trial:
    """Run the lines of ``source`` with ``Value`` meaning ``engine``; what they raise is part of
    the answer."""
    names: dict[str, Any] = {
        "Value": engine if hasattr(engine, "traits") else maker(engine),
        "np": np,
    }
    try:
        exec(_compiled(source), names)
        return Trial(_numbers(engine, names, leaves))
    except catch as error:
        return Trial(failure=_failure(error, source))


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
