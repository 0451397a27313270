"""All instructions but sums: products of two results, maxima, operations, choices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import (
    INPUT,
    STATIC,
    Contribution,
    Elementwise,
    Largest,
    Plan,
    Products,
    Select,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.functional.library import Library, slope
from autograd.compiler.run.functional.rows import Read
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
    """One of V candidates a row; where rows share their tables, columns of one table: an embedding."""

    instruction: Select

    def prepare(self, instruction: Select) -> None:
        index, column = instruction.candidates.index, instruction.column
        assert index is not None
        self.candidates, self.embedding = self.operand(instruction.candidates), None
        if instruction.candidates.space == STATIC:
            self.embedding = _embedding(index, column)
        if self.embedding is not None:
            index, column = self.embedding.table, self.embedding.columns
        self.table = self.runner.read(instruction.candidates.space, index)
        self.column = self.runner.read(INPUT + instruction.argument, column)

    def read_by(self, plan: Plan, to: Contribution) -> Read:
        return self.table

    def _chosen(self, library: Library, state: State) -> Any:
        """[rows, batch], whole numbers; of an embedding [places, batch]"""
        given = state.results[INPUT + self.instruction.argument]
        return self.column.forward(library, given, state.numbers)

    def result(self, library: Library, state: State) -> Any:
        chosen = self._chosen(library, state)
        table = self.table.forward(library, state.results[self.candidates.space], state.numbers)
        if self.embedding is not None:
            found = library.columns(table[..., 0], chosen.reshape(-1)).reshape(
                len(table), *chosen.shape
            )
            return library.permute(found, (1, 0, 2)) if self.embedding.places_first else found
        if self.candidates.space == STATIC:
            table = library.broadcast(table[..., 0][..., None], (*table.shape[:2], chosen.shape[1]))
        return library.along(table, chosen[:, None])[:, 0]

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        rows, size = self.table.shape
        chosen = self._chosen(library, state)
        if self.embedding is not None:
            g = library.broadcast(g, (*g.shape[:-1], chosen.shape[1]))
            if self.embedding.places_first:
                g = library.permute(g.reshape(-1, rows, g.shape[-1]), (1, 0, 2))
            return library.scattered(size, chosen.reshape(-1), g.reshape(rows, -1))[..., None]
        if self.candidates.space == STATIC:
            first = library.numbers_to(chosen, rows)[:, None] * size
            flat = library.scatter(rows * size, (chosen + first).reshape(-1), g.reshape(-1, 1))
            return flat.reshape(rows, size, 1)
        hit = chosen[:, None] == library.numbers_to(chosen, size)[None, :, None]
        return library.where(hit, g[:, None], 0.0)


class _Embedding(NamedTuple):
    """Rows that are a table of F rows at each of P places."""

    places_first: bool  # in the order of the rows
    table: Array  # [F, V] rows in the static vector
    columns: Array  # [P] of the argument


def _embedding(index: Array, column: Array) -> _Embedding | None:
    """How candidates [R, V] at numbers in columns [R] are one table at several places."""
    for places_first in (True, False):
        same = column == column[0] if places_first else (index == index[0]).all(1)
        inner = int(np.argmin(same)) or len(same)
        if len(same) % inner:
            continue
        columns, tables = column.reshape(-1, inner), index.reshape(-1, inner, index.shape[1])
        if not places_first:
            columns, tables = columns.T, tables.swapaxes(0, 1)
        if (columns == columns[:, :1]).all() and (tables == tables[:1]).all():
            return _Embedding(places_first, tables[0].copy(), columns[:, 0].copy())
    return None
