"""A derivative made by hand: a number, a formula in text or a Python function."""

from __future__ import annotations

import inspect
import math
import traceback
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from autograd.by_hand.points import Array, Points
from autograd.by_hand.typed import Typed, typed
from autograd.formulas.names import Names
from autograd.text.format import clean
from autograd.value import Value

__all__ = ["Answer", "AnswerError", "ByHand"]

ByHand: TypeAlias = "float | str | Callable[..., float]"


class AnswerError(Exception):
    """A function that somebody gave raised an exception: the message says which, and where."""


class Answer:
    """A derivative by hand, ready to be evaluated at any points of a graph.

    Attributes:
        name: of the value that is differentiated by.
        typed: what was read, if it is a text.
        nodes: the values that it speaks of, by the names it uses; none for a number.
        unit: of a number, one in the last digit that was typed; 0.0 for a formula.
        digits: of a number, how many significant digits were typed.
    """

    def __init__(self, name: str, given: Any, names: Names) -> None:
        self.name = name
        self.unit, self.digits = 0.0, 0
        self.typed: Typed | None = None
        self.nodes: dict[str, Value] = {}
        if isinstance(given, str):
            self.typed = typed(given, names, by=name)
            self.nodes = self.typed.nodes
            self._run: Callable[[dict[str, float]], Any] = self.typed.formula
            if self.is_number:
                self.unit, self.digits = _last_digit(self.typed.text)
        elif isinstance(given, (Real, np.floating)) and not isinstance(given, bool):
            self._run = lambda _: given
            self.unit, self.digits = _last_digit(repr(float(given)).removesuffix(".0"))
        elif callable(given) and type(given) is not Value:
            self.nodes = {need: names.find(need) for need in _parameters(given, name)}
            self._run = lambda values: given(**values)
        else:
            raise TypeError(
                f"the derivative by {name} is a number, a formula in text or a function, "
                f"not {type(given).__name__}"
            )

    @property
    def half_unit(self) -> float:
        """How far a number may be off by rounding alone: half of its last digit, if that was meant.

        One digit, or an integer of two, may be exact or anything; its zeros may have been dropped.
        """
        return self.unit / 2 if self.digits >= (2 if self.unit < 1.0 else 3) else 0.0

    def careless(self, given: float) -> float:
        """How far a short number may be off that was rounded to three digits and lost its zeros."""
        if self.digits > 2 or not given or not math.isfinite(given):
            return 0.0
        return 0.5001 * 10.0 ** (math.floor(math.log10(abs(given))) - 2)

    @property
    def is_number(self) -> bool:
        """Whether it says the same at every point."""
        return not self.nodes and not (self.typed and self.typed.derivatives)

    def here(self, points: Points) -> float:
        """What the hand says at the first point.

        Raises:
            AnswerError: if it is a function that raised.
            TypeError: if it comes to no number.
        """
        try:
            result = self._run({need: float(row[0]) for need, row in self._rows(points).items()})
        except Exception as error:
            if self.typed is not None:
                raise
            raise AnswerError(_where(error)) from error
        try:
            return float(result)
        except (TypeError, ValueError):
            raise TypeError(
                f"the derivative by {self.name} should come to a number, not {type(result).__name__}"
            ) from None

    def at(self, points: Points, formula: Callable[..., Any] | None = None) -> Array:
        """What the hand says at each of the points; nan where it raises or has no answer.

        Args:
            points: where.
            formula: another formula of the same names, run in its place.
        """
        run, rows = formula or self._run, self._rows(points)
        found = np.full(points.data.shape[1], math.nan)
        for column in range(len(found)):
            with suppress(Exception):  # outside the domain of the derivation
                found[column] = run({need: float(row[column]) for need, row in rows.items()})
        return found

    def _rows(self, points: Points) -> dict[str, Array]:
        index = points.plan.index
        rows = {need: points.data[index[id(node)]] for need, node in self.nodes.items()}
        for need, (of, by) in (self.typed.derivatives if self.typed else {}).items():
            rows[need] = points.plan.down(points.slopes, index[id(by)])[index[id(of)]]
        return rows


def _parameters(function: Callable[..., float], name: str) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise TypeError(
            f"the parameters of {function!r}, the derivative by {name}, are unknown"
        ) from None
    for parameter in parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"the derivative by {name} takes names of values, not {parameter}")
    return tuple(parameters)


def _where(error: Exception) -> str:
    """An exception and the line of the user's that raised it."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    theirs = next((f for f in reversed(frames) if f.line), frames[-1] if frames else None)
    what = f"{type(error).__name__}: {clean(str(error))}" if str(error) else type(error).__name__
    if theirs is None:
        return f"your function raised {what}"
    line = f": {clean(theirs.line)}" if theirs.line else ""
    return f"your function raised {what} (line {theirs.lineno}{line})"


def _last_digit(text: str) -> tuple[float, int]:
    """One in the last digit that was typed, and how many significant digits there are.

    >>> _last_digit("-0.0340"), _last_digit("2578"), _last_digit("2.2e-05"), _last_digit("0.2")
    ((0.0001, 3), (1.0, 4), (1e-06, 2), (0.1, 1))
    """
    try:
        _, digits, exponent = Decimal(text.strip()).as_tuple()
    except ArithmeticError:
        return 0.0, 17  # arithmetic that was typed: 2/3
    if not isinstance(exponent, int):
        return 0.0, 0
    if not any(digits):  # 0.0000 has four digits, 0 has one
        return 10.0**exponent, max(1, -exponent)
    return 10.0**exponent, len(str(int("".join(map(str, digits)))))
