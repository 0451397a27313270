"""Slips of the whole answer: constants, an update, a term of the sum, a target forgotten."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import partial

import numpy as np

from autograd.by_hand.slips.case import Case, Family
from autograd.text.format import number

__all__ = ["fraction", "whole_slips"]

_RATES = (0.1, 0.01, 0.001, 0.5, 0.05, 0.2, 0.02, 0.005, 1e-4, 0.3)
_SHORT = 2000  # nodes of a graph that is differentiated twice


def whole_slips(case: Case) -> Iterator[Family]:
    """The right derivative, and something done to it."""
    yield from _terms(case)
    yield from _constants(case)
    yield from _updates(case)
    yield from _again(case)
    yield from _beside(case)


def _terms(case: Case) -> Iterator[Family]:
    """One sample of a sum over samples, with its weight or without; a penalty halved or doubled."""
    terms = _summands(case)
    if len(terms) < 2:
        return
    nodes = np.array(terms)
    share = case.up[nodes] * case.down[nodes]
    yield Family(
        "loss", 19.3, share, lambda i: f"only the term {case.name(terms[i])} of the sum is left"
    )
    yield Family(
        "loss",
        21.3,
        case.down[nodes],
        lambda i: f"only the term {case.name(terms[i])} is left, without its weight",
    )
    yield Family(
        "loss", 18.3, case.true - share, lambda i: f"the term {case.name(terms[i])} is forgotten"
    )
    for factor, says in ((0.5, "halved"), (2.0, "doubled"), (-1.0, "of the wrong sign")):
        yield Family(
            "loss",
            21.5,
            case.true + (factor - 1.0) * share,
            partial(_term, case, terms, says),
        )


def _term(case: Case, terms: list[int], says: str, i: int) -> str:
    return f"the term {case.name(terms[i])} is {says}"


def _summands(case: Case) -> list[int]:
    """The nodes that the outermost sum adds up, where constants multiply or divide it."""
    plan = case.plan
    waiting, found = [plan.root], list[int]()
    while waiting and len(found) < 500:
        node = waiting.pop()
        edges = [e for e in plan.into[node].tolist() if e >= 0]
        op = plan.ops[node]
        if op in ("+", "-", "neg") or (op in ("*", "/") and len(edges) == 1):
            waiting += [int(plan.parent[e]) for e in edges]
        elif case.reached[node]:
            found.append(node)
    return sorted(set(found)) if len(plan.order) > 1 else []


def _constants(case: Case) -> Iterator[Family]:
    """Factors that have a cause: 2, ½, the number of terms, an exponent, powers of ten, degrees."""
    terms = _all_summands(case)
    causes: list[tuple[float, str]] = [(2.0, ""), (0.5, "")]
    if terms > 1:
        causes += [
            (float(terms), f": there are {terms} terms; a sum, or a mean?"),
            (1.0 / terms, f": there are {terms} terms; a mean, or a sum?"),
            (terms / 2.0, f": there are {terms} terms, and a 2 of a square"),
            (2.0 / terms, f": there are {terms} terms, and a 2 of a square"),
        ]
    powers = [batch.constants[1] for batch in case.plan.batches if batch.op.name == "**"]
    exponents = sorted({float(x) for k in powers if k is not None for x in np.ravel(k)})[:6]
    for k in exponents:
        if k not in (0.0, 1.0, 2.0, 0.5):
            causes += [
                (k, f": the exponent {number(k)} stands twice"),
                (1.0 / k, f": the exponent {number(k)}"),
            ]
    causes += [(10.0**k, ": the point has slipped") for k in (1, -1, 2, -2, 3, -3)]
    causes += [(math.pi / 180, ": degrees"), (180 / math.pi, ": degrees")]
    count = [n for n in range(3, 13) if n != terms]
    causes += [(float(n), "") for n in count] + [(1.0 / n, "") for n in count]
    causes = [c for i, c in enumerate(causes) if c[0] not in [d[0] for d in causes[:i]]]
    factors = np.array([factor for factor, _ in causes])[:, None]
    likely = 6 if terms > 1 else 2
    for sign, extra in ((1.0, 0.0), (-1.0, 3.0)):
        for low, high, rank in ((0, likely, 22.5), (likely, len(causes), 28.0)):
            yield Family(
                "constant",
                rank + extra,
                sign * factors[low:high] * case.true,
                partial(_times, causes[low:high], sign),
            )


def _times(causes: list[tuple[float, str]], sign: float, i: int) -> str:
    factor, why = causes[i]
    also = " and the sign is flipped" if sign < 0 else ""
    times = f"{fraction(sign * factor)} times what it should be"
    return f"a constant factor is off: it is {times}{why}{also}"


def fraction(x: float) -> str:
    """A factor as people write it: 1/3 where that is exact."""
    small = Fraction(x).limit_denominator(1000)
    plain = abs(small.numerator) == 1 or small.denominator <= 12
    exact = plain and math.isclose(small, x, rel_tol=1e-9)
    return str(small).replace("-", "−") if exact else number(x)


def _all_summands(case: Case) -> int:
    """How many terms the longest sum on the way has."""
    lengths = np.ones(len(case.plan.order), int)
    for batch in case.plan.batches:
        if batch.op.name == "+":
            total = sum(
                lengths[case.plan.parent[edges]] if edges is not None else 0
                for edges in batch.edges
            )
            lengths[batch.nodes] = total
        elif (
            len(case.plan.into)
            and batch.op.name in ("*", "/", "neg")
            and any(edges is None for edges in batch.edges)
        ):
            for edges in batch.edges:
                if edges is not None:
                    lengths[batch.nodes] = lengths[case.plan.parent[edges]]
    return int(lengths[case.plan.root])


def _factor(case: Case, nodes: list[int], says: str, i: int) -> str:
    return f"the factor {case.name(nodes[i])} is {says}"


def _updates(case: Case) -> Iterator[Family]:
    """The learning rate in it, or the update itself."""
    here = case.data[case.value]
    rates = np.array(_RATES)[:, None]
    by = case.name(case.value)
    yield Family(
        "update",
        24.0,
        here - rates * case.true,
        lambda i: f"that is the update {by} − {_RATES[i]:g}·{case.asked}, not the derivative",
    )
    yield Family(
        "update",
        26.0,
        -rates * case.true,
        lambda i: (
            f"that is the step −{_RATES[i]:g}·{case.asked}: the learning rate is no part of it"
        ),
    )
    yield Family(
        "update",
        26.5,
        rates * case.true,
        lambda i: f"the learning rate {_RATES[i]:g} is no part of the derivative",
    )
    yield Family(
        "update",
        27.0,
        here + rates * case.true,
        lambda i: f"that is the update {by} + {_RATES[i]:g}·{case.asked}, not the derivative",
    )


def _again(case: Case) -> Iterator[Family]:
    """Differentiated twice."""
    plan, count = case.plan, case.data.shape[1]
    if len(plan.order) > _SHORT:
        return
    data = np.tile(case.data, (1, 2))
    x = case.data[case.value]
    h = 1e-5 * (1.0 + abs(x))
    ends = np.concatenate([x + h, x - h])
    data[case.value] = ends
    up = plan.at(data, {case.value: ends}).up[case.value]
    yield Family(
        "power",
        24.5,
        ((up[:count] - up[count:]) / (2 * h))[None],
        lambda _: "that is the second derivative: differentiated twice",
    )


def _beside(case: Case) -> Iterator[Family]:
    """A target or an output too much or too little."""
    named = [i for i, node in enumerate(case.plan.order[:_SHORT]) if node.label]
    beside = case.data[named]
    for says, found in (("missing", case.true / beside), ("too much", case.true * beside)):
        yield Family("factor", 33.0, found, partial(_factor, case, named, says), many=True)
    if (case.plan.ops == "log").any():
        yield Family(
            "loss",
            27.4,
            np.array([case.true + 1.0, case.true - 1.0]),
            lambda i: (
                "the target is 1 for the true class, 0 for the others: "
                f"a 1 is subtracted {'that does not belong' if i else 'there'}"
            ),
        )
