"""Other libraries' numbers beside a Value: an exact gradient or a TypeError in words, never a cut."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value

NAMES = [
    "hypot",
    "atan2",
    "maximum",
    "minimum",
    "leaky_relu",
    "elu",
    "squareplus",
    "logaddexp",
    "logaddexp2",
]
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {name: getattr(autograd, name) for name in NAMES}
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
} | {"divmod": lambda a, b: divmod(a, b)[1]}  # fmt: skip
BINARY = FUNCTIONS | OPERATORS
KNOWN = [
    Fraction(3, 2), np.float64(1.5), np.float32(1.5), np.float16(1.5), np.longdouble(1.5), np.int64(2),
    np.uint8(2), np.bool_(True), True, 2,
]  # fmt: skip


@pytest.mark.parametrize("number", KNOWN, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("name", BINARY)
def test_a_real_number_on_either_side_is_as_good_as_a_float(name: str, number: Any) -> None:
    f, x = BINARY[name], float(number)
    for mine, same in [
        (lambda v: f(number, v), lambda v: f(x, v)),
        (lambda v: f(v, number), lambda v: f(v, x)),
    ]:
        found, expected = Value(2.5), Value(2.5)
        y, z = mine(found) + found, same(expected) + expected
        y.backward()
        z.backward()
        assert (y.data, found.grad) == (z.data, expected.grad)


def test_the_gradient_that_was_cut() -> None:
    v = Value(2.0)
    (autograd.hypot(Fraction(3, 2), v) + v).backward()  # 2/√(1.5² + 2²) + 1 = 0.8 + 1
    assert v.grad == pytest.approx(1.8, rel=1e-15)


def torch_number() -> Any:
    return pytest.importorskip("torch", reason="needs PyTorch: pip install torch").tensor(1.5)


@pytest.mark.parametrize(
    "make",
    [lambda: Decimal("1.5"), torch_number, lambda: 1.5j, lambda: np.complex128(1.5), str, lambda: None],
)  # fmt: skip
@pytest.mark.parametrize("name", BINARY)
def test_what_is_no_real_number_is_refused_in_words(name: str, make: Callable[[], Any]) -> None:
    other = make()
    for a, b in [(other, Value(2.0)), (Value(2.0), other)]:
        if name == "mod" and isinstance(a, str):
            continue  # Python's own: a text with gaps to fill
        with pytest.raises(TypeError, match=r"takes|unsupported|Value"):
            BINARY[name](a, b)


@pytest.mark.parametrize("number", KNOWN, ids=lambda x: type(x).__name__)
def test_where_chooses_between_any_real_numbers(number: Any) -> None:
    v = Value(2.0)
    for condition, data, grad in [(True, float(number), 1.0), (False, 2.0, 2.0)]:
        v.grad = 0.0
        y = autograd.where(condition, number, v) + v
        y.backward()
        assert (y.data, v.grad) == (data + 2.0, grad)
        swapped = autograd.where(not condition, v, number)
        assert swapped.data == data
        assert all(type(x) in (bool, float, Value) for x in swapped.operands)


@pytest.mark.parametrize("other", [Decimal("1.5"), "x", None, 1j])
@pytest.mark.parametrize("condition", [True, False])
def test_where_refuses_what_is_none_in_either_branch(other: Any, condition: bool) -> None:
    for branches in [(other, Value(1.0)), (Value(1.0), other)]:
        with pytest.raises(TypeError, match="where"):
            autograd.where(condition, *branches)


def test_scalars_of_numpy_leave_the_operator_to_values_and_arrays_take_each_element() -> None:
    v = Value(2.0)
    assert all(type(x) is Value for x in divmod(np.float64(7.0), v))
    assert [x.data for x in divmod(np.float64(7.0), v)] == [3.0, 1.0]
    assert type(np.float64(7.0) * v) is Value
    assert (np.float64(3.0) > v, np.float32(2.0) <= v, np.longdouble(1.0) > v) == (
        True,
        True,
        False,
    )
    rows = np.array([1.0, 2.0]) * v
    assert rows.dtype == object
    assert [x.data for x in rows] == [2.0, 4.0]
    columns = autograd.hypot(np.array([3.0], np.longdouble), Value(4.0))
    assert columns[0].data == 5.0
    assert math.isclose(np.exp(v).data, math.e**2)
