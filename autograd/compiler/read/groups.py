"""What runs at once: rows and operations of one kind, none of which needs another's result.

Groups are found by an agenda: of all kinds with members that could run now, the one whose members lie
deepest in the graph on average waits longest, so that those which become ready later can join it.

Source: Neubig, Goldberg & Dyer, On-the-fly operation batching in dynamic computation graphs,
arXiv:1705.07860.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.read.arrays import CODE, Array
from autograd.compiler.read.factor import Hashes
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.rows import Kind, place_of

__all__ = ["Group", "groups"]

_POW = CODE[ops.POW]
_FAST = (
    2.0,
    -1.0,
    0.5,
    -0.5,
)  # exponents that engines need no power for: a group each, if they are ...
_MANY = 8  # ... so many; others share one


@dataclass
class Group:
    """What runs at once."""

    kind: Kind
    code: int  # the operation, as in `Graph`; 0 for rows
    batched: bool  # whether each sample has numbers of its own
    needs: bool  # whether a gradient flows through it
    masked: bool  # above a branch of `where`
    members: Array  # [members] row numbers; nodes where the kind is OPERATION


@dataclass
class _Items:
    """Rows and operations in one order in which they can run; i of them, numbered by it."""

    member: Array  # [i] the row number, or the node of an operation
    node: Array  # [i] the node that it computes
    kind: Array  # [i] Kind
    code: Array  # [i] the operation, 0 for rows
    biases: Array  # [i] how many a row has; of an operation, what kind of operands
    layer: Array  # [i] see `_layers`, -1 for none
    user: Array  # [edges] the item that uses ...
    used: Array  # [edges] ... this one, a user's operands in order


def groups(fused: Fused, hashes: Hashes) -> list[Group]:
    """Put together what can run at once.

    Takes rows and operations, and the hashes of the rows.
    Finds which are alike, which of them are ready when, and whose turn it is.
    Gives back groups in an order in which they can run.
    """
    items, nodes = _items(fused, hashes), fused.nodes
    base = _alike(
        [
            items.biases, items.code, items.kind, nodes.batched[items.node],
            nodes.needs[items.node], nodes.masked[items.node],
        ]
    )  # fmt: skip
    found = []
    for members in _agenda(items, _signatures(items, base)):
        first = members[0]
        node = items.node[first]
        found.append(
            Group(
                Kind(items.kind[first]), int(items.code[first]), bool(nodes.batched[node]),
                bool(nodes.needs[node]), bool(nodes.masked[node]), items.member[np.sort(members)],
            )
        )  # fmt: skip
    return found


def _items(fused: Fused, hashes: Hashes) -> _Items:
    rows, operations = fused.rows, fused.operations
    count = len(rows.node)
    order = np.argsort(np.concatenate([rows.place, place_of(operations)]), kind="stable")

    def column(of_rows: Array, of_operations: Array) -> Array:
        return np.concatenate([of_rows, of_operations])[order]

    node = column(rows.node, operations)
    item = np.full(len(fused.nodes), -1)  # of each node
    item[node] = np.arange(len(node))
    user, used = (item[nodes] for nodes in _edges(fused))
    return _Items(
        column(np.arange(count), operations),
        node,
        column(rows.kind, np.full(len(operations), Kind.OPERATION)),
        column(np.zeros(count, dtype=np.int64), fused.graph.code[operations]),
        column(rows.bias_count, _operand_kinds(fused)),
        column(_layers(fused, hashes), np.full(len(operations), -1)),
        user[used >= 0],
        used[used >= 0],
    )


def _edges(fused: Fused) -> tuple[Array, Array]:
    """[edges] each: the node that uses another, and that other; the operands of each user in order."""
    rows, graph, operations = fused.rows, fused.graph, fused.operations
    of_summand = np.repeat(rows.node, rows.size)
    of_bias = np.repeat(rows.node, rows.bias_count)
    more = [
        (i, x)
        for i in (operations.tolist() if graph.more else ())
        for x in graph.more.get(i, ())
        if type(x) is int
    ]
    extra = np.array(more, dtype=np.int64).reshape(-1, 2)
    user = np.concatenate([of_summand, of_summand, of_bias, operations, operations, extra[:, 0]])
    used = np.concatenate(
        [rows.second, rows.first, rows.bias, graph.a[operations], graph.b[operations], extra[:, 1]]
    )
    return user[used >= 0], used[used >= 0]


def _alike(columns: Sequence[Array]) -> Array:
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

    start: list[int]
    other: list[int]

    @classmethod
    def by(cls, end: Array, other: Array, count: int) -> _Neighbours:
        order = np.argsort(end, kind="stable")
        start = np.searchsorted(end[order], np.arange(count + 1))
        return cls(start.tolist(), other[order].tolist())


@dataclass
class _Signatures:
    """What is alike: by its kind, its layer, and the signature of its first operand."""

    of: list[int]  # of each item
    depth: list[float]  # of each signature: the mean of its items
    waiting: list[int]  # of each item: how many operands it waits for


def _signatures(items: _Items, base: Array) -> _Signatures:
    count = len(items.node)
    first_operand = np.full(count, -1)
    first_operand[items.user[::-1]] = items.used[::-1]
    first_operand[items.layer >= 0] = -1
    operands = _Neighbours.by(items.user, items.used, count)
    start, sources = operands.start, operands.other
    names: dict[tuple[int, int, int], int] = {}
    signature: list[int] = []
    depth: list[int] = []
    of, sign = depth.__getitem__, names.setdefault
    for i, (kind, layer, operand) in enumerate(
        zip(base.tolist(), items.layer.tolist(), first_operand.tolist())
    ):
        s, e = start[i], start[i + 1]
        depth.append(1 + max(map(of, sources[s:e])) if e > s else 0)
        key = (kind, layer, signature[operand] if operand >= 0 else -1)
        signature.append(sign(key, len(names)))
    numbers = np.array(signature, dtype=np.int64)
    mean = np.bincount(numbers, depth) / np.maximum(np.bincount(numbers), 1)
    return _Signatures(signature, mean.tolist(), np.diff(start).tolist())


def _agenda(items: _Items, signatures: _Signatures) -> list[list[int]]:
    """Items by signature, each signature when its turn comes."""
    users = _Neighbours.by(items.used, items.user, len(items.node))
    of, waiting = signatures.of, list(signatures.waiting)
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


def _layers(fused: Fused, hashes: Hashes) -> Array:
    """[rows] A number for each row of products with weights: the same for rows that share columns or
    weights, over any number of steps; -1 for other rows."""
    rows = fused.rows
    members = np.flatnonzero((rows.kind == Kind.MATRIX) & (rows.size > 1))
    out = np.full(len(rows.node), -1)
    parent: list[int] = []  # of each set of coefficients; those that share columns hang together
    number: dict[int, int] = {}
    seen: dict[int, int] = {}

    def find(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    of_row = []
    for row in members.tolist():
        own = number.setdefault(hashes.coefficients[row], len(number))
        if own == len(parent):
            parent.append(own)
        of_row.append(own)
        other = seen.setdefault(hashes.columns[row], own)
        if other != own:
            parent[find(own)] = find(other)
    if len(members):
        layer = np.array([find(own) for own in of_row])
        alone = np.bincount(layer)[layer] == 1  # a row that shares nothing may join others
        out[members] = np.where(alone, -1, layer)
    return out


def _operand_kinds(fused: Fused) -> Array:
    """[operations] What kind of operands each has: a number that differs where the kinds do."""
    graph, operations, batched = fused.graph, fused.operations, fused.nodes.batched
    kinds = [
        np.where(operand[operations] < 0, 0, 1 + batched[operand[operations]])
        for operand in (graph.a, graph.b)
    ]
    exponent = graph.cb[operations]
    power = (graph.code[operations] == _POW) & (graph.b[operations] < 0)
    own = np.zeros(len(operations), dtype=bool)
    for fast in _FAST:
        like = power & (exponent == fast)
        own |= like & (np.count_nonzero(like) >= _MANY)
    exponent = np.where(own, exponent, 0.0)
    more = np.full(len(operations), -1)
    if graph.more:
        names: dict[tuple[object, ...], int] = {}
        for i, node in enumerate(operations.tolist()):
            if node in graph.more:
                key = tuple(
                    bool(batched[x]) if type(x) is int else type(x) for x in graph.more[node]
                )
                more[i] = names.setdefault(key, len(names))
    return _alike([*kinds, exponent.view(np.int64), more])
