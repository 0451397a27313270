"""Sums of products over all parameters, as a penalty is: loops of vectors over static rows."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import (
    STATIC,
    Contribution,
    Instruction,
    Matrix,
    Part,
    Plan,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.llvm.code import Code, Loop
from autograd.compiler.run.native.llvm.lane import Lane, Number
from autograd.compiler.run.native.rows import Rows

__all__ = ["WIDE", "Dot", "Wide", "dotted"]

FROM = 64  # products from which on it is a loop
WIDE = 8  # numbers a vector


def dotted(plan: Plan, own: Instruction) -> bool:
    """Whether an instruction is written as such a loop: one sum over parameters that lie in a row."""
    return (
        isinstance(own, Matrix)
        and not own.batched
        and own.node.shape == (1, 1)
        and not own.biases
        and own.count * sum(len(part.column) for part in own.parts) >= FROM
        and all(
            part.scale is None and part.weight is not None and _run(plan, part.weight)
            and _run(plan, part.column)
            for part in own.parts
        )
    )  # fmt: skip


def _run(plan: Plan, rows: Array) -> bool:
    """Whether these are parameters, one beside the other."""
    flat = rows.ravel()
    return bool((np.diff(flat) == 1).all()) and int(flat[-1]) < len(plan.order)


class Wide:
    """Some numbers that lie side by side, a vector or a single one, in code for one lane."""

    def __init__(self, code: Code, width: int = WIDE) -> None:
        t = code.types
        self.code, self.width = code, width
        self.kind = f"<{width} x {t.scalar}>" if width > 1 else t.scalar
        self.zero = "zeroinitializer" if width > 1 else t.literal(0.0)

    def splat(self, number: str) -> str:
        """A number in every place."""
        if self.width == 1:
            return number
        code, kind = self.code, self.kind
        one = code.new(f"insertelement {kind} poison, {code.types.scalar} {number}, i64 0")
        each = f"<{self.width} x i32> zeroinitializer"
        return code.new(f"shufflevector {kind} {one}, {kind} poison, {each}")

    def fused(self, total: str, a: str, b: str) -> str:
        product = self.code.new(f"fmul contract {self.kind} {a}, {b}")
        return self.code.new(f"fadd contract {self.kind} {total}, {product}")

    def load(self, base: str, row: str | int) -> str:
        code, t = self.code, self.code.types
        return code.new(
            f"load {self.kind}, ptr {code.address(base, row, t.scalar)}, align {t.size}"
        )

    def store(self, base: str, row: str | int, name: str) -> None:
        code, t = self.code, self.code.types
        place = code.address(base, row, t.scalar)
        code.line(f"store {self.kind} {name}, ptr {place}, align {t.size}")

    def together(self, sums: str) -> Lane:
        """The sum of the numbers of a vector."""
        if self.width == 1:
            return Lane(self.code, sums)
        code, t = self.code, self.code.types
        name = f"llvm.vector.reduce.fadd.v{self.width}f{8 * t.size}"
        code.calls[name] = f"declare {t.scalar} @{name}({t.scalar}, {self.kind})"
        zero = t.literal(-0.0)
        call = f"call reassoc {t.scalar} @{name}({t.scalar} {zero}, {self.kind} {sums})"
        return Lane(code, code.new(call))


class Dot:
    """Writes one such instruction, forward and backward."""

    def __init__(self, rows: Rows, own: Matrix) -> None:
        self.rows, self.code, self.own = rows, rows.code, own
        self.wide = Wide(rows.code)

    def forward(self) -> None:
        total: Number = 0.0
        for part in self.own.parts:
            first, second = _starts(part)
            count = len(part.column)
            loop = Loop(self.code, count // WIDE, ["zeroinitializer"], self.wide.kind)
            a, b = (self.wide.load("%static", self._at(row, loop)) for row in (first, second))
            (sums,) = loop.end([self.wide.fused(loop.carried[0], a, b)])
            total = total + self.wide.together(sums)
            for k in range(count // WIDE * WIDE, count):
                total = total + self.rows.read(STATIC, first + k) * self.rows.read(
                    STATIC, second + k
                )
        self.rows.write(self.own.start, total)

    def push(self, entry: Contribution, g: Lane) -> None:
        """Add what goes to one factor of each product to the sums over the samples, in memory."""
        code, part = self.code, self.own.parts[entry.place]
        to, other = _starts(part) if entry.to == "weight" else _starts(part)[::-1]
        count = len(part.column)
        loop = Loop(code, count // WIDE, [])
        splat, place = self.wide.splat(g.name), self._at(to, loop)
        factor, old = (
            self.wide.load("%static", self._at(other, loop)),
            self.wide.load("%totals", place),
        )
        self.wide.store("%totals", place, self.wide.fused(old, factor, splat))
        loop.end([])
        for k in range(count // WIDE * WIDE, count):
            before = Lane(code, code.load("%totals", to + k))
            after = before + g * self.rows.read(STATIC, other + k)
            code.line(code.store("%totals", to + k, after.name))

    def _at(self, row: int, loop: Loop) -> str | int:
        """The first row that a round of the loop reads."""
        return self.code.plus(self.code.emit(f"mul i64 {loop.index}, {WIDE}"), row)


def _starts(part: Part) -> tuple[int, int]:
    """The first row of the weights, and of the columns."""
    assert part.weight is not None
    return int(part.weight[0, 0]), int(part.column[0, 0])
