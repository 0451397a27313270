"""What each line of the reverse pass gets: the right side, in the notation of the lectures."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import (
    Contribution,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Products,
    Tape,
    Terms,
)
from autograd.compiler.plan.softmax import CrossEntropy
from autograd.compiler.write.listing import Named, factor
from autograd.compiler.write.parameters import shape_text
from autograd.formulas.formula import Formula, formula
from autograd.ops import OPS, Binding

__all__ = ["Shares", "summed"]


class Shares:
    """What an instruction passes to one of its inputs, as text over the names of a program."""

    def __init__(self, found: Named) -> None:
        self.found, self.names = found, found.names

    def gradient(self, number: int) -> str:
        """The gradient of an instruction's result."""
        return f"∂{self.found.called[number]}"

    def column(self, part: Part, g: str) -> str:
        """What a matrix passes to what it was multiplied with, from its result's gradient ``g``."""
        if part.weight is not None:
            name = self.names.parameters.weight(part.weight).partition("[")[0]
            return f"{factor(part.scale)}{name}ᵀ @ {g}"
        assert part.scale is not None
        if len(part.scale) == 1:  # a sum: each term gets the whole
            return f"{factor(part.scale)}{g}"
        return f"C[{shape_text(part.scale.shape)}]ᵀ @ {g}"

    def bias(self, instruction: Matrix | Terms, entry: Contribution, g: str) -> str:
        """What a sum passes to its biases, likewise."""
        bias = instruction.biases[entry.place]
        summed = instruction.batched or bias.index.size < instruction.count
        return f"{factor(bias.scale)}{'Σ ' if summed else ''}{g}"

    def right(self, number: int, instruction: Instruction, entry: Contribution, left: str) -> str:
        """What any other instruction passes on, to the gradient ``left``."""
        g = self.gradient(number)
        if isinstance(instruction, Terms):
            if entry.to == "bias":
                return self.bias(instruction, entry, g)
            return self._term(instruction, entry, g)
        if isinstance(instruction, Elementwise):
            slope = self._slope(number, instruction, entry.place)
            if number in self.found.inside:
                return slope.within(Binding.ATOM)
            return _times(g, slope, instruction.count)
        if isinstance(instruction, Products):
            first, second = (self._operand(o) for o in (instruction.first, instruction.second))
            return f"{g} @ {second}ᵀ" if entry.to == "first" else f"{first}ᵀ @ {g}"
        if isinstance(instruction, Tape):
            name = self.found.called[number]
            return f"{g} · ∂{name}/{left.partition('[')[0]}, one by one"
        if isinstance(instruction, Largest):
            return f"{g} where {self._operand(instruction.second)} = {self.found.called[number]}"
        return g

    def _term(self, terms: Terms, entry: Contribution, g: str) -> str:
        """scale · the other factor · ∂out"""
        k = slice(None) if entry.term < 0 else entry.term
        scale = factor(None if terms.scale is None else terms.scale[k])
        other = terms.second if entry.to == "first" else terms.first
        if other is None or other.index is None:
            return f"{scale}{g}"
        name = self.names.at(other.space, other.index[k])
        return f"{scale}{g} {'·' if terms.count == 1 else '∘'} {name}"

    def _operand(self, operand: Operand) -> str:
        assert operand.index is not None
        return self.names.at(operand.space, operand.index)

    def _slope(self, number: int, instruction: Elementwise, place: int) -> Formula:
        """The local derivative, by the rule in the table run on the names."""
        op, out = OPS[instruction.operation], Formula(self.found.called[number])
        if op.name == "relu":  # it is positive where what it was applied to is
            return Formula(f"{out} > 0", Binding.COMPARISON)
        inputs: list[Any]
        if number in self.found.inside:
            inputs = [Formula(_HIDDEN)]
        else:
            inputs = [self._input(operand) for operand in instruction.operands]
        try:
            found = formula(op.partials[place](*inputs, out))
        except (TypeError, AttributeError):  # math.exp, an if: a user's own operation
            return Formula(f"{op.name}′")
        return Formula(f"{op.name}′") if _HIDDEN in found.text else found

    def _input(self, operand: Operand) -> Formula | float:
        if operand.number is None:
            return Formula(self._operand(operand))
        return float(operand.number[0]) if len(operand.number) == 1 else Formula("c")

    def cross_entropy(self, found: CrossEntropy) -> str:
        scores, wanted = self.names.at(found.space, found.scores), self.names.inputs[found.argument]
        return f"{self.gradient(found.first)} · (softmax({scores}) − onehot({wanted}))"


_HIDDEN = "\0"  # what a function of a layer was applied to has no name


def summed(share: str) -> str:
    """The sum of what comes from several places: ``Σ ∂a2 ∘ a1``, the minus before it."""
    return f"−Σ {share[1:]}" if share.startswith("−") else f"Σ {share}"


def _times(g: str, slope: Formula, count: int) -> str:
    if slope.text in ("1", "−1"):
        return f"{slope.text[:-1]}{g}"
    sign = "·" if count == 1 else "∘"
    if slope.text.startswith("−") and slope.binding >= Binding.PRODUCT:
        return f"−{g} {sign} {slope.text[1:]}"
    return f"{g} {sign} {slope.within(Binding.PRODUCT)}"
