"""Storage: which row of which space each node has; parameters in the order of their first use."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Elementwise,
    Instruction,
    Matrix,
    Part,
    Plan,
    Terms,
    operands,
)
from autograd.compiler.plan.planner import Planner
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.lift import Array

__all__ = ["lay_out"]


def lay_out(fused: Fused) -> Plan:
    """Plan the instructions of a fused graph and replace node numbers by rows."""
    planner = Planner(fused)
    instructions = planner.run()
    return _Layout(fused, planner, instructions).plan()


class _Layout:
    def __init__(self, fused: Fused, planner: Planner, instructions: list[Instruction]) -> None:
        self.fused, self.planner, self.instructions = fused, planner, instructions
        graph = fused.graph
        self.graph = graph
        count = len(fused.batched)
        self.argument = np.full(count, -1)  # of an input, and its column there
        self.column = np.full(count, -1)
        for k, nodes in enumerate(graph.inputs):
            found = np.flatnonzero(nodes >= 0)
            self.argument[nodes[found]], self.column[nodes[found]] = k, found
        self.number = np.zeros(count)
        self.number[: len(graph)] = graph.data
        first = fused.first_constant
        self.number[first : first + len(fused.constants)] = fused.constants
        self.static = np.full(count, -1)  # rows
        self.batched = np.full(count, -1)

    def plan(self) -> Plan:
        fused, graph, planner = self.fused, self.graph, self.planner
        for instruction in self.instructions:  # weights are placed; now biases, then what is left
            for bias in getattr(instruction, "biases", ()):
                planner.place(bias.index.ravel())
        planner.place_penalties()
        parameters = graph.parameters
        for operand in self._static_uses():
            planner.place(operand)
        placed = np.concatenate([*planner.placed, np.empty(0, dtype=np.int64)])
        position = np.full(len(fused.batched), -1)
        position[parameters[parameters >= 0]] = np.flatnonzero(parameters >= 0)
        order = position[placed]
        unused = np.setdiff1d(np.arange(len(parameters)), order)
        p = len(parameters)
        self.static[placed] = np.arange(len(placed))

        static_numbers = self._constants(self._static_uses(), self.static, p)
        batched_numbers = self._constants(self._batched_uses(), self.batched, 0)
        copied, after = {}, len(batched_numbers)
        for k in self._copied():
            nodes = graph.inputs[k]
            copied[k] = after
            found = np.flatnonzero(nodes >= 0)
            self.batched[nodes[found]] = after + found
            after += len(nodes)
        self.copied = copied
        static_from = p + len(static_numbers)
        for instruction in self.instructions:
            rows, base = (
                (self.batched, after) if instruction.batched else (self.static, static_from)
            )
            instruction.start += base
            flat = instruction.node.ravel()
            rows[flat[flat >= 0]] = instruction.start + np.flatnonzero(flat >= 0)
        static_size = static_from + planner.static_count
        batched_size = after + planner.batched_count
        needs = (np.zeros(static_size, dtype=bool), np.zeros(batched_size, dtype=bool))
        for rows, wanted in zip((self.static, self.batched), needs):
            known = (rows >= 0) & fused.needs
            wanted[rows[known]] = True
        outputs = []
        for root in fused.roots:
            space = BATCHED if fused.batched[root] else STATIC
            outputs.append((space, int((self.batched if space else self.static)[root])))
        for instruction in self.instructions:
            self._resolve(instruction)
        return Plan(
            self.instructions, np.concatenate([order, unused]), static_numbers, static_size,
            batched_numbers, batched_size, [len(nodes) for nodes in graph.inputs], copied, outputs,
            needs,
        )  # fmt: skip

    def _static_uses(self) -> Iterator[Array]:
        for instruction in self.instructions:
            if isinstance(instruction, Matrix):
                for part in instruction.parts:
                    if part.weight is not None:
                        yield part.weight.ravel()
                    if not instruction.batched:
                        yield part.column.ravel()
            for operand in operands(instruction):
                if operand.space == STATIC and operand.index is not None:
                    yield operand.index.ravel()
            for bias in getattr(instruction, "biases", ()):
                yield bias.index.ravel()

    def _batched_uses(self) -> Iterator[Array]:
        for instruction in self.instructions:
            if isinstance(instruction, Matrix) and instruction.batched:
                for part in instruction.parts:
                    yield part.column.ravel()
            for operand in operands(instruction):
                if operand.space == BATCHED and operand.index is not None:
                    yield operand.index.ravel()

    def _constants(self, uses: Iterator[Array], rows: Array, base: int) -> Array:
        """Give each constant that is used a row; return their numbers, equal bits once."""
        used = np.zeros(len(rows), dtype=bool)
        for index in uses:
            used[index] = True
        nodes = np.flatnonzero(used & self.planner.is_constant)
        bits, name = np.unique(self.number[nodes].view(np.int64), return_inverse=True)
        rows[nodes] = base + name
        return bits.view(np.float64)

    def _copied(self) -> list[int]:
        """The arguments that cannot be read where they lie: not rows in a row, or mixed with others."""
        found: set[int] = set()
        for instruction in self.instructions:
            if isinstance(instruction, Matrix) and instruction.batched:
                for part in instruction.parts:
                    found |= self._scattered(part.column, runs=True)
            for operand in operands(instruction):
                if operand.space == BATCHED and operand.index is not None:
                    rowwise = isinstance(instruction, Elementwise) or (
                        isinstance(instruction, Terms) and len(operand.index) <= 4
                    )
                    mixed = len(np.unique(self.argument[operand.index])) > 1
                    for index in operand.index.reshape(-1, operand.index.shape[-1]):
                        refuse = mixed or not rowwise
                        found |= self._scattered(index[:, None], runs=False, refuse=refuse)
        return sorted(found)

    def _scattered(self, index: Array, runs: bool, refuse: bool = False) -> set[int]:
        argument = self.argument[index]
        given = set(np.unique(argument).tolist()) - {-1}
        if not given or refuse or index.shape[1] > 1:
            return given
        flat, column = argument[:, 0], self.column[index[:, 0]]
        if not runs and len(np.unique(flat)) > 1:
            return given
        out = set()
        for k in given:
            own = np.flatnonzero(flat == k)
            if (np.diff(own) != 1).any() or (np.diff(column[own]) != 1).any():
                out.add(k)
        return out

    # Numbers of nodes become rows -----------------------------------------------------------------

    def _resolve(self, instruction: Instruction) -> None:
        if isinstance(instruction, Matrix):
            (part,) = instruction.parts
            instruction.parts = list(self._parts(part, instruction.batched))
        for operand in operands(instruction):
            if operand.index is None:
                continue
            if operand.space == STATIC:
                operand.index = self.static[operand.index]
                continue
            argument = int(self.argument[operand.index.flat[0]])
            if argument >= 0 and argument not in self.copied:
                operand.space = INPUT + argument
                operand.index = self.column[operand.index]
            else:
                operand.index = self.batched[operand.index]
        for bias in getattr(instruction, "biases", ()):
            bias.index = self.static[bias.index]

    def _parts(self, part: Part, batched: bool) -> Iterator[Part]:
        """Split the columns where the kind of storage changes: each part is then a view or a gather."""
        weight = None if part.weight is None else self.static[part.weight]
        if not batched:
            yield Part(STATIC, self.static[part.column], weight, part.scale)
            return
        argument = self.argument[part.column]
        late = (argument >= 0) & ~np.isin(argument, list(self.copied))
        kind = np.where(late, INPUT + argument, np.where(self.planner.is_constant[part.column], -1,
                        np.where(argument >= 0, -2, BATCHED)))[:, 0]  # fmt: skip
        edges = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), len(kind)]
        if len(edges) > 4 and not late.any():
            edges = [0, len(kind)]
        for s, e in itertools.pairwise(edges):
            space = int(kind[s]) if kind[s] >= INPUT else BATCHED
            rows = self.column if space >= INPUT else self.batched
            yield Part(
                space, rows[part.column[s:e]],
                None if weight is None else weight[:, s:e],
                None if part.scale is None else part.scale[:, s:e],
            )  # fmt: skip
