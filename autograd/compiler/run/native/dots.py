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
from autograd.compiler.run.native.llvm.code import Loop
from autograd.compiler.run.native.llvm.lane import Lane, Number
from autograd.compiler.run.native.rows import Rows

__all__ = ["Dot", "dotted"]

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


class Dot:
    """Writes one such instruction, forward and backward."""

    def __init__(self, rows: Rows, own: Matrix) -> None:
        self.rows, self.code, self.own = rows, rows.code, own
        self.wide = f"<{WIDE} x {self.code.types.scalar}>"

    def forward(self) -> None:
        total: Number = 0.0
        for part in self.own.parts:
            first, second = _starts(part)
            count = len(part.column)
            loop = Loop(self.code, count // WIDE, ["zeroinitializer"], self.wide)
            a, b = (self._load("%static", row, loop)[0] for row in (first, second))
            (sums,) = loop.end([self._fused(loop.carried[0], a, b)])
            total = total + self._together(sums)
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
        splat = code.new(f"insertelement {self.wide} poison, {code.types.scalar} {g.name}, i64 0")
        splat = code.new(
            f"shufflevector {self.wide} {splat}, {self.wide} poison, <{WIDE} x i32> zeroinitializer"
        )
        factor, _ = self._load("%static", other, loop)
        old, place = self._load("%totals", to, loop)
        code.line(
            f"store {self.wide} {self._fused(old, factor, splat)}, ptr {place}, "
            f"align {code.types.size}"
        )
        loop.end([])
        for k in range(count // WIDE * WIDE, count):
            before = Lane(code, code.load("%totals", to + k))
            after = before + g * self.rows.read(STATIC, other + k)
            code.line(code.store("%totals", to + k, after.name))

    def _load(self, base: str, row: int, loop: Loop) -> tuple[str, str]:
        """A vector that a round of the loop reads, and its address."""
        code, t = self.code, self.code.types
        at = code.plus(code.emit(f"mul i64 {loop.index}, {WIDE}"), row)
        place = code.address(base, at, t.scalar)
        return code.new(f"load {self.wide}, ptr {place}, align {t.size}"), place

    def _fused(self, total: str, a: str, b: str) -> str:
        product = self.code.new(f"fmul contract {self.wide} {a}, {b}")
        return self.code.new(f"fadd contract {self.wide} {total}, {product}")

    def _together(self, sums: str) -> Lane:
        """The sum of the numbers of a vector."""
        code, t = self.code, self.code.types
        name = f"llvm.vector.reduce.fadd.v{WIDE}f{8 * t.size}"
        code.calls[name] = f"declare {t.scalar} @{name}({t.scalar}, {self.wide})"
        zero = t.literal(-0.0)
        return Lane(
            code,
            code.new(f"call reassoc {t.scalar} @{name}({t.scalar} {zero}, {self.wide} {sums})"),
        )


def _starts(part: Part) -> tuple[int, int]:
    """The first row of the weights, and of the columns."""
    assert part.weight is not None
    return int(part.weight[0, 0]), int(part.column[0, 0])
