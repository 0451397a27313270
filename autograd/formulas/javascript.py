"""Operations as JavaScript: one more number system that the table of operations runs on.

A row's value has its text in the row; its derivatives are the row's own rules, run on texts. What the
texts call beyond ``Math`` stands in numbers.js: V8's Math is up to 2 units in the last place from
Python's in tanh, sinh, cosh, hypot and log10, and up to 1 in exp and log, of which much else is made.

>>> from autograd import ops
>>> print(written(ops.TANH))
[(x) => tanh(x), (x, z) => 1 - z * z]
>>> print(written(ops.MUL))
[(a, b) => a * b, (a, b, z) => b, (a, b, z) => a]
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograd import ops
from autograd.ops import Binding, Op, apply

__all__ = ["INPUTS", "JavaScript", "literal", "runtime", "slope", "value", "written"]

_CALL = re.compile(r"[\w.]+(\([^()]*\))?")
_ARGUMENT = re.compile(r"(?<=[(,])( ?)([abx])(?=[,)])")
_INPUT = re.compile(r"(?<![\w.])[abx](?!\w)")
INPUTS = {1: ("x",), 2: ("a", "b"), 3: ("c", "a", "b")}


@dataclass(frozen=True, slots=True, eq=False)
class JavaScript:
    """An expression of JavaScript, and how tightly it binds."""

    text: str
    binding: int = Binding.ATOM

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> NoReturn:
        raise TypeError("whether an expression holds is known when it runs: use where(…)")

    def within(self, binding: int) -> str:
        """The text as an operand of something that binds this tightly."""
        return self.text if self.binding >= binding else f"({self.text})"

    def __add__(self, other: Any) -> JavaScript:
        return ops.ADD(self, other)  # type: ignore[no-any-return]

    def __radd__(self, other: Any) -> JavaScript:
        return ops.ADD(other, self)  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> JavaScript:
        return ops.SUB(self, other)  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> JavaScript:
        return ops.SUB(other, self)  # type: ignore[no-any-return]

    def __mul__(self, other: Any) -> JavaScript:
        return ops.MUL(self, other)  # type: ignore[no-any-return]

    def __rmul__(self, other: Any) -> JavaScript:
        return ops.MUL(other, self)  # type: ignore[no-any-return]

    def __truediv__(self, other: Any) -> JavaScript:
        return ops.DIV(self, other)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: Any) -> JavaScript:
        return ops.DIV(other, self)  # type: ignore[no-any-return]

    def __pow__(self, other: Any) -> JavaScript:
        return ops.POW(self, other)  # type: ignore[no-any-return]

    def __rpow__(self, other: Any) -> JavaScript:
        return ops.POW(other, self)  # type: ignore[no-any-return]

    def __neg__(self) -> JavaScript:
        return ops.NEG(self)  # type: ignore[no-any-return]

    def __abs__(self) -> JavaScript:
        return ops.ABS(self)  # type: ignore[no-any-return]

    def __lt__(self, other: Any) -> JavaScript:
        return ops.LESS(self, other)  # type: ignore[no-any-return]

    def __le__(self, other: Any) -> JavaScript:
        return ops.LESS_EQUAL(self, other)  # type: ignore[no-any-return]

    def __gt__(self, other: Any) -> JavaScript:
        return ops.GREATER(self, other)  # type: ignore[no-any-return]

    def __ge__(self, other: Any) -> JavaScript:
        return ops.GREATER_EQUAL(self, other)  # type: ignore[no-any-return]


@apply.register(JavaScript)
def _apply_javascript(x: JavaScript, op: Op, inputs: tuple[Any, ...]) -> JavaScript:
    """The row's text, its inputs in place of its letters."""
    parts = dict(zip(INPUTS[op.arity], map(literal, inputs)))
    if op is ops.WHERE:  # in a rule the condition is a comparison, and never a number
        c, a, b = parts.values()
        return JavaScript(f"{c.within(Binding.COMPARISON)} ? {a} : {b}", Binding.CHOICE)
    if op.sign and re.fullmatch(r"a [^ ]+ b", op.javascript):
        a, b = parts.values()
        sign = op.javascript[1:-1]
        return JavaScript(f"{a.within(op.binds)}{sign}{b.within(op.binds + 1)}", op.binds)
    text = value(op)
    if _CALL.fullmatch(text):
        return JavaScript(_ARGUMENT.sub(lambda name: name[1] + parts[name[2]].text, text))
    found = _INPUT.sub(lambda name: parts[name[0]].within(Binding.ATOM), text)
    return JavaScript(found, Binding.SIGN if op is ops.NEG else Binding.CHOICE)


def literal(x: Any) -> JavaScript:
    """A number as JavaScript writes it: the shortest digits that read back as the same."""
    if isinstance(x, JavaScript):
        return x
    if isinstance(x, bool):
        return JavaScript("true" if x else "false")
    if math.isnan(x):
        return JavaScript("NaN")
    text = repr(float(x)).removesuffix(".0").replace("inf", "Infinity")
    return JavaScript(text, Binding.SIGN if text.startswith("-") else Binding.ATOM)


def written(op: Op) -> str:
    """An array of functions: the value of the inputs; then, of inputs and value, each derivative.

    Raises:
        TypeError: for a row of one's own without a text, or with rules that run on numbers only.
    """
    names = INPUTS[op.arity]
    found = [f"({', '.join(names)}) => {value(op)}"]
    for place in range(len(op.partials)):
        found.append(f"({', '.join((*names, 'z'))}) => {slope(op, place)}")
    return f"[{', '.join(found)}]"


def value(op: Op) -> str:
    """The text of the value, of the letters in `INPUTS`.

    Raises:
        TypeError: for a row without one.
    """
    if not op.javascript:
        raise TypeError(f"{op!r} has no text in JavaScript: give its row one, javascript='…'")
    return op.javascript


def slope(op: Op, place: int) -> str:
    """The text of a derivative, of the same letters and of z, the value.

    >>> slope(ops.DIV, 1)
    '-z / b'
    """
    return str(literal(op.partials[place](*map(JavaScript, INPUTS[op.arity]), JavaScript("z"))))


def runtime(fast: bool = False) -> str:
    """What the texts call, as declarations for the top of a script.

    Args:
        fast: for loops that train: V8's own functions, 2 units in the last place from Python's, a few
            more in erf and erfc; without ``sincSlope``.
    """
    files = ("fast" if fast else "numbers", "functions")
    return "".join((Path(__file__).parent / f"{name}.js").read_text("utf-8") for name in files)
