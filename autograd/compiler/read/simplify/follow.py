"""Equal subexpressions, one after the other: what two equal results lead to may be equal again."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.groups import edges
from autograd.compiler.read.rows import place_of
from autograd.compiler.select import Index

__all__ = ["follow", "name_of"]


def follow(fused: Fused, begin: Array, apart: Array) -> Array:
    """[n] The node that stands for each: a chain that was written twice is followed to its end.

    Takes rows and operations, the nodes that others became, and [n] which are none of its business.
    """
    nodes = _Nodes(fused)
    waiting = begin.tolist()
    left = len(nodes.place) + len(fused.rows.second)  # what may be compared: as much as there is
    while waiting and left > 0:
        found: dict[Any, int] = {}
        for reader in nodes.readers(nodes.now(waiting.pop())):
            if reader in nodes.gone or apart[reader]:
                continue
            key = nodes.key(reader)
            left -= nodes.size(reader)
            other = found.setdefault(key, reader)
            if other != reader:
                found[key] = nodes.merged(reader, other)
                waiting.append(found[key])
    instead = np.arange(len(fused.nodes), dtype=np.int32)
    for node in nodes.gone:
        instead[node] = nodes.now(node)
    return instead


class _Nodes:
    """Rows and operations by their nodes, while some of them become others.

    Attributes:
        gone: node: the one that it became.
        place: [n] where each stands.
    """

    def __init__(self, fused: Fused) -> None:
        rows = fused.rows
        self.fused, self.gone = fused, dict[int, int]()
        reader, read = edges(fused)
        order = np.argsort(read, kind="stable")
        self._reader = reader[order]
        self._start = np.searchsorted(read[order], np.arange(len(fused.nodes) + 1))
        self._more: dict[int, list[int]] = {}  # node: readers of those that became it
        self._row = np.full(len(fused.nodes), -1)
        self._row[rows.node] = np.arange(len(rows.node))
        self.place = place_of(np.arange(len(fused.nodes)))
        self.place[rows.node] = rows.place

    def now(self, node: int) -> int:
        """The node that stands for one."""
        while node in self.gone:
            node = self.gone[node]
        return node

    def _all_now(self, nodes: list[int]) -> tuple[int, ...]:
        return tuple(nodes if self.gone.keys().isdisjoint(nodes) else map(self.now, nodes))

    def readers(self, node: int) -> list[int]:
        own = self._reader[self._start[node] : self._start[node + 1]].tolist()
        return list(dict.fromkeys(own + self._more.get(node, [])))

    def merged(self, one: int, other: int) -> int:
        """Let the later of two become the other."""
        if self.place[one] > self.place[other]:
            one, other = other, one
        self._more.setdefault(one, []).extend(self.readers(other))
        self.gone[other] = one
        return one

    def size(self, node: int) -> int:
        """How much `key` has to look at."""
        row = self._row[node]
        return 1 if row < 0 else int(self.fused.rows.size[row])

    def key(self, node: int) -> Any:
        """What is the same for nodes that compute the same."""
        flags = tuple(bool(x[node]) for x in vars(self.fused.nodes).values())
        row = int(self._row[node])
        return flags, (self._operation(node) if row < 0 else self._sum(row))

    def _sum(self, row: int) -> Any:
        rows = self.fused.rows
        own = slice(rows.start[row], rows.start[row + 1])
        biases = slice(rows.bias_start[row], rows.bias_start[row + 1])
        numbers = (rows.scale[own].tobytes(), rows.bias_scale[biases].tobytes())
        operands = (rows.first[own], rows.second[own], rows.bias[biases])
        return (
            int(rows.kind[row]),
            numbers,
            tuple(self._all_now(x.tolist()) for x in operands),
        )

    def _operation(self, node: int) -> Any:
        graph = self.fused.graph
        own = slice(node, node + 1)
        numbers = (graph.ca[own].tobytes(), graph.cb[own].tobytes())
        more = tuple(
            name_of(self.now(x) if type(x) is int else x) for x in graph.more.get(node, ())
        )
        operands = self.now(int(graph.a[node])), self.now(int(graph.b[node]))
        return int(graph.code[node]), numbers, operands, more


def name_of(x: Any) -> Any:
    """What tells one operand of `where` or `select` from others; 0.0 is not −0.0."""
    if type(x) is Index:
        return (x.argument, x.column)
    return x.hex() if type(x) is float else x
