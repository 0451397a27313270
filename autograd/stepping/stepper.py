"""The backward pass, step by step, forwards and back: the same arithmetic in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

from autograd.formulas.names import Names
from autograd.stepping.moves import Moves
from autograd.stepping.spans import Extent, Spans
from autograd.stepping.steps import Span, Step, cells, described
from autograd.text.format import fits, number, table
from autograd.text.html import Text
from autograd.value import Value

__all__ = ["Backprop", "Unit"]

Unit: TypeAlias = Literal["product", "node", "neuron", "layer"]
_UNITS = ("product", "node", "neuron", "layer")


class Backprop:
    """The backward pass from ``root``, one step a node: its gradient times each local derivative.

    The steps are those of ``root.backward()`` in its order, so that after `run` every gradient is the
    same to the last bit: intermediate gradients start from 0, leaves add to what they hold. Going back
    restores what was there. A step costs the same anywhere in a graph of any size; nothing is copied.

    Args:
        root: what is differentiated, a loss for example.
        names: what to call the nodes: a model, a dictionary from names to Values, or `Names`.

    Raises:
        TypeError: if ``root`` is no Value.

    >>> x1, w1 = Value(2.0, label="x1"), Value(-3.0, label="w1")
    >>> n = x1 * w1 + 6.8813735870195432
    >>> n.label = "n"
    >>> o = n.tanh()
    >>> o.label = "o"
    >>> bp = Backprop(o)
    >>> bp
    Backprop(o): before step 1 of 4, start at o
    >>> for step in bp:
    ...     print(step)
    step 1 of 4: start at o
      ∂o/∂o = 1
      o.grad = 1
    step 2 of 4: o = tanh(n)
      ∂tanh(n)/∂n = 1 − tanh(n)²
      n.grad += ∂o/∂n · o.grad = 0.5 · 1 = 0.5
    step 3 of 4: n = x1·w1 + 6.88137
      ∂(x1·w1 + 6.88137)/∂(x1·w1) = 1
      (x1·w1).grad += ∂n/∂(x1·w1) · n.grad = 1 · 0.5 = 0.5
    step 4 of 4: x1·w1
      ∂(x1·w1)/∂x1 = w1; ∂(x1·w1)/∂w1 = x1
      x1.grad += ∂(x1·w1)/∂x1 · (x1·w1).grad = −3 · 0.5 = −1.5
      w1.grad += ∂(x1·w1)/∂w1 · (x1·w1).grad = 2 · 0.5 = 1
    >>> bp.back(), w1.grad
    (Backprop(o): after step 3 of 4, next: x1·w1, 0.0)
    """

    def __init__(self, root: Value, names: Any = None) -> None:
        if type(root) is not Value:
            raise TypeError(f"Backprop takes the Value to differentiate, not {type(root).__name__}")
        self.root = root
        self.names = names if isinstance(names, Names) else Names(root, names=names)
        self._moves = Moves(self.names.order)
        self._spans: Spans | None = None

    # Where it is ----------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many steps the pass has: one for the root, one for each node that has parents."""
        return self._moves.total

    @property
    def position(self) -> int:
        """How many steps are taken, 0 to `total`: ``goto(position)`` comes back here."""
        return self._moves.done

    @property
    def node(self) -> Value | None:
        """The node whose gradient is passed on next; None before the first step and at the end."""
        return self._moves.node

    @property
    def last(self) -> Step | None:
        """What was done last: the step; within one, as much of it as is taken; None at the start."""
        return self._described() if self._moves.done else None

    @property
    def where(self) -> str:
        """Where the pass is, as a line of text."""
        done, total, node = self.position, self.total, self.node
        if done == total:
            return f"after step {done} of {total}, the end"
        if node is None:
            return f"before step 1 of {total}, start at {self.names[self.root]}"
        if self._moves.half:
            return f"in step {done + 1} of {total}, after the first of two products"
        path = self.names.path(node)
        inside = f" (in {self.names.called(path)})" if path else ""
        return f"after step {done} of {total}, next{inside}: {self.names.equation(node, path)}"

    def __repr__(self) -> str:
        return f"Backprop({self.names[self.root]}): {self.where}"

    # Moving ---------------------------------------------------------------------------------------

    def step(self, unit: Unit = "node") -> Step | Span:
        """Take one step; or only the next product of it; or a whole neuron or layer as one.

        A neuron is finished when the last of its nodes has passed its gradient on; what the pass
        visits in between (in an MLP, neurons before it) is finished on the way.

        Raises:
            IndexError: at the end.
        """
        _check(unit)
        if self.position == self.total:
            raise IndexError(f"the pass is at its end, step {self.total}: back() or restart()")
        if unit == "product":
            self._moves.product()
            return self._described(1)
        found = self._grouped(unit, self.position - 1)
        if found is None:
            self._moves.forward(self.position + 1)
            return self._described()
        first = self.position + 1
        self._moves.forward(found.last + 2)
        gradients = tuple((self.names[value], value.grad) for value in found.receivers)
        return Span(found.name, first, self.position, gradients)

    def back(self, unit: Unit = "node") -> Backprop:
        """Undo the last step; or its last product; or go back to where its neuron or layer began.

        Raises:
            IndexError: at the start.
        """
        _check(unit)
        if self.position == 0:
            raise IndexError("the pass is at its start: step() or run()")
        if unit == "product":
            self._moves.undo()
            return self
        target = self.position if self._moves.half else self.position - 1
        found = self._grouped(unit, target - 1)
        return self.goto(target if found is None else found.first + 1)

    def until(self, target: Value | str | Callable[[Value], object]) -> Step | None:
        """Run until a gradient is complete, or a breakpoint is hit.

        Args:
            target: a value, or its name, whose gradient is to be complete; or a breakpoint: a function
                of the value that has just been added to, true where the pass is to stop.

        Returns:
            The last step taken; None if a breakpoint was never hit: the pass is at its end.

        Raises:
            KeyError: if no value has that name.
            ValueError: if the value is not in the graph, or its gradient is complete already.

        >>> x = Value(3.0, label="x")
        >>> bp = Backprop((x * x + x) ** 2)
        >>> bp.until(lambda value: abs(value.grad) > 20)
        step 2 of 4: (x² + x)²
          ∂((x² + x)²)/∂(x² + x) = 2·(x² + x)
          (x² + x).grad += ∂((x² + x)²)/∂(x² + x) · ((x² + x)²).grad = 24 · 1 = 24
        """
        if isinstance(target, str):
            target = self.names.find(target)
        if isinstance(target, Value):
            last = self._completed(target)
            if last <= self.position:
                raise ValueError(
                    f"the gradient of {self.names[target]} is complete since step {last}: "
                    f"goto({last}) or restart()"
                )
            self._moves.forward(last)
            return self._described()
        if not callable(target):
            raise TypeError(
                f"until() takes a Value, a name or a function, not {type(target).__name__}"
            )
        while self.position < self.total:
            self._moves.forward(self.position + 1)
            if any(target(move.parent) for move in self._moves.last(1)[0]):
                return self._described()
        return None

    def run(self) -> Backprop:
        """Take all the steps that are left."""
        return self.goto(self.total)

    def restart(self) -> Backprop:
        """Back to the start, with the gradients that were there."""
        return self.goto(0)

    def goto(self, position: int) -> Backprop:
        """Forwards or back to where ``position`` steps are taken.

        Raises:
            ValueError: if there is no such position.
        """
        if (
            isinstance(position, bool)
            or not isinstance(position, int)
            or not 0 <= position <= self.total
        ):
            raise ValueError(f"a position is 0 to {self.total}, not {position!r}")
        moves = self._moves
        while moves.done > position or (moves.half and moves.done == position):
            moves.undo()
        moves.forward(position)
        return self

    def __iter__(self) -> Iterator[Step]:
        while self.position < self.total:
            self._moves.forward(self.position + 1)
            yield self._described()

    # What was done --------------------------------------------------------------------------------

    def table(self, limit: int = 200, room: int | None = None) -> Text:
        """The steps taken, a row each: the node, its gradient, and what it passed to its parents.

        A contribution is local derivative · gradient; ``→`` shows what a gradient grew to by another.

        Args:
            limit: the most rows; of more steps, the first and the last are shown.
            room: how many columns wide it may be, as on a terminal; where that is too narrow, what a
                node passed on stands below it.
        """
        moves = self._moves
        head = moves.done if moves.done <= limit else limit - limit // 2
        tail = min(limit // 2, moves.done - head)
        after = moves.last(tail + moves.half)[:tail] if tail else []
        rows: list[list[str]] = []
        path = ""
        for i, step in enumerate(moves.first(head) + after, 1):
            if i == head + 1 and moves.done > limit:
                rows.append(["…", f"{moves.done - limit} more"])
            node = step[0].node
            if node is None:
                rows.append([str(i), self.names[self.root], number(self.root.grad)])
                continue
            at, path = path, self.names.path(node)
            if path and path != at:
                rows.append(["", f"{self.names.called(path)}:"])
            equation = self.names.equation(node, path)
            number_of_step = i if i <= head else i + moves.done - head - tail
            passed = cells(step, self.names, path)
            rows.append([str(number_of_step), equation, number(node.grad), *passed])
        return Text(_table(rows, room))

    def _described(self, products: int = 2) -> Step:
        moves = self._moves
        at = moves.done + 1 if moves.half else moves.done
        return described(at, moves.total, moves.last(1)[0][-products:], self.names)

    def _completed(self, value: Value) -> int:
        """The step in which ``value`` gets its last contribution."""
        if value not in self.names:
            raise ValueError(
                f"this value is not in the graph of {self.names[self.root]}: {value!r}"
            )
        order = self._moves.order
        for i in range(len(order) - 1, -1, -1):
            if order[i]._a is value or order[i]._b is value:
                return i + 2
        return 1

    def _grouped(self, unit: Unit, index: int) -> Extent | None:
        """The neuron or layer that the node of this index belongs to."""
        if unit == "node" or index < 0:
            return None
        if self._spans is None:
            self._spans = Spans(self._moves.order, self.names)
        return self._spans.extent(index, unit)


def _table(rows: list[list[str]], room: int | None) -> str:
    """A row a step; its products beside the gradient, or below the node if that would be too wide."""
    whole = [(row + [""] * 5)[:5] for row in rows]
    text = table(whole, ("step", "node", "gradient", "its parents get", ""), "<>")
    if fits(text, room):
        return text
    header = ("step", "node, its parents get", "gradient")
    return table([row[:3] for row in whole], header, "<>", room, [row[3:] for row in rows])


def _check(unit: str) -> None:
    if unit not in _UNITS:
        raise ValueError(f"a step is one of {', '.join(_UNITS)}, not {unit!r}")
