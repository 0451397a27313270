"""Rows that share neither columns nor weights, as one matrix with zeros: partly connected layers."""

from __future__ import annotations

import numpy as np

from autograd.compiler.read.lift import Array
from autograd.compiler.read.rows import Rows

__all__ = ["filled"]

FEW, FILL = 4, 4  # so many products are no trouble; so many times the terms may be filled up


def filled(
    table: Rows, blocks: list[Array], zero: int
) -> tuple[list[Array], tuple[Array, Array, Array, Array] | None]:
    """The blocks that stay; for the others, which are single rows, one matrix: rows [F, 1], weights
    [F, K], scales [F, K] and columns [K, 1]. The node ``zero`` stands for no connection."""
    single = [
        b for b in blocks if b.shape[1] == 1 and table.start[b[0, 0] + 1] - table.start[b[0, 0]] > 1
    ]
    if len(single) <= FEW:
        return blocks, None
    rows = np.concatenate(single)
    start, end = table.start[rows[:, 0]], table.start[rows[:, 0] + 1]
    terms = np.concatenate([np.arange(s, e) for s, e in zip(start, end)])
    row = np.repeat(np.arange(len(rows)), end - start)
    column, at = np.unique(table.second[terms], return_inverse=True)
    place = row * len(column) + at
    if len(rows) * len(column) > FILL * len(terms) or len(np.unique(place)) < len(place):
        return blocks, None
    weight = np.full(len(rows) * len(column), zero)
    scale = np.ones(len(rows) * len(column))
    weight[place], scale[place] = table.first[terms], table.scale[terms]
    shape = (len(rows), len(column))
    taken = {id(b) for b in single}
    rest = [b for b in blocks if id(b) not in taken]
    return rest, (rows, weight.reshape(shape), scale.reshape(shape), column[:, None])
