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
    """

    def __init__(self, root: Value, order: Sequence[Value] | None = None) -> None:
        self.order = topological_order(root) if order is None else order
        self.index = {id(node): i for i, node in enumerate(self.order)}
        self.edges: list[Edge] = []
        self.into: list[list[int]] = [[] for _ in self.order]  # numbers of the edges to each child
        for child, node in enumerate(self.order):
            for slot, parent in enumerate((node._a, node._b)):
                if parent is not None:
                    self.into[child].append(len(self.edges))
                    self.edges.append(Edge(self.index[id(parent)], child, slot))

    def here(self) -> Point:
        """The numbers that the graph was made with."""
        edges = ((self.order[child], slot) for _, child, slot in self.edges)
        locals_ = [node._db if slot else node._da for node, slot in edges]
        return Point([node.data for node in self.order], locals_)

    def at(self, changes: Mapping[Value, float]) -> Point:
        """Everything anew with some values changed: leaves, or intermediate values held fixed."""
        fixed = {self.index[id(value)]: number for value, number in changes.items()}
        data: list[float] = []
        locals_ = [0.0] * len(self.edges)
        for i, node in enumerate(self.order):
            edges = self.into[i]
            if not edges or i in fixed:
                data.append(fixed.get(i, node.data))
                continue
            op = node.operation
            assert op is not None
            if op.name == "where":
                data.append(data[self.edges[edges[0]].parent])
                locals_[edges[0]] = 1.0
                continue
            inputs = [node._da, node._db][: op.arity]
            for e in edges:
                inputs[self.edges[e].slot] = data[self.edges[e].parent]
            output = ieee(op, *inputs)
            data.append(output)
            for e in edges:
                locals_[e] = ieee_partial(op, self.edges[e].slot, *inputs, output)
        return Point(data, locals_)

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
