"""Every row of the table at the edges of floats, to third order: denormals, poles, ∞ and nan."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from test_ops import MEANING, ROWS, a, same

from autograd import OPS, Op, Value, compile, grad
from autograd.ops import Course, ieee, ieee_partial

inf, nan = math.inf, math.nan
UNARY = [op for op in ROWS if op.arity == 1]
SMOOTH = [op for op in UNARY if op.course is Course.SMOOTH]
SIZES = [
    0.0,
    5e-324,
    1e-309,
    1e-160,
    1e-17,
    1 - 2**-53,
    1.0,
    1 + 2**-52,
    2.0,
    6.0,
    30.0,
    1e3,
    1e200,
    1.7e308,
]
FINITE = [sign * x for x in SIZES for sign in (1.0, -1.0)]

# 1 − y loses what y is nearer to 1 than floats lie apart (sinc: what π·x is rounded by).
CANCELS = {"tanh": 0, "sigmoid": 0, "softplus": 0, "silu": 0, "gelu": 0, "mish": 0, "sinc": 1}
# Poles and ends of domains, and the side from which the limit is taken.
SINGULAR = [
    ("log", 0.0, "+"), ("log2", 0.0, "+"), ("log10", 0.0, "+"), ("log1p", -1.0, "+"),
    ("sqrt", 0.0, "+"),
    ("asin", 1.0, "-"), ("asin", -1.0, "+"), ("acos", 1.0, "-"), ("acos", -1.0, "+"),
    ("acosh", 1.0, "+"), ("atanh", 1.0, "-"), ("atanh", -1.0, "+"), ("sinc", 0.0, "+"),
]  # fmt: skip
AT = {(name, x) for name, x, _ in SINGULAR}


def nth(f: Callable[..., Any], order: int) -> Callable[[float], float]:
    for _ in range(order):
        f = grad(f)
    return f


@functools.cache
def exactly(name: str, order: int) -> Callable[[float], float]:
    """The derivative as SymPy finds it, evaluated with so many digits that nothing cancels."""
    expression = sympy.diff(MEANING[name], a, order)
    function = sympy.lambdify(a, expression, "mpmath")
    digits = (
        1500 if expression.has(sympy.sin(sympy.pi * a)) else 400
    )  # sinc: the 4th power of a denormal

    def evaluate(x: float) -> float:
        with mpmath.workdps(digits):
            number = function(mpmath.mpf(x))
            return float(mpmath.re(number)) if mpmath.im(number) == 0 else nan

    return evaluate


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_derivatives_at_every_finite_edge_are_sympys(op: Op, order: int) -> None:
    found, exact = nth(op, order), exactly(op.name, order)
    points = [x for x in FINITE if (op.name, x) not in AT]
    assert [(x, found(x)) for x in points if not right(op, found(x), x, exact)] == []


def right(op: Op, found: float, x: float, exact: Callable[[float], float]) -> bool:
    if math.isnan(op(x)):  # a value that is nan has no slope
        return math.isnan(found)
    if op.name == "gelu" and abs(x) > 1e150:  # too far out for mpmath's erfc
        return found in (0.0, 1.0)
    slack = 1e-14 if abs(x) >= CANCELS.get(op.name, inf) else 1e-320
    return math.isclose(found, exact(x), rel_tol=1e-10, abs_tol=slack)


@pytest.mark.parametrize(("name", "x", "side"), SINGULAR)
def test_derivatives_at_poles_are_the_limits(name: str, x: float, side: str) -> None:
    for order in (1, 2, 3):
        limit = sympy.limit(sympy.diff(MEANING[name], a, order), a, sympy.Integer(int(x)), side)
        assert same([nth(OPS[name], order)(x)], [float(limit)])


@pytest.mark.slow
@pytest.mark.parametrize("x", [inf, -inf])
@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_derivatives_at_infinity_are_the_limits(op: Op, x: float) -> None:
    for order in (1, 2, 3):
        found = nth(op, order)(x)
        if math.isnan(op(x)):
            assert math.isnan(found)
        else:
            limit = sympy.limit(
                sympy.diff(MEANING[op.name], a, order), a, sympy.oo if x > 0 else -sympy.oo
            )
            assert found == float(limit)


LINEAR = {"copy", "neg", "rad2deg", "deg2rad"}  # the slope is the same everywhere


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.name)
def test_a_value_that_is_nan_has_no_slope(op: Op) -> None:
    """Eagerly, of higher order and compiled; a step is flat there too."""
    assert math.isnan(op(nan))
    if op.course is Course.STEPPED or op.name in LINEAR:
        return
    for order in (1, 2, 3):
        if op.name != "one_minus_square" or order == 1:  # then it is linear
            assert math.isnan(nth(op, order)(nan))
    w = Value(0.0)
    program = compile(lambda x: op(x + w), [w], inputs=(0.5,))
    program.run([nan])
    assert math.isnan(program.gradients[0])


@pytest.mark.parametrize(
    "name", ["maximum", "minimum", "clamp_min", "clamp_max", "leaky_relu", "elu"]
)
def test_of_two_inputs_neither(name: str) -> None:
    op = OPS[name]
    for at in [(nan, 1.0), (1.0, nan), (nan, nan), (nan, -inf)]:
        value = ieee(op, *at)
        if math.isnan(value):
            for i in op.active:
                assert math.isnan(ieee_partial(op, i, *at, value))
    f = {"clamp_min": lambda x: x.maximum(1.0), "clamp_max": lambda x: x.minimum(1.0)}.get(
        name, lambda x: op(x, Value(1.0))
    )
    for order in (1, 2, 3):
        assert math.isnan(nth(f, order)(nan))


@pytest.mark.parametrize("size", [10, 5000])  # a large layer has a kernel of its own
def test_a_compiled_relu_passes_nan_on_at_every_size(size: int) -> None:
    w = Value(0.0)
    program = compile(lambda x: (x + w).relu(), [w], inputs=(0.5,))
    x = np.linspace(-1.0, 1.0, size)
    program.run(x)
    assert program.gradients[0] == pytest.approx(0.5)
    x[3] = nan
    program.run(x)
    assert math.isnan(program.gradients[0])


KINKS: list[tuple[str, float, float]] = [
    ("abs", 0.0, 0), ("abs", -0.0, 0), ("abs", 5e-324, 1), ("abs", -5e-324, -1), ("abs", -inf, -1),
    ("relu", 0.0, 0), ("relu", -0.0, 0), ("relu", 5e-324, 1), ("relu", -5e-324, 0), ("relu", inf, 1),
    ("relu", -inf, 0), ("relu6", 0.0, 0), ("relu6", 5e-324, 1), ("relu6", 6.0, 0),
    ("relu6", 6 - 2**-50, 1), ("relu6", inf, 0), ("relu6", -inf, 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x", "slope"), KINKS)
def test_slopes_beside_a_kink_and_the_smallest_at_it(name: str, x: float, slope: float) -> None:
    assert [nth(OPS[name], order)(x) for order in (1, 2, 3)] == [slope, 0, 0]


def test_powers_of_denormals() -> None:
    """Of a polynomial every derivative is known: n·(n − 1)·…·x^(n − k)."""
    for x, n, order in itertools.product(
        [5e-324, -5e-324, 1e-309, -1e-310, 0.0, -0.0], range(4), range(1, 5)
    ):
        expected = math.perm(n, order) * (x ** (n - order) if n >= order else 0.0)
        for exponent in (n, Value(n)):
            power = functools.partial(lambda n, x: x**n, exponent)
            assert nth(power, order)(x) == expected, (x, n, order)


def test_mixed_derivatives_of_a_power_at_the_exponent_0() -> None:
    """∂²aᵇ/∂a∂b = aᵇ⁻¹·(1 + b·log a), at b = 0 that is 1/a; and once more by b: 2·log(a)/a."""
    by_both = grad(grad(lambda x, y: x**y, 0), 1)
    for x in (2.0, 0.5, 1e-300):
        assert by_both(x, 0.0) == pytest.approx(1 / x, rel=1e-15)
    assert by_both(1e-309, 0.0) == by_both(0.0, 0.0) == inf
    assert grad(by_both, 1)(2.0, 0.0) == pytest.approx(math.log(2), rel=1e-15)


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("**", (0.0, nan), (nan, nan)),
        ("**", (-0.0, nan), (nan, nan)),
        ("**", (nan, 2.0), (nan, nan)),
        ("**", (1e-309, 0.0), (0.0, math.log(1e-309))),
        ("%", (5.0, 0.0), (nan, nan)),
        ("%", (inf, 2.0), (nan, nan)),
        ("logaddexp", (-inf, -inf), (0.5, 0.5)),  # two probabilities of 0
        ("logaddexp", (inf, inf), (0.5, 0.5)),
        ("logaddexp", (-inf, 0.0), (0.0, 1.0)),
        ("logaddexp", (1000.0, -1000.0), (1.0, 0.0)),
        ("logaddexp", (nan, 0.0), (nan, nan)),
        ("logaddexp2", (-inf, -inf), (0.5, 0.5)),
        ("logaddexp2", (0.0, -inf), (1.0, 0.0)),
        ("squareplus", (0.0, 4.0), (0.5, 0.125)),
        ("squareplus", (0.0, 0.0), (0.0, inf)),
        ("squareplus", (-1e200, 4.0), (0.0, 2.5e-201)),
        ("squareplus", (1e200, 4.0), (1.0, 2.5e-201)),
        ("squareplus", (1.0, -1.0), (nan, nan)),
    ],
)  # fmt: skip
def test_two_inputs_at_the_edges(
    name: str, at: tuple[float, float], expected: tuple[float, float]
) -> None:
    op = OPS[name]
    assert same([grad(op, i)(*at) for i in (0, 1)], expected)
    x, y = map(Value, at)
    op(x, y).backward()
    assert same([x.grad, y.grad], expected)


def test_small_and_large_arguments_keep_their_digits() -> None:
    second = grad(grad(OPS["asin"]))
    assert [second(x) for x in (1e-17, 1e-300, -1e-9)] == pytest.approx([1e-17, 1e-300, -1e-9])
    assert OPS["squareplus"](-1e8, 4.0) == pytest.approx(1e-8, rel=1e-15)
    assert OPS["asinh"](-1e-20) == -1e-20


def test_every_derivative_of_sinc_is_sympys() -> None:
    for order in range(1, 6):
        exact = exactly("sinc", order)
        for x in (1e-9, 1e-3, 0.31, -0.64, 1.01, 1.59, -2.3, 7.77):
            assert OPS["sinc_slope"](x, order) == pytest.approx(exact(x), rel=1e-10, abs=1e-12)
    series = [0, -(math.pi**2) / 3, 0, math.pi**4 / 5, 0]  # ∫₀¹ of the derivatives of cos(πxt) by x
    assert [OPS["sinc_slope"](0.0, n) for n in range(1, 6)] == pytest.approx(series, rel=1e-15)


@pytest.mark.slow
def test_pytorch_agrees_or_the_value_is_nan_or_ours_is_sympys() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
    functions = {**vars(torch.nn.functional), **vars(torch)}
    differ: set[str] = set()
    for op, x, order in itertools.product(UNARY, [*FINITE, inf, -inf, nan], (1, 2, 3)):
        if op.name not in functions:
            continue
        t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        y = functions[op.name](t)
        for _ in range(order):
            y = (
                torch.autograd.grad(y, t, create_graph=True, allow_unused=True)[0]
                if y.requires_grad
                else None
            )
            if y is None:
                y = torch.zeros(())
        theirs, ours = float(y.detach()), nth(op, order)(x)
        if same([ours], [theirs]) or abs(ours - theirs) <= 1e-10 * abs(theirs) + 1e-15:
            continue
        differ.add(op.name)
        if math.isfinite(x) and (op.name, x) not in AT:
            assert right(op, ours, x, exactly(op.name, order))
        else:  # the limits are tested above
            assert math.isnan(theirs) or math.isnan(op(x))
    assert differ == {
        "abs", "log", "log2", "log10", "log1p", "acosh", "atanh", "relu", "relu6",  # a nan's slope
        "asinh", "atan", "sinc", "erf", "erfc", "gelu", "silu", "mish",  # nan there, a number here
        "softplus",  # linear there beyond 20
    }  # fmt: skip
