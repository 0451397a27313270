"""The nodes of a graph in one order, and the place of each in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd.compiler.select import Index, Selection
from autograd.value import Choice, Value

__all__ = ["Places", "ordered"]


Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_MORE = {Choice, Selection}  # what stands in the slot of a node with more operands
_ALIGNED = 16  # bytes of which every address is a multiple
_SPARSE = 16  # so many addresses for each Value are one table, no more


# One loop without calls, since it meets every node: calls would take longer than all the rest.
def ordered(roots: Sequence[Value]) -> tuple[list[Value], dict[int, tuple[Any, ...]]]:
    """Every node above ``roots`` once, parents before children; and of `where` and `select`, by their
    place in that list, all operands."""
    done: set[Value | None] = {None}
    values: list[Value] = []
    more: dict[int, tuple[Any, ...]] = {}
    append, finish = values.append, done.add
    stack: list[Value | None] = list(reversed(roots))
    push, pop = stack.append, stack.pop
    while True:
        if not stack:
            return values, more
        node = pop()
        if node is None:
            node = pop()
            if node not in done:
                finish(node)
                append(node)  # type: ignore[arg-type]
            continue
        if node in done:
            continue
        a = node._a
        b = node._b
        if a is None and b is None and node._how is None:  # a leaf
            finish(node)
            append(node)
            continue
        if (a is None and type(node._da) in _MORE) or (b is None and type(node._db) in _MORE):
            extra = _extra(node)  # in this order, whichever branch was taken
            missing = [x for x in extra if type(x) is Value and x not in done]
            if missing:
                push(node)
                stack.extend(reversed(missing))
                continue
            more[len(values)] = extra
            a = b = None
        if a in done and b in done:  # also a leaf
            finish(node)
            append(node)
            continue
        push(node)
        if a is None or b is None or a in done or b in done:
            # one parent to visit; the node comes back and finds both done
            push(b if a in done else a)
            continue
        push(None)
        push(b)
        push(a)


def _extra(node: Value) -> tuple[Any, ...]:
    """The operands of a node that has more than its two slots hold: where and select."""
    slot = node._da if type(node._da) in _MORE else node._db
    return (slot.index, *slot.candidates) if type(slot) is Selection else tuple(slot)


class Places:
    """Where Values stand in a list, found by their identity: a dict takes five times the memory.

    Addresses are multiples of 16, and those of one graph lie close together, so that a table with an
    entry for each address answers at once; where they do not, they are sorted.
    """

    def __init__(self, values: list[Value]) -> None:
        numbers = _identities(values, len(values))
        self._low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
        self._span = (high - self._low) // _ALIGNED + 1
        self._sorted = self._span > _SPARSE * len(values) or bool((numbers % _ALIGNED).any())
        if self._sorted:
            self._order = np.argsort(numbers).astype(np.int32)
            self._numbers = numbers[self._order]
        else:
            self._table = np.full(self._span, -1, dtype=np.int32)
            self._table[(numbers - self._low) // _ALIGNED] = np.arange(len(values), dtype=np.int32)

    def of(self, values: Iterable[Value | None], count: int) -> Array:
        """The place of each of ``count`` Values, -1 for what is not in the list."""
        wanted = _identities(values, count)
        places: Array
        if self._sorted:
            at = np.searchsorted(self._numbers, wanted)
            at[at == len(self._numbers)] = 0
            places = self._order[at]
            places[self._numbers[at] != wanted] = -1
            return places
        wanted -= self._low
        outside = (wanted < 0) | (wanted >= self._span * _ALIGNED) | (wanted % _ALIGNED != 0)
        wanted //= _ALIGNED
        wanted[outside] = 0
        places = self._table[wanted]
        places[outside] = -1
        return places

    def operands(self, operands: Sequence[Any]) -> list[Any]:
        """The place of each Value as an int, a plain number as a float."""
        places = self.of(operands, len(operands)).tolist()
        return [
            place if type(x) is Value else x if type(x) is Index else float(x)
            for x, place in zip(operands, places)
        ]


def _identities(values: Iterable[Value | None], count: int) -> Array:
    return np.fromiter(map(id, values), np.int64, count)
