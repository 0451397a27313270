"""One batch size of a program: the calls that run it forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    FEW,
    Clear,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Plan,
    Products,
    Select,
    Tape,
    Terms,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.binder import Binder
from autograd.compiler.run.numpy.bound import Bound, index_of
from autograd.compiler.run.numpy.calls import Calls
from autograd.compiler.run.numpy.elementwise import BoundElementwise, BoundLargest
from autograd.compiler.run.numpy.matrix import BoundMatrix
from autograd.compiler.run.numpy.products import BoundProducts
from autograd.compiler.run.numpy.selection import BoundSelect, limits
from autograd.compiler.run.numpy.terms import BoundChain, BoundTerms
from autograd.compiler.run.tape.bound import BoundTape
from autograd.compiler.run.tape.interpreter import Interpreter

__all__ = ["Replay", "bound"]

OFTEN = 500  # runs after which compiling is worth while

_KINDS: dict[type, type[Bound]] = {
    Matrix: BoundMatrix,
    Terms: BoundTerms,
    Products: BoundProducts,
    Largest: BoundLargest,
    Elementwise: BoundElementwise,
    Select: BoundSelect,
    Tape: BoundTape,
}


def bound(instruction: Instruction, binder: Binder) -> Bound:
    """An instruction at the batch size of ``binder``."""
    if isinstance(instruction, Terms) and len(index_of(instruction.second)) <= FEW:
        return BoundChain(binder, instruction)
    return _KINDS[type(instruction)](binder, instruction)


class Replay:
    """A plan at ``batch`` samples: calls over arrays that exist already.

    A program has one for each batch size it has met; they share the static vector and its gradient.
    ``tape`` is what runs a `Tape`; ``exact`` makes fewer calls of those that it can compile, once there
    were many runs.
    """

    def __init__(
        self, plan: Plan, static: Array, static_gradient: Array, batch: int,
        tape: Callable[..., Any] = Interpreter, exact: Callable[..., Any] | None = None,
    ) -> None:  # fmt: skip
        self.plan, self.batch = plan, batch
        binder = Binder(plan, static, static_gradient, batch, tape)
        steps = [bound(instruction, binder) for instruction in plan.instructions]
        for step in steps:
            step.forward()
            binder.calls.next_instruction()
        self._forward = _Pass(binder.calls)

        space, row = plan.outputs[0]
        self.seed = binder.gradients.rows[space][row]
        of = -1
        for entry in plan.backward:
            if isinstance(entry, Clear):
                binder.gradients.clear(entry.space, entry.rows)
                continue
            if entry.of != of:
                of = entry.of
                binder.calls.next_instruction()
            binder.gradients.begins = entry.begins
            steps[of].push(entry)
        self._backward = _Pass(binder.calls)
        self._exact, self._runs = exact, 0

        self._values = binder.values
        self._limits = [(x, binder.integers(x.argument)) for x in limits(plan.instructions)]

    def run(self, inputs: Sequence[Array], weight: float) -> None:
        """Compute every row, and the gradient of the mean of the first output, times ``weight``."""
        with np.errstate(all="ignore"):
            self._compute(inputs)
            self.seed[...] = weight / len(self.seed)
            self._backward.run(inputs)
        self._runs += 1
        if self._runs == OFTEN and self._exact is not None:
            both = self._forward, self._backward
            moving = {id(gap.arguments) for own in both for gap in own.gaps}
            found = self._exact([own.pairs for own in both], moving)
            self._forward.pairs, self._backward.pairs = found

    def forward(self, inputs: Sequence[Array]) -> None:
        """Compute every row for these inputs, [batch, columns] each."""
        with np.errstate(all="ignore"):
            self._compute(inputs)

    def _compute(self, inputs: Sequence[Array]) -> None:
        for limit, numbers in self._limits:
            limit.read(inputs[limit.argument], numbers)
        for argument, start in self.plan.copied.items():
            rows = self._values[BATCHED][start : start + self.plan.arguments[argument]]
            np.copyto(rows, inputs[argument].T, casting="same_kind")
        self._forward.run(inputs)

    def outputs(self) -> list[Array]:
        """Each output: a row [batch], or a copy [1] if it does not depend on the inputs."""
        values = self._values
        return [values[s][row] if s else values[s][row].copy() for s, row in self.plan.outputs]

    def means(self) -> tuple[float, ...]:
        """The mean of each output."""
        return tuple([float(np.add.reduce(o)) / len(o) for o in self.outputs()])


class _Pass:
    """Calls that were written, to run again and again."""

    def __init__(self, written: Calls) -> None:
        calls, self.gaps = written.finish()
        self.pairs = [(call.function, call.arguments) for call in calls]

    def run(self, inputs: Sequence[Array]) -> None:
        for gap in self.gaps:
            gap.fill(inputs)
        for function, arguments in self.pairs:  # plain pairs: Python unpacks them fastest
            function(*arguments)
