"""Formulas in text, read and never run as Python: numbers, names, signs and the engine's functions.

>>> formula = parse("q = x + y; f = q*z")
>>> formula.variables
('x', 'y', 'z')
>>> formula({"x": -2.0, "y": 5.0, "z": -4.0})
-12.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.formulas.grammar import Code, FormulaError, Reader, Token, tokens
from autograd.text.format import clean, suggestion
from autograd.value import Value

__all__ = ["Expression", "FormulaError", "parse"]

LONGEST = 4000
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}


@dataclass(frozen=True)
class Expression:
    """A formula that was read: call it with a number (or Value) for each of its variables.

    Attributes:
        text: what was read.
        variables: the names that need a number, in the order of the text; pi and e have theirs.
        columns: where each name stands first.
    """

    text: str
    columns: Mapping[str, int]
    _statements: tuple[tuple[str, tuple[Code, ...]], ...]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns if name not in CONSTANTS)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers that stand in the formula, in the order in which they are used."""
        codes = (code for _, line in self._statements for code in line)
        return tuple(c.push for c in codes if c.run is None and not isinstance(c.push, str))

    def with_numbers(self, new: Mapping[int, float]) -> Expression:
        """The same formula with other numbers in some places (of `numbers`)."""
        place = 0
        statements = []
        for name, line in self._statements:
            codes = list(line)
            for i, code in enumerate(codes):
                if code.run is None and not isinstance(code.push, str):
                    codes[i] = code._replace(push=new.get(place, code.push))
                    place += 1
            statements.append((name, tuple(codes)))
        return Expression(self.text, self.columns, tuple(statements))

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The last line of the formula, in the number system of ``values``.

        Raises:
            FormulaError: if a variable has no value.
        """
        known: dict[str, Any] = {**CONSTANTS, **values}
        for name, column in self.columns.items():
            if name not in known:
                raise FormulaError(
                    f"{clean(name)!r} has no value{suggestion(name, values)}", column
                )
        result: Any = None
        for name, codes in self._statements:
            result = _run(codes, known)
            if name:
                known[name] = result
                if type(result) is Value and result.parents and not result.label:
                    result.label = name
        return result


def parse(text: str) -> Expression:
    """Read a formula, or several lines ``name = formula`` separated by ``;`` (the last one counts).

    Besides Python's signs it takes those of printed formulas: ``·``, ``×``, ``−``, ``÷``, ``^``, ``²``.
    A name may have dots, so that paths like ``layers.0.neurons.1.w.0`` are names.

    Args:
        text: the formula.

    Raises:
        FormulaError: for anything else, with the column.
        TypeError: if ``text`` is no text.

    >>> parse("x²·y + 2^-1")({"x": 3.0, "y": 4.0})
    36.5
    >>> parse("tanh(x")
    Traceback (most recent call last):
    autograd.formulas.grammar.FormulaError: column 5: this '(' is never closed
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula is text, not {type(text).__name__}")
    if len(text) > LONGEST:
        raise FormulaError(
            f"a formula has at most {LONGEST} characters, not {len(text)}", LONGEST + 1
        )
    lines: list[list[Token]] = [[]]
    for token in tokens(text):
        if token.text == ";":
            lines.append([])
        else:
            lines[-1].append(token)
    columns: dict[str, int] = {}
    statements: list[tuple[str, tuple[Code, ...]]] = []
    known: set[str] = set()
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    for line in lines:
        name = ""
        if len(line) > 1 and line[0].kind == "name" and line[1].text == "=":
            name = line[0].text
            if name in known or name in columns:
                raise FormulaError(f"{clean(name)!r} has a value already", line[0].column)
            line = line[2:]
        codes = Reader(line, len(text) + 1).read()
        for code in codes:
            if isinstance(code.push, str) and code.run is None and code.push not in known:
                columns.setdefault(code.push, code.column)
        if name:
            known.add(name)
        statements.append((name, codes))
    return Expression(text, columns, tuple(statements))


def _run(codes: tuple[Code, ...], known: Mapping[str, Any]) -> Any:
    stack: list[Any] = []
    for code in codes:
        if code.run is None:
            stack.append(known[code.push] if isinstance(code.push, str) else code.push)
            continue
        inputs = stack[-code.inputs :]
        del stack[-code.inputs :]
        stack.append(code.run(*inputs))
    (result,) = stack
    return result
