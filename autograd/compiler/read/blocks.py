"""From groups to blocks: what is one matrix, what is a product of two computed ones, what is few terms.

Nothing here depends on where numbers are stored: a block says which nodes meet, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.errors import TraceError
from autograd.compiler.read.arrays import OPERATIONS, Array
from autograd.compiler.read.attention import outer
from autograd.compiler.read.factor import Hashes, factor
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.groups import Group, groups
from autograd.compiler.read.partly import filled
from autograd.compiler.read.rows import Kind, Rows
from autograd.compiler.select import DETACH, SELECT

__all__ = [
    "Block", "ElementwiseBlock", "LargestBlock", "MatrixBlock", "Operands", "ProductsBlock",
    "SelectBlock", "TermsBlock", "blocks",
]  # fmt: skip


@dataclass
class Block:
    """What one instruction will compute, of a group."""

    group: Group


@dataclass
class MatrixBlock(Block):
    """out[f, p] = Σₖ scale[f, k] · weight[f, k] · column[k, p]."""

    rows: Array  # [F, P] row numbers
    column: Array  # [K, P] nodes
    weight: Array | None  # [F, K] nodes; None in sums
    scale: Array  # [F, K] numbers


@dataclass
class TermsBlock(Block):
    """out[r] = Σₖ scale[k, r] · first[k, r] · second[k, r]; short rows are filled up with 0 · 0."""

    rows: Array  # [R] row numbers
    first: Array | None  # [K, R] nodes; None in sums
    second: Array  # [K, R] nodes
    scale: Array | None  # [K, R] numbers; None where all are 1


@dataclass
class ProductsBlock(Block):
    """out[g] = first[g] @ second[g], of computed matrices."""

    rows: Array  # [G, M, N] row numbers, -1 for a place that no row asks for
    first: Array  # [G, M, K] nodes
    second: Array  # [G, K, N] nodes


@dataclass
class LargestBlock(Block):
    """out[r] = the largest of column[:, r]."""

    rows: Array  # [R] row numbers
    column: Array  # [K, R] nodes


@dataclass
class Operands:
    """One operand of each of several operations: nodes, or numbers."""

    node: Array | None  # [R]
    number: Array | None  # [R]


@dataclass
class ElementwiseBlock(Block):
    """An operation of the table."""

    node: Array  # [R] what is computed
    operation: str
    operands: list[Operands]


@dataclass
class SelectBlock(Block):
    """out[r] = candidates[r] at the whole number in an input's column."""

    node: Array  # [R] what is computed
    candidates: Array  # [R, V] nodes
    batched: bool  # whether these have numbers of their own for each sample
    argument: int  # which of the program's
    column: Array  # [R] columns of that argument


def blocks(fused: Fused) -> list[Block]:
    """Decide how each group is computed.

    Takes rows and operations.
    Finds the groups, and in each what shares its columns, its weights or its length.
    Gives back blocks in an order in which they can run.
    """
    hashes = Hashes(fused.rows)
    ways: dict[Kind, Callable[[Group], Iterable[Block]]] = {
        Kind.MATRIX: lambda group: _sums(fused, hashes, group),
        Kind.SUM: lambda group: _sums(fused, hashes, group),
        Kind.PRODUCT: lambda group: _products(fused, group),
        Kind.MAXIMUM: lambda group: _largest(fused.rows, group),
        Kind.OPERATION: lambda group: _operations(fused, group),
    }
    return [block for group in groups(fused, hashes) for block in ways[group.kind](group)]


# Sums ---------------------------------------------------------------------------------------------

FEW = 4  # so many summands or rows are no matrix
SHORT = 8  # so many summands are one, for however few rows
RAGGED = 64  # plain sums of different lengths up to this one go together


def _sums(fused: Fused, hashes: Hashes, group: Group) -> Iterator[Block]:
    table = fused.rows
    dense = factor(group.members, hashes)
    if group.kind == Kind.MATRIX and len(dense) > FEW and _of_parameters(fused, group):
        yield from _products(fused, group)  # of one table with another
        return
    if group.kind == Kind.MATRIX and not group.masked:
        dense, matrix = filled(table, dense, fused.zero)
        if matrix is not None:
            yield MatrixBlock(group, matrix.rows, matrix.column, matrix.weight, matrix.scale)
    ragged = group.kind == Kind.SUM and sum(len(rows) == 1 for rows in dense) > 2
    small = []
    for rows in dense:
        if group.masked or _is_small(group.kind, rows, int(table.size[rows[0, 0]]), ragged):
            small.append(rows.ravel())
        else:
            yield _matrix(table, group, rows)
    if small:
        yield from _terms(fused, group, np.sort(np.concatenate(small)))


def _of_parameters(fused: Fused, group: Group) -> bool:
    """Whether all columns are parameters, as all coefficients are."""
    table = fused.rows
    columns = table.second[table.summands_of(group.members)]
    return not group.batched and bool(fused.nodes.parameter[columns].all())


def _is_small(kind: Kind, rows: Array, k: int, ragged: bool) -> bool:
    """Whether rows [F, P] of k summands are no work for a matrix product."""
    f, p = rows.shape
    few = f * p < FEW and k < SHORT
    if kind == Kind.SUM:
        return k <= FEW or few or (ragged and f == 1 and k <= RAGGED)
    return f < 2 if k == 1 else few


def _matrix(table: Rows, group: Group, rows: Array) -> MatrixBlock:
    start = table.start[rows]
    k = np.arange(int(table.size[rows[0, 0]]))
    return MatrixBlock(
        group,
        rows,
        column=table.second[start[0][None, :] + k[:, None]],
        weight=None if group.kind == Kind.SUM else table.first[start[:, :1] + k],
        scale=table.scale[start[:, :1] + k],
    )


def _terms(fused: Fused, group: Group, members: Array) -> Iterator[TermsBlock]:
    """Rows of about equal length, the shorter ones filled up with 0 · 0."""
    table = fused.rows
    for rows in _by_length(members, table.size[members]):
        start, length = table.start[rows], table.size[rows]
        k = np.arange(int(length.max()))[:, None]
        real = k < length
        at = np.where(real, start + k, 0)
        first = None if group.kind == Kind.SUM else np.where(real, table.first[at], fused.zero)
        ones = first is not None and bool((table.scale[at][real] == 1.0).all())
        yield TermsBlock(
            group,
            rows,
            first,
            np.where(real, table.second[at], fused.zero),
            None if ones else np.where(real, table.scale[at], 0.0),
        )


def _products(fused: Fused, group: Group) -> Iterator[Block]:
    """Products of two computed matrices where there are some, other terms else."""
    rest = group.members
    if not group.masked and not np.any(fused.rows.bias_count[rest]):
        found, rest = outer(fused.rows, rest, fused.zero)
        for product in found:
            yield ProductsBlock(group, product.rows, product.first, product.second)
    if len(rest):
        yield from _terms(fused, group, rest)


def _largest(table: Rows, group: Group) -> Iterator[LargestBlock]:
    size = table.size[group.members]
    # Where a gradient flows, a copy of a column would share in it: only equal lengths go together.
    split = (_by_exact_length if group.needs else _by_length)(group.members, size)
    for rows in split:
        length = table.size[rows]
        k = np.minimum(np.arange(int(length.max()))[:, None], length - 1)
        yield LargestBlock(group, rows, table.second[table.start[rows] + k])


def _by_exact_length(rows: Array, size: Array) -> Iterable[Array]:
    return [rows[size == k] for k in np.unique(size)]


def _by_length(rows: Array, size: Array) -> Iterable[Array]:
    """Rows to be filled up to one length: all, if that about doubles them, else by powers of two."""
    if len(rows) * int(size.max()) <= 2.2 * size.sum():
        return [rows]
    bucket = np.where(size <= FEW, size, FEW + np.ceil(np.log2(np.maximum(size, 1))))
    return [rows[bucket == b] for b in np.unique(bucket)]


# Operations ---------------------------------------------------------------------------------------


def _operations(fused: Fused, group: Group) -> Iterable[Block]:
    graph, nodes = fused.graph, group.members
    op = OPERATIONS[group.code]
    assert op is not None
    if op is SELECT:
        return _selections(fused, group)
    if nodes[0] in graph.more:
        operands = [
            Operands(np.array(column), None)
            if type(column[0]) is int
            else Operands(None, np.array(column))
            for column in zip(*(graph.more[i] for i in nodes.tolist()))
        ]
    else:
        operands = [
            Operands(None, number[nodes]) if node[nodes[0]] < 0 else Operands(node[nodes], None)
            for node, number in ((graph.a, graph.ca), (graph.b, graph.cb))[: op.arity]
        ]
    name = ops.IDENTITY.name if op is DETACH else op.name
    return [ElementwiseBlock(group, nodes, name, operands)]


def _selections(fused: Fused, group: Group) -> Iterator[SelectBlock]:
    more, nodes = fused.graph.more, fused.nodes
    found: dict[tuple[int, int, bool], list[int]] = {}
    for node in group.members.tolist():
        index, *candidates = more[node]
        batched = bool(nodes.batched[candidates].any())
        found.setdefault((index.argument, len(candidates), batched), []).append(node)
    for (argument, _, batched), members in found.items():
        table = np.array([more[i][1:] for i in members])
        if (batched & ~nodes.batched[table] & ~nodes.constant[table]).any():
            raise TraceError(
                "select() chooses either from values that depend on the inputs or from values "
                "that do not; multiply the others by an input that is always 1.0"
            )
        column = np.array([more[i][0].column for i in members])
        yield SelectBlock(group, np.array(members), table, batched, argument, column)
