"""What runs at once: rows and operations of one kind, none of which needs another's result.

In which order: see `agenda`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.read.agenda import Items, alike, scheduled
from autograd.compiler.read.arrays import CODE, Array
from autograd.compiler.read.factor import Hashes
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.rows import Kind, place_of

__all__ = ["Group", "edges", "groups"]

_POW = CODE[ops.POW]
# Exponents that engines need no power for are a group each, if there are many; others share one.
_FAST = (2.0, -1.0, 0.5, -0.5)
_MANY = 8


@dataclass
class Group:
    """What runs at once."""

    kind: Kind
    code: int  # the operation, as in `Graph`; 0 for rows
    batched: bool  # whether each sample has numbers of its own
    needs: bool  # whether a gradient flows through it
    masked: bool  # above a branch of `where`
    members: Array  # [members] row numbers; nodes where the kind is OPERATION


def groups(fused: Fused, hashes: Hashes) -> list[Group]:
    """Put together what can run at once.

    Takes rows and operations, and the hashes of the rows.
    Finds which are alike, which of them are ready when, and whose turn it is.
    Gives back groups in an order in which they can run.
    """
    items, nodes = _items(fused, hashes), fused.nodes
    base = alike(
        [
            items.biases, items.code, items.kind, nodes.batched[items.node],
            nodes.needs[items.node], nodes.masked[items.node],
        ]
    )  # fmt: skip
    found = []
    for members in scheduled(items, base):
        first = members[0]
        node = items.node[first]
        found.append(
            Group(
                Kind(items.kind[first]), int(items.code[first]), bool(nodes.batched[node]),
                bool(nodes.needs[node]), bool(nodes.masked[node]), items.member[np.sort(members)],
            )
        )  # fmt: skip
    return found


def _items(fused: Fused, hashes: Hashes) -> Items:
    rows, operations = fused.rows, fused.operations
    count = len(rows.node)
    order = np.argsort(np.concatenate([rows.place, place_of(operations)]), kind="stable")

    def column(of_rows: Array, of_operations: Array) -> Array:
        return np.concatenate([of_rows, of_operations])[order]

    node = column(rows.node, operations)
    item = np.full(len(fused.nodes), -1)  # of each node
    item[node] = np.arange(len(node))
    user, used = (item[nodes] for nodes in edges(fused))
    return Items(
        column(np.arange(count), operations),
        node,
        column(rows.kind, np.full(len(operations), Kind.OPERATION)),
        column(np.zeros(count, dtype=np.int64), fused.graph.code[operations]),
        column(rows.bias_count, _operand_kinds(fused)),
        column(_layers(fused, hashes), np.full(len(operations), -1)),
        user[used >= 0],
        used[used >= 0],
    )


def edges(fused: Fused) -> tuple[Array, Array]:
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
    extra = np.array(more, dtype=np.int32).reshape(-1, 2)
    user = np.concatenate([of_summand, of_summand, of_bias, operations, operations, extra[:, 0]])
    used = np.concatenate(
        [rows.second, rows.first, rows.bias, graph.a[operations], graph.b[operations], extra[:, 1]]
    )
    return user[used >= 0], used[used >= 0]


def _layers(fused: Fused, hashes: Hashes) -> Array:
    """[rows] A number for each row of products with weights: the same for rows that share columns or
    weights, over any number of steps; -1 for other rows, and where two tables of parameters meet."""
    rows = fused.rows
    table = np.logical_and.reduceat(fused.nodes.parameter[rows.second], rows.start[:-1])
    members = np.flatnonzero((rows.kind == Kind.MATRIX) & (rows.size > 1) & ~table)
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
    return alike([*kinds, exponent.view(np.int64), more])
