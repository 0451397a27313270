"""A bug: a sentence, and the traits that make a correct engine one that has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.twin.routes import ROUTES, own
from autograd.by_hand.engine.twin.traits import Rule, Traits
from autograd.ops import OPS

__all__ = ["Bug", "Change", "after", "in_operation", "ruled", "slots_of"]

Change: TypeAlias = "Callable[[Traits], Traits]"


@dataclass(frozen=True, slots=True)
class Bug:
    """One thing that can be different from a correct engine.

    Attributes:
        key: the operation it is in, "backward" for the pass itself.
        sentence: what is the matter; ``{op}`` stands for the name of the method.
        changes: the traits of a correct engine, made those of one with the bug, in one or more
            variants.
        kind: as of a `Finding`; "" for what is no bug: a way to build one operation from others.
        slot: the input, where the bug is in the derivative by one of two.
    """

    key: str
    sentence: str
    changes: tuple[Change, ...]
    kind: str = "wrong"
    slot: int | None = None


def after(first: Change, then: Change) -> Change:
    """Both changes."""
    return lambda t: then(first(t))


def ruled(key: str, slot: int, rule: Rule) -> Change:
    """Another local derivative."""
    return lambda t: t.rule(key, slot, rule)


def slots_of(key: str) -> range | tuple[int]:
    """The inputs that are Values."""
    if key.endswith(" number"):
        return (0,)
    return (1,) if key.startswith("__r") else range(OPS[METHODS[key].row].arity)


def in_operation(key: str, sentence: str, *changes: Change, slot: int | None = None) -> Bug:
    """A bug of an operation that is a node of its own, and shares its rule with the form that takes
    a number or does not."""
    ways = [after(_alone(key), change) for change in changes]
    form = f"{key} number"
    if form in ROUTES and ROUTES[form][0] is not own:
        ways += [after(_alone(form), way) for way in ways]
    return Bug(key, sentence, tuple(ways), slot=slot)


def _alone(key: str) -> Change:
    ways = ROUTES.get(key, (own,))
    return lambda t: t.route(key, ways.index(own))
