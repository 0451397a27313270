"""The operations as functions, for Values, numbers and arrays alike.

>>> from autograd import Value, tanh, maximum
>>> tanh(Value(0.0)), tanh(0.0)
(Value(data=0.0, grad=0.0), 0.0)
>>> maximum(Value(2.0), 3)
Value(data=3.0, grad=0.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from autograd import dispatch as dispatch  # the rows learn to run on Values
from autograd import ops
from autograd.formulas.formula import derivative
from autograd.modes import observed, special
from autograd.ops import Op
from autograd.signatures import One, of_one, of_two
from autograd.value import Number, Value

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "clamp",
    "cos",
    "cosh",
    "deg2rad",
    "dot",
    "elu",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "gelu",
    "hypot",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "maximum",
    "minimum",
    "mish",
    "rad2deg",
    "relu",
    "relu6",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softplus",
    "sqrt",
    "squareplus",
    "step",
    "stop_gradient",
    "tan",
    "tanh",
    "where",
]  # fmt: skip


def _function(op: Op, example: tuple[str, str]) -> One[[]]:
    """A row of one input as a documented function; the example is a number and what it gives."""

    def function(x: Any) -> Any:
        return op(x)

    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = (
        f"``{op.formula}``\n\nDerivative: ``{derivative(op, 'x')}``.\n\n"
        "Args:\n    x: a Value, a number or an array of them.\n\n"
        "Returns:\n    the same kind: a Value records the operation in its graph.\n\n"
        "Raises:\n    TypeError: for what is no number.\n\n"
        f">>> {op.name}({example[0]})\n{example[1]}\n"
    )
    return of_one(function)


exp = _function(ops.EXP, ("0.0", "1.0"))
expm1 = _function(ops.EXPM1, ("0.0", "0.0"))
exp2 = _function(ops.EXP2, ("3.0", "8.0"))
log = _function(ops.LOG, ("1.0", "0.0"))
log2 = _function(ops.LOG2, ("8.0", "3.0"))
log10 = _function(ops.LOG10, ("1000.0", "3.0"))
log1p = _function(ops.LOG1P, ("0.0", "0.0"))
sqrt = _function(ops.SQRT, ("9.0", "3.0"))
sin = _function(ops.SIN, ("0.0", "0.0"))
cos = _function(ops.COS, ("0.0", "1.0"))
tan = _function(ops.TAN, ("0.0", "0.0"))
asin = _function(ops.ASIN, ("0.0", "0.0"))
acos = _function(ops.ACOS, ("1.0", "0.0"))
atan = _function(ops.ATAN, ("0.0", "0.0"))
sinh = _function(ops.SINH, ("0.0", "0.0"))
cosh = _function(ops.COSH, ("0.0", "1.0"))
tanh = _function(ops.TANH, ("0.0", "0.0"))
asinh = _function(ops.ASINH, ("0.0", "0.0"))
acosh = _function(ops.ACOSH, ("1.0", "0.0"))
atanh = _function(ops.ATANH, ("0.0", "0.0"))
sinc = _function(ops.SINC, ("0.0", "1.0"))
rad2deg = _function(ops.RAD2DEG, ("0.0", "0.0"))
deg2rad = _function(ops.DEG2RAD, ("180.0", "3.141592653589793"))
erf = _function(ops.ERF, ("0.0", "0.0"))
erfc = _function(ops.ERFC, ("0.0", "1.0"))
sigmoid = _function(ops.SIGMOID, ("0.0", "0.5"))
relu = _function(ops.RELU, ("-2.0", "0.0"))
relu6 = _function(ops.RELU6, ("7.0", "6.0"))
softplus = _function(ops.SOFTPLUS, ("1000.0", "1000.0"))
gelu = _function(ops.GELU, ("0.0", "0.0"))
silu = _function(ops.SILU, ("0.0", "0.0"))
mish = _function(ops.MISH, ("0.0", "0.0"))
step = _function(ops.STEP, ("-2.0", "0.0"))
sign = _function(ops.SIGN, ("-2.0", "-1.0"))
floor = _function(ops.FLOOR, ("2.7", "2.0"))


@of_one
def leaky_relu(x: Any, negative_slope: Any = 0.01) -> Any:
    """x where positive, ``negative_slope`` · x elsewhere; at 0 the derivative is the slope.

    Args:
        x: a Value, a number or an array of them.
        negative_slope: the slope below 0.

    Raises:
        TypeError: for what is no number.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return ops.LEAKY_RELU(x, negative_slope)


@of_one
def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where positive, ``alpha`` · (exp(x) − 1) elsewhere.

    Args:
        x: a Value, a number or an array of them.
        alpha: how far below 0 it can fall.

    Raises:
        TypeError: for what is no number.

    Source: Clevert, Unterthiner & Hochreiter, arXiv:1511.07289.

    >>> elu(3.0)
    3.0
    """
    return ops.ELU(x, alpha)


@of_one
def squareplus(x: Any, b: Any = 4.0) -> Any:
    """(x + √(x² + ``b``))/2: like softplus, without exponentials.

    Args:
        x: a Value, a number or an array of them.
        b: how round the bend at 0 is; 0 is relu.

    Raises:
        TypeError: for what is no number.

    Source: Barron, arXiv:2112.11687.

    >>> squareplus(1.5)
    2.0
    """
    return ops.SQUAREPLUS(x, b)


@of_two
def logaddexp(a: Any, b: Any) -> Any:
    """log(exp(a) + exp(b)), which does not overflow: to add two probabilities given as logarithms.

    Args:
        a: a Value, a number or an array of them.
        b: another.

    Raises:
        TypeError: for what is no number.

    >>> logaddexp(1000.0, -1000.0)
    1000.0
    """
    return ops.LOGADDEXP(a, b)


@of_two
def logaddexp2(a: Any, b: Any) -> Any:
    """log2(2ᵃ + 2ᵇ), which does not overflow.

    Args:
        a: a Value, a number or an array of them.
        b: another.

    Raises:
        TypeError: for what is no number.

    >>> logaddexp2(2000.0, 2000.0)
    2001.0
    """
    return ops.LOGADDEXP2(a, b)


@of_two
def atan2(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), in radians, −π to π.

    Args:
        y: a Value, a number or an array of them.
        x: another.

    Raises:
        TypeError: for what is no number.

    >>> atan2(1.0, 1.0)
    0.7853981633974483
    """
    return ops.ATAN2(y, x)


@of_two
def hypot(x: Any, y: Any) -> Any:
    """√(x² + y²), the distance of the point (x, y) from (0, 0), where its gradient is 0.

    Args:
        x: a Value, a number or an array of them.
        y: another.

    Raises:
        TypeError: for what is no number.

    >>> hypot(3.0, 4.0)
    5.0
    """
    return ops.HYPOT(x, y)


@of_two
def maximum(a: Any, b: Any) -> Any:
    """The larger of two; at a tie two Values share the gradient, against a constant it is 0.

    Args:
        a: a Value, a number or an array of them.
        b: another.

    Raises:
        TypeError: for what is no number.

    >>> a = Value(2.0); maximum(a, Value(2.0)).backward(); a.grad
    0.5
    """
    return _extreme(maximum, ops.MAXIMUM, a, b)


@of_two
def minimum(a: Any, b: Any) -> Any:
    """The smaller of two; at a tie two Values share the gradient, against a constant it is 0.

    Args:
        a: a Value, a number or an array of them.
        b: another.

    Raises:
        TypeError: for what is no number.

    >>> a = Value(1.0); minimum(a, Value(2.0)).backward(); a.grad
    1.0
    """
    return _extreme(minimum, ops.MINIMUM, a, b)


def _extreme(function: Any, op: Op, a: Any, b: Any) -> Any:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if any(np.asarray(x).dtype.hasobject for x in (a, b)):
            return np.frompyfunc(function, 2, 1)(a, b)
    elif type(a) is Value:
        return getattr(a, op.name)(b)  # Value's own method knows what a constant is
    elif type(b) is Value:
        return getattr(b, op.name)(a)
    return op(a, b)


@of_one
def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    """The nearest number within [min, max]; at a constant bound the derivative is 0.

    Args:
        x: a Value, a number or an array of them.
        min: the lower bound; None for none.
        max: the upper bound; None for none.

    Raises:
        TypeError: for what is no number.

    >>> clamp(5.0, 0.0, 1.0)
    1.0
    """
    if min is not None:
        x = maximum(x, min)
    return x if max is None else minimum(x, max)


@overload
def where(condition: Any, x: Value, y: Number) -> Value: ...
@overload
def where(condition: Any, x: Number, y: Value) -> Value: ...
@overload
def where(condition: Any, x: Any, y: Any) -> Any: ...
def where(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition holds, else ``y``; the branch not taken contributes no gradient.

    Args:
        condition: a comparison, a bool or a number, or an array of them.
        x: what is taken where it holds.
        y: what is taken elsewhere.

    Raises:
        TypeError: for what is no condition or no number.

    >>> x = Value(0.0)
    >>> z = where(x > 0, x.log(), 0.0); z.backward(); z.data, x.grad
    (0.0, 0.0)
    """
    if type(condition) is int and condition in (-1, -2):  # Python's ~False and ~True
        condition = condition == -1
    return ops.WHERE(condition, x, y)


@of_one
def stop_gradient(x: Any) -> Any:
    """``x`` without gradient: JAX's name of `Value.detach`, for numbers and arrays too.

    Args:
        x: a Value, a number or an array of them.

    >>> x = Value(3.0); y = x * stop_gradient(x); y.backward(); x.grad
    3.0
    """
    if isinstance(x, np.ndarray) and x.dtype == object:
        return np.frompyfunc(stop_gradient, 1, 1)(x)
    return x.detach() if type(x) is Value else x


_new: Any = object.__new__
_ADD, _MUL = ops.ADD, ops.MUL


@overload
def dot(a: Sequence[Value], b: Sequence[Number], start: Number | None = None) -> Value: ...
@overload
def dot(a: Sequence[Number], b: Sequence[Value], start: Number | None = None) -> Value: ...
@overload
def dot(a: Sequence[Number], b: Sequence[Number], start: Number | None = None) -> Any: ...
def dot(a: Sequence[Number], b: Sequence[Number], start: Number | None = None) -> Any:
    """``start`` + Σ aᵢ·bᵢ, summed from the left: the graph is that of ``start + a[0] * b[0] + …``.

    Without a method call for each node it is built in three quarters of the time.

    Args:
        a: numbers or Values.
        b: as many numbers or Values.
        start: what the sum begins with; by default with the first product.

    Raises:
        TypeError: for what is no list.
        ValueError: if the lengths differ.

    >>> w = [Value(2.0), Value(-1.0)]
    >>> y = dot(w, [3.0, 4.0], Value(0.5)); y.data, y.op
    (2.5, '+')
    """
    try:
        if len(a) != len(b):
            raise ValueError(f"dot() takes two lists of one length, not {len(a)} and {len(b)}")
    except TypeError:
        raise TypeError("dot() takes two lists; the product of two Values is a * b") from None
    total: Any = start
    for x, y in zip(a, b):
        if type(x) is not Value or type(total) is not Value:
            total = x * y if total is None else total + x * y
            continue
        product: Value = _new(Value)
        if type(y) is Value:
            product._da = v = y.data
            product._db = u = x.data
            product.data = u = u * v
            product._b = y
        elif type(y) is float:  # a constant is no node: its slot holds the number
            product._da = product._db = y
            product.data = u = x.data * y
            product._b = None
        else:
            total = total + x * y
            continue
        product._a = x
        product._how = _MUL
        product.grad = 0.0
        out: Value = _new(Value)
        out.data = total.data + u
        out._a = total
        out._b = observed(product) if special else product
        out._da = out._db = 1.0
        out._how = _ADD
        out.grad = 0.0
        total = observed(out) if special else out
    return 0.0 if total is None else total
