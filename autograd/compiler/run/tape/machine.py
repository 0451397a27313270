"""A tape in machine code: a loop with a case for each kind of step, for one sample or some in lanes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Needs, Tape
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.forward import plus, times
from autograd.compiler.run.native.frame import ATTRIBUTES
from autograd.compiler.run.native.llvm import jit
from autograd.compiler.run.native.llvm.code import Code, Types
from autograd.compiler.run.native.llvm.forms import machine
from autograd.compiler.run.native.llvm.lane import Lane, as_lane
from autograd.compiler.run.native.reverse import unless_zero
from autograd.compiler.run.tape.kinds import Step, kinds

__all__ = ["Machine"]

_POINTERS = ["kinds", "operands", "static", "static_gradient", "values", "gradients"]
_FRAME = [*_POINTERS, "first", "last", "width"]  # what the table of a machine holds


class Machine:
    """A tape over the rows of one batch size."""

    def __init__(
        self, tape: Tape, needs: Needs, values: tuple[Array, Array], gradients: tuple[Array, Array]
    ) -> None:
        self.steps, self.kind = kinds(tape, needs)
        self.tape, self.dtype = tape, values[STATIC].dtype
        self.operand = np.ascontiguousarray(tape.operand.T)
        self._known: dict[tuple[int, bool], Callable[[], float]] = {}
        self._table = (ctypes.c_int64 * len(_FRAME))()
        self.rows = [x[space] for space in (STATIC, tape.space) for x in (values, gradients)]

    def forward(self) -> None:
        """Compute every row."""
        self._run(False)

    def backward(self) -> None:
        """Add what has arrived at its rows to the gradients of what they were made of."""
        self._run(True)

    def _run(self, backward: bool) -> None:
        first, width = self.tape.start, self.rows[-1].shape[1]
        column = 0
        for lanes in (jit.lanes(self.dtype.itemsize), 1) if width > 1 else (1,):
            while column + lanes <= width:
                places = [x.ctypes.data for x in self.rows]
                places[2:] = [place + column * self.dtype.itemsize for place in places[2:]]
                self._table[:] = [
                    self.kind.ctypes.data, self.operand.ctypes.data, *places,
                    first, first + self.tape.count, width,
                ]  # fmt: skip
                self._step(lanes, backward)()
                column += lanes

    def _step(self, lanes: int, backward: bool) -> Callable[[], float]:
        if (lanes, backward) not in self._known:
            types = Types(self.dtype, lanes)
            machine = jit.assemble(_text(self.steps, self.operand.shape[1], types, backward))
            self._known[lanes, backward] = machine.bound(ctypes.addressof(self._table))
        return self._known[lanes, backward]


def _text(steps: list[Step], operands: int, types: Types, backward: bool) -> str:
    """A module whose function `step` walks a tape."""
    code = Code(types)
    code.begin("row")
    start, after = ("%last.1", "%k.1") if backward else ("%first", "%k.1")
    way, end = (-1, "%first.1") if backward else (1, "%last")
    code.lines += [
        f"%k = phi i64 [ {start}, %0 ], [ {after}, %next ]",
        "%at = sub i64 %k, %first",
        "%kind.p = getelementptr i16, ptr %kinds, i64 %at",
        "%kind = load i16, ptr %kind.p",
        f"%places = mul i64 %at, {operands}",
    ]
    for k in range(operands):
        code.lines += [
            f"%n{k} = add i64 %places, {k}",
            f"%p{k} = getelementptr i32, ptr %operands, i64 %n{k}",
            f"%o{k} = load i32, ptr %p{k}",
            f"%w{k} = sext i32 %o{k} to i64",
        ]
    cases = " ".join(f"i16 {k}, label %case{k}" for k in range(len(steps)))
    code.line(f"switch i16 %kind, label %next [ {cases} ]")
    for k, step in enumerate(steps):
        code.begin(f"case{k}")
        case = _Case(code, step)
        (case.backward if backward else case.forward)()
        code.line("br label %next")
    code.begin("next")
    code.lines += [
        f"%k.1 = add i64 %k, {way}",
        f"%more = icmp ne i64 %k.1, {end}",
        "br i1 %more, label %row, label %done",
        "done:",
        "ret void",
    ]
    return "\n".join(
        [
            *code.calls.values(),
            f"define internal void @walk({_given('ptr noalias')}) #1 {{",
            "%first.1 = sub i64 %first, 1\n%last.1 = sub i64 %last, 1\nbr label %row",
            *code.lines, "}", *_step(), ATTRIBUTES,
        ]
    )  # fmt: skip


def _given(pointer: str) -> str:
    kinds = [pointer if name in _POINTERS else "i64" for name in _FRAME]
    return ", ".join(f"{kind} %{name}" for kind, name in zip(kinds, _FRAME))


def _step() -> list[str]:
    """The function that is called: it takes what `walk` is given from the table."""
    lines = ["define internal double @step(ptr %frame) {"]
    for k, name in enumerate(_FRAME):
        lines.append(f"%{name}.p = getelementptr i64, ptr %frame, i64 {k}")
        lines.append(f"%{name} = load {'ptr' if name in _POINTERS else 'i64'}, ptr %{name}.p")
    return [*lines, f"call void @walk({_given('ptr')})", "ret double 0.0", "}"]


class _Case:
    """What one kind of step does at row %k, whose operands are rows %w0, %w1 and so on."""

    def __init__(self, code: Code, step: Step) -> None:
        self.code, self.step = code, step

    def forward(self) -> None:
        place, _ = self._own()
        inputs = self._inputs()
        self._store(place, as_lane(self.code, machine(inputs[0], self.step.op, inputs)))

    def backward(self) -> None:
        code, step, (y, gradient) = self.code, self.step, self._own()
        if not step.passes:
            return
        inputs, value, g = self._inputs(), self._load(y), self._load(gradient)
        self._store(gradient, as_lane(code, 0.0))  # as the next pass wants to find it
        for place in step.passes:
            slope = step.op.partials[place](*inputs, value)
            if isinstance(slope, Lane):
                slope = slope.number()
            pushed = times(g, slope)
            if step.masked:
                pushed = unless_zero(g, pushed)
            self._add(place, as_lane(code, pushed))

    def _own(self) -> tuple[str, str]:
        """The addresses of the row and of its gradient."""
        row = self.code.emit("mul i64 %k, %width")
        return self._address("%values", row), self._address("%gradients", row)

    def _address(self, base: str, row: str) -> str:
        return self.code.address(base, row, self.code.types.scalar)

    def _inputs(self) -> tuple[Any, ...]:
        found = []
        for k, static in enumerate(self.step.static):
            if static:
                place = self._address("%static", self.code.emit(f"xor i64 %w{k}, -1"))
                number = self.code.new(f"load {self.code.types.scalar}, ptr {place}")
                found.append(Lane(self.code, self.code.splat(number)))
            else:
                row = self.code.emit(f"mul i64 %w{k}, %width")
                found.append(self._load(self._address("%values", row)))
        return tuple(found)

    def _add(self, place: int, pushed: Lane) -> None:
        """To the gradient of an operand."""
        code, t = self.code, self.code.types
        if not self.step.static[place]:
            to = self._address("%gradients", code.emit(f"mul i64 %w{place}, %width"))
            self._store(to, plus(self._load(to), pushed))
            return
        to = self._address("%static_gradient", code.emit(f"xor i64 %w{place}, -1"))
        name = pushed.name
        if t.lanes > 1:
            total = f"llvm.vector.reduce.fadd.v{t.lanes}f{8 * t.size}"
            code.calls[total] = f"declare {t.scalar} @{total}({t.scalar}, {t.value})"
            zero = t.literal(-0.0)
            name = code.new(
                f"call reassoc {t.scalar} @{total}({t.scalar} {zero}, {t.value} {name})"
            )
        old = code.new(f"load {t.scalar}, ptr {to}")
        new = code.new(f"fadd {t.scalar} {old}, {name}")
        code.line(f"store {t.scalar} {new}, ptr {to}")

    def _load(self, place: str) -> Lane:
        t = self.code.types
        return Lane(self.code, self.code.new(f"load {t.value}, ptr {place}, align {t.size}"))

    def _store(self, place: str, value: Any) -> None:
        t = self.code.types
        self.code.line(f"store {t.value} {value.name}, ptr {place}, align {t.size}")
