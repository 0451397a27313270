"""Who writes which rows, and who reads them."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, STATIC, Instruction, Plan, indices
from autograd.compiler.read.arrays import Array

__all__ = ["owners", "sources", "users"]


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
