"""Copies and pickles of whole graphs, without recursion: a chain of a million nodes is a normal input.

``copy`` gives a node on the same parents; ``deepcopy`` and ``pickle`` take along all it was made from.
"""

from __future__ import annotations

import copy
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd.graph import postorder
from autograd.ops import Op

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["deep_copy", "reduce", "shallow_copy"]


def shallow_copy(value: Value) -> Value:
    """Another node of the same operation on the same parents."""
    return _node(type(value), *_slots(value))


def deep_copy(value: Value, memo: dict[int, Any]) -> Value:
    """A copy of the whole graph; what ``memo`` has already is shared."""
    for node in postorder([value], lambda node: [] if id(node) in memo else _inputs(node)):
        if id(node) not in memo:
            slots = [x if type(x) in _PLAIN else copy.deepcopy(x, memo) for x in _slots(node)]
            memo[id(node)] = _node(type(value), *slots)
    copied: Value = memo[id(value)]
    return copied


_PLAIN = {float, type(None), Op}


def reduce(value: Value) -> tuple[Any, ...]:
    """What pickle stores: first all that ``value`` was made from, parents first, then its own slots.

    By the time pickle comes to a slot it has met what the slot refers to, and never goes deep.
    """
    inputs = _inputs(value)
    dump = _thread.dump() if _thread.dump else None
    before: Any = None
    end: Any = None
    if inputs and dump is None:
        dump = _Dump()
        _thread.dump = weakref.ref(dump)
        end = _End(dump)
    if dump is not None and not all(node in dump.listed for node in inputs):
        before = _Ancestry(inputs, weakref.ref(dump))
    return _unpickled, (before, type(value), *_slots(value), end)


class _Dump:
    """One call of pickle in this thread: the nodes it has met, or is about to, before all others."""

    def __init__(self) -> None:
        self.listed: set[Value] = set()


class _Ancestry:
    """Stands before a node in a pickle, and unfolds to what the node was made from."""

    def __init__(self, inputs: list[Value], dump: weakref.ref[_Dump]) -> None:
        self.inputs, self.dump = inputs, dump

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._nodes()

    def _nodes(self) -> Iterator[Value]:
        dump = self.dump()
        assert dump is not None  # held by the _End of the node that is being written
        listed = dump.listed
        for node in postorder(self.inputs, _inputs, set(listed)):
            listed.add(node)
            yield node


class _End:
    """Stands last, and alone keeps the dump: written or given up, nothing is known to have been met."""

    def __init__(self, dump: _Dump) -> None:
        self.dump = dump

    def __reduce__(self) -> tuple[Any, ...]:
        _thread.dump = None
        return tuple, ()


class _Thread(threading.local):
    dump: weakref.ref[_Dump] | None = None


_thread = _Thread()


def _slots(node: Value) -> tuple[Any, ...]:
    return node._a, node._b, node._da, node._db, node._how, node.data, node.grad


def _node(
    kind: type[Value], a: Any, b: Any, da: Any, db: Any, how: Any, data: float, grad: float
) -> Value:
    node: Value = object.__new__(kind)
    node._a, node._b, node._da, node._db = a, b, da, db
    node._how, node.data, node.grad = how, data, grad
    return node


def _unpickled(before: Any, kind: type[Value], *slots_and_end: Any) -> Value:
    return _node(kind, *slots_and_end[:-1])


def _inputs(node: Value) -> list[Value]:
    """The Values that its slots refer to, last one first: parents, and what `where` chose from."""
    found: list[Value] = []
    for slot in (node._db, node._da, node._b, node._a):
        if type(slot) is type(node):
            found.append(slot)
        elif isinstance(slot, tuple):  # a Choice
            found += [x for x in slot if type(x) is type(node)]
    return found
