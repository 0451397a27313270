"""What students type is read as they meant it, or answered with a question."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import FormulaError, Value, compare, parse
from autograd.formulas.handwriting import plain
from autograd.formulas.latex import without_latex

NUMBERS = {"x": 0.7, "y": 1.9, "n": 0.4, "p": 0.3, "a": 1.3, "b": -0.6, "w11": 2.5, "o": 0.2}
X, Y, N, P, A, B = (NUMBERS[name] for name in "xynpab")
SIGMOID = 1 / (1 + math.exp(-N))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2xy", 2 * X * Y), ("2(p-y)", 2 * (P - Y)), ("2x²y", 2 * X * X * Y), ("x^2y^3", X**2 * Y**3),
        ("(x+1)(y-1)", (X + 1) * (Y - 1)), ("x y", X * Y), ("xy", X * Y), ("2e^x", 2 * math.exp(X)),
        ("σ(n)", SIGMOID), ("σ'(n)", SIGMOID * (1 - SIGMOID)), ("tanh′(n)", 1 - math.tanh(N) ** 2),
        ("√x", math.sqrt(X)), ("√(x+1)", math.sqrt(X + 1)), ("|b|", 0.6), ("2|x-y|", 2 * abs(X - Y)),
        ("1 - tanh²(n)", 1 - math.tanh(N) ** 2), ("1-tanh^2(n)", 1 - math.tanh(N) ** 2),
        ("np.exp(-x)", math.exp(-X)), ("torch.sigmoid(n)", SIGMOID), ("½x²", X * X / 2),
        ("x⁻²y", Y / X**2),
        ("1.5·10⁻³", 0.0015), ("ln|b|", math.log(0.6)), ("x|b|", X * 0.6), ("w_11x_", 2.5 * X),
        ("1 if n > 0 else 0", 1.0), ("2(x if b > 0 else 3 if n > 0 else 4)", 6.0), ("b > 0 ? x : y", Y),
        ("relu'(b)x + relu'(n)", 1.0), (r"\tfrac12 x", X / 2), (r"\operatorname{sigmoid}(n)", SIGMOID),
        (r"\text{tanh}(n)", math.tanh(N)), (r"\(2x\)", 2 * X), (r"\tanh ^2(n)", math.tanh(N) ** 2),
        ("2√x", 2 * math.sqrt(X)), ("1/(2√x)", 0.5 / math.sqrt(X)), ("x√(y+1)", X * math.sqrt(Y + 1)),
        ("xtanh(n)", X * math.tanh(N)), ("2xyσ(n)", 2 * X * Y * SIGMOID),
        ("w11exp(x)", 2.5 * math.exp(X)),
        ("sech²(n)", math.cosh(N) ** -2), ("ReLU(b)", 0.0),
        ("sgn(b)", -1.0), ("arctan(x)", math.atan(X)),
        ("x^{2}", X * X), (r"\frac{a}{b}", A / B), (r"2\cdot x", 2 * X), ("e^{-x}", math.exp(-X)),
        (r"\frac{1}{1+e^{-n}}", SIGMOID), (r"\sigma(n)\left(1-p\right)", SIGMOID * (1 - P)),
        (r"\sqrt{x} \times y", math.sqrt(X) * Y), ("w_{11}x", 2.5 * X), ("w_11*2", 5.0),
        ("$2x$", 2 * X),
        ("(n > 0)", 1.0), ("x*(b > 0)", 0.0), ("b>0", 0.0), ("1[n>0]*x", X),
        ("where(n>0, 3, 4)", 3.0),
        ("-0,1111", -0.1111), ("0,5*x", 0.5 * X), ("max(0,1)", 1.0), ("2*x*y.", 2 * X * Y), ("3.", 3.0),
        ("1/(2x)", 1 / (2 * X)), ("1e-3x", 1e-3 * X), ("log10(100)", 2.0), ("[x+1]·2", 2 * (X + 1)),
    ],
)  # fmt: skip
def test_read_as_it_was_meant(text: str, meant: float) -> None:
    assert parse(plain(text, NUMBERS.__contains__))(NUMBERS) == pytest.approx(meant, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("1/2√x", r"is sqrt below the line"),
        ("1/2x", r"is x below the line in /2x\? write \(…/2\)\*x or …/\(2\*x\)"),
        ("xy", r"is 'xy' the value of that name, or x·y\?"),
        ("2 3", r"is 2 3 a product\?"),
        ("sin x", r"write sin\(x\)"),
        ("sin 2x", r"write sin\(2x\)"),
        ("1 - tanh²n", r"write tanh\(n\)²"),
        ("e^2x", r"is x in the exponent of e\^2x\? write e\^\(2\*x\) or e\^2\*x"),
        ("1 if x > 0", r"write where\(condition, a, b\)"),
        ("tanh^-1(x)", "the inverse function, or 1/tanh"),
        ("|x", "this | has no other one"),
        (r"\frac{a}{b", "has no '}'"),
        ("1/xp", r"below the line in /xp"),
    ],
)
def test_a_guess_becomes_a_question(text: str, asks: str) -> None:
    with pytest.raises(FormulaError, match=asks):
        parse(plain(text, {*NUMBERS, "xy"}.__contains__ if text == "xy" else NUMBERS.__contains__))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r"\hat{y} - 1", "y_hat"), (r"\hat y - 1", "ŷ"), ("ŷ - 1", "y_hat"), ("y_hat - 1", "ŷ"),
        (r"\lambda - 1", "lam"), ("λ - 1", "lambda"), ("w_1 - 1", "w1"), ("w₁ - 1", "w1"),
        ("δ - 1", "delta"),
    ],
)  # fmt: skip
def test_a_name_may_be_spelled_otherwise(text: str, name: str) -> None:
    assert plain(text, {name}.__contains__) == f"{name}-1"


def test_a_value_of_several_letters_is_meant_in_parentheses() -> None:
    known = {"x", "y", "xy"}.__contains__
    assert plain("2*(xy)", known) == "2*(xy)"
    assert plain("rate*x", {"rate", "x"}.__contains__) == "rate*x"


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="xy2(|)/^*+-. ,=<>{}\\²√σ'[]_", max_size=12))
def test_anything_is_read_or_refused_with_a_column(text: str) -> None:
    with suppress(FormulaError):  # nothing else is raised
        assert parse(plain(text, {"x", "y"}.__contains__)).text


def test_latex_keeps_what_is_none() -> None:
    assert without_latex("x*tanh(y)^2") == "x*tanh(y)^2"


def product() -> Value:
    f = Value(3.0, label="x") ** 2 * Value(4.0, label="y")
    f.label = "f"
    return f


@pytest.mark.parametrize(
    "text",
    [
        "df/dx = 2xy",
        "∂f/∂x = 2·x·y",
        r"\frac{\partial f}{\partial x} = 2xy",
        "f'(x) = 2xy",
        "24.0",
        "= 2xy",
        "df/dx -> 2xy",
        "∂f/∂x: 2xy",
        "≈ 24",
        "2xy  # times y",
        "2xy.",
    ],
)
def test_an_answer_may_begin_with_what_it_is(text: str) -> None:
    assert compare(product(), {"x": text}).ok


@pytest.mark.parametrize(
    ("by_hand", "error", "says"),
    [
        ({"x": "df/dy = x^2"}, FormulaError, "this is the derivative by y; by x was asked for"),
        ({"x": "df/dx = 2xy = 25"}, FormulaError, "'2xy' or '25'? give one answer"),
        ({"x": "2xy = 24"}, FormulaError, "'2xy' or '24'? give one answer"),
        ({"x": "2*z*y"}, KeyError, "no value is called 'z'"),
    ],
)
def test_mistaken_answers_are_told(by_hand: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as caught:
        compare(product(), by_hand)
    assert says in str(caught.value)


def test_two_answers_for_one_value_are_an_error() -> None:
    f = product()
    x = f.parents[0].parents[0]
    with pytest.raises(ValueError, match="x has two answers"):
        compare(f, {"x": "2*x*y", x: 24.0})
