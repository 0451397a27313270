"""Who writes which rows, and who reads them."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Instruction,
    Matrix,
    Plan,
    indices,
    operands,
)
from autograd.compiler.read.arrays import Array

__all__ = ["batched_uses", "owners", "sources", "static_uses", "users"]


def users(plan: Plan) -> dict[int, set[int]]:
    """Of each instruction that is used, by number, those that read it; −1 is the caller."""
    owner = owners(plan)
    found: dict[int, set[int]] = {}
    for number, instruction in enumerate(plan.instructions):
        for source in sources(owner, instruction):
            found.setdefault(source, set()).add(number)
    for space, row in plan.outputs:
        found.setdefault(int(owner[space][row]), set()).add(-1)
    return found


def owners(plan: Plan) -> dict[int, Array]:
    """By space, [rows]: the number of the instruction that writes each row, −1 if none does."""
    owner = {STATIC: np.full(plan.static_size, -1), BATCHED: np.full(plan.batched_size, -1)}
    for number, instruction in enumerate(plan.instructions):
        owner[instruction.space][instruction.start : instruction.start + instruction.count] = number
    return owner


def sources(owner: dict[int, Array], instruction: Instruction) -> list[int]:
    """The numbers of the instructions whose results this one reads; −1 among them for what is given."""
    found = {-1} if any(space not in owner for space, _ in indices(instruction)) else set()
    for space, index in indices(instruction):
        if space in owner:
            found |= set(np.unique(owner[space][index]).tolist())
    return sorted(found)


def static_uses(instruction: Instruction) -> list[Array]:
    """The nodes that an instruction of a `Draft` reads in the static vector, flat."""
    found = []
    for part in instruction.parts if isinstance(instruction, Matrix) else ():
        if part.weight is not None:
            found.append(part.weight.ravel())
        if not instruction.batched:
            found.append(part.column.ravel())
    for operand in operands(instruction):
        if operand.space == STATIC and operand.index is not None:
            found.append(operand.index.ravel())
    for bias in getattr(instruction, "biases", ()):
        found.append(bias.index.ravel())
    return found


def batched_uses(instruction: Instruction) -> list[Array]:
    """The nodes that an instruction of a `Draft` reads of each sample, flat."""
    found = []
    for part in (
        instruction.parts if isinstance(instruction, Matrix) and instruction.batched else ()
    ):
        found.append(part.column.ravel())
    for operand in operands(instruction):
        if operand.space == BATCHED and operand.index is not None:
            found.append(operand.index.ravel())
    return found
