"""A problem as learners write it down: lines that define values, numbers for the letters, a derivation.

>>> text = "L = (o - y)^2; o = tanh(n); n = w*x; w = 0.5; x = 2; y = 0; dL/do = 2*(o - y)"
>>> problem = read_problem(text)
>>> problem.root.label, [line for _, line in problem.lines]
('L', ['dL/do = 2*(o - y)'])
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from autograd.formulas.grammar import FUNCTIONS, FormulaError, tokens
from autograd.formulas.handwriting import DERIVATIVE, plain
from autograd.formulas.latex import without_latex
from autograd.formulas.parse import parse
from autograd.text.format import clean
from autograd.value import Value

__all__ = ["Problem", "read_problem", "statements"]

_DEFINITION = re.compile(r"\s*([^\W\d_][\w.]*)\s*=(?!=)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """What is differentiated, and the lines of the derivation with their numbers.

    Attributes:
        root: what nothing else is made of.
        lines: number and text of each line of the derivation.
    """

    root: Value
    lines: list[tuple[int, str]]


def statements(text: str) -> list[tuple[int, str]]:
    """The number of its line and each statement: lines, or parts of one with ``;`` between them."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        kept = re.split(r"\s(?:#|//|←)", f" {line}", maxsplit=1)[0]
        found += [(number, part.strip()) for part in kept.split(";") if part.strip()]
    return found


def read_problem(text: str) -> Problem:
    """Read the definitions, in any order; the derivation begins with the first ``d…/d…``.

    Raises:
        FormulaError: if a definition is no formula, or a letter has no number.
    """
    definitions: dict[str, str] = {}
    lines: list[tuple[int, str]] = []
    for number, statement in statements(text):
        match = _DEFINITION.fullmatch(statement)
        if lines or not match or DERIVATIVE.match(without_latex(statement)):
            lines.append((number, statement))
        elif match[1] in definitions:
            raise FormulaError(f"line {number} gives {clean(match[1])!r} a second value", 1)
        else:
            definitions[match[1]] = match[2]
    if not definitions:
        raise FormulaError("what is differentiated? begin with a line like L = (w*x - y)^2", 1)
    texts = {name: plain(formula, _known(definitions)) for name, formula in definitions.items()}
    needs = {name: parse(formula).variables for name, formula in texts.items()}
    values: dict[str, Value] = {}
    waiting = list(definitions)
    while waiting:
        ready = [name for name in waiting if all(need in values for need in needs[name])]
        if not ready:
            raise _unready(waiting, needs)
        for name in ready:
            made = parse(texts[name])(values)
            values[name] = +made if type(made) is Value and made.label else made
            if type(made) is not Value:
                values[name] = Value(float(made))
            values[name].label = name
        waiting = [name for name in waiting if name not in ready]
    used = {need for found in needs.values() for need in found}
    ends = [name for name in definitions if name not in used and needs[name]]
    if len(ends) != 1:
        which = f"{ends[0]} or {ends[1]}" if ends else "nothing"
        raise FormulaError(
            f"what is differentiated, {which}? one value is made of all the others", 1
        )
    return Problem(values[ends[0]], lines)


def _known(definitions: dict[str, str]) -> Callable[[str], bool]:
    """The names that are defined, and single letters that stand alone somewhere."""
    letters = {
        token.text for formula in definitions.values() for token in tokens(formula)
        if token.kind == "name" and token.text not in FUNCTIONS
    }  # fmt: skip
    return lambda name: name in definitions or name in letters


def _unready(waiting: list[str], needs: dict[str, tuple[str, ...]]) -> FormulaError:
    for name in waiting:
        for need in needs[name]:
            if need not in needs:
                return FormulaError(
                    f"{clean(need)!r} has no number: add a line like {clean(need)} = 2", 1
                )
    return FormulaError(f"{' and '.join(map(clean, waiting[:2]))} are made of each other", 1)
