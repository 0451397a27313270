"""The formula and the numbers that were typed, as a graph."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from itertools import chain, count

from autograd import FormulaError, Value, parse
from autograd.formulas.parse import Expression
from autograd.text.format import clean

__all__ = ["UsageError", "given", "graph", "root_of", "shielded", "unshielded"]

_OPTION = re.compile(r"-|-[ho]|--[a-z][a-z-]+(=.*)?", re.DOTALL)
_MARK = "\0"


class UsageError(Exception):
    """What was typed cannot be done; the message says why in one line."""


def shielded(argument: str) -> str:
    """A formula may begin with a minus sign: a mark before it tells it from an option."""
    option = not argument.startswith("-") or _OPTION.fullmatch(argument)
    return argument if option else f"{_MARK}{argument}"


def unshielded(argument: str) -> str:
    """What was typed."""
    return argument.removeprefix(_MARK)


def graph(options: argparse.Namespace) -> Value:
    """The graph of the formula at the numbers that were typed."""
    return root_of(*given(options))


def given(options: argparse.Namespace) -> tuple[Expression, dict[str, float]]:
    """The formula, and the numbers that were typed."""
    formula = parse(unshielded(options.formula))
    numbers: dict[str, float] = {}
    for item in options.values:
        name, equals, text = unshielded(item).partition("=")
        name = name.strip()
        if not equals:
            raise UsageError(f"a value is NAME=NUMBER, like x=2, not {clean(unshielded(item))!r}")
        if name not in formula.columns:
            has = ", ".join(formula.variables) or "no names"
            raise UsageError(f"{clean(name)!r} is not in the formula, which has {has}")
        if name in numbers:
            raise UsageError(f"{clean(name)!r} has two values")
        numbers[name] = _number(text, len(name) + 1, item)
    if not formula.variables and not numbers:
        raise UsageError("the formula has no names, so there is nothing to differentiate by")
    for name in formula.variables:
        if name not in numbers:
            hint = (
                f"{clean(name)!r} has no value; give it one after the formula, like {clean(name)}=1"
            )
            raise FormulaError(hint, formula.columns[name])
    return formula, numbers


def root_of(formula: Expression, numbers: Mapping[str, float]) -> Value:
    """The graph of the formula at these numbers."""
    root: Value = formula({name: Value(x, label=name) for name, x in numbers.items()})
    if not root.label:
        free = chain(("f", "y", "out"), (f"f{n}" for n in count(1)))
        root.label = next(name for name in free if name not in numbers)
    return root


def _number(text: str, offset: int, item: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        formula = parse(text)
        if formula.variables:
            name = formula.variables[0]
            raise FormulaError(f"{clean(name)!r} is no number", formula.columns[name])
        return float(formula({}))
    except FormulaError as error:
        raise UsageError(f"{clean(item)!r}, {error.moved(offset)}") from None
