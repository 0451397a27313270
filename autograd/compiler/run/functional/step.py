"""An instruction in a library's calls: what all kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple, Protocol

from autograd.compiler.plan.instructions import (
    STATIC,
    Bias,
    Contribution,
    Instruction,
    Operand,
    Plan,
)
from autograd.compiler.plan.reverse import target
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.places import Pieces
from autograd.compiler.run.functional.rows import Arrived, Numbers, Read, total

__all__ = ["Joined", "Rows", "Runs", "Scale", "State", "Step"]


class State(NamedTuple):
    """One run: the results by space, a piece each; inputs [columns, batch]; numbers; the batch size."""

    results: dict[int, list[Any]]
    inputs: Sequence[Any]
    numbers: Sequence[Any]
    batch: int


class Runs(Protocol):
    """Who a step belongs to."""

    plan: Plan
    pieces: dict[int, Pieces]
    kept: Numbers

    def read(self, space: int, index: Array) -> Read: ...


class Step:
    """An instruction: how it finds what it reads, and where its result lies."""

    def __init__(self, runner: Runs, instruction: Any) -> None:
        self.runner = runner
        self.instruction: Instruction = instruction
        self.space: int = instruction.space
        self.piece = len(runner.pieces[self.space].sizes)
        self.shape = instruction.node.shape
        self.place: Array | None = None  # of each row, where they do not lie in the plan's order
        self.rows = 0  # then how many there are, those of nobody included
        self.biases = [_Bias(self, bias) for bias in getattr(instruction, "biases", ())]
        self.prepare(instruction)

    def prepare(self, instruction: Any) -> None:
        raise NotImplementedError

    def result(self, library: Library, state: State) -> Any:
        """What it computes, without biases, [*shape, width]."""
        raise NotImplementedError

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        """What it contributes, [*shape of the operand, width]."""
        raise NotImplementedError

    def forward(self, library: Library, state: State) -> Any:
        out = self.result(library, state)
        for bias in self.biases:
            if bias.number is None:
                out = out.reshape(*bias.rows, -1) + bias.forward(library, state)
            else:
                out = out + bias.number
        return out.reshape(prod(self.shape), -1)

    def passes_to(self, plan: Plan, to: Contribution) -> int:
        """The space of the rows that get it."""
        return target(plan, to)[0]

    def read_by(self, plan: Plan, to: Contribution) -> Read:
        """The rows that a contribution goes to."""
        return self.runner.read(*target(plan, to))

    def gradient(self, library: Library, arrived: dict[int, Arrived]) -> Any:
        """What has arrived at the result, [*shape, width]."""
        parts = arrived[self.space].pop(self.piece)
        return total(library, parts, prod(self.shape)).reshape(*self.shape, -1)

    def operand(self, operand: Operand) -> Rows:
        return Rows(self, operand)

    def scale(self, factors: Array | None) -> Scale:
        return Scale(self.runner.kept, None if factors is None else factors[..., None])


class Joined(Step):
    """Several instructions that are one step: what it passes down is one contribution, biases aside.

    Attributes:
        found: which they are, and where the scores lie that it reads.
    """

    scores: Read

    def __init__(self, runner: Runs, instruction: Instruction, found: Any) -> None:
        self.found = found
        super().__init__(runner, instruction)

    def read_by(self, plan: Plan, to: Contribution) -> Read:
        return super().read_by(plan, to) if to.to == "bias" else self.scores


class Scale:
    """Factors: one number for all, or an array among the numbers."""

    def __init__(self, numbers: Numbers, factors: Array | None) -> None:
        self.same, self.kept = 1.0, -1
        if factors is not None and (factors == factors.flat[0]).all():
            self.same = float(factors.flat[0])
        elif factors is not None:
            self.kept = numbers.keep(factors)

    def times(self, x: Any, state: State) -> Any:
        if self.kept >= 0:
            return x * state.numbers[self.kept]
        if self.same == 1.0:
            return x
        return -x if self.same == -1.0 else x * self.same


class Rows:
    """Rows of a space, or numbers."""

    def __init__(self, step: Step, operand: Operand) -> None:
        self.space, self.read, self.number = operand.space, None, 0.0
        self.kept: int | None = None
        if operand.index is not None:
            self.read = step.runner.read(operand.space, operand.index)
        elif operand.number is not None and len(operand.number) == 1:
            self.number = float(operand.number[0])
        else:
            assert operand.number is not None
            self.kept = step.runner.kept.keep(operand.number[:, None])

    def forward(self, library: Library, state: State) -> Any:
        if self.read is not None:
            return self.read.forward(library, state.results[self.space], state.numbers)
        return self.number if self.kept is None else state.numbers[self.kept]


class _Bias:
    """What is added to rows; a ``number``, where it is the same for all."""

    def __init__(self, step: Step, bias: Bias) -> None:
        self.number = _number(step.runner.plan, bias)
        self.read = step.runner.read(STATIC, bias.index)
        self.scale = step.scale(bias.scale)
        self.per_row = bias.index.shape[1] == 1
        self.rows = (*step.shape, 1)[:2]

    def forward(self, library: Library, state: State) -> Any:
        found = self.read.forward(library, state.results[STATIC], state.numbers)
        return self.scale.times(found, state)

    def passes(self, state: State, g: Any) -> Any:
        g = g.reshape(*self.rows, -1)
        if self.per_row and self.rows[1] > 1:
            g = g.sum(1, keepdims=True)
        return self.scale.times(g, state)


def _number(plan: Plan, bias: Bias) -> float | None:
    """The one constant that a bias adds everywhere, None if it is any other."""
    place = bias.index - len(plan.order)
    if place.min() < 0 or place.max() >= len(plan.constants):
        return None
    numbers = plan.constants[place] * (1.0 if bias.scale is None else bias.scale)
    first = float(numbers.flat[0])
    return first if (numbers == first).all() else None
