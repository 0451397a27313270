"""A plan as a listing shows it: small layers as matrices, functions in the line of their layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Elementwise,
    Instruction,
    Matrix,
    Part,
    Plan,
    Terms,
    indices,
)
from autograd.compiler.read.arrays import Array

__all__ = ["inlined", "owners", "shown", "users"]


def shown(plan: Plan, names: list[str]) -> Plan:
    """The same plan for a reader: a layer too small for a product is a product all the same."""
    return replace(plan, instructions=[_as_matrix(plan, names, i) for i in plan.instructions])


def _as_matrix(plan: Plan, names: list[str], instruction: Instruction) -> Instruction:
    """Terms of parameters with the same inputs for every row, as a Matrix; others as they are."""
    if not isinstance(instruction, Terms) or instruction.first is None:
        return instruction
    first, second, scale = instruction.first, instruction.second, instruction.scale
    if first.space != STATIC or first.index is None or second.index is None:
        return instruction
    weight, column = first.index.T, second.index[:, :1]
    if (
        weight.max() >= len(plan.order)
        or (second.index != column).any()
        or len(np.unique(weight)) < weight.size
        or not _by_layer(plan, names, weight)
    ):
        return instruction
    part = Part(second.space, column, weight, None if scale is None else scale.T)
    return Matrix(
        instruction.batched, instruction.needs, instruction.start, instruction.node[:, None],
        [part], instruction.biases,
    )  # fmt: skip


def _by_layer(plan: Plan, names: list[str], weight: Array) -> bool:
    """Whether these parameters have no names of their own, or come from a module: ``layers.0.…``."""
    found = [names[i] if i < len(names) else "" for i in plan.order[weight.ravel()].tolist()]
    return weight.size > 1 and all(not name or "." in name for name in found)


def inlined(plan: Plan) -> dict[int, int]:
    """For functions of a whole layer that nothing else uses: that layer's number."""
    owner = owners(plan)
    sources = [_sources(owner, instruction) for instruction in plan.instructions]
    used = users(plan)
    inside = {}
    for number, instruction in enumerate(plan.instructions):
        if isinstance(instruction, Elementwise) and len(instruction.operands) == 1:
            (source, *others) = sources[number] or [-1]
            layer = source >= 0 and not others and isinstance(plan.instructions[source], Matrix)
            if layer and used[source] == {number}:
                inside[number] = source
    return inside


def users(plan: Plan) -> dict[int, set[int]]:
    """Of each instruction that is used, by number, those that read it; −1 is the caller."""
    owner = owners(plan)
    found: dict[int, set[int]] = {}
    for number, instruction in enumerate(plan.instructions):
        for source in _sources(owner, instruction):
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


def _sources(owner: dict[int, Array], instruction: Instruction) -> list[int]:
    """The numbers of the instructions whose results this one reads; −1 among them for what is given."""
    found = {-1} if any(space not in owner for space, _ in indices(instruction)) else set()
    for space, index in indices(instruction):
        if space in owner:
            found |= set(np.unique(owner[space][index]).tolist())
    return sorted(found)
