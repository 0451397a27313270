"""Numbers that write machine code: what NumPy or a rule of the table makes of them is a line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from autograd.compiler.run.native.llvm.code import Code

__all__ = ["FORMS", "Lane", "Number", "as_lane"]

Number: TypeAlias = "Lane | float"
FORMS: dict[Any, Callable[..., Any]] = {}  # by NumPy's function; `forms` fills it


class Lane:
    """A value of a function that is being written: a number of each sample, or a truth value."""

    __slots__ = ("code", "name", "truth")

    def __init__(self, code: Code, name: str, truth: bool = False) -> None:
        self.code, self.name, self.truth = code, name, truth

    # Pieces ---------------------------------------------------------------------------------------

    def text(self, x: Number | bool) -> str:
        """A number beside this one, as an operand."""
        return x.number().name if isinstance(x, Lane) else self.code.constant(float(x))

    def number(self) -> Lane:
        """A truth value as 1 or 0."""
        if not self.truth:
            return self
        code = self.code
        return Lane(code, code.emit(f"uitofp {code.types.truth} {self.name} to {code.types.value}"))

    def condition(self) -> str:
        """Whether it is not 0; nan is not."""
        if self.truth:
            return self.name
        return self.code.emit(f"fcmp une {self.code.types.value} {self.name}, {self.text(0.0)}")

    def binary(self, operation: str, a: Number, b: Number) -> Lane:
        code = self.code
        expression = f"{operation} {code.types.value} {self.text(a)}, {self.text(b)}"
        return Lane(code, code.emit(expression))

    def compare(self, how: str, other: Number) -> Lane:
        code = self.code
        kind = f"{code.types.value} {self.number().name}, {self.text(other)}"
        return Lane(code, code.emit(f"fcmp {how} {kind}"), truth=True)

    def choose(self, a: Number | bool, b: Number | bool) -> Lane:
        """``a`` where this is true, else ``b``."""
        code = self.code
        condition = f"select {code.types.truth} {self.condition()}"
        if all(isinstance(x, bool) or (isinstance(x, Lane) and x.truth) for x in (a, b)):
            texts = [x.name if isinstance(x, Lane) else _truth(x, code) for x in (a, b)]
            kind = code.types.truth
        else:
            texts, kind = [self.text(a), self.text(b)], code.types.value
        name = code.emit(f"{condition}, {kind} {texts[0]}, {kind} {texts[1]}")
        return Lane(code, name, truth=kind == code.types.truth)

    def intrinsic(self, name: str, *inputs: Number) -> Lane:
        """One of LLVM's own functions."""
        return self.call(f"llvm.{name}.{_suffix(self.code)}", *inputs)

    def call(self, function: str, *inputs: Number) -> Lane:
        code, kind = self.code, self.code.types.value
        texts = ", ".join(f"{kind} {self.text(x)}" for x in inputs)
        takes = ", ".join([kind] * len(inputs))
        code.calls.setdefault(function, f"declare {kind} @{function}({takes}) #0")
        return Lane(code, code.emit(f"call {kind} @{function}({texts})"))

    # Arithmetic -----------------------------------------------------------------------------------

    def __add__(self, other: Number) -> Lane:
        return self.binary("fadd", self, other)

    def __radd__(self, other: Number) -> Lane:
        return self.binary("fadd", other, self)

    def __sub__(self, other: Number) -> Lane:
        return self.binary("fsub", self, other)

    def __rsub__(self, other: Number) -> Lane:
        return self.binary("fsub", other, self)

    def __mul__(self, other: Number) -> Lane:
        if not isinstance(other, Lane):
            if other == 1.0:
                return self.number()
            if other == -1.0:
                return -self
        return self.binary("fmul", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Lane:
        return self.binary("fdiv", self, other)

    def __rtruediv__(self, other: Number) -> Lane:
        return self.binary("fdiv", other, self)

    def __neg__(self) -> Lane:
        code = self.code
        return Lane(code, code.emit(f"fneg {code.types.value} {self.number().name}"))

    def __pow__(self, other: Number) -> Any:
        return FORMS[np.power](self, other)

    def __lt__(self, other: Number) -> Lane:
        return self.compare("olt", other)

    def __le__(self, other: Number) -> Lane:
        return self.compare("ole", other)

    def __gt__(self, other: Number) -> Lane:
        return self.compare("ogt", other)

    def __ge__(self, other: Number) -> Lane:
        return self.compare("oge", other)

    def __bool__(self) -> bool:
        raise TypeError("the numbers are not known while machine code is written")

    # NumPy ----------------------------------------------------------------------------------------

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options or function not in FORMS:
            return NotImplemented
        return FORMS[function](*inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if options or function not in FORMS:
            return NotImplemented
        return FORMS[function](*inputs)


def as_lane(code: Code, x: Any) -> Lane:
    """A number, known or not, as a value."""
    return x.number() if isinstance(x, Lane) else Lane(code, code.constant(float(x)))


def _truth(x: Any, code: Code) -> str:
    word = "true" if x else "false"
    return word if code.types.lanes == 1 else f"splat (i1 {word})"


def _suffix(code: Code) -> str:
    t = code.types
    return (f"v{t.lanes}" if t.lanes > 1 else "") + f"f{8 * t.size}"
