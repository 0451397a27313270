"""What is watched while a graph is built: `no_grad`, each new node, and numbers that leave.

Building a node must stay cheap, so the only thing every operation asks is whether the set
``special`` is empty: one global look-up. A mode belongs to a thread, and to a task where tasks take
turns (asyncio): none disturbs another.
"""

from __future__ import annotations

import linecache
import math
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = [
    "Mode", "comparing", "current", "no_grad", "observed", "peeked", "recording", "special", "taping",
    "tracing", "warn_at", "warn_of_cut", "watching",
]  # fmt: skip


class Mode(NamedTuple):
    """How operations go on Values, here and now.

    Attributes:
        recording: whether results remember what they were made from.
        watchers: whom to show each new node.
        stop: what keeps gradients from a Value that is traced, instead of cutting it loose.
        peek: whom to tell that a Value's number leaves the graph: a comparison, float() or bool().
        conditions: whether comparisons become nodes, which `where` takes as its condition.
        depth: how many derivatives are being taken, one within the other.
        outer: the mode of the block around; None outside all blocks.
    """

    recording: bool = True
    watchers: tuple[Callable[[Value], None], ...] = ()
    stop: Callable[[Value], Value] | None = None
    peek: Callable[[Value], None] | None = None
    conditions: bool = False
    depth: int = 0
    outer: Mode | None = None


_mode: ContextVar[Mode] = ContextVar("mode", default=Mode())  # noqa: B039 (a tuple)
current = _mode.get
special: set[object] = set()  # the blocks under way whose mode is not the usual one


@contextmanager
def _changed(**settings: Any) -> Iterator[None]:
    """The mode, changed within the block. A Ctrl-C anywhere in here leaves nothing behind."""
    before = _mode.get()
    mine = before._replace(outer=before, **settings)
    block = object()
    try:
        try:
            special.add(block)
            _mode.set(mine)
            yield
        finally:
            _leave(mine, before)
            special.discard(block)
    finally:  # once more, where an interrupt fell into the lines above
        _leave(mine, before)
        special.discard(block)


def _leave(mode: Mode, before: Mode) -> None:
    """Back to ``before``, unless ``mode`` is over: an interrupted block may end after others."""
    inner: Mode | None = _mode.get()
    while inner is not None and inner is not mode:
        inner = inner.outer
    if inner is not None:
        _mode.set(before)


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
    with _changed(recording=False):
        yield


@contextmanager
def recording() -> Iterator[None]:
    """Record within the block even where `no_grad` surrounds it."""
    with _changed(recording=True):
        yield


@contextmanager
def watching(watch: Callable[[Value], None]) -> Iterator[None]:
    """Call ``watch(node)`` for every node made within the block."""
    with _changed(watchers=(*current().watchers, watch)):
        yield


@contextmanager
def taping() -> Iterator[list[Value]]:
    """Record within the block, even under `no_grad`; list the nodes made, parents before children."""
    tape: list[Value] = []
    with _changed(
        recording=True, watchers=(*current().watchers, tape.append), depth=current().depth + 1
    ):
        yield tape


@contextmanager
def tracing(
    peek: Callable[[Value], None], stop: Callable[[Value], Value] | None = None
) -> Iterator[None]:
    """Record comparisons too; call ``peek(value)`` when a number leaves the graph in another way, and
    ``stop(value)`` where none is to be left: of `Value.detach`, and of results under `no_grad`."""
    with _changed(peek=peek, stop=stop, conditions=True, recording=True):
        yield


@contextmanager
def comparing() -> Iterator[None]:
    """Record comparisons: a derivative rule that chooses is then a choice of the graph."""
    with _changed(conditions=True):
        yield


def observed(node: Value) -> Value:
    """Show a new node to those who watch; cut it loose under `no_grad`."""
    mode = _mode.get()
    if not mode.recording and mode.stop is not None:
        node = mode.stop(node)
    elif not mode.recording:
        node._a = node._b = node._how = None
        node._da = node._db = 0.0
    for watch in mode.watchers:
        watch(node)
    return node


def peeked(value: Value) -> None:
    """Tell whoever asked to know that a number is about to leave the graph."""
    peek = _mode.get().peek
    if peek is not None:
        peek(value)


# A number that leaves the graph by `float()`: no gradient comes back through it. ``math.exp(x)`` and
# ``float(x)`` ask a Value the same question, so both are answered, and both are warned of.

_CALL = re.compile(r"(?:\bmath\.|(?<![\w.]))(\w+)\(")
_OTHERWISE = {
    "pow": "x ** y", "fabs": "abs(x)", "fsum": "sum(…)",
    "degrees": "x.degrees()", "radians": "x.radians()",
}  # fmt: skip
_said: WeakKeyDictionary[CodeType, dict[Any, Any]] = WeakKeyDictionary()  # by line


def warn_of_cut(frame: FrameType, methods: type) -> None:
    """Warn, once a line, that the code of ``frame`` took a number out of the graph.

    Args:
        frame: where that happened; it says which of math's functions was called.
        methods: the class whose method of the same name keeps the gradient.
    """
    code, line = frame.f_code, frame.f_lineno
    source = linecache.getline(code.co_filename, line) or "( ".join([*code.co_names, ""])
    called = [name for name in _CALL.findall(source) if _of_math(name, frame)]
    instead = {name: _instead(name, methods) for name in called}
    use = " and ".join(filter(None, instead.values()))
    what = f"math.{called[0]}()" if len(instead) == 1 else "this line"
    use = use or "autograd.exp or x.exp() in place of math.exp(x), and so on"
    warn_at(
        frame,
        f"{what} takes a number out of the graph, so no gradient comes back through it: use {use}; "
        "to read the number, x.data",
    )


def warn_at(frame: FrameType, message: str) -> None:
    """Warn, once a line, of what the code of ``frame`` does."""
    code = frame.f_code
    warnings.warn_explicit(
        message,
        UserWarning,
        code.co_filename,
        frame.f_lineno,
        frame.f_globals.get("__name__") or "<unknown>",
        _said.setdefault(code, {}),
    )


def _of_math(name: str, frame: FrameType) -> bool:
    function = getattr(math, name, None)
    return callable(function) and frame.f_globals.get(name, function) is function


def _instead(name: str, methods: type) -> str:
    if name in _OTHERWISE:
        return _OTHERWISE[name]
    return f"autograd.{name} or x.{name}()" if hasattr(methods, name) else ""
