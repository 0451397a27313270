"""Common factors: w₁·x₁·y + w₂·x₂·y becomes (w₁·x₁ + w₂·x₂)·y, so that xᵀ W y is a matrix product.

A loop over pairs makes a product w·x of its own for each; those that meet the same y in one sum are
the row of a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.factor import mixed
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.rows import Kind, Rows, starts
from autograd.compiler.read.simplify.merge import merge

__all__ = ["factor_out"]


def factor_out(fused: Fused) -> Fused:
    """Put together what is multiplied with the same.

    Takes rows and operations.
    Finds, in sums of products, products of a weight that only this sum uses, by the other factor.
    Gives back rows in which each other factor occurs once.
    """
    single = _single(fused)
    if not single.any():
        return fused
    fused = merge(fused, single)  # the other factors may be equal, if only they are compared
    rows = fused.rows
    found = _candidates(fused, _single(fused))
    order = np.lexsort((rows.place[found.of], found.key))
    key = found.key[order]
    last = np.append(key[1:] != key[:-1], True)  # of those that go together, the one that stays
    if last.all():
        return fused
    stays = order[last][np.searchsorted(np.flatnonzero(last), np.arange(len(key)))]
    moved = np.flatnonzero(~last)
    row = np.repeat(np.arange(len(rows.node)), rows.size)
    row[rows.start[found.of[order[moved]]]] = found.of[stays[moved]]
    row[found.summand[order[moved]]] = -1
    return replace(fused, rows=_regrouped(rows, row))


@dataclass
class _Candidates:
    """Summands u·y where u is a product by itself: [c] is one entry for each."""

    summand: Array  # [c] its number
    of: Array  # [c] the row number of u
    key: Array  # [c] equal where row, scale and y are


def _single(fused: Fused) -> Array:
    """[n] Whether a node is a weight times a value, used once, by a sum."""
    rows, nodes = fused.rows, fused.nodes
    like = (rows.kind == Kind.MATRIX) & (rows.size == 1) & (rows.bias_count == 0)
    like &= ~nodes.masked[rows.node]
    single = np.zeros(len(nodes), dtype=bool)
    if not like.any():
        return single
    single[rows.node[like]] = True
    uses = np.bincount(rows.second, minlength=len(nodes))
    uses += np.bincount(rows.first[rows.first >= 0], minlength=len(nodes))
    single &= uses == 1
    for other in _others(fused):
        single[other] = False
    return single


def _others(fused: Fused) -> list[Array]:
    """What is used otherwise than in a row's products."""
    graph, operations = fused.graph, fused.operations
    operands = [x[operations] for x in (graph.a, graph.b)]
    more = [x for i in graph.more for x in graph.more[i] if type(x) is int]
    return [
        fused.rows.bias, *(x[x >= 0] for x in operands),
        np.array([*more, *fused.roots], dtype=np.int64),
    ]  # fmt: skip


def _candidates(fused: Fused, single: Array) -> _Candidates:
    rows, nodes = fused.rows, fused.nodes
    row = np.repeat(np.arange(len(rows.node)), rows.size)
    first, second = rows.first, rows.second
    sums = (rows.kind == Kind.PRODUCT) & ~nodes.masked[rows.node]
    pair = np.flatnonzero(sums[row] & (single[first] | single[second]))
    row, first, second = row[pair], first[pair], second[pair]
    swap = ~single[first]
    inner, other = np.where(swap, second, first), np.where(swap, first, second)
    at = np.full(len(nodes), -1)
    at[rows.node] = np.arange(len(rows.node))
    scale = rows.scale[pair].view(np.int64)
    return _Candidates(pair, at[inner], mixed(row, other, scale, nodes.needs[inner]))


def _regrouped(rows: Rows, row: Array) -> Rows:
    """Each summand in the row that is said, −1 for none; rows that are empty then are none."""
    order = np.argsort(row, kind="stable")[np.count_nonzero(row < 0) :]
    size = np.bincount(row[order], minlength=len(rows.node))
    keep = size > 0
    bias = np.repeat(keep, rows.bias_count)
    return Rows(
        rows.node[keep], rows.place[keep], rows.kind[keep], starts(size[keep]), rows.scale[order],
        rows.first[order], rows.second[order], starts(rows.bias_count[keep]),
        rows.bias_scale[bias], rows.bias[bias],
    )  # fmt: skip
