"""A derivative made by hand: a number, a formula in text or a Python function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from autograd.by_hand.explain import Sample
from autograd.derivatives.evaluation import Evaluation, Point
from autograd.formulas.names import Names
from autograd.formulas.parse import parse
from autograd.ops import Course
from autograd.value import Value

__all__ = ["Answer", "ByHand"]

ByHand: TypeAlias = "float | str | Callable[..., float]"

_SAMPLES = 3


class Answer:
    """A derivative by hand, ready to be evaluated at any point of a evaluation.

    Attributes:
        rounding: half a unit of the last digit of a number given with three digits or more, relative.
    """

    def __init__(self, name: str, given: Any, names: Names, evaluation: Evaluation) -> None:
        self._evaluation, self._name = evaluation, name
        self.rounding = 0.0
        self._needs: tuple[str, ...] = ()
        if isinstance(given, str):
            formula = parse(given)
            self._needs = formula.variables
            self._run: Callable[[dict[str, float]], Any] = formula
            if not self._needs:
                self.rounding = _rounding(given)
        elif isinstance(given, (Real, np.floating)) and not isinstance(given, bool):
            self._run = lambda _: given
            self.rounding = _rounding(repr(float(given)))
        elif callable(given) and type(given) is not Value:
            self._needs = _parameters(given, name)
            self._run = lambda values: given(**values)
        else:
            raise TypeError(
                f"the derivative by {name} is a number, a formula in text or a function, "
                f"not {type(given).__name__}"
            )
        self._nodes = {need: evaluation.index[id(names.find(need))] for need in self._needs}

    def at(self, point: Point) -> float:
        """What the hand says at these numbers."""
        result = self._run({need: point.data[i] for need, i in self._nodes.items()})
        try:
            return float(result)
        except (TypeError, ValueError):
            raise TypeError(
                f"the derivative by {self._name} should come to a number, not {type(result).__name__}"
            ) from None

    def elsewhere(self) -> list[Sample]:
        """Other points near by: the leaves that the derivation speaks of, moved by some per cent."""
        needed = set(self._nodes.values())
        for child in range(len(self._evaluation.order) - 1, -1, -1):
            if child in needed:
                needed.update(
                    self._evaluation.edges[e].parent for e in self._evaluation.into[child]
                )
        leaves = [i for i in sorted(needed) if not self._evaluation.into[i]]
        generator = np.random.default_rng(0)
        here = self._evaluation.here()
        samples = []
        for _ in range(_SAMPLES if leaves else 0):
            moves = generator.uniform(0.01, 0.05, len(leaves)) * generator.choice(
                [-1.0, 1.0], len(leaves)
            )
            changes = {
                i: here.data[i] * (1 + move) + move / 10 for i, move in zip(leaves, moves.tolist())
            }
            point = self._evaluation.at({self._evaluation.order[i]: x for i, x in changes.items()})
            if _same_piece(self._evaluation, here, point):
                with suppress(ArithmeticError, ValueError):  # outside the domain of the derivation
                    samples.append(Sample(point, self.at(point), changes))
        return samples


def _same_piece(evaluation: Evaluation, here: Point, there: Point) -> bool:
    """Whether no kink or jump lies between two points: past one, another formula holds."""
    for e, edge in enumerate(evaluation.edges):
        op = evaluation.order[edge.child].operation
        if op is None or op.course is Course.SMOOTH:
            continue
        if op.course is Course.STEPPED and here.data[edge.child] != there.data[edge.child]:
            return False
        if abs(here.locals[e] - there.locals[e]) > 0.1:
            return False
    return all(map(math.isfinite, there.data))


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


def _rounding(text: str) -> float:
    """Half a unit in the last place of a decimal, relative to it; 0 for a short or an exact one."""
    try:
        _, digits, exponent = Decimal(text.strip()).as_tuple()
    except ArithmeticError:
        return 0.0
    if not isinstance(exponent, int) or exponent >= 0 or not 3 <= len(digits) <= 12:
        return 0.0
    size = int("".join(map(str, digits)))
    return 0.5001 / size if size >= 100 else 0.0
