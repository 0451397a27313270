"""gradcheck and numerical derivatives: right ones pass, wrong ones are named, kinks are said."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import (
    GradcheckError,
    Op,
    Value,
    floor,
    gradcheck,
    gradgradcheck,
    maximum,
    numerical_derivative,
    numerical_gradient,
    relu,
    sin,
    sqrt,
    where,
)
from autograd.derivatives.evaluation import Evaluation
from autograd.derivatives.numerical import evaluate

# Rows whose rule has a slip, as one writes them.
wrong_factor = Op("f", "f", "x³", lambda x: x**3, lambda x: x**3, (lambda x, y: 2 * x * x,))
wrong_sign = Op("f", "f", "cos x", math.cos, np.cos, (lambda x, y: sin(x),))
wrong_second = Op(
    "g", "g", "a/b", lambda a, b: a / b, np.divide, (lambda a, b, z: 1 / b, lambda a, b, z: z / b)
)


def test_right_derivatives_pass_in_any_nest() -> None:
    assert gradcheck(lambda a, b: (a * b).tanh(), (0.3, -2.0))
    assert gradcheck(lambda d: d["a"] * d["b"][1], ({"a": 1.0, "b": [2.0, 3.0]},))
    assert gradcheck(lambda W, x: np.tanh(W @ x), (np.arange(4.0).reshape(2, 2) / 5, np.ones(2)))
    assert gradcheck(lambda x: [x, x * x, 3.0], Value(2.0))
    assert gradcheck(lambda x: x * 1e12, 1e12)  # a step of 1e-6 would vanish there
    assert gradgradcheck(lambda a, b: [a * b.tanh(), a / b], (2.0, 3.0))


@pytest.mark.parametrize(
    ("f", "inputs", "says"),
    [
        (wrong_factor, 2.0, r"input 0 \(2\): autograd says 8, the differences say 12; 4 apart"),
        (wrong_sign, Value(1.0, label="x"), r"input 0 \(x = 1\): autograd says 0\.84.* say -0\.84"),
        (wrong_second, (3.0, Value(2.0, label="w")), r"^input 1 \(w = 2\): autograd says 0\.75"),
        (lambda d: d["a"].detach() * d["b"][1], ({"a": 1.0, "b": [2.0, 3.0]},), r"input 0\['a'\]"),
        (lambda x: [x, wrong_factor(x)], (2.0,), r"^output 1, input 0 \(2\)"),
        (
            lambda x: wrong_factor(x[0]) + wrong_factor(x[1]),
            (np.array([0.0, 2.0]),),
            r"^input 0\[1\] \(2\)",
        ),
        (lambda x: where(x > 0, x, 3 * x.detach()), 0.0, "kink or jump .* autograd says 0"),
        (sqrt, 0.0, "nan or infinite within .* inside its domain"),
        (lambda x: sin(1e6 * x), 0.3, "choose an eps well below 1e-06"),
    ],
)
def test_wrong_derivatives_are_named(f: Callable[..., Any], inputs: Any, says: str) -> None:
    with pytest.raises(GradcheckError, match=says) as caught:
        gradcheck(f, inputs)
    assert "\n" not in str(caught.value)
    assert gradcheck(f, inputs, raise_exception=False) is False


def test_every_wrong_derivative_has_its_line() -> None:
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda a, b: a.detach() * b.detach(), (2.0, 3.0))
    assert [line[:7] for line in str(caught.value).splitlines()] == ["input 0", "input 1"]


@pytest.mark.parametrize(
    ("f", "at", "left", "right"),
    [
        (relu, 0.0, "0", "1"),
        (abs, 0.0, None, None),  # 0 by both: central differences give 0 as well
        (relu, 3e-7, "1", "1"),
        (relu, -9e-7, "0", "0"),
        (lambda x: maximum(x, 2.0), 2.0, "0", "1"),
        (lambda x: x.leaky_relu(0.1), 0.0, "0.1", "1"),
        (floor, 2.0, "4e\\+06", "0"),
        (floor, 2.0 - 5e-7, "0", "0"),
    ],
)
def test_a_kink_within_eps_is_said_and_not_failed(
    f: Callable[..., Any], at: float, left: str | None, right: str
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert gradcheck(f, at)
    if left is None:
        assert caught == []
    else:
        (warning,) = caught
        said = str(warning.message)
        assert "input 0" in said
        assert "kink or jump" in said
        assert warning.filename == __file__
        assert re.search(f"slope is {left} on the left, {right} on the right", said)


def test_tolerances_and_eps_are_torchs() -> None:
    def f(x: Any) -> Any:
        return wrong_factor(x) * 1e-3  # 0.008 instead of 0.012

    assert not gradcheck(f, 2.0, raise_exception=False)
    assert gradcheck(f, 2.0, atol=0.0041)
    assert gradcheck(f, 2.0, rtol=0.34)
    assert gradcheck(lambda x: sin(1e6 * x), 0.3, eps=1e-9)


def test_numerical_gradient_knows_no_rules() -> None:
    assert numerical_gradient(lambda x: wrong_factor(x), [2.0]) == [pytest.approx(12.0)]
    found = numerical_gradient(lambda W, x: (W @ x).sum(), (np.eye(2), [1.0, 2.0]))
    assert found[0] == pytest.approx(np.array([[1.0, 2.0], [1.0, 2.0]]))
    assert found[1] == pytest.approx([1.0, 1.0])


def test_numerical_derivatives_of_a_finished_graph() -> None:
    a, b = Value(2.0), Value(3.0)
    product = a * b
    loss = where(product > 0, product**2 + a, b) + maximum(a, 0) * 0
    assert numerical_derivative(loss, a) == pytest.approx(37.0)
    assert numerical_derivative(loss, b) == pytest.approx(24.0)
    assert numerical_derivative(loss, product) == pytest.approx(12.0)
    assert numerical_derivative(loss, loss) == pytest.approx(1.0)
    assert numerical_derivative(loss, Value(0.0)) == 0.0
    assert evaluate(loss, {a: 1.0}) == 10.0
    assert (a.data, a.grad, loss.data) == (2.0, 0.0, 38.0)


def test_a_graph_worked_out_again_keeps_what_is_held_fixed_and_what_was_chosen() -> None:
    a, b = Value(2.0), Value(3.0)
    product = a * b
    chosen = where(a > 1.0, 7.0, b)  # a constant, by now
    taken = where(a > 1.0, b, a)
    root = product * taken + chosen + 2.0 - a
    evaluation = Evaluation(root)
    there = evaluation.at({product: 10.0, b: 5.0})
    assert there.data[-1] == 10.0 * 5.0 + 7.0 + 2.0 - 2.0
    upstream = dict(zip(evaluation.order, evaluation.upstream(there)))
    assert (upstream[product], upstream[a], upstream[b], upstream[chosen]) == (5.0, -1.0, 10.0, 1.0)
    start = evaluation.index[id(b)]
    assert evaluation.downstream(there, start)[-1] == 10.0
    assert evaluation.at({}) == evaluation.here()
    assert evaluation.values({Value(1.0): 2.0}) == evaluation.here().data
    assert (root.data, product.data) == (6.0 * 3.0 + 7.0 + 2.0 - 2.0, 6.0)
    assert [evaluation.edges[e].child for e in evaluation.out[evaluation.index[id(b)]]] == [
        evaluation.index[id(product)],
        evaluation.index[id(taken)],
    ]


def test_nothing_is_said_of_a_graph_of_one_constant_choice() -> None:
    x = Value(2.0)
    root = where(x > 1.0, 7.0, x)
    assert Evaluation(root).at({x: 5.0}).data == [7.0]
    assert numerical_derivative(root, x) == 0.0


def test_second_derivatives_of_several_outputs_are_each_looked_at() -> None:
    assert gradgradcheck(lambda x: [x**3, x * x], 2.0)
    with pytest.raises(GradcheckError, match="output 1, input 0"):
        gradgradcheck(lambda x: [x**3, x * x.detach()], 2.0)


def test_an_error_at_a_kink_says_both_slopes_and_does_not_call_it_right() -> None:
    wrong = Op("k", "k", "|x|", abs, abs, (lambda x, y: 5.0 + 0 * x,))
    with pytest.raises(GradcheckError, match="autograd says 5") as caught:
        gradcheck(wrong, 0.0)
    assert "a kink or jump lies within 1e-06: the slope is -1 on the left, 1 on the" in str(
        caught.value
    )
    assert "as right as can be" not in str(caught.value)
    with pytest.warns(UserWarning, match="which is as right as can be"):
        assert gradcheck(relu, 0.0)
