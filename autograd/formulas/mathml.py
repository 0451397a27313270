"""Formulas as MathML, which browsers and notebooks set: one more number system of the table.

>>> mathml("x^2/w1")
'<mfrac><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow><msub><mi>w</mi><mn>1</mn></msub></mfrac>'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any

from autograd.formulas.parse import parse
from autograd.ops import Binding, Op, apply

__all__ = ["MathML", "mathml", "name"]

_NUMBERED = re.compile(r"(\D+?)_?(\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class MathML:
    """Markup, and how tightly it binds."""

    markup: str
    binding: int = Binding.ATOM

    def within(self, binding: int) -> str:
        """The markup as an operand of something that binds this tightly."""
        return self.markup if self.binding >= binding else f"<mo>(</mo>{self.markup}<mo>)</mo>"


def mathml(text: str) -> str:
    """The markup of a formula in the grammar of `parse`.

    Raises:
        FormulaError: if it is none.
    """
    formula = parse(text)
    return _of(formula({variable: MathML(name(variable)) for variable in formula.columns})).markup


def name(text: str) -> str:
    """A name: letters, and a number after them as an index."""
    if match := _NUMBERED.fullmatch(text):
        return f"<msub><mi>{escape(match[1])}</mi><mn>{match[2]}</mn></msub>"
    return f"<mi>{escape(text)}</mi>"


def _of(x: Any) -> MathML:
    if isinstance(x, MathML):
        return x
    text = f"{abs(float(x)):g}"
    number = f"<mn>{text}</mn>"
    return MathML(f"<mo>−</mo>{number}", Binding.SIGN) if x < 0 else MathML(number)


@apply.register(MathML)
def _apply_mathml(x: MathML, op: Op, inputs: tuple[Any, ...]) -> MathML:
    parts = [_of(i) for i in inputs]
    if op.name == "/":
        return MathML(f"<mfrac>{_one(parts[0])}{_one(parts[1])}</mfrac>")
    if op.name == "**":
        base = MathML(parts[0].within(Binding.ATOM), parts[0].binding)
        return MathML(f"<msup>{_one(base)}{_one(parts[1])}</msup>", Binding.POWER)
    if op.name == "neg":
        return MathML(f"<mo>−</mo>{parts[0].within(Binding.PRODUCT)}", Binding.SIGN)
    if op.name == "sqrt":
        return MathML(f"<msqrt>{parts[0].markup}</msqrt>")
    if op.name == "abs":
        return MathML(f"<mo>|</mo>{parts[0].markup}<mo>|</mo>", Binding.PRODUCT)
    if op.sign and op.arity == 2:
        a, b = parts[0].within(op.binds), parts[1].within(op.binds + 1)
        return MathML(f"{a}<mo>{escape(op.sign)}</mo>{b}", op.binds)
    commas = "<mo>,</mo>".join(part.markup for part in parts)
    return MathML(f"<mi>{escape(op.symbol)}</mi><mo>(</mo>{commas}<mo>)</mo>", Binding.POWER)


def _one(x: MathML) -> str:
    """The markup as one element, where MathML counts them."""
    return x.markup if x.binding == Binding.ATOM else f"<mrow>{x.markup}</mrow>"
