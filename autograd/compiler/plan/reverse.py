"""The reverse pass as a second list: which gradients an instruction adds to, and which come first.

An instruction passes the gradient of its result down to everything it read, by the chain rule:

=============  ================================  ==================================
instruction    to                                what is added
=============  ================================  ==================================
Matrix         weight, of a part                 scale ∘ (∂out @ columnᵀ)
Matrix         column, of a part                 (scale ∘ weight)ᵀ @ ∂out
Matrix, Terms  bias                              scale · ∂out, over positions
Terms          first, second                     scale · the other factor · ∂out
Products       first                             ∂out @ secondᵀ
Products       second                            firstᵀ @ ∂out
Largest        second                            ∂out where it was the largest
Elementwise    operand                           ∂out · ∂operation/∂operand
Select         candidates                        ∂out at the number that was chosen
Tape           outside, of a space               Elementwise's, from its last row to its first
=============  ================================  ==================================

What goes to a static row is summed over the samples. Gradients have the rows of the values. They are
zeros before the first run, and rows that no contribution reaches stay so. A tape adds to all it has
read at once, so nothing of that begins there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    FEW,
    INPUT,
    STATIC,
    Clear,
    Contribution,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Needs,
    Plan,
    Products,
    Reverse,
    Select,
    Tape,
    Terms,
    indices,
    outside,
)
from autograd.compiler.read.arrays import Array
from autograd.ops import OPS

__all__ = ["contributions", "needed", "parametric", "reverse", "target"]


def reverse(plan: Plan, output: int = 0) -> list[Reverse]:
    """The list for the instructions of a plan, from one of its outputs down.

    Takes a plan whose forward list is complete.
    Finds what reaches the output, and who writes each gradient first: nothing has to be zeroed.
    Gives back contributions, the last instruction's first, and `Clear` where only some rows were begun.
    """
    needs = plan.needs if output == 0 else parametric(plan)
    begun = (np.zeros(plan.static_size, dtype=bool), np.zeros(plan.batched_size, dtype=bool))
    space, row = plan.outputs[output]
    begun[space][row] = True
    found: list[Reverse] = []
    for number in range(len(plan.instructions) - 1, -1, -1):
        instruction = plan.instructions[number]
        rows = begun[instruction.space][instruction.start : instruction.start + instruction.count]
        if not rows.any() or not (instruction.needs if output == 0 else _open(instruction)):
            continue
        own: list[Reverse] = []
        for contribution in contributions(number, instruction):
            if _passive(instruction, contribution):
                continue
            space, index = target(plan, contribution)
            index = needed(needs, space, index)
            if len(index):
                own += _begin(begun[space], space, index, contribution)
        if isinstance(instruction, Tape):
            own.sort(key=lambda entry: isinstance(entry, Contribution))
        found += own
    return found


def parametric(plan: Plan) -> Needs:
    """The rows that depend on a parameter, by a way that nothing detached: what a plan needs for other
    outputs than the loss."""
    static, batched = np.zeros(plan.static_size, bool), np.zeros(plan.batched_size, bool)
    static[: len(plan.order)] = True
    spaces = {STATIC: static, BATCHED: batched}
    for i in plan.instructions:
        read = ((spaces[space], index) for space, index in indices(i) if space < INPUT)
        if _open(i) and any(rows[index].any() for rows, index in read):
            spaces[i.space][i.start : i.start + i.count] = True
    return Needs(static, batched)


def _passive(instruction: Instruction, contribution: Contribution) -> bool:
    """Whether there is no derivative by an operand at all, as by a condition."""
    if not isinstance(instruction, Elementwise):
        return False
    return contribution.place in OPS[instruction.operation].passive


def _open(instruction: Instruction) -> bool:
    """Whether a gradient may flow through it: what `detach` made is a copy that needs none."""
    copied = isinstance(instruction, Elementwise) and instruction.operation == "copy"
    return instruction.needs or not copied


def needed(needs: Needs, space: int, index: Array) -> Array:
    """The rows of an operand whose gradient somebody asks for, flat."""
    if space >= INPUT:
        return index[:0].ravel()
    flat = index.ravel()
    wanted = needs[space][flat]
    return flat if wanted.all() else flat[wanted]


def _begin(begun: Array, space: int, index: Array, contribution: Contribution) -> Iterator[Reverse]:
    """The contribution, after what it needs to find in the rows it adds to."""
    before = begun[index]
    contribution.begins = not before.any() and contribution.to != "outside"
    if not contribution.begins and not before.all():
        yield Clear(space, np.unique(index[~before]))
    begun[index] = True
    yield contribution


def contributions(number: int, instruction: Instruction) -> Iterator[Contribution]:
    """What an instruction passes down, in the order of the list: to parameters first."""
    if isinstance(instruction, Matrix):
        for k, part in enumerate(instruction.parts):
            if part.weight is not None:
                yield Contribution(number, "weight", k)
    for k in range(len(getattr(instruction, "biases", ()))):
        yield Contribution(number, "bias", k)
    if isinstance(instruction, Matrix):
        for k in range(len(instruction.parts)):
            yield Contribution(number, "column", k)
    elif isinstance(instruction, Terms):
        names = ["second"] if instruction.first is None else ["first", "second"]
        assert instruction.second.index is not None
        count = len(instruction.second.index)
        for term in range(count) if count <= FEW else [-1]:
            for name in names:
                yield Contribution(number, name, 0, term)
    elif isinstance(instruction, Elementwise):
        for k, operand in enumerate(instruction.operands):
            if operand.index is not None:
                yield Contribution(number, "operand", k)
    elif isinstance(instruction, Tape):
        for k in range(len(outside(instruction))):
            yield Contribution(number, "outside", k)
    else:
        yield from (Contribution(number, name) for name in _NAMES[type(instruction)])


_NAMES = {Products: ["first", "second"], Largest: ["second"], Select: ["candidates"]}


def target(plan: Plan, contribution: Contribution) -> tuple[int, Array]:
    """The space and the rows that a contribution adds to, in the shape of what the instruction read."""
    instruction, place = plan.instructions[contribution.of], contribution.place
    if contribution.to == "bias":
        assert isinstance(instruction, (Matrix, Terms))
        return STATIC, instruction.biases[place].index
    if isinstance(instruction, Matrix):
        part = instruction.parts[place]
        if contribution.to == "column":
            return part.space, part.column
        assert part.weight is not None
        return STATIC, part.weight
    if isinstance(instruction, Tape):
        return outside(instruction)[place]
    if isinstance(instruction, Elementwise):
        operand = instruction.operands[place]
    else:
        operand = getattr(instruction, contribution.to)
    assert operand.index is not None
    return operand.space, operand.index if contribution.term < 0 else operand.index[
        contribution.term
    ]
