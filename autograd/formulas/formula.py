"""Formulas as text: one more number system that the table of operations runs on.

>>> from autograd import ops
>>> derivative(ops.TANH, "n")
'1 − tanh(n)²'
>>> derivative(ops.MUL, "x", "w")
'w'
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import Any

from autograd.ops import Op, apply

__all__ = ["Formula", "derivative"]

_CHOICE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)  # how tightly a text binds
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_COMPARE = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "="}


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A text and how tightly it binds; operators and operations on it write longer texts."""

    text: str
    binding: int = _ATOM

    def __str__(self) -> str:
        return self.text

    def within(self, binding: int) -> str:
        """The text as an operand of something that binds this tightly."""
        return self.text if self.binding >= binding else f"({self.text})"

    def within_all(self) -> str:
        """The text as one unit: in parentheses unless it is a name, a number or a call."""
        return self.within(_ATOM)

    def __add__(self, other: Any) -> Formula:
        b = formula(other)
        return Formula(f"{self.within(_SUM)} + {b.within(_PRODUCT)}", _SUM)

    def __radd__(self, other: Any) -> Formula:
        return formula(other) + self

    def __sub__(self, other: Any) -> Formula:
        b = formula(other)
        return Formula(f"{self.within(_SUM)} − {b.within(_PRODUCT)}", _SUM)

    def __rsub__(self, other: Any) -> Formula:
        return formula(other) - self

    def __mul__(self, other: Any) -> Formula:
        b = formula(other)
        if self.text in ("1", "−1"):
            return b if self.text == "1" else -b
        if self.text == "nan":
            return self
        if b.text == self.text:
            return Formula(f"{self.within(_ATOM)}²", _POWER)
        return Formula(f"{self.within(_PRODUCT)}·{b.within(_SIGN)}", _PRODUCT)

    def __rmul__(self, other: Any) -> Formula:
        return formula(other) * self

    def __truediv__(self, other: Any) -> Formula:
        b = formula(other)
        once = f"/{b.within(_POWER)}"
        if self.text.endswith(once):
            return Formula(f"{self.text.removesuffix(once)}/{b.within(_ATOM)}²", _PRODUCT)
        return Formula(self.within(_PRODUCT) + once, _PRODUCT)

    def __rtruediv__(self, other: Any) -> Formula:
        return formula(other) / self

    def __neg__(self) -> Formula:
        return Formula(f"−{self.within(_PRODUCT)}", _SIGN)

    def __lt__(self, other: Any) -> Formula:
        return _compare("<", self, other)

    def __le__(self, other: Any) -> Formula:
        return _compare("≤", self, other)

    def __gt__(self, other: Any) -> Formula:
        return _compare(">", self, other)

    def __ge__(self, other: Any) -> Formula:
        return _compare("≥", self, other)


def formula(x: Any) -> Formula:
    """A Formula for ``x``: itself, or a number as people write it."""
    if isinstance(x, Formula):
        return x
    for name, number in _CONSTANTS.items():
        if x == number:
            return Formula(name, _PRODUCT if "/" in name else _ATOM)
    text = f"{x:g}".replace("-", "−").replace("inf", "∞")
    return Formula(text, _SIGN if x < 0 else _ATOM)


_CONSTANTS = {
    "√2": math.sqrt(2),
    "√(2π)": math.sqrt(2 * math.pi),
    "2/√π": 2 / math.sqrt(math.pi),
    "−2/√π": -2 / math.sqrt(math.pi),
}


def _compare(sign: str, a: Any, b: Any) -> Formula:
    return Formula(f"{formula(a)} {sign} {formula(b)}", _SUM)


@apply.register(Formula)
def _apply_formula(x: Formula, op: Op, inputs: tuple[Any, ...]) -> Formula:
    if op.name == "where":
        condition, yes, no = inputs
        if not isinstance(condition, Formula):  # decided already
            return formula(yes if condition else no)
        if no is False:
            return Formula(f"{condition} and {yes}", _CHOICE)
        if formula(no).text == "nan":  # outside the domain there is nothing to say
            return formula(yes)
        return Formula(f"{formula(yes).within(_SUM)} if {condition} else {formula(no)}", _CHOICE)
    parts = [formula(i) for i in inputs]
    if op.name in _COMPARE:
        return _compare(_COMPARE[op.name], *parts)
    if op.name == "**":
        if parts[1].text == "1":
            return parts[0]
        if parts[1].text.isdigit():
            return Formula(parts[0].within(_ATOM) + parts[1].text.translate(_RAISED), _POWER)
        return Formula(f"{parts[0].within(_ATOM)}^{parts[1].within(_ATOM)}", _POWER)
    if op.name in _OPERATORS:
        return _OPERATORS[op.name](*parts)  # type: ignore[no-any-return]
    return Formula(f"{op.name}({', '.join(p.text for p in parts)})")


_OPERATORS: dict[str, Any] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "//": lambda a, b: Formula(f"⌊{a / b}⌋"),
}


def derivative(op: Op, *names: str, index: int = 0) -> str:
    """The local derivative of ``op`` by input ``index`` as a text, its inputs called ``names``."""
    inputs = [Formula(name) for name in names]
    return str(formula(op.partials[index](*inputs, apply(inputs[0], op, tuple(inputs)))))
