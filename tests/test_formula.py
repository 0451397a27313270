"""Formulas as a number system: what the operators write, and an operation of a user's own."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograd import OPS, Backprop, Names, Op, Value, compile, maximum, minimum, parse
from autograd.formulas.formula import Formula, derivative
from viz import draw_graph

A, B = Formula("a"), Formula("b")
NUMBERS = {"a": 2.5, "b": -1.5}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (lambda a, b: 2 * a**1, "2·a"),
        (lambda a, b: 3 * a**2, "3·a²"),
        (lambda a, b: (a + b) ** -1, "(a + b)^(−1)"),
        (lambda a, b: 2**a, "2^a"),
        (lambda a, b: a**b, "a^b"),
        (lambda a, b: a % 2 + b, "a % 2 + b"),
        (lambda a, b: 7 % (a * b), "7 % (a·b)"),
        (lambda a, b: a // b, "⌊a/b⌋"),
        (lambda a, b: 7 // b, "⌊7/b⌋"),
        (lambda a, b: +abs(a - b), "abs(a − b)"),
        (lambda a, b: a / b / b, "a/b²"),
        (lambda a, b: -(a / b) / b, "−a/b²"),
        (lambda a, b: a / -b - a**-b, "a/(−b) − a^(−b)"),
        (lambda a, b: (b + a / b) / b, "(b + a/b)/b"),  # not b + a/b²
        (lambda a, b: (a - b) * (a > b), "(a − b)·(a > b)"),
        (lambda a, b: maximum(a, 2.0) - minimum(a, b), "maximum(a, 2) − minimum(a, b)"),
    ],
)
def test_operators_write_what_they_mean(rule: Callable[..., Any], text: str) -> None:
    assert str(rule(A, B)) == text


@pytest.mark.parametrize(
    "rule",
    [
        lambda a, b: (b + a / b) / b,
        lambda a, b: 2 * a**1 - (a - b) ** 3 / (a * b),
        lambda a, b: a % 2 * b - 7 % (a * b),
        lambda a, b: -((a**2) ** 2) + abs(-b) ** (a - 1),
    ],
)
def test_what_is_written_reads_back_as_the_same_number(rule: Callable[..., Any]) -> None:
    number: float = rule(*NUMBERS.values())
    assert parse(str(rule(A, B)))(NUMBERS) == pytest.approx(number, rel=1e-15)


def test_every_operator_of_python_that_a_row_names_is_one_of_formulas() -> None:
    for op in OPS.values():
        if op.python is not None:
            assert isinstance(op(*(A, B)[: op.arity]), Formula)
    assert {op.python for op in OPS.values()} >= {operator.pow, operator.mod, operator.floordiv}


def test_a_formula_has_no_truth_so_that_no_branch_is_taken_unseen() -> None:
    with pytest.raises(TypeError, match="use where"):
        bool(A > B)


@pytest.fixture
def registered() -> Iterator[Callable[[Op], Op]]:
    names = []

    def register(op: Op) -> Op:
        names.append(op.name)
        OPS[op.name] = op
        return op

    yield register
    for name in names:
        del OPS[name]


def test_a_users_operation_is_stepped_named_drawn_and_compiled(
    registered: Callable[[Op], Op],
) -> None:
    square = registered(
        Op("square", "²", "x²", lambda x: x * x, np.square, (lambda x, y: 2 * x**1,))
    )
    x = Value(3.0, label="x")
    y = square(x * 2.0)
    names = Names(y)
    assert names[y] == "square(x·2)"
    steps = Backprop(y)
    steps.step()
    assert str(steps.step()) == (
        "step 2 of 3: square(x·2)\n"
        "  ∂square(x·2)/∂(x·2) = 2·(x·2)\n"
        "  (x·2).grad += ∂square(x·2)/∂(x·2) · square(x·2).grad = 12 · 1 = 12"
    )
    steps.run()
    assert x.grad == 24.0  # d(2x)²/dx = 8x
    assert "square: x²" in str(draw_graph(y))
    program = compile(y, [x])
    assert program.run() == (36.0,)
    assert program.gradients.tolist() == [24.0]


@pytest.mark.parametrize(
    "rule",
    [
        lambda x, y: math.cos(x),
        lambda x, y: np.cos(x),
        lambda x, y: 1.0 if x > 0 else 0.0,
    ],
)
def test_a_rule_that_runs_on_numbers_only_is_not_written_out(rule: Callable[..., Any]) -> None:
    own = Op("own", "own", "own(x)", lambda x: x, lambda x: x, (rule,))
    assert derivative(own, "x") == "…"
    steps = Backprop(own(Value(1.0, label="x")))
    steps.step()
    assert "∂own(x)/∂x = …" in str(steps.step())
