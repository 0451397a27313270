"""A derivative as it was typed: what it is of and by, the formula, and what that speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograd.formulas.grammar import FormulaError
from autograd.formulas.handwriting import DERIVATIVE, plain
from autograd.formulas.latex import without_latex
from autograd.formulas.names import Names
from autograd.formulas.parse import Expression, parse
from autograd.value import Value

__all__ = ["Typed", "is_value", "parts", "typed"]

_CLAIM = re.compile(rf"\s*(?:{DERIVATIVE.pattern}|[^\W\d_]\w*\s*['’′](?:\s*\(\s*\w+\s*\))?)\s*$")
_ARROW = re.compile(rf"^\s*({DERIVATIVE.pattern})\s*(?::=?|->|→|⇒|=>)(?!=)")
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


@dataclass(frozen=True)
class Typed:
    """A text that was read.

    Attributes:
        text: the formula in the grammar of `parse`.
        formula: the formula.
        nodes: the values that it speaks of, by name.
        derivatives: the derivatives that it speaks of (``dL/do``): of which value, by which.
    """

    text: str
    formula: Expression
    nodes: dict[str, Value]
    derivatives: dict[str, tuple[Value, Value]]


def is_value(names: Names, name: str) -> bool:
    """Whether a value is called that."""
    try:
        names.find(name)
    except KeyError:
        return False
    return True


def parts(text: str) -> list[str]:
    """What stands between the equals signs of a line."""
    return [part.strip() for part in _EQUALS.split(text)]


def typed(text: str, names: Names, by: str = "", short: Mapping[str, str] | None = None) -> Typed:
    """Read a derivative: a formula, with ``dL/dw =`` before it or without.

    Args:
        text: what was typed.
        names: the graph.
        by: the value that was asked for.
        short: the student's own abbreviations, by name.

    Raises:
        FormulaError: if it is no formula, could mean several things, or is the derivative by another.
        KeyError: if it speaks of a value that is not there.
    """
    text = without_latex(re.sub(r"\s[#].*", "", text).strip().strip("$").strip())
    text = _ARROW.sub(r"\1 = ", re.sub(r"^[=≈~\s]+", "", text))
    sides = parts(text)
    if len(sides) > 1 and (claim := _CLAIM.fullmatch(sides[0])):
        if claim[2] and by and claim[2] != by and is_value(names, claim[2]):
            raise FormulaError(f"this is the derivative by {claim[2]}; by {by} was asked for", 1)
        if len(sides) > 2:
            raise FormulaError(f"{sides[1]!r} or {sides[2]!r}? give one answer", len(sides[0]) + 1)
        text = sides[1]
    elif len(sides) == 2 and not re.fullmatch(r"[^\W\d]\w*", sides[0]):
        raise FormulaError(f"{sides[0]!r} or {sides[1]!r}? give one answer", len(sides[0]) + 1)
    found: dict[str, tuple[Value, Value]] = {}

    def symbol(match: re.Match[str]) -> str:
        of, over = match[1], match[2]
        if is_value(names, f"d{of}") or not (is_value(names, of) and is_value(names, over)):
            return match[0]
        name = f"d_{of}_d_{over}"
        found[name] = names.find(of), names.find(over)
        return f"({name})"

    for name, meaning in (short or {}).items():
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", f"({meaning})", text)
    text = DERIVATIVE.sub(symbol, text)
    text = plain(text, lambda name: name in found or is_value(names, name))
    formula = parse(text)
    nodes = {name: names.find(name) for name in formula.variables if name not in found}
    return Typed(text, formula, nodes, {n: found[n] for n in formula.variables if n in found})
