"""What a class looks like from outside, before anything is computed with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.by_hand.engine.exercise.operations import OPERATIONS
from autograd.by_hand.engine.exercise.trial import Failure, maker, run

__all__ = ["Profile", "loaded"]

_MORE = ("zero_grad", "__iadd__", "__lt__", "__gt__", "__repr__")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a class looks like from outside.

    Attributes:
        name: of the class.
        has: its operations, and what they are called.
        failure: why it cannot be tried at all, if so.
    """

    name: str
    has: dict[str, str]
    failure: Failure | None = None


def loaded(load: Callable[[], Any]) -> tuple[Any, Profile]:
    try:
        engine = load()
    except BaseException as error:
        return None, Profile("Value", {}, Failure(type(error).__name__, str(error)))
    name = getattr(engine, "__name__", "Value")
    trial = run(engine, "a = Value(3.0)\na.data, a.grad, a.backward", ("a",))
    if trial.failure:
        return engine, Profile(name, {}, trial.failure)
    kind = engine if isinstance(engine, type) else type(maker(engine)(3.0))
    has: dict[str, str] = {}
    for operation in OPERATIONS:
        for method in (operation.method, *operation.aliases):
            if callable(getattr(kind, method, None)):
                has.setdefault(operation.method, method)
    for method in _MORE:
        found = getattr(kind, method, None)
        if callable(found) and found is not getattr(object, method, None):
            has[method] = method
    return engine, Profile(name, has)
