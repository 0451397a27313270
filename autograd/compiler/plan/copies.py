"""Arguments that cannot be read where they lie, and have to be copied into rows."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    FEW,
    Draft,
    Elementwise,
    Instruction,
    Matrix,
    Terms,
    operands,
)
from autograd.compiler.read.arrays import Array, Graph

__all__ = ["Given", "copied"]


class Given:
    """Which nodes are inputs.

    Attributes:
        argument: [nodes] of an input its argument, -1 for other nodes.
        column: [nodes] of an input its column there, -1 likewise.
    """

    def __init__(self, graph: Graph, count: int) -> None:
        self.argument, self.column = np.full(count, -1), np.full(count, -1)
        for k, nodes in enumerate(graph.inputs):
            found = np.flatnonzero(nodes >= 0)
            self.argument[nodes[found]], self.column[nodes[found]] = k, found


def copied(draft: Draft, given: Given) -> list[int]:
    """The arguments that an instruction reads otherwise than row after row, or mixed with others."""
    found: set[int] = set()
    for instruction in draft.instructions:
        if isinstance(instruction, Matrix) and instruction.batched:
            for part in instruction.parts:
                found |= _scattered(part.column, given, runs=True)
        for operand in operands(instruction):
            if operand.space == BATCHED and operand.index is not None:
                found |= _copied_for(instruction, operand.index, given)
    return sorted(found)


def _copied_for(instruction: Instruction, index: Array, given: Given) -> set[int]:
    by_itself = isinstance(instruction, Elementwise) or (
        isinstance(instruction, Terms) and len(index) <= FEW
    )
    if not by_itself or len(np.unique(given.argument[index])) > 1:
        return set(np.unique(given.argument[index]).tolist()) - {-1}
    found: set[int] = set()
    for row in index.reshape(-1, index.shape[-1]):
        found |= _scattered(row[:, None], given, runs=False)
    return found


def _scattered(index: Array, given: Given, runs: bool) -> set[int]:
    """The arguments among nodes [K, P] that do not lie there as rows in a row.

    Args:
        runs: whether the nodes may be split where the kind of storage changes.
    """
    found = set(np.unique(given.argument[index]).tolist()) - {-1}
    if not found or index.shape[1] > 1:
        return found
    argument, column = given.argument[index[:, 0]], given.column[index[:, 0]]
    if not runs and len(np.unique(argument)) > 1:
        return found
    out = set()
    for k in found:
        own = np.flatnonzero(argument == k)
        if (np.diff(own) != 1).any() or (np.diff(column[own]) != 1).any():
            out.add(k)
    return out
