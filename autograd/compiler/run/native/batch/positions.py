"""Which rows of a finished graph belong to which position, and what one position is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import (
    Bias,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Plan,
    Products,
    Terms,
    indices,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.batch.position import One, RefusedError
from autograd.compiler.run.native.batch.sums import NotLinearError, Rows, Sum, Sums
from autograd.compiler.run.native.batch.written import Token, Written

__all__ = ["Samples", "samples"]

FEW = 8  # positions: fewer are not worth it


@dataclass(frozen=True, slots=True)
class Samples:
    """A plan with inputs, and the only inputs that it ever gets, [samples, columns] each."""

    plan: Plan
    inputs: list[Array]


def samples(plan: Plan) -> Samples | None:
    """The plan of one position, whose mean over the positions is what this one answers.

    None if there are inputs already, or no positions that are alike.
    """
    kinds = Matrix, Terms, Elementwise, Largest, Products
    if plan.arguments or any(
        own.batched or not isinstance(own, kinds) for own in plan.instructions
    ):
        return None
    counts: dict[int, int] = {}
    for own in plan.instructions:
        for count in {own.count, own.node.shape[-1]}:
            counts[count] = counts.get(count, 0) + own.count
    for count in sorted((n for n in counts if n >= FEW), key=lambda n: -counts[n])[:3]:
        try:
            return _Positions(plan, count).found()
        except (RefusedError, NotLinearError):
            continue
    return None


class _Positions:
    """Goes through the instructions and writes those of one position, of ``count``."""

    def __init__(self, plan: Plan, count: int) -> None:
        self.plan, self.count = plan, count
        size, p = plan.static_size, len(plan.order)
        here = slice(p, p + len(plan.constants))
        self.rows = Rows(np.full(size, -1), np.full(size, -1), np.zeros(size, bool), np.zeros(size))
        self.rows.constant[here], self.rows.number[here] = True, plan.constants
        self.sums, self.new = Sums(self.rows), Written(plan, count)
        self.one = One(plan, self.rows, self.sums, self.new)

    def found(self) -> Samples:
        for own in self.plan.instructions:
            read = np.concatenate([index.ravel() for _, index in indices(own)])
            summed = self.sums.has(read)
            if not summed and (self.rows.at[read] < 0).all() and not self._starts(own):
                self.new.static.append(own)
            elif summed or not self.one.write(own):
                self.sums.add(own)
        outputs = [self._output(row) for _, row in self.plan.outputs]
        if isinstance(outputs[0], int) or not self.new.differs():
            raise RefusedError
        return Samples(*self.new.finished(outputs))

    def _starts(self, own: Instruction) -> bool:
        """Whether an instruction that reads nothing of a position has a row for each."""
        if isinstance(own, Matrix):
            return own.node.shape[1] == self.count or self.one.over_data(own)
        return isinstance(own, (Terms, Elementwise, Largest)) and own.count == self.count

    def _output(self, row: int) -> Token | int:
        if row in self.sums.of:
            return self._mean(self.sums.of[row])
        if self.rows.at[row] >= 0:
            raise RefusedError
        return row

    def _mean(self, total: Sum) -> Token:
        """The row of a position whose mean is a sum over the positions."""
        rows, factors = total.by_position(self.count)
        second = [[self.new.chosen("row", index)] for index in rows]
        first = [[self.new.number(self.count * factor)] for factor in factors]
        biases = [
            Bias(np.array([[row]]), np.array([[scale]])) for row, scale in total.static.items()
        ]
        numbers = [self.new.value(token) for (token,) in first]
        if None in numbers:
            return self.new.terms(first, second, np.ones((len(rows), 1)), biases, [True])[0]
        scale = np.array(numbers, dtype=np.float64)[:, None]
        return self.new.terms(None, second, scale, biases, [True])[0]
