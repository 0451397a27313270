"""Softmax and cross-entropy, found in a plan: log Σ exp(z − max z) + max z − z[y]."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import (
    INPUT,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Plan,
    Select,
    Terms,
    operands,
)
from autograd.compiler.plan.uses import owners, users
from autograd.compiler.read.arrays import Array

__all__ = ["CrossEntropy", "Finder", "cross_entropies"]


class CrossEntropy(NamedTuple):
    """Instructions that are one: they pass ∂out · (softmax(z) − onehot(y)) down, and biases theirs.

    Attributes:
        first: the number of the one whose result the entropy is.
        numbers: of all of them.
        space, scores: where z lies.
        argument, column: where y is given.
    """

    first: int
    numbers: set[int]
    space: int
    scores: Array  # [V, rows]
    argument: int
    column: Array  # [rows]


def cross_entropies(plan: Plan) -> list[CrossEntropy]:
    """All of them whose parts nobody else uses."""
    finder = _Entropies(plan)
    found = (finder.entropy(number) for number in range(len(plan.instructions)))
    return [entropy for entropy in found if entropy is not None]


class Finder:
    """What follows from what, by the numbers of a plan's instructions."""

    def __init__(self, plan: Plan) -> None:
        self.instructions, self.owner, self.users = plan.instructions, owners(plan), users(plan)

    def owner_of(self, space: int, index: Array) -> int | None:
        """The instruction whose whole result these rows are, in order."""
        if space >= INPUT:
            return None
        found = np.unique(self.owner[space][index])
        if len(found) != 1 or found[0] < 0:
            return None
        instruction = self.instructions[int(found[0])]
        whole = instruction.start + np.arange(instruction.count)
        return int(found[0]) if np.array_equal(index, whole) else None

    def operand(self, number: int, operation: str) -> int | None:
        """The instruction to whose whole result an operation is applied."""
        instruction = self.instructions[number]
        if not isinstance(instruction, Elementwise) or instruction.operation != operation:
            return None
        (operand,) = instruction.operands
        return None if operand.index is None else self.owner_of(operand.space, operand.index)

    def alone(self, numbers: set[int], first: int) -> bool:
        """Whether nobody else reads these, but for the last."""
        return all(self.users.get(n, set()) <= numbers for n in numbers - {first})


class _Entropies(Finder):
    def entropy(self, number: int) -> CrossEntropy | None:
        """The cross-entropy that instruction ``number`` completes: largest + logarithm − chosen."""
        whole = self.instructions[number]
        if not isinstance(whole, Terms) or whole.first is not None or whole.second.index is None:
            return None
        parts = [self.owner_of(whole.second.space, index) for index in whole.second.index]
        kinds = {type(self.instructions[p]): p for p in parts if p is not None}
        if len(parts) != 3 or kinds.keys() != {Largest, Select, Elementwise}:
            return None
        chosen = self.instructions[kinds[Select]]
        signs = {p: -1.0 if p == kinds[Select] else 1.0 for p in parts}
        if whole.scale is None or any(
            (whole.scale[k] != signs[p]).any() for k, p in enumerate(parts)
        ):
            return None
        assert isinstance(chosen, Select)
        assert chosen.candidates.index is not None
        scores = chosen.candidates.index.T
        chain = self._log_sum_exp(kinds[Elementwise], kinds[Largest], scores)
        if chain is None:
            return None
        numbers = {number, *kinds.values(), *chain}
        if not self.alone(numbers, number):
            return None
        return CrossEntropy(
            number, numbers, chosen.candidates.space, scores, chosen.argument, chosen.column
        )

    def _log_sum_exp(self, log: int, largest: int, scores: Array) -> list[int] | None:
        """The numbers of what ``log`` is made of, if it is log Σ exp(scores − largest)."""
        total = self.operand(log, "log")
        space, index = (INPUT, None) if total is None else _summed(self.instructions[total])
        if total is None or index is None:
            return None
        power = self.owner_of(space, np.unique(index))
        shifted = None if power is None else self.operand(power, "exp")
        if power is None or shifted is None:
            return None
        fits = self._is_shift(index, power, shifted, largest, scores)
        return [total, power, shifted] if fits else None

    def _is_shift(
        self, index: Array, power: int, shifted: int, largest: int, scores: Array
    ) -> bool:
        """Whether the summed rows are exp(scores − largest), position by position."""
        difference, top = self.instructions[shifted], self.instructions[largest]
        if not isinstance(difference, Terms) or difference.first is not None or difference.biases:
            return False
        (exponent,) = operands(self.instructions[power])
        second = difference.second.index
        if second is None or exponent.index is None or difference.scale is None or len(second) != 2:
            return False
        if (difference.scale[0] != 1.0).any() or (difference.scale[1] != -1.0).any():
            return False
        at = exponent.index[index - self.instructions[power].start] - difference.start  # [V, R]
        assert isinstance(top, Largest)
        assert top.second.index is not None
        return bool(
            np.array_equal(np.sort(second[0][at], 0), np.sort(scores, 0))
            and np.array_equal(np.sort(top.second.index, 0), np.sort(scores, 0))
            and (second[1][at] == top.start + np.arange(top.count)).all()
        )


def _summed(instruction: Instruction) -> tuple[int, Array | None]:
    """The space and the rows [V, R] that an instruction adds up, None if it does anything else."""
    scale, space, index = None, INPUT, None
    if isinstance(instruction, Terms) and instruction.first is None:
        scale, space, index = instruction.scale, instruction.second.space, instruction.second.index
    elif isinstance(instruction, Matrix) and len(instruction.node) == len(instruction.parts) == 1:
        (part,) = instruction.parts
        if part.weight is None:
            scale, space, index = part.scale, part.space, part.column
    if getattr(instruction, "biases", ()) or not (scale is None or (scale == 1.0).all()):
        return space, None
    return space, index
