"""Derivations by hand against the machine: each slip is named, and a correct one is never accused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import FormulaError, Value, compare, leaves, parse, topological_order
from nn import MLP, mse_loss


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


ONE = {"x": 1.3, "y": 0.6}

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
    assert text(r, "x", "2*h*(y + 1)*x") == (
        "product rule, u′v + uv′: the paths through x → r are forgotten"
    )
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
    (row,) = compare(hidden, {"x": "2*x*y**0"}).rows
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


# Right, to what was given --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("true", "typed"),
    [(2577.6, "2578"), (-3.43, "-3.4"), (2.2013e-05, "2.2e-05"), (0.20003, 0.2), (0.8464, "0,846"),
     (1.9995075, 2.0), (12.0, "12.0"), (0.00003, "0.0000")],
)  # fmt: skip
def test_the_digits_that_were_typed_count(true: float, typed: Any) -> None:
    f = built("f = a*x", {"a": true, "x": 0.7})
    assert compare(f, {"x": typed}).ok


@pytest.mark.parametrize(
    ("true", "typed"), [(0.1966, "0.1969"), (24.0, "23.8"), (3.14159, "3.145")]
)
def test_what_is_off_by_a_few_units_was_rounded_on_the_way(true: float, typed: str) -> None:
    (row,) = compare(built("f = a*x", {"a": true, "x": 0.7}), {"x": typed}).rows
    assert (row.ok, row.verdict, row.slips[0].kind) == (False, "close", "rounding")
    assert row.slips[0].text.startswith("close: rounded on the way?")


def test_the_numbers_of_this_problem_may_be_put_in() -> None:
    f = built("f = x**2*y + z*x", {"x": 3.0, "y": 4.0, "z": -2.0})
    (row,) = compare(f, {"x": "6*y + z"}).rows
    assert (row.ok, row.verdict) == (True, "right with x = 3 put in")
    assert compare(f, {"x": "24 + z"}).rows[0].ok
    assert compare(f, {"y": "3*3"}).ok


@pytest.mark.parametrize("by_hand", ["3*(1.3^2 + y^2)^2*2*1.3", "6*1.3*(1.69 + y²)²"])
def test_a_letter_may_be_put_in_more_than_once(by_hand: str) -> None:
    f = built("f = (x**2 + y**2)**3", ONE)
    assert compare(f, {"x": by_hand}).rows[0].verdict == "right with x = 1.3 put in"
    g = built("f = z**x", {"x": 1.3, "z": 0.8})
    assert compare(g, {"z": "1.3*z^(1.3 - 1)"}).rows[0].verdict == "right with x = 1.3 put in"
    h = built("f = x/(x + y)", {"x": 1.0, "y": 2.0})
    assert compare(h, {"x": "(1 + y - 1)/(1 + y)^2"}).rows[0].verdict == "right with x = 1 put in"


@pytest.mark.parametrize(
    ("formula", "by", "typed", "meant"),
    [
        ("f = (x - y)**2", "x", "2*x-y", "2*(x-y)"),
        ("f = x**2*y/(y + 1)", "x", "2x·y/y+1", "2*x*y/(y+1)"),
        ("f = (3*x - y)/(x**2 + 1)", "y", "-1/x²+1", "-1/(x²+1)"),
    ],
)
def test_parentheses_forgotten_are_told(formula: str, by: str, typed: str, meant: str) -> None:
    (row,) = compare(built(formula, ONE), {by: typed}).rows
    assert (row.ok, row.slips) == (
        False,
        (("brackets", f"parentheses are missing: {meant} is right"),),
    )


def test_what_holds_on_one_side_of_a_kink_is_right_there() -> None:
    f = built("h = relu(w*x); f = h**2", {"w": 2.0, "x": 3.0})
    found = compare(f, {"w": "2*h*x", "x": "2*h*(w*x > 0)*w", "h": "2*w*x"})
    assert [row.verdict for row in found.rows] == [
        "right",  # h is 0 where the slope is
        "right",
        "right on this side of a kink",
    ]
    assert found


@pytest.mark.parametrize(
    ("formula", "data", "by", "wrong"),
    [
        ("f = x**2*y", {"x": 0.5, "y": 3.0}, "x", "y"),
        ("f = u*v**2", {"u": 2.0, "v": 1.0}, "v", "2*u"),
        ("f = u*v", {"u": 2.0, "v": 1.0}, "u", "1"),
        ("f = x**3", {"x": 2.0}, "x", "6*x"),
        ("f = 3*x**2*y", {"x": 0.5, "y": 3.0}, "x", "3*y"),
        ("f = x*y + z*x", {"x": 2.0, "y": 3.0, "z": 0.0}, "x", "y"),
        ("f = (x - y)*z", {"x": 1.0, "y": 2.0, "z": -1.0}, "x", "-1"),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_never_right_by_chance(
    formula: str, data: dict[str, float], by: str, wrong: str
) -> None:
    (row,) = compare(built(formula, data), {by: wrong + " + 0*" + next(iter(data))}).rows
    assert (row.ok, row.error) == (False, 0.0)
    assert row.verdict == "right at these numbers only"


def test_nan_is_a_wrong_answer() -> None:
    (row,) = compare(neuron(), {"x1": float("nan")}).rows
    assert (row.ok, row.verdict, row.slips[0].kind) == (False, "wrong", "nan")


def test_an_exception_in_a_users_function_is_theirs() -> None:
    def by_hand(x1: float) -> float:
        return 1 / (x1 - 2)

    (row,) = compare(neuron(), {"x1": by_hand}).rows
    assert not row.ok
    assert row.slips[0].text.startswith("your function raised ZeroDivisionError")
    assert row.slips[0].text.endswith(": return 1 / (x1 - 2))")


# One of each group ---------------------------------------------------------------------------------

MSE = "e1 = w*x1 - y1; e2 = w*x2 - y2; L = (e1**2 + e2**2)/2 + k*w**2"
SAMPLES = {"w": 0.7, "x1": 1.3, "x2": -0.4, "y1": 0.2, "y2": 0.9, "k": 0.15}
RNN = "h1 = tanh(w*h0 + x1); h2 = tanh(w*h1 + x2); L = (h2 - t)**2"
STEPS = {"w": 0.8, "h0": 0.3, "x1": -0.5, "x2": 0.9, "t": 0.1}
NETWORK = "z = w1*x; h = sigmoid(z); v = w2*h; L = (v - t)**2"
WEIGHTS = {"w1": 0.9, "x": 1.4, "w2": -1.1, "t": 0.6}
SOFTMAX = "s = exp(x) + exp(y); L = log(s) - x"


@pytest.mark.parametrize(
    ("formula", "data", "by", "wrong", "kind", "says"),
    [
        ("f = x**2*sin(x)", ONE, "x", "2*x*cos(x)", "product", "the product of the derivatives is not"),
        ("f = x**2*sin(x)", ONE, "x", "2*x*sin(x)", "product", "product rule, u′v + uv′"),
        ("f = (x**2 + 1)/x**3", ONE, "x", "(3*x**2*(x**2 + 1) - 2*x**4)/x**6", "quotient", "the order"),
        ("f = (x**2 + 1)/(x - 3)", ONE, "x", "2*x", "quotient", "not divided one by the other"),
        ("f = x**3", ONE, "x", "3*x**3", "power", "the exponent is not lowered"),
        ("f = 2**x", ONE, "x", "x*2**(x - 1)", "power", "that is the power rule"),
        ("f = 2**x", ONE, "x", "2**x", "power", "the factor log(a) is missing"),
        ("f = x**3 + 5", ONE, "x", "3*x**2 + 5", "constant", "the derivative of a constant is 0"),
        ("f = x**3 - x", ONE, "x", "x**4/4 - x**2/2", "power", "that is the integral"),
        ("f = x**3 - x", ONE, "x", "6*x", "power", "that is the second derivative"),
        ("f = tanh(x**2 + 3*x)", ONE, "x", "1 - tanh(x**2 + 3*x)**2", "factor", "the inner derivative"),
        ("f = sin(x**2)", ONE, "x", "cos(2*x)", "chain", "f′(g′)"),
        ("f = sin(x**2)", ONE, "x", "cos(x)*2*x", "chain", "not at the variable"),
        ("f = cos(x)", ONE, "x", "sin(x)", "sign", "the sign is flipped"),
        ("f = sin(x)", ONE, "x", "cos(x*pi/180)", "rule", "degrees were taken for radians"),
        ("f = sigmoid(x)*y", ONE, "x", "y*(1 - sigmoid(x)**2)", "rule", "that is the rule of tanh"),
        ("f = sin(x)/x", ONE, "x", "sin(x) + cos(x)/x", "quotient", "(1/v)′ is −v′/v²"),
        ("f = 1/(x**2 + 1)", ONE, "x", "(x**2 + 1 - 2*x)/(x**2 + 1)**2", "quotient", "above is 0"),
        ("f = 3 - x**2", ONE, "x", "3 - 2*x", "constant", "the derivative of a constant is 0"),
        ("f = tanh(x)*y", ONE, "x", "-tanh(x)**2*y", "rule", "the 1 of 1 − tanh² is missing"),
        ("f = sin(x)", ONE, "x", "1/cos(x)", "rule", "sin′ is cos, not 1/cos"),
        ("f = x**y", ONE, "y", "y*log(x)", "power", "that is the logarithm of the power"),
        ("f = x**2*y + x*y", ONE, "x", "2*x*y*y", "path", "are added, not multiplied"),
        (SOFTMAX, ONE, "y", "exp(y)/s - 1", "loss", "a 1 is subtracted that does not belong"),
        (NETWORK, WEIGHTS, "t", "-2*(w2*z - t)", "other", "z stands where h belongs"),
        (NETWORK, WEIGHTS, "w1", "w1", "other", "that is w1 itself"),
        ("f = log(cos(x))", ONE, "x", "-1/sin(x)", "chain", "f′(g′)"),
        (NETWORK, WEIGHTS, "w2", "2*(v - t)*z", "other", "z = 1.26 stands where h"),
        (NETWORK, WEIGHTS, "w1", "2*(v - t)*h*(1 - h)*x", "factor", "∂(w2·h)/∂h = w2 = −1.1 is"),
        (NETWORK, WEIGHTS, "w1", "w1 - 0.1*2*(v - t)*w2*h*(1 - h)*x", "update", "that is the update"),
        (MSE, SAMPLES, "w", "e1*x1 + e2*x2", "loss", "the term (k·w²) is forgotten"),
        (MSE, SAMPLES, "w", "e1*x1 + e2*x2 + k*w", "power", "the exponent does not come down"),
        (MSE, SAMPLES, "w", "2*(e1*x1 + e2*x2) + 2*k*w", "factor", "= 0.5 is forgotten"),
        (RNN, STEPS, "w", "2*(h2 - t)*(1 - h2**2)*h1", "path", "→ h1 →"),
        ("m = (x + y)/2; f = (x - m)**2*y", ONE, "x", "2*(x - m)*y", "path", "→ m →"),
    ],
)  # fmt: skip
def test_a_slip_of_each_group_is_named(
    formula: str, data: dict[str, float], by: str, wrong: str, kind: str, says: str
) -> None:
    root = built(formula, data)
    number = float(
        parse(wrong)({node.label: node.data for node in topological_order(root) if node.label})
    )
    for answer in (wrong, number, f"{number:.4g}"):
        if "integral" in says and answer is not wrong:
            continue  # a number alone cannot show it
        (row,) = compare(root, {by: answer}).rows
        assert not row.ok
        assert any(slip.kind == kind and says in slip.text for slip in row.slips), row.slips


@pytest.mark.parametrize(
    ("formula", "data", "by", "wrong", "says"),
    [
        ("f = 3**(x**2)", ONE, "x", "x**2*3**(x**2 - 1)", "and the inner derivative is forgotten"),
        ("p = exp(x)/(exp(x) + exp(y))", ONE, "x", "1 - p", "the factor p is missing"),
        ("h = tanh(w*x); f = h*v + (h - t)**2", {**WEIGHTS, "v": 0.7, "w": 0.4}, "w",
         "v*x + 2*(h - t)*(1 - h**2)*x", "= 0.742 is forgotten on the path w → w·x → h → h·v → f"),
        (NETWORK, WEIGHTS, "w1", "2*(v - t)*(w2 - 0.5*2*(v - t)*h)*h*(1 - h)*x",
         "the old w2 belongs here, before the step of 0.5 times the gradient"),
    ],
)  # fmt: skip
def test_what_only_a_formula_or_a_full_number_can_show(
    formula: str, data: dict[str, float], by: str, wrong: str, says: str
) -> None:
    root = built(formula, data)
    number = compare(root, {by: wrong}).rows[0].by_hand
    for answer in (wrong, number):
        (row,) = compare(root, {by: answer}).rows
        assert any(says in slip.text for slip in row.slips), row.slips
    assert not any(says in slip.text for slip in compare(root, {by: f"{number:.3g}"}).rows[0].slips)


def test_a_list_shows_slips_of_many_kinds() -> None:
    f = built("z = u*x + v*w; f = z**2", {"u": 1.0, "x": 2.0, "v": -1.0, "w": 1.0})
    (row,) = compare(f, {"u": 8.0}).rows  # right is 2·z·x = 4
    assert len({slip.kind for slip in row.slips}) >= 4
    assert any("2 times what it should be" in slip.text for slip in row.slips)


def test_a_number_that_fits_several_slips_lists_them() -> None:
    f = built("f = x**2*y", {"x": 2.0, "y": 1.0})
    found = compare(f, {"x": 2.0})
    (row,) = found.rows
    assert len(row.slips) > 1
    assert str(found).endswith("give the formula to decide")
    assert len({slip.text for slip in row.slips}) == len(row.slips)


def test_a_network_of_a_batch_is_explained() -> None:
    model = MLP(2, [16, 16, 1], activation="tanh", rng=0)
    batch = [[math.sin(i), math.cos(2 * i)] for i in range(20)]
    loss = mse_loss(
        [model([Value(x) for x in row]) for row in batch], [0.1 * i - 1 for i in range(20)]
    )
    loss.label = "loss"
    loss.backward()
    weight = model.layers[0].neurons[3].w[0]
    for factor, says in ((-1.0, "the sign is flipped"), (20.0, "20 times"), (0.5, "1/2 times")):
        (row,) = compare(loss, {weight: factor * weight.grad}, names=model).rows
        assert any(says in slip.text for slip in row.slips)


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
