"""Your own derivation against the machine's: whether it is right, and if not, where and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.by_hand.answer import Answer, ByHand
from autograd.by_hand.explain import Sample, Slip, explain
from autograd.by_hand.slips import Slips
from autograd.derivatives.evaluation import Evaluation
from autograd.derivatives.numerical import numerical_derivative
from autograd.formulas.names import Names
from autograd.text.format import clean, number, table
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
        verdict: "right", "wrong" or "right at these numbers only".
        slips: what explains the number, likeliest first; () for a right one.
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

    def __str__(self) -> str:
        header = ("value", "autograd", "by hand", "numerical", "error", "verdict")
        cells = [
            (
                row.name,
                *(number(x, 6) for x in (row.autograd, row.by_hand, row.numerical)),
                number(row.error if row.error > 1e-15 * max(1.0, abs(row.autograd)) else 0.0, 3),
                row.verdict,
            )
            for row in self.rows
        ]
        return "\n".join([table(cells, header, ">>>><"), *filter(None, map(_explained, self.rows))])

    __repr__ = __str__


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
    called = names if isinstance(names, Names) else Names(root, names=names)
    evaluation = Evaluation(root, called.order)
    true = evaluation.upstream(evaluation.here())
    rows = []
    for key, given in by_hand.items():
        value = called.find(key) if isinstance(key, str) else key
        if type(value) is not Value or value not in called:
            raise KeyError(f"{clean(str(key))} is no value in the graph of {called[root]}")
        rows.append(
            _row(
                evaluation,
                called,
                value,
                Answer(called[value], given, called, evaluation),
                true,
                rtol,
            )
        )
    return Comparison(tuple(rows))


def _row(
    evaluation: Evaluation, names: Names, value: Value, hand: Answer, true: list[float], rtol: float
) -> Row:
    index = evaluation.index[id(value)]
    here = Sample(evaluation.here(), hand.at(evaluation.here()), {})
    autograd, given = true[index], here.by_hand
    tolerance = max(rtol, hand.rounding)
    samples = [here, *hand.elsewhere()]
    right = [_same(s.by_hand, evaluation.upstream(s.point)[index], tolerance) for s in samples]
    slips: list[Slip] = []
    verdict = "right"
    if not all(right):
        ratio = given / autograd if autograd and math.isfinite(given / autograd) else None
        candidates = Slips(evaluation, names, index, ratio, len(samples) > 1)
        slips = explain(evaluation, index, samples, candidates, tolerance)
        verdict = "right at these numbers only" if right[0] else "wrong"
    return Row(
        names[value], value, autograd, given, numerical_derivative(names.roots[0], value),
        abs(given - autograd) if given != autograd else 0.0, all(right), verdict, tuple(slips),
    )  # fmt: skip


def _explained(row: Row) -> str:
    if row.ok:
        return ""
    why = " – or ".join(slip.text for slip in row.slips)
    return f"  {row.name}: {why or 'none of the usual slips gives this'}"


def _same(a: float, b: float, tolerance: float) -> bool:
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-12) or (a != a and b != b)
