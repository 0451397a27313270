"""Every bug there may be: what learners write, and how the twin does the same.

A bug says in a sentence what is the matter, and changes the traits of a correct engine into those of an
engine that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograd.by_hand.engine.bugs.bug import Bug
from autograd.by_hand.engine.bugs.operation_bugs import operation_bugs, routed
from autograd.by_hand.engine.bugs.pass_bugs import PASS_BUGS, freed_bug
from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.twin.routes import ROUTES

__all__ = ["bugs"]


def bugs(keys: Iterable[str], freed: bool = False) -> Iterator[Bug]:
    """Every bug there may be in an engine that has these operations, likeliest first.

    Args:
        keys: the operations.
        freed: whether backward() was seen to take the graph apart.
    """
    known = [key for key in keys if METHODS[key].row]
    for key in known:
        for way in range(1, len(ROUTES.get(key, ()))):
            yield Bug(key, "", (routed(key, way),), "")
    for key in known:
        yield from operation_bugs(key)
    if freed:
        yield freed_bug()
    yield from PASS_BUGS
