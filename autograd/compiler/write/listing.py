"""A program in the notation of the lectures: ``hidden[16] = W[16×784] @ x + b``."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import numpy as np

from autograd import ops
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
from autograd.compiler.write.names import Names
from autograd.compiler.write.parameters import shape_text, squares
from autograd.compiler.write.view import inlined, shown
from autograd.formulas.formula import Formula
from autograd.ops import OPS
from autograd.text.format import plural

__all__ = ["Named", "all_of", "factor", "listing", "named", "wrapped"]

FEW = 4  # longer sums are written with a Σ
WIDTH = 80  # columns


def listing(plan: Plan, names: list[str], inputs: list[str], results: list[str]) -> str:
    """One line an instruction, after a line that says what is given and what comes out."""
    found = named(plan, names, inputs)
    plan, lines = found.plan, found.lines
    given = " ".join(f"{name}[{n}]" for name, n in zip(found.names.inputs, plan.arguments))
    width = max([len(left) for left, _ in lines], default=0)
    returned = [found.names.at(space, np.array([row])) for space, row in plan.outputs]
    if len(results) == len(returned):
        returned = [f"{name} = {row}" for name, row in zip(results, returned)]
    outputs = ", ".join(returned)
    head = [f"given {given}, for each sample"] if given else []
    counts = (len(plan.order), "parameter"), (len(plan.instructions), "instruction")
    head.append(", ".join(plural(*count) for count in counts))
    body = [wrapped(f"{left:<{width}} = ", right) for left, right in lines]
    return "\n".join([*head, *body, wrapped("returns ", outputs)])


def wrapped(left: str, right: str) -> str:
    """A line of at most 80 columns if it has spaces; what goes on stands below the right side."""
    room = max(WIDTH - len(left), WIDTH // 3)
    lines = textwrap.wrap(right, room, break_long_words=False, break_on_hyphens=False)
    return f"{left}{f'{chr(10)}{chr(32) * len(left)}'.join(lines)}"


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


def named(plan: Plan, parameters: list[str], inputs: list[str]) -> Named:
    """Name the results of a plan; a function of a whole layer stands in that layer's line."""
    plan = shown(plan, parameters)
    names, inside = Names(plan, parameters, inputs), inlined(plan)
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
        shape = plan.instructions[number if layer is None else layer].node.shape
        names.keep(instruction, name, shape)
        called.append(name)
        if number in layers:
            waiting[number] = name, text
        else:
            lines.append((f"{name}[{shape_text(shape)}]", text))
    return Named(plan, names, called, inside, lines)


class _Line:
    """The right side of a line: what an instruction computes."""

    def __init__(self, plan: Plan, names: Names) -> None:
        self.plan, self.names = plan, names

    def text(self, instruction: Instruction) -> str:
        if isinstance(instruction, Matrix):
            parts = " + ".join(self._part(part) for part in instruction.parts)
            return parts + "".join(_term(*bias, False) for bias in self._biases(instruction))
        if isinstance(instruction, Terms):
            return _summed([*self._terms(instruction), *self._biases(instruction)])
        return self._other(instruction)

    def _biases(self, instruction: Matrix | Terms) -> list[tuple[str, Array | None]]:
        return [(self.names.bias(bias.index), bias.scale) for bias in instruction.biases]

    def _other(self, instruction: Instruction) -> str:
        """What is no sum."""
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
                return f"{factor(part.scale)}Σ {column}"
            return f"C[{shape_text(part.scale.shape)}] @ {column}"
        minus = "−" if part.scale is not None and (part.scale < 0).all() else ""
        if squares(part):
            return f"{minus}Σ w²[{part.weight.size}]"
        return f"{minus}{self.names.parameters.weight(part.weight)} @ {column}"

    def _terms(self, instruction: Terms) -> list[tuple[str, Array | None]]:
        """Each term and its scale; of many, or of all that a result has, one for all."""
        second, scale = instruction.second, instruction.scale
        assert second.index is not None
        count = len(second.index)
        if count > FEW:
            text = self._operand(second)
            if instruction.first is not None:
                text = f"{self._operand(instruction.first)} · {text}"
            scales = np.ones(1) if scale is None else np.unique(scale[scale != 0.0])  # 0 fills up
            if len(scales) == 1:
                return [(f"Σ over {count} of {text}", scales)]
            return [(f"Σ over {count} of c · {text}", None)]
        if name := all_of(self.names, instruction):
            return [(f"Σ {name}", scale)]
        return [
            (self._term(instruction, k), None if scale is None else scale[k]) for k in range(count)
        ]

    def _term(self, instruction: Terms, k: int) -> str:
        first, second = instruction.first, instruction.second
        assert second.index is not None
        text = self.names.at(second.space, second.index[k])
        if first is not None and first.index is not None:
            return f"{self.names.at(first.space, first.index[k])} · {text}"
        return text

    def _elementwise(self, instruction: Elementwise) -> str:
        inputs = [self._operand(operand) for operand in instruction.operands]
        sign = OPS[instruction.operation].sign
        if instruction.operation == ops.POW.name:
            number = instruction.operands[1].number
            if number is not None and len(number) == 1:
                return str(Formula(inputs[0]) ** float(number[0]))
        if instruction.operation == ops.IDENTITY.name and not instruction.needs:
            return f"stop_gradient({inputs[0]})"
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
        name, shape = self.names.table(candidates.space, candidates.index), candidates.index.shape
        return f"{name}[{shape[1]}×{shape[0]}]" if candidates.space == STATIC else name


def all_of(names: Names, terms: Terms) -> str:
    """The result, or the slice of one, that a sum adds up with one factor; "" for other sums."""
    index, scale = terms.second.index, terms.scale
    assert index is not None
    if terms.first is not None or 1 in index.shape[:1] or index.shape[1] > 1:
        return ""
    if scale is not None and (scale != scale[0]).any():
        return ""
    name = names.at(terms.second.space, np.sort(index.ravel()))
    return "" if name.startswith(("of(", "(")) else name


def _summed(terms: list[tuple[str, Array | None]]) -> str:
    """Terms one after the other, one without a minus in front; before them a factor that all have."""
    first = next((k for k, (_, scale) in enumerate(terms) if factor(scale)[:1] != "−"), 0)
    terms = [terms[first], *terms[:first], *terms[first + 1 :]]
    common = {factor(scale) for _, scale in terms}
    if len(terms) > 2 and len(common) == 1 and (shared := common.pop()) not in ("", "−", "c · "):
        return f"{shared}({_summed([(text, None) for text, _ in terms])})"
    return "".join(_term(*term, k == 0) for k, term in enumerate(terms))


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
