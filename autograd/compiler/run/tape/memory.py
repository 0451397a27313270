"""The rows of a tape's function, read and written by their numbers."""

from __future__ import annotations

from typing import Any

from autograd.compiler.run.native.forward import plus
from autograd.compiler.run.native.llvm.code import Code
from autograd.compiler.run.native.llvm.lane import Lane, as_lane
from autograd.compiler.run.tape.kinds import Step

__all__ = ["Memory"]


class Memory:
    """Rows [row, width] of which a register holds some samples; static rows are one number each."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def value(self, row: str | int) -> Lane:
        """A row's number: it was computed before, so it is read once."""
        return self._read(self._address("%values", row), once=True)

    def static(self, row: str | int) -> Lane:
        code = self.code
        place = code.address("%static", row, code.types.scalar)
        return Lane(code, code.splat(code.emit(f"load {code.types.scalar}, ptr {place}")))

    def put(self, row: str | int, value: Any) -> None:
        self._write(self._address("%values", row), as_lane(self.code, value))

    def take(self, row: str | int) -> Lane:
        """A row's gradient, which is 0 afterwards, as the next pass wants to find it."""
        place = self._address("%gradients", row)
        found = self._read(place)
        self._write(place, as_lane(self.code, 0.0))
        return found

    def add(self, row: str | int, pushed: Any) -> None:
        place = self._address("%gradients", row)
        self._write(place, as_lane(self.code, plus(self._read(place), pushed)))

    def add_static(self, row: str | int, pushed: Any) -> None:
        """The sum of the samples."""
        code, t = self.code, self.code.types
        place, name = code.address("%static_gradient", row, t.scalar), as_lane(code, pushed).name
        if t.lanes > 1:
            total = f"llvm.vector.reduce.fadd.v{t.lanes}f{8 * t.size}"
            code.calls[total] = f"declare {t.scalar} @{total}({t.scalar}, {t.value})"
            zero = f"{t.scalar} {t.literal(-0.0)}"
            name = code.new(f"call reassoc {t.scalar} @{total}({zero}, {t.value} {name})")
        old = code.new(f"load {t.scalar}, ptr {place}")
        new = code.new(f"fadd {t.scalar} {old}, {name}")
        code.line(f"store {t.scalar} {new}, ptr {place}")

    def operand(self, step: Step, place: int, row: str) -> Lane:
        """A step's operand at the row that the tape says."""
        return self.static(self.flipped(row)) if step.static[place] else self.value(row)

    def flipped(self, row: str) -> str:
        """The static row that ~row stands for."""
        return self.code.emit(f"xor i64 {row}, -1")

    def said(self, at: str, operands: int, place: int) -> str:
        """The row that the tape says for an operand of its step ``at``."""
        code = self.code
        number = code.emit(f"add i64 {code.emit(f'mul i64 {at}, {operands}')}, {place}")
        address = code.address("%operands", number, "i32")
        return code.emit(f"sext i32 {code.emit(f'load i32, ptr {address}')} to i64")

    def _address(self, base: str, row: str | int) -> str:
        at = self.code.emit(f"mul i64 {row}, %width")
        return self.code.address(base, at, self.code.types.scalar)

    def _read(self, place: str, once: bool = False) -> Lane:
        code, t = self.code, self.code.types
        text = f"load {t.value}, ptr {place}, align {t.size}"
        return Lane(code, code.emit(text) if once else code.new(text))

    def _write(self, place: str, value: Lane) -> None:
        t = self.code.types
        self.code.line(f"store {t.value} {value.name}, ptr {place}, align {t.size}")
