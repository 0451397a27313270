"""Derivations by hand against the machine: each slip is named, and a correct one is never accused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import FormulaError, Value, compare, leaves, parse
from nn import MLP


def neuron() -> Value:
    data = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    return built("n = x1*w1 + x2*w2 + b; o = tanh(n)", data)


def built(text: str, data: dict[str, float]) -> Value:
    root: Value = parse(text)({name: Value(x, label=name) for name, x in data.items()})
    return root


def shared() -> Value:
    """r = (x·y + x)²·x, written with a product: x is used three times, h twice."""
    return built("g = x*y; h = g + x; r = h*h*x", {"x": 3.0, "y": 4.0})


def kinds(root: Value, name: str, by_hand: Any) -> list[str]:
    (row,) = compare(root, {name: by_hand}).rows
    assert not row.ok
    return [slip.kind for slip in row.slips]


def text(root: Value, name: str, by_hand: Any) -> str:
    (row,) = compare(root, {name: by_hand}).rows
    return row.slips[0].text if row.slips else row.verdict


# Right ones are never accused ---------------------------------------------------------------------


def test_the_lectures_neuron_by_hand_in_three_ways() -> None:
    o = neuron()
    found = compare(o, {
        "x1": -1.5, "w1": "x1*(1 - o**2)", "x2": "w2*(1 - tanh(n)²)", "w2": 0, "b": lambda o: 1 - o**2,
        "n": "1/cosh(n)^2", "o": 1,
    })  # fmt: skip
    assert found
    assert found.ok
    assert [(row.verdict, row.slips) for row in found.rows] == [("right", ())] * 7
    for row, expected in zip(found.rows, (-1.5, 1.0, 0.5, 0.0, 0.5, 0.5, 1.0)):
        assert row.autograd == pytest.approx(expected, abs=1e-14)
        assert row.numerical == pytest.approx(expected, abs=1e-9)


def test_the_table_as_printed() -> None:
    f = built("f = (x + y)*z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert str(compare(f, {"x": "z", "y": "-z", "z": "x + y"})) == (
        "value  autograd  by hand  numerical  error  verdict\n"
        "x            −4       −4         −4      0  right\n"
        "y            −4        4         −4      8  wrong\n"
        "z             3        3          3      0  right\n"
        "  y: the sign is flipped"
    )


FORMULAS = [
    ("x**2*y + sin(x*y)", {"x": 1.2, "y": -0.7}),
    ("x/y - y/(x*x + 1)", {"x": 0.8, "y": 1.9}),
    ("exp(-x*x/2)*cos(3*y)", {"x": 0.4, "y": 1.1}),
    ("sigmoid(w0*x0 + w1*x1 + w2)", {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}),
    ("log(1 + exp(x)) * sqrt(y)", {"x": 0.3, "y": 2.2}),
    ("(tanh(x*w + b) - t)**2", {"x": 0.5, "w": -1.3, "b": 0.1, "t": 0.9}),
    ("x*x*x - 2*x*y*y", {"x": 1.0, "y": 1.0}),
]


@pytest.mark.parametrize(("formula", "data"), FORMULAS)
def test_derivatives_by_sympy_are_right(formula: str, data: dict[str, float]) -> None:
    symbols = sympy.symbols(list(data))
    expression = sympy.sympify(
        formula.replace("sigmoid", "s"), locals={"s": lambda z: 1 / (1 + sympy.exp(-z))}
    )
    by_hand = {str(s): str(sympy.diff(expression, s)) for s in symbols}
    found = compare(built(formula, data), by_hand)
    assert [(row.name, row.verdict) for row in found.rows] == [(name, "right") for name in data]
    assert found.ok
    numbers = {str(s): float(sympy.diff(expression, s).subs(data)) for s in symbols}
    assert compare(built(formula, data), numbers).ok


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-2.0, 2.0), min_size=3, max_size=3), st.integers(0, 3))
def test_what_backward_says_is_right(numbers: list[float], shape: int) -> None:
    formula = ["x*y*z + x", "tanh(x*y)*z - x*x", "relu(x - y) + abs(z)*x", "maximum(x, y)*z"][shape]
    root = built(formula, dict(zip("xyz", numbers)))
    root.backward()
    by_hand = {leaf.label: leaf.grad for leaf in leaves(root)}
    assert compare(root, by_hand).ok  # type: ignore[arg-type]


def test_rounded_to_the_digits_given_is_right() -> None:
    o = neuron()
    sigma = built("f = sigmoid(z)", {"z": 1.0})
    assert compare(sigma, {"z": 0.197}).ok  # 0.19661…
    assert compare(sigma, {"z": 0.1966}).ok
    assert compare(sigma, {"z": "0.19661"}).ok
    assert not compare(sigma, {"z": 0.1969}).ok
    assert not compare(sigma, {"z": 0.2}).ok  # one digit may be anything
    assert not compare(o, {"x1": -1.5003}).ok


def test_a_branch_and_a_kink_near_by_do_not_disturb() -> None:
    f = built("f = relu(x)*3 + where(x < 1, 2*x, x*x)", {"x": 0.0001})
    assert compare(f, {"x": "5"}).ok
    assert compare(f, {"x": lambda x: 5.0 if x > 0 else 2.0}).ok


def test_a_function_may_have_a_narrow_domain() -> None:
    def by_hand(x: float) -> float:
        if x != 2.0:
            raise ValueError("only at 2")
        return 12.0

    assert compare(built("f = x**3", {"x": 2.0}), {"x": by_hand}).ok


def test_parameters_of_a_model_by_their_path() -> None:
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    x = [Value(0.3, label="x1"), Value(-0.8, label="x2")]
    loss = (model(x) - 1.0) ** 2
    loss.label = "loss"
    v, h = model.layers[1].neurons[0].w, [n.last_output for n in model.layers[0].neurons]
    delta = 2 * (model.layers[1].neurons[0].last_output - 1.0)
    found = compare(loss, {
        "layers.1.neurons.0.w.1": delta * h[1],
        "layers.0.neurons.1.w.0": delta * v[1].data * (1 - h[1] ** 2) * 0.3,
        model.layers[0].neurons[1].b: delta * v[1].data,
    }, names=model)  # fmt: skip
    assert [row.ok for row in found.rows] == [True, True, False]
    assert found.rows[2].slips[0].kind == "factor"
    assert "tanh" in found.rows[2].slips[0].text


# Each slip is found -------------------------------------------------------------------------------


@pytest.mark.parametrize("by_hand", [1.5, "-w1*(1 - o**2)", lambda w1, o: -w1 * (1 - o**2)])
def test_a_flipped_sign(by_hand: Any) -> None:
    assert kinds(neuron(), "x1", by_hand)[0] == "sign"
    assert text(neuron(), "x1", by_hand) == "the sign is flipped"


def test_a_flipped_sign_on_one_path() -> None:
    loss = built("d = y - p; f = d*d + 3*p", {"y": 1.0, "p": 0.4})
    assert text(loss, "p", "2*d + 3") == "the sign of ∂(y − p)/∂p = −1 is flipped"


@pytest.mark.parametrize(
    ("by_hand", "times"),
    [(48, "2"), ("4*x*y", "2"), (8.0, "1/3"), (lambda x, y: 6 * x * y, "3"), (240, "10")],
)
def test_a_constant_factor_that_has_a_cause(by_hand: Any, times: str) -> None:
    f = built("f = x**2*y", {"x": 3.0, "y": 4.0})
    (row,) = compare(f, {"x": by_hand}).rows
    said = [s.text for s in row.slips if s.kind == "constant"]
    assert said[0].startswith(f"a constant factor is off: it is {times} times what it should be")


@pytest.mark.parametrize(
    ("by_hand", "times"), [("2.7*x*y", "1.35"), (24 / 150, "1/150"), (24 * 150, "150")]
)
def test_a_ratio_without_a_cause_is_a_fact_stated_last(by_hand: Any, times: str) -> None:
    f = built("f = x**2*y", {"x": 3.0, "y": 4.0})
    found = compare(f, {"x": by_hand})
    assert found.rows[0].slips == ()
    fact = f"x: none of the usual slips gives this; it is {times} times what it should be"
    assert str(found).endswith(fact)


def test_a_forgotten_path_is_named() -> None:
    r = (
        shared()
    )  # ∂r/∂x = 2h·y·x + 2h·x + h²: through g (twice), straight into h (twice), straight into r
    assert text(r, "x", "2*h*(y + 1)*x") == "the path x → r is forgotten"
    assert text(r, "x", "2*h*y*x + h**2") == "the paths through x → h are forgotten"
    assert text(r, "x", "2*h*x + h**2") == "the paths through x → g are forgotten"
    f = built("f = x*y + x", {"x": 3.0, "y": 4.0})
    assert text(f, "x", "y") == text(f, "x", 4) == "the path x → f is forgotten"
    assert text(f, "x", 1.0) == "the path x → x·y → f is forgotten"
    assert text(f, "y", 0.0) == "the only path y → x·y → f is forgotten"
    square = built("f = x*x", {"x": 3.0})
    assert text(square, "x", "x") == "one of the 2 paths x → f is forgotten"


def test_a_forgotten_factor_of_the_chain_is_named() -> None:
    for by_hand in ("w1", -3.0, lambda w1: w1):
        assert (
            text(neuron(), "x1", by_hand)
            == "the factor ∂tanh(n)/∂n = 1 − tanh(n)² = 0.5 is forgotten"
        )
    assert text(neuron(), "x1", "1 - o**2") == "the factor ∂(x1·w1)/∂x1 = w1 = −3 is forgotten"
    loss = built("p = sigmoid(z); f = (p - t)**2", {"z": 0.3, "t": 1.0})
    assert text(loss, "z", "2*(p - t)").startswith(
        "the factor ∂sigmoid(z)/∂z = sigmoid(z)·(1 − sigmoid(z))"
    )
    assert text(loss, "z", "p*(1 - p)").startswith("the factor ∂((p − t)²)/∂(p − t) = 2·(p − t)")


def test_a_derivative_taken_at_the_wrong_point() -> None:
    at_output = "at o = tanh(n): the derivative is taken at its own output, in place of its input"
    assert text(neuron(), "w1", "x1*(1 - tanh(o)**2)").startswith(at_output)
    assert text(neuron(), "w1", 2 * (1 - math.tanh(math.sqrt(0.5)) ** 2)).startswith(at_output)
    f = built("f = x**3*y", {"x": 1.3, "y": 0.7})
    assert kinds(f, "x", 3 * 0.7**2 * 1.3) == ["point"]  # 3x²y with x and y exchanged
    assert text(f, "x", 3 * 0.7**2 * 1.3).endswith("with x and y exchanged")
    assert text(f, "x", "3*y**2*x").endswith("with x and y exchanged")
    product = built("f = x*y", {"x": 1.3, "y": 0.7})
    (row,) = compare(product, {"x": "x"}).rows
    said = [slip.text for slip in row.slips]
    assert said[0] == "that is ∂f/∂y, the derivative by y"
    assert "∂(x·y)/∂x = y = 0.7 is taken as that by the other operand" in said


def test_assigned_in_place_of_added() -> None:
    cube = built(
        "f = x*x + 5*x", {"x": 3.0}
    )  # contributions to x in the order of the pass: 5, 3, 3
    assert "overwritten" in kinds(cube, "x", 3.0)
    four = built("b = a + a; c = b + b", {"a": 1.0})
    assert kinds(four, "a", 1.0)[0] == "overwritten"
    assert (
        text(four, "a", 1.0)
        == "= where += was meant: of every gradient only the last contribution is left"
    )
    three = built("f = x*y + x*z + sin(x)", {"x": 0.5, "y": 2.0, "z": 3.0})
    assert (
        text(three, "x", 2.0)
        == "= where += was meant: of the 3 contributions to x.grad only the last is left"
    )
    assert text(three, "x", "y") == text(three, "x", 2.0)


def test_right_by_chance_is_told() -> None:
    cube = built("f = x**3", {"x": 2.0})
    (row,) = compare(cube, {"x": "6*x"}).rows  # 12 = 3·2², but only there
    assert (row.ok, row.verdict, row.error) == (False, "right at these numbers only", 0.0)
    hidden = built("f = x**2*y", {"x": 3.0, "y": 1.0})
    (row,) = compare(hidden, {"x": "2*x + 0*y"}).rows
    assert row.verdict == "right at these numbers only"
    assert row.slips[0].kind == "factor"


def test_a_number_from_nowhere_is_only_wrong() -> None:
    (row,) = compare(neuron(), {"x1": 77.77}).rows
    assert (row.verdict, row.slips) == ("wrong", ())
    assert "none of the usual slips" in str(compare(neuron(), {"x1": 77.77}))


@pytest.mark.parametrize(("formula", "data"), FORMULAS)
def test_slips_made_with_sympy_are_found_in_every_formula(
    formula: str, data: dict[str, float]
) -> None:
    root = built(formula, data)
    symbols = sympy.symbols(list(data))
    expression = sympy.sympify(
        formula.replace("sigmoid", "s"), locals={"s": lambda z: 1 / (1 + sympy.exp(-z))}
    )
    for symbol in symbols:
        true = sympy.diff(expression, symbol)
        assert kinds(root, str(symbol), str(-true))[0] == "sign"
        assert "constant" in kinds(root, str(symbol), str(2 * true))
        other = symbols[0] if symbol is not symbols[0] else symbols[1]
        swapped = true.subs({symbol: other, other: symbol}, simultaneous=True)
        here, there = (float(d.subs(data)) for d in (true, swapped))
        if abs(here - there) > 1e-6 and abs(here + there) > 1e-6:
            assert "point" in kinds(root, str(symbol), str(swapped))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.3, 2.0), min_size=3, max_size=3), st.integers(0, 2))
def test_a_dropped_path_is_found_from_a_number(numbers: list[float], dropped: int) -> None:
    x, y, z = numbers
    root = built("f = x*y + sin(x)*z + exp(x)", {"x": x, "y": y, "z": z})
    terms = [y, z * math.cos(x), math.exp(x)]
    found = compare(root, {"x": math.fsum(terms) - terms[dropped]}).rows[0]
    assert not found.ok
    way = ("x → x·y →", "x → sin(x) →", "x → exp(x) →")[dropped]
    assert any(slip.kind == "path" and way in slip.text for slip in found.slips)


# Around it ----------------------------------------------------------------------------------------


def test_gradients_are_left_alone() -> None:
    o = neuron()
    o.backward()
    before = [leaf.grad for leaf in leaves(o)]
    compare(o, {"x1": "w1", "n": 3})
    assert [leaf.grad for leaf in leaves(o)] == before


@pytest.mark.parametrize(
    ("by_hand", "error", "says"),
    [
        ({"x3": 1.0}, KeyError, "no value is called 'x3'; did you mean 'x2'"),
        ({"x1": "2*"}, FormulaError, "column 3"),
        ({"x1": "2*q"}, KeyError, "no value is called 'q'"),
        ({"x1": [1.0]}, TypeError, "a number, a formula in text or a function, not list"),
        ({"x1": lambda *a: 1.0}, TypeError, r"takes names of values, not \*a"),
        ({"x1": lambda n: "no"}, TypeError, "should come to a number, not str"),
        ([("x1", 1.0)], TypeError, "by_hand is a dictionary"),
        ({Value(1.0): 1.0}, KeyError, "no value in the graph of o"),
    ],
)
def test_mistaken_calls_say_what_is_taken(by_hand: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        compare(neuron(), by_hand)


def test_a_large_graph_is_answered() -> None:
    x, w = Value(1.0, label="x"), Value(1.0001, label="w")
    y = x
    for _ in range(10_000):
        y = y * w
    y.label = "y"
    found = compare(y, {"x": -y.data, "w": 3.0})
    assert found.rows[0].slips[0].kind == "sign"
