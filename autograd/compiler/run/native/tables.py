"""Products of two tables of static rows, as loops: each row with each, once and not a sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograd.compiler.plan.instructions import (
    STATIC,
    Contribution,
    Instruction,
    Matrix,
    Plan,
    Products,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.dots import WIDE, Wide
from autograd.compiler.run.native.llvm.code import Loop
from autograd.compiler.run.native.llvm.lane import Lane
from autograd.compiler.run.native.loops import FROM, tiles
from autograd.compiler.run.native.rows import Rows

__all__ = ["Table", "tabled"]

MOST = 8192  # numbers of a table that does not lie in a row: its copy is on the stack


def tabled(plan: Plan, own: Instruction) -> bool:
    """Whether an instruction is written as such a loop, before samples choose from it."""
    found = None if own.batched else _tables(own)
    return (
        found is not None
        and found[0].size * found[1].shape[1] >= FROM
        and any(other.batched for other in plan.instructions)
        and all(_in_a_row(rows) or rows.size <= MOST for rows in found)
    )


def _tables(own: Instruction) -> tuple[Array, Array] | None:
    """The rows of both factors, as matrices, if an instruction is one product."""
    if isinstance(own, Products) and len(own.node) == 1:
        first, second = own.first.index, own.second.index
        assert first is not None
        assert second is not None
        return first[0], second[0]
    if not isinstance(own, Matrix) or len(own.parts) > 1 or own.biases:
        return None
    (part,) = own.parts
    if part.weight is None or part.scale is not None or part.space != STATIC:
        return None
    return part.weight, part.column


def _in_a_row(rows: Array) -> bool:
    return bool((np.diff(rows.ravel()) == 1).all())


class Table:
    """Writes one such instruction, forward and backward: out [M, N] = first [M, K] @ second [K, N]."""

    def __init__(self, rows: Rows, own: Instruction) -> None:
        self.rows, self.code, self.own = rows, rows.code, own
        tables = _tables(own)
        assert tables is not None
        self.tables = tables
        self.count, self.inner = tables[0].shape
        self.columns = n = tables[1].shape[1]
        pieces = (Wide(self.code), 0, n // WIDE), (Wide(self.code, 1), n // WIDE * WIDE, n % WIDE)
        self.pieces = [piece for piece in pieces if piece[2]]

    def forward(self) -> None:
        first, second = (self._read(rows) for rows in self.tables)

        def write(m: str | int, count: int) -> None:
            for wide, n in self._columns():
                loop = Loop(self.code, self.inner, [wide.zero] * count, wide.kind)
                b = wide.load(second, self._at(loop.index, self.columns, n))
                sums = loop.end([
                    wide.fused(total, self._splat(wide, first, self.code.plus(m, t), loop.index), b)
                    for t, total in enumerate(loop.carried)
                ])  # fmt: skip
                for t, total in enumerate(sums):
                    wide.store("%static", self._out(self.code.plus(m, t), n), total)

        tiles(self.code, self.count, write)
        for row in range(self.own.start, self.own.start + self.own.count):
            self.rows.stores.is_stored((STATIC, row))

    def push(self, entry: Contribution) -> None:
        """Add what goes to one of the tables to its totals in memory; what arrived lies there."""
        if entry.to in ("first", "weight"):
            self._to_first(*self._to(self.tables[0]), self._read(self.tables[1]))
        else:
            self._to_second(*self._to(self.tables[1]), self._read(self.tables[0]))

    def _to_second(self, to: str, rows: Array, first: str) -> None:
        code = self.code

        def write(k: str | int, count: int) -> None:
            for wide, n in self._columns():
                places = [self._at(code.plus(k, t), self.columns, n) for t in range(count)]
                loop = Loop(code, self.count, [wide.load(to, place) for place in places], wide.kind)
                g = wide.load("%totals", self._out(loop.index, n))
                sums = loop.end([
                    wide.fused(total, self._splat(wide, first, loop.index, code.plus(k, t)), g)
                    for t, total in enumerate(loop.carried)
                ])  # fmt: skip
                for place, total in zip(places, sums):
                    wide.store(to, place, total)

        tiles(code, self.inner, write)
        self._add(to, rows)

    def _to_first(self, to: str, rows: Array, second: str) -> None:
        code = self.code

        def write(k: str | int, count: int) -> None:
            over = Loop(code, self.count, [])
            places = [self._at(over.index, self.inner, code.plus(k, t)) for t in range(count)]
            totals = [Lane(code, code.load(to, place)) for place in places]
            for wide, start, times in self.pieces:
                loop = Loop(code, times, [wide.zero] * count, wide.kind)
                n = self._column(wide, start, loop)
                g = wide.load("%totals", self._out(over.index, n))
                read = [self._at(code.plus(k, t), self.columns, n) for t in range(count)]
                sums = loop.end([
                    wide.fused(total, wide.load(second, place), g)
                    for place, total in zip(read, loop.carried)
                ])  # fmt: skip
                totals = [old + wide.together(new) for old, new in zip(totals, sums)]
            for place, total in zip(places, totals):
                code.line(code.store(to, place, total.name))
            over.end([])

        tiles(code, self.inner, write)
        self._add(to, rows)

    # Tables in memory, row after row --------------------------------------------------------------

    def _read(self, rows: Array) -> str:
        """The address of a table of values."""
        for row in rows.ravel().tolist():
            if row >= len(self.rows.plan.order) and self.rows.constant(STATIC, row) is None:
                self.rows.stores.want((STATIC, row))
        if _in_a_row(rows):
            return self._address("%static", rows)
        return self._copy(rows, lambda row: self.code.load("%static", row))

    def _to(self, rows: Array) -> tuple[str, Array]:
        """The address of a table of gradients that are added to, and their rows."""
        if _in_a_row(rows):
            return self._address("%totals", rows), rows
        zero = self.code.types.literal(0.0)
        return self._copy(rows, lambda row: zero), rows

    def _address(self, base: str, rows: Array) -> str:
        return self.code.address(base, int(rows.flat[0]), self.code.types.scalar)

    def _copy(self, rows: Array, value: Callable[[str], str]) -> str:
        code = self.code
        copy = code.new(f"alloca {code.types.scalar}, i64 {rows.size}, align 64")
        loop = Loop(code, rows.size, [])
        code.line(code.store(copy, loop.index, value(self._row(rows, loop))))
        loop.end([])
        return copy

    def _add(self, copy: str, rows: Array) -> None:
        """Add a copy of gradients to the totals."""
        if _in_a_row(rows):
            return
        code = self.code
        loop = Loop(code, rows.size, [])
        row = self._row(rows, loop)
        total = Lane(code, code.load("%totals", row)) + Lane(code, code.load(copy, loop.index))
        code.line(code.store("%totals", row, total.name))
        loop.end([])

    def _row(self, rows: Array, loop: Loop) -> str:
        """The row that a round of a loop comes to."""
        flat = rows.ravel().tolist()
        table = f"@table{self.own.start}.{int(rows is self.tables[1])}"
        numbers = ", ".join(f"i64 {row}" for row in flat)
        self.code.calls[table] = f"{table} = private constant [{len(flat)} x i64] [{numbers}]"
        return self.code.load(table, loop.index, "i64")

    # Places ---------------------------------------------------------------------------------------

    def _at(self, i: str | int, width: int, j: str | int) -> str:
        code = self.code
        row = str(i * width) if isinstance(i, int) else code.emit(f"mul i64 {i}, {width}")
        return code.emit(f"add i64 {row}, {j}")

    def _out(self, m: str | int, n: str | int) -> str | int:
        return self.code.plus(self._at(m, self.columns, n), self.own.start)

    def _splat(self, wide: Wide, first: str, i: str | int, j: str | int) -> str:
        """A number of the first table in every place."""
        return wide.splat(self.code.load(first, self._at(i, self.inner, j)))

    def _columns(self) -> Iterator[tuple[Wide, str | int]]:
        """Loops over the columns of the result: what is written goes into each."""
        for wide, start, times in self.pieces:
            loop = Loop(self.code, times, [])
            yield wide, self._column(wide, start, loop)
            loop.end([])

    def _column(self, wide: Wide, start: int, loop: Loop) -> str | int:
        """The first column that a round of a loop meets."""
        return self.code.plus(self.code.emit(f"mul i64 {loop.index}, {wide.width}"), start)
