"""A tape in Python: on floats where there is one sample, else on rows of NumPy's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Plan, Tape, outside
from autograd.compiler.read.arrays import CHUNK, Array
from autograd.compiler.run.tape.kinds import Step, kinds
from autograd.ops import run_rule

__all__ = ["Interpreter"]

Rows = tuple[Array, Array]  # by space, [rows, width]


class Interpreter:
    """A tape over the rows of one batch size.

    Its numbers are one list: the rows of its space from the front, static ones from the back, so that
    an operand is a place in it, be it negative or not.
    """

    def __init__(self, tape: Tape, plan: Plan, values: Rows, gradients: Rows) -> None:
        self.tape, self.needs, self.values, self.gradients = tape, plan.needs, values, gradients
        self.steps, self.kind = kinds(tape, plan)
        self.rows = slice(tape.start, tape.start + tape.count)
        self.single = values[tape.space].shape[1] == 1
        self.numbers: list[Any] = []

    def forward(self) -> None:
        """Compute every row."""
        numbers = self.numbers = self._laid_out(self.values)
        functions = [step.op.forward if self.single else step.op.array for step in self.steps]
        arities = [step.op.arity for step in self.steps]
        walk = self._walk(1)
        while True:
            try:
                for k, kind, a, b, c in walk:
                    arity, function = arities[kind], functions[kind]
                    if arity == 2:
                        numbers[k] = function(numbers[a], numbers[b])
                    elif arity == 1:
                        numbers[k] = function(numbers[a])
                    else:
                        numbers[k] = function(numbers[a], numbers[b], numbers[c])
                break
            except (ArithmeticError, ValueError):  # Python's math raises where NumPy answers
                numbers[k] = self.steps[kind].op(*[numbers[x] for x in (a, b, c)[:arity]])
        out = self.values[self.tape.space][self.rows]
        out[...] = np.reshape(numbers[self.rows], out.shape)

    def backward(self) -> None:
        """Add what has arrived at its rows to the gradients of what they were made of."""
        numbers, steps = self.numbers, self.steps
        found: list[Any] = [0.0] * len(numbers)
        arrived = self.gradients[self.tape.space]
        for k in (np.flatnonzero(arrived[self.rows].any(1)) + self.rows.start).tolist():
            found[k] = float(arrived[k, 0]) if self.single else arrived[k].copy()
        rules = [_rules(step, self.single) for step in steps]
        walk = self._walk(-1)
        while True:
            try:
                for k, kind, a, b, c in walk:
                    first, second, way, masked = rules[kind]
                    if masked and found[k] == 0.0:
                        continue
                    if way == _ONE:
                        found[a] = found[a] + first(numbers[a], numbers[k]) * found[k]
                    elif way == _TWO:
                        x, y, z = numbers[a], numbers[b], numbers[k]
                        slope, other = first(x, y, z), second(x, y, z)
                        found[a] = found[a] + slope * found[k]
                        found[b] = found[b] + other * found[k]
                    elif way == _FIRST:
                        slope = first(numbers[a], numbers[b], numbers[k])
                        found[a] = found[a] + slope * found[k]
                    elif way == _SECOND:
                        slope = second(numbers[a], numbers[b], numbers[k])
                        found[b] = found[b] + slope * found[k]
                    elif way == _OTHER:
                        self._push(steps[kind], found, k, (a, b, c))
                break
            except (ArithmeticError, ValueError):
                self._push(steps[kind], found, k, (a, b, c))
        self._give(found)

    def _push(self, step: Step, found: list[Any], k: int, places: tuple[int, ...]) -> None:
        """What any step passes down."""
        inputs, g = [self.numbers[x] for x in places[: step.op.arity]], found[k]
        for place in step.passes:
            pushed = run_rule(step.op, place, *inputs, self.numbers[k]) * g
            if step.masked and not self.single:
                pushed = np.where(g == 0.0, 0.0, pushed)
            found[places[place]] = found[places[place]] + pushed

    def _give(self, found: list[Any]) -> None:
        for space, rows in outside(self.tape):
            own, target = space == self.tape.space, self.gradients[space]
            for row in rows[self.needs[space][rows]].tolist():
                target[row] += found[row] if own else np.sum(found[~row])

    def _laid_out(self, rows: Rows) -> list[Any]:
        """What stands before a tape, room for its own numbers, the static vector."""
        space, own = self.tape.space, rows[self.tape.space][: self.rows.start]
        before = own[:, 0].tolist() if self.single else list(own)
        static = rows[STATIC][::-1, 0].tolist() if space != STATIC else []
        return [*before, *[0.0] * self.tape.count, *static]

    def _walk(self, way: int) -> Iterator[tuple[int, ...]]:
        """Of each step, forwards or backwards, its row, its kind and its operands."""
        tape = self.tape
        places = tape.operand[[0, 1 % len(tape.operand), -1]]
        for start in range(0, tape.count, CHUNK)[::way]:
            own = slice(start, start + CHUNK)
            columns = [x[own] for x in (self.kind, *places)]
            rows = range(self.rows.start + start, self.rows.start + min(start + CHUNK, tape.count))
            yield from zip(rows[::way], *[x[::way].tolist() for x in columns])


_NONE, _ONE, _TWO, _FIRST, _SECOND, _OTHER = range(6)  # what a step passes down to


def _rules(step: Step, single: bool) -> tuple[Any, Any, int, bool]:
    """The derivatives by the first operand and the second, the way to use them, and whether that is
    for nothing where nothing has arrived."""
    masked = step.masked and single
    if not step.passes:
        return None, None, _NONE, False
    if step.masked > single or step.op.arity > 2:
        return None, None, _OTHER, masked
    ways = {(0,): _FIRST, (1,): _SECOND, (0, 1): _TWO}
    first, second = step.op.partials[0], step.op.partials[-1]
    return first, second, _ONE if step.op.arity == 1 else ways[step.passes], masked
