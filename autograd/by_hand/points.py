"""A finished graph at several points at once: values, slopes and derivatives as arrays.

Nodes that no node of the same batch feeds are worked out together, by the array half of each operation.
The first axis counts nodes (or edges), the second the points.

>>> x, y = Value(3.0), Value(4.0)
>>> from autograd import topological_order
>>> plan = Plan(topological_order(x * x * y))
>>> points = plan.at(plan.leaves([[3.0, 5.0], [4.0, 4.0]]))
>>> points.up[0].tolist()                                    # 2·x·y at both points
[24.0, 40.0]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from autograd import ops
from autograd.ops import Op
from autograd.value import Value

__all__ = ["Array", "Batch", "Plan", "Points"]

Array: TypeAlias = "np.ndarray[Any, Any]"


class Batch(NamedTuple):
    """Nodes of one operation that can be worked out together.

    Attributes:
        op: the operation; of a `where`, `IDENTITY` on the branch taken.
        nodes: (n,) numbers of the nodes.
        edges: for each operand the (n,) numbers of its edges; None where it is a constant.
        constants: for each operand the (n, 1) constants; None where it is a node.
    """

    op: Op
    nodes: Array
    edges: tuple[Array | None, ...]
    constants: tuple[Array | None, ...]


class _Consumers(NamedTuple):
    """Nodes whose consumers' gradients are known together; ``edges`` sorted by node."""

    nodes: Array
    edges: Array
    starts: Array


class Plan:
    """How a graph is worked out, batch by batch.

    Attributes:
        order: the nodes, parents before children.
        root: the number of the node that is differentiated; the last one.
        parent, child, slot: (E,) of each edge: the numbers of its two nodes, and which operand it is.
        into: (N, 2) the edges to each node, by slot; −1 where there is none.
    """

    # One loop over the nodes, which fills all columns: what takes time in a large graph.
    def __init__(self, order: Sequence[Value]) -> None:
        self.order = order
        self.root = len(order) - 1
        self.index = {id(node): i for i, node in enumerate(order)}
        parent: list[int] = []
        child: list[int] = []
        slot: list[int] = []
        into = np.full((len(order), 2), -1)
        level = [0] * len(order)
        groups: dict[tuple[int, Op | None, bool, bool], list[int]] = {}
        index = self.index
        first, second = [-1] * len(order), [-1] * len(order)
        for i, node in enumerate(order):
            a, b = node._a, node._b
            if a is None and b is None:
                continue
            above = 0
            if a is not None:
                first[i] = len(parent)
                p = index[id(a)]
                above = level[p]
                parent.append(p)
                child.append(i)
                slot.append(0)
            if b is not None:
                second[i] = len(parent)
                p = index[id(b)]
                above = max(above, level[p])
                parent.append(p)
                child.append(i)
                slot.append(1)
            level[i] = above + 1
            key = (above, node.operation, a is None, b is None)
            groups.setdefault(key, []).append(i)
        into[:, 0], into[:, 1] = first, second
        self.parent, self.child, self.slot = (np.array(x, int) for x in (parent, child, slot))
        self.into = into
        self.batches = [
            self._batch(op, np.array(groups[key]), lone)
            for key in sorted(groups, key=lambda k: k[0])
            for op, *lone in [key[1:]]
        ]

    def of(self, root: int) -> Plan:
        """The same graph, where another node is differentiated."""
        other = copy(self)
        other.root = root
        return other

    def _batch(self, op: Op | None, nodes: Array, constant: list[bool]) -> Batch:
        assert op is not None
        if op.name == "where":
            edges = self.into[nodes, int(constant[0])]
            return Batch(ops.IDENTITY, nodes, (edges,), (None,))
        kept: list[Array | None] = []
        numbers: list[Array | None] = []
        for i in range(op.arity):
            kept.append(None if constant[i] else self.into[nodes, i])
            of = [float(self.order[n]._db if i else self.order[n]._da) for n in nodes.tolist()] \
                if constant[i] else None  # fmt: skip
            numbers.append(None if of is None else np.array(of)[:, None])
        return Batch(op, nodes, tuple(kept), tuple(numbers))

    @cached_property
    def consumers(self) -> list[_Consumers]:
        """The order of the reverse pass: nodes by their longest way to the root."""
        height = np.zeros(len(self.order), int)
        for batch in reversed(self.batches):
            for edges in batch.edges:
                if edges is not None:
                    np.maximum.at(height, self.parent[edges], height[batch.nodes] + 1)
        by_node = np.lexsort((self.parent, height[self.parent]))
        parents = self.parent[by_node]
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        cuts = np.flatnonzero(np.diff(height[parents[starts]], prepend=0))
        found = []
        for low, high in zip(cuts, [*cuts[1:], len(starts)]):
            end = starts[high] if high < len(starts) else len(by_node)
            first = starts[low]
            chosen = starts[low:high]
            found.append(_Consumers(parents[chosen], by_node[first:end], chosen - first))
        return found

    @cached_property
    def ops(self) -> Array:
        """(N,) the name of each node's operation, "" for a leaf."""
        found = np.full(len(self.order), "", dtype=object)
        for batch in self.batches:
            found[batch.nodes] = batch.op.name
        return found

    @cached_property
    def leaf_numbers(self) -> list[int]:
        """The numbers of the nodes that no operation made."""
        made_of_none = np.flatnonzero((self.into < 0).all(1)).tolist()
        return [i for i in made_of_none if self.order[i].operation is None]

    def leaves(self, numbers: Sequence[Sequence[float]]) -> Array:
        """An array for `at` with these numbers, one row a leaf."""
        data = self.start(len(numbers[0]))
        data[self.leaf_numbers] = numbers
        return data

    def start(self, points: int) -> Array:
        """(N, points): the numbers that the graph was made with."""
        data = np.array([node.data for node in self.order])
        return np.repeat(data[:, None], points, axis=1)

    def here(self) -> Points:
        """The graph at its own numbers."""
        order, data = self.order, self.start(1)
        ends = zip(self.child.tolist(), self.slot.tolist())
        slopes = np.array([order[c]._db if s else order[c]._da for c, s in ends], float)
        return Points(self, data, slopes[:, None])

    def at(self, data: Array, fixed: Mapping[int, Array] | None = None) -> Points:
        """The graph at other points.

        Args:
            data: (N, points), of which the leaves are read and the rest is overwritten.
            fixed: nodes held at other numbers (points,) for all that is made of them; nan where not.
        """
        slopes = np.zeros((len(self.parent), data.shape[1]))
        with np.errstate(all="ignore"):
            for batch in self.batches:
                inputs = self.inputs(batch, data)
                data[batch.nodes] = output = batch.op.array(*inputs)
                for rule, edges in zip(batch.op.partials, batch.edges):
                    if edges is not None:
                        slopes[edges] = rule(*inputs, output)
                for node in fixed or ():
                    if node in batch.nodes:
                        assert fixed is not None
                        held = fixed[node]
                        data[node] = np.where(np.isnan(held), data[node], held)
        return Points(self, data, slopes)

    def inputs(self, batch: Batch, data: Array) -> list[Array]:
        """What each operand of a batch is, (n, points); a constant is (n, 1)."""
        return [
            constants if edges is None else data[self.parent[edges]]  # type: ignore[misc]
            for edges, constants in zip(batch.edges, batch.constants)
        ]

    def up(self, slopes: Array) -> Array:
        """∂root/∂node for each node: the reverse pass."""
        grads = np.zeros((len(self.order), slopes.shape[1]))
        grads[self.root] = 1.0
        with np.errstate(all="ignore"):
            for nodes, edges, starts in self.consumers:
                grads[nodes] = np.add.reduceat(slopes[edges] * grads[self.child[edges]], starts)
                grads[self.root] = 1.0
        return grads

    def down(self, slopes: Array, value: int, reached: Sequence[Batch] | None = None) -> Array:
        """∂node/∂value for each node: the forward pass."""
        grads = np.zeros((len(self.order), slopes.shape[1]))
        grads[value] = 1.0
        with np.errstate(all="ignore"):
            for batch in self.batches if reached is None else reached:
                total: Any = 0.0
                for edges in batch.edges:
                    if edges is not None:
                        total = total + slopes[edges] * grads[self.parent[edges]]
                kept = batch.nodes != value
                grads[batch.nodes[kept]] = total[kept]
        return grads

    def reached(self, value: int) -> tuple[Array, list[Batch]]:
        """Which nodes (N,) depend on ``value``, and the batches of those alone."""
        found = np.zeros(len(self.order), bool)
        found[value] = True
        batches = []
        for batch in self.batches:
            on = np.zeros(len(batch.nodes), bool)
            for edges in batch.edges:
                if edges is not None:
                    on |= found[self.parent[edges]]
            if on.any():
                on &= batch.nodes != value
                found[batch.nodes[on]] = True
                batches += [_some(batch, kept) for kept in self._alike(batch, on, found)]
        return found, batches

    def _alike(self, batch: Batch, on: Array, found: Array) -> list[Array]:
        """Of some nodes, those whose left, right and both operands depend on the value, apart."""
        left, right = (*batch.edges, None)[:2]
        if left is None or right is None:
            return [on]
        pattern = found[self.parent[left]] + 2 * found[self.parent[right]]
        return [kept for p in (1, 2, 3) if (kept := on & (pattern == p)).any()]


def _some(batch: Batch, kept: Array) -> Batch:
    return Batch(
        batch.op,
        batch.nodes[kept],
        tuple(None if e is None else e[kept] for e in batch.edges),
        tuple(None if c is None else c[kept] for c in batch.constants),
    )


@dataclass
class Points:
    """The graph at some points.

    Attributes:
        data: (N, points) the value of each node.
        slopes: (E, points) the local derivative along each edge.
    """

    plan: Plan
    data: Array
    slopes: Array

    @cached_property
    def up(self) -> Array:
        """(N, points): ∂root/∂node."""
        return self.plan.up(self.slopes)

    def chosen(self, columns: Sequence[int]) -> Points:
        """Some of the points."""
        return Points(self.plan, self.data[:, columns], self.slopes[:, columns])
