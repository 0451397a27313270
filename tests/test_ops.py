"""The table of operations, row by row, against SymPy and against the contract at the edges."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Piecewise

import autograd
from autograd import OPS, Op, Value, grad, hessian, where
from autograd.ops import Course, apply, ieee, ieee_partial

inf, nan = math.inf, math.nan
a, b = sympy.symbols("a b", real=True)


class Flat(sympy.Function):
    """A step function: its derivative is 0 wherever there is one."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.Integer(0)


class Floor(Flat): ...


class Nearest(Flat): ...


# What each row means, written down a second time and by other means: SymPy differentiates it.
sigmoid = 1 / (1 + sympy.exp(-a))
MEANING: dict[str, Any] = {
    "copy": a,
    "+": a + b,
    "-": a - b,
    "*": a * b,
    "/": a / b,
    "//": Floor(a / b),
    "%": a - b * Floor(a / b),
    "**": a**b,
    "neg": -a,
    "abs": Piecewise((a, a > 0), (-a, True)),
    "exp": sympy.exp(a),
    "expm1": sympy.exp(a) - 1,
    "exp2": 2**a,
    "log": sympy.log(a),
    "log2": sympy.log(a) / sympy.log(2),
    "log10": sympy.log(a) / sympy.log(10),
    "logaddexp": sympy.log(sympy.exp(a) + sympy.exp(b)),
    "logaddexp2": sympy.log(2**a + 2**b) / sympy.log(2),
    "log1p": sympy.log(1 + a),
    "sqrt": sympy.sqrt(a),
    "sin": sympy.sin(a),
    "cos": sympy.cos(a),
    "tan": sympy.tan(a),
    "one_minus_square": 1 - a**2,
    "asin": sympy.asin(a),
    "acos": sympy.acos(a),
    "atan": sympy.atan(a),
    "atan2": sympy.atan2(a, b),
    "hypot": sympy.sqrt(a**2 + b**2),
    "sinh": sympy.sinh(a),
    "cosh": sympy.cosh(a),
    "tanh": sympy.tanh(a),
    "asinh": sympy.asinh(a),
    "acosh": sympy.acosh(a),
    "atanh": sympy.atanh(a),
    "sinc": sympy.sin(sympy.pi * a) / (sympy.pi * a),
    "rad2deg": 180 * a / sympy.pi,
    "deg2rad": sympy.pi * a / 180,
    "erf": sympy.erf(a),
    "erfc": sympy.erfc(a),
    "sigmoid": sigmoid,
    "relu": Piecewise((a, a > 0), (0, True)),
    "relu6": Piecewise((0, a < 0), (6, a > 6), (a, True)),
    "leaky_relu": Piecewise((a, a > 0), (b * a, True)),
    "elu": Piecewise((a, a > 0), (b * (sympy.exp(a) - 1), True)),
    "softplus": sympy.log(1 + sympy.exp(a)),
    "gelu": a / 2 * sympy.erfc(-a / sympy.sqrt(2)),
    "silu": a * sigmoid,
    "squareplus": (a + sympy.sqrt(a**2 + b)) / 2,
    "mish": a * sympy.tanh(sympy.log(1 + sympy.exp(a))),
    "step": Piecewise((1, a >= 0), (0, True)),
    "sign": Piecewise((1, a > 0), (-1, True)),
    "floor": Floor(a),
    "round": Nearest(a),
    "round_to": Nearest(a * 10**b) / 10**b,
    "maximum": Piecewise((a, a > b), (b, True)),
    "minimum": Piecewise((a, a < b), (b, True)),
    "clamp_min": Piecewise((a, a > b), (b, True)),
    "clamp_max": Piecewise((a, a < b), (b, True)),
}
CHOICES = {"<", "<=", ">", ">=", "==", "where"}  # no numbers come out of these: tested by hand
BY_HAND = CHOICES | {"sinc_slope"}
OWN = {"one_minus_square", "sinc_slope"}  # the engine's: neither functions nor methods

# Where each row is looked at: the whole domain, kinks and poles excepted (those are the contract's).
SMALL = [1e-8, 1e-3, 0.1, 0.49, 0.7, 1.3, 2.6, 4.1]
REALS = [s * x for x in [1e-300, *SMALL, 12.3, 40.7, 123.4, 321.9] for s in (1, -1)]
EVERYWHERE = [*REALS, 710.3, -710.3, 1e5 + 0.3, -1e5 + 0.3, 1.7e300, -1.7e300]
NEAR_ONE = [0.9, 0.999, 1 - 1e-9, 1 - 1e-15]
DOMAINS: dict[str, Sequence[float]] = {
    "log": [x for x in EVERYWHERE if x > 0],
    "log2": [x for x in EVERYWHERE if x > 0],
    "log10": [x for x in EVERYWHERE if x > 0],
    "acosh": [x for x in EVERYWHERE if x > 1] + [2 - x for x in NEAR_ONE],
    "atanh": [x for x in REALS if abs(x) < 1] + NEAR_ONE + [-x for x in NEAR_ONE],
    "sinc": [x for x in EVERYWHERE if abs(x) > 1e-9],
    "log1p": [*(x for x in EVERYWHERE if x > -1), *(-x for x in NEAR_ONE)],
    "sqrt": [x for x in EVERYWHERE if x > 0],
    "asin": [x for x in REALS if abs(x) < 1] + NEAR_ONE + [-x for x in NEAR_ONE],
    "erfc": [x for x in EVERYWHERE if abs(x) < 1e3],
    "gelu": [x for x in EVERYWHERE if abs(x) < 1e3],
    "acos": [x for x in REALS if abs(x) < 1] + NEAR_ONE + [-x for x in NEAR_ONE],
}
SOME = [s * x for x in [1e-5, 0.3, 1.1, 2.7, 7.9, 150.3] for s in (1, -1)]
PAIRS = list(itertools.product(SOME, [x * 1.07 for x in SOME]))
PAIR_DOMAINS: dict[str, Sequence[tuple[float, float]]] = {
    "**": [(abs(x), y / 10) for x, y in PAIRS],
    "squareplus": [(x, abs(y)) for x, y in PAIRS],
    "round_to": [(x, float(y)) for x in SOME for y in (0, 1, 3, -1)],
}
SLACK = {"mish": 3e-15}  # x · (1 − tanh²)

ROWS = [op for op in OPS.values() if op.name not in BY_HAND]


def points(op: Op) -> Sequence[tuple[float, ...]]:
    if op.arity == 1:
        return [(x,) for x in DOMAINS.get(op.name, EVERYWHERE)]
    return PAIR_DOMAINS.get(op.name, PAIRS)


def exactly(expression: Any) -> Callable[..., float]:
    """``expression`` as a function of (a, b), evaluated with 60 digits and then rounded."""
    rules = [{"Floor": mpmath.floor, "Nearest": mpmath.nint}, "mpmath"]
    function = sympy.lambdify((a, b), expression, rules)

    def evaluate(x: float, y: float = 0.0) -> float:
        with mpmath.workdps(400):  # 1 + exp(−700) is not 1
            number = function(mpmath.mpf(x), mpmath.mpf(y))
            return float(mpmath.re(number))

    return evaluate


def close(found: float, expected: float, slack: float = 1e-15) -> bool:
    """Equal to ten digits; ``slack`` is what differences such as 1 − tanh² may lose near 0."""
    if math.isinf(expected) or math.isnan(expected):
        return found == expected or (math.isnan(found) and math.isnan(expected))
    return abs(found - expected) <= 1e-10 * abs(expected) + slack


def test_every_row_has_a_meaning() -> None:
    assert set(MEANING) | BY_HAND == set(OPS)
    assert not set(MEANING) & BY_HAND


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_value_first_and_second_derivatives_are_sympys(op: Op) -> None:
    symbols = (a, b)[: op.arity]
    value = exactly(MEANING[op.name])
    first = [exactly(sympy.diff(MEANING[op.name], s)) for s in symbols]
    second = [[exactly(sympy.diff(MEANING[op.name], s, t)) for t in symbols] for s in symbols]
    wrong = []
    for point in points(op):
        node = op(*map(Value, point))
        if not close(node.data, value(*point)):
            wrong.append((point, "value", node.data, value(*point)))
        found = hessian(lambda xs: op(*xs))(list(point))
        for i in op.active:
            if not close(node.partials[i], first[i](*point)):
                wrong.append((point, f"d{i}", node.partials[i], first[i](*point)))
            for j in op.active:
                if not close(found[i][j], second[i][j](*point), SLACK.get(op.name, 1e-15)):
                    wrong.append((point, f"d{i}d{j}", found[i][j], second[i][j](*point)))
    assert not wrong


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_a_row_knows_its_kinks_and_steps(op: Op) -> None:
    pieces = sympy.sympify(MEANING[op.name]).has(Piecewise, Floor, Nearest)
    flat = op.name in {"step", "sign", "floor", "//", "round", "round_to"}
    assert op.course is (Course.STEPPED if flat else Course.KINKED if pieces else Course.SMOOTH)


SMOOTH = [op for op in ROWS if op.arity == 1 and op.course is not Course.KINKED]


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_third_derivatives_are_sympys(op: Op) -> None:
    third = exactly(sympy.diff(MEANING[op.name], a, 3))
    found = grad(grad(grad(op)))
    inside = [x for (x,) in points(op) if 1e-3 <= abs(x) <= 20]
    assert [x for x in inside if not close(found(x), third(x), 1e-13)] == []


# The contract: one line for each line of the conventions at the edges ------------------------------

x0 = 0.0
EDGES: list[tuple[str, Callable[..., Any], tuple[float, ...], float, tuple[float, ...]]] = [
    ("relu(0)", lambda x: x.relu(), (x0,), 0, (0,)),
    ("leaky_relu(0)", lambda x: x.leaky_relu(0.1), (x0,), 0, (0.1,)),
    ("abs(0)", abs, (x0,), 0, (0,)),
    ("sign(0)", lambda x: x.sign(), (x0,), 0, (0,)),
    ("step(0)", lambda x: x.step(), (x0,), 1, (0,)),
    ("step(-1)", lambda x: x.step(), (-1.0,), 0, (0,)),
    ("floor(2)", lambda x: x.floor(), (2.0,), 2, (0,)),
    ("round(2.5)", round, (2.5,), 2, (0,)),
    ("max(x, x)", lambda x, y: x.maximum(y), (3.0, 3.0), 3, (0.5, 0.5)),
    ("min(x, x)", lambda x, y: x.minimum(y), (3.0, 3.0), 3, (0.5, 0.5)),
    ("maximum with a constant", lambda x: x.maximum(3), (3.0,), 3, (0,)),
    ("minimum with a constant", lambda x: x.minimum(3), (3.0,), 3, (0,)),
    ("clamp at the lower bound", lambda x: x.clamp(-1, 2), (-1.0,), -1, (0,)),
    ("clamp at the upper bound", lambda x: x.clamp(-1, 2), (2.0,), 2, (0,)),
    ("clamp inside", lambda x: x.clamp(-1, 2), (1.5,), 1.5, (1,)),
    ("elu(0)", lambda x: x.elu(), (x0,), 0, (1,)),
    ("x ** 0 at 0", lambda x: x**0, (x0,), 1, (0,)),
    ("x ** y at 0, 0", lambda x, y: x**y, (x0, x0), 1, (0, 0)),
    ("0 ** 0.5", lambda x, y: x**y, (x0, 0.5), 0, (inf, 0)),
    ("0 ** -1", lambda x, y: x**y, (x0, -1.0), inf, (-inf, -inf)),
    ("(-2) ** 3", lambda x, y: x**y, (-2.0, 3.0), -8, (12, nan)),
    ("(-2) ** 3, constant", lambda x: x**3, (-2.0,), -8, (12,)),
    ("(-2) ** 0.5", lambda x, y: x**y, (-2.0, 0.5), nan, (nan, nan)),
    ("sqrt(0)", lambda x: x.sqrt(), (x0,), 0, (inf,)),
    ("log(0)", lambda x: x.log(), (x0,), -inf, (inf,)),
    ("log(-1)", lambda x: x.log(), (-1.0,), nan, (nan,)),
    ("log1p(-1)", lambda x: x.log1p(), (-1.0,), -inf, (inf,)),
    ("log1p(-2)", lambda x: x.log1p(), (-2.0,), nan, (nan,)),
    ("1/x at 0", lambda x: 1 / x, (x0,), inf, (-inf,)),
    ("0/0", lambda x, y: x / y, (x0, x0), nan, (inf, nan)),
    ("1/0, constant", lambda x: x / 0, (1.0,), inf, (inf,)),
    ("exp(1000)", lambda x: x.exp(), (1000.0,), inf, (inf,)),
    ("sigmoid(1000)", lambda x: x.sigmoid(), (1000.0,), 1, (0,)),
    ("sigmoid(-1000)", lambda x: x.sigmoid(), (-1000.0,), 0, (0,)),
    ("tanh(1000)", lambda x: x.tanh(), (1000.0,), 1, (0,)),
    ("tanh(-1000)", lambda x: x.tanh(), (-1000.0,), -1, (0,)),
    ("softplus(1000)", lambda x: x.softplus(), (1000.0,), 1000, (1,)),
    ("softplus(-1000)", lambda x: x.softplus(), (-1000.0,), 0, (0,)),
    ("gelu(1000)", lambda x: x.gelu(), (1000.0,), 1000, (1,)),
    ("gelu(-1000)", lambda x: x.gelu(), (-1000.0,), 0, (0,)),
    ("silu(1000)", lambda x: x.silu(), (1000.0,), 1000, (1,)),
    ("silu(-1000)", lambda x: x.silu(), (-1000.0,), 0, (0,)),
    ("elu(-1000)", lambda x: x.elu(), (-1000.0,), -1, (0,)),
    ("elu(1000)", lambda x: x.elu(), (1000.0,), 1000, (1,)),
    ("sinh(1000)", lambda x: x.sinh(), (1000.0,), inf, (inf,)),
    ("cosh(-1000)", lambda x: x.cosh(), (-1000.0,), inf, (-inf,)),
    ("asin(1)", lambda x: x.asin(), (1.0,), math.pi / 2, (inf,)),
    ("acos(1)", lambda x: x.acos(), (1.0,), 0, (-inf,)),
    ("asin(2)", lambda x: x.asin(), (2.0,), nan, (nan,)),
    ("atan2(0, 1)", lambda y, x: y.atan2(x), (x0, 1.0), 0, (1, 0)),
    ("atan2(0, -1)", lambda y, x: y.atan2(x), (x0, -1.0), math.pi, (-1, 0)),
    ("atan2, huge", lambda y, x: y.atan2(x), (1e200, 1e200), math.pi / 4, (5e-201, -5e-201)),
    ("atan2, tiny", lambda y, x: y.atan2(x), (1e-200, 1e-200), math.pi / 4, (5e199, -5e199)),
    ("hypot(0, 0)", lambda x, y: x.hypot(y), (x0, x0), 0, (0, 0)),
    ("sin(inf)", lambda x: x.sin(), (inf,), nan, (nan,)),
    ("5 mod 0", lambda x: x % 0, (5.0,), nan, (nan,)),
    ("-7 mod 3", lambda x, y: x % y, (-7.0, 3.0), 2, (1, 3)),
    ("where(x > 0, log x, 0)", lambda x: where(x > 0, x.log(), 0), (x0,), 0, (0,)),
    ("where(x > 0, 0, x.sqrt())", lambda x: where(x > 0, 0, 3 * x), (-1.0,), -3, (3,)),
]  # fmt: skip


def same(found: Sequence[float], expected: Sequence[float]) -> bool:
    return np.allclose(found, expected, rtol=1e-14, atol=0, equal_nan=True)


@pytest.mark.parametrize(
    ("f", "at", "value", "partials"), [e[1:] for e in EDGES], ids=[e[0] for e in EDGES]
)
def test_the_contract_at_the_edges(
    f: Callable[..., Value], at: tuple[float, ...], value: float, partials: tuple[float, ...]
) -> None:
    inputs = [Value(x) for x in at]
    root = f(*inputs)
    assert same([root.data], [value])
    root.backward()
    assert same([x.grad for x in inputs], partials)
    # The rules, run on Values inside a second derivative, give the same first derivatives.
    again = [grad(f, i)(*map(Value, at)).data for i in range(len(at))]
    assert same(again, partials)


@pytest.mark.parametrize(
    ("f", "at", "expected"),
    [
        (lambda x: x.relu(), 0.0, 0),
        (abs, 0.0, 0),
        (lambda x: x**2, 0.0, 2),
        (lambda x: x**1, 0.0, 0),
        (lambda x: x**0, 0.0, 0),
        (lambda x: x * x, 0.0, 2),
        (lambda x: x.sqrt(), 0.0, -inf),
        (lambda x: x.log(), 0.0, -inf),
        (lambda x: x.log(), -1.0, nan),
        (lambda x: x.log1p(), -3.0, nan),
        (lambda x: x.exp(), 1000.0, inf),
        (lambda x: x.sigmoid(), 1000.0, 0),
        (lambda x: x.sigmoid(), -1000.0, 0),
        (lambda x: x.tanh(), 1000.0, 0),
        (lambda x: x.softplus(), -1000.0, 0),
        (lambda x: where(x > 0, x.log(), 0.0), 0.0, 0),
        (lambda x: x.maximum(0), 0.0, 0),
        (lambda x: x.atan2(1), 0.0, 0),
    ],
)
def test_second_derivatives_at_the_edges(
    f: Callable[..., Value], at: float, expected: float
) -> None:
    assert same([grad(grad(f))(at)], [expected])


def test_the_third_derivative_of_a_cube_is_6_at_0() -> None:
    assert grad(grad(grad(lambda x: x**3)))(0.0) == 6


def test_a_comparison_answers_and_says_so() -> None:
    for method in (Value.__lt__, Value.__le__, Value.__gt__, Value.__ge__):
        assert method(Value(1.0), 2.0) in (True, False)
        assert "no part of the graph" in str(method.__doc__)
    assert "recorded as a node" in str(Value.__truediv__.__doc__)


# One rule, every number system ----------------------------------------------------------------------

SPECIAL = [
    nan,
    inf,
    -inf,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    1e3,
    -1e3,
    1e-300,
    1e300,
]


@pytest.mark.parametrize(
    "op", [op for op in OPS.values() if op.name != "where"], ids=lambda op: op.name
)
def test_arrays_and_floats_agree_on_everything_special(op: Op) -> None:
    grid = list(itertools.product(SPECIAL, repeat=op.arity))
    if op.name in {"round_to", "sinc_slope"}:  # decimals and orders are whole numbers
        grid = [
            p
            for p in grid
            if p[1] in (0, 1, 2, 3) or (p[1] in (-1, -2) and op.name != "sinc_slope")
        ]
    columns = [np.array(column) for column in zip(*grid)]
    values = [ieee(op, *p) for p in grid]
    with np.errstate(all="ignore"):
        assert same(np.asarray(op.array(*columns), float), values)
        for i, rule in enumerate(op.partials):
            on_arrays = np.broadcast_to(rule(*columns, np.array(values)), len(grid))
            on_floats = [ieee_partial(op, i, *p, v) for p, v in zip(grid, values)]
            assert same(on_arrays.astype(float), on_floats)


def test_where_picks_on_arrays_as_on_floats() -> None:
    where_row = OPS["where"]
    assert where_row(np.array([True, False]), 1.0, 2.0).tolist() == [1.0, 2.0]
    assert (where_row(True, 1.0, 2.0), where_row(False, 1.0, 2.0)) == (1.0, 2.0)


@apply.register(sympy.Basic)
def _apply_symbol(x: sympy.Basic, op: Op, inputs: tuple[Any, ...]) -> Any:
    """SymPy as one more number system, in which the rules themselves can be read."""
    values = dict(zip((a, b), inputs))
    if op.name == "where":
        condition, yes, no = inputs
        if no is False:
            return sympy.And(condition, yes)
        return Piecewise((yes, condition), (no, True))
    if op.name == "sinc_slope":
        return sympy.diff(MEANING["sinc"], a, int(inputs[1])).subs(a, x)
    if op.name in CHOICES:
        relations = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "==": sympy.Eq}
        return relations[op.name](*inputs)
    return MEANING[op.name].subs(values, simultaneous=True)


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_the_rules_on_symbols_are_the_derivatives(op: Op) -> None:
    symbols = (a, b)[: op.arity]
    for i, rule in enumerate(op.partials):
        if i in op.passive:
            continue
        written = exactly(sympy.sympify(rule(*symbols, MEANING[op.name])))
        expected = exactly(sympy.diff(MEANING[op.name], symbols[i]))
        inside = [p for p in points(op) if all(1e-3 < abs(x) < 30 for x in p)]
        assert inside or op.name == "round_to"
        assert [p for p in inside if not close(written(*p), expected(*p))] == []


# A row can be called as a function and as a method, on numbers, arrays and Values ---------------------

BUILT_IN: dict[str, Callable[..., Any]] = {
    "copy": operator.pos, "neg": operator.neg, "abs": abs, "round": round, "round_to": round,
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow,
    "clamp_min": autograd.maximum, "clamp_max": autograd.minimum,
}  # fmt: skip
AS_METHODS = {"round": "rint", "round_to": "round", "clamp_min": "maximum", "clamp_max": "minimum"}


@pytest.mark.parametrize("op", [op for op in ROWS if op.name not in OWN], ids=lambda op: op.name)
def test_rows_are_functions_and_methods(op: Op) -> None:
    function = BUILT_IN.get(op.name) or getattr(autograd, op.name)
    at = (0.3, 2) if op.arity == 2 else (1.3,) if op.name == "acosh" else (0.3,)
    expected = op(*at)
    assert function(Value(at[0]), *at[1:]).data == expected
    if op.name not in {"copy", "neg"} and (op.arity == 1 or op.name.isidentifier()):
        method = getattr(Value(at[0]), AS_METHODS.get(op.name, op.name))
        assert method(*at[1:]).data == expected
    if op.name not in BUILT_IN:
        assert function(*at) == expected
        assert type(function(*at)) is float
        on_array = function(np.array([at[0], 1.5]), *at[1:])
        assert same(on_array, [expected, op(1.5, *at[1:])])


def test_an_array_beside_a_value_is_taken_number_by_number() -> None:
    x = Value(3.0)
    for lengths in (
        autograd.hypot(x, np.array([4.0, 0.0])),
        autograd.hypot(np.array([4.0, 0.0]), x),
    ):
        assert [length.data for length in lengths] == [5.0, 3.0]
    lengths[0].backward()
    assert x.grad == 3 / 5


def test_stop_gradient_stops_that_of_every_value_in_an_array() -> None:
    x = Value(3.0)
    stopped = autograd.stop_gradient(np.array([x * x, x]))
    assert [value.data for value in stopped] == [9.0, 3.0]
    (stopped[0] * x + stopped[1]).backward()
    assert x.grad == 9.0
    assert autograd.stop_gradient(np.array([2.0])).tolist() == [2.0]
