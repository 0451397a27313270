"""The nodes of a graph in one order, and the place of each in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.select import Index, Selection
from autograd.value import Choice, Value

__all__ = ["Places", "ordered"]


_MORE = {Choice, Selection}  # what stands in the slot of a node with more operands


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
    """Where Values stand in a list, found by their identity: a dict takes five times the memory."""

    def __init__(self, values: list[Value]) -> None:
        numbers = np.fromiter(map(id, values), np.int64, len(values))
        self.order = np.argsort(numbers).astype(np.int32)
        self.sorted = numbers[self.order]

    def of(self, values: Iterable[Value | None], count: int) -> np.ndarray[Any, np.dtype[Any]]:
        """The place of each of ``count`` Values, -1 for what is not in the list."""
        wanted = np.fromiter(map(id, values), np.int64, count)
        at = np.searchsorted(self.sorted, wanted)
        at[at == len(self.sorted)] = 0
        places: np.ndarray[Any, np.dtype[Any]] = self.order[at]
        places[self.sorted[at] != wanted] = -1
        return places

    def operands(self, operands: Sequence[Any]) -> list[Any]:
        """The place of each Value as an int, a plain number as a float."""
        places = self.of(operands, len(operands)).tolist()
        return [
            place if type(x) is Value else x if type(x) is Index else float(x)
            for x, place in zip(operands, places)
        ]
