"""Attributes that are afterwards what they were before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from typing import Any

__all__ = ["restored"]


@contextmanager
def restored(objects: Iterable[Any], name: str) -> Iterator[None]:
    """Bring attribute ``name`` of each object back when the block ends, however it ends.

    Ctrl-C, and another one on top of it, change nothing of that.

    >>> from autograd import Value
    >>> w = Value(1.0)
    >>> with restored([w], "data"):
    ...     w.data = 2.0
    >>> w.data
    1.0
    """
    objects = list(objects)
    before = [getattr(x, name) for x in objects]
    try:
        try:
            yield
        finally:
            _bring_back(objects, name, before)
    finally:  # once more, where another interrupt fell into the lines above
        _bring_back(objects, name, before)


def _bring_back(objects: list[Any], name: str, before: list[Any]) -> None:
    deque(
        map(setattr, objects, repeat(name), before), maxlen=0
    )  # one call: Python cannot halt in it
