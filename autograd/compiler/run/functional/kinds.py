"""All instructions but sums: products of two results, maxima, operations, choices."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import (
    INPUT,
    STATIC,
    Contribution,
    Elementwise,
    Largest,
    Products,
    Select,
)
from autograd.compiler.run.functional.library import Library, slope
from autograd.compiler.run.functional.step import State, Step
from autograd.ops import OPS

__all__ = ["ElementwiseStep", "LargestStep", "ProductsStep", "SelectStep"]


class ProductsStep(Step):
    def prepare(self, instruction: Products) -> None:
        self.first, self.second = map(self.operand, (instruction.first, instruction.second))

    def result(self, library: Library, state: State) -> Any:
        first, second = self.first.forward(library, state), self.second.forward(library, state)
        return library.einsum("gmkb,gknb->gmnb", first, second)

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "first":
            return library.einsum("gmnb,gknb->gmkb", g, self.second.forward(library, state))
        return library.einsum("gmkb,gmnb->gknb", self.first.forward(library, state), g)


class LargestStep(Step):
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


class ElementwiseStep(Step):
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


class SelectStep(Step):
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
