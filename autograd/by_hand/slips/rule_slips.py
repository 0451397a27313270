"""Wrong rules applied: each row of the table at one node, at all nodes alike, at every node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from autograd.by_hand.points import Array, Batch
from autograd.by_hand.slips import wrong_nodes as wrong_nodes  # the tables are filled
from autograd.by_hand.slips import wrong_rules as wrong_rules
from autograd.by_hand.slips.case import Case, Family
from autograd.by_hand.slips.wrong_rule import (
    ANY,
    FACTOR,
    RECIPROCAL,
    TERM,
    WRONG_RULES,
    Node,
    WrongRule,
)
from autograd.formulas.formula import Formula, formula
from autograd.text.format import number

__all__ = ["inner_too", "rule_slips"]

_SMALL = (
    4000  # edges on the way, up to which every node of an operation is tried in several batches
)
_RANKS = {"rule": 12.0, "power": 13.0, "product": 11.0, "quotient": 11.0, "chain": 17.0, "point": 19.0,
          "constant": 22.0}  # fmt: skip


def rule_slips(case: Case) -> Iterator[Family]:
    """Every row that fits an operation on the way, at one node and at more."""
    batches: dict[str, list[tuple[WrongRule, Batch]]] = {}
    for batch in case.batches:
        for place, row in enumerate(_rows(batch, case)):
            tangents = _applied(case, row, batch)
            if tangents is None:
                continue
            rank = _RANKS[row.kind] + place / 10
            with np.errstate(all="ignore"):
                changes = case.up[batch.nodes] * (tangents - case.down[batch.nodes])
            says = partial(_says, case, row, batch)
            lone = 0.0 if len(batch.nodes) < 4 else 6.0  # of many alike, one is seldom an exception
            yield Family(row.kind, rank + lone, case.true + changes, says)
            if len(batch.nodes) > 1:
                alike = partial(_alike, says, len(batch.nodes))
                yield Family(row.kind, rank + 0.05, case.true + changes.sum(0)[None], alike)
            batches.setdefault(batch.op.name, []).append((row, batch))
    if len(case.edges) <= _SMALL:
        yield from _everywhere(case, batches)


def inner_too(case: Case) -> Iterator[Family]:
    """A wrong rule at one node, and its inner derivative forgotten on top of that."""
    ones = np.where(case.reached[:, None], np.ones_like(case.down), 0.0)
    for batch in case.batches:
        for row in _rows(batch, case):
            tangents = _applied(case, row, batch, ones) if row.slopes else None
            if tangents is not None:
                changes = case.up[batch.nodes] * (tangents - case.down[batch.nodes])
                says = partial(_inner_too, case, row, batch)
                yield Family(row.kind, _RANKS[row.kind] + 40.0, case.true + changes, says)


def _inner_too(case: Case, row: WrongRule, batch: Batch, i: int) -> str:
    return f"{_says(case, row, batch, i)}; and the inner derivative is forgotten"


def _everywhere(case: Case, batches: dict[str, list[tuple[WrongRule, Batch]]]) -> Iterator[Family]:
    for found in batches.values():
        rows = {id(row): row for row, _ in found}
        for key, row in rows.items():
            where = [batch for other, batch in found if id(other) == key]
            if len(where) < 2:
                continue
            chosen = {id(batch) for batch in where}
            wrong = _pass(case, row, chosen)
            says = partial(_says, case, row, where[-1], 0)
            nodes = sum(len(batch.nodes) for batch in where)
            text = partial(_each, says, nodes)
            yield Family(row.kind, _RANKS[row.kind] + 0.05, wrong[None], text)


def _pass(case: Case, row: WrongRule, chosen: set[int]) -> Array:
    """The forward pass with a wrong rule at every node of some batches."""
    grads = np.zeros_like(case.down)
    grads[case.value] = 1.0
    parent = case.plan.parent
    with np.errstate(all="ignore"):
        for batch in case.batches:
            if id(batch) in chosen:
                found = _applied(case, row, batch, grads)
                assert found is not None
                grads[batch.nodes] = found
                continue
            total: Any = 0.0
            for edges in batch.edges:
                if edges is not None:
                    total = total + case.slopes[edges] * grads[parent[edges]]
            grads[batch.nodes] = total
    last: Array = grads[case.plan.root]
    return last


def _rows(batch: Batch, case: Case) -> list[WrongRule]:
    """The rows that speak of these nodes."""
    name = batch.op.name
    rows = list(WRONG_RULES.get(name, ()))
    variables = [
        e is not None and bool(case.reached[case.plan.parent[e]].any()) for e in batch.edges
    ]
    if sum(variables) < 2:
        rows = [row for row in rows if row.slopes]
        if name == "/" and not variables[0]:
            rows += WRONG_RULES[RECIPROCAL]
        if name in ("+", "-"):
            others = [
                case.plan.parent[e]
                for e, on in zip(batch.edges, variables)
                if e is not None and not on
            ]
            if all((case.plan.ops[other] == "").all() for other in others):  # a number, or a letter
                rows += WRONG_RULES[TERM]
        elif name in ("*", "/"):
            rows += (
                WRONG_RULES[FACTOR] if name == "*" else WRONG_RULES[ANY] if variables[-1] else []
            )
        else:
            rows += WRONG_RULES[ANY]
    return rows


def _applied(case: Case, row: WrongRule, batch: Batch, down: Array | None = None) -> Array | None:
    """(n, points): the derivatives of these nodes by the wrong rule; None if it is not about them."""
    down = case.down if down is None else down
    inputs = case.plan.inputs(batch, case.data)
    parents = [None if e is None else case.plan.parent[e] for e in batch.edges]
    tangents: list[Any] = [0.0 if p is None else down[p] for p in parents]
    live = [p is not None and bool(case.reached[p].any()) for p in parents]
    output = case.data[batch.nodes]
    with np.errstate(all="ignore"):
        if row.slopes:
            if not any(rule is not None and on for rule, on in zip(row.slopes, live)):
                return None
            total: Any = 0.0
            for i, edges in enumerate(batch.edges):
                rule = row.slopes[i] if i < len(row.slopes) else None
                if edges is not None:
                    slope = case.slopes[edges] if rule is None else rule(*inputs, output)
                    total = total + slope * tangents[i]
            given: Array = np.broadcast_to(total, output.shape)
            return given
        assert row.whole is not None
        one = live.index(True)
        if row.op in (ANY, TERM, FACTOR, RECIPROCAL):
            other = inputs[1 - one] if len(inputs) > 1 else 0.0
            a, da, b, db = inputs[one], tangents[one], other, 0.0
            if (
                row.op == TERM
            ):  # a sum, u + (−c) or −u + c; the constant as if its derivative were 1
                db = -1.0 if batch.op.name == "-" and not one else 1.0
                da, b = (-da, b) if batch.op.name == "-" and one else (da, db * b)
        else:
            (a, b), (da, db) = inputs, tangents
        x = case.data[case.value]

        def slope(at: Any) -> Any:
            if batch.op.name == "log":  # 1/x, where log itself is none
                return 1.0 / at
            moved = [at if i == one else y for i, y in enumerate(inputs)]
            return batch.op.partials[one](*moved, batch.op.array(*moved))

        node = Node(a, b, output, da, db, x, slope)
        return np.broadcast_to(row.whole(node), output.shape)


# Words --------------------------------------------------------------------------------------------


def _says(case: Case, row: WrongRule, batch: Batch, i: int) -> str:
    """Where it happened, what was used there, and what is right."""
    node = int(batch.nodes[i])
    value = case.plan.order[node]
    where = f"at {case.names.equation(value)}"
    if not row.slopes:
        wrong = _applied(case, row, batch)
        assert wrong is not None
        gives = f"that gives {number(float(wrong[i, 0]))}"
        by = f"∂{case.name(node)}/∂{case.name(case.value)}"
        return f"{where}: {row.says}; {gives}, right is {by} = {number(float(case.down[node, 0]))}"
    live = [e is not None and bool(case.reached[case.plan.parent[e[i]]]) for e in batch.edges]
    slot = next(s for s, on in enumerate(live) if on and row.slopes[s : s + 1] and row.slopes[s])
    edges, rule = batch.edges[slot], row.slopes[slot]
    assert edges is not None
    assert rule is not None
    edge = int(edges[i])
    inputs = case.names.inputs(value)
    parent = int(case.plan.parent[edge])
    used = str(formula(rule(*map(_letter, inputs), batch.op(*map(_letter, inputs)))))
    numbers = [x[i, :1] for x in case.plan.inputs(batch, case.data)]
    with np.errstate(all="ignore"):
        size = float(np.ravel(rule(*numbers, case.data[node, :1]))[0])
    was = f"you used {used}" + (f" = {number(size)}" if number(size) != used else "")
    at = f"at {case.names[case.plan.order[parent]]} = {case.number(parent)} "
    return f"{where}: {row.says}; {at}{was}, right is {case.about(edge)}"


def _letter(x: Any) -> Formula:
    return formula(x)


def _alike(says: Any, count: int, _: int) -> str:
    return f"{says(0)} (and so at all {count} nodes like it)"


def _each(says: Any, count: int, _: int) -> str:
    return f"{says()} (and so at all {count} of them)" if count > 1 else says()
