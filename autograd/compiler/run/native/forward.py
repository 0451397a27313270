"""The forward pass, a line of code for each number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    STATIC,
    Bias,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Products,
    Select,
    Terms,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.choice import chosen
from autograd.compiler.run.native.dots import Dot, dotted
from autograd.compiler.run.native.llvm.forms import machine
from autograd.compiler.run.native.llvm.lane import FORMS, Lane, Number
from autograd.compiler.run.native.loops import Looped, looped
from autograd.compiler.run.native.rows import Rows
from autograd.compiler.run.native.tables import Table, tabled
from autograd.ops import OPS

__all__ = ["Forward", "index_of", "plus", "taken", "times", "total", "unless_zero"]

Factors = list[Number]


def times(a: Number, b: Number) -> Number:
    """A product that may become one step with the sum it is added to."""
    if not isinstance(a, Lane):
        a, b = b, a
    if not isinstance(a, Lane):
        return a * b
    if not isinstance(b, Lane) and b in (1.0, -1.0):
        return a * b
    return a.binary("fmul contract", a, b)


def plus(a: Number, b: Number) -> Number:
    if isinstance(a, Lane):
        return a.binary("fadd contract", a, b)
    return b.binary("fadd contract", a, b) if isinstance(b, Lane) else a + b


def total(terms: Iterable[Factors]) -> Number:
    """The sum of some products; a long one is four sums, which need not wait for each other."""
    terms = list(terms)
    ways = 4 if len(terms) > 8 else 1
    sums: list[Number] = []
    for way in range(ways):
        found: Number | None = None
        for factors in terms[way::ways]:
            term = factors[0]
            for factor in factors[1:]:
                term = times(term, factor)
            found = term if found is None else plus(found, term)
        sums.append(0.0 if found is None else found)
    while len(sums) > 1:
        sums = [plus(a, b) for a, b in zip(sums[::2], sums[1::2])]
    return sums[0]


def taken(condition: Number, g: Number, place: int) -> Number:
    """What the branches of `where`, its operands 1 and 2, get: all or nothing."""
    both = (g, 0.0) if place == 1 else (0.0, g)
    if isinstance(condition, Lane):
        return condition.choose(*both)
    return both[0] if condition else both[1]


def unless_zero(g: Number, product: Number) -> Number:
    """A product with a gradient, but 0 where that is 0."""
    if not isinstance(g, Lane):
        return product if g else 0.0
    return g.compare("oeq", 0.0).choose(0.0, product)


class Forward:
    """Writes the instructions of one space into a function."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.code = rows, rows.code
        self._ways = {
            Matrix: self._matrix, Terms: self._terms, Products: self._products,
            Largest: self._largest, Elementwise: self._elementwise, Select: self._select,
        }  # fmt: skip

    def add(self, instruction: Instruction) -> None:
        if (
            isinstance(instruction, Matrix)
            and self.code.loops
            and looped(self.rows.plan, instruction)
        ):
            Looped(self.rows, instruction).forward()
            return
        if self.code.loops and dotted(self.rows.plan, instruction):
            assert isinstance(instruction, Matrix)
            Dot(self.rows, instruction).forward()
            return
        if self.code.loops and tabled(self.rows.plan, instruction):
            Table(self.rows, instruction).forward()
            return
        self._ways[type(instruction)](instruction)  # type: ignore[operator]

    def biases(self, biases: list[Bias], f: int, p: int) -> list[Factors]:
        """What is added to the row [f, p] of a result."""
        found: list[Factors] = []
        for bias in biases:
            at = f, (p if bias.index.shape[1] > 1 else 0)
            factors: Factors = [self.rows.read(STATIC, int(bias.index[at]))]
            found.append(factors if bias.scale is None else [*factors, float(bias.scale[at])])
        return found

    def _matrix(self, own: Matrix) -> None:
        rows, read = own.node.shape[0], self.rows.read
        for p in range(own.node.shape[1]):
            for f in range(rows):
                terms: list[Factors] = []
                for part in own.parts:
                    for k, weight in self.weights(part, f):
                        terms.append([weight, read(part.space, int(part.column[k, p]))])
                out = total([*terms, *self.biases(own.biases, f, p)])
                self.rows.write(own.start + f * own.node.shape[1] + p, out)

    def weights(self, part: Any, f: int) -> list[tuple[int, Number]]:
        """The coefficients of a row, with their columns; what only fills places up is left out."""
        found: list[tuple[int, Number]] = []
        for k in range(len(part.column)):
            scale = 1.0 if part.scale is None else float(part.scale[f, k])
            if part.weight is None:
                found.append((k, scale))
                continue
            row = int(part.weight[f, k])
            if self.rows.constant(STATIC, row) != 0.0:
                weight = self.rows.read(STATIC, row)
                found.append((k, weight if scale == 1.0 else weight * scale))
        return found

    def _terms(self, own: Terms) -> None:
        for r in range(own.count):
            terms = [self.term(own, k, r) for k in range(len(index_of(own.second)))]
            out = total([*terms, *self.biases(own.biases, r, 0)])
            self.rows.write(own.start + r, out)

    def term(self, own: Terms, k: int, r: int) -> Factors:
        factors = [self.operand(o, (k, r)) for o in (own.first, own.second) if o is not None]
        scale = 1.0 if own.scale is None else float(own.scale[k, r])
        return factors if scale == 1.0 else [*factors, scale]

    def _products(self, own: Products) -> None:
        for flat, (g, m, n) in enumerate(np.ndindex(own.node.shape)):
            out: Number = 0.0
            if own.node[g, m, n] >= 0:
                out = total([[a, b] for _, a, b in self.pairs(own, g, m, n)])
            self.rows.write(own.start + flat, out)

    def pairs(self, own: Products, g: int, m: int, n: int) -> list[tuple[int, Number, Number]]:
        """The factors of a product's entry, without those that only fill places up."""
        first, second = index_of(own.first), index_of(own.second)
        found = []
        for k in range(first.shape[2]):
            a, b = int(first[g, m, k]), int(second[g, k, n])
            if 0.0 not in (
                self.rows.constant(own.first.space, a), self.rows.constant(own.second.space, b)
            ):  # fmt: skip
                read = self.rows.read
                found.append((k, read(own.first.space, a), read(own.second.space, b)))
        return found

    def _largest(self, own: Largest) -> None:
        for r in range(own.count):
            self.rows.write(own.start + r, self.maxima(own, r)[-1])

    def maxima(self, own: Largest, r: int) -> list[Number]:
        """The largest of the first number, of the first two, and so on."""
        found: list[Number] = []
        for k in range(len(index_of(own.second))):
            x = self.operand(own.second, (k, r))
            found.append(FORMS[np.maximum](found[-1], x) if found else x)
        return found

    def operand(self, operand: Operand, at: Any) -> Number:
        if operand.index is None:
            assert operand.number is not None
            return float(operand.number[at if len(operand.number) > 1 else 0])
        return self.rows.read(operand.space, int(operand.index[at]))

    def _elementwise(self, own: Elementwise) -> None:
        for r in range(own.count):
            inputs = [self.operand(o, r) for o in own.operands]
            self.rows.write(own.start + r, self.value(own, inputs))

    def value(self, own: Elementwise, inputs: list[Number]) -> Any:
        op = OPS[own.operation]
        if any(isinstance(x, Lane) for x in inputs):
            return machine(inputs[0], op, tuple(inputs))  # type: ignore[arg-type]
        with np.errstate(all="ignore"):
            return float(op.array(*np.array(inputs)))

    def _select(self, own: Select) -> None:
        for r in range(own.count):
            self.rows.write(own.start + r, chosen(self.rows, own, r))


def index_of(operand: Operand) -> Array:
    """The rows of an operand that is no literal number."""
    assert operand.index is not None
    return operand.index
