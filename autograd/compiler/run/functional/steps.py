"""Each kind of instruction, and what it passes down: the table of `reverse`, in a library's calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import Any, NamedTuple, Protocol

from autograd.compiler.plan.instructions import (
    FEW,
    STATIC,
    Bias,
    Contribution,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Products,
    Select,
    Terms,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library, slope
from autograd.compiler.run.functional.rows import Arrived, Numbers, Pieces, Read, total
from autograd.ops import MAXIMUM, OPS

__all__ = ["STEPS", "State", "Step"]


class State(NamedTuple):
    """One run: the results by space, a piece each; inputs [columns, batch]; numbers; the batch size."""

    results: dict[int, list[Any]]
    inputs: Sequence[Any]
    numbers: Sequence[Any]
    batch: int


class _Runner(Protocol):
    """Who a step belongs to."""

    pieces: dict[int, Pieces]
    kept: Numbers

    def read(self, space: int, index: Array) -> Read: ...


class Step:
    """An instruction: how it finds what it reads, and where its result lies."""

    def __init__(self, runner: _Runner, instruction: Any) -> None:
        self.runner = runner
        self.instruction: Instruction = instruction
        self.space: int = instruction.space
        self.piece = len(runner.pieces[self.space].sizes)
        self.shape = instruction.node.shape
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
            out = out.reshape(*bias.rows, -1) + bias.forward(library, state)
        return out.reshape(prod(self.shape), -1)

    def gradient(self, library: Library, arrived: dict[int, Arrived]) -> Any:
        """What has arrived at the result, [*shape, width]."""
        parts = arrived[self.space].pop(self.piece)
        return total(library, parts, prod(self.shape)).reshape(*self.shape, -1)

    def operand(self, operand: Operand) -> _Operand:
        return _Operand(self, operand)

    def keep(self, scale: Array | None) -> int | None:
        """The place of factors among the numbers, as [..., 1]; None where all are 1."""
        if scale is None or (scale == 1.0).all():
            return None
        return self.runner.kept.keep(scale[..., None])


class _Operand:
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
    def __init__(self, step: Step, bias: Bias) -> None:
        self.read = step.runner.read(STATIC, bias.index)
        self.scale = step.keep(bias.scale)
        self.per_row = bias.index.shape[1] == 1
        self.rows = (*step.shape, 1)[:2]

    def forward(self, library: Library, state: State) -> Any:
        found = self.read.forward(library, state.results[STATIC], state.numbers)
        return found if self.scale is None else found * state.numbers[self.scale]

    def passes(self, state: State, g: Any) -> Any:
        g = g.reshape(*self.rows, -1)
        if self.per_row and self.rows[1] > 1:
            g = g.sum(1, keepdims=True)
        return g if self.scale is None else g * state.numbers[self.scale]


class _MatrixStep(Step):
    def prepare(self, instruction: Matrix) -> None:
        read = self.runner.read
        self.columns = [read(part.space, part.column) for part in instruction.parts]
        self.spaces = [part.space for part in instruction.parts]
        self.weights = [
            None if part.weight is None else read(STATIC, part.weight) for part in instruction.parts
        ]
        self.scales = [
            None if part.scale is None or (part.scale == 1.0).all()
            else self.runner.kept.keep(part.scale) for part in instruction.parts
        ]  # fmt: skip

    def _weight(self, library: Library, state: State, k: int) -> Any:
        """[rows, K]; None for a plain sum."""
        read, scale = self.weights[k], self.scales[k]
        if read is None:
            return None if scale is None else state.numbers[scale]
        weight = read.forward(library, state.results[STATIC], state.numbers)[..., 0]
        return weight if scale is None else weight * state.numbers[scale]

    def _column(self, library: Library, state: State, k: int) -> Any:
        """[K, positions, width]"""
        return self.columns[k].forward(library, state.results[self.spaces[k]], state.numbers)

    def result(self, library: Library, state: State) -> Any:
        found = []
        for k in range(len(self.columns)):
            weight, column = self._weight(library, state, k), self._column(library, state, k)
            if weight is None:
                found.append(
                    library.broadcast(column.sum(0)[None], (self.shape[0], *column.shape[1:]))
                )
            else:
                out = weight @ column.reshape(column.shape[0], -1)
                found.append(out.reshape(*self.shape, -1))
        return reduce(lambda a, b: a + b, found)

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        flat = g.reshape(self.shape[0], -1)
        if to.to == "weight":
            column = self._column(library, state, to.place)
            if column.shape[2] < g.shape[2]:
                column = library.broadcast(column, (*column.shape[:2], g.shape[2]))
            found = (flat @ column.reshape(column.shape[0], -1).T)[..., None]
            scale = self.scales[to.place]
            return found if scale is None else found * state.numbers[scale][..., None]
        weight, read = self._weight(library, state, to.place), self.columns[to.place]
        if weight is None:
            total = g.sum(0)[None] if self.shape[0] > 1 else g
            return library.broadcast(total, (read.shape[0], *g.shape[1:]))
        return (weight.T @ flat).reshape(*read.shape, -1)


class _TermsStep(Step):
    """A few terms are read one by one, many as a table [K, rows]."""

    instruction: Terms

    def prepare(self, instruction: Terms) -> None:
        second = instruction.second.index
        assert second is not None
        self.few = len(second) <= FEW
        pieces = [slice(k, k + 1) for k in range(len(second))] if self.few else [slice(None)]
        scale = instruction.scale
        self.scales = [self.keep(None if scale is None else scale[piece]) for piece in pieces]
        self.second = [self._part(instruction.second, piece) for piece in pieces]
        self.first = [
            None if instruction.first is None else self._part(instruction.first, piece)
            for piece in pieces
        ]

    def _part(self, operand: Operand, piece: slice) -> _Operand:
        assert operand.index is not None
        index = operand.index[piece]
        return self.operand(Operand(operand.space, index[0] if self.few else index))

    def result(self, library: Library, state: State) -> Any:
        found = []
        for first, second, scale in zip(self.first, self.second, self.scales):
            term = second.forward(library, state)
            if first is not None:
                term = first.forward(library, state) * term
            if scale is not None:
                term = term * self._numbers(state, scale)
            found.append(term if self.few else term.sum(0))
        return reduce(lambda a, b: a + b, found)

    def _numbers(self, state: State, scale: int | None) -> Any:
        assert scale is not None
        return state.numbers[scale][0] if self.few else state.numbers[scale]

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        k = max(to.term, 0)
        other = self.second[k] if to.to == "first" else self.first[k]
        value = g if self.few else library.broadcast(g[None], (_rows(self.second[k]), *g.shape))
        if other is not None:
            value = value * other.forward(library, state)
        if self.scales[k] is not None:
            value = value * self._numbers(state, self.scales[k])
        return library.where(g == 0.0, 0.0, value) if self.instruction.masked else value


def _rows(operand: _Operand) -> int:
    assert operand.read is not None
    return int(operand.read.shape[0])


class _ProductsStep(Step):
    def prepare(self, instruction: Products) -> None:
        self.first, self.second = map(self.operand, (instruction.first, instruction.second))

    def result(self, library: Library, state: State) -> Any:
        first, second = self.first.forward(library, state), self.second.forward(library, state)
        return library.einsum("gmkb,gknb->gmnb", first, second)

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "first":
            return library.einsum("gmnb,gknb->gmkb", g, self.second.forward(library, state))
        return library.einsum("gmkb,gmnb->gknb", self.first.forward(library, state), g)


class _LargestStep(Step):
    def prepare(self, instruction: Largest) -> None:
        self.second = self.operand(instruction.second)

    def result(self, library: Library, state: State) -> Any:
        return library.largest(self.second.forward(library, state))

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        """At a tie, or where one is nan, as in the chain of two-way maxima that it was."""
        table = list(self.second.forward(library, state))
        maximum = library.functions["maximum"]
        running = [table[0]]
        for row in table[1:]:
            running.append(maximum(running[-1], row))
        shares: list[Any] = []
        for k in range(len(table) - 1, 0, -1):
            by_rest, by_own = (
                slope(library, MAXIMUM, i, (running[k - 1], table[k]), running[k]) for i in (0, 1)
            )
            shares.append(by_own * g)
            g = by_rest * g
        return library.concat([share[None] for share in (g, *reversed(shares))])


class _ElementwiseStep(Step):
    instruction: Elementwise

    def prepare(self, instruction: Elementwise) -> None:
        self.operands = [self.operand(operand) for operand in instruction.operands]
        self.op = OPS[instruction.operation]

    def result(self, library: Library, state: State) -> Any:
        inputs = [operand.forward(library, state) for operand in self.operands]
        return library.functions[self.op.name](*inputs)

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        inputs = [operand.forward(library, state) for operand in self.operands]
        y = state.results[self.space][self.piece]
        value = g * slope(library, self.op, to.place, inputs, y)
        return library.where(g == 0.0, 0.0, value) if self.instruction.masked else value


class _SelectStep(Step):
    instruction: Select

    def prepare(self, instruction: Select) -> None:
        self.candidates = self.operand(instruction.candidates)
        self.column = self.runner.read(2 + instruction.argument, instruction.column)

    def _chosen(self, library: Library, state: State) -> Any:
        """[rows, batch], whole numbers"""
        given = state.results[2 + self.instruction.argument]
        return self.column.forward(library, given, state.numbers)

    def result(self, library: Library, state: State) -> Any:
        table, chosen = self.candidates.forward(library, state), self._chosen(library, state)
        if self.candidates.space == STATIC:
            table = library.broadcast(table[..., 0][..., None], (*table.shape[:2], chosen.shape[1]))
        return library.along(table, chosen[:, None])[:, 0]

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        assert self.candidates.read is not None
        rows, size = self.candidates.read.shape
        chosen = self._chosen(library, state)
        if self.candidates.space == STATIC:
            first = library.numbers_to(chosen, rows)[:, None] * size
            flat = library.scatter(rows * size, (chosen + first).reshape(-1), g.reshape(-1, 1))
            return flat.reshape(rows, size, 1)
        hit = chosen[:, None] == library.numbers_to(chosen, size)[None, :, None]
        return library.where(hit, g[:, None], 0.0)


STEPS: dict[type, type[Step]] = {
    Matrix: _MatrixStep,
    Terms: _TermsStep,
    Products: _ProductsStep,
    Largest: _LargestStep,
    Elementwise: _ElementwiseStep,
    Select: _SelectStep,
}
