"""Your own derivation against the machine's: whether it is right, and if not, where and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.by_hand.answer import Answer, AnswerError, ByHand
from autograd.by_hand.html import comparison_html
from autograd.by_hand.judge import Judge, Verdict
from autograd.by_hand.points import Plan
from autograd.by_hand.slips.explain import Slip
from autograd.by_hand.slips.last_resorts import bare_ratio
from autograd.derivatives.numerical import EPS, step
from autograd.formulas.names import Names
from autograd.text.format import clean, fits, number, table
from autograd.value import Value

__all__ = ["Comparison", "Row", "compare"]


@dataclass(frozen=True, slots=True)
class Row:
    """One derivative: by the machine, by hand, and as a difference quotient.

    Attributes:
        name, value: what is differentiated by.
        autograd, by_hand, numerical: the three numbers.
        error: |by hand − autograd|.
        ok: whether the derivation is right.
        verdict: "right", "right to the digits given", "right with x = 3 put in",
            "right on this side of a kink", "close", "wrong" or
            "right at these numbers only".
        slips: what explains the number, likeliest first; () for a right one.
        is_number: whether a number was given, which several slips may explain.
        of: the name of the root.
        typed: the formula that was given, as it was read; "" for a function.
    """

    name: str
    value: Value
    autograd: float
    by_hand: float
    numerical: float
    error: float
    ok: bool
    verdict: str
    slips: tuple[Slip, ...]
    is_number: bool = False
    of: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of a comparison; true if all are right. Print it for the table."""

    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Whether every derivation is right."""
        return all(row.ok for row in self.rows)

    def __bool__(self) -> bool:
        return self.ok

    def table(self, room: int | None = None) -> str:
        """The table with what explains it, as printed.

        Args:
            room: how many columns wide it may be, as on a terminal; where that is too narrow, the
                numbers stand below the verdict.
        """
        header = ("value", "autograd", "by hand", "numerical", "error", "verdict")
        cells = [
            (
                row.name,
                *(number(x, 6) for x in (row.autograd, row.by_hand, row.numerical)),
                number(0.0 if row.error <= 1e-15 * max(1.0, abs(row.autograd)) else row.error, 3),
                row.verdict,
            )
            for row in self.rows
        ]
        text = table(cells, header, ">>>><")
        if not fits(text, room):
            numbers = [
                [", ".join(f"{what} {x}" for what, x in zip(header[1:5], row[1:5]))]
                for row in cells
            ]
            short = [(row[0], row[5]) for row in cells]
            text = table(short, ("value", "verdict"), "<", room, numbers)
        return "\n".join([text, *filter(None, map(_explained, self.rows))])

    def __str__(self) -> str:
        return self.table()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return comparison_html(self)


def compare(
    root: Value,
    by_hand: Mapping[str | Value, ByHand],
    names: Any = None,
    rtol: float = 1e-6,
) -> Comparison:
    """Check derivatives of ``root`` made by hand, and say what went wrong where one is.

    A formula, or a Python function, is also checked at other numbers near by, so that it is not right
    by chance. The gradients of the graph stay as they are.

    Args:
        root: what is differentiated.
        by_hand: for each value (or its name) the derivative of ``root`` by it: a number, a formula in
            text (``"2*x*y"``), or a function whose parameters are names of values. Formulas may use the
            names of intermediate values too. Leave out what you have not derived.
        names: what to call the nodes: a model or a dictionary from names to Values (see `Names`).
        rtol: the relative difference up to which two numbers agree. A number given with three digits
            or more need only be right to the digits given.

    Raises:
        KeyError: if a name is not in the graph.
        FormulaError: if a text is no formula.
        TypeError: if a derivation is none of the three.
        ValueError: if there is none, or two of one value.

    >>> x, y = Value(3.0, label="x"), Value(4.0, label="y")
    >>> f = x**2 * y
    >>> f.label = "f"
    >>> compare(f, {"x": "2*x*y", "y": lambda x: 2 * x**2})
    value  autograd  by hand  numerical  error  verdict
    x            24       24         24      0  right
    y             9       18          9      9  wrong
      y: a constant factor is off: it is 2 times what it should be
    """
    if type(root) is not Value:
        raise TypeError(f"compare() takes the Value to differentiate, not {type(root).__name__}")
    if not isinstance(by_hand, Mapping):
        raise TypeError(
            f"by_hand is a dictionary, like {{'x': '2*x*y'}}, not {type(by_hand).__name__}"
        )
    if not by_hand:
        raise ValueError("what did you derive? Nothing is given; like {'x': '2*x*y'}")
    called = names if isinstance(names, Names) else Names(root, names=names)
    judge = Judge(Plan(called.order), called, rtol)
    rows: dict[int, Row] = {}
    for key, given in by_hand.items():
        value = called.find(key) if isinstance(key, str) else key
        if type(value) is not Value or value not in called:
            raise KeyError(f"{clean(str(key))} is no value in the graph of {called[root]}")
        if id(value) in rows:
            raise ValueError(f"{called[value]} has two answers: give one of them")
        rows[id(value)] = _row(judge, value, Answer(called[value], given, called))
    return Comparison(tuple(rows.values()))


def _row(judge: Judge, value: Value, answer: Answer) -> Row:
    index = judge.plan.index[id(value)]
    autograd = float(judge.here.up[index, 0])
    try:
        given = answer.here(judge.here)
        verdict = judge.verdict(index, answer, given)
    except AnswerError as failure:
        given = math.nan
        verdict = Verdict("wrong", False, (Slip("exception", str(failure)),))
    error = abs(given - autograd) if given != autograd else 0.0
    return Row(
        answer.name, value, autograd, given, _numerical(judge.plan, index), error,
        verdict.ok, verdict.text, verdict.slips, answer.is_number,
        judge.names[judge.plan.order[judge.plan.root]], answer.typed.text if answer.typed else "",
    )  # fmt: skip


def _numerical(plan: Plan, value: int) -> float:
    """The derivative by central differences, both ends in one go."""
    x = plan.order[value].data
    h = step(x, EPS)
    ends = np.array([x + h, x - h])
    data = plan.start(2)
    data[value] = ends
    root = plan.at(data, {value: ends}).data[plan.root]
    return float((root[0] - root[1]) / (ends[0] - ends[1]))


def _explained(row: Row) -> str:
    if row.ok:
        return ""
    why = " – or ".join(slip.text for slip in row.slips)
    if not why:
        fact = bare_ratio(row.by_hand, row.autograd)
        return f"  {row.name}: none of the usual slips gives this{fact and '; '}{fact}"
    several = len(row.slips) > 1 and row.is_number
    return f"  {row.name}: {why}{' – give the formula to decide' if several else ''}"
