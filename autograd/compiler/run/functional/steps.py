"""Each kind of instruction, and what it passes down: the table of `reverse`, in a library's calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import Any, NamedTuple, Protocol

from autograd.compiler.plan.instructions import (
    FEW,
    INPUT,
    STATIC,
    Bias,
    Contribution,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Plan,
    Products,
    Select,
    Terms,
)
from autograd.compiler.plan.reverse import target
from autograd.compiler.plan.softmax import CrossEntropy
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library, slope
from autograd.compiler.run.functional.rows import Arrived, Numbers, Pieces, Read, total
from autograd.ops import OPS

__all__ = ["STEPS", "CrossEntropyStep", "NoStep", "State", "Step"]


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

    def passes_to(self, plan: Plan, to: Contribution) -> int:
        """The space of the rows that get it."""
        return target(plan, to)[0]

    def gradient(self, library: Library, arrived: dict[int, Arrived]) -> Any:
        """What has arrived at the result, [*shape, width]."""
        parts = arrived[self.space].pop(self.piece)
        return total(library, parts, prod(self.shape)).reshape(*self.shape, -1)

    def operand(self, operand: Operand) -> _Operand:
        return _Operand(self, operand)

    def scale(self, factors: Array | None) -> _Scale:
        return _Scale(self.runner.kept, None if factors is None else factors[..., None])


class _Scale:
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


class _MatrixStep(Step):
    def prepare(self, instruction: Matrix) -> None:
        self.parts = [_Part(self, part) for part in instruction.parts]

    def forward(self, library: Library, state: State) -> Any:
        *others, last = self.parts
        if len(self.biases) == 1 and self.biases[0].per_row:
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
        self.scale = _Scale(runner.kept, part.scale)
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


class _TermsStep(Step):
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
                slope(library, OPS["maximum"], i, (running[k - 1], table[k]), running[k])
                for i in (0, 1)
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
        self.column = self.runner.read(INPUT + instruction.argument, instruction.column)

    def _chosen(self, library: Library, state: State) -> Any:
        """[rows, batch], whole numbers"""
        given = state.results[INPUT + self.instruction.argument]
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


class NoStep(Step):
    """A part of a cross-entropy, which is one step."""

    def prepare(self, instruction: Instruction) -> None:
        pass

    def forward(self, library: Library, state: State) -> Any:
        return None


class CrossEntropyStep(Step):
    """log Σ exp(z) − z[y], which passes down softmax(z) − onehot(y)."""

    def __init__(self, runner: _Runner, instruction: Instruction, found: CrossEntropy) -> None:
        self.found = found
        super().__init__(runner, instruction)

    def prepare(self, instruction: Instruction) -> None:
        found = self.found
        self.scores = self.runner.read(found.space, found.scores)
        self.column = self.runner.read(INPUT + found.argument, found.column)

    def _both(self, library: Library, state: State) -> tuple[Any, Any]:
        """log softmax(z), [V, rows, batch], and y, [rows, batch]."""
        scores = self.scores.forward(library, state.results[self.found.space], state.numbers)
        given = state.results[INPUT + self.found.argument]
        return library.log_softmax(scores), self.column.forward(library, given, state.numbers)

    def result(self, library: Library, state: State) -> Any:
        logarithms, chosen = self._both(library, state)
        return -library.along_first(logarithms, chosen[None])[0]

    def passes_to(self, plan: Plan, to: Contribution) -> int:
        return STATIC if to.to == "bias" else self.found.space

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        logarithms, chosen = self._both(library, state)
        places = library.numbers_to(chosen, len(logarithms))[:, None, None]
        hit = library.where(places == chosen[None], 1.0, 0.0)
        return (library.functions["exp"](logarithms) - hit) * g[None]


STEPS: dict[type, type[Step]] = {
    Matrix: _MatrixStep,
    Terms: _TermsStep,
    Products: _ProductsStep,
    Largest: _LargestStep,
    Elementwise: _ElementwiseStep,
    Select: _SelectStep,
}
