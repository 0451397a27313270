"""What has to run one by one, as a loop over its steps with a case for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from autograd.compiler.plan.instructions import STATIC, Plan, Tape
from autograd.compiler.run.javascript.nest import GRADIENTS, VALUES, Tables
from autograd.compiler.run.tape.kinds import Step, kinds
from autograd.formulas.javascript import INPUTS, slope, value

__all__ = ["TapeLoops"]


class TapeLoops:
    """Lines of JavaScript for both passes of a tape.

    Raises:
        TypeError: for an operation that has no text in JavaScript.
    """

    def __init__(self, tape: Tape, plan: Plan, tables: Tables) -> None:
        self.tape = tape
        self.steps, kind = kinds(tape, plan)
        self.kind, self.places = tables.indices(kind), [tables.indices(x) for x in tape.operand]

    def forward(self) -> list[str]:
        """Compute every row."""
        count, out = self.tape.count, f"{VALUES[self.tape.space]}[{self.tape.start} + k]"
        return [
            f"for (let k = 0; k < {count}; k++) {{",
            "let z;",
            *self._cases(lambda step: [f"z = {value(step.op)};"]),
            f"{out} = z;",
            "}",
        ]

    def backward(self) -> list[str]:
        """Pass down what has arrived at its rows, and leave zeros there for the next sample."""
        row = f"[{self.tape.start} + k]"
        given = f"{GRADIENTS[self.tape.space]}{row}"
        return [
            f"for (let k = {self.tape.count - 1}; k >= 0; k--) {{",
            f"const d = {given}, z = {VALUES[self.tape.space]}{row};",
            f"{given} = 0;",
            *self._cases(self._passed),
            "}",
        ]

    def _passed(self, step: Step) -> list[str]:
        lines = []
        for place in step.passes:
            text = slope(step.op, place)
            product = "d" if text == "1" else f"d * ({text})"
            lines.append(f"{self._at(GRADIENTS, step, place)} += {product};")
        return [f"if (d !== 0) {{ {' '.join(lines)} }}"] if step.masked and lines else lines

    def _cases(self, write: Callable[[Step], list[str]]) -> Iterator[str]:
        yield f"switch ({self.kind}[k]) {{"
        for number, step in enumerate(self.steps):
            lines = write(step)
            text = " ".join(lines)
            read = (
                f"const {letter} = {self._at(VALUES, step, place)};"
                for place, letter in enumerate(INPUTS[step.op.arity])
                if re.search(rf"(?<![\w.]){letter}\b", text)
            )
            yield f"case {number}: {{ {' '.join([*read, text])} break; }}"
        yield "}"

    def _at(self, arrays: dict[int, str], step: Step, place: int) -> str:
        """An operand in an array of its space; static rows of a tape over samples are written as ~r."""
        row = f"{self.places[place]}[k]"
        if step.static[place]:
            return f"{arrays[STATIC]}[~{row}]"
        return f"{arrays[self.tape.space]}[{row}]"
