"""The reverse pass, a line of code for each contribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
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
from autograd.compiler.plan.reverse import target
from autograd.compiler.run.native.choice import add_chosen, is_chosen
from autograd.compiler.run.native.dots import Dot, dotted
from autograd.compiler.run.native.forward import (
    Forward,
    index_of,
    plus,
    taken,
    times,
    unless_zero,
)
from autograd.compiler.run.native.llvm.lane import Lane, Number, as_lane
from autograd.compiler.run.native.loops import Looped, looped
from autograd.compiler.run.native.rows import Rows
from autograd.compiler.run.native.tables import Table, tabled
from autograd.ops import OPS

__all__ = ["Reverse"]


class Reverse:
    """Writes the contributions of one space's instructions into a function.

    Attributes:
        gradients: by row of that space, what has arrived so far.
        sums: whether samples contribute to the rows as well.
        later: what is added to the weights of loops, of two blocks of samples at a time.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows, self.code, self.plan = rows, rows.code, rows.plan
        self.forward = Forward(rows)
        self.gradients: dict[int, Number] = {}
        self.later: list[Contribution] = []
        self.sums = rows.space == STATIC and any(i.batched for i in self.plan.instructions)
        self._summed: set[int] = set()  # static rows that have what the samples contributed
        self._in_memory: set[int] = set()  # batched rows for which something waits in memory
        self._put_down: set[int] = set()  # loops whose gradients are there
        self._ways: dict[str, Callable[..., None]] = {
            "weight": self._to_weight, "column": self._to_column, "bias": self._to_bias,
            "first": self._to_factor, "second": self._to_factor, "operand": self._to_operand,
            "candidates": self._to_candidates,
        }  # fmt: skip

    def push(self, entry: Contribution) -> None:
        """Write what an instruction passes down to one of its operands."""
        own = self.plan.instructions[entry.of]
        if self.code.loops and entry.to != "bias" and looped(self.plan, own):
            assert isinstance(own, Matrix)
            self._put(own)
            loop = Looped(self.rows, own)
            if entry.to == "weight" and loop.weights_want(entry):
                self.later.append(entry)
                return
            if entry.to != "weight" and loop.push(entry, self._in_memory):
                return
        if self.code.loops and dotted(self.plan, own) and self._dot(own, entry):
            return
        if self.code.loops and tabled(self.plan, own):
            self._table(own, entry)
            return
        self._ways[entry.to](self.plan.instructions[entry.of], entry)

    def arrived(self, own: Instruction, row: int) -> Number | None:
        """The gradient of a row of an instruction's result; None if nothing reached it."""
        return self.total(own.start + row)

    def total(self, row: int) -> Number | None:
        """What has arrived at a row, with what waits for it in memory; None for nothing."""
        waiting: Lane | None = None
        if row in self._in_memory:
            self._in_memory.remove(row)
            waiting = Lane(self.code, self.code.load("%values", self.rows.gradient_place(row)))
        elif self.sums and row not in self._summed and self.plan.needs.static[row]:
            self._summed.add(row)
            waiting = Lane(self.code, self.code.load("%totals", row))
        if waiting is not None:
            here = self.gradients.get(row)
            self.gradients[row] = waiting if here is None else plus(waiting, here)
        return self.gradients.get(row)

    def _put(self, own: Matrix) -> None:
        """Put the gradients of the rows of a loop into memory."""
        if own.start in self._put_down:
            return
        self._put_down.add(own.start)
        for r in range(own.count):
            arrived = self.arrived(own, r)
            g = as_lane(self.code, 0.0 if arrived is None else arrived)
            place = self.rows.gradient_place(own.start + r)
            self.code.line(self.code.store("%values", place, g.name))

    def _dot(self, own: Instruction, entry: Contribution) -> bool:
        """Write a contribution as a loop over the sums in memory; False if some are read already."""
        assert isinstance(own, Matrix)
        _, index = target(self.plan, entry)
        rows, g = set(index.ravel().tolist()), self.arrived(own, 0)
        if g is None or not self.sums or not self.plan.needs.static[index].all():
            return False
        if not rows.isdisjoint(self._summed) or not rows.isdisjoint(self.gradients):
            return False
        Dot(self.rows, own).push(entry, as_lane(self.code, g))
        return True

    def _table(self, own: Instruction, entry: Contribution) -> None:
        """Write a contribution as a loop over the totals in memory, after what is there already."""
        _, index = target(self.plan, entry)
        here = {*range(own.start, own.start + own.count), *index.ravel().tolist()}
        for row in sorted(here & self.gradients.keys()):
            name = as_lane(self.code, self.total(row)).name
            self.code.line(self.code.store("%totals", row, name))
            del self.gradients[row]
            self._summed.discard(row)
        Table(self.rows, own).push(entry)

    def add(self, space: int, row: int, *factors: Number) -> None:
        """Add a product to the gradient of a row, if anybody asks for it."""
        if space >= INPUT or not self.plan.needs[space][row]:
            return
        term = factors[0]
        for factor in factors[1:]:
            term = times(term, factor)
        if space == self.rows.space:
            old = self.gradients.get(row)
            self.gradients[row] = term if old is None else plus(old, term)
            return
        code = self.code
        old = Lane(code, code.load("%sums", row))
        code.line(code.store("%sums", row, plus(old, term).name))  # type: ignore[union-attr]

    # What goes where ------------------------------------------------------------------------------

    def _to_weight(self, own: Matrix, entry: Contribution) -> None:
        part = own.parts[entry.place]
        assert part.weight is not None
        positions = own.node.shape[1]
        for f in range(own.node.shape[0]):
            for k, row in enumerate(part.weight[f].tolist()):
                if self.rows.constant(STATIC, row) is not None:
                    continue
                scale = 1.0 if part.scale is None else float(part.scale[f, k])
                terms = [
                    (g, self.rows.read(part.space, int(part.column[k, p])))
                    for p in range(positions)
                    if (g := self.arrived(own, f * positions + p)) is not None
                ]
                if not terms or not self.plan.needs[STATIC][row]:
                    continue
                if len(terms) == 1:
                    self.add(STATIC, row, *terms[0], *([] if scale == 1.0 else [scale]))
                    continue
                found = times(*terms[0])
                for term in terms[1:]:
                    found = plus(found, times(*term))
                self.add(STATIC, row, found, *([] if scale == 1.0 else [scale]))

    def _to_column(self, own: Matrix, entry: Contribution) -> None:
        part, positions = own.parts[entry.place], own.node.shape[1]
        if part.space >= INPUT:
            return
        for f in range(own.node.shape[0]):
            weights = self.forward.weights(part, f)
            for p in range(positions):
                g = self.arrived(own, f * positions + p)
                if g is not None:
                    for k, weight in weights:
                        self.add(part.space, int(part.column[k, p]), g, weight)

    def _to_bias(self, own: Matrix | Terms, entry: Contribution) -> None:
        bias = own.biases[entry.place]
        for at in np.ndindex(bias.index.shape):
            positions = own.count // len(bias.index)
            columns = range(positions) if bias.index.shape[1] < positions else [at[1]]
            for p in columns:
                g = self.arrived(own, at[0] * positions + p)
                if g is not None:
                    scale = 1.0 if bias.scale is None else float(bias.scale[at])
                    self.add(STATIC, int(bias.index[at]), g, scale)

    def _to_factor(self, own: Terms | Products | Largest, entry: Contribution) -> None:
        if isinstance(own, Largest):
            self._to_largest(own)
        elif isinstance(own, Products):
            self._to_product(own, entry.to)
        else:
            self._to_term(own, entry)

    def _to_term(self, own: Terms, entry: Contribution) -> None:
        to, other = (own.second, own.first) if entry.to == "second" else (own.first, own.second)
        assert to is not None
        index = index_of(to)
        for k in range(len(index)) if entry.term < 0 else [entry.term]:
            for r in range(own.count):
                g = self.arrived(own, r)
                if g is None or to.space >= INPUT or not self.plan.needs[to.space][index[k, r]]:
                    continue
                factors: list[Number] = [g]
                if other is not None:
                    factors.append(self.forward.operand(other, (k, r)))
                    if own.masked:
                        factors = [unless_zero(g, times(*factors))]
                if own.scale is not None:
                    factors.append(float(own.scale[k, r]))
                self.add(to.space, int(index[k, r]), *factors)

    def _to_product(self, own: Products, to: str) -> None:
        first, second = index_of(own.first), index_of(own.second)
        for flat, (g, m, n) in enumerate(np.ndindex(own.node.shape)):
            arrived = self.arrived(own, flat)
            if own.node[g, m, n] < 0 or arrived is None:
                continue
            for k, a, b in self.forward.pairs(own, g, m, n):
                if to == "first":
                    self.add(own.first.space, int(first[g, m, k]), arrived, b)
                else:
                    self.add(own.second.space, int(second[g, k, n]), arrived, a)

    def _to_largest(self, own: Largest) -> None:
        index, space = index_of(own.second), own.second.space
        for r in range(own.count):
            rest = self.arrived(own, r)
            if rest is None:
                continue
            running = self.forward.maxima(own, r)
            for k in range(len(index) - 1, 0, -1):
                x = self.forward.operand(own.second, (k, r))
                by_rest = ops.MAXIMUM.partials[0](running[k - 1], x, running[k])
                self.add(space, int(index[k, r]), rest, 1.0 - by_rest)  # 0, a half, 1 or nan
                rest = times(rest, by_rest)
            self.add(space, int(index[0, r]), rest)

    def _to_operand(self, own: Elementwise, entry: Contribution) -> None:
        operand: Operand = own.operands[entry.place]
        rule = OPS[own.operation].partials[entry.place]
        for r, row in enumerate(index_of(operand).tolist()):
            g = self.arrived(own, r)
            if g is None or operand.space >= INPUT or not self.plan.needs[operand.space][row]:
                continue
            inputs = [self.forward.operand(o, r) for o in own.operands]
            if own.operation == "where":
                self.add(operand.space, row, taken(inputs[0], g, entry.place))
                continue
            slope: Any = rule(*inputs, self.rows.read(own.space, own.start + r))
            if isinstance(slope, Lane):
                slope = slope.number()
            finite = not isinstance(slope, Lane) and math.isfinite(slope)
            if own.masked and not finite:
                self.add(operand.space, row, unless_zero(g, times(g, slope)))
            else:
                self.add(operand.space, row, g, slope)

    def _to_candidates(self, own: Select, entry: Contribution) -> None:
        space = own.candidates.space
        for r in range(own.count):
            g = self.arrived(own, r)
            if g is None:
                continue
            lane = as_lane(self.code, g)
            if space == STATIC:
                add_chosen(self.rows, own, r, lane)
            elif space == BATCHED:
                for row, condition in is_chosen(self.rows, own, r):
                    self.add(space, row, condition.choose(lane, 0.0))
