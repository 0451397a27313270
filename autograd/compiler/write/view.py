"""A plan as a listing shows it: small layers as matrices, functions in the line of their layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd.compiler.plan.instructions import (
    STATIC,
    Bias,
    Elementwise,
    Instruction,
    Matrix,
    Part,
    Plan,
    Terms,
)
from autograd.compiler.plan.uses import owners, sources, users
from autograd.compiler.read.arrays import Array

__all__ = ["inlined", "shown"]


def shown(plan: Plan, names: list[str]) -> Plan:
    """The same plan for a reader: a layer too small for a product is a product all the same."""
    return replace(plan, instructions=[_as_matrix(plan, names, i) for i in plan.instructions])


def _as_matrix(plan: Plan, names: list[str], instruction: Instruction) -> Instruction:
    """Terms of parameters as a Matrix, if all rows read the same inputs, or all have the same weights;
    others as they are."""
    if not isinstance(instruction, Terms) or instruction.first is None:
        return instruction
    first, second, scale = instruction.first, instruction.second, instruction.scale
    if first.space != STATIC or first.index is None or second.index is None:
        return instruction
    weight, column, node = first.index.T, second.index[:, :1], instruction.node[:, None]
    biases = instruction.biases
    if _uniform(first.index) and len(weight) > 1 and (scale is None or _uniform(scale)):
        weight, column, node = weight[:1], second.index, node.T
        scale = None if scale is None else scale[:, :1]
        biases = [_across(bias) for bias in biases]
    elif not _uniform(second.index):
        return instruction
    if (
        weight.max() >= len(plan.order)
        or len(np.unique(weight)) < weight.size
        or not _by_layer(plan, names, weight)
    ):
        return instruction
    part = Part(second.space, column, weight, None if scale is None else scale.T)
    return Matrix(instruction.batched, instruction.needs, instruction.start, node, [part], biases)


def _uniform(table: Array) -> bool:
    """Whether all columns are the same."""
    return bool((table == table[:, :1]).all())


def _across(bias: Bias) -> Bias:
    """Of rows that lie side by side now: one bias for all, if they have the same."""
    index, scale = bias.index.T, None if bias.scale is None else bias.scale.T
    if _uniform(index) and (scale is None or _uniform(scale)):
        return Bias(index[:, :1], None if scale is None else scale[:, :1])
    return Bias(index, scale)


def _by_layer(plan: Plan, names: list[str], weight: Array) -> bool:
    """Whether these parameters have no names of their own, or come from a module: ``layers.0.…``."""
    found = [names[i] if i < len(names) else "" for i in plan.order[weight.ravel()].tolist()]
    return weight.size > 1 and all(not name or "." in name for name in found)


def inlined(plan: Plan) -> dict[int, int]:
    """For functions of a whole layer that nothing else uses: that layer's number."""
    owner = owners(plan)
    found = [sources(owner, instruction) for instruction in plan.instructions]
    used = users(plan)
    inside = {}
    for number, instruction in enumerate(plan.instructions):
        if isinstance(instruction, Elementwise) and len(instruction.operands) == 1:
            (source, *others) = found[number] or [-1]
            layer = source >= 0 and not others and isinstance(plan.instructions[source], Matrix)
            if layer and used[source] == {number}:
                inside[number] = source
    return inside
