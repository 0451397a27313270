"""What every slip is worked out from: a graph, a value in it, and the derivatives by that value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autograd.by_hand.points import Array, Batch, Plan, Points
from autograd.formulas.formula import Formula
from autograd.formulas.names import Names
from autograd.stepping.steps import rule_of
from autograd.text.format import number

__all__ = ["Case", "Family"]


@dataclass(frozen=True)
class Family:
    """Slips of one sort.

    Attributes:
        kind: what sort: "sign", "path", "factor" …
        rank: how likely, the likeliest first: 0 … 99.
        predicted: (slips, points) the derivative that each of them gives.
        text: the sentence about the slip of that number.
        many: whether there are so many that some fits any rounded number: only a formula, or a
            number in full, can show one.
    """

    kind: str
    rank: float
    predicted: Array
    text: Callable[[int], str]
    many: bool = False


class Case:
    """A derivative of the root by one value, at some points.

    Attributes:
        plan, names: the graph.
        value: the number of the value.
        points: the first is the graph's own.
        reached: (N,) whether a node depends on the value.
        batches: the nodes that do, except the value.
        up, down: (N, points) ∂root/∂node and ∂node/∂value.
        true: (points,) the right answer.
        edges: the numbers of the edges on a way from the value to the root.
    """

    def __init__(self, plan: Plan, names: Names, value: int, points: Points) -> None:
        self.plan, self.names, self.value, self.points = plan, names, value, points
        self.reached, self.batches = plan.reached(value)
        self.up, self.data, self.slopes = points.up, points.data, points.slopes
        self.down = plan.down(points.slopes, value, self.batches)
        self.true = self.up[value]
        self.edges = np.flatnonzero(self.reached[plan.parent]) if len(plan.parent) else plan.parent
        self.parent, self.child = plan.parent[self.edges], plan.child[self.edges]
        self.locals = self.slopes[self.edges]

    @cached_property
    def inner(self) -> Array:
        """The numbers of the nodes on the way that are neither the value nor the root."""
        nodes: Array = np.flatnonzero(self.reached)
        kept: Array = nodes[(nodes != self.value) & (nodes != self.plan.root)]
        return kept

    def instead(self, slopes: Array) -> Array:
        """(edges, points): the derivative if the local one along each of `edges` were another."""
        change = (slopes - self.locals) * self.down[self.parent]
        found: Array = self.true + self.up[self.child] * change
        return found

    def operands(self, batch: Batch) -> list[tuple[Array, Array]]:
        """Value and derivative of each operand of a batch, (n, points); a constant has none."""
        inputs = self.plan.inputs(batch, self.data)
        found = []
        for x, edges in zip(inputs, batch.edges):
            if edges is None:
                found.append(
                    (np.broadcast_to(x, (len(x), self.data.shape[1])), np.zeros((len(x), 1)))
                )
            else:
                found.append((x, self.down[self.plan.parent[edges]]))
        return found

    # Words ----------------------------------------------------------------------------------------

    def name(self, node: int) -> str:
        """The name of a node as one unit of a longer text."""
        return self.names.formula(self.plan.order[node]).within_all()

    def number(self, node: int) -> str:
        """Its value at the graph's own numbers."""
        return number(self.plan.order[node].data)

    def formula(self, node: int) -> Formula:
        return self.names.formula(self.plan.order[node])

    def about(self, edge: int) -> str:
        """The local derivative along an edge: ``∂tanh(n)/∂n = 1 − tanh(n)² = 0.5``."""
        node = self.plan.order[self.plan.child[edge]]
        rule, _ = rule_of(node, bool(self.plan.slot[edge]), self.names)
        local = f" = {number(float(self.slopes[edge, 0]))}"
        return rule if rule.endswith(local) else rule + local

    @property
    def asked(self) -> str:
        """What was asked for: ``∂L/∂w``."""
        return f"∂{self.name(self.plan.root)}/∂{self.name(self.value)}"
