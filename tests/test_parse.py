"""Formulas are read, never run: what they mean, and one clear error for what they are not."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OPS, Backprop, FormulaError, Value, functions, parse
from autograd.formulas.grammar import FUNCTIONS

X, Y = 1.5, -0.75


@pytest.mark.parametrize(
    "text",
    [
        "x + y*2",
        "(x + y)*2",
        "x - y - 1",
        "x/y/2",
        "-x**2",
        "2**-x",
        "2**3**x",
        "x**2**0.5",
        "--x",
        "-x*-y",
        "+x - +y",
        "x % 0.4",
        "1e-3*x + .5 + 2.",
        "abs(-x) + pow(x, 2)",
        "x*(y - (x - (y - 1)))",
    ],
)
def test_signs_bind_as_in_python(text: str) -> None:
    assert parse(text)({"x": X, "y": Y}) == eval(text, {"x": X, "y": Y})


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("x·y − 2×x ÷ y", "x*y - 2*x/y"),
        ("x² + 3·y³", "x**2 + 3*y**3"),
        ("-x²", "-x**2"),
        ("x^2", "x**2"),
        ("2·π·x", "2*pi*x"),
        ("e**x", "exp(x)"),
        ("ln(x)", "log(x)"),
        ("max(x, y) + min(x, 0)", "x"),
        ("sigmoid(x)", "1/(1 + exp(-x))"),
        ("where(x ≥ 1, x, y)", "x"),
        ("where(x < 1, x, y)", "y"),
        ("clamp(x, 0, 1)", "1.0"),
        ("hypot(x - 1.2, 0.4)", "0.5"),  # 3, 4, 5
        ("x // 0.4 + -y // 0.5", "3 + 1"),
        ("q = x + y; q*q", "(x + y)**2"),
        ("q = x; r = q*y; r - q;", "x*y - x"),
    ],
)
def test_written_as_on_paper(text: str, python: str) -> None:
    names = {"x": X, "y": Y, "pi": math.pi, "exp": math.exp, "log": math.log}
    assert parse(text)({"x": X, "y": Y}) == pytest.approx(eval(python, names), rel=1e-15)


@given(st.recursive(
    st.sampled_from(["x", "y", "2", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
    ),
    max_leaves=12,
))  # fmt: skip
def test_any_arithmetic_is_that_of_python(text: str) -> None:
    ast.parse(text)
    assert parse(text)({"x": X, "y": Y}) == eval(text, {"x": X, "y": Y})


def test_a_path_of_a_model_is_a_name_and_variables_keep_their_order() -> None:
    formula = parse("b + layers.0.neurons.1.w.0*x1 + pi")
    assert formula.variables == ("b", "layers.0.neurons.1.w.0", "x1")


def test_a_given_e_is_no_constant() -> None:
    assert parse("e + x")({"e": 1.0, "x": 2.0}) == 3.0


def test_values_make_a_graph_with_the_names_of_its_lines() -> None:
    x, y, z = Value(-2.0), Value(5.0), Value(-4.0)
    f = parse("q = x + y; f = q*z")({"x": x, "y": y, "z": z})
    assert (f.label, [p.label for p in f.parents]) == ("f", ["q", ""])
    Backprop(f).run()
    assert (x.grad, y.grad, z.grad) == (-4.0, -4.0, 3.0)  # CS231n, backpropagation notes


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ('__import__("os")', 1, "'__import__' is no function"),
        ("9**9**9**9", 5, "too large"),
        ("(" * 5000, 4001, "at most 4000 characters"),
        ("(" * 2000 + "x" + ")" * 1999, 101, "nested more than 100 deep"),
        ("x+" * 5000, 4001, "at most 4000 characters, not 10000"),
        ("", 1, "empty"),
        ("x = ", 5, "empty"),
        ("x +", 4, "needs something after it"),
        ("x + * y", 5, "should stand here"),
        ("2x", 2, "an operator is missing before 'x'"),
        ("x y", 3, "an operator is missing"),
        ("tanh x", 6, "an operator is missing"),
        ("(x", 1, "never closed"),
        ("tanh(x", 5, "never closed"),
        ("x)", 2, "no '('"),
        ("x, y", 2, "comma"),
        ("tanh(x, y)", 5, "takes 1 input"),
        ("atan2(x)", 6, "takes 2 inputs"),
        ("tanh()", 6, "should stand here"),
        ("sigmiod(x)", 1, "did you mean 'sigmoid'"),
        ("x.__class__", 1, "has no value"),
        ("x[0]", 2, "'[' has no meaning"),
        ("'x'", 1, "has no meaning"),
        ("lambda: 0", 7, "has no meaning"),
        ("x > 1", 3, "a comparison stands only"),
        ("1 + where(x, y > 1, 0)", 16, "a comparison stands only"),
        ("x == 1", 3, "'='"),
        ("q=1; q=2", 6, "has a value already"),
        ("1e999", 1, "too large"),
        ("1/0", 2, "too large"),
        ("0/0", 2, "not a number"),
        ("log(-1)", 4, "not a number"),
        ("x + zz", 5, "'zz' has no value"),
        ("x + \x1b[31m", 5, "has no meaning"),
    ],
)
def test_one_clear_error_at_its_column(text: str, column: int, says: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)({"x": X, "y": Y})
    message = str(error.value)
    assert error.value.column == column
    assert message.startswith(f"column {column}: ")
    assert says in message
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 200


@given(st.text(max_size=60))
def test_any_text_is_a_formula_or_a_clear_error(text: str) -> None:
    column = 1
    try:
        parse(text)({"x": X, "y": Y})
    except FormulaError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="a formula is text, not int"):
        parse(3)  # type: ignore[arg-type]


def test_every_named_row_is_a_function_that_takes_as_many_inputs() -> None:
    for op in OPS.values():
        if op.name in functions.__all__:
            assert op.arity in FUNCTIONS[op.name][1]
    for name, inputs in {
        "hypot": [2],
        "elu": [1, 2],
        "clamp": [1, 2, 3],
        "where": [3],
        "max": [2],
    }.items():
        assert list(FUNCTIONS[name][1]) == inputs


def test_only_functions_of_the_engine_can_be_called() -> None:
    assert "tanh" in FUNCTIONS
    assert not {"eval", "exec", "open", "getattr", "compile"} & set(FUNCTIONS)
