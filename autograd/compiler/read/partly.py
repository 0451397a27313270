"""Rows that share neither columns nor weights, as one matrix with zeros: partly connected layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.rows import Rows

__all__ = ["Filled", "filled"]

FEW, FILL = 4, 4  # so many products are no trouble; so many times the terms may be filled up


@dataclass
class Filled:
    """One matrix with zeros; the node of the number 0 stands for no connection."""

    rows: Array  # [F, 1] row numbers
    weight: Array  # [F, K] nodes
    scale: Array  # [F, K] numbers
    column: Array  # [K, 1] nodes


def filled(table: Rows, dense: list[Array], zero: int) -> tuple[list[Array], Filled | None]:
    """Make one matrix of the blocks that are single rows, if few places stay empty; and the others."""
    single = [b for b in dense if b.shape[1] == 1]
    if len(single) <= FEW:
        return dense, None
    rows = np.concatenate(single)
    terms = table.summands_of(rows[:, 0])
    row = np.repeat(np.arange(len(rows)), table.size[rows[:, 0]])
    column, at = np.unique(table.second[terms], return_inverse=True)
    place = row * len(column) + at
    if len(rows) * len(column) > FILL * len(terms) or len(np.unique(place)) < len(place):
        return dense, None
    weight = np.full(len(rows) * len(column), zero)
    scale = np.ones(len(rows) * len(column))
    weight[place], scale[place] = table.first[terms], table.scale[terms]
    shape = (len(rows), len(column))
    taken = {id(b) for b in single}
    rest = [b for b in dense if id(b) not in taken]
    return rest, Filled(rows, weight.reshape(shape), scale.reshape(shape), column[:, None])
