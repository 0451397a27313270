"""A finished graph, worked out again at other numbers: the values, the slopes, and the derivatives.

>>> x, y = Value(3.0), Value(4.0)
>>> f = x * x * y
>>> evaluation = Evaluation(f)
>>> there = evaluation.at({x: 5.0})
>>> there.data[-1], evaluation.upstream(there)[0]
(100.0, 40.0)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.graph import topological_order
from autograd.ops import ieee, ieee_partial
from autograd.value import Value

__all__ = ["Edge", "Evaluation", "Point"]


class Edge(NamedTuple):
    """One use of a value: ``parent`` is operand ``slot`` of ``child`` (numbers in the order)."""

    parent: int
    child: int
    slot: int


class Point(NamedTuple):
    """The graph at some numbers: a value for each node, a local derivative for each edge."""

    data: list[float]
    locals: list[float]


class Evaluation:
    """The graph of ``root`` as lists, parents before children; the Values are left as they are.

    Choices stay as they were made: of a `where`, the branch that was taken.

    Attributes:
        order: the nodes, parents before children; everything else calls them by their number in it.
        index: their numbers, by ``id(node)``.
        edges: every use of one node by another; edges too are called by their numbers.
        into: for each node the edges from its parents, in the order of the operands.
        out: for each node the edges to what was made from it.
    """

    def __init__(self, root: Value, order: Sequence[Value] | None = None) -> None:
        self.order = topological_order(root) if order is None else order
        self.index = {id(node): i for i, node in enumerate(self.order)}
        self.edges: list[Edge] = []
        self.into: list[list[int]] = [[] for _ in self.order]
        self.out: list[list[int]] = [[] for _ in self.order]
        for child, node in enumerate(self.order):
            for slot, parent in enumerate((node._a, node._b)):
                if parent is not None:
                    edge = Edge(self.index[id(parent)], child, slot)
                    self.into[child].append(len(self.edges))
                    self.out[edge.parent].append(len(self.edges))
                    self.edges.append(edge)

    def here(self) -> Point:
        """The numbers that the graph was made with."""
        edges = ((self.order[child], slot) for _, child, slot in self.edges)
        locals_ = [node._db if slot else node._da for node, slot in edges]
        return Point([node.data for node in self.order], locals_)

    def at(self, changes: Mapping[Value, float]) -> Point:
        """Everything anew with some values changed: leaves, or intermediate values held fixed."""
        data = self.values(changes)
        fixed = {id(value) for value in changes}
        locals_ = [0.0] * len(self.edges)  # also of the edges into what is held fixed
        for i, node in enumerate(self.order):
            op = node.operation
            if op is None or id(node) in fixed:
                continue
            inputs = self._inputs(i, data)
            for e in self.into[i]:
                slot = self.edges[e].slot
                where = op is ops.WHERE  # it passes on what it took
                locals_[e] = 1.0 if where else ieee_partial(op, slot, *inputs, data[i])
        return Point(data, locals_)

    def values(self, changes: Mapping[Value, float]) -> list[float]:
        """The value of each node with some changed; what does not depend on those stays as it is."""
        data = [node.data for node in self.order]
        fixed: set[int] = set()
        for value, number in changes.items():
            i = self.index.get(id(value))
            if i is not None:
                fixed.add(i)
                data[i] = number
        moved = set(fixed)
        for i, node in enumerate(self.order):
            if i in fixed or moved.isdisjoint(self.edges[e].parent for e in self.into[i]):
                continue
            moved.add(i)
            op = ops.IDENTITY if node.operation is ops.WHERE else node.operation
            assert op is not None  # a node with parents was made by an operation
            data[i] = ieee(op, *self._inputs(i, data))
        return data

    def _inputs(self, child: int, data: list[float]) -> list[float]:
        """What the operation of a node is given; of a `where`, the branch that was taken."""
        node = self.order[child]
        given = {self.edges[e].slot: data[self.edges[e].parent] for e in self.into[child]}
        op = node.operation
        if op is None or op is ops.WHERE:
            return list(given.values())
        return [
            given.get(slot, constant)
            for slot, constant in zip(range(op.arity), (node._da, node._db))
        ]

    def upstream(self, point: Point) -> list[float]:
        """∂root/∂node for each node: the reverse pass."""
        grads = [0.0] * len(self.order)
        grads[-1] = 1.0
        for child in range(len(self.order) - 1, -1, -1):
            for e in self.into[child]:
                grads[self.edges[e].parent] += point.locals[e] * grads[child]
        return grads

    def downstream(self, point: Point, value: int) -> list[float]:
        """∂node/∂value for each node: the forward pass."""
        slopes = [0.0] * len(self.order)
        slopes[value] = 1.0
        for child in range(value + 1, len(self.order)):
            for e in self.into[child]:
                slopes[child] += point.locals[e] * slopes[self.edges[e].parent]
        return slopes
