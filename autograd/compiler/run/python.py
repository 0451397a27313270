"""The same lines as Python: for a few samples of scalars, where LLVM is not installed.

A call of NumPy's costs more than a line of Python on floats. Where Python's math raises (a division by
0, an overflow), the NumPy replay answers instead.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Plan
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.module import bodies
from autograd.compiler.run.native.shape import lines
from autograd.compiler.run.numpy.replay import Replay

__all__ = ["Lines", "most", "start", "translated"]

CALLS = 24  # lines of Python that cost as much as the NumPy calls of an instruction

_SIGNS = {"fadd": "+", "fsub": "-", "fmul": "*", "fdiv": "/", "add": "+", "sub": "-", "mul": "*"}
_COMPARED = {"olt": "<", "ole": "<=", "ogt": ">", "oge": ">=", "oeq": "==", "une": "!="}
_FUNCTIONS = {
    name: getattr(math, name)
    for name in (
        "exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan",
        "atan2", "hypot", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "pow",
        "fmod", "fabs", "sqrt", "copysign",
    )
} | {
    "fma": lambda a, b, c: _fused(a, b, c), "exp2": lambda x: math.pow(2.0, x),
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)), "trunc": lambda x: float(math.trunc(x)),
    "rint": lambda x: float(round(x)), "cbrt": lambda x: math.copysign(abs(x) ** (1 / 3), x),
}  # fmt: skip


Functions = dict[bool, list[Callable[..., None]]]  # by whether there are gradients


def start(
    plan: Plan, static: Array, static_gradient: Array, batch: int, functions: Functions
) -> Lines | Replay:
    """What runs a plan at this batch size: Python while it has less to do than NumPy has to call."""
    if batch <= most(plan) and static.dtype == np.float64:
        return Lines(plan, static, static_gradient, batch, functions)
    return Replay(plan, static, static_gradient, batch)


def most(plan: Plan) -> int:
    """The largest batch for which lines of Python are faster than NumPy."""
    return CALLS * len(plan.instructions) // max(lines(plan), 1)


class Lines:
    """A plan at ``batch`` samples, one after the other, as a `Replay` runs it.

    Those of a program share what has been translated, ``functions``.
    """

    def __init__(
        self, plan: Plan, static: Array, static_gradient: Array, batch: int, functions: Functions
    ) -> None:
        self.plan, self.batch = plan, batch
        self._static, self._gradient = static, static_gradient
        self._replay: Replay | None = None
        self._outputs: list[float] = []
        self._functions = functions

    def run(self, inputs: Sequence[Array], weight: float) -> None:
        """Compute every output, and the gradient of the mean of the first, times ``weight``."""
        try:
            gradient = self._compute(inputs, weight, True)
        except (ArithmeticError, ValueError):
            self._numpy().run(inputs, weight)
        else:
            self._gradient[...] = gradient

    def forward(self, inputs: Sequence[Array]) -> None:
        """Compute every output for these inputs, [batch, columns] each."""
        try:
            self._compute(inputs, 0.0, False)
        except (ArithmeticError, ValueError):
            self._numpy().forward(inputs)

    def _compute(self, inputs: Sequence[Array], weight: float, backward: bool) -> list[float]:
        if backward not in self._functions:
            self._functions[backward] = translated(self.plan, backward)
        before, block, after = self._functions[backward]
        plan = self.plan
        sums = [0.0] * (plan.static_size + len(plan.outputs))
        outputs = [0.0] * (len(plan.outputs) * self.batch)
        values = [0.0] * plan.batched_size
        static: list[float] = self._static.tolist()
        gradient: list[float] = self._gradient.tolist()
        seed = weight / (self.batch if plan.outputs[0].space else 1)
        buffers = [x.ravel().tolist() for x in inputs]
        memory = static, gradient, sums, sums, values, outputs, self.batch, seed
        before(*memory, 0, *buffers)
        for sample in range(self.batch):
            block(*memory, sample, *buffers)
        after(*memory, 0, *buffers)
        self._outputs = outputs
        return gradient

    def _numpy(self) -> Replay:
        self._outputs = []
        if self._replay is None:
            self._replay = Replay(self.plan, self._static, self._gradient, self.batch)
        return self._replay

    def outputs(self) -> list[Array]:
        """Each output: [batch], or [1] if it does not depend on the inputs."""
        if not self._outputs:
            return self._numpy().outputs()
        rows = np.array(self._outputs).reshape(-1, self.batch)
        return [row if space else row[-1:] for row, (space, _) in zip(rows, self.plan.outputs)]

    def means(self) -> tuple[float, ...]:
        """The mean of each output."""
        return tuple([float(np.add.reduce(o)) / len(o) for o in self.outputs()])


def translated(plan: Plan, backward: bool) -> list[Callable[..., None]]:
    """The three functions of a program: before the samples, of each, after them.

    Raises:
        NotImplementedError: naming what has no line in Python.
    """
    names = ", ".join(
        ["static", "gradient", "sums", "totals", "values", "outputs", "blocks", "seed", "number"]
        + [f"buffer{k}" for k in range(len(plan.arguments))]
    )
    found = []
    for body in bodies(plan, backward):
        text = [f"def function({names}):", *_translate("\n".join(body).split("\n")), " return"]
        space: dict[str, Any] = {
            **_FUNCTIONS,
            "inf": math.inf,
            "nan": math.nan,
            "true": True,
            "false": False,
        }
        exec("\n".join(text), space)
        found.append(space["function"])
    return found


def _translate(lines: list[str]) -> list[str]:
    """LLVM's lines as Python's."""
    places: dict[str, str] = {}  # by the name of an address: what it stands for
    out = []
    for line in lines:
        line = line.replace("%", "").replace(" contract", "")
        if "0x" in line:
            line = re.sub(r"0x[0-9A-F]{16}", _number, line)
        name, _, rest = line.partition(" = ")
        kind = (rest or line).partition(" ")[0]
        words = re.split(r",? ", rest or line)  # the kind of line, types, operands
        if "memcpy" in line:
            out.append(f" {_copied(line, places)}")
        elif kind == "getelementptr":
            holder, _, start = places.get(words[3], words[3]).partition("[")
            places[name] = f"{holder}[{start[:-1] + ' + ' if start else ''}{words[5]}]"
        elif kind in _LINES and words[1] != "ptr":
            out.append(f" {name} = {_LINES[kind](words, places)}")
        elif kind == "store":
            out.append(f" {places[words[4]]} = {words[2]}")
        elif line and kind != "br" and line[-1] != ":" and words[1] != "ptr":
            raise NotImplementedError(line)
    return out


def _fused(a: float, b: float, c: float) -> float:
    """a · b + c, rounded once."""
    if not all(map(math.isfinite, (a, b, c))):
        return a * b + c
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def _between(sign: str) -> Callable[[list[str], dict[str, str]], str]:
    return lambda words, places: f"{words[2]} {sign} {words[3]}"


def _compared(words: list[str], places: dict[str, str]) -> str:
    _, how, _, a, b = words
    return f"{a} != {a} or {b} != {b}" if how == "uno" else f"{a} {_COMPARED[how]} {b}"


def _called(words: list[str], places: dict[str, str]) -> str:
    name, _, _ = words[2].removeprefix("@").removeprefix("llvm.").partition("(")
    if (name := name.removesuffix(".f64")) not in _FUNCTIONS:
        raise NotImplementedError(name)
    return f"{name}({', '.join(w for w in words[3:] if w != 'double')}"


_LINES: dict[str, Callable[[list[str], dict[str, str]], str]] = {
    **{kind: _between(sign) for kind, sign in _SIGNS.items()},
    "load": lambda words, places: places[words[3]],
    "fneg": lambda words, places: f"-{words[2]}",
    "fcmp": _compared,
    "select": lambda words, places: f"{words[4]} if {words[2]} else {words[6]}",
    "uitofp": lambda words, places: f"1.0 if {words[2]} else 0.0",
    "call": _called,
}


def _copied(line: str, places: dict[str, str]) -> str:
    to, _, size = re.findall(r"ptr (\w+), ptr (\w+), i64 (\d+)", line)[0]
    start = int(places[to].partition("[")[2][:-1])
    end = start + int(size) // 8
    return f"gradient[{start}:{end}] = totals[{start}:{end}]"


def _number(bits: re.Match[str]) -> str:
    (x,) = struct.unpack("<d", struct.pack("<Q", int(bits.group(), 16)))
    return repr(x)
