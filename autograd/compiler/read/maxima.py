"""Maxima that only keep exp from overflowing: their gradient is exactly 0 and need not be computed.

log Σ exp(xᵢ − m) + m and exp(xᵢ − m) / Σ exp(xⱼ − m) do not depend on m. A node below m either gains a
constant when m grows by δ ("shift"), or a factor exp(d·δ) ("power"), or stays as it is. If in the end
everything stays as it is, no gradient arrives at m.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograd import ops
from autograd.compiler.read.arrays import CODE, Array, Graph

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
    first = int(maxima[0])
    below = _below(graph, first)
    for top in (maxima - first).tolist():
        users = below.users.get(top, [])
        if all(user >= 0 and below.code[user] != _MAX for user in users) and _invariant(top, below):
            for node in _inside(top, below):
                graph.needs[first + node] = False


_CONSTANT, _BEFORE = -1, -2  # operands that are numbers, or nodes before the first maximum
_ELSEWHERE = -1  # a user without a rule: an output, `where`, `select`


@dataclass
class _Below:
    """The nodes from the first maximum on, counted from there: what depends on one is among them."""

    code: list[int]  # [nodes] the operation, as in Graph
    a: list[int]  # [nodes] the first operand: a node counted likewise, _CONSTANT or _BEFORE
    b: list[int]  # [nodes] the second, likewise
    ca: list[float]  # [nodes] the number that is the first operand, where a is _CONSTANT
    cb: list[float]  # [nodes] the second, likewise
    users: dict[int, list[int]]  # node: what uses it, in topological order; _ELSEWHERE among them


def _below(graph: Graph, first: int) -> _Below:
    a, b = (_relative(operand[first:], first) for operand in (graph.a, graph.b))
    code, ca, cb = (column[first:].tolist() for column in (graph.code, graph.ca, graph.cb))
    users: dict[int, list[int]] = {}
    live = ~graph.constant[first:] & (graph.code[first:] > 0)
    for i in np.flatnonzero(live).tolist():
        for x in {a[i], b[i]}:
            if x >= 0:
                users.setdefault(x, []).append(i)
    for operands in graph.more.values():
        for x in operands:
            if type(x) is int:
                users.setdefault(x - first, []).append(_ELSEWHERE)
    for root in graph.roots:
        users.setdefault(root - first, []).append(_ELSEWHERE)
    return _Below(code, a, b, ca, cb, users)


def _relative(operand: Array, first: int) -> list[int]:
    earlier = np.where(operand < 0, _CONSTANT, _BEFORE)
    return np.where(operand >= first, operand - first, earlier).tolist()  # type: ignore[no-any-return]


def _inside(top: int, below: _Below) -> list[int]:
    """The maximum and the maxima inside it that nothing else uses."""
    found, stack = [], [top]
    while stack:
        node = stack.pop()
        found.append(node)
        stack += [
            x
            for x in (below.a[node], below.b[node])
            if x >= 0 and below.code[x] == _MAX and below.users[x] == [node]
        ]
    return found


class _Change(NamedTuple):
    """What happens to a node when the maximum grows by δ."""

    shift: float  # it gains shift · δ
    power: float  # it is multiplied with exp(power · δ)


_NONE = _Change(0.0, 0.0)


def _invariant(top: int, below: _Below) -> bool:
    """Whether all that depends on ``top`` stays the same when only it changes."""
    change = {top: _Change(1.0, 0.0)}
    waiting = sorted(below.users.get(top, ()))  # a heap: nodes in topological order
    while waiting:
        node = heapq.heappop(waiting)
        if node in change:
            continue
        if node < 0:
            return False
        after = _step(
            node, below, change.get(below.a[node], _NONE), change.get(below.b[node], _NONE)
        )
        if after is None:
            return False
        if after != _NONE:
            change[node] = after
            if node not in below.users:
                return False
            for user in below.users[node]:
                heapq.heappush(waiting, user)
    return True


def _step(node: int, below: _Below, x: _Change, y: _Change) -> _Change | None:
    """How a node changes, given how its operands do; None if there is no rule."""
    code = below.code[node]
    if code in (_ADD, _SUB):
        return _step_sum(node, below, x, y)
    if code in (_MUL, _DIV):
        return _step_product(node, below, x, y)
    if code == _NEG:
        return _Change(-x.shift, x.power)
    if code == _COPY:
        return x
    if code == _EXP:
        return _Change(0.0, x.shift) if x.power == 0.0 else None
    if code == _LOG:
        return _Change(x.power, 0.0) if x.shift == 0.0 else None
    return None


def _step_sum(node: int, below: _Below, x: _Change, y: _Change) -> _Change | None:
    a, b = below.a[node], below.b[node]
    if x.power == 0.0 and y.power == 0.0:
        return _Change(x.shift + y.shift if below.code[node] == _ADD else x.shift - y.shift, 0.0)
    if _CONSTANT in (a, b):  # 0 + x, as Python's sum begins, is still a multiple of x
        number, own = (below.ca[node], y) if a == _CONSTANT else (below.cb[node], x)
        return _Change(0.0, own.power) if number == 0.0 else None
    return _Change(0.0, x.power) if x == y and x.shift == 0.0 else None


def _step_product(node: int, below: _Below, x: _Change, y: _Change) -> _Change | None:
    code, a, b = below.code[node], below.a[node], below.b[node]
    if _CONSTANT not in (a, b):
        if x.shift or y.shift:
            return None
        return _Change(0.0, x.power + y.power if code == _MUL else x.power - y.power)
    number, own = (below.ca[node], y) if a == _CONSTANT else (below.cb[node], x)
    if code == _DIV:
        if a == _CONSTANT:
            return None if own.shift else _Change(0.0, -own.power)
        number = 1.0 / number if number else 0.0
    return _Change(own.shift * number, own.power)
