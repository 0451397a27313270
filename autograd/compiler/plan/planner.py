"""From groups to instructions over node numbers, rows in the order in which they are stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.compiler.errors import TraceError
from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Bias,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Products,
    Select,
    Terms,
)
from autograd.compiler.read.attention import outer
from autograd.compiler.read.factor import Hashes, factor
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.groups import Group, groups
from autograd.compiler.read.lift import OPERATIONS, PARAMETER, Array
from autograd.compiler.read.partly import filled
from autograd.compiler.read.rows import MATRIX, MAXIMUM, PRODUCT, SUM
from autograd.compiler.select import SELECT

__all__ = ["Planner"]

_COMPUTED, _GIVEN = 1 << 41, 1 << 42  # where batched rows and inputs stand among all operands


class Planner:
    """Turns groups into instructions and gives every computed node its place in storage.

    Attributes:
        where: the place of each node, one number across all kinds of storage; -1 for none yet.
        placed: the parameters in the order of their first use as a weight.
    """

    def __init__(self, fused: Fused) -> None:
        self.fused, self.rows = fused, fused.rows
        graph = fused.graph
        count = len(fused.batched)
        self.where = np.full(count, -1, dtype=np.int64)
        for argument, nodes in enumerate(graph.inputs):
            found = nodes >= 0
            self.where[nodes[found]] = _GIVEN + (argument << 32) + np.flatnonzero(found)
        self.is_parameter = np.zeros(count, dtype=bool)
        self.is_parameter[: len(graph)] = (graph.code == 0) & (graph.depends == PARAMETER)
        self.is_constant = np.zeros(count, dtype=bool)
        self.is_constant[: len(graph)] = graph.constant
        first = fused.first_constant
        self.is_constant[first : first + len(fused.constants)] = True
        self.zero = fused.zero
        self.placed: list[Array] = []
        self.placed_count = 0
        self.static_count = 0
        self.batched_count = 0
        self.instructions: list[Instruction] = []
        self.penalties: list[int] = []  # sums over parameters: they follow the others' order
        self.hashes = Hashes(self.rows)

    def run(self) -> list[Instruction]:
        for group in groups(self.fused, self.hashes):
            if group.kind in (MATRIX, SUM):
                self._sums(group)
            elif group.kind == PRODUCT:
                self._products(group)
            elif group.kind == MAXIMUM:
                self._largest(group)
            else:
                self._operations(group)
        return self.instructions

    # Places ---------------------------------------------------------------------------------------

    def _emit(self, instruction: Instruction, node: Array) -> None:
        """Append an instruction that computes ``node``, in this order."""
        flat = node.ravel()
        real = flat >= 0  # a dense block of products has rows that no node asked for
        instruction.node = node
        if instruction.batched:
            instruction.start = self.batched_count
            self.where[flat[real]] = (_COMPUTED + self.batched_count + np.arange(len(flat)))[real]
            self.batched_count += len(flat)
        else:
            instruction.start = self.static_count
            self.where[flat[real]] = ((1 << 40) + self.static_count + np.arange(len(flat)))[real]
            self.static_count += len(flat)
        self.instructions.append(instruction)

    def place(self, nodes: Array) -> None:
        """Give parameters without a place the next ones."""
        new = nodes[self.is_parameter[nodes] & (self.where[nodes] < 0)]
        if len(new):
            _, at = np.unique(new, return_index=True)
            new = new[np.sort(at)]
            self.where[new] = self.placed_count + np.arange(len(new))
            self.placed_count += len(new)
            self.placed.append(new)

    def place_penalties(self) -> None:
        """Bring the terms of sums over parameters into the order in which those lie."""
        for i in self.penalties:
            instruction = self.instructions[i]
            assert isinstance(instruction, Matrix)
            (part,) = instruction.parts
            self.place(part.column.ravel())
            order = np.argsort(self.where[part.column[:, 0]], kind="stable")
            part.column = part.column[order]
            for name in ("weight", "scale"):
                array = getattr(part, name)
                setattr(part, name, None if array is None else array[:, order])

    def _biases(self, rows: Array) -> list[Bias]:
        """The biases of rows [F, P], which all have equally many."""
        found = []
        start = self.rows.bias_start[rows]
        for i in range(int(self.rows.bias_start[rows.flat[0] + 1] - start.flat[0])):
            index, scale = self.rows.bias[start + i], self.rows.bias_scale[start + i]
            if (index == index[:, :1]).all() and (scale == scale[:, :1]).all():
                index, scale = index[:, :1], scale[:, :1]
            found.append(Bias(index, None if (scale == 1.0).all() else scale))
        return found

    # Sums -----------------------------------------------------------------------------------------

    def _sums(self, group: Group) -> None:
        small: list[Array] = []
        blocks = factor(group.members, self.hashes.columns, self.hashes.coefficients)
        if group.kind == MATRIX and not group.masked:
            blocks, matrix = filled(self.rows, blocks, self.zero)
            if matrix is not None:
                rows, weight, scale, column = matrix
                order = np.argsort(self.where[column[:, 0]], kind="stable")
                self._emit_matrix(group, rows, column[order], weight[:, order], scale[:, order])
        ragged = group.kind == SUM and sum(len(rows) == 1 for rows in blocks) > 2
        for rows in blocks:
            f, p = rows.shape
            k = int(self.rows.start[rows[0, 0] + 1] - self.rows.start[rows[0, 0]])
            if group.masked or (ragged and f == 1 and k <= 64):
                tiny = True
            elif group.kind == SUM:
                tiny = k <= 4 or (f * p < 4 and k < 8)
            else:
                tiny = f < 2 if k == 1 else f * p < 4 and k < 8
            if tiny:
                small.append(rows.ravel())
            else:
                self._matrix(group, rows)
        if small:
            self._terms(group, np.sort(np.concatenate(small)))

    def _matrix(self, group: Group, rows: Array) -> None:
        table = self.rows
        k = np.arange(int(table.start[rows[0, 0] + 1] - table.start[rows[0, 0]]))
        start = table.start[rows]
        column = table.second[start[0][None, :] + k[:, None]]
        if column.shape[1] > 1:
            middle = self.where[column[len(k) // 2]]
            if (middle >= 0).all():
                order = np.lexsort((self.where[column[0]], middle))
                rows, start, column = rows[:, order], start[:, order], column[:, order]
        weight: Array | None = table.first[start[:, :1] + k]
        scale: Array | None = table.scale[start[:, :1] + k]
        if group.kind == SUM:
            weight = None
        if column.shape[1] == 1:
            key = self.where[column[:, 0]]
            if weight is not None and (self.where[weight] >= 0).all():
                key = self.where[weight[0]]
            order = np.argsort(key, kind="stable")
            column, scale = column[order], scale[:, order]  # type: ignore[index]
            weight = weight if weight is None else weight[:, order]
        self._emit_matrix(group, rows, column, weight, scale)

    def _emit_matrix(
        self, group: Group, rows: Array, column: Array, weight: Array | None, scale: Array | None
    ) -> None:
        penalty = column.shape[1] == 1 and self.is_parameter[column].all()
        if weight is not None:
            if not penalty:
                self.place(weight.ravel())
            if np.all(scale == 1.0):
                scale = None
        space = BATCHED if group.batched else STATIC
        if penalty:
            self.penalties.append(len(self.instructions))
        self._emit(
            Matrix(
                group.batched,
                group.needs,
                parts=[Part(space, column, weight, scale)],
                biases=self._biases(rows),
            ),
            self.rows.node[rows],
        )

    def _terms(self, group: Group, members: Array) -> None:
        """Rows of about equal length, the shorter ones filled up with 0 · 0."""
        table = self.rows
        size = np.diff(table.start)[members]
        space = BATCHED if group.batched else STATIC
        for rows, longest in _buckets(members, size):
            start, length = table.start[rows], np.diff(table.start)[rows]
            k = np.arange(longest)[:, None]
            real = k < length
            at = np.where(real, start + k, 0)
            second = np.where(real, table.second[at], self.zero)
            order = np.lexsort((self.where[second[-1]], self.where[second[0]]))
            rows, at, real, second = rows[order], at[:, order], real[:, order], second[:, order]
            scale: Array | None = np.where(real, table.scale[at], 0.0)
            first = None
            if group.kind != SUM:
                weight = np.where(real, table.first[at], self.zero)
                self.place(weight.ravel())
                first = Operand(STATIC if group.kind == MATRIX else space, weight)
            if first is not None and (table.scale[at][real] == 1.0).all():
                scale = None
            self._emit(
                Terms(group.batched, group.needs, first=first, second=Operand(space, second),
                      scale=scale, biases=self._biases(rows[:, None]), masked=group.masked),
                table.node[rows],
            )  # fmt: skip

    def _products(self, group: Group) -> None:
        """Products of two computed matrices where there are some, other terms else."""
        table = self.rows
        rest = group.members
        if not group.masked and not np.any(np.diff(table.bias_start)[rest]):
            blocks, rest = outer(table, rest, self.zero)
            space = BATCHED if group.batched else STATIC
            for rows, first, second in blocks:
                self._emit(
                    Products(group.batched, group.needs, first=Operand(space, first),
                             second=Operand(space, second)),
                    np.where(rows >= 0, table.node[rows], -1),
                )  # fmt: skip
        if len(rest):
            self._terms(group, rest)

    def _largest(self, group: Group) -> None:
        table = self.rows
        size = np.diff(table.start)[group.members]
        # Where a gradient flows, a copy of a column would share in it: only equal lengths go together.
        split = _buckets(group.members, size) if not group.needs else _equal(group.members, size)
        for rows, longest in split:
            k = np.minimum(np.arange(longest)[:, None], np.diff(table.start)[rows] - 1)
            column = table.second[table.start[rows] + k]
            order = np.argsort(self.where[column[0]], kind="stable")
            space = BATCHED if group.batched else STATIC
            self._emit(
                Largest(group.batched, group.needs, second=Operand(space, column[:, order])),
                table.node[rows[order]],
            )

    # Operations -----------------------------------------------------------------------------------

    def _operations(self, group: Group) -> None:
        graph = self.fused.graph
        op = OPERATIONS[group.code]
        assert op is not None
        if op is SELECT:
            self._select(group)
            return
        nodes = group.members
        if nodes[0] in graph.more:
            columns: list[Any] = list(zip(*(graph.more[i] for i in nodes.tolist())))
            operands = [
                (np.array(column), None) if type(column[0]) is int else (None, np.array(column))
                for column in columns
            ]
        else:
            operands = []
            for index, number in ((graph.a, graph.ca), (graph.b, graph.cb)):
                plain = index[nodes[0]] < 0
                operands.append((None, number[nodes]) if plain else (index[nodes], None))
            operands = operands[: op.arity]
        keys = [self.where[index] for index, _ in operands if index is not None]
        order = np.lexsort(keys[::-1])
        self._emit(
            Elementwise(
                group.batched, group.needs, operation=op.name,
                operands=[self._operand(index, number, order) for index, number in operands],
                masked=group.masked,
            ),
            nodes[order],
        )  # fmt: skip

    def _operand(self, index: Array | None, number: Array | None, order: Array) -> Operand:
        if index is not None:
            self.place(index[order])
            space = BATCHED if self.fused.batched[index[0]] else STATIC
            return Operand(space, index[order])
        assert number is not None
        same = (number == number[0]).all()
        return Operand(STATIC, None, number[:1] if same else number[order])

    def _select(self, group: Group) -> None:
        found: dict[tuple[int, int, bool], list[int]] = {}
        more = self.fused.graph.more
        for node in group.members.tolist():
            index, *candidates = more[node]
            batched = bool(self.fused.batched[candidates].any())
            found.setdefault((index.argument, len(candidates), batched), []).append(node)
        for (argument, _, batched), nodes in found.items():
            table = np.array([more[i][1:] for i in nodes])
            odd = batched & ~self.fused.batched[table] & ~self.is_constant[table]
            if odd.any():
                raise TraceError(
                    "select() chooses either from values that depend on the inputs or from values "
                    "that do not; multiply the others by an input that is always 1.0"
                )
            self.place(table.ravel())
            self._emit(
                Select(
                    True, group.needs, candidates=Operand(BATCHED if batched else STATIC, table),
                    argument=argument, column=np.array([more[i][0].column for i in nodes]),
                ),
                np.array(nodes),
            )  # fmt: skip


def _equal(rows: Array, size: Array) -> Iterable[tuple[Array, int]]:
    return [(rows[size == k], int(k)) for k in np.unique(size)]


def _buckets(rows: Array, size: Array) -> Iterable[tuple[Array, int]]:
    """Rows to be filled up to one length: all, if that about doubles them, else by powers of two."""
    if len(rows) * int(size.max()) <= 2.2 * size.sum():
        return [(rows, int(size.max()))]
    bucket = np.where(size <= 4, size, 4 + np.ceil(np.log2(np.maximum(size, 1))))
    return [(rows[bucket == b], int(size[bucket == b].max())) for b in np.unique(bucket)]
