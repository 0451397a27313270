"""Products with weights, and sums too small for one."""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import Any

from autograd.compiler.plan.instructions import (
    FEW,
    STATIC,
    Contribution,
    Matrix,
    Operand,
    Part,
    Terms,
)
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.step import Rows, Scale, State, Step

__all__ = ["MatrixStep", "TermsStep"]


class MatrixStep(Step):
    def prepare(self, instruction: Matrix) -> None:
        self.parts = [_Part(self, part) for part in instruction.parts]

    def forward(self, library: Library, state: State) -> Any:
        *others, last = self.parts
        if len(self.biases) == 1 and self.biases[0].per_row and self.biases[0].number is None:
            weight = last.weight(library, state)
            if weight is not None:
                bias = self.biases[0].forward(library, state)[..., 0]
                out = library.affine(bias, weight, last.flat(library, state))
                return self._with(others, out, library, state).reshape(prod(self.shape), -1)
        return super().forward(library, state)

    def result(self, library: Library, state: State) -> Any:
        *others, last = self.parts
        out = self._with(others, last.product(library, state), library, state)
        return out.reshape(*self.shape, -1)

    def _with(self, parts: list[_Part], out: Any, library: Library, state: State) -> Any:
        for part in parts:
            out = part.product(library, state) + out
        return out

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        part, flat = self.parts[to.place], g.reshape(self.shape[0], -1)
        if to.to == "weight":
            found = flat @ part.flat(library, state, g.shape[2]).T
            return part.scale.times(found, state)[..., None]
        weight = part.weight(library, state)
        if weight is None:
            g = part.scale.times(g, state)
            return library.broadcast(g, (part.column.shape[0], *g.shape[1:]))
        return (weight.T @ flat).reshape(*part.column.shape, -1)


class _Part:
    """(scale · weight) @ column; without weights a table of numbers, or a sum."""

    def __init__(self, step: Step, part: Part) -> None:
        runner = step.runner
        self.space, self.column = part.space, runner.read(part.space, part.column)
        self.read = None if part.weight is None else runner.read(STATIC, part.weight)
        self.scale = Scale(runner.kept, part.scale)
        self.table = -1
        if part.weight is None and (self.scale.kept >= 0 or step.shape[0] > 1):
            assert part.scale is not None
            self.table = runner.kept.keep(part.scale)

    def weight(self, library: Library, state: State) -> Any:
        """[rows, K]; None for a sum."""
        if self.read is None:
            return None if self.table < 0 else state.numbers[self.table]
        weight = self.read.forward(library, state.results[STATIC], state.numbers)[..., 0]
        return self.scale.times(weight, state)

    def flat(self, library: Library, state: State, width: int = 0) -> Any:
        """The column as [K, positions · width]; repeated for as many samples as are asked for."""
        found = self.column.forward(library, state.results[self.space], state.numbers)
        if found.shape[2] < width:
            found = library.broadcast(found, (*found.shape[:2], width))
        return found.reshape(found.shape[0], -1)

    def product(self, library: Library, state: State) -> Any:
        """[rows, positions · width]"""
        weight, flat = self.weight(library, state), self.flat(library, state)
        if weight is None:
            return self.scale.times(flat.sum(0)[None], state)
        return weight @ flat


class TermsStep(Step):
    """A few terms are read one by one, many as a table [K, rows]."""

    instruction: Terms

    def prepare(self, instruction: Terms) -> None:
        second = instruction.second.index
        assert second is not None
        self.few = len(second) <= FEW
        pieces = [slice(k, k + 1) for k in range(len(second))] if self.few else [slice(None)]
        scale = instruction.scale
        rows = scale if scale is not None and self.few else [scale] * len(pieces)
        self.scales = [self.scale(row) for row in rows]
        self.second = [self._part(instruction.second, piece) for piece in pieces]
        self.first = [
            None if instruction.first is None else self._part(instruction.first, piece)
            for piece in pieces
        ]

    def _part(self, operand: Operand, piece: slice) -> Rows:
        assert operand.index is not None
        index = operand.index[piece]
        return self.operand(Operand(operand.space, index[0] if self.few else index))

    def result(self, library: Library, state: State) -> Any:
        found = []
        for first, second, scale in zip(self.first, self.second, self.scales):
            term = second.forward(library, state)
            if first is not None:
                term = first.forward(library, state) * term
            term = scale.times(term, state)
            found.append(term if self.few else term.sum(0))
        return reduce(lambda a, b: a + b, found)

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        k = max(to.term, 0)
        other = self.second[k] if to.to == "first" else self.first[k]
        value = g if self.few else library.broadcast(g[None], (_rows(self.second[k]), *g.shape))
        if other is not None:
            value = value * other.forward(library, state)
        value = self.scales[k].times(value, state)
        return library.where(g == 0.0, 0.0, value) if self.instruction.masked else value


def _rows(operand: Rows) -> int:
    assert operand.read is not None
    return int(operand.read.shape[0])
