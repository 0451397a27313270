"""Derivatives of functions: against formulas, NumPy and each other, nested in every way."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import (
    Value,
    exp,
    grad,
    hessian,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    no_grad,
    sin,
    tanh,
    value_and_grad,
    vjp,
    where,
)

T = math.tanh(0.5)


def test_derivatives_of_tanh_of_every_order() -> None:
    expected = [1 - T**2, -2 * T * (1 - T**2), 2 * (1 - T**2) * (3 * T**2 - 1)]
    expected.append(8 * T * (1 - T**2) * (2 - 3 * T**2))
    f: Callable[..., Any] = tanh
    for number in expected:
        f = grad(f)
        assert f(0.5) == pytest.approx(number, rel=1e-13)
        assert type(f(0.5)) is float


def along(f: Callable[..., Any]) -> Callable[[Any], Any]:
    """The derivative of f, by forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("outer", [grad, along, jacfwd, jacrev])
@pytest.mark.parametrize("middle", [grad, along])
@pytest.mark.parametrize("inner", [grad, along, jacfwd])
def test_forward_and_reverse_nest_in_every_order(outer: Any, middle: Any, inner: Any) -> None:
    def f(x: Any) -> Any:
        return sin(x) * exp(x)  # its third derivative: 2 eˣ (cos x − sin x)

    third = outer(middle(inner(f)))(0.7)
    assert third == pytest.approx(2 * math.exp(0.7) * (math.cos(0.7) - math.sin(0.7)), rel=1e-13)


def test_an_inner_variable_is_not_taken_for_the_outer_one() -> None:
    # Siskind & Pearlmutter, Nesting forward-mode AD in a functional framework (2008): 1, not 2.
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1])(1.0) == 1.0
    assert jvp(lambda x: x * grad(lambda y: x + y)(1.0), (1.0,), (1.0,))[1] == 1.0
    assert along(lambda x: x * along(lambda y: x + y)(1.0))(1.0) == 1.0
    # d/dx x · (d/dy x y²)(y = x) = d/dx 2x³
    assert grad(lambda x: x * grad(lambda y: x * y * y)(x))(3.0) == 54.0


def test_argnums_kwargs_and_nests() -> None:
    def f(x: Any, y: Any, power: int = 1) -> Any:
        return x * y**power

    assert grad(f)(2.0, 5.0) == 5.0
    assert grad(f, argnums=1)(2.0, 5.0, power=2) == 20.0
    assert grad(f, argnums=-1)(2.0, 5.0) == 2.0
    assert grad(f, argnums=(0, 1))(2.0, 5.0) == (5.0, 2.0)
    assert grad(f, argnums=(1, 0))(2, 5) == (2.0, 5.0)
    assert value_and_grad(f)(2.0, 5.0) == (10.0, 5.0)

    Point = namedtuple("Point", "x y")
    tree = {"w": [1.0, (2.0, np.array([3.0, 4.0]))], "p": Point(5.0, 6)}

    def total(t: Any) -> Any:
        (w0, (w1, w2)), p = t["w"], t["p"]
        return w0 * w1 + (w2 * w2).sum() + p.x * p.y

    found = grad(total)(tree)
    assert found["w"][0] == 2.0
    assert found["w"][1][0] == 1.0
    assert found["w"][1][1].tolist() == [6.0, 8.0]
    assert found["p"] == Point(6.0, 5.0)


def test_has_aux() -> None:
    def f(x: Any) -> Any:
        return x * x, {"twice": 2 * x}

    assert value_and_grad(f, has_aux=True)(3.0) == ((9.0, {"twice": 6.0}), 6.0)
    assert grad(f, has_aux=True)(3.0) == (6.0, {"twice": 6.0})
    aux = {"twice": 6.0}
    assert jacrev(f, has_aux=True)(3.0) == jacobian(f, has_aux=True)(3.0) == (6.0, aux)
    assert jacfwd(f, has_aux=True)(3.0) == (6.0, aux)
    assert hessian(f, has_aux=True)(3.0) == (2.0, aux)
    assert jvp(f, (3.0,), (10.0,), has_aux=True) == (9.0, 60.0, aux)
    out, pull, beside = vjp(f, 3.0, has_aux=True)
    assert (out, pull(10.0), beside) == (9.0, (60.0,), aux)


def test_aux_may_be_anything_and_holds_numbers_outside_derivatives() -> None:
    def f(x: Any) -> Any:
        return x * x, ("name", None, 3, [x + 1], np.array([x, 2 * x]), np.arange(2))

    gradient, aux = grad(f, has_aux=True)(3.0)
    assert (gradient, aux[:4]) == (6.0, ("name", None, 3, [4.0]))
    assert type(aux[2]) is int
    assert (aux[4].dtype, aux[4].tolist(), aux[5].tolist()) == (float, [3.0, 6.0], [0, 1])

    def slope_of_aux(x: Any) -> Any:
        return grad(f, has_aux=True)(x)[1][3][0] ** 2  # (x + 1)²

    assert grad(slope_of_aux)(3.0) == 8.0


@pytest.mark.parametrize("returned", [1.0, (1.0,), (1.0, 2.0, 3.0), {"a": 1, "b": 2}])
@pytest.mark.parametrize(
    "call",
    [
        lambda f: grad(f, has_aux=True)(2.0),
        lambda f: value_and_grad(f, has_aux=True)(2.0),
        lambda f: jacobian(f, has_aux=True)(2.0),
        lambda f: jacfwd(f, has_aux=True)(2.0),
        lambda f: hessian(f, has_aux=True)(2.0),
        lambda f: jvp(f, (2.0,), (1.0,), has_aux=True),
        lambda f: vjp(f, 2.0, has_aux=True),
    ],
)
def test_has_aux_wants_a_pair(call: Callable[..., Any], returned: Any) -> None:
    with pytest.raises(TypeError, match="with has_aux=True the function returns a pair") as caught:
        call(lambda x: returned)
    assert type(returned).__name__ in str(caught.value)
    assert "\n" not in str(caught.value)


def test_arrays_of_no_axes_are_numbers_as_tangents() -> None:
    one = np.array(1.0)
    assert jvp(tanh, (0.0,), (one,)) == (0.0, 1.0)
    assert vjp(tanh, 0.0)[1](one) == (1.0,)
    out, moved = jvp(lambda x: x * 3, (np.array(2.0),), (1.0,))
    assert (float(out), float(moved)) == (6.0, 3.0)
    assert float(vjp(lambda x: x * 3, np.array(2.0))[1](1.0)[0]) == 3.0
    with pytest.raises(TypeError, match=r"array\(1,\)"):
        jvp(tanh, (0.0,), (np.array([1.0]),))


def test_arrays_give_arrays_of_their_shape() -> None:
    W = np.arange(6.0).reshape(2, 3)
    x = np.array([0.5, -1.0, 2.0])
    gradient = grad(lambda W: np.tanh(W @ x).sum())(W)
    assert gradient.dtype == float
    assert gradient == pytest.approx(np.outer(1 - np.tanh(W @ x) ** 2, x), rel=1e-13)
    assert jacobian(lambda x: W @ x)(x).tolist() == W.tolist()
    assert jacfwd(lambda x: W @ x)(x).tolist() == W.tolist()
    assert jacobian(lambda W: W @ x)(W).shape == (2, 2, 3)
    second = hessian(lambda x: (W @ x) @ (W @ x))(x)
    assert second == pytest.approx(2 * W.T @ W, rel=1e-14)


def test_jacobians_by_both_modes_agree_and_keep_the_nest() -> None:
    def f(d: Any) -> Any:
        return {"s": d["a"] * d["b"][0], "v": np.array([d["a"], d["b"][1] ** 2]), "c": 7.0}

    at = {"a": 2.0, "b": np.array([3.0, 4.0])}
    for jac in (jacrev, jacfwd):
        J = jac(f)(at)
        assert J["s"]["a"] == 3.0
        assert J["s"]["b"].tolist() == [2.0, 0.0]
        assert J["v"]["a"].tolist() == [1.0, 0.0]
        assert J["v"]["b"].tolist() == [[0.0, 0.0], [0.0, 8.0]]
        assert (J["c"]["a"], J["c"]["b"].tolist()) == (0.0, [0.0, 0.0])


def test_rosenbrocks_hessian() -> None:
    def f(x: Any, y: Any) -> Any:
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    x, y = -1.2, 1.0
    found = hessian(f, argnums=(0, 1))(x, y)
    assert np.array(found) == pytest.approx(
        np.array([[1200 * x**2 - 400 * y + 2, -400 * x], [-400 * x, 200]]), rel=1e-14
    )


def test_a_hessian_vector_product_forward_over_reverse() -> None:
    def f(x: Any) -> Any:
        return x[0] ** 3 * x[1] + x[1] ** 2

    gradient, product = jvp(grad(f), ([2.0, 3.0],), ([1.0, -1.0],))
    assert gradient == [36.0, 14.0]
    assert product == [6 * 2 * 3 - 3 * 4, 3 * 4 - 2]


def test_vjp_pulls_back_any_number_of_times() -> None:
    out, pull = vjp(lambda x, y: [x * y, x + y, x], 2.0, 3.0)
    assert out == [6.0, 5.0, 2.0]
    assert pull([1.0, 10.0, 100.0]) == (113.0, 12.0)
    assert pull([1.0, 0.0, 0.0]) == (3.0, 2.0)


def test_values_in_values_out() -> None:
    x, w = Value(2.0), Value(3.0)
    slope = grad(lambda x: w * x**3)(x)
    assert type(slope) is Value
    slope.backward()
    assert (slope.data, x.grad, w.grad) == (36.0, 36.0, 12.0)
    assert grad(lambda x: w * x)(2.0) == 3.0
    assert w.grad == 12.0  # nobody's gradient is touched by grad itself


def test_it_works_within_no_grad() -> None:
    with no_grad():
        assert grad(grad(tanh))(0.5) == pytest.approx(-2 * T * (1 - T**2), rel=1e-14)
        assert grad(tanh)(Value(0.5)).parents == ()
        assert jvp(tanh, (0.5,), (1.0,))[1] == pytest.approx(1 - T**2)
    assert (Value(1.0) * 2).op == "*"


def test_what_is_detached_or_constant_has_no_derivative() -> None:
    assert grad(lambda x: x * x.detach())(3.0) == 3.0
    assert grad(lambda x: 5.0)(3.0) == 0.0
    assert grad(grad(lambda x: 2 * x))(3.0) == 0.0
    assert grad(lambda x: x)(3.0) == 1.0

    def f(x: Any) -> Any:
        with no_grad():
            c = x * x
        return c * x

    assert grad(f)(3.0) == 9.0


def test_what_does_not_move_contributes_nothing_to_forward_mode() -> None:
    # √x at 0 has an infinite slope, but x stands still.
    assert jvp(lambda x, y: x.sqrt() + y, (0.0, 1.0), (0.0, 1.0)) == (1.0, 1.0)
    assert jacfwd(lambda v: v[0].sqrt() + v[1])([0.0, 1.0]) == [math.inf, 1.0]


def test_choices_at_second_order() -> None:
    f = grad(grad(lambda x: where(x > 0, x**3, -(x**2))))
    assert (f(2.0), f(-2.0)) == (12.0, -2.0)


def test_newtons_method_on_values_and_an_unrolled_optimizer() -> None:
    # Differentiating through gradient descent: x₁ = x₀ − η f′(x₀), with f = x⁴; dx₁/dx₀ = 1 − 12 η x₀².
    def descend(x: Any, rate: Any) -> Any:
        for _ in range(3):
            x = x - rate * grad(lambda x: x**2)(x)
        return x

    assert grad(descend)(1.0, 0.1) == pytest.approx(0.8**3, rel=1e-14)
    assert grad(descend, argnums=1)(1.0, 0.1) == pytest.approx(-2 * 3 * 0.8**2, rel=1e-14)


def test_a_long_function_is_no_deep_recursion() -> None:
    def f(x: Any) -> Any:
        y = x
        for _ in range(100_000):
            y = y * 1.0 + 0.0
        return y

    assert grad(f)(2.0) == 1.0
    assert jvp(f, (2.0,), (3.0,)) == (2.0, 3.0)


def test_a_long_function_has_second_derivatives() -> None:
    def f(x: Any) -> Any:
        y = x
        for _ in range(20_000):
            y = y + x * x
        return y

    assert grad(grad(f))(2.0) == 40_000.0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: grad(lambda x: [x, x])(1.0), r"grad\(\) takes a function that returns one number"),
        (lambda: value_and_grad(lambda x: np.array([x]))(1.0), "returns one number"),
        (lambda: grad(lambda x: None)(1.0), "NoneType"),
        (lambda: grad(tanh)("a"), r"it holds str \('a'\)"),
        (lambda: grad(tanh, 1)(1.0), "argnums is 1, counted from 0"),
        (lambda: grad(tanh, (0, 2))(1.0), r"argnums is \(0, 2\)"),
        (lambda: jvp(tanh, 1.0, 1.0), "in a tuple"),  # type: ignore[arg-type]
        (lambda: jvp(tanh, (1.0,), (1.0, 2.0)), r"\(number, number\) against \(number,\)"),
        (lambda: vjp(tanh, 1.0)[1]([1.0]), "are not nested like the output"),
        (lambda: jacobian(lambda x: "x")(1.0), r"jacobian\(\)"),
    ],
)
def test_bad_calls_are_refused_in_one_clear_line(wrong: Callable[[], Any], says: str) -> None:
    with pytest.raises(TypeError, match=says) as caught:
        wrong()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, jacfwd, hessian])
def test_what_is_no_function_is_refused_at_once(transform: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a function, not float \(6\.0\)"):
        transform(6.0)
