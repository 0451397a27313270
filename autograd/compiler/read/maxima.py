"""Maxima that only keep exp from overflowing: their gradient is exactly 0 and need not be computed.

log Σ exp(xᵢ − m) + m and exp(xᵢ − m) / Σ exp(xⱼ − m) do not depend on m. A node below m either gains a
constant when m grows by δ ("shift"), or a factor exp(d·δ) ("power"), or stays as it is. If in the end
everything stays as it is, no gradient arrives at m.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.read.arrays import CODE, Graph

__all__ = ["detach_maxima"]

_ADD, _SUB, _MUL, _DIV = (CODE[op] for op in (ops.ADD, ops.SUB, ops.MUL, ops.DIV))
_NEG, _COPY, _EXP, _LOG, _MAX = (
    CODE[op] for op in (ops.NEG, ops.IDENTITY, ops.EXP, ops.LOG, ops.MAXIMUM)
)


def detach_maxima(graph: Graph) -> None:
    """Spare maxima without influence their backward pass.

    Takes a graph.
    Finds the maxima that the outputs do not depend on, by following what a change of each would do.
    Gives back nothing: it clears `graph.needs` of them and of the maxima inside them.
    """
    maxima = np.flatnonzero((graph.code == _MAX) & graph.needs)
    if not len(maxima):
        return
    users = _Users(graph)
    left = _STEPS * len(graph)
    for top in maxima.tolist():
        if not users.all_known(top) or any(graph.code[x] == _MAX for x in users.of(top)):
            continue
        invariant, steps = _invariant(top, graph, users, left)
        left -= steps
        if invariant:
            for node in _inside(top, graph, users):
                graph.needs[node] = False


_STEPS = (
    2  # so many for each node of the graph, then the rest keep their gradients: a sum of maxima
)


class _Users:
    """What uses each node."""

    def __init__(self, graph: Graph) -> None:
        n = len(graph)
        self.by_slot = []
        for operand in (graph.a, graph.b):
            start = np.cumsum(np.bincount(operand + 1, minlength=n + 1), dtype=np.int32)
            self.by_slot.append((np.argsort(operand).astype(np.int32), start))
        self.elsewhere = {
            *graph.roots
        }  # what has a user without a rule: an output, `where`, `select`
        for operands in graph.more.values():
            self.elsewhere.update(x for x in operands if type(x) is int)

    def of(self, node: int) -> list[int]:
        """In topological order, without `where` and `select`."""
        found: set[int] = set()
        for order, start in self.by_slot:
            found.update(order[start[node] : start[node + 1]].tolist())
        return sorted(found)

    def all_known(self, node: int) -> bool:
        return node not in self.elsewhere


def _inside(top: int, graph: Graph, users: _Users) -> list[int]:
    """The maximum and the maxima inside it that nothing else uses."""
    found, stack = [], [top]
    while stack:
        node = stack.pop()
        found.append(node)
        stack += [
            x
            for x in (int(graph.a[node]), int(graph.b[node]))
            if x >= 0 and graph.code[x] == _MAX and users.all_known(x) and users.of(x) == [node]
        ]
    return found


class _Change(NamedTuple):
    """What happens to a node when the maximum grows by δ."""

    shift: float  # it gains shift · δ
    power: float  # it is multiplied with exp(power · δ)


_NONE = _Change(0.0, 0.0)


def _invariant(top: int, graph: Graph, users: _Users, most: int) -> tuple[bool, int]:
    """Whether all that depends on ``top`` stays the same when only it changes; and how many steps it
    took to see that, of at most so many."""
    change = {top: _Change(1.0, 0.0)}
    waiting = users.of(top)  # a heap: nodes in topological order
    seen = set(waiting)
    for steps in range(most):
        if not waiting:
            return True, steps
        node = heapq.heappop(waiting)
        operands = _Operands(*(column.item(node) for column in (graph.a, graph.b)))
        after = _step(node, graph, operands, *(change.get(x, _NONE) for x in operands))
        if after is None:
            return False, steps
        if after != _NONE:
            change[node] = after
            below = users.of(node)
            if not below or not users.all_known(node):
                return False, steps
            for user in below:
                if user not in seen:
                    seen.add(user)
                    heapq.heappush(waiting, user)
    return False, most


class _Operands(NamedTuple):
    """The nodes that a node is made from, -1 for a number or none."""

    a: int
    b: int


def _step(node: int, graph: Graph, operands: _Operands, x: _Change, y: _Change) -> _Change | None:
    """How a node changes, given how its operands do; None if there is no rule."""
    code = graph.code.item(node)
    if code in (_ADD, _SUB):
        return _step_sum(node, graph, operands, x, y)
    if code in (_MUL, _DIV):
        return _step_product(node, graph, operands, x, y)
    if code == _NEG:
        return _Change(-x.shift, x.power)
    if code == _COPY:
        return x
    if code == _EXP:
        return _Change(0.0, x.shift) if x.power == 0.0 else None
    if code == _LOG:
        return _Change(x.power, 0.0) if x.shift == 0.0 else None
    return None


def _number(node: int, graph: Graph, operands: _Operands) -> float | None:
    """The operand that is a number."""
    if operands.a >= 0 and operands.b >= 0:
        return None
    return float((graph.ca if operands.a < 0 else graph.cb).item(node))


def _step_sum(
    node: int, graph: Graph, operands: _Operands, x: _Change, y: _Change
) -> _Change | None:
    if x.power == 0.0 and y.power == 0.0:
        sign = 1.0 if graph.code.item(node) == _ADD else -1.0
        return _Change(x.shift + sign * y.shift, 0.0)
    number = _number(node, graph, operands)
    if number is not None:  # 0 + x, as Python's sum begins, is still a multiple of x
        return _Change(0.0, (y if operands.a < 0 else x).power) if number == 0.0 else None
    return _Change(0.0, x.power) if x == y and x.shift == 0.0 else None


def _step_product(
    node: int, graph: Graph, operands: _Operands, x: _Change, y: _Change
) -> _Change | None:
    division, number = graph.code.item(node) == _DIV, _number(node, graph, operands)
    if number is None:
        if x.shift or y.shift:
            return None
        return _Change(0.0, x.power - y.power if division else x.power + y.power)
    own = y if operands.a < 0 else x
    if division and operands.a < 0:
        return None if own.shift else _Change(0.0, -own.power)
    if division:
        number = 1.0 / number if number else 0.0
    return _Change(own.shift * number, own.power)
