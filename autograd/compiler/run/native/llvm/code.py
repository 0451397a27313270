"""The text of a function in LLVM's language, written line by line."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

__all__ = ["ATTRIBUTES", "Code", "Loop", "Types"]

ATTRIBUTES = """
attributes #0 = { nounwind willreturn memory(none) }
attributes #1 = { nounwind noinline }
"""

WALL = 200  # lines from which on LLVM takes more than its share of time for a basic block


class Types:
    """What numbers are called in LLVM's language.

    Attributes:
        lanes: how many samples a value holds.
        scalar, value, truth, whole: one number, a number a lane, a truth value a lane, an index a lane.
        size: bytes of one number.
    """

    def __init__(self, dtype: Any, lanes: int) -> None:
        self.dtype, self.lanes = np.dtype(dtype), lanes
        self.size = self.dtype.itemsize
        self.scalar = "double" if self.size == 8 else "float"
        self.value, self.truth, self.whole = (self.vector(t) for t in (self.scalar, "i1", "i64"))

    def vector(self, kind: str) -> str:
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    def literal(self, x: float) -> str:
        """A number as LLVM reads it: the bits of a double, also where it is a float."""
        (bits,) = struct.unpack("<Q", struct.pack("<d", float(self.dtype.type(x))))
        return f"0x{bits:016X}"


class Code:
    """The lines of one function; an expression that stands there already is not computed again.

    Attributes:
        types: of the values.
        loops: whether there may be some.
        walls: whether long basic blocks are cut, at branches to the label "out" that nobody takes.
        lines: so far; an empty one may be filled in later.
        calls: declarations of the functions that are called, by name.
    """

    def __init__(self, types: Types, loops: bool = True, walls: bool = False) -> None:
        self.types, self.loops, self.walls = types, loops, walls
        self.lines: list[str] = []
        self.calls: dict[str, str] = {}
        self.label = "0"  # of the basic block that is being written
        self._known: dict[str, str] = {}
        self._count = self._since = 0
        if walls:
            self.line("%never = icmp eq ptr %frame, null")

    def line(self, text: str) -> None:
        self.lines.append(text)

    def new(self, expression: str) -> str:
        """Compute an expression; the name of the result."""
        self._count += 1
        self._since += 1
        if self.walls and self._since > WALL:
            self.wall()
        name = f"%v{self._count}"
        self.lines.append(f"{name} = {expression}")
        return name

    def emit(self, expression: str) -> str:
        """The same, unless it was computed before: not for what reads memory that changes."""
        name = self._known.get(expression)
        if name is None:
            name = self._known[expression] = self.new(expression)
        return name

    def block(self) -> None:
        """Begin a new basic block: what was computed before is to be read from memory."""
        if self.walls:
            self.wall()
        self._known.clear()

    def wall(self) -> None:
        """Go on in a new basic block that LLVM does not join to the one before."""
        self.label, self._since = f"wall{self.number()}", 0
        self.lines += [f"br i1 %never, label %out, label %{self.label}", f"{self.label}:"]

    def begin(self, label: str) -> None:
        """Begin a basic block that others go to."""
        self.lines.append(f"{label}:")
        self.label = label
        self._known.clear()

    def jump(self, label: str) -> None:
        """Go on in a new basic block."""
        self.lines += [f"br label %{label}", f"{label}:"]
        self.label = label

    def number(self) -> int:
        """One that no other name has."""
        self._count += 1
        return self._count

    def plus(self, a: str | int, b: int) -> str | int:
        """The sum of a whole number or the name of one and a number."""
        if isinstance(a, int):
            return a + b
        return self.emit(f"add i64 {a}, {b}") if b else a

    def splat(self, scalar: str) -> str:
        """A scalar in every lane."""
        t = self.types
        if t.lanes == 1:
            return scalar
        one = self.emit(f"insertelement {t.value} poison, {t.scalar} {scalar}, i64 0")
        return self.emit(
            f"shufflevector {t.value} {one}, {t.value} poison, <{t.lanes} x i32> zeroinitializer"
        )

    def constant(self, x: float) -> str:
        """A number in every lane."""
        t = self.types
        literal = t.literal(x)
        return literal if t.lanes == 1 else f"splat ({t.scalar} {literal})"

    def address(self, base: str, number: int | str, kind: str) -> str:
        """The address of an element."""
        return self.emit(f"getelementptr {kind}, ptr {base}, i64 {number}")

    def load(self, base: str, number: int | str, kind: str = "") -> str:
        """A value that an array holds; always read anew."""
        kind = kind or self.types.value
        return self.new(f"load {kind}, ptr {self.address(base, number, kind)}")

    def store(self, base: str, number: int | str, name: str, kind: str = "") -> str:
        """The line that puts a value into an array."""
        kind = kind or self.types.value
        return f"store {kind} {name}, ptr {self.address(base, number, kind)}"


class Loop:
    """Lines that run ``count`` times, once at least.

    Attributes:
        index: the name of the number of the round.
        carried: names of what the last round left, or was there before the first one.
    """

    def __init__(self, code: Code, count: int, before: list[str], kind: str = "") -> None:
        self.code, self.count, self._before = code, count, before
        self._kind = kind or code.types.value  # of what is carried
        number = code.number()
        self._from, self._label, self._done = code.label, f"loop{number}", f"done{number}"
        self.index = f"%i{number}"
        self.carried = [f"%c{number}.{k}" for k in range(len(before))]
        code.jump(self._label)
        self._head = len(code.lines)
        code.line("")

    def end(self, carried: list[str]) -> list[str]:
        """Close it; what the last round leaves."""
        code, kind = self.code, self._kind
        after = code.new(f"add i64 {self.index}, 1")
        more = code.new(f"icmp ult i64 {after}, {self.count}")
        edges = f"%{self._from} ]", f"%{code.label} ]"
        phis = [f"{self.index} = phi i64 [ 0, {edges[0]}, [ {after}, {edges[1]}"]
        phis += [
            f"{name} = phi {kind} [ {first}, {edges[0]}, [ {new}, {edges[1]}"
            for name, first, new in zip(self.carried, self._before, carried)
        ]
        code.lines[self._head] = "\n".join(phis)
        code.line(f"br i1 {more}, label %{self._label}, label %{self._done}")
        code.line(f"{self._done}:")
        code.label = self._done
        return carried
