"""Values chosen by whole numbers, a sample at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Contribution, Plan, Select
from autograd.compiler.plan.reverse import target
from autograd.compiler.run.native.llvm.code import Code
from autograd.compiler.run.native.llvm.lane import Lane, Number
from autograd.compiler.run.native.rows import Rows

__all__ = ["add_chosen", "chosen", "from_tables", "is_chosen", "summed"]

APART = 64  # rows between two runs of sums, at least; more than there are lanes


def chosen(rows: Rows, own: Select, r: int) -> Number:
    """The value that a row of a selection has."""
    code, t = rows.code, rows.code.types
    if own.candidates.space != STATIC:
        _, candidates = _candidates(own, r)
        out = rows.read(own.candidates.space, candidates[0])
        for v, row in enumerate(candidates[1:], 1):
            out = _is(code, own, r, v).choose(rows.read(own.candidates.space, row), out)
        return out
    name = "poison"
    for lane, place in _static_rows(rows, own, r):
        number = code.new(f"load {t.scalar}, ptr {code.address('%static', place, t.scalar)}")
        if t.lanes == 1:
            return Lane(code, number)
        name = code.emit(f"insertelement {t.value} {name}, {t.scalar} {number}, i64 {lane}")
    return Lane(code, name)


def add_chosen(rows: Rows, own: Select, r: int, g: Lane) -> None:
    """Add the gradient of a row of a selection to the total of the static value that was chosen."""
    code, t = rows.code, rows.code.types
    if t.lanes > 1:
        g = Lane(code, "%real", truth=True).choose(g, 0.0)
    for lane, row in _static_rows(rows, own, r):
        number = g.name
        if t.lanes > 1:
            number = code.emit(f"extractelement {t.value} {number}, i64 {lane}")
        place = code.address("%totals", row, t.scalar)
        old = code.new(f"load {t.scalar}, ptr {place}")
        new = code.new(f"fadd {t.scalar} {old}, {number}")
        code.line(f"store {t.scalar} {new}, ptr {place}")


def from_tables(plan: Plan) -> list[Select]:
    """The selections from static rows."""
    found = [own for own in plan.instructions if isinstance(own, Select)]
    return [own for own in found if own.candidates.space == STATIC]


def summed(plan: Plan, low: int, high: int) -> list[tuple[int, int]]:
    """Which static rows from ``low`` to ``high`` something else than a choice adds to: runs of them."""
    other = np.ones(high, dtype=bool)
    for choice in from_tables(plan):
        other[choice.candidates.index] = False
    for entry in plan.backward:
        if isinstance(entry, Contribution):
            own = plan.instructions[entry.of]
            space, index = target(plan, entry)
            if own.batched and space == STATIC and not isinstance(own, Select):
                other[index] = True
    rows = low + np.flatnonzero(other[low:])
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > APART) + 1)
    return [(int(run[0]), int(run[-1]) + 1) for run in runs if len(run)]


def is_chosen(rows: Rows, own: Select, r: int) -> Iterator[tuple[int, Lane]]:
    """The rows that one is chosen from, each with whether it is."""
    for v, row in enumerate(_candidates(own, r)[1]):
        yield row, _is(rows.code, own, r, v)


def _candidates(own: Select, r: int) -> tuple[int, list[int]]:
    """How far each lies from the one before (0 if irregularly), and all of them."""
    assert own.candidates.index is not None
    index = own.candidates.index[r]
    steps = np.unique(np.diff(index))
    return int(steps[0]) if len(steps) == 1 else 0, index.tolist()


def _index(code: Code, own: Select, r: int) -> str:
    return code.emit(
        f"load {code.types.whole}, ptr "
        + code.address(f"%whole{own.argument}", int(own.column[r]), code.types.whole)
    )


def _is(code: Code, own: Select, r: int, v: int) -> Lane:
    t = code.types
    number = str(v) if t.lanes == 1 else f"splat (i64 {v})"
    name = code.emit(f"icmp eq {t.whole} {_index(code, own, r)}, {number}")
    return Lane(code, name, truth=True)


def _static_rows(rows: Rows, own: Select, r: int) -> Iterator[tuple[int, str]]:
    """Each lane, and the name of the number of the static row that it chose."""
    code, t = rows.code, rows.code.types
    step, candidates = _candidates(own, r)
    for row in candidates:
        if row >= len(rows.plan.order) and rows.constant(STATIC, row) is None:
            rows.stores.want((STATIC, row))
    for lane in range(t.lanes):
        index = _index(code, own, r)
        if t.lanes > 1:
            index = code.emit(f"extractelement {t.whole} {index}, i64 {lane}")
        if step:
            index = code.emit(f"mul i64 {index}, {step}")
            yield lane, code.emit(f"add i64 {index}, {candidates[0]}")
        elif len(candidates) == 1:
            yield lane, code.emit(f"add i64 0, {candidates[0]}")
        else:
            numbers = ", ".join(f"i64 {row}" for row in candidates)
            table = f"@rows.{'.'.join(map(str, candidates))}" if len(candidates) < 9 else ""
            table = table or f"@rows{own.start + r}"
            code.calls[table] = f"{table} = private constant [{len(candidates)} x i64] [{numbers}]"
            yield lane, code.emit(f"load i64, ptr {code.address(table, index, 'i64')}")
