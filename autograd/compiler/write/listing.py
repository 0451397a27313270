"""A program in the notation of the lectures: ``hidden[16] = W[16×784] @ x + b``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import (
    INPUT,
    STATIC,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Plan,
    Products,
    Select,
    Tape,
    Terms,
    outside,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.write.names import Names, argument, shape_text, squares
from autograd.compiler.write.view import inlined, shown
from autograd.ops import OPS
from autograd.text.format import plural

__all__ = ["Named", "factor", "listing", "named"]

FEW = 4  # longer sums are written with a Σ


def listing(plan: Plan, names: list[str]) -> str:
    """One line an instruction, after a line that says what is given and what comes out."""
    found = named(plan, names)
    plan, lines = found.plan, found.lines
    given = " ".join(f"{argument(k)}[{n}]" for k, n in enumerate(plan.arguments))
    width = max([len(left) for left, _ in lines], default=0)
    outputs = ", ".join(found.names.at(space, np.array([row])) for space, row in plan.outputs)
    head = [f"given {given}, for each sample"] if given else []
    counts = (len(plan.order), "parameter"), (len(plan.instructions), "instruction")
    head.append(", ".join(plural(*count) for count in counts))
    body = [f"{left:<{width}} = {right}" for left, right in lines]
    return "\n".join([*head, *body, f"returns {outputs}"])


class Named(NamedTuple):
    """A plan as it is shown, and what everything in it is called.

    Attributes:
        called: the name of each instruction's result.
        inside: of a function that stands in the line of its layer, that layer's number.
        lines: the two sides of each line.
    """

    plan: Plan
    names: Names
    called: list[str]
    inside: dict[int, int]
    lines: list[tuple[str, str]]


def named(plan: Plan, parameters: list[str]) -> Named:
    """Name the results of a plan; a function of a whole layer stands in that layer's line."""
    plan = shown(plan, parameters)
    names, inside = Names(plan, parameters), inlined(plan)
    layers = set(inside.values())
    waiting: dict[int, tuple[str, str]] = {}  # the two sides of a layer, until its function comes
    lines, called = [], []
    for number, instruction in enumerate(plan.instructions):
        layer = inside.get(number)
        if layer is None:
            name, text = names.invent(instruction), _Line(plan, names).text(instruction)
        else:
            assert isinstance(instruction, Elementwise)
            name, text = waiting[layer]
            text = f"{instruction.operation}({text})"
        names.keep(instruction, name)
        called.append(name)
        if number in layers:
            waiting[number] = name, text
        else:
            shape = plan.instructions[number if layer is None else layer].node.shape
            lines.append((f"{name}[{shape_text(shape)}]", text))
    return Named(plan, names, called, inside, lines)


class _Line:
    """The right side of a line: what an instruction computes."""

    def __init__(self, plan: Plan, names: Names) -> None:
        self.plan, self.names = plan, names

    def text(self, instruction: Instruction) -> str:
        biases = getattr(instruction, "biases", ())
        return self._sum(instruction) + "".join(
            _term(self.names.bias(b.index), b.scale, False) for b in biases
        )

    def _sum(self, instruction: Instruction) -> str:
        """All but the biases."""
        if isinstance(instruction, Matrix):
            return " + ".join(self._part(part) for part in instruction.parts)
        if isinstance(instruction, Terms):
            return self._terms(instruction)
        if isinstance(instruction, Products):
            return f"{self._matrices(instruction.first)} @ {self._matrices(instruction.second)}"
        if isinstance(instruction, Largest):
            assert instruction.second.index is not None
            return (
                f"max over {len(instruction.second.index)} of {self._operand(instruction.second)}"
            )
        if isinstance(instruction, Elementwise):
            return self._elementwise(instruction)
        if isinstance(instruction, Tape):
            return self._tape(instruction)
        assert isinstance(instruction, Select)
        number = self.names.at(INPUT + instruction.argument, np.unique(instruction.column))
        return f"{self._table(instruction)}[{number}]"

    def _part(self, part: Part) -> str:
        column = self.names.at(part.space, part.column)
        if part.weight is None:
            assert part.scale is not None
            if (part.scale == part.scale.flat[0]).all() and len(part.scale) == 1:
                factor = part.scale.flat[0]
                return f"{'' if factor == 1.0 else f'{factor:g}·'}Σ {column}"
            return f"C[{shape_text(part.scale.shape)}] @ {column}"
        minus = "−" if part.scale is not None and (part.scale < 0).all() else ""
        if squares(part):
            return f"{minus}Σ w²[{part.weight.size}]"
        return f"{minus}{self.names.weight(part.weight)} @ {column}"

    def _terms(self, instruction: Terms) -> str:
        second = instruction.second
        assert second.index is not None
        count = len(second.index)
        if count > FEW:
            text = self._operand(second)
            if instruction.first is not None:
                text = f"{self._operand(instruction.first)} · {text}"
            return f"Σ over {count} of {text}"
        return "".join(self._term(instruction, k) for k in range(count))

    def _term(self, instruction: Terms, k: int) -> str:
        first, second = instruction.first, instruction.second
        assert second.index is not None
        text = self.names.at(second.space, second.index[k])
        if first is not None and first.index is not None:
            text = f"{self.names.at(first.space, first.index[k])} · {text}"
        return _term(text, None if instruction.scale is None else instruction.scale[k], k == 0)

    def _elementwise(self, instruction: Elementwise) -> str:
        inputs = [self._operand(operand) for operand in instruction.operands]
        sign = OPS[instruction.operation].sign
        if sign and len(inputs) == 2:
            return f"{inputs[0]} {sign} {inputs[1]}"
        return f"{instruction.operation}({', '.join(inputs)})"

    def _tape(self, tape: Tape) -> str:
        """How often each operation, and what they begin with."""
        often = np.bincount(tape.code, minlength=len(tape.names)).tolist()
        steps = ", ".join(f"{n} {name}" for name, n in zip(tape.names, often))
        given = [
            self.names.at(space, rows[rows < len(self.plan.order)] if space == STATIC else rows)
            for space, rows in outside(tape)
            if space != STATIC or rows[0] < len(self.plan.order)
        ]
        return f"one by one: {steps}; of {', '.join(given) or 'numbers'}"

    def _operand(self, operand: Operand) -> str:
        if operand.index is not None:
            return self.names.at(operand.space, operand.index)
        assert operand.number is not None
        return f"{operand.number[0]:g}" if len(operand.number) == 1 else "constants"

    def _matrices(self, operand: Operand) -> str:
        assert operand.index is not None
        return f"{self._operand(operand)}[{shape_text(operand.index.shape)}]"

    def _table(self, instruction: Select) -> str:
        candidates = instruction.candidates
        assert candidates.index is not None
        if candidates.space == STATIC:
            name = self.names.layer(candidates.index.ravel()) or "table"
            return f"{name}[{candidates.index.shape[1]}×{len(candidates.index)}]"
        return self._operand(candidates)


def _term(text: str, scale: Array | None, first: bool) -> str:
    """A term times its scale, with the sign that stands before every term but a positive first one."""
    scaled = f"{factor(scale)}{text}"
    if first:
        return scaled
    return f" − {scaled[1:]}" if scaled[0] == "−" else f" + {scaled}"


def factor(scale: Array | None) -> str:
    """What stands before a term: nothing, a sign, a number, ``c`` for different numbers."""
    if scale is None:
        return ""
    factors = scale.ravel()
    if not (factors == factors[0]).all():
        return "c · "
    amount = "" if abs(factors[0]) == 1.0 else f"{abs(factors[0]):g} · "
    return f"{'−' if factors[0] < 0 else ''}{amount}"
