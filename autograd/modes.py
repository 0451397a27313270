"""What is watched while a graph is built: `no_grad` and whoever wants to see each new node.

Building a node must stay cheap, so the only thing every operation asks is whether the set
``special`` is empty: one global look-up. Modes belong to a thread; threads do not disturb each other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["no_grad", "peeking", "recording", "taping", "tracing", "watching"]


class _Thread(threading.local):
    recording: bool = True
    watchers: tuple[Callable[[Value], None], ...] = ()
    peek: Callable[[Value], None] | None = None
    conditions: bool = False
    depth: int = 0  # of derivatives being taken, one within the other


thread = _Thread()
special: set[object] = set()


@contextmanager
def _mode(**settings: object) -> Iterator[None]:
    before = {name: getattr(thread, name) for name in settings}
    token = object()
    special.add(token)
    for name, setting in settings.items():
        setattr(thread, name, setting)
    try:
        yield
    finally:
        for name, setting in before.items():
            setattr(thread, name, setting)
        special.discard(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are leaves. Works as ``with no_grad():`` and ``@no_grad()``.

    >>> from autograd import Value, no_grad
    >>> a = Value(2.0)
    >>> with no_grad():
    ...     b = a * a
    >>> b.data, b.parents
    (4.0, ())
    """
    with _mode(recording=False):
        yield


@contextmanager
def recording() -> Iterator[None]:
    """Record within the block even where `no_grad` surrounds it."""
    with _mode(recording=True):
        yield


@contextmanager
def watching(watch: Callable[[Value], None]) -> Iterator[None]:
    """Call ``watch(node)`` for every node this thread makes within the block."""
    with _mode(watchers=(*thread.watchers, watch)):
        yield


@contextmanager
def taping() -> Iterator[list[Value]]:
    """Record within the block, even under `no_grad`; list the nodes made, parents before children."""
    tape: list[Value] = []
    with _mode(recording=True, watchers=(*thread.watchers, tape.append), depth=thread.depth + 1):
        yield tape


@contextmanager
def peeking(peek: Callable[[Value], None]) -> Iterator[None]:
    """Call ``peek(value)`` when a Value's number leaves the graph: a comparison, float() or bool()."""
    with _mode(peek=peek):
        yield


@contextmanager
def tracing(peek: Callable[[Value], None]) -> Iterator[None]:
    """Like `peeking`, but comparisons become nodes, which `where` takes as its condition."""
    with _mode(peek=peek, conditions=True, recording=True):
        yield


def observed(node: Value) -> Value:
    """Show a new node to this thread's watchers; cut it loose under `no_grad`."""
    if not thread.recording:
        node._a = node._b = node._how = None
        node._da = node._db = 0.0
    for watch in thread.watchers:
        watch(node)
    return node


def peeked(value: Value) -> None:
    """Tell this thread's mode that a number is about to leave the graph."""
    if thread.peek is not None:
        thread.peek(value)
