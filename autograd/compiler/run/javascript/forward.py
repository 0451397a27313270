"""An instruction's results, as lines of JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    FEW,
    INPUT,
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
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.javascript.nest import Nest, Tables
from autograd.formulas.javascript import INPUTS, value
from autograd.ops import OPS

__all__ = [
    "chosen", "forward", "index_of", "inputs", "lane", "pieces", "results", "scales", "sizes_of",
    "term_of", "together", "weights",
]  # fmt: skip


def forward(tables: Tables, instruction: Instruction) -> list[str]:
    """What computes an instruction, in loops over its rows.

    Raises:
        TypeError: for an operation that has no text in JavaScript.
    """
    return _KINDS[type(instruction)](tables, instruction)


def results(own: Instruction) -> Array:
    """The rows that an instruction writes, in the shape of its result."""
    return np.arange(own.start, own.start + own.count).reshape(own.node.shape)


def index_of(operand: Operand) -> Array:
    """The rows of an operand that is no number."""
    assert operand.index is not None
    return operand.index


def scales(nest: Nest, scale: Array | None, letters: Any) -> list[str]:
    """A factor, unless it is 1 throughout."""
    text = "1" if scale is None else nest.number(scale, letters)
    return [] if text == "1" else [text]


def _biases(nest: Nest, biases: list[Bias], letters: Any) -> str:
    terms = ([nest.read(STATIC, b.index, letters), *scales(nest, b.scale, letters)] for b in biases)
    return " + ".join(" * ".join(term) for term in terms) or "0"


# Sums ---------------------------------------------------------------------------------------------


def together(own: Matrix) -> int:
    """How many rows go through the loops at once: what they read of a column is read once for all."""
    return next(wide for wide in (4, 2, 1) if len(own.node) % wide == 0)


def sizes_of(own: Matrix) -> dict[str, int]:
    """The letters of its loops: rows, positions, and what each part sums over."""
    rows, positions = own.node.shape
    sums = {f"k{j}": len(part.column) for j, part in enumerate(own.parts)}
    return {"r": rows // together(own), "p": positions, **sums}


def lane(own: Matrix, h: int, table: Array | None) -> Array | None:
    """Every row that is the one of number ``h`` among those that go together."""
    return None if table is None else table[h :: together(own)]


def weights(nest: Nest, own: Matrix, h: int, part: Part, letters: Any) -> list[str]:
    """``scale · weight`` of a part, without what is 1."""
    weight = lane(own, h, part.weight)
    found = [] if weight is None else [nest.read(STATIC, weight, letters)]
    return found + scales(nest, lane(own, h, part.scale), letters)


def _matrix(tables: Tables, own: Matrix) -> list[str]:
    nest, lanes = Nest(tables, **sizes_of(own)), range(together(own))
    lines = []
    for h in lanes:
        biases = [Bias(b.index[h :: len(lanes)], lane(own, h, b.scale)) for b in own.biases]
        lines.append(f"let y{h} = {_biases(nest, biases, 'rp')};")
    for j, part in enumerate(own.parts):
        k = f"k{j}"
        inside = [f"const x = {nest.read(part.space, part.column.T, ('p', k))};"]
        for h in lanes:
            product = " * ".join([*weights(nest, own, h, part, ("r", k)), "x"])
            inside.append(f"y{h} += {product};")
        lines += ["{", *nest.loop(k, inside), "}"]  # x has no meaning outside
    out = (nest.read(own.space, results(own)[h :: len(lanes)], "rp") for h in lanes)
    lines += [f"{row} = y{h};" for h, row in enumerate(out)]
    return nest.loop("r", nest.loop("p", lines))


def pieces(own: Terms) -> list[int]:
    """The terms that are written one by one; [-1] for all of them in a loop."""
    terms = len(index_of(own.second))
    return list(range(terms)) if terms <= FEW else [-1]


def term_of(nest: Nest, own: Terms, operand: Operand | None, term: int) -> list[str]:
    """A factor of one term, or of that of the letter k; with ``operand`` None the scale."""
    table = own.scale if operand is None else index_of(operand)
    if table is None:
        return []
    table, letters = (table.T, "rk") if term < 0 else (table[term], "r")
    if operand is None:
        return scales(nest, table, letters)
    return [nest.read(operand.space, table, letters)]


def _terms(tables: Tables, own: Terms) -> list[str]:
    nest = Nest(tables, r=own.count, k=len(index_of(own.second)))
    lines = [f"let y = {_biases(nest, own.biases, 'rk')};"]
    factors = [*([own.first] if own.first else []), own.second, None]
    for term in pieces(own):
        product = " * ".join(text for x in factors for text in term_of(nest, own, x, term))
        lines += nest.loop("k", [f"y += {product};"]) if term < 0 else [f"y += {product};"]
    lines.append(f"{nest.read(own.space, results(own).ravel(), 'r')} = y;")
    return nest.loop("r", lines)


def _products(tables: Tables, own: Products) -> list[str]:
    groups, rows, columns = own.node.shape
    first, second = index_of(own.first), index_of(own.second)
    nest = Nest(tables, g=groups, m=rows, n=columns, k=first.shape[2])
    a = nest.read(own.first.space, first, "gmk")
    b = nest.read(own.second.space, second.transpose(0, 2, 1), "gnk")
    out = nest.read(own.space, results(own), "gmn")
    if (own.node < 0).any():  # rows of none are 0
        kept = nest.number((own.node >= 0).astype(float), "gmn")
        write = f"if ({kept}) {out} = y;"
    else:
        write = f"{out} = y;"
    lines = ["let y = 0;", *nest.loop("k", [f"y += {a} * {b};"]), write]
    return nest.loop("g", nest.loop("m", nest.loop("n", lines)))


# All others ---------------------------------------------------------------------------------------


def _largest(tables: Tables, own: Largest) -> list[str]:
    index = index_of(own.second)
    nest = Nest(tables, r=own.count, k=len(index))
    candidate = nest.read(own.second.space, index.T, "rk")
    larger = nest.loop("k", [f"const x = {candidate};", "if (x > y || x !== x) y = x;"])
    out = nest.read(own.space, results(own).ravel(), "r")
    return nest.loop("r", ["let y = -Infinity;", *larger, f"{out} = y;"])


def inputs(nest: Nest, own: Elementwise, text: str) -> list[str]:
    """The letters that a text of the table uses, as constants."""
    found = []
    for letter, operand in zip(INPUTS[OPS[own.operation].arity], own.operands):
        if re.search(rf"(?<![\w.]){letter}\b", text):
            if operand.index is None:
                assert operand.number is not None
                read = nest.number(operand.number, "r")
            else:
                read = nest.read(operand.space, operand.index.ravel(), "r")
            found.append(f"const {letter} = {read};")
    return found


def _elementwise(tables: Tables, own: Elementwise) -> list[str]:
    nest, text = Nest(tables, r=own.count), value(OPS[own.operation])
    out = nest.read(own.space, results(own).ravel(), "r")
    return nest.loop("r", [*inputs(nest, own, text), f"{out} = {text};"])


def chosen(nest: Nest, own: Select) -> list[str]:
    """The whole number that selects, as c."""
    return [f"const c = {nest.read(INPUT + own.argument, own.column, 'r')};", *nest.after("c")]


def _select(tables: Tables, own: Select) -> list[str]:
    table = index_of(own.candidates)
    nest = Nest(tables, r=own.count, c=table.shape[1])
    read = nest.read(own.candidates.space, table, "rc")
    out = nest.read(own.space, results(own).ravel(), "r")
    return nest.loop("r", [*chosen(nest, own), f"{out} = {read};"])


_KINDS: dict[type, Callable[[Tables, Any], list[str]]] = {
    Matrix: _matrix,
    Terms: _terms,
    Products: _products,
    Largest: _largest,
    Elementwise: _elementwise,
    Select: _select,
}
