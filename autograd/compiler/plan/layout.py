"""Storage: which row of which space each node has."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd.compiler.plan.copies import Given, copied
from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Bias,
    Draft,
    Instruction,
    Needs,
    Operand,
    Output,
    Part,
    Plan,
)
from autograd.compiler.plan.reverse import reverse
from autograd.compiler.plan.uses import batched_uses, static_uses
from autograd.compiler.read.arrays import Array, Graph
from autograd.compiler.read.fuse import Fused

__all__ = ["lay_out"]


def lay_out(draft: Draft, fused: Fused) -> Plan:
    """Give every node its row of storage.

    Takes instructions over node numbers.
    Finds the constants and the arguments that have to be copied, and the row of each node.
    Gives back the same instructions over rows, and the reverse pass.
    """
    given = Given(fused.graph, len(fused.nodes))
    rows = _Rows(draft, fused, given, copied(draft, given))
    plan = Plan(
        [_resolved(instruction, rows) for instruction in draft.instructions],
        _order(draft, fused.graph),
        rows.static_constants,
        rows.static_size,
        rows.batched_constants,
        rows.batched_size,
        [len(nodes) for nodes in fused.graph.inputs],
        rows.copied,
        [rows.output(root) for root in fused.roots],
        rows.needs(),
    )
    plan.backward = reverse(plan)
    plan.check()
    return plan


def _order(draft: Draft, graph: Graph) -> Array:
    """[parameters] Which of the given parameters lies where; those that are not used come last."""
    position = np.full(len(graph), -1)
    there = np.flatnonzero(graph.parameters >= 0)
    position[graph.parameters[there]] = there
    used = position[draft.parameters]
    unused = np.ones(len(graph.parameters), dtype=bool)
    unused[used] = False
    return np.concatenate([used, np.flatnonzero(unused)])


# Rows ---------------------------------------------------------------------------------------------


class _Rows:
    """The row of each node.

    Attributes:
        static: [nodes] its row in the static vector, -1 for none.
        batched: [nodes] its row in the batched array, -1 for none.
        copied: argument: the first batched row of its copy.
        static_base, batched_base: the first row that is computed.
    """

    def __init__(self, draft: Draft, fused: Fused, given: Given, copied: list[int]) -> None:
        self.fused, self.given = fused, given
        count = len(fused.nodes)
        self.static, self.batched = np.full(count, -1), np.full(count, -1)
        self.static[draft.parameters] = np.arange(len(draft.parameters))
        parameters = len(fused.graph.parameters)
        instructions = draft.instructions
        self.static_constants = self._constants(instructions, static_uses, self.static, parameters)
        self.batched_constants = self._constants(instructions, batched_uses, self.batched, 0)
        self.static_base = parameters + len(self.static_constants)
        self.batched_base = self._copy(copied, len(self.batched_constants))
        for instruction in instructions:
            node, start = instruction.node.ravel(), self.start(instruction)
            computed = np.flatnonzero(node >= 0)
            rows = self.batched if instruction.batched else self.static
            rows[node[computed]] = start + computed
        self.static_size = self.static_base + draft.static_count
        self.batched_size = self.batched_base + draft.batched_count

    def start(self, instruction: Instruction) -> int:
        base = self.batched_base if instruction.batched else self.static_base
        return base + instruction.start

    def _constants(
        self,
        instructions: list[Instruction],
        uses: Callable[[Instruction], list[Array]],
        rows: Array,
        base: int,
    ) -> Array:
        """Give each constant that is used a row; return their numbers, equal bits once."""
        used = np.zeros(len(rows), dtype=bool)
        for instruction in instructions:
            for index in uses(instruction):
                used[index] = True
        nodes = np.flatnonzero(used & self.fused.nodes.constant)
        bits, name = np.unique(self.fused.number(nodes).view(np.int64), return_inverse=True)
        rows[nodes] = base + name.ravel()
        return bits.view(np.float64)

    def _copy(self, copied: list[int], after: int) -> int:
        """Give the copies of these arguments rows; return the first row after them."""
        self.copied: dict[int, int] = {}
        for k in copied:
            nodes = self.fused.graph.inputs[k]
            self.copied[k] = after
            found = np.flatnonzero(nodes >= 0)
            self.batched[nodes[found]] = after + found
            after += len(nodes)
        return after

    def output(self, root: int) -> Output:
        if self.fused.nodes.batched[root]:
            return Output(BATCHED, int(self.batched[root]))
        return Output(STATIC, int(self.static[root]))

    def needs(self) -> Needs:
        found = []
        for rows, size in ((self.static, self.static_size), (self.batched, self.batched_size)):
            wanted = np.zeros(size, dtype=bool)
            wanted[rows[(rows >= 0) & self.fused.nodes.needs]] = True
            found.append(wanted)
        return Needs(*found)

    def in_place(self, argument: Array) -> Array:
        """Whether each is the number of an argument that is read where it lies."""
        found: Array = (argument >= 0) & ~np.isin(argument, list(self.copied))
        return found


# Numbers of nodes become rows ---------------------------------------------------------------------


def _resolved(instruction: Instruction, rows: _Rows) -> Instruction:
    changed: dict[str, Any] = {"start": rows.start(instruction)}
    for name, found in vars(instruction).items():
        if isinstance(found, Operand):
            changed[name] = _operand(found, rows)
        elif name == "operands":
            changed[name] = [_operand(operand, rows) for operand in found]
        elif name == "biases":
            changed[name] = [Bias(rows.static[bias.index], bias.scale) for bias in found]
        elif name == "parts":
            (part,) = found
            changed[name] = list(_parts(part, instruction.batched, rows))
    return replace(instruction, **changed)


def _operand(operand: Operand, rows: _Rows) -> Operand:
    if operand.index is None:
        return operand
    if operand.space == STATIC:
        return Operand(STATIC, rows.static[operand.index])
    argument = rows.given.argument[operand.index.flat[0]]
    if rows.in_place(argument):
        return Operand(INPUT + int(argument), rows.given.column[operand.index])
    return Operand(BATCHED, rows.batched[operand.index])


@dataclass
class _Run:
    """Columns of a part that lie in storage of one kind."""

    space: int
    columns: slice


def _parts(part: Part, batched: bool, rows: _Rows) -> Iterator[Part]:
    """Split the columns where the kind of storage changes: each part is then a view or a gather."""
    weight = None if part.weight is None else rows.static[part.weight]
    if not batched:
        yield Part(STATIC, rows.static[part.column], weight, part.scale)
        return
    for run in _runs(part.column[:, 0], rows):
        own = run.columns
        yield Part(
            run.space,
            (rows.given.column if run.space >= INPUT else rows.batched)[part.column[own]],
            None if weight is None else weight[:, own],
            None if part.scale is None else part.scale[:, own],
        )


_FEW = 3  # parts, of which a gather makes one
_OF_CONSTANTS, _OF_COPIES = -1, -2  # two kinds of batched rows besides those that are computed


def _runs(column: Array, rows: _Rows) -> list[_Run]:
    """Columns [K] as runs of one kind of storage; as one, if all can be gathered from batched rows."""
    argument = rows.given.argument[column]
    in_place = rows.in_place(argument)
    other = np.where(argument >= 0, _OF_COPIES, BATCHED)
    other = np.where(rows.fused.nodes.constant[column], _OF_CONSTANTS, other)
    kind = np.where(in_place, INPUT + argument, other)
    edges = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), len(kind)]
    if len(edges) - 1 > _FEW and not in_place.any():
        edges = [0, len(kind)]
    return [
        _Run(max(int(kind[start]), BATCHED), slice(start, end))
        for start, end in itertools.pairwise(edges)
    ]
