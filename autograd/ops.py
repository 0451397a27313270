"""The table of operations: one row each, and every number system runs the same row.

A row holds a name, a symbol, a formula for readers, the value on floats (``forward``), the value on
NumPy arrays (``array``) and one local derivative per input. A derivative is written once, with plain
operators and other rows, as a function of the inputs followed by the output. Given floats it is the
eager engine; given Values, derivatives of derivatives; given arrays, the compiled replay; given
`Formula`, `JavaScript` or SymPy symbols, the text a learner reads, the text a page runs, and the oracle
of the tests. What else the house asks about an operation (how it is written, whether it has kinks)
stands in its row too.

To add an operation, add a row, a method in ``value.py`` and a function in ``functions.py``: the tests
walk this table.

>>> TANH(0.0), TANH.partials[0](0.0, TANH(0.0))
(0.0, 1.0)
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import singledispatch
from typing import Any

import numpy as np

__all__ = ["OPS", "Binding", "Course", "Op", "apply", "equal", "ieee", "ieee_partial", "run_rule"]


_PLAIN = frozenset({float, int, bool})


class Binding(IntEnum):
    """How tightly a text holds together, the loosest first: what needs parentheses inside what."""

    CHOICE = 0
    COMPARISON = 1
    SUM = 2
    PRODUCT = 3
    SIGN = 4
    POWER = 5
    ATOM = 6


class Course(Enum):
    """What a function looks like: whether one formula holds near a point, and what lies between two."""

    SMOOTH = "smooth"
    KINKED = "pieces that meet, or repeat"
    STEPPED = "flat pieces"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Op:
    """One row of the table, callable on floats, Values, arrays and symbols alike.

    Attributes:
        name: what it is called, or the sign that Python writes it with.
        symbol: what stands in a drawing.
        formula: what it computes, for readers.
        forward: the value on floats; it may raise where Python's math does.
        array: the value on NumPy arrays.
        partials: the local derivative by each input, from the inputs and the output.
        sign: what stands between two inputs, or before one, in a formula: "" for a call, ``tanh(x)``.
        binds: how tightly that sign holds them.
        python: Python's own operator, for number systems that have one.
        word: what nodes are called that have no other name (``sum12``); by default ``name``.
        passive: inputs that no derivative is asked for: a condition, a bound, a number of decimals.
        course: whether it has kinks or steps.
        javascript: the value in JavaScript, of ``x``, or of ``a`` and ``b``; for the live page.

    >>> half = Op("half", "½", "x/2", lambda x: x / 2, lambda x: x / 2, (lambda x, y: 0.5,))
    >>> half(3.0), half.partials[0](3.0, 1.5)
    (1.5, 0.5)
    """

    name: str
    symbol: str
    formula: str
    forward: Callable[..., Any]
    array: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...]
    sign: str = ""
    binds: Binding = Binding.ATOM
    python: Callable[..., Any] | None = None
    word: str = ""
    passive: tuple[int, ...] = ()
    course: Course = Course.SMOOTH
    javascript: str = ""

    def __call__(self, *inputs: Any) -> Any:
        for x in inputs:
            if type(x) not in _PLAIN:
                return apply(x, self, inputs)
        return ieee(self, *inputs)

    def __repr__(self) -> str:
        return f"<operation {self.name}: {self.formula}>"

    def __reduce__(self) -> tuple[Callable[[str], Op], tuple[str]]:
        if OPS.get(self.name) is not self:
            raise TypeError(f"{self!r} is no row of the table OPS, and cannot be pickled by name")
        return _by_name, (self.name,)

    def __deepcopy__(self, memo: Any) -> Op:
        return self

    @property
    def arity(self) -> int:
        """How many inputs the operation takes."""
        return len(self.partials)

    @property
    def active(self) -> tuple[int, ...]:
        """The inputs that it has derivatives by."""
        return tuple(i for i in range(self.arity) if i not in self.passive)

    @property
    def compares(self) -> bool:
        """Whether the answer is a truth value."""
        return self.binds is Binding.COMPARISON


def _by_name(name: str) -> Op:
    return OPS[name]


def ieee(op: Op, *inputs: float) -> float:
    """The value of ``op`` on floats, by IEEE 754: where Python's math raises, NumPy answers."""
    try:
        return float(op.forward(*inputs))
    except (ArithmeticError, ValueError):
        with np.errstate(all="ignore"):
            return float(op.array(*map(np.float64, inputs)))


def ieee_partial(op: Op, index: int, *values: float) -> float:
    """The local derivative by input ``index`` on floats (inputs, then output), by IEEE 754."""
    return float(run_rule(op, index, *values))


def run_rule(op: Op, index: int, *values: Any) -> Any:
    """The rule for input ``index`` on floats or Values; where Python's math raises, NumPy answers."""
    rule = op.partials[index]
    try:
        return rule(*values)
    except (ArithmeticError, ValueError):
        with np.errstate(all="ignore"):
            found = rule(*(np.float64(x) if type(x) is float else x for x in values))
        return float(found) if isinstance(found, (np.generic, np.ndarray)) else found


@singledispatch
def apply(x: Any, op: Op, inputs: tuple[Any, ...]) -> Any:
    """Run ``op`` on ``inputs`` in the number system of ``x``; register one for each system."""
    for other in inputs:  # beside a Value, a Fraction is one of the numbers it knows
        system = apply.dispatch(type(other))
        if system is not _NO_SYSTEM:
            return system(other, op, inputs)
    try:
        return ieee(op, *map(float, inputs))
    except (TypeError, ValueError):
        return _refuse(x, op, inputs)


_NO_SYSTEM = apply.dispatch(object)


@apply.register(str)
@apply.register(bytes)
@apply.register(complex)
def _refuse(x: Any, op: Op, inputs: tuple[Any, ...]) -> Any:
    each = f"; of a list, [{op.name}(v) for v in values]" if isinstance(x, (list, tuple)) else ""
    raise TypeError(
        f"{op.name}() takes numbers, Values or arrays of them, not {type(x).__name__} ({x!r:.60}){each}"
    ) from None


@apply.register(np.ndarray)
@apply.register(np.generic)
def _apply_array(x: Any, op: Op, inputs: tuple[Any, ...]) -> Any:
    if any(np.asarray(i).dtype.hasobject for i in inputs):
        if any(isinstance(i, np.ndarray) for i in inputs):
            return np.frompyfunc(op, len(inputs), 1)(*inputs)
        return op(*map(_plain, inputs))  # a scalar of NumPy's beside a Value
    with np.errstate(all="ignore"):
        return op.array(*inputs)


def _plain(x: Any) -> Any:
    """A scalar of NumPy's as Python's own; `item()` would leave a longdouble as it is."""
    if isinstance(x, np.floating):
        return float(x)
    return x.item() if isinstance(x, np.generic) else x


# What floats need beyond the math module, and arrays beyond NumPy --------------------------------

_LN2, _LN10 = math.log(2), math.log(10)
_TINY, _LEAST = 2.0**-1024, 2.0**-1074  # above the one 1/x is finite; below the other there is none


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def _sigmoid_array(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _softplus(x: float) -> float:
    return (x if x > 0 else 0.0) + math.log1p(math.exp(-abs(x)))


def _exp2(x: float) -> float:
    return math.pow(2.0, x)


def _log_sum(a: float, b: float, power: Callable[[float], float]) -> float:
    """The logarithm of ``power(a) + power(b)`` to the base of the power, without overflow."""
    apart = 0.0 if a == b else abs(a - b)  # ∞ − ∞ too
    return (a if a > b else b) + math.log1p(power(-apart)) / math.log(power(1.0))


def _sinc(x: float) -> float:
    u = math.pi * x
    return math.sin(u) / u if u else 1.0


def _sinc_slope(x: float, order: float) -> float:
    """The derivative of that order: near 0 its series, else u·s⁽ⁿ⁾ + n·s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾(u)."""
    u = math.pi * x
    if not math.isfinite(u) or order not in range(100):
        return math.nan
    n = int(order)
    if abs(u) <= n + 1:
        slope = math.fsum(
            (-1) ** m * u ** (2 * m - n) / ((2 * m + 1) * math.factorial(2 * m - n))
            for m in range((n + 1) // 2, n + 16)
        )
    else:
        wave = math.sin(u), math.cos(u), -math.sin(u), -math.cos(u)
        slope = wave[0] / u
        for k in range(1, n + 1):
            slope = (wave[k % 4] - k * slope) / u
    return math.pi**n * slope


def _sinc_written(x: Any, order: Any) -> Any:
    return (COS(math.pi * x) - SINC(x)) / x if str(order) == "1" else NotImplemented


def _squareplus(a: float, b: float) -> float:
    h = math.hypot(a, math.sqrt(b))
    return (a + h) / 2 if a >= 0 else b / (h - a) / 2  # below 0, a + h would cancel


def _squareplus_array(a: Any, b: Any) -> Any:
    h = np.hypot(a, np.sqrt(b))
    return np.where(a >= 0, (a + h) / 2, b / (h - a) / 2)


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0)) if x == x else x


def _round_to(x: float, ndigits: float) -> float:
    return round(x, int(ndigits)) if math.isfinite(x) else x


_round_to_array = np.vectorize(_round_to, otypes=[float])


def _where(condition: Any, x: Any, y: Any) -> Any:
    return x if condition else y


def _zero(*_: Any) -> float:
    return 0.0


def _one(*_: Any) -> float:
    return 1.0


_erf_array = np.vectorize(math.erf, otypes=[float])
_erfc_array = np.vectorize(math.erfc, otypes=[float])
_sinc_slope_array = np.vectorize(_sinc_slope, otypes=[float])

OPS: dict[str, Op] = {}


def _row(
    name: str,
    symbol: str,
    formula: str,
    forward: Callable[..., Any],
    array: Callable[..., Any],
    *partials: Callable[..., Any],
    **columns: Any,
) -> Op:
    OPS[name] = op = Op(name, symbol, formula, forward, array, partials, **columns)
    return op


# Choices. A condition is no quantity: it has no derivative, and selects which branch has one. ------


def _comparison(
    name: str, sign: str, word: str, forward: Callable[..., Any], array: Callable[..., Any]
) -> Op:
    return _row(
        name, sign, f"a {sign} b", forward, array, _zero, _zero,
        sign=sign, binds=Binding.COMPARISON, word=word, course=Course.STEPPED,
        javascript=f"a {'===' if name == '==' else name} b",
    )  # fmt: skip


LESS = _comparison("<", "<", "less", operator.lt, np.less)
LESS_EQUAL = _comparison("<=", "≤", "at_most", operator.le, np.less_equal)
GREATER = _comparison(">", ">", "greater", operator.gt, np.greater)
GREATER_EQUAL = _comparison(">=", "≥", "at_least", operator.ge, np.greater_equal)
EQUAL = _comparison("==", "=", "equal", operator.eq, np.equal)
WHERE: Op = _row(
    "where", "where", "a if c else b", _where, np.where,
    _zero, lambda c, x, y, z: where(c, 1.0, 0.0), lambda c, x, y, z: where(c, 0.0, 1.0),
    passive=(0,),
    javascript="c || c !== c ? a : b",
)  # fmt: skip


def where(condition: Any, x: Any, y: Any) -> Any:
    """The row, except that a plain condition chooses at once: rules on floats run at every node."""
    if condition is True:
        return x
    if condition is False:
        return y
    return WHERE(condition, x, y)


def within(condition: Any, x: Any) -> Any:
    """``x`` inside its domain, nan outside: a value that is nan has no slope, and the slope none."""
    return where(condition, x, math.nan * x)


def both(condition: Any, other: Any) -> Any:
    """Whether two conditions hold."""
    return where(condition, other, False)


def equal(x: Any, y: Any) -> Any:
    """Whether two numbers of any system are equal (`==` of Values is identity)."""
    return x == y if type(x) is type(y) is float else EQUAL(x, y)


# Rules of more than a line --------------------------------------------------------------------------


def _power_slope(a: Any, b: Any, z: Any) -> Any:
    if type(b) is float:  # the usual: a constant exponent
        return b * POW(a, b - 1.0) if b else 0.0
    base = where(ABS(a) > _TINY, a, _LEAST)  # a^(b − 1) may be infinite, and b·∞ is nan
    return where(equal(b, 0.0), b / base * z, b * POW(a, b - 1.0))


def _abs_slope(x: Any, y: Any) -> Any:
    sign = SIGN(x)
    if isinstance(x, (float, np.ndarray)):  # numbers: the sign of nan is nan
        return sign
    return where(equal(x, x), sign, 0.0 * y)


def _larger(a: Any, b: Any, z: Any) -> Any:
    larger = a > b
    if larger is True:  # of plain numbers, sooner than through the rest
        return 1.0
    return where(larger, 1.0, where(equal(a, b), 0.5, where(a < b, 0.0, math.nan * z)))


def _fading(size: Any, term: Any) -> Any:
    """``term``, which tends to 0; and 0 with all its derivatives where ``size`` is infinite."""
    return where(equal(0.0 * size, 0.0), term, where(equal(size, size), 0.0, math.nan * term))


def _share(a: Any, b: Any, z: Any, apart: Any) -> Any:
    """Of a sum of exponentials, one of them; at a tie of infinities half, as of maxima."""
    tie = where(equal(a, b), 0.5, math.nan * z)
    return where(equal(apart, apart), SIGMOID(apart), tie)


# Arithmetic ---------------------------------------------------------------------------------------
IDENTITY: Op = _row(
    "copy", "copy", "x", lambda x: x, np.positive, _one,
    javascript="x",
)  # fmt: skip
ADD: Op = _row(
    "+", "+", "a + b", operator.add, np.add, _one, _one,
    sign="+", binds=Binding.SUM, word="sum", python=operator.add,
    javascript="a + b",
)  # fmt: skip
SUB: Op = _row(
    "-", "−", "a − b", operator.sub, np.subtract, _one, lambda a, b, z: -1.0,
    sign="−", binds=Binding.SUM, word="difference", python=operator.sub,
    javascript="a - b",
)  # fmt: skip
MUL: Op = _row(
    "*", "×", "a · b", operator.mul, np.multiply, lambda a, b, z: b, lambda a, b, z: a,
    sign="·", binds=Binding.PRODUCT, word="product", python=operator.mul,
    javascript="a * b",
)  # fmt: skip
DIV: Op = _row(
    "/", "÷", "a / b", operator.truediv, np.divide,
    lambda a, b, z: 1.0 / b, lambda a, b, z: -z / b,
    sign="/", binds=Binding.PRODUCT, word="quotient", python=operator.truediv,
    javascript="a / b",
)  # fmt: skip
POW: Op = _row(
    "**", "^", "a^b", math.pow, np.power,
    _power_slope,
    lambda a, b, z: where(
        equal(a, 0.0), where(b >= 0.0, 0.0, where(b < 0.0, -math.inf, math.nan * z)), z * LOG(a)
    ),
    sign="^", binds=Binding.POWER, word="power", python=operator.pow,
    javascript="pow(a, b)",
)  # fmt: skip
MOD: Op = _row(
    "%", "mod", "a mod b", operator.mod, np.mod,
    lambda a, b, z: within(equal(z, z), 1.0), lambda a, b, z: within(equal(z, z), -FLOORDIV(a, b)),
    sign="%", binds=Binding.PRODUCT, word="remainder", python=operator.mod, course=Course.KINKED,
    javascript="mod(a, b)",
)  # fmt: skip
NEG: Op = _row(
    "neg", "−", "−x", operator.neg, np.negative, lambda x, y: -1.0,
    sign="−", binds=Binding.SIGN, word="negative", python=operator.neg,
    javascript="-x",
)  # fmt: skip
ABS: Op = _row(
    "abs", "abs", "|x|", abs, np.abs, _abs_slope,
    python=abs, course=Course.KINKED,
    javascript="Math.abs(x)",
)  # fmt: skip

# Exponentials and roots ---------------------------------------------------------------------------
EXP: Op = _row(
    "exp", "exp", "exp(x)", math.exp, np.exp, lambda x, y: y,
    javascript="exp(x)",
)  # fmt: skip
EXP2: Op = _row(
    "exp2", "exp2", "2^x", _exp2, np.exp2, lambda x, y: y * _LN2,
    javascript="exp2(x)",
)  # fmt: skip
EXPM1: Op = _row(
    "expm1", "expm1", "exp(x) − 1", math.expm1, np.expm1, lambda x, y: EXP(x),
    javascript="expm1(x)",
)  # fmt: skip
LOG: Op = _row(
    "log", "log", "log(x)", math.log, np.log, lambda x, y: within(x >= 0.0, 1.0 / x),
    javascript="log(x)",
)  # fmt: skip
LOG2: Op = _row(
    "log2", "log2", "log(x) / log(2)", math.log2, np.log2,
    lambda x, y: within(x >= 0.0, 1.0 / _LN2 / x),
    javascript="log2(x)",
)  # fmt: skip
LOG10: Op = _row(
    "log10", "log10", "log(x) / log(10)", math.log10, np.log10,
    lambda x, y: within(x >= 0.0, 1.0 / _LN10 / x),
    javascript="log10(x)",
)  # fmt: skip
LOG1P: Op = _row(
    "log1p", "log1p", "log(1 + x)", math.log1p, np.log1p,
    lambda x, y: within(x >= -1.0, 1.0 / (1.0 + x)),
    javascript="log1p(x)",
)  # fmt: skip
SQRT: Op = _row(
    "sqrt", "√", "√x", math.sqrt, np.sqrt, lambda x, y: 0.5 / y,
    javascript="Math.sqrt(x)",
)  # fmt: skip
LOGADDEXP: Op = _row(
    "logaddexp", "logaddexp", "log(exp(a) + exp(b))",
    lambda a, b: _log_sum(a, b, math.exp), np.logaddexp,
    lambda a, b, z: _share(a, b, z, a - b), lambda a, b, z: _share(a, b, z, b - a),
    javascript="logaddexp(a, b)",
)  # fmt: skip
LOGADDEXP2: Op = _row(
    "logaddexp2", "logaddexp2", "log2(2^a + 2^b)",
    lambda a, b: _log_sum(a, b, _exp2), np.logaddexp2,
    lambda a, b, z: _share(a, b, z, (a - b) * _LN2), lambda a, b, z: _share(a, b, z, (b - a) * _LN2),
    javascript="logaddexp2(a, b)",
)  # fmt: skip

# Trigonometry -------------------------------------------------------------------------------------
SIN: Op = _row(
    "sin", "sin", "sin(x)", math.sin, np.sin, lambda x, y: COS(x),
    javascript="Math.sin(x)",
)  # fmt: skip
COS: Op = _row(
    "cos", "cos", "cos(x)", math.cos, np.cos, lambda x, y: -SIN(x),
    javascript="Math.cos(x)",
)  # fmt: skip
TAN: Op = _row(
    "tan", "tan", "tan(x)", math.tan, np.tan, lambda x, y: 1.0 + y * y,
    javascript="Math.tan(x)",
)  # fmt: skip
ONE_MINUS_SQUARE: Op = _row(  # the engine's own: exact near ±1, and its derivative near 0
    "one_minus_square", "1 − x²", "1 − x²",
    lambda x: (1.0 - x) * (1.0 + x), lambda x: (1.0 - x) * (1.0 + x), lambda x, y: -2.0 * x,
    python=lambda x: 1.0 - x * x,
    javascript="(1 - x) * (1 + x)",
)  # fmt: skip
ASIN: Op = _row(
    "asin", "asin", "asin(x)", math.asin, np.arcsin,
    lambda x, y: 1.0 / SQRT(ONE_MINUS_SQUARE(x)),
    javascript="Math.asin(x)",
)  # fmt: skip
ACOS: Op = _row(
    "acos", "acos", "acos(x)", math.acos, np.arccos,
    lambda x, y: -1.0 / SQRT(ONE_MINUS_SQUARE(x)),
    javascript="Math.acos(x)",
)  # fmt: skip
ATAN: Op = _row(
    "atan", "atan", "atan(x)", math.atan, np.arctan,
    lambda x, y: _fading(x * x, 1.0 / (1.0 + x * x)),
    javascript="Math.atan(x)",
)  # fmt: skip
ATAN2: Op = _row(
    "atan2", "atan2", "atan2(a, b)", math.atan2, np.arctan2,
    lambda a, b, z: b / HYPOT(a, b) / HYPOT(a, b), lambda a, b, z: -a / HYPOT(a, b) / HYPOT(a, b),
    javascript="Math.atan2(a, b)",
)  # fmt: skip
HYPOT: Op = _row(
    "hypot", "hypot", "√(a² + b²)", math.hypot, np.hypot,
    lambda a, b, z: where(equal(z, 0.0), 0.0, a / z), lambda a, b, z: where(equal(z, 0.0), 0.0, b / z),
    javascript="hypot(a, b)",
)  # fmt: skip
SINH: Op = _row(
    "sinh", "sinh", "sinh(x)", math.sinh, np.sinh, lambda x, y: COSH(x),
    javascript="sinh(x)",
)  # fmt: skip
COSH: Op = _row(
    "cosh", "cosh", "cosh(x)", math.cosh, np.cosh, lambda x, y: SINH(x),
    javascript="cosh(x)",
)  # fmt: skip
TANH: Op = _row(
    "tanh", "tanh", "tanh(x)", math.tanh, np.tanh, lambda x, y: 1.0 - y * y,
    javascript="tanh(x)",
)  # fmt: skip
ASINH: Op = _row(
    "asinh",
    "asinh",
    "asinh(x)",
    math.asinh,
    np.arcsinh,
    lambda x, y: _fading(x, 1.0 / HYPOT(x, 1.0)),
    javascript="Math.asinh(x)",
)
ACOSH: Op = _row(
    "acosh", "acosh", "acosh(x)", math.acosh, np.arccosh,
    lambda x, y: 1.0 / SQRT(x - 1.0) / SQRT(x + 1.0),  # not of their product: 0·∞ at 1,
    javascript="Math.acosh(x)",
)  # fmt: skip
ATANH: Op = _row(
    "atanh", "atanh", "atanh(x)", math.atanh, np.arctanh,
    lambda x, y: within(equal(y, y), 1.0 / ONE_MINUS_SQUARE(x)),
    javascript="Math.atanh(x)",
)  # fmt: skip
SINC: Op = _row(
    "sinc", "sinc", "sin(πx) / (πx)", _sinc, np.sinc, lambda x, y: SINC_SLOPE(x, 1.0),
    javascript="sinc(x)",
)  # fmt: skip
SINC_SLOPE: Op = _row(  # the engine's own: b times the derivative of sinc
    "sinc_slope", "sinc′", "sinc⁽ᵇ⁾(a)", _sinc_slope, _sinc_slope_array,
    lambda a, b, z: SINC_SLOPE(a, b + 1.0), _zero,
    passive=(1,), python=_sinc_written,
    javascript="sincSlope(a, b)",
)  # fmt: skip
RAD2DEG: Op = _row(
    "rad2deg",
    "rad2deg",
    "180/π · x",
    math.degrees,
    np.rad2deg,
    lambda x, y: 180.0 / math.pi,
    javascript="x * (180 / Math.PI)",
)
DEG2RAD: Op = _row(
    "deg2rad",
    "deg2rad",
    "π/180 · x",
    math.radians,
    np.deg2rad,
    lambda x, y: math.pi / 180.0,
    javascript="x * (Math.PI / 180)",
)
ERF: Op = _row(
    "erf", "erf", "erf(x)", math.erf, _erf_array,
    lambda x, y: _fading(x * x, 2.0 / math.sqrt(math.pi) * EXP(-(x * x))),
    javascript="erf(x)",
)  # fmt: skip
ERFC: Op = _row(
    "erfc", "erfc", "1 − erf(x)", math.erfc, _erfc_array,
    lambda x, y: _fading(x * x, -2.0 / math.sqrt(math.pi) * EXP(-(x * x))),
    javascript="erfc(x)",
)  # fmt: skip

# Activations --------------------------------------------------------------------------------------
SIGMOID: Op = _row(
    "sigmoid", "σ", "1 / (1 + exp(−x))", _sigmoid, _sigmoid_array,
    lambda x, y: y * (1.0 - y),
    javascript="sigmoid(x)",
)  # fmt: skip
RELU: Op = _row(
    "relu", "relu", "max(x, 0)",
    lambda x: 0.0 if x <= 0 else x, lambda x: np.maximum(x, 0.0),
    lambda x, y: where(x > 0.0, 1.0, 0.0 * y),
    course=Course.KINKED,
    javascript="x <= 0 ? 0 : x",
)  # fmt: skip
RELU6: Op = _row(
    "relu6", "relu6", "min(max(x, 0), 6)",
    lambda x: 0.0 if x <= 0 else 6.0 if x >= 6 else x, lambda x: np.clip(x, 0.0, 6.0),
    lambda x, y: where(both(x > 0.0, x < 6.0), 1.0, 0.0 * y),
    course=Course.KINKED,
    javascript="x <= 0 ? 0 : x >= 6 ? 6 : x",
)  # fmt: skip
LEAKY_RELU: Op = _row(
    "leaky_relu", "leaky relu", "a if a > 0 else b·a",
    lambda a, b: a if a > 0 else b * a, lambda a, b: np.where(a > 0, a, b * a),
    lambda a, b, z: where(a > 0.0, 1.0, where(a <= 0.0, b, math.nan * z)),
    lambda a, b, z: where(a > 0.0, 0.0, a),
    course=Course.KINKED,
    javascript="a > 0 ? a : b * a",
)  # fmt: skip
ELU: Op = _row(
    "elu", "elu", "a if a > 0 else b·(exp(a) − 1)",
    lambda a, b: a if a > 0 else b * math.expm1(a), lambda a, b: np.where(a > 0, a, b * np.expm1(a)),
    lambda a, b, z: where(a > 0.0, 1.0, b * EXP(a)), lambda a, b, z: where(a > 0.0, 0.0, EXPM1(a)),
    course=Course.KINKED,
    javascript="a > 0 ? a : b * expm1(a)",
)  # fmt: skip
SOFTPLUS: Op = _row(
    "softplus", "softplus", "log(1 + exp(x))",
    _softplus, lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))),
    lambda x, y: SIGMOID(x),
    javascript="softplus(x)",
)  # fmt: skip
GELU: Op = _row(
    "gelu", "gelu", "x/2 · (1 + erf(x/√2))",
    lambda x: 0.5 * x * math.erfc(-x / math.sqrt(2)), lambda x: 0.5 * x * ERFC(-x / math.sqrt(2)),
    lambda x, y: 0.5 * ERFC(-x / math.sqrt(2))
    + _fading(x * x + y, x / math.sqrt(2 * math.pi) * EXP(-(x * x) / 2)),
    javascript="0.5 * x * erfc(-x / Math.SQRT2)",
)  # fmt: skip
SILU: Op = _row(
    "silu", "silu", "x / (1 + exp(−x))",
    lambda x: x * _sigmoid(x), lambda x: x * _sigmoid_array(x),
    lambda x, y: SIGMOID(x) + _fading(x * x + y, y * (1.0 - SIGMOID(x))),
    javascript="x * sigmoid(x)",
)  # fmt: skip
SQUAREPLUS: Op = _row(
    "squareplus", "squareplus", "(a + √(a² + b))/2", _squareplus, _squareplus_array,
    lambda a, b, z: where(equal(z, 0.0), 0.0, z / HYPOT(a, SQRT(b))),
    lambda a, b, z: 0.25 / HYPOT(a, SQRT(b)),
    javascript="squareplus(a, b)",
)  # fmt: skip
MISH: Op = _row(
    "mish", "mish", "x · tanh(softplus(x))",
    lambda x: x * math.tanh(_softplus(x)), lambda x: x * np.tanh(SOFTPLUS.array(x)),
    lambda x, y: TANH(SOFTPLUS(x))
    + _fading(x * x + y, x * SIGMOID(x) * (1.0 - TANH(SOFTPLUS(x)) * TANH(SOFTPLUS(x)))),
    javascript="x * tanh(softplus(x))",
)  # fmt: skip

# Steps: flat wherever a derivative exists ---------------------------------------------------------
STEP: Op = _row(
    "step", "step", "1 if x ≥ 0 else 0",
    lambda x: 1.0 if x >= 0 else 0.0 if x < 0 else x, lambda x: np.heaviside(x, 1.0), _zero,
    course=Course.STEPPED,
    javascript="x >= 0 ? 1 : x < 0 ? 0 : x",
)  # fmt: skip
SIGN: Op = _row(
    "sign", "sign", "sign(x)", _sign, np.sign, _zero, course=Course.STEPPED,
    javascript="Math.sign(x) + 0",
)  # fmt: skip
FLOOR: Op = _row(
    "floor", "floor", "⌊x⌋", lambda x: float(math.floor(x)), np.floor, _zero,
    course=Course.STEPPED,
    javascript="Math.floor(x) + 0",
)  # fmt: skip
FLOORDIV: Op = _row(
    "//", "//", "⌊a / b⌋", operator.floordiv, np.floor_divide, _zero, _zero,
    sign="//", binds=Binding.PRODUCT, word="floor", python=operator.floordiv, course=Course.STEPPED,
    javascript="floorDivide(a, b)",
)  # fmt: skip
ROUND: Op = _row(
    "round", "round", "round(x), halves to even", lambda x: float(round(x)), np.rint, _zero,
    course=Course.STEPPED,
    javascript="round(x) + 0",
)  # fmt: skip
ROUND_TO: Op = _row(
    "round_to", "round", "round(a, b), b decimals", _round_to, _round_to_array, _zero, _zero,
    passive=(1,), course=Course.STEPPED,
    javascript="roundTo(a, b)",
)  # fmt: skip

# Extremes. At a tie two variables share; against a constant the minimum-norm subgradient is 0. -----
MAXIMUM: Op = _row(
    "maximum", "max", "max(a, b)",
    lambda a, b: a if a > b or a != a else b, np.maximum,
    _larger, lambda a, b, z: _larger(b, a, z),
    course=Course.KINKED,
    javascript="a > b || a !== a ? a : b",
)  # fmt: skip
MINIMUM: Op = _row(
    "minimum", "min", "min(a, b)",
    lambda a, b: a if a < b or a != a else b, np.minimum,
    lambda a, b, z: _larger(b, a, z), _larger,
    course=Course.KINKED,
    javascript="a < b || a !== a ? a : b",
)  # fmt: skip
CLAMP_MIN: Op = _row(
    "clamp_min", "max", "max(a, b), b constant", MAXIMUM.forward, np.maximum,
    lambda a, b, z: where(a > b, 1.0, where(a <= b, 0.0, math.nan * z)), _zero,
    passive=(1,), course=Course.KINKED,
    javascript="a > b || a !== a ? a : b",
)  # fmt: skip
CLAMP_MAX: Op = _row(
    "clamp_max", "min", "min(a, b), b constant", MINIMUM.forward, np.minimum,
    lambda a, b, z: where(a < b, 1.0, where(a >= b, 0.0, math.nan * z)), _zero,
    passive=(1,), course=Course.KINKED,
    javascript="a < b || a !== a ? a : b",
)  # fmt: skip
