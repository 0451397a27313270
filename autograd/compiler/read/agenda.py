"""In which order items run, and which run at once.

An agenda: of all kinds with members that could run now, the one whose members lie deepest in the graph
on average waits longest, so that those which become ready later can join it.

Source: Neubig, Goldberg & Dyer, On-the-fly operation batching in dynamic computation graphs,
arXiv:1705.07860.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from autograd.compiler.read.arrays import Array

__all__ = ["Items", "alike", "scheduled"]


@dataclass
class Items:
    """Rows and operations in one order in which they can run; i of them, numbered by it."""

    member: Array  # [i] the row number, or the node of an operation
    node: Array  # [i] the node that it computes
    kind: Array  # [i] Kind
    code: Array  # [i] the operation, 0 for rows
    biases: Array  # [i] how many a row has; of an operation, what kind of operands
    layer: Array  # [i] see `_layers`, -1 for none
    user: Array  # [edges] the item that uses ...
    used: Array  # [edges] ... this one, a user's operands in order


_NEAR = 3  # so many steps back are near


def scheduled(items: Items, base: Array) -> list[list[int]]:
    """Items that run together, one group after the other.

    Where that groups few, it is tried again with what lies near alone: in a table that is filled row
    after row, what leads to a place has another length at each.
    """
    tools = _Tools.of(items)
    found = _agenda(tools, _signatures(items, base, tools))
    if len(found) * 8 > len(items.node) > 100:
        near = _agenda(tools, _near(items, base, tools))
        if len(near) * 3 < len(found) * 2:
            return near
    return found


def alike(columns: Sequence[Array]) -> Array:
    """A number for each place that is the same where all columns are."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, name = np.unique(column, return_inverse=True)
        _, number = np.unique(number * (len(column) + 1) + name.ravel(), return_inverse=True)
        number = number.ravel()
    return number


@dataclass
class _Neighbours:
    """Edges by one of their ends: those of item i lie at ``start[i] : start[i + 1]``."""

    start: array[int]
    other: array[int]

    @classmethod
    def by(cls, end: Array, other: Array, count: int) -> _Neighbours:
        order = np.argsort(end, kind="stable")
        start = np.searchsorted(end[order], np.arange(count + 1))
        return cls(*(array("i", x.astype(np.int32).tobytes()) for x in (start, other[order])))


@dataclass
class _Tools:
    """What leads to an item, and what it leads to."""

    operands: _Neighbours
    users: _Neighbours
    first: Array  # [i] the first operand of each item, -1 for none that tells what it is like
    depth: list[int]  # [i] how many steps lead to it

    @classmethod
    def of(cls, items: Items) -> _Tools:
        count = len(items.node)
        operands = _Neighbours.by(items.user, items.used, count)
        first = np.full(count, -1)
        first[items.user[::-1]] = items.used[::-1]
        first[items.layer >= 0] = -1
        depth: list[int] = []
        start, sources, of = operands.start, operands.other, depth.__getitem__
        for s, e in pairwise(start):
            depth.append(1 + max(map(of, sources[s:e])) if e > s else 0)
        return cls(operands, _Neighbours.by(items.used, items.user, count), first, depth)


@dataclass
class _Signatures:
    """What is alike: by its kind, its layer, and the signature of its first operand."""

    of: list[int]  # of each item
    depth: list[float]  # of each signature: the mean of its items

    @classmethod
    def by(cls, signature: Array, tools: _Tools) -> _Signatures:
        count = np.bincount(signature)
        mean = np.bincount(signature, tools.depth) / np.maximum(count, 1)
        return cls(signature.tolist(), mean.tolist())


def _signatures(items: Items, base: Array, tools: _Tools) -> _Signatures:
    names: dict[tuple[int, int, int], int] = {}
    signature: list[int] = []
    sign = names.setdefault
    for kind, layer, operand in zip(base.tolist(), items.layer.tolist(), tools.first.tolist()):
        key = (kind, layer, signature[operand] if operand >= 0 else -1)
        signature.append(sign(key, len(names)))
    return _Signatures.by(np.array(signature, dtype=np.int64), tools)


def _near(items: Items, base: Array, tools: _Tools) -> _Signatures:
    """The same, a few operands back and no further."""
    own = signature = alike([base, items.layer])
    for _ in range(_NEAR):
        before = np.where(tools.first >= 0, signature[tools.first], -1)
        signature = alike([own, before])
    return _Signatures.by(signature, tools)


def _agenda(tools: _Tools, signatures: _Signatures) -> list[list[int]]:
    """Items by signature, each signature when its turn comes."""
    users, of = tools.users, signatures.of
    waiting = np.diff(tools.operands.start).tolist()
    ready: dict[int, list[int]] = {}
    for i, operands in enumerate(waiting):
        if not operands:
            ready.setdefault(of[i], []).append(i)
    agenda = [(signatures.depth[kind], kind) for kind in ready]
    heapq.heapify(agenda)
    found = []
    while agenda:
        members = ready.pop(heapq.heappop(agenda)[1])
        found.append(members)
        for i in members:
            for x in users.other[users.start[i] : users.start[i + 1]]:
                waiting[x] -= 1
                if waiting[x]:
                    continue
                kind = of[x]
                if kind not in ready:
                    ready[kind] = []
                    heapq.heappush(agenda, (signatures.depth[kind], kind))
                ready[kind].append(x)
    return found
