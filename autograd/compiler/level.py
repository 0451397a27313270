"""What can run at once: rows and operations of one kind, none of which needs another's result."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.fuse import Fused
from autograd.compiler.lift import CODE, Array
from autograd.compiler.select import Index

__all__ = ["OPERATION", "Group", "groups"]

OPERATION = 4  # the kind of a group that is no row; see fuse.py for the others
_POW = CODE[ops.POW]


@dataclass
class Group:
    """``members`` are row numbers, or nodes where the kind is OPERATION."""

    level: int
    kind: int
    code: int
    batched: bool
    needs: bool
    masked: bool  # above a branch of `where`
    members: Array


def groups(fused: Fused) -> list[Group]:
    """Groups in an order in which they can run."""
    rows, graph, operations = fused.rows, fused.graph, fused.operations
    count = len(fused.batched)
    node = np.concatenate([rows.node, operations])
    place = np.concatenate([rows.place, operations * 3 + 2])
    item = np.full(count, -1)
    order = np.argsort(place, kind="stable")
    rank = np.empty(len(node), dtype=np.int64)
    rank[order] = np.arange(len(node))
    item[node] = rank

    row_of_term = np.repeat(np.arange(len(rows.node)), np.diff(rows.start))
    row_of_bias = np.repeat(np.arange(len(rows.node)), np.diff(rows.bias_start))
    more = [
        (i, x) for i in operations.tolist() for x in graph.more.get(i, ()) if type(x) is int
    ] if graph.more else []  # fmt: skip
    extra = np.array(more, dtype=np.int64).reshape(-1, 2)
    user = np.concatenate(
        [rows.node[row_of_term], rows.node[row_of_term], rows.node[row_of_bias], operations,
         operations, extra[:, 0]]
    )  # fmt: skip
    used = np.concatenate(
        [rows.first, rows.second, rows.bias, graph.a[operations], graph.b[operations], extra[:, 1]]
    )
    keep = (used >= 0) & (item[used] >= 0)
    user, used = item[user[keep]], item[used[keep]]
    level = np.empty(len(node), dtype=np.int64)
    level[order] = _levels(len(node), user, used)

    is_row = np.arange(len(node)) < len(rows.node)
    nothing = np.zeros(len(operations), dtype=np.int64)
    columns = [
        np.concatenate([np.zeros(len(rows.node), dtype=np.int64), _operands(fused)]),
        np.concatenate([np.diff(rows.bias_start), nothing]),
        fused.masked[node],
        fused.needs[node],
        fused.batched[node],
        np.concatenate([np.zeros(len(rows.node), dtype=np.int64), graph.code[operations]]),
        np.concatenate([rows.kind, nothing + OPERATION]),
        level,
    ]
    by_group = np.lexsort([place, *columns])
    changed = np.zeros(len(node), dtype=bool)
    changed[:1] = True
    for column in columns:
        changed[1:] |= np.diff(column[by_group].astype(np.int64)) != 0
    begin = [*np.flatnonzero(changed).tolist(), len(node)]
    found = []
    member = np.where(is_row, np.arange(len(node)), node)[by_group]
    masked, needs, batched, code, kind, depth = (
        column[by_group].tolist() for column in columns[2:]
    )
    for s, e in itertools.pairwise(begin):
        found.append(
            Group(depth[s], kind[s], code[s], batched[s], needs[s], masked[s], member[s:e])
        )
    return found


def _levels(count: int, user: Array, used: Array) -> list[int]:
    """The length of the longest path that leads to each item."""
    order = np.argsort(user, kind="stable")
    sources = used[order].tolist()
    start = np.searchsorted(user[order], np.arange(count + 1)).tolist()
    level: list[int] = []
    append, of = level.append, level.__getitem__
    for s, e in itertools.pairwise(start):
        append(1 + max(map(of, sources[s:e])) if e > s else 0)
    return level


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
