"""What an engine asks of PyTorch or JAX, and the table of operations run on their arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from autograd.compiler.run.functional.places import Slices
from autograd.compiler.run.functional.sinc import sinc_slopes
from autograd.ops import OPS, Op, apply

__all__ = ["Library", "functions", "refuse_missing", "slope"]

_SAME = [  # what they compute goes by the same name in both
    "abs", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan", "asin",
    "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "round", "rad2deg",
    "deg2rad", "sinc",
]  # fmt: skip
_SAME_OF_TWO = ["atan2", "hypot", "maximum", "minimum", "logaddexp"]


class Library:
    """The calls of a library, by NumPy's names; its arrays have operators, slices, reshape and sum.

    Attributes:
        name: as a sentence has it: "PyTorch".
        functions: a function on arrays for each row of the table, by name.
        slopes: a rule of the table, of the result alone, in fewer calls than as it is written there.
    """

    name = ""
    functions: dict[str, Callable[..., Any]]
    slopes: ClassVar[dict[str, Callable[[Any], Any]]] = {}

    def concat(self, arrays: Sequence[Any]) -> Any:
        """Rows after rows."""
        raise NotImplementedError

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        raise NotImplementedError

    def permute(self, x: Any, axes: tuple[int, ...]) -> Any:
        raise NotImplementedError

    def take(self, x: Any, index: Any) -> Any:
        """Rows by number."""
        raise NotImplementedError

    def scatter(self, size: int, index: Any, rows: Any) -> Any:
        """Rows added to ``size`` rows of zeros, by number; any may come again."""
        raise NotImplementedError

    def part(self, x: Any, rows: Slices) -> Any:
        """Rows as [*sizes, width]."""
        if rows.sizes == (len(x),):
            return x
        block = x if len(rows.block) == 1 else x.reshape(*rows.block, x.shape[1])
        return block[tuple(map(slice, rows.start, rows.stop))]

    def laid(self, size: int, parts: dict[Slices, Any]) -> Any:
        """``size`` rows, in them these parts, and zeros elsewhere."""
        raise NotImplementedError

    def columns(self, x: Any, index: Any) -> Any:
        """Columns of x [n, V] by number."""
        raise NotImplementedError

    def scattered(self, size: int, index: Any, columns: Any) -> Any:
        """Columns added to ``size`` columns of zeros, by number; any may come again."""
        raise NotImplementedError

    def zeros(self, rows: int, like: Any) -> Any:
        """Rows of zeros, as wide as those of ``like``."""
        raise NotImplementedError

    def along(self, x: Any, index: Any) -> Any:
        """x [n, V, batch] at whole numbers [n, 1, batch]."""
        raise NotImplementedError

    def along_first(self, x: Any, index: Any) -> Any:
        """x [V, n] at whole numbers [1, n]."""
        raise NotImplementedError

    def errors(self, logarithms: Any, index: Any) -> Any:
        """exp of logarithms [V, n], less 1 at whole numbers [1, n]: softmax − onehot."""
        hit = self.numbers_to(index, len(logarithms))[:, None] == index
        return self.functions["exp"](logarithms) - self.where(hit, 1.0, 0.0)

    def softmax(self, x: Any, axis: int) -> Any:
        raise NotImplementedError

    def log_softmax(self, x: Any) -> Any:
        """Along the first axis."""
        raise NotImplementedError

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        raise NotImplementedError

    def einsum(self, equation: str, *arrays: Any) -> Any:
        raise NotImplementedError

    def affine(self, bias: Any, weight: Any, x: Any) -> Any:
        """weight @ x + bias, a bias a row: [rows, 1]."""
        return weight @ x + bias

    def numbers_to(self, x: Any, size: int) -> Any:
        """The whole numbers below ``size``, where and as x is."""
        raise NotImplementedError

    def largest(self, x: Any) -> Any:
        """The largest along the first axis."""
        raise NotImplementedError


def functions(
    xp: Any, where: Callable[..., Any], of_two: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> dict[str, Callable[..., Any]]:
    """The rows that are written alike in both; each library adds its own.

    Args:
        xp: the library.
        where: its choice, which also takes numbers.
        of_two: makes a function of two arrays one that takes a number for either.
    """
    two = {name: of_two(getattr(xp, name)) for name in _SAME_OF_TWO}

    def number(compare: Callable[[Any, Any], Any]) -> Callable[..., Any]:
        return lambda a, b: where(compare(a, b), 1.0, 0.0)

    def squareplus(x: Any, b: Any) -> Any:
        h = two["hypot"](x, math.sqrt(b) if isinstance(b, float) else xp.sqrt(b))
        return where(x >= 0, (x + h) / 2, b / (h - x) / 2)

    def logaddexp2(a: Any, b: Any) -> Any:
        apart = where(a == b, 0.0, abs(a - b))
        return two["maximum"](a, b) + xp.log1p(xp.exp2(-apart)) / math.log(2)

    return {name: getattr(xp, name) for name in _SAME} | two | {
        "copy": lambda x: x, "+": lambda a, b: a + b, "-": lambda a, b: a - b,
        "*": lambda a, b: a * b, "/": lambda a, b: a / b, "**": lambda a, b: a**b,
        "%": lambda a, b: a % b, "//": lambda a, b: a // b, "neg": lambda x: -x,
        "<": number(lambda a, b: a < b), "<=": number(lambda a, b: a <= b),
        "==": number(lambda a, b: a == b), ">": number(lambda a, b: a > b),
        ">=": number(lambda a, b: a >= b),
        "where": where,
        "leaky_relu": lambda a, b: where(a > 0, a, b * a),
        "elu": lambda a, b: where(a > 0, a, b * xp.expm1(a)),
        "sign": lambda x: where(x == x, xp.sign(x), x),
        "step": lambda x: where(x == x, where(x >= 0, 1.0, 0.0), x),
        "one_minus_square": lambda x: (1.0 - x) * (1.0 + x),
        "round_to": lambda a, b: xp.round(a * 10.0**b) / 10.0**b,
        "clamp_min": two["maximum"], "clamp_max": two["minimum"], "squareplus": squareplus,
        "logaddexp2": logaddexp2, "sinc_slope": sinc_slopes(xp, where),
    }  # fmt: skip


def refuse_missing(library: Library, used: set[str], caller: str) -> None:
    """Raise ValueError, naming an operation that a library has no function for."""
    for name in sorted(used):
        if name not in library.functions or name not in OPS:
            raise ValueError(
                f"{caller} has no {library.name} function for the operation {name!r}: compile a "
                "function that writes it with operations of the table"
            )


class _Wrapped:
    """An array as a number system of the table: what a rule computes with it, its library computes."""

    __slots__ = ("array", "library")

    def __init__(self, library: Library, array: Any) -> None:
        self.library, self.array = library, array

    def __abs__(self) -> _Wrapped:
        return _apply_wrapped(self, OPS["abs"], (self,))


@apply.register(_Wrapped)
def _apply_wrapped(x: _Wrapped, op: Op, inputs: tuple[Any, ...]) -> _Wrapped:
    given = [i.array if type(i) is _Wrapped else i for i in inputs]
    return _Wrapped(x.library, x.library.functions[op.name](*given))


def _operator(op: Op) -> tuple[Callable[..., _Wrapped], Callable[..., _Wrapped]]:
    """An operation as a method, and with its inputs exchanged."""
    return (
        lambda x, *others: _apply_wrapped(x, op, (x, *others)),
        lambda x, other: _apply_wrapped(x, op, (other, x)),
    )


for _name, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}.items():
    _forward, _reflected = _operator(OPS[_sign])
    setattr(_Wrapped, f"__{_name}__", _forward)
    setattr(_Wrapped, f"__r{_name}__", _reflected)
for _name, _sign in {"neg": "neg", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(_Wrapped, f"__{_name}__", _operator(OPS[_sign])[0])


def slope(library: Library, op: Op, place: int, inputs: Sequence[Any], y: Any) -> Any:
    """The local derivative of an operation by one input, by the table's rule: an array or a number."""
    if op.name in library.slopes:
        return library.slopes[op.name](y)
    wrapped = [x if type(x) is float else _Wrapped(library, x) for x in (*inputs, y)]
    found = op.partials[place](*wrapped)
    return found.array if type(found) is _Wrapped else found
