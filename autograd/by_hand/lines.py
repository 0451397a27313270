"""A derivation line by line: the first wrong line is named, and what follows from it is not blamed.

>>> x, w, y = Value(2.0, label="x"), Value(0.3, label="w"), Value(1.0, label="y")
>>> n = w * x; n.label = "n"
>>> o = n.tanh(); o.label = "o"
>>> L = (o - y)**2; L.label = "L"
>>> check_lines(L, '''
... dL/do = 2*(o - y)
... do/dn = 1 - o
... dL/dn = dL/do * do/dn
... ''')
dL/do = 2*(o - y)      right
do/dn = 1 - o          ← first wrong line: at o = tanh(n): the square is missing; at n = 0.6 you
                       used 1 − tanh(n) = 0.463, right is ∂tanh(n)/∂n = 1 − tanh(n)² = 0.7116
dL/dn = dL/do * do/dn  follows
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd.by_hand.answer import Answer
from autograd.by_hand.judge import Judge
from autograd.by_hand.points import Array, Plan
from autograd.by_hand.problem import statements
from autograd.by_hand.slips.explain import Slip
from autograd.by_hand.typed import is_value, parts, typed
from autograd.formulas.grammar import FormulaError
from autograd.formulas.handwriting import DERIVATIVE
from autograd.formulas.latex import without_latex
from autograd.formulas.names import Names
from autograd.text.format import clean, width
from autograd.value import Value

__all__ = ["Derivation", "Line", "check_lines"]

_NAME = re.compile(r"[^\W\d_]\w*")
_NOTHING = "no line is a derivative, like dL/dw = 2*x"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a derivation.

    Attributes:
        number: of the line, from 1.
        text: as it was typed.
        verdict: "right", "wrong", "follows" (right, given a wrong line before it), "close", "defined".
        slips: what explains a wrong one, likeliest first.
    """

    number: int
    text: str
    verdict: str
    slips: tuple[Slip, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with this line itself."""
        return self.verdict not in ("wrong", "close", "right at these numbers only")


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derivation that was checked; true if there is one, and every line is right. Print it."""

    lines: tuple[Line, ...]

    @property
    def first_wrong(self) -> Line | None:
        """The first line that is wrong given those before it."""
        return next((line for line in self.lines if not line.ok), None)

    @property
    def ok(self) -> bool:
        """Whether every line is right, and one at least is a derivative."""
        return self.first_wrong is None and self._derives

    @property
    def _derives(self) -> bool:
        return any(line.verdict != "defined" for line in self.lines)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        wide = max((width(line.text) for line in self.lines), default=0)
        lines = [
            f"{line.text}{' ' * (wide - width(line.text))}  {self._said(line)}"
            for line in self.lines
        ]
        return "\n".join(lines if self._derives else [*lines, _NOTHING])

    __repr__ = __str__

    def _said(self, line: Line) -> str:
        if line.ok:
            return line.verdict
        first = "first wrong line" if line is self.first_wrong else line.verdict
        why = " – or ".join(slip.text for slip in line.slips)
        return f"← {first}: {why or 'none of the usual slips gives this'}"


def check_lines(
    root: Value, lines: str | Iterable[str], names: Any = None, rtol: float = 1e-6
) -> Derivation:
    """Judge a derivation a line at a time, each by what it claims given the lines before it.

    Args:
        root: what is differentiated.
        lines: the derivation: lines like ``dL/dn = dL/do * do/dn`` (several ``=`` in a line are judged
            one after the other), values of the graph written out (``o = tanh(n)``), and abbreviations
            (``delta = 2*(o - y)``).
        names: as for `compare`.
        rtol: as for `compare`.

    Raises:
        FormulaError: if a line is no formula, or could mean several things; it says which.
        KeyError: if a line speaks of a value that is not there.

    >>> w, x, y = Value(0.5, label="w"), Value(2.0, label="x"), Value(3.0, label="y")
    >>> o = w * x
    >>> o.label = "o"
    >>> L = (o - y) ** 2
    >>> L.label = "L"
    >>> check_lines(L, "dL/do = 2*(o - y); dL/dw = dL/do * w".split("; ")).ok   # ∂o/∂w is x
    False
    """
    text = lines if isinstance(lines, str) else "\n".join(lines)
    checker = _Checker(root, names if isinstance(names, Names) else Names(root, names=names), rtol)
    return Derivation(tuple(checker.line(number, line) for number, line in statements(text)))


@dataclass(frozen=True)
class _Claim:
    """A wrong claim of an earlier line: ∂of/∂by is said to be ``said`` at each point."""

    of: Value
    by: Value
    said: Array


class _Checker:
    """The lines so far, and what they claimed."""

    def __init__(self, root: Value, names: Names, rtol: float) -> None:
        self.names = names
        self.judge = Judge(Plan(names.order), names, rtol)
        self.short: dict[str, str] = {}
        self.wrong: list[_Claim] = []

    def line(self, number: int, text: str) -> Line:
        """What is to be said of the next line."""
        try:
            return self._judged(Line(number, text, "right"))
        except FormulaError as error:
            what = f"line {number}, {clean(text)!r}: {error.message}"
            raise FormulaError(what, error.column) from None

    def _judged(self, line: Line) -> Line:
        left, *sides = parts(without_latex(line.text))
        if not sides:
            raise FormulaError("a line says what something is equal to, like dL/do = 2*(o - y)", 1)
        claim = DERIVATIVE.fullmatch(left.strip())
        if claim:
            of, by = self.names.find(claim[1]), self.names.find(claim[2])
            return self._claimed(line, of, by, sides)
        if not _NAME.fullmatch(left):
            raise FormulaError(f"{clean(left)!r} is neither a derivative like dL/dw nor a name", 1)
        if is_value(self.names, left):
            return self._value(line, self.names.find(left), sides)
        self.short[left] = sides[0]
        typed(sides[0], self.names, short=self.short if left not in sides[0] else {})
        return replace(line, verdict="defined")

    def _value(self, line: Line, node: Value, sides: list[str]) -> Line:
        """A value of the graph, written out or as a number."""
        answer = Answer(self.names[node], sides[0], self.names)
        points = self.judge.around if not answer.is_number else self.judge.here
        true = points.data[self.judge.plan.index[id(node)]]
        near = (
            abs(answer.at(points) - true) <= np.maximum(1e-6 * abs(true), answer.half_unit) + 1e-12
        )
        if near.all():
            return line
        what = f"{self.names.equation(node)} in the graph"
        return replace(line, verdict="wrong", slips=(Slip("value", what),))

    def _claimed(self, line: Line, of: Value, by: Value, sides: list[str]) -> Line:
        plan = self.judge.plan
        judge = self.judge.of(plan.index[id(of)])
        value = plan.index[id(by)]
        follows = False
        for side in sides:
            answer = Answer(self.names[by], self._expanded(side), self.names)
            verdict = judge.verdict(value, answer, answer.here(judge.here))
            if verdict.ok:
                spoken = set((answer.typed.derivatives if answer.typed else {}).values())
                follows = follows or any((claim.of, claim.by) in spoken for claim in self.wrong)
                continue
            hand = answer.at(judge.around)
            if self._follows(judge, of, value, hand, answer):
                follows = True
                self.wrong.append(_Claim(of, by, hand))
                continue
            self.wrong.append(_Claim(of, by, hand))
            return replace(line, verdict=verdict.text, slips=verdict.slips)
        if follows:
            self.wrong.append(_Claim(of, by, np.full(judge.around.data.shape[1], np.nan)))
        return replace(line, verdict="follows") if follows else line

    def _expanded(self, side: str) -> str:
        for name, meaning in reversed(self.short.items()):
            side = re.sub(rf"(?<![\w.]){re.escape(name)}(?![\w.])", f"({meaning})", side)
        return side

    def _follows(self, judge: Judge, of: Value, value: int, hand: Array, answer: Answer) -> bool:
        """Whether it is right with what an earlier line said in place of the truth."""
        points, plan = judge.around, judge.plan
        true = points.up[value]
        seen = slice(0, 1) if answer.is_number else slice(None)
        for claim in self.wrong:
            first, last = plan.index[id(claim.by)], plan.index[id(claim.of)]
            through = points.up[last] * plan.down(points.slopes, value)[first]
            local = plan.down(points.slopes, first)[last]
            expected = true + through * (claim.said - local)
            near = abs(hand - expected) <= 1e-6 * abs(expected) + max(answer.half_unit, 1e-12)
            if near[seen].all() and (through[seen] != 0).any():
                return True
        return False
