"""NumPy's calls on arrays that stay where they are, as machine code, to the last bit the same.

What is exact (a sum, a product, a copy, a choice of rows) is written as a loop; calls that follow each
other are one call. For small arrays most of the time of a call is Python's and NumPy's, not the loop's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.dots import WIDE, Wide
from autograd.compiler.run.native.llvm import jit
from autograd.compiler.run.native.llvm.code import ATTRIBUTES, Code, Loop, Types

__all__ = ["Pair", "exact_calls"]

MOST = 400  # calls that are compiled, at some 2 ms each

Pair = tuple[Callable[..., Any], Any]  # a function and its arguments

_BINARY = {np.add: "fadd", np.subtract: "fsub", np.multiply: "fmul", np.divide: "fdiv"}
_UNARY: dict[Any, str] = {np.negative: "fneg", np.absolute: "fabs", np.copyto: ""}


@dataclass(slots=True)
class _Exact:
    """One call: what it does, the numbers and arrays it reads, the array it writes."""

    function: Any
    inputs: list[Any]
    out: Array

    def arrays(self) -> list[Array]:
        return [self.out, *(x for x in self.inputs if isinstance(x, np.ndarray))]


def exact_calls(passes: Sequence[Sequence[Pair]], moving: set[int]) -> list[list[Pair]]:
    """The same calls, exact ones that follow each other as one; unchanged if there are too many.

    Args:
        passes: some lists of calls.
        moving: the ids of arguments that differ from run to run.
    """
    runs: list[list[_Exact]] = []
    found: list[list[Pair | int]] = []  # calls, and numbers of runs
    for pairs in passes:
        own: list[Pair | int] = []
        found.append(own)
        for function, arguments in pairs:
            call = None if id(arguments) in moving else _exact(function, arguments)
            if call is None:
                own.append((function, arguments))
            elif own and isinstance(own[-1], int):
                runs[-1].append(call)
            else:
                own.append(len(runs))
                runs.append([call])
    if not 0 < sum(map(len, runs)) <= MOST:
        return [list(pairs) for pairs in passes]
    machine = jit.Machine(_module(runs), kept=runs)
    return [[(machine.bound(x), ()) if isinstance(x, int) else x for x in own] for own in found]


def _exact(function: Any, arguments: Sequence[Any]) -> _Exact | None:
    """A call as a loop; None if it is no such one."""
    if function is np.take:
        return _taken(*arguments) if len(arguments) == 5 else None
    if isinstance(function, partial) and not function.args and set(function.keywords) == {"out"}:
        function, (*inputs, out) = function.func, [*arguments, function.keywords["out"]]
    elif function is np.copyto:
        out, *inputs = arguments
    else:
        *inputs, out = arguments if len(arguments) else [None]
    if len(inputs) != (2 if function in _BINARY else 1 if function in _UNARY else -1):
        return None
    if not isinstance(out, np.ndarray) or out.dtype.kind != "f" or not out.size:
        return None
    if any(n > 1 and not s for n, s in zip(out.shape, out.strides)):
        return None
    for x in inputs:
        if isinstance(x, np.ndarray):
            if x.dtype != out.dtype or x.ndim > out.ndim or _overlaps(x, out):
                return None
        elif not isinstance(x, float):
            return None
    return _Exact(function, inputs, out)


def _taken(x: Array, index: Array, axis: int | None, out: Array, mode: str) -> _Exact | None:
    """Rows of an array, by whole numbers that stay the same."""
    if axis != 0 or mode != "clip" or x.dtype != out.dtype or x.dtype.kind != "f" or x.ndim > 2:
        return None
    if index.dtype != np.int64 or index.ndim != 1 or not index.flags.c_contiguous or not out.size:
        return None
    if any(a.ndim > 1 and a.shape[1] > 1 and a.strides[1] != a.itemsize for a in (x, out)):
        return None
    if index.min() < 0 or index.max() >= len(x) or np.may_share_memory(x, out):
        return None
    return _Exact(np.take, [x, index], out)


def _overlaps(x: Array, out: Array) -> bool:
    """Whether a number would be read after another one took its place."""
    same = (x.shape, x.strides, x.ctypes.data) == (out.shape, out.strides, out.ctypes.data)
    return not same and bool(np.may_share_memory(x, out))


# Machine code -------------------------------------------------------------------------------------


def _module(runs: list[list[_Exact]]) -> str:
    """The text of a module whose `step(n)` does the n-th run of calls."""
    calls: dict[str, str] = {}
    functions, cases, blocks = [], [], []
    for n, run in enumerate(runs):
        lines = [f"run{n}:"]
        for k, call in enumerate(run):
            functions.append(_function(f"f{n}.{k}", call, calls))
            places = ", ".join(f"ptr inttoptr (i64 {x.ctypes.data} to ptr)" for x in call.arrays())
            lines.append(f"call void @f{n}.{k}({places})")
        cases.append(f"i64 {n}, label %run{n}")
        blocks += [*lines, "ret double 0.0"]
    body = "\n".join([
        "%n = ptrtoint ptr %frame to i64",
        f"switch i64 %n, label %none [ {' '.join(cases)} ]", *blocks, "none:", "ret double 0.0",
    ])  # fmt: skip
    step = f"define internal double @step(ptr %frame) #1 {{\n{body}\n}}"
    return "\n".join([*calls.values(), *functions, step, ATTRIBUTES])


def _function(name: str, call: _Exact, calls: dict[str, str]) -> str:
    code = Code(Types(call.out.dtype, 1))
    arrays = call.arrays()
    (_rows if call.function is np.take else _loops)(code, call)
    calls |= code.calls
    takes = ", ".join(f"ptr %a{k}" for k in range(len(arrays)))
    body = "\n".join([*code.lines, "ret void"])
    return f"define internal void @{name}({takes}) #1 {{\n{body}\n}}"


def _rows(code: Code, call: _Exact) -> None:
    """One row after the other."""
    (x, index), out = call.inputs, call.out
    apart = [array.strides[0] // array.itemsize for array in (out, x)]
    over = Loop(code, len(index), [])
    row = code.load("%a2", over.index, "i64")
    starts = [_place(code, [n], [step]) for n, step in zip((over.index, row), apart)]
    for wide, first, times in _pieces(code, out.size // len(out), WIDE):
        loop = Loop(code, times, [])
        at = code.plus(code.emit(f"mul i64 {loop.index}, {wide.width}"), first)
        to, place = (code.emit(f"add i64 {start}, {at}") for start in starts)
        wide.store("%a0", to, wide.load("%a1", place))
        loop.end([])
    over.end([])


def _pieces(code: Code, count: int, width: int) -> Iterator[tuple[Wide, int, int]]:
    """Vectors and what is left: how wide, from which number on, how many."""
    whole, rest = divmod(count, width)
    if whole:
        yield Wide(code, width), 0, whole
    if rest:
        yield Wide(code, 1), whole * width, rest


def _loops(code: Code, call: _Exact) -> None:
    """Loops over all dimensions."""
    arrays = call.arrays()
    sizes, strides = _dimensions(arrays)
    outer = [Loop(code, n, []) for n in sizes[:-1]]
    starts = [
        _place(code, [loop.index for loop in outer], own[:-1]) for own in strides
    ]  # of each array
    flat = all(own[-1] in (0, 1) for own in strides) and strides[0][-1] == 1
    for wide, first, times in _pieces(code, sizes[-1], WIDE if flat else 1):
        loop = Loop(code, times, [])
        at = code.plus(code.emit(f"mul i64 {loop.index}, {wide.width}"), first)
        places = [
            code.emit(f"add i64 {start}, {_place(code, [at], own[-1:])}")
            for start, own in zip(starts, strides)
        ]
        read = iter(range(1, len(arrays)))
        values = []
        for x in call.inputs:
            if not isinstance(x, np.ndarray):
                values.append(wide.splat(code.types.literal(x)))
                continue
            k = next(read)
            if strides[k][-1] or wide.width == 1:
                values.append(wide.load(f"%a{k}", places[k]))
            else:
                values.append(wide.splat(code.load(f"%a{k}", places[k])))
        wide.store("%a0", places[0], _value(code, wide, call.function, values))
        loop.end([])
    for loop in reversed(outer):
        loop.end([])


def _value(code: Code, wide: Wide, function: Any, values: list[str]) -> str:
    if function in _BINARY:
        return code.new(f"{_BINARY[function]} {wide.kind} {values[0]}, {values[1]}")
    how = _UNARY[function]
    if how == "fabs":
        name = f"llvm.fabs.{f'v{wide.width}' if wide.width > 1 else ''}f{8 * code.types.size}"
        code.calls[name] = f"declare {wide.kind} @{name}({wide.kind})"
        return code.new(f"call {wide.kind} @{name}({wide.kind} {values[0]})")
    return code.new(f"{how} {wide.kind} {values[0]}") if how else values[0]


def _place(code: Code, indices: Sequence[str | int], strides: Sequence[int]) -> str:
    """How far an element lies from the first one."""
    place = "0"
    for index, stride in zip(indices, strides):
        if stride:
            place = code.emit(f"add i64 {place}, {code.emit(f'mul i64 {index}, {stride}')}")
    return place


def _dimensions(arrays: list[Array]) -> tuple[list[int], list[list[int]]]:
    """The sizes of nested loops over all elements, and of each array how far its elements lie apart
    in each: as few loops as possible, the innermost over what lies closest in the first array."""
    out = arrays[0]
    every = [np.broadcast_to(x, out.shape).strides for x in arrays]
    axes = sorted(range(out.ndim), key=lambda axis: -abs(out.strides[axis]))
    sizes, found = [1], [[0] for _ in arrays]
    for axis in axes:
        n, apart = out.shape[axis], [own[axis] // out.itemsize for own in every]
        if n == 1:
            continue
        if all(before[-1] == own * n for before, own in zip(found, apart)):
            sizes[-1] *= n
            for before, own in zip(found, apart):
                before[-1] = own
        else:
            sizes.append(n)
            for before, own in zip(found, apart):
                before.append(own)
    return sizes, found
