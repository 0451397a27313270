"""A Value behaves as a number: in Python, in NumPy, and when it is given something wrong."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Op, Value, clamp, exp, maximum, minimum, no_grad, where
from autograd.value import Note

OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod,
    operator.pow, divmod,
    operator.lt, operator.le, operator.gt, operator.ge,
]  # fmt: skip
OTHERS = [
    2, 0.5, True, np.float64(1.5), np.float32(0.25), np.int64(3), np.int8(2), np.bool_(True),
    Fraction(1, 2),
]  # fmt: skip


def plain(x: Any) -> Any:
    return tuple(map(plain, x)) if isinstance(x, tuple) else x.data if isinstance(x, Value) else x


@pytest.mark.parametrize("other", OTHERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("operate", OPERATORS, ids=lambda f: f.__name__)
def test_operators_take_any_real_number_on_either_side(
    operate: Callable[[Any, Any], Any], other: Any
) -> None:
    v = Value(3.25)
    assert plain(operate(v, other)) == pytest.approx(operate(3.25, float(other)), rel=1e-15)
    assert plain(operate(other, v)) == pytest.approx(operate(float(other), 3.25), rel=1e-15)
    assert plain(operate(v, Value(other))) == plain(operate(v, other))


def test_the_worked_example_of_micrograd() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f"{x:.4f}" for x in (g.data, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]


def test_python_functions_of_numbers() -> None:
    a, b = Value(3.0), Value(-1.5)
    assert sum([a, b]).data == 1.5
    assert sum([a, b], Value(0.0)).data == 1.5
    assert math.prod([a, b]).data == -4.5
    assert abs(b).data == 1.5
    assert (max(a, b, 0), min([a, b])) == (a, b)
    assert sorted([a, b]) == [b, a]
    assert (b.item(), int(b), bool(b), bool(Value(0.0))) == (-1.5, -1, True, False)
    assert (math.floor(b), math.ceil(b), math.trunc(b)) == (-2, -1, -1)
    with pytest.warns(UserWarning, match="out of the graph"):
        assert (float(b), math.sqrt(Value(9.0))) == (-1.5, 3.0)
    assert pow(a, 2).data == 9.0
    assert (round(Value(2.5)).data, round(Value(3.5)).data) == (2.0, 4.0)
    assert round(Value(2.675), 2).data == round(2.675, 2)
    assert round(Value(1234.5), -2).data == 1200.0
    assert f"{a:.2f} {a}" == "3.00 Value(data=3.0, grad=0.0)"


def test_equality_and_hash_are_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert a == a
    assert {a: "a", b: "b"}[b] == "b"
    assert len({a, b, a}) == 2


W = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "f",
    [
        lambda o: W @ o,
        lambda o: o @ W,
        lambda o: o @ o,
        lambda o: np.einsum("ij,j->i", W, o),
        lambda o: np.outer(o, o),
        lambda o: o * 2 + 1 / o - o**2,
        lambda o: np.exp(o) + np.tanh(o) + np.abs(o) + np.square(o) + np.rint(o) + np.cos(o),
        lambda o: np.arctan2(o, 1.0) + np.hypot(o, o) + np.mod(o, 2) + np.arctan(o),
        lambda o: np.log1p(np.abs(o)) + np.sqrt(np.abs(o)),
        lambda o: np.floor(o) + np.ceil(o) + np.trunc(o) + np.sign(o),
        lambda o: [o.sum(), o.mean(), o.prod(), o.max(), o.var(), o.std(), np.linalg.norm(o)],
        lambda o: [np.cumsum(o), np.sort(o), np.clip(o, 0, 1), np.maximum(o, 0)],
        lambda o: [maximum(o, 0.5), minimum(0.5, o), clamp(o, -1, 1), where(o > 0, o, 0)],
        lambda o: [maximum(W, o), autograd.atan2(W, o), exp(o), autograd.sigmoid(o)],
    ],
)  # fmt: skip
def test_object_arrays_compute_what_arrays_of_floats_do(f: Callable[[Any], Any]) -> None:
    numbers = np.array([3.0, -1.5])
    values = np.array([Value(x) for x in numbers])

    def flat(x: Any) -> list[float]:
        if isinstance(x, (list, np.ndarray)):
            return [y for part in x for y in flat(part)]
        return [plain(x)]

    assert flat(f(values)) == pytest.approx(flat(f(numbers)), rel=1e-14)


def test_gradients_flow_through_arrays() -> None:
    x = np.array([Value(1.0), Value(-2.0)])
    np.tanh(W @ x).sum().backward()
    slope = W.T @ (1 - np.tanh(W @ [1.0, -2.0]) ** 2)
    assert [v.grad for v in x] == pytest.approx(slope, rel=1e-14)


def test_numpy_scalars_and_functions_on_one_value() -> None:
    a = Value(0.5)
    assert type(np.float64(2) * a) is Value
    assert type(np.exp(a)) is Value
    assert np.exp(a).data == math.exp(0.5)
    assert np.float64(2) > a
    with pytest.warns(UserWarning, match="out of the graph"):
        assert np.array([a, 1.0], dtype=float).tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Value("3"), "takes one real number .* not str"),  # type: ignore[arg-type]
        (lambda: Value([1, 2]), "not list"),  # type: ignore[arg-type]
        (lambda: Value(1j), "not complex"),  # type: ignore[arg-type]
        (lambda: Value(None), "not NoneType"),  # type: ignore[arg-type]
        (lambda: Value(np.ones(2)), "not ndarray"),  # type: ignore[arg-type]
        (lambda: Value(Value(1.0)), "is a Value already"),  # type: ignore[arg-type]
        (lambda: Value(1.0, label=3), "a label is text, not int"),  # type: ignore[arg-type]
        (lambda: Value(1.0) + "3", "unsupported operand"),  # type: ignore[operator]
        (lambda: None * Value(1.0), "unsupported operand"),  # type: ignore[operator]
        (lambda: Value(1.0) < "x", "not supported between"),  # type: ignore[operator]
        (lambda: exp("x"), r"exp\(\) takes numbers, Values or arrays of them, not str"),
        (lambda: exp([1]), r"exp\(\) takes .* not list"),
        (lambda: maximum(Value(1.0), "3"), r"maximum\(\) takes Values and numbers, not str"),
        (lambda: minimum("3", Value(1.0)), r"minimum\(\) takes Values and numbers, not str"),
        (lambda: Value(1.0).maximum(None), r"maximum\(\) takes Values and numbers, not NoneType"),
        (lambda: Value(1.0).elu("x"), r"elu\(\) takes Values and numbers, not str"),
        (lambda: autograd.atan2(Value(1.0), "x"), r"atan2\(\) takes Values and numbers, not str"),
        (lambda: where("yes", Value(1.0), 0), "where"),
        (lambda: where(True, "x", Value(1.0)), "not str"),
        (lambda: round(Value(1.0), "x"), "integer"),  # type: ignore[call-overload]
        (
            lambda: type("Mine", (Value,), {}),
            "Value cannot be subclassed .* Keep a Value in an attr",
        ),
        (
            lambda: Value(1.0, (Value(2.0), Value(3.0)), "+"),
            r"nodes are made by operations on Values.*Op\(",
        ),
        (lambda: Value(1.0, (), "+"), "nodes are made by operations"),
        (lambda: Value(1.0, {Value(2.0)}), "nodes are made by operations"),
        (lambda: Value(1.0, 2.0), r"a label is text, not float \(2.0\)"),
    ],
)
def test_bad_input_is_refused_in_one_clear_line(wrong: Callable[[], Any], says: str) -> None:
    with pytest.raises(TypeError, match=says) as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_labels_notes_and_operands() -> None:
    x = Value(2.0, label="x")
    y = 3 - x
    assert (x.label, y.label, y.op, y.operands, y.parents, y.partials) == (
        "x", "", "-", (3.0, x), (x,), (-1.0,),
    )  # fmt: skip
    y.label = "y"
    assert (y.label, y.op, type(y.note)) == ("y", "-", Note)
    assert (x * x).parents == (x, x)
    assert Value(1.0).operands == ()
    chosen = where(x > 5, x, y)
    assert (chosen.parents, chosen.operands) == ((y,), (False, x, y))
    assert y.detach().parents == ()


def test_methods_are_called_as_they_are_named() -> None:
    assert (Value.tanh.__name__, Value.tanh.__qualname__) == ("tanh", "Value.tanh")
    assert Value.__rsub__.__qualname__ == "Value.__rsub__"


def test_an_operation_of_ones_own_is_one_row() -> None:
    cube = Op(
        "cube", "³", "x³", lambda x: x**3, lambda x: x**3, (lambda x, y: 3.0 * x * x,)
    )  # fmt: skip
    x = Value(2.0)
    y = cube(x)
    y.backward()
    assert (y.data, y.op, x.grad, cube(2.0)) == (8.0, "cube", 12.0, 8.0)
    assert autograd.grad(autograd.grad(cube))(2.0) == 12.0
    assert autograd.gradcheck(cube, 2.0)
    add3 = Op("add3", "+", "a + b + c", lambda *x: sum(x), lambda *x: sum(x), (lambda *x: 1.0,) * 3)
    assert add3(1.0, 2.0, 3.0) == 6.0
    with pytest.raises(TypeError, match="has 3 inputs; a Value records one or two"):
        add3(x, 2.0, 3.0)


def test_the_lectures_pass_by_hand_node_by_node() -> None:
    """Karpathy, The spelled-out intro to neural networks and backpropagation: his numbers."""
    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432)
    x1w1, x2w2 = x1 * w1, x2 * w2
    total = x1w1 + x2w2
    n = total + b
    o = n.tanh()
    o.grad = 1.0
    o._backward()
    n._backward()
    b._backward()  # a leaf: nothing happens
    total._backward()
    x2w2._backward()
    x1w1._backward()
    assert [round(v.grad, 4) for v in (x1, w1, x2, w2, b, n)] == [-1.5, 1.0, 0.5, 0.0, 0.5, 0.5]
    a = Value(3.0)
    twice = a + a
    twice.grad = 1.0
    twice._backward()
    assert a.grad == 2.0
    with pytest.raises(AttributeError, match=r"nodes are made by operations.*Op\("):
        o._backward = lambda: None  # type: ignore[method-assign]


def test_micrograds_names_for_parents_and_operation() -> None:
    a, b = Value(1.0), Value(2.0)
    c = a * b
    assert (c._prev, c._op, a._prev, a._op) == ((a, b), "*", (), "")


def test_no_grad_leaves_no_trace_and_nests() -> None:
    x = Value(2.0)
    with no_grad():
        y = x * x + 1
        with autograd.modes.recording():
            z = x * x
        assert z.parents == (x, x)
        assert maximum(x, 1).parents == ()
    assert (y.data, y.parents, y.op, y.partials) == (5.0, (), "", ())

    @no_grad()
    def f(x: Value) -> Value:
        return x * 2

    assert f(x).parents == ()
    assert (x * 2).parents == (x,)
    with pytest.raises(ZeroDivisionError), no_grad():
        _ = 1 / 0
    assert (x * 2).parents == (x,)


@pytest.mark.parametrize("other", [[1.0, 2.0], (1.0,)])
def test_a_list_is_refused_by_the_value_and_not_by_the_list(other: object) -> None:
    for operation in (
        lambda: Value(2.0) * other,
        lambda: Value(2.0) + other,
        lambda: Value(2.0) - other,
        lambda: Value(2.0) / other,
        lambda: other * Value(2.0),
        lambda: other + Value(2.0),
        lambda: other - Value(2.0),
        lambda: Value(2.0) < other,
    ):
        with pytest.raises(TypeError, match="combined with Values and numbers, one at a time"):
            operation()


def test_what_may_be_left_out() -> None:
    x = Value(-2.0)
    assert (x.leaky_relu().data, x.leaky_relu().partials) == (-0.02, (0.01,))
    assert x.elu().data == math.expm1(-2.0)
    assert (x.clamp().data, x.clamp(-1.0).data, x.clamp(max=-3.0).data) == (-2.0, -1.0, -3.0)
    assert (x.round().data, Value(2.125).round(2).data) == (-2.0, 2.12)


def test_what_is_no_number_is_shown_as_far_as_it_fits() -> None:
    with pytest.raises(TypeError, match=r"not str \('x{38}'\)$"):
        Value("x" * 38)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"not str \('x{38}…\)$"):
        Value("x" * 39)  # type: ignore[arg-type]
