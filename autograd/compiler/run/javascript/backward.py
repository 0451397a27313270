"""What an instruction passes down to the gradients of what it read, as lines of JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from autograd import ops
from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Clear,
    Contribution,
    Elementwise,
    Largest,
    Matrix,
    Plan,
    Products,
    Reverse,
    Select,
    Tape,
    Terms,
)
from autograd.compiler.plan.reverse import target
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.javascript.forward import (
    chosen,
    index_of,
    inputs,
    lane,
    results,
    scales,
    sizes_of,
    term_of,
    together,
    weights,
)
from autograd.compiler.run.javascript.nest import Nest, Tables
from autograd.compiler.run.javascript.tape import TapeLoops
from autograd.formulas.javascript import INPUTS, slope, value

__all__ = ["Backward"]


class Backward:
    """The reverse list of a plan.

    What goes to a static row is added up, sample after sample; of a sample's own rows the first
    contribution overwrites what the sample before has left. Rows that nobody asks for go to one behind
    the last, which nobody reads.
    """

    def __init__(self, plan: Plan, tables: Tables) -> None:
        self.plan, self.tables = plan, tables

    def lines(self, entries: Sequence[Reverse]) -> list[str]:
        """What entries of the list do: one, or all of a product or a tape, which share its loops.

        Raises:
            TypeError: for an operation that has no text in JavaScript.
        """
        entry = entries[0]
        if isinstance(entry, Clear):
            return self._zeros(entry.rows) if entry.space == BATCHED else []
        own = self.plan.instructions[entry.of]
        if isinstance(own, Tape):
            return TapeLoops(own, self.plan, self.tables).backward()
        if isinstance(own, Matrix):
            return self._matrix(own, entries)
        name = "bias" if entry.to == "bias" else type(own).__name__.lower()
        lines: list[str] = getattr(self, f"_{name}")(own, entry)
        return lines

    def groups(self) -> Iterator[list[Reverse]]:
        """The list, in runs that are written together."""
        for _, run in groupby(enumerate(self.plan.backward), self._key):
            yield [entry for _, entry in run]

    def _key(self, place: tuple[int, Reverse]) -> tuple[str, int]:
        number, entry = place
        of = entry.of if isinstance(entry, Contribution) else -1
        shared = of >= 0 and isinstance(self.plan.instructions[of], (Matrix, Tape))
        return ("together", of) if shared else ("", number)

    def _zeros(self, rows: Array) -> list[str]:
        nest = Nest(self.tables, z=len(rows))
        return nest.loop("z", [f"{nest.gradient(BATCHED, rows, 'z')} = 0;"])

    def _sink(self, entry: Contribution, alone: bool) -> tuple[list[str], Array, str]:
        """What to do first, the rows of the target, and "=" or "+=".

        Args:
            alone: whether the loops come to each of the rows once.
        """
        space, index = target(self.plan, entry)
        wanted = self.plan.needs[space][index]
        rows = np.unique(index[wanted])
        if not wanted.all():
            index = np.where(wanted, index, len(self.plan.needs[space]))
        if space == STATIC or not entry.begins:
            return [], index, "+="
        if alone and len(rows) == np.count_nonzero(wanted):
            return [], index, "="
        return self._zeros(rows), index, "+="

    def _given(self, nest: Nest, own: Any, letters: Any, rows: Array | None = None) -> str:
        """The gradient of the result, as d."""
        found = nest.gradient(own.space, results(own) if rows is None else rows, letters)
        return f"const d = {found};"

    def _bias(self, own: Terms, entry: Contribution) -> list[str]:
        bias, rows = own.biases[entry.place], results(own).reshape(-1, 1)
        _, index, sign = self._sink(entry, alone=False)
        nest = Nest(self.tables, r=own.count, p=1)
        given = nest.gradient(own.space, rows, "rp")
        product = " * ".join([given, *scales(nest, bias.scale, "rp")])
        return nest.loop("r", [f"{nest.gradient(STATIC, index, 'rp')} {sign} {product};"])

    def _matrix(self, own: Matrix, entries: Sequence[Any]) -> list[str]:
        """By positions of the result; inside, for each part, what goes to its weights and columns."""
        nest, lanes = Nest(self.tables, **sizes_of(own)), range(together(own))
        given = (nest.gradient(own.space, results(own)[h :: len(lanes)], "rp") for h in lanes)
        lines = [f"const d{h} = {text};" for h, text in enumerate(given)]
        first, parts = list[str](), dict[str, list[str]]()
        for entry in entries:
            alone = entry.to == "column" and len(own.node) == len(lanes)
            zeros, index, sign = self._sink(entry, alone)
            first += zeros
            if entry.to == "bias":
                bias = own.biases[entry.place]
                for h in lanes:
                    to = nest.gradient(STATIC, index[h :: len(lanes)], "rp")
                    factors = [f"d{h}", *scales(nest, lane(own, h, bias.scale), "rp")]
                    lines.append(f"{to} {sign} {' * '.join(factors)};")
            else:
                write = self._weights if entry.to == "weight" else self._column
                inside = parts.setdefault(f"k{entry.place}", [])
                inside += write(nest, own, entry, index, sign)
        for k, inside in parts.items():
            lines += ["{", *nest.loop(k, inside), "}"]
        return first + nest.loop("r", nest.loop("p", lines))

    def _weights(
        self, nest: Nest, own: Matrix, entry: Contribution, index: Array, sign: str
    ) -> list[str]:
        part, k = own.parts[entry.place], f"k{entry.place}"
        lines = [f"const x = {nest.read(part.space, part.column.T, ('p', k))};"]
        for h in range(together(own)):
            to = nest.gradient(STATIC, index[h :: together(own)], ("r", k))
            factors = [f"d{h}", "x", *scales(nest, lane(own, h, part.scale), ("r", k))]
            lines.append(f"{to} {sign} {' * '.join(factors)};")
        return lines

    def _column(
        self, nest: Nest, own: Matrix, entry: Contribution, index: Array, sign: str
    ) -> list[str]:
        part, k = own.parts[entry.place], f"k{entry.place}"
        to = nest.gradient(part.space, index.T, ("p", k))
        products = (
            " * ".join([f"d{h}", *weights(nest, own, h, part, ("r", k))])
            for h in range(together(own))
        )
        return [f"{to} {sign} {' + '.join(products)};"]

    def _terms(self, own: Terms, entry: Contribution) -> list[str]:
        term = entry.term
        first, index, sign = self._sink(entry, alone=True)
        nest = Nest(self.tables, r=own.count, k=1 if term >= 0 else len(index))
        given = self._given(nest, own, "r", results(own).ravel())
        other = own.second if entry.to == "first" else own.first
        factors = [] if other is None else term_of(nest, own, other, term)
        product = " * ".join(["d", *factors, *term_of(nest, own, None, term)])
        index, letters = (index.T, "rk") if term < 0 else (index, "r")
        to = nest.gradient(target(self.plan, entry)[0], index, letters)
        inner = nest.loop("k", [f"{to} {sign} {_masked(own, product)};"])
        return first + nest.loop("r", [given, *inner])

    def _products(self, own: Products, entry: Contribution) -> list[str]:
        groups, rows, columns = own.node.shape
        nest = Nest(self.tables, g=groups, m=rows, n=columns, k=index_of(own.first).shape[2])
        first, index, sign = self._sink(entry, alone=False)
        given, space = self._given(nest, own, "gmn"), target(self.plan, entry)[0]
        if entry.to == "first":
            to = nest.gradient(space, index, "gmk")
            other = nest.read(own.second.space, index_of(own.second).transpose(0, 2, 1), "gnk")
        else:
            to = nest.gradient(space, index.transpose(0, 2, 1), "gnk")
            other = nest.read(own.first.space, index_of(own.first), "gmk")
        inner = nest.loop("k", [f"{to} {sign} d * {other};"])
        return first + nest.loop("g", nest.loop("m", nest.loop("n", [given, *inner])))

    def _largest(self, own: Largest, entry: Contribution) -> list[str]:
        """At a tie, or where one is nan, as in the chain of two-way maxima that it was."""
        table = index_of(own.second)
        nest = Nest(self.tables, r=own.count, k=len(table))
        first, index, sign = self._sink(entry, alone=True)
        space = target(self.plan, entry)[0]
        read = nest.read(own.second.space, table.T, "rk")
        to = nest.gradient(space, index.T, "rk")
        given = nest.gradient(own.space, results(own).ravel(), "r")
        running = self.tables.scratch(len(table))
        by_rest, by_own = (slope(ops.MAXIMUM, i) for i in (0, 1))
        a, b = INPUTS[2]
        up = [
            f"const {b} = {read}, {a} = k ? z : {b};",
            f"z = {value(ops.MAXIMUM)};",
            f"{running}[k] = z;",
        ]
        back = f"for (let k = {len(table) - 1}; k > 0; k--) {{"
        share = [
            f"const {b} = {read}, {a} = {running}[k - 1], z = {running}[k];",
            f"{to} {sign} d * ({by_own});", f"d *= {by_rest};",
        ]  # fmt: skip
        return first + nest.loop("r", [
            "let z = 0;", *nest.loop("k", up), f"let d = {given};", back, *nest.after("k"), *share,
            "}", "const k = 0;", *nest.after("k"), f"{to} {sign} d;",
        ])  # fmt: skip

    def _elementwise(self, own: Elementwise, entry: Contribution) -> list[str]:
        nest, text = Nest(self.tables, r=own.count), slope(ops.OPS[own.operation], entry.place)
        first, index, sign = self._sink(entry, alone=True)
        to = nest.gradient(target(self.plan, entry)[0], index.ravel(), "r")
        rows = results(own).ravel()
        lines = [*inputs(nest, own, text), self._given(nest, own, "r", rows)]
        if re.search(r"\bz\b", text):
            lines.append(f"const z = {nest.read(own.space, rows, 'r')};")
        product = "d" if text == "1" else f"d * ({text})"
        return first + nest.loop("r", [*lines, f"{to} {sign} {_masked(own, product)};"])

    def _select(self, own: Select, entry: Contribution) -> list[str]:
        first, index, sign = self._sink(entry, alone=False)
        nest = Nest(self.tables, r=own.count, c=index.shape[1])
        to = nest.gradient(target(self.plan, entry)[0], index, "rc")
        given = nest.gradient(own.space, results(own).ravel(), "r")
        return first + nest.loop("r", [*chosen(nest, own), f"{to} {sign} {given};"])


def _masked(own: Terms | Elementwise, product: str) -> str:
    """Below a branch that was not taken, nothing: not even nan."""
    return f"d === 0 ? 0 : {product}" if own.masked else product
