"""What one move of the stepper did, as data and as a line of arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograd.formulas.formula import Formula, formula, slope
from autograd.formulas.grammar import FormulaError
from autograd.formulas.names import Names
from autograd.formulas.tex import number as tex_number
from autograd.formulas.tex import rule, sides, within
from autograd.stepping.moves import Move
from autograd.text.format import number
from autograd.value import Value

__all__ = ["Product", "Span", "Step", "cells", "described", "factor", "ordinal", "rule_of"]

_SHOWN = 12  # gradients in the summary of a span
_ORDINALS = (
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
)


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the chain rule: what a node passes on to one of its parents.

    Attributes:
        node: where the gradient comes from; None at the root, which is simply given 1.
        parent: where it goes to.
        local: the local derivative ∂node/∂parent.
        upstream: the gradient of the node, complete by now.
        contribution: local · upstream.
        before, after: the parent's gradient before and after the contribution was added.
        nth: 2 if it is the second contribution of this pass to that parent, and so on.
        rule: the local derivative as a formula: ``∂tanh(n)/∂n = 1 − tanh(n)²``.
        text: the arithmetic on one line.
    """

    node: Value | None
    parent: Value
    local: float
    upstream: float
    contribution: float
    before: float
    after: float
    nth: int
    rule: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Step:
    """What one node passes on: a product for each of its parents.

    Attributes:
        number, total: it is step ``number`` of ``total``.
        node: the node whose gradient is passed on; None in the first step, which gives the root 1.
        equation: what the node computes: ``o = tanh(n)``.
        products: the chain-rule products, one a parent.
        path: the neuron that the node is in, by symbol or path, "" if in none.
    """

    number: int
    total: int
    node: Value | None
    equation: str
    products: tuple[Product, ...]
    path: str = ""

    @property
    def rules(self) -> str:
        """The local derivatives as formulas, on one line."""
        parts = [product.rule.partition(", where ") for product in self.products]
        where = parts[-1][1] + parts[-1][2]
        return "; ".join(dict.fromkeys(rule for rule, _, _ in parts)) + where

    def __str__(self) -> str:
        inside = f" (in {self.path})" if self.path else ""
        head = f"step {self.number} of {self.total}{inside}: {self.equation}"
        return "\n  ".join([head, self.rules, *(product.text for product in self.products)])

    __repr__ = __str__

    def _repr_latex_(self) -> str | None:
        """The same set by a notebook; None where a rule is no formula."""
        try:
            head = rf"\text{{step {self.number} of {self.total}: }}" + sides(self.equation)
            lines = [rf" \\ {_set(product)}" for product in self.products]
        except FormulaError:
            return None
        return rf"$$\begin{{array}}{{l}} {head}{''.join(lines)} \end{{array}}$$"


@dataclass(frozen=True, slots=True)
class Span:
    """Several steps taken as one: a whole neuron or layer.

    Attributes:
        name: what was stepped over.
        first, last: the numbers of the steps taken, both included.
        gradients: name and gradient of everything it passed gradients to: parameters and inputs.
    """

    name: str
    first: int
    last: int
    gradients: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        steps = (
            f"steps {self.first} to {self.last}" if self.first < self.last else f"step {self.first}"
        )
        lines = [f"{name}.grad = {number(grad)}" for name, grad in self.gradients[:_SHOWN]]
        if len(self.gradients) > _SHOWN:
            lines.append(f"… and {len(self.gradients) - _SHOWN} more")
        return "\n  ".join([f"{steps}: {self.name}", *lines])

    __repr__ = __str__


def _set(product: Product) -> str:
    """A product as LaTeX: its rule, and what it adds."""
    into = within(product.text.partition(".grad")[0])
    adds = rf"{into}.\mathrm{{grad}} \text{{ += }}"
    if product.node is None:
        return adds + "1"
    local, upstream, contribution, before, after = map(
        tex_number,
        (product.local, product.upstream, product.contribution, product.before, product.after),
    )
    upstream = f"({upstream})" if product.upstream < 0 else upstream
    adds += rf"{local} \cdot {upstream} = {contribution}"
    if product.before:
        adds += rf" \quad ({before} \to {after})"
    return rf"{rule(product.rule)}, \qquad {adds}"


def described(step: int, total: int, moves: Sequence[Move], names: Names) -> Step:
    """The products of one step as data and as text."""
    node = moves[0].node
    if node is None:
        (move,) = moves
        return Step(step, total, None, f"start at {names[move.parent]}", (_seed(move, names),))
    path = names.path(node)
    products = tuple(_product(node, move, names, path) for move in moves)
    return Step(step, total, node, names.equation(node, path), products, names.called(path))


def cells(moves: Sequence[Move], names: Names, path: str) -> list[str]:
    """The products of one step, each as a short cell of a table."""
    texts = []
    for node, second, parent, before, nth in moves:
        assert node is not None
        local = node._db if second else node._da
        contribution = local * node.grad
        text = f"{names.formula(parent, path)}: {number(local)} · {number(node.grad)}"
        text += f" = {number(contribution)}"
        if nth > 1 or before != 0.0:
            text += f" → {number(before + contribution)}"
        texts.append(text)
    return texts


def _seed(move: Move, names: Names) -> Product:
    """The start of every pass: the derivative of the root by itself."""
    before = move.before
    name = names.formula(move.parent).within_all()
    text = f"{name}.grad = 1"
    if before != 0.0:
        text = f"{name}.grad += 1, onto what was there: {number(before)} + 1 = {number(before + 1)}"
    rule = f"∂{name}/∂{name} = 1"
    return Product(None, move.parent, 1.0, 1.0, 1.0, before, before + 1.0, 1, rule, text)


def _product(node: Value, move: Move, names: Names, path: str) -> Product:
    _, second, parent, before, nth = move
    local = node._db if second else node._da
    contribution = local * node.grad
    rule, variable = rule_of(node, second, names, path)
    of = names.formula(parent, path), names.formula(node, path)
    by, p, n = (x.within_all() for x in (variable, *of))
    text = (
        f"{p}.grad += ∂{n}/∂{by} · {n}.grad = "
        f"{number(local)} · {factor(node.grad)} = {number(contribution)}"
    )
    after = before + contribution
    total = f"{number(before)} + {factor(contribution)} = {number(after)}"
    if nth > 1:
        text += f", {ordinal(nth)} contribution: {total}"
    elif before != 0.0:
        text += f", onto what was there: {total}"
    return Product(node, parent, local, node.grad, contribution, before, after, nth, rule, text)


def rule_of(node: Value, second: bool, names: Names, path: str = "") -> tuple[str, Formula]:
    """The local derivative as a formula, and what it is taken by."""
    op = node.operation
    assert op is not None
    inputs = names.inputs(node, path)
    where = ""
    if node._a is node._b:  # x·x: a derivative by one of two factors that are the same
        name = names.formula(node.parents[0], path).text
        letters = ("u", "v") if name in ("a", "b") else ("a", "b")
        inputs = [Formula(letter) for letter in letters]
        where = f", where {letters[0]} = {letters[1]} = {name}"
    index = op.active[second]
    by = formula(inputs[index])
    found = slope(op, index, inputs)
    return f"∂{formula(op(*inputs)).within_all()}/∂{by.within_all()} = {found}{where}", by


def factor(x: float) -> str:
    """``x`` as the second number of a product or sum: a negative one in parentheses."""
    text = number(x)
    return f"({text})" if text.startswith("−") else text


def ordinal(n: int) -> str:
    """``2`` as "second"; "10th" beyond nine."""
    if n < len(_ORDINALS):
        return _ORDINALS[n]
    ending = "th" if n // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
