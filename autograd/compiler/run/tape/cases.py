"""Any steps: a loop with a case for each kind."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.pieces import Piece
from autograd.compiler.run.native.forward import times, unless_zero
from autograd.compiler.run.native.llvm.code import Code
from autograd.compiler.run.native.llvm.forms import machine
from autograd.compiler.run.native.llvm.lane import Lane
from autograd.compiler.run.tape.kinds import Step
from autograd.compiler.run.tape.memory import Memory

__all__ = ["pushed", "write_cases"]


def write_cases(
    code: Code, steps: list[Step], operands: int, start: int, piece: Piece, backward: bool
) -> None:
    """The lines that run a piece of a tape that begins at row ``start``."""
    entry, name = code.label, f"k{code.number()}"
    first, last, way = (piece.last - 1, -1, -1) if backward else (piece.first, piece.last, 1)
    last = piece.first - 1 if backward else last
    row, after, done = f"{name}.row", f"{name}.next", f"{name}.done"
    code.line(f"br label %{row}")
    code.begin(row)
    code.line(f"%{name} = phi i64 [ {first}, %{entry} ], [ %{name}.then, %{after} ]")
    kind = code.emit(f"load i16, ptr {code.address('%kinds', f'%{name}', 'i16')}")
    rows = [Memory(code).said(f"%{name}", operands, k) for k in range(operands)]
    own = code.emit(f"add i64 %{name}, {start}")
    cases = " ".join(f"i16 {k}, label %{name}.{k}" for k in range(len(steps)))
    code.line(f"switch i16 {kind}, label %{after} [ {cases} ]")
    for k, step in enumerate(steps):
        code.begin(f"{name}.{k}")
        _case(Memory(code), step, own, rows, backward)
        code.line(f"br label %{after}")
    code.begin(after)
    code.line(f"%{name}.then = add i64 %{name}, {way}")
    more = code.new(f"icmp ne i64 %{name}.then, {last}")
    code.line(f"br i1 {more}, label %{row}, label %{done}")
    code.begin(done)


def _case(memory: Memory, step: Step, own: str, rows: list[str], backward: bool) -> None:
    """What one kind of step does at a row."""
    if backward and not step.passes:
        return
    inputs: list[Any] = [
        memory.operand(step, k, rows[k]) if number is None else number
        for k, number in enumerate(step.numbers)
    ]
    if not backward:
        memory.put(own, machine(inputs[0], step.op, tuple(inputs)))
        return
    value, g = memory.value(own), memory.take(own)
    for place in step.passes:
        found = pushed(step, place, inputs, value, g)
        if step.static[place]:
            memory.add_static(memory.flipped(rows[place]), found)
        else:
            memory.add(rows[place], found)


def pushed(step: Step, place: int, inputs: list[Any], value: Any, g: Lane) -> Any:
    """What a step passes down to an operand."""
    slope = step.op.partials[place](*inputs, value)
    found = times(g, slope.number() if isinstance(slope, Lane) else slope)
    return unless_zero(g, found) if step.masked else found
