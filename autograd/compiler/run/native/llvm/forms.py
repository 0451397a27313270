"""What NumPy's functions are in machine code: the same answers, nan, infinities and zeros too."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.run.native.llvm import library
from autograd.compiler.run.native.llvm.lane import FORMS, Lane, Number
from autograd.ops import Op, apply

__all__ = ["machine"]


def lane_of(*inputs: Any) -> Lane:
    """The first of these numbers that is a lane."""
    return next(x for x in inputs if isinstance(x, Lane))


def _compared(how: str) -> Callable[[Any, Any], Lane]:
    def form(a: Any, b: Any) -> Lane:
        lane = lane_of(a, b)
        return Lane(lane.code, lane.text(a)).compare(how, b)

    return form


def _called(name: str) -> Callable[..., Lane]:
    """A function of the C library."""

    def form(*inputs: Any) -> Lane:
        lane = lane_of(*inputs)
        return lane.call(library.function(name, len(inputs), lane.code), *inputs)

    return form


def _intrinsic(name: str) -> Callable[..., Lane]:
    return lambda x: x.number().intrinsic(name, x)


def _extreme(how: str) -> Callable[[Any, Any], Number]:
    """The larger or smaller; nan if one is."""

    def form(a: Any, b: Any) -> Number:
        if not isinstance(a, Lane):
            a, b = b, a
        if not isinstance(a, Lane):
            return float((np.maximum if how == "ogt" else np.minimum)(a, b))
        if not isinstance(b, Lane) and b == b:
            return _compared(how)(b, a).choose(b, a)
        return a.compare("uno", a).choose(a, a.compare(how, b).choose(a, b))

    return form


def _where(condition: Any, a: Any, b: Any) -> Any:
    if isinstance(condition, Lane):
        return condition.choose(a, b)
    return a if condition else b


def _power(a: Any, b: Any) -> Any:
    if not isinstance(b, Lane):
        if b == 2.0:
            return a * a
        if b == 1.0:
            return a * 1.0
        if b == -1.0:
            return 1.0 / a
        if b == 0.0:
            return 1.0
        if abs(b) == 0.5:  # no square root at −∞ and −0
            root = _intrinsic("fabs")(_intrinsic("sqrt")(a))
            root = a.compare("oeq", -math.inf).choose(math.inf, root)
            return root if b > 0 else 1.0 / root
    return _called("pow")(a, b)


def _sign(x: Lane) -> Lane:
    return (x > 0.0).choose(1.0, (x < 0.0).choose(-1.0, x * 1.0))


def _step(x: Lane, at_0: Number) -> Lane:
    return (x > 0.0).choose(1.0, (x < 0.0).choose(0.0, x.compare("oeq", 0.0).choose(at_0, x)))


def _divided(a: Any, b: Any) -> tuple[Lane, Lane]:
    """The floor of a quotient and the remainder, as NumPy calculates them."""
    lane = lane_of(a, b)
    quotient = lane.binary("fdiv", a, b)
    rest = _called("fmod")(a, b)
    by = Lane(lane.code, lane.text(b))
    whole = (a - rest) / b
    turned = (by < 0.0).choose((rest > 0.0).choose(1.0, 0.0), (rest < 0.0).choose(1.0, 0.0)) > 0.0
    is_rest = rest.compare("une", 0.0)
    mod = is_rest.choose(turned.choose(rest + b, rest), lane.intrinsic("copysign", 0.0, b))
    whole = is_rest.choose(turned.choose(whole - 1.0, whole), whole)
    floor = _intrinsic("floor")(whole)
    floor = (whole - floor > 0.5).choose(floor + 1.0, floor)
    floor = whole.compare("une", 0.0).choose(floor, lane.intrinsic("copysign", 0.0, quotient))
    at_0 = by.compare("oeq", 0.0)
    return at_0.choose(quotient, floor), at_0.choose(rest, mod)


def _log_sum(power: str, per: float) -> Callable[[Any, Any], Lane]:
    """The logarithm of a sum of two powers, without overflow."""

    def form(a: Any, b: Any) -> Lane:
        lane = lane_of(a, b)
        apart = _intrinsic("fabs")(lane.binary("fsub", a, b))
        rest = _called("log1p")(_called(power)(-apart)) / per
        together = lane.binary("fadd", a, math.log(2) / per)
        larger = FORMS[np.maximum](a, b)
        return _compared("oeq")(a, b).choose(together, larger + rest)

    return form


def _sinc(x: Lane) -> Lane:
    u = math.pi * x.compare("oeq", 0.0).choose(1e-20, x)
    return _called("sin")(u) / u


def _sinc_slope(x: Any, order: Any) -> Lane:
    """The derivative of that order: its series near 0, else u·s⁽ⁿ⁾ + n·s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾(u)."""
    if isinstance(order, Lane) or order not in range(21):
        raise TypeError("the order is a whole number up to 20")
    n, u = int(order), math.pi * x
    square, series = u * u, 0.0 * x
    for m in range(n + 15, (n + 1) // 2 - 1, -1):
        series = series * square + (-1) ** m / ((2 * m + 1) * math.factorial(2 * m - n))
    series = series * u if n % 2 else series
    sine, cosine = _called("sin")(u), _called("cos")(u)
    waves = sine, cosine, -sine, -cosine
    slope = sine / u
    for k in range(1, n + 1):
        slope = (waves[k % 4] - k * slope) / u
    near = _intrinsic("fabs")(u) <= n + 1.0
    return math.pi**n * near.choose(series, slope)


def _round_to(x: Any, decimals: Any) -> Lane:
    """Halves to even, of the exact product with a power of ten: its rounding error decides a tie."""
    most = 22 if x.code.types.size == 8 else 10  # powers of ten that are exact
    if isinstance(decimals, Lane) or int(decimals) not in range(-most, most + 1):
        raise TypeError(f"the number of decimals is a whole number up to {most}")
    power = 10.0 ** abs(int(decimals))
    up = decimals >= 0
    moved = x * power if up else x / power
    rest = x.intrinsic("fma", x, power, -moved) if up else x.intrinsic("fma", -moved, power, x)
    whole = _intrinsic("rint")(moved)
    by = moved - whole  # exact; at 0.5 rint went down, at −0.5 up
    whole = by.compare("oeq", 0.5).choose((rest > 0.0).choose(whole + 1.0, whole), whole)
    whole = by.compare("oeq", -0.5).choose((rest < 0.0).choose(whole - 1.0, whole), whole)
    few = _intrinsic("fabs")(moved) < (2.0**53 if x.code.types.size == 8 else 2.0**24)
    rounded = whole / power if up else whole * power
    return few.choose(rounded, x)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return FORMS[np.minimum](FORMS[np.maximum](x, low), high)


FORMS |= {
    np.positive: lambda x: x * 1.0,
    np.negative: lambda x: -x,
    np.add: lambda a, b: lane_of(a, b).binary("fadd", a, b),
    np.subtract: lambda a, b: lane_of(a, b).binary("fsub", a, b),
    np.multiply: lambda a, b: a * b if isinstance(a, Lane) else b * float(a),
    np.divide: lambda a, b: lane_of(a, b).binary("fdiv", a, b),
    np.square: lambda x: x * x,
    np.reciprocal: lambda x: 1.0 / x,
    np.power: _power,
    np.less: _compared("olt"),
    np.less_equal: _compared("ole"),
    np.greater: _compared("ogt"),
    np.greater_equal: _compared("oge"),
    np.equal: _compared("oeq"),
    np.not_equal: _compared("une"),
    np.isnan: lambda x: x.compare("uno", x),
    np.maximum: _extreme("ogt"),
    np.minimum: _extreme("olt"),
    np.where: _where,
    np.clip: _clip,
    np.sign: _sign,
    np.heaviside: _step,
    np.floor_divide: lambda a, b: _divided(a, b)[0],
    np.remainder: lambda a, b: _divided(a, b)[1],
    np.logaddexp: _log_sum("exp", 1.0),
    np.logaddexp2: _log_sum("exp2", math.log(2)),
    np.sinc: _sinc,
    np.rad2deg: lambda x: x * (180.0 / math.pi),
    np.degrees: lambda x: x * (180.0 / math.pi),
    np.deg2rad: lambda x: x * (math.pi / 180.0),
    np.radians: lambda x: x * (math.pi / 180.0),
}
FORMS |= {
    function: _intrinsic(name)
    for function, name in {
        np.absolute: "fabs", np.fabs: "fabs", np.sqrt: "sqrt", np.floor: "floor", np.ceil: "ceil",
        np.trunc: "trunc", np.rint: "rint",
    }.items()
}  # fmt: skip
FORMS |= {
    function: _called(name)
    for function, name in {
        np.exp: "exp", np.exp2: "exp2", np.expm1: "expm1", np.log: "log", np.log2: "log2",
        np.log10: "log10", np.log1p: "log1p", np.cbrt: "cbrt", np.sin: "sin", np.cos: "cos",
        np.tan: "tan", np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan", np.arctan2: "atan2",
        np.hypot: "hypot", np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.arcsinh: "asinh",
        np.arccosh: "acosh", np.arctanh: "atanh",
    }.items()
}  # fmt: skip
_NAMED: dict[str, Callable[..., Any]] = {
    "erf": _called("erf"), "erfc": _called("erfc"), "sinc_slope": _sinc_slope, "round_to": _round_to,
}  # fmt: skip


@apply.register(Lane)
def machine(x: Lane, op: Op, inputs: tuple[Any, ...]) -> Any:
    """An operation of the table, or a user's, on lanes: by the NumPy functions that it is made of.

    Raises:
        NotImplementedError: naming an operation that is made of something else.
    """
    try:
        found = _NAMED.get(op.name, op.array)(*inputs)
    except (TypeError, ValueError, AttributeError) as error:
        raise NotImplementedError(op.name) from error
    if not isinstance(found, (Lane, float, int)):
        raise NotImplementedError(op.name)
    return found
