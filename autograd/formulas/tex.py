r"""Formulas as LaTeX, which notebooks and papers set: one more number system of the table.

>>> print(tex("tanh(x1*w1 + b)/2"))
\frac{\tanh(x_{1} \, w_{1} + b)}{2}
>>> from autograd.value import Value
>>> print(equation(Value(3.0, label="x") ** 2))
x^{2} = 9,\quad \mathrm{grad} = 0
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from autograd.formulas.parse import parse
from autograd.graph import topological_order
from autograd.ops import Binding, Op, apply
from autograd.text.format import number as plain
from autograd.value import Value

__all__ = ["TeX", "equation", "name", "number", "rule", "sides", "tex", "within"]

_LARGEST = 60  # nodes of a graph that is still read as one formula
_LONGEST = 600  # characters of LaTeX
_NUMBERED = re.compile(r"([^\W\d_]+)_?(\d+)")
_SPECIAL = re.compile(r"([#$%&_{}])")
_GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega",
})  # fmt: skip
_FUNCTIONS = frozenset({"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"})
_SIGNS = {"·": r" \, ", "−": " - ", "+": " + ", "<": " < ", "≤": r" \le ", ">": " > ",
          "≥": r" \ge ", "=": " = ", "%": r" \bmod "}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class TeX:
    """Markup, and how tightly it binds."""

    markup: str
    binding: int = Binding.ATOM

    def within(self, binding: int) -> str:
        """The markup as an operand of something that binds this tightly."""
        return self.markup if self.binding >= binding else f"({self.markup})"


def tex(text: str) -> str:
    """The LaTeX of a formula in the grammar of `parse`, without dollar signs.

    Raises:
        FormulaError: if it is none.
    """
    formula = parse(text)
    return _of(formula({variable: TeX(name(variable)) for variable in formula.columns})).markup


def name(text: str) -> str:
    r"""A name: one letter, or a word set upright, and a number after it as an index.

    >>> name("w1"), name("sigma"), name("loss")
    ('w_{1}', '\\sigma', '\\mathrm{loss}')
    """
    if match := _NUMBERED.fullmatch(text):
        return f"{name(match[1])}_{{{match[2]}}}"
    if text in _GREEK:
        return f"\\{text}"
    if len(text) == 1 and text.isalpha():
        return text
    safe = _SPECIAL.sub(r"\\\1", text.replace("\\", ""))
    return rf"\mathrm{{{safe}}}"


def number(x: float) -> str:
    """A number as people write it: powers of ten as such."""
    if x != x:
        return r"\mathrm{nan}"
    mantissa, _, power = plain(x).replace("−", "-").replace("∞", r"\infty").partition("e")
    return rf"{mantissa} \cdot 10^{{{power}}}" if power else mantissa


def equation(value: Value) -> str:
    """What a value was made of, its number and its gradient; "" where that is too long to be read."""
    if not _is_small(value):
        return ""
    made: dict[int, Any] = {}
    for node in topological_order(value):
        operands = (made[id(x)] if type(x) is Value else x for x in node.operands)
        op = node.operation
        if op is None or not node.parents:
            made[id(node)] = TeX(name(node.label) if node.label else number(node.data))
        elif op.name == "where":
            return ""
        else:
            made[id(node)] = op(*operands)
    said = [name(value.label)] if value.label else []
    if value.parents:
        said.append(made[id(value)].markup)
    said = [" = ".join([*dict.fromkeys(said), number(value.data)])]
    text = ",\\quad ".join([*said, rf"\mathrm{{grad}} = {number(value.grad)}"])
    return text if len(text) <= _LONGEST else ""


def rule(text: str) -> str:
    r"""A local derivative as `Backprop` writes it, "∂(x·w)/∂w = x".

    Raises:
        FormulaError: where it is no formula of one line.

    >>> print(rule("∂tanh(n)/∂n = 1 − tanh(n)²"))
    \frac{\partial \tanh(n)}{\partial n} = 1 - \tanh(n)^{2}
    """
    text, _, where = text.partition(", where ")
    asked, _, found = text.rpartition(" = ")
    of, _, by = asked.removeprefix("∂").rpartition("/∂")
    said = rf"\frac{{\partial {within(of)}}}{{\partial {within(by)}}} = {tex(found)}"
    return rf"{said}\quad ({sides(where)})" if where else said


def sides(text: str) -> str:
    """The sides of an equation, or of several in a row."""
    if text.startswith("start at "):
        return rf"\text{{start at }} {within(text.removeprefix('start at '))}"
    return " = ".join(map(tex, text.split(" = ")))


def within(text: str) -> str:
    """A formula as one unit: what had parentheses around all of it keeps them."""
    return f"({tex(text)})" if text.startswith("(") and tex(text[1:-1]) else tex(text)


def _is_small(value: Value) -> bool:
    """Whether a graph has few nodes, without a walk through a large one."""
    seen: dict[int, Value] = {}
    stack = [value]
    while stack and len(seen) <= _LARGEST:
        node = stack.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            stack += node.parents
    return not stack and len(seen) <= _LARGEST


def _of(x: Any) -> TeX:
    if isinstance(x, TeX):
        return x
    text = number(x)
    return TeX(text, Binding.SIGN if x < 0 else Binding.PRODUCT if "cdot" in text else Binding.ATOM)


@apply.register(TeX)
def _apply_tex(x: TeX, op: Op, inputs: tuple[Any, ...]) -> TeX:
    parts = [_of(i) for i in inputs]
    first = parts[0].markup
    if op.name == "/":
        return TeX(rf"\frac{{{first}}}{{{parts[1].markup}}}", Binding.PRODUCT)
    if op.name == "**":
        return TeX(f"{parts[0].within(Binding.ATOM)}^{{{parts[1].markup}}}", Binding.POWER)
    if op.name == "neg":
        return TeX(f"-{parts[0].within(Binding.PRODUCT)}", Binding.SIGN)
    if op.name == "sqrt":
        return TeX(rf"\sqrt{{{first}}}")
    if op.name == "//":
        return TeX(rf"\lfloor \frac{{{first}}}{{{parts[1].markup}}} \rfloor")
    if op.name in ("abs", "floor"):
        left, right = ("|", "|") if op.name == "abs" else (r"\lfloor ", r" \rfloor")
        return TeX(f"{left}{first}{right}")
    if op.sign and op.arity == 2:
        a, b = parts[0].within(op.binds), parts[1].within(op.binds + 1)
        sign = (
            r" \cdot "
            if op.sign == "·" and b[:1].isdigit()
            else _SIGNS.get(op.sign, f" {op.sign} ")
        )
        return TeX(f"{a}{sign}{b}", op.binds)
    called = (
        f"\\{op.name}" if op.name in _FUNCTIONS else rf"\mathrm{{{op.name}}}".replace("_", r"\_")
    )
    return TeX(f"{called}({', '.join(part.markup for part in parts)})")
