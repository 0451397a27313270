"""Maxima that only keep exp from overflowing: their gradient is exactly 0 and need not be computed.

log Σ exp(xᵢ − m) + m and exp(xᵢ − m) / Σ exp(xⱼ − m) do not depend on m. A node below m either gains a
constant when m grows by δ ("shift"), or a factor exp(d·δ) ("power"), or stays as it is. If in the end
everything stays as it is, no gradient arrives at m.
"""

from __future__ import annotations

import heapq

import numpy as np

from autograd import ops
from autograd.compiler.read.lift import CODE, Array, Graph

__all__ = ["detach_maxima"]

_ADD, _SUB, _MUL, _DIV = (CODE[op] for op in (ops.ADD, ops.SUB, ops.MUL, ops.DIV))
_NEG, _COPY, _EXP, _LOG, _MAX = (
    CODE[op] for op in (ops.NEG, ops.IDENTITY, ops.EXP, ops.LOG, ops.MAXIMUM)
)


def detach_maxima(graph: Graph) -> None:
    """Mark maxima whose gradient is always 0 as needing none."""
    maxima = np.flatnonzero((graph.code == _MAX) & graph.needs)
    if not len(maxima):
        return
    first = int(maxima[0])  # what depends on a maximum comes after it; count from there
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
                users.setdefault(x - first, []).append(-1)  # where and select: no rule
    for root in graph.roots:
        users.setdefault(root - first, []).append(-1)
    for top in (maxima - first).tolist():
        if all(user >= 0 and code[user] != _MAX for user in users.get(top, [])) and _invariant(
            top, users, a, b, ca, cb, code
        ):
            for node in _inside(top, users, a, b, code):
                graph.needs[first + node] = False


_CONSTANT, _BEFORE = -1, -2  # operands that are numbers, or nodes before the first maximum


def _relative(operand: Array, first: int) -> list[int]:
    earlier = np.where(operand < 0, _CONSTANT, _BEFORE)
    return np.where(operand >= first, operand - first, earlier).tolist()  # type: ignore[no-any-return]


def _inside(
    top: int, users: dict[int, list[int]], a: list[int], b: list[int], code: list[int]
) -> list[int]:
    """The maximum and the maxima inside it that nothing else uses."""
    found, stack = [], [top]
    while stack:
        node = stack.pop()
        found.append(node)
        stack += [
            x for x in (a[node], b[node]) if x >= 0 and code[x] == _MAX and users[x] == [node]
        ]
    return found


State = tuple[float, float]  # what is gained by a shift of 1; the power of exp that is multiplied


def _invariant(
    top: int, users: dict[int, list[int]], a: list[int], b: list[int], ca: list[float],
    cb: list[float], code: list[int],
) -> bool:  # fmt: skip
    """Whether all that depends on ``top`` stays the same when only it changes."""
    state: dict[int, State] = {top: (1.0, 0.0)}
    waiting = sorted(users.get(top, ()))  # a heap: nodes in topological order
    unchanged = (0.0, 0.0)
    while waiting:
        node = heapq.heappop(waiting)
        if node in state:
            continue
        if node < 0:
            return False
        x, y = state.get(a[node], unchanged), state.get(b[node], unchanged)
        after = _step(code[node], x, y, a[node], b[node], ca[node], cb[node])
        if after is None:
            return False
        if after != unchanged:
            state[node] = after
            if node not in users:
                return False
            for user in users[node]:
                heapq.heappush(waiting, user)
    return True


def _step(code: int, x: State, y: State, a: int, b: int, ca: float, cb: float) -> State | None:
    """How a node changes, given how its operands do; None if there is no rule."""
    shift = x[1] == 0.0 and y[1] == 0.0
    if code in (_ADD, _SUB):
        if shift:
            return (x[0] + y[0] if code == _ADD else x[0] - y[0]), 0.0
        if _CONSTANT in (a, b):  # 0 + x, as Python's sum begins, is still a multiple of x
            power = y[1] if a == _CONSTANT else x[1]
            return (0.0, power) if (ca if a == _CONSTANT else cb) == 0.0 else None
        return (0.0, x[1]) if x == y and x[0] == 0.0 else None
    if code == _NEG:
        return -x[0], x[1]
    if code == _COPY:
        return x
    if code in (_MUL, _DIV):
        if _CONSTANT not in (a, b):
            if x[0] or y[0]:
                return None
            return 0.0, x[1] + y[1] if code == _MUL else x[1] - y[1]
        number, own = (ca, y) if a == _CONSTANT else (cb, x)
        if code == _DIV:
            if a == _CONSTANT:
                return None if own[0] else (0.0, -own[1])
            number = 1.0 / number if number else 0.0
        return own[0] * number, own[1]
    if code == _EXP:
        return (0.0, x[0]) if x[1] == 0.0 else None
    if code == _LOG:
        return (x[1], 0.0) if x[0] == 0.0 else None
    return None
