"""What runs at once: rows and operations of one kind, none of which needs another's result.

Groups are found by an agenda: of all kinds with members that could run now, the one whose members lie
deepest in the graph on average waits longest, so that those which become ready later can join it.

Source: Neubig, Goldberg & Dyer, On-the-fly operation batching in dynamic computation graphs,
arXiv:1705.07860.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.read.factor import Hashes
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.lift import CODE, Array
from autograd.compiler.read.rows import MATRIX
from autograd.compiler.select import Index

__all__ = ["OPERATION", "Group", "groups"]

OPERATION = 4  # the kind of a group that is no row; see fuse.py for the others
_POW = CODE[ops.POW]


@dataclass
class Group:
    """``members`` are row numbers, or nodes where the kind is OPERATION."""

    kind: int
    code: int
    batched: bool
    needs: bool
    masked: bool  # above a branch of `where`
    members: Array


def groups(fused: Fused, hashes: Hashes) -> list[Group]:
    """Groups in an order in which they can run."""
    rows, graph, operations = fused.rows, fused.graph, fused.operations
    count = len(rows.node) + len(operations)
    member = np.concatenate([np.arange(len(rows.node)), operations])
    node = np.concatenate([rows.node, operations])
    order = np.argsort(np.concatenate([rows.place, operations * 3 + 2]), kind="stable")
    member, node = member[order], node[order]
    item = np.full(len(fused.batched), -1)
    item[node] = np.arange(count)

    user, used = _edges(fused)
    user, used = item[user], item[used]
    keep = used >= 0
    user, used = user[keep], used[keep]

    nothing = np.zeros(len(rows.node), dtype=np.int64)
    columns = [
        np.concatenate([np.diff(rows.bias_start), _operands(fused)])[order],
        np.concatenate([nothing, graph.code[operations]])[order],
        np.concatenate([rows.kind, np.full(len(operations), OPERATION)])[order],
        fused.batched[node],
        fused.needs[node],
        fused.masked[node],
    ]
    key = np.zeros(count, dtype=np.int64)
    for column, bits in zip(columns, (0, 7, 3, 1, 1, 1)):
        key = (key << bits) | column
    _, first, base = np.unique(key, return_index=True, return_inverse=True)
    kinds = list(zip(*(column[first].tolist() for column in columns)))
    first_operand = np.full(count, -1)
    first_operand[user[::-1]] = used[::-1]  # edges lie in the order of the operands
    layer = np.full(count, -1)
    layer[item[rows.node]] = _layers(fused, hashes)
    found = []
    for base_kind, members in _agenda(
        count, user, used, base.ravel().tolist(), first_operand.tolist(), layer.tolist()
    ):
        _, code, kind, batched, needs, masked = kinds[base_kind]
        found.append(Group(kind, code, batched, needs, masked, member[np.sort(members)]))
    return found


def _edges(fused: Fused) -> tuple[Array, Array]:
    """Pairs of nodes (user, used), the operands of each user in order."""
    rows, graph, operations = fused.rows, fused.graph, fused.operations
    of_term = rows.node[np.repeat(np.arange(len(rows.node)), np.diff(rows.start))]
    of_bias = rows.node[np.repeat(np.arange(len(rows.node)), np.diff(rows.bias_start))]
    more = [
        (i, x)
        for i in (operations.tolist() if graph.more else ())
        for x in graph.more.get(i, ())
        if type(x) is int
    ]
    extra = np.array(more, dtype=np.int64).reshape(-1, 2)
    user = np.concatenate([of_term, of_term, of_bias, operations, operations, extra[:, 0]])
    used = np.concatenate(
        [rows.second, rows.first, rows.bias, graph.a[operations], graph.b[operations], extra[:, 1]]
    )
    keep = used >= 0
    return user[keep], used[keep]


def _agenda(
    count: int, user: Array, used: Array, base: list[int], first_operand: list[int],
    layer: list[int],
) -> list[tuple[int, list[int]]]:  # fmt: skip
    """Groups of items by signature, each ready when its turn comes."""
    by_user = np.argsort(user, kind="stable")
    sources = used[by_user].tolist()
    start = np.searchsorted(user[by_user], np.arange(count + 1)).tolist()
    by_used = np.argsort(used, kind="stable")
    users = user[by_used].tolist()
    user_start = np.searchsorted(used[by_used], np.arange(count + 1)).tolist()

    names: dict[tuple[int, int, int], int] = {}
    signature: list[int] = []
    depth: list[int] = []
    of, sign = depth.__getitem__, names.setdefault
    for i in range(
        count
    ):  # what is alike: its kind, its layer, and the signature of its first operand
        s, e = start[i], start[i + 1]
        depth.append(1 + max(map(of, sources[s:e])) if e > s else 0)
        operand = first_operand[i] if layer[i] < 0 else -1
        key = (base[i], layer[i], signature[operand] if operand >= 0 else -1)
        signature.append(sign(key, len(names)))
    kinds = np.array(signature, dtype=np.int64)
    mean = (np.bincount(kinds, depth) / np.maximum(np.bincount(kinds), 1)).tolist()

    waiting = np.diff(start)
    ready: dict[int, list[int]] = {}
    for i in np.flatnonzero(waiting == 0).tolist():
        ready.setdefault(signature[i], []).append(i)
    left = waiting.tolist()
    agenda = [(mean[kind], kind) for kind in ready]
    heapq.heapify(agenda)
    found = []
    while agenda:
        kind = heapq.heappop(agenda)[1]
        members = ready.pop(kind)
        found.append((base[members[0]], members))
        for i in members:
            for x in users[user_start[i] : user_start[i + 1]]:
                left[x] -= 1
                if not left[x]:
                    other = signature[x]
                    if other in ready:
                        ready[other].append(x)
                    else:
                        ready[other] = [x]
                        heapq.heappush(agenda, (mean[other], other))
    return found


def _layers(fused: Fused, hashes: Hashes) -> Array:
    """A number for each row of products with weights: the same for rows that share columns or weights,
    over any number of steps; -1 for other rows."""
    rows = fused.rows
    members = np.flatnonzero((rows.kind == MATRIX) & (np.diff(rows.start) > 1))
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


def _operands(fused: Fused) -> Array:
    """What kind of operands each operation has: a number that differs where the kinds do."""
    graph, operations = fused.graph, fused.operations
    kinds = np.zeros(len(operations), dtype=np.int64)
    for operand in (graph.a, graph.b):
        at = operand[operations]
        kinds = kinds * 3 + np.where(at < 0, 0, 1 + fused.batched[at])
    power = (graph.code[operations] == _POW) & (graph.b[operations] < 0)
    _, which = np.unique(graph.cb[operations[power]], return_inverse=True)
    kinds[power] += 9 * (1 + which)
    if graph.more:
        for i, node in enumerate(operations.tolist()):
            for x in graph.more.get(node, ()):
                kind = 0 if type(x) is float else 3 if type(x) is Index else 1 + fused.batched[x]
                kinds[i] = (kinds[i] * 4 + kind) % (1 << 40)
    return kinds
