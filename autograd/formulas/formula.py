"""Formulas as text: one more number system that the table of operations runs on.

>>> from autograd import ops
>>> derivative(ops.TANH, "n")
'1 − tanh(n)²'
>>> derivative(ops.MUL, "x", "w")
'w'
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NoReturn

from autograd import ops
from autograd.ops import Binding, Op, apply

__all__ = ["Formula", "derivative", "formula", "infix", "slope"]

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A text and how tightly it binds; operators and operations on it write longer texts."""

    text: str
    binding: int = Binding.ATOM

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "whether a formula holds depends on its numbers: use where(condition, a, b)"
        )

    def within(self, binding: int) -> str:
        """The text as an operand of something that binds this tightly."""
        return self.text if self.binding >= binding else f"({self.text})"

    def within_all(self) -> str:
        """The text as one unit: in parentheses unless it is a name, a number or a call."""
        return self.within(Binding.ATOM)

    def __add__(self, other: Any) -> Formula:
        return infix(ops.ADD, self, formula(other), " ")

    def __radd__(self, other: Any) -> Formula:
        return formula(other) + self

    def __sub__(self, other: Any) -> Formula:
        return infix(ops.SUB, self, formula(other), " ")

    def __rsub__(self, other: Any) -> Formula:
        return formula(other) - self

    def __mul__(self, other: Any) -> Formula:
        b = formula(other)
        if self.text in ("1", "−1"):
            return b if self.text == "1" else -b
        if self.text in ("0", "nan"):
            return self
        return self**2 if b.text == self.text else infix(ops.MUL, self, b)

    def __rmul__(self, other: Any) -> Formula:
        return formula(other) * self

    def __truediv__(self, other: Any) -> Formula:
        b = formula(other)
        once = f"/{b.within(Binding.POWER)}"
        if self.text.endswith(once) and self.binding in (Binding.PRODUCT, Binding.SIGN):
            return Formula(
                f"{self.text.removesuffix(once)}/{b.within(Binding.ATOM)}²", self.binding
            )
        return Formula(self.within(Binding.PRODUCT) + once, Binding.PRODUCT)

    def __rtruediv__(self, other: Any) -> Formula:
        return formula(other) / self

    def __pow__(self, other: Any) -> Formula:
        b, base = formula(other), self.within(Binding.ATOM)
        if b.text == "1":
            return self
        if b.text.isdecimal():
            return Formula(base + b.text.translate(_RAISED), Binding.POWER)
        return Formula(f"{base}^{b.within(Binding.ATOM)}", Binding.POWER)

    def __rpow__(self, other: Any) -> Formula:
        return formula(other) ** self

    def __mod__(self, other: Any) -> Formula:
        return infix(ops.MOD, self, formula(other), " ")

    def __rmod__(self, other: Any) -> Formula:
        return formula(other) % self

    def __floordiv__(self, other: Any) -> Formula:
        return Formula(f"⌊{self / other}⌋")

    def __rfloordiv__(self, other: Any) -> Formula:
        return formula(other) // self

    def __neg__(self) -> Formula:
        return Formula(f"−{self.within(Binding.PRODUCT)}", Binding.SIGN)

    def __pos__(self) -> Formula:
        return self

    def __abs__(self) -> Formula:
        return Formula(f"abs({self})")

    def __lt__(self, other: Any) -> Formula:
        return infix(ops.LESS, self, formula(other), " ")

    def __le__(self, other: Any) -> Formula:
        return infix(ops.LESS_EQUAL, self, formula(other), " ")

    def __gt__(self, other: Any) -> Formula:
        return infix(ops.GREATER, self, formula(other), " ")

    def __ge__(self, other: Any) -> Formula:
        return infix(ops.GREATER_EQUAL, self, formula(other), " ")


def formula(x: Any) -> Formula:
    """A Formula for ``x``: itself, or a number as people write it."""
    if isinstance(x, Formula):
        return x
    for name, number in _CONSTANTS.items():
        if x == number:
            return Formula(name, Binding.PRODUCT if "/" in name else Binding.ATOM)
    text = f"{x:g}".replace("-", "−").replace("inf", "∞")
    return Formula(text, Binding.SIGN if x < 0 else Binding.ATOM)


_CONSTANTS = {
    "π": math.pi,
    "π/180": math.pi / 180,
    "180/π": 180 / math.pi,
    "log(2)": math.log(2),
    "1/log(2)": 1 / math.log(2),
    "1/log(10)": 1 / math.log(10),
    "√2": math.sqrt(2),
    "√(2π)": math.sqrt(2 * math.pi),
    "2/√π": 2 / math.sqrt(math.pi),
    "−2/√π": -2 / math.sqrt(math.pi),
    "2⁻¹⁰²⁴": 2.0**-1024,
    "2⁻¹⁰⁷⁴": 2.0**-1074,
}


_TRUE = Formula("true")


def infix(op: Op, a: Formula, b: Formula, space: str = "") -> Formula:
    """What ``op`` writes with its sign; of signs that bind alike, the left one comes first."""
    sign = f"{space}{op.sign}{space}"
    return Formula(f"{a.within(op.binds)}{sign}{b.within(op.binds + 1)}", op.binds)


@apply.register(Formula)
def _apply_formula(x: Formula, op: Op, inputs: tuple[Any, ...]) -> Formula:
    if op is ops.WHERE:
        return _choice(*inputs)
    parts = [formula(i) for i in inputs]
    if op is ops.EQUAL and parts[0].text == parts[1].text:  # asks whether it is no nan
        return _TRUE
    written = op.python(*parts) if op.python else NotImplemented
    if written is not NotImplemented:
        return written  # type: ignore[no-any-return]
    if op.sign and op.arity == 2:
        return infix(op, parts[0], parts[1], " ")
    return Formula(f"{op.name}({', '.join(p.text for p in parts)})")


def _choice(condition: Any, yes: Any, no: Any) -> Formula:
    if not isinstance(condition, Formula):  # decided already
        return formula(yes if condition else no)
    if condition is _TRUE:
        return formula(yes)
    if no is False:
        return Formula(f"{condition} and {yes}", Binding.CHOICE)
    if formula(no).text == "nan":  # outside the domain there is nothing to say
        return formula(yes)
    text = f"{formula(yes).within(Binding.SUM)} if {condition} else {formula(no)}"
    return Formula(text, Binding.CHOICE)


def slope(op: Op, index: int, inputs: list[Any]) -> Formula:
    """The local derivative of ``op`` by input ``index``; "…" where its rule runs on numbers only."""
    try:
        return formula(op.partials[index](*inputs, op(*inputs)))
    except (TypeError, AttributeError):  # math.exp, an if: a user's own operation
        return Formula("…")


def derivative(op: Op, *names: str, index: int = 0) -> str:
    """The local derivative of ``op`` by input ``index`` as a text, its inputs called ``names``."""
    return str(slope(op, index, [Formula(name) for name in names]))
