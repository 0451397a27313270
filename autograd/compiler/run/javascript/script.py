"""A whole program as an expression of JavaScript."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, Clear, Instruction, Reverse, Tape
from autograd.compiler.program import Program
from autograd.compiler.run.javascript.backward import Backward
from autograd.compiler.run.javascript.forward import forward
from autograd.compiler.run.javascript.nest import GRADIENTS, VALUES, Tables
from autograd.compiler.run.javascript.tape import TapeLoops
from autograd.formulas.javascript import literal, runtime

__all__ = ["to_javascript"]

_READ = 1000  # numbers


def to_javascript(program: Program) -> str:
    """An expression that makes an object which runs the program, in any browser and in Node.

    It has ``parameters`` and ``gradients`` (Float64Array, in the program's order), ``run(arrays, n)``,
    which gives the mean of the first output over n samples and fills the gradients, and
    ``forward(arrays, n, wanted)``, which gives the outputs of these numbers, [n · wanted], sample by
    sample. ``arrays`` holds a Float64Array [n · size] for each argument, or [size] for all samples.
    Numbers are doubles; sums run in another order than NumPy's; whole numbers that select are taken as
    they are.

    Raises:
        TypeError: for an operation that has no text in JavaScript.

    >>> from autograd import Value, compile
    >>> w = Value(3.0)
    >>> text = to_javascript(compile(lambda x: w * x * x, [w], inputs=(1.0,)))
    >>> text.startswith("(() => {") and "function forward0(" in text
    True
    """
    return _Script(program).text()


class _Script:
    def __init__(self, program: Program) -> None:
        self.program, self.plan, self.tables = program, program.plan, Tables()
        self.backward = Backward(self.plan, self.tables)
        self.reverse = list(self.backward.groups())
        self.given = ", ".join(f"x{k}, o{k}" for k in range(len(self.plan.arguments)))

    def text(self) -> str:
        functions = [*self._forward(), *self._backward()]
        rare = any("sincSlope" in line for line in functions)
        return "\n".join(
            [
                "(() => {",
                runtime(fast=not rare),
                *self._memory(),
                *self.tables.lines(),
                *functions,
                *self._run(),
                "return { parameters, gradients, run, forward };",
                "})()",
            ]
        )

    def _memory(self) -> Iterable[str]:
        """One row more than there are: where goes what nobody asked for."""
        plan, count = self.plan, len(self.plan.order)
        for names, size in ((("s", "gs"), plan.static_size), (("v", "gv"), plan.batched_size)):
            yield from (f"const {name} = new Float64Array({size + 1});" for name in names)
        yield f"s.set({_listed([*self.program.parameters.tolist(), *plan.constants.tolist()])});"
        yield f"v.set({_listed(plan.batched_constants.tolist())});"
        for name, array in (("parameters", "s"), ("gradients", "gs")):
            yield f"const {name} = {array}.subarray(0, {count});"

    def _forward(self) -> Iterable[str]:
        for number, instruction in enumerate(self.plan.instructions):
            if isinstance(instruction, Tape):
                lines = TapeLoops(instruction, self.plan, self.tables).forward()
            else:
                lines = forward(self.tables, instruction)
            yield from self._function(f"forward{number}", lines)

    def _backward(self) -> Iterable[str]:
        for number, entries in enumerate(self.reverse):
            lines = self.backward.lines(entries)
            yield from self._function(f"backward{number}", lines)

    def _function(self, name: str, lines: Sequence[str]) -> Iterable[str]:
        return f"function {name}({self.given}) {{", *lines, "}"

    def _run(self) -> Iterable[str]:
        """The passes, sample after sample; what depends on no sample before and after."""
        space, row = self.plan.outputs[0]
        once, each = self._calls(self.plan.instructions, "forward")
        after, down = self._calls([entries[0] for entries in self.reverse], "backward")
        loss, seed = f"{VALUES[space]}[{row}]", f"{GRADIENTS[space]}[{row}]"
        start = [*self._arrays(), *once, "for (let i = 0; i < n; i++) {", *self._sample(), *each]
        yield from (
            "function run(arrays, n) {",
            "let total = 0;",
            "gs.fill(0);",
            *([] if space == BATCHED else [f"{seed} = 1;"]),
            *start,
            f"total += {loss};",
            *([f"{seed} = 1 / n;"] if space == BATCHED else []),
            *down,
            "}",
            *after,
            "return total / n;",
            "}",
        )
        spaces, rows = zip(*self.plan.outputs)
        yield from (
            f"const rows = Int32Array.of({', '.join(map(str, rows))});",
            f"const batched = Int32Array.of({', '.join(str(int(x == BATCHED)) for x in spaces)});",
            "function forward(arrays, n, wanted) {",
            "const found = new Float64Array(n * wanted.length);",
            "let at = 0;",
            *start,
            "for (const k of wanted) found[at++] = batched[k] ? v[rows[k]] : s[rows[k]];",
            "}",
            "return found;",
            "}",
        )

    def _calls(
        self, listed: Sequence[Instruction] | Sequence[Reverse], name: str
    ) -> tuple[list[str], list[str]]:
        """Of what depends on no sample, and of what depends on one."""
        found: tuple[list[str], list[str]] = [], []
        for number, one in enumerate(listed):
            found[self._batched(one)].append(f"{name}{number}({self.given});")
        return found

    def _batched(self, one: Instruction | Reverse) -> bool:
        if isinstance(one, Instruction):
            return one.batched
        if isinstance(one, Clear):
            return one.space == BATCHED
        return self.plan.instructions[one.of].batched

    def _arrays(self) -> Iterable[str]:
        for k, size in enumerate(self.plan.arguments):
            yield f"const x{k} = arrays[{k}], d{k} = x{k}.length === {size} ? 0 : {size};"
            yield f"let o{k} = -d{k};"

    def _sample(self) -> Iterable[str]:
        """Where the sample begins in each array; arguments that have rows of their own are copied."""
        for k, size in enumerate(self.plan.arguments):
            yield f"o{k} += d{k};"
            if k in self.plan.copied:
                to = self.plan.copied[k]
                yield f"for (let j = 0; j < {size}; j++) v[{to} + j] = x{k}[o{k} + j];"


def _listed(numbers: Sequence[float]) -> str:
    """To read, if they are few; many as the bytes of doubles, which are half as long."""
    if len(numbers) > _READ:
        text = base64.b64encode(np.asarray(numbers, "<f8").tobytes()).decode()
        return f'new Float64Array(Uint8Array.from(atob("{text}"), (c) => c.charCodeAt()).buffer)'
    return f"[{','.join(str(literal(x)) for x in numbers)}]"
