"""A rule on flat arrays, number by number, as one loop of machine code: the step of an optimizer."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.llvm import (
    forms,  # noqa: F401 (NumPy's functions on cells)
    jit,
)
from autograd.compiler.run.native.llvm.code import ATTRIBUTES, Code, Types
from autograd.compiler.run.native.llvm.lane import Lane, Number, as_lane

__all__ = ["Cell", "Rule"]

_Rule = Callable[[list["Cell"], list[Lane]], None]


class Cell(Lane):
    """A number of an array that is changed in place, as arrays are."""

    __slots__ = ()

    def become(self, x: Number) -> Cell:
        self.name = as_lane(self.code, x).name
        return self

    def __iadd__(self, other: Number) -> Cell:
        return self.become(self + other)

    def __isub__(self, other: Number) -> Cell:
        return self.become(self - other)

    def __imul__(self, other: Number) -> Cell:
        return self.become(self * other)

    def __itruediv__(self, other: Number) -> Cell:
        return self.become(self / other)

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        (out,) = options.pop("out", (None,))
        found = super().__array_ufunc__(function, method, *inputs, **options)
        return found if out is None or found is NotImplemented else out.become(found)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function is np.copyto:
            return inputs[0].become(inputs[1])
        return super().__array_function__(function, types, inputs, options)


class Rule:
    """What ``rule(cells, numbers)`` does to the cells, done to every number of some arrays.

    Args:
        rule: changes the cells in place; called to be written down, so it may not ask what a number is.
        arrays: a cell of each; as long as each other, C-contiguous, of one dtype, not overlapping.
        count: how many numbers are given at each call.

    Raises:
        NotImplementedError, TypeError, ValueError, AttributeError: if it cannot be written down.
    """

    def __init__(self, rule: _Rule, arrays: Sequence[Array], count: int) -> None:
        self.arrays = list(arrays)  # kept alive
        machine = jit.assemble(_module(rule, len(arrays), count, arrays[0].dtype))
        self._frame = frame = (ctypes.c_int64 * (1 + len(arrays) + count))()
        frame[0] = arrays[0].size
        for k, array in enumerate(arrays, 1):
            frame[k] = array.ctypes.data
        self._numbers = (ctypes.c_double * count).from_buffer(frame, 8 * (1 + len(arrays)))
        self._given: tuple[float, ...] = ()
        self._step = machine.bound(ctypes.addressof(frame))

    def __call__(self, numbers: tuple[float, ...]) -> None:
        if numbers != self._given:
            self._numbers[:] = list(numbers)
            self._given = numbers
        self._step()


def _module(rule: _Rule, arrays: int, count: int, dtype: Any) -> str:
    """The text of a module whose function `step` takes the frame: length, addresses, numbers."""
    lanes = jit.lanes(np.dtype(dtype).itemsize)
    names = [f"a{k}" for k in range(arrays)], [f"n{k}" for k in range(count)]
    lines = ["%length = load i64, ptr %frame", f"%whole = and i64 %length, {-lanes}"]
    for k, name in enumerate([*names[0], *names[1]], 1):
        lines.append(f"%{name}.p = getelementptr i64, ptr %frame, i64 {k}")
        lines.append(f"%{name} = load {'ptr' if name in names[0] else 'double'}, ptr %{name}.p")
    given = ", ".join([f"ptr %{name}" for name in names[0]] + [f"double %{n}" for n in names[1]])
    lines += [f"call void @wide({given}, i64 0, i64 %whole)"]
    lines += [f"call void @narrow({given}, i64 %whole, i64 %length)"]
    calls: dict[str, str] = {}
    loops = [
        _loop(
            name, rule, given.replace("ptr", "ptr noalias"), (arrays, count), Types(dtype, n), calls
        )
        for name, n in (("wide", lanes), ("narrow", 1))
    ]
    body = "\n".join([*lines, "ret double 0.0"])
    step = f"define internal double @step(ptr %frame) {{\n{body}\n}}"
    return "\n".join([*calls.values(), *loops, step, ATTRIBUTES])


def _loop(
    name: str, rule: _Rule, takes: str, sizes: tuple[int, int], t: Types, calls: dict[str, str]
) -> str:
    """A function that does the rule to the numbers from %from to %to, some lanes at a time."""
    code = Code(t)
    code.line("%some = icmp ult i64 %from, %to\nbr i1 %some, label %start, label %done\nstart:")
    numbers = []
    for k in range(sizes[1]):
        number = f"%n{k}" if t.size == 8 else code.emit(f"fptrunc double %n{k} to float")
        numbers.append(Lane(code, code.splat(number)))
    code.line("br label %loop\nloop:\n%i = phi i64 [ %from, %start ], [ %next, %loop ]")
    places = [code.address(f"%a{k}", "%i", t.scalar) for k in range(sizes[0])]
    before = [code.new(f"load {t.value}, ptr {place}, align {t.size}") for place in places]
    cells = [Cell(code, value) for value in before]
    rule(cells, numbers)
    for cell, value, place in zip(cells, before, places):
        if cell.name != value:
            code.line(f"store {t.value} {cell.name}, ptr {place}, align {t.size}")
    code.line(f"%next = add i64 %i, {t.lanes}\n%more = icmp ult i64 %next, %to")
    code.line("br i1 %more, label %loop, label %done\ndone:\nret void")
    calls |= code.calls
    body = "\n".join(code.lines)
    return f"define internal void @{name}({takes}, i64 %from, i64 %to) #1 {{\n{body}\n}}"
