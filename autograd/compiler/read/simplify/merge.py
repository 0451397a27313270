"""Equal subexpressions, computed once: rows and operations of the same operands become one.

What `absorb` left inside of sums stays there: only what has a row of its own is compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.factor import mixed
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.rows import Kind, Rows, place_of, starts
from autograd.compiler.read.simplify.follow import follow, name_of

__all__ = ["merge"]

_FEW = 1000  # one in so many: what follows from these is looked for one by one, ...
_MANY = 100_000  # ... but not among so many


def merge(fused: Fused, apart: Array | None = None) -> Fused:
    """Compute what is equal once.

    Takes rows and operations, and [n] which of their nodes are none of its business.
    Finds those that are equal, then those that are equal because their operands are, and so on.
    Gives back the others, and outputs, which read the first of each.
    """
    if apart is None:
        apart = np.zeros(len(fused.nodes), dtype=bool)
    while True:
        node, place = _all(fused)
        key = np.where(apart[node], mixed(node, np.full(len(node), -1)), _keys(fused))
        same = _same(key, place)
        again = np.flatnonzero(same != np.arange(len(same)))
        if not len(again):
            return fused
        instead = np.arange(len(fused.nodes), dtype=np.int32)
        instead[node] = node[same]
        fused = _without(fused, instead)
        if len(again) <= len(node) // _FEW:
            break
    if len(node) > _MANY:
        return fused
    return _without(fused, follow(fused, np.unique(node[same[again]]), apart))


def _all(fused: Fused) -> tuple[Array, Array]:
    """[i] each: the nodes of rows, then of operations, and their places."""
    rows, operations = fused.rows, fused.operations
    node = np.concatenate([rows.node, operations])
    return node, np.concatenate([rows.place, place_of(operations)])


def _same(key: Array, place: Array) -> Array:
    """[i] The first of those with the same key."""
    order = np.lexsort((place, key))
    ordered = key[order]
    first = np.append(True, ordered[1:] != ordered[:-1])
    same = np.empty(len(key), dtype=np.int64)
    same[order] = order[np.flatnonzero(first)[np.cumsum(first) - 1]]
    return same


def _keys(fused: Fused) -> Array:
    """[i] A number for each row and operation: equal where they compute the same."""
    rows, nodes = fused.rows, fused.nodes
    key = np.concatenate([_keys_of_rows(rows), _keys_of_operations(fused)])
    node, _ = _all(fused)
    flags = nodes.batched[node] + 2 * nodes.needs[node] + 4 * nodes.masked[node]
    kinds = np.concatenate([rows.kind, np.full(len(fused.operations), Kind.OPERATION)])
    found: Array = mixed(key, kinds, flags)
    return found


def _keys_of_rows(rows: Rows) -> Array:
    summands = mixed(rows.scale.view(np.int64), rows.first, rows.second, _position(rows.start))
    biases = mixed(rows.bias_scale.view(np.int64), rows.bias, _position(rows.bias_start))
    key: Array = np.add.reduceat(summands, rows.start[:-1])
    row = np.repeat(np.arange(len(key)), rows.bias_count)
    np.add.at(key, row, biases)
    return key


def _position(start: Array) -> Array:
    """Which of its row's each summand is, for rows that begin at ``start``."""
    position: Array = np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))
    return position


def _keys_of_operations(fused: Fused) -> Array:
    graph, operations = fused.graph, fused.operations
    numbers = (x[operations].view(np.int64) for x in (graph.ca, graph.cb))
    more = np.zeros(len(operations), dtype=np.int64)
    names: dict[Any, int] = {}
    for i, node in enumerate(operations.tolist() if graph.more else ()):
        if node in graph.more:
            name = tuple(name_of(x) for x in graph.more[node])
            more[i] = names.setdefault(name, len(names) + 1)
    key: Array = mixed(
        graph.code[operations], graph.a[operations], graph.b[operations], *numbers, more
    )
    return key


def _without(fused: Fused, instead: Array) -> Fused:
    """Every node read as the one that stands for it, and only those computed."""
    graph, operations = fused.graph, fused.operations
    for operand in (graph.a, graph.b):
        used = operations[operand[operations] >= 0]
        operand[used] = instead[operand[used]]
    for node, operands in graph.more.items():
        graph.more[node] = tuple(int(instead[x]) if type(x) is int else x for x in operands)
    return replace(
        fused,
        rows=_kept(fused.rows, instead),
        operations=operations[instead[operations] == operations],
        roots=[int(instead[root]) for root in fused.roots],
    )


def _kept(rows: Rows, instead: Array) -> Rows:
    keep = instead[rows.node] == rows.node
    summand, bias = np.repeat(keep, rows.size), np.repeat(keep, rows.bias_count)
    first = rows.first[summand]
    return Rows(
        rows.node[keep], rows.place[keep], rows.kind[keep], starts(rows.size[keep]),
        rows.scale[summand], np.where(first >= 0, instead[first], -1), instead[rows.second[summand]],
        starts(rows.bias_count[keep]), rows.bias_scale[bias], instead[rows.bias[bias]],
    )  # fmt: skip
