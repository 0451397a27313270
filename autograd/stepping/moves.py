"""The backward pass as a tape that runs both ways: each product logs what it overwrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd.value import Value

__all__ = ["Move", "Moves"]


class Move(NamedTuple):
    """One product taken: from which node (None at the root), through which slot, and what was there."""

    node: Value | None
    second: bool
    parent: Value
    before: float
    nth: int


class Moves:
    """The products of a backward pass, taken and undone one at a time; the state is in the gradients.

    Args:
        order: the root's graph in topological order, the root last.

    Attributes:
        order: the nodes that have parents, in the order in which they pass their gradient on.
        done: steps taken; the first gives the root its 1, each other passes one node's gradient on.
        half: whether the first of the two products of the next step is taken as well.
    """

    def __init__(self, order: Sequence[Value]) -> None:
        self.root = order[-1]
        self.order = [node for node in reversed(order) if node.parents]
        self.total = len(self.order) + 1
        self.done = 0
        self.half = False
        self._log: list[float] = []
        self._counts: dict[int, int] = {}
        for node in self.order:
            node.grad = 0.0

    @property
    def node(self) -> Value | None:
        """Whose gradient is passed on next; None before the first step and at the end."""
        return self.order[self.done - 1] if 0 < self.done < self.total else None

    def forward(self, position: int) -> None:
        """Take products until ``position`` steps are taken."""
        while self.done < position:
            self.product()

    def product(self) -> None:
        """Take the next product."""
        if self.done == 0:
            self._add(self.root, 1.0)
            self.done = 1
            return
        node = self.order[self.done - 1]
        if node._a is not None and not self.half:
            self._add(node._a, node._da * node.grad)
            self.half = node._b is not None
        else:
            assert node._b is not None
            self._add(node._b, node._db * node.grad)
            self.half = False
        if not self.half:
            self.done += 1

    def _add(self, parent: Value, contribution: float) -> None:
        self._log.append(parent.grad)
        self._counts[id(parent)] = self._counts.get(id(parent), 0) + 1
        parent.grad += contribution

    def undo(self) -> None:
        """Take back the last product: the gradient is again what it was."""
        parent: Value | None = self.root
        if self.half:
            parent = self.order[self.done - 1]._a
            self.half = False
        else:
            self.done -= 1
            node = self.node
            if node is not None:
                self.half = node._a is not None and node._b is not None
                parent = node._a if node._b is None else node._b
        assert parent is not None
        parent.grad = self._log.pop()
        self._counts[id(parent)] -= 1

    def first(self, steps: int) -> list[list[Move]]:
        """The products of the first steps taken, step by step."""
        counts: dict[int, int] = {}
        found: list[list[Move]] = []
        at = 0
        for k in range(1, min(steps, self.done) + 1):
            moves = []
            node, slots = self._slots(k)
            for second, parent in slots:
                counts[id(parent)] = nth = counts.get(id(parent), 0) + 1
                moves.append(Move(node, second, parent, self._log[at], nth))
                at += 1
            found.append(moves)
        return found

    def last(self, steps: int) -> list[list[Move]]:
        """The products of the last steps taken, in their order; of a step half taken, the half."""
        later: dict[int, int] = {}
        found: list[list[Move]] = []
        at = len(self._log)
        taken = self.done + self.half
        for k in range(taken, max(0, taken - steps), -1):
            moves = []
            node, slots = self._slots(k)
            for second, parent in reversed(slots[:1] if k > self.done else slots):
                at -= 1
                nth = self._counts[id(parent)] - later.get(id(parent), 0)
                later[id(parent)] = later.get(id(parent), 0) + 1
                moves.append(Move(node, second, parent, self._log[at], nth))
            found.append(moves[::-1])
        return found[::-1]

    def _slots(self, step: int) -> tuple[Value | None, list[tuple[bool, Value]]]:
        """The node of a step (None in the first), and its parents with the slots they are in."""
        if step == 1:
            return None, [(False, self.root)]
        node = self.order[step - 2]
        slots = ((False, node._a), (True, node._b))
        return node, [(second, parent) for second, parent in slots if parent is not None]
