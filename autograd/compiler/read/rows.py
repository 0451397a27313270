"""Rows ``Σ scale · first · second + bias``, each of one kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.read.lift import Array

__all__ = ["MATRIX", "MAXIMUM", "PRODUCT", "SUM", "Rows", "split"]

# Weights times values; values times values; numbers times values; the largest of values.
MATRIX, PRODUCT, SUM, MAXIMUM = range(4)


@dataclass
class Rows:
    """Rows in topological order; terms and biases lie one row after the other."""

    node: Array  # the number of the node that a row computes
    place: Array  # in the order; the node's number times 3, plus 2
    kind: Array
    start: Array  # of its terms; one longer than the rows
    scale: Array
    first: Array  # the coefficient, -1 for none
    second: Array  # the column
    bias_start: Array
    bias_scale: Array
    bias: Array


def split(
    count: int,
    row: Array,
    scale: Array,
    first: Array,
    second: Array,
    maximum: Array,
    batched: Array,
    needs: Array,
    masked: Array,
    parameter: Array,
    biased: Array,
    bias: Array,
) -> tuple[Rows, Array, Array, Array]:
    """Make each row of one kind: what mixes matrix, product and plain terms becomes a sum of two."""
    pair = first >= 0
    # The coefficient is the static one; among static ones the parameter.
    swap = pair & (
        (batched[first] & ~batched[second])
        | (~batched[first] & ~batched[second] & ~parameter[first] & parameter[second])
    )
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    matrix = pair & (np.where(batched[second], ~batched[first], parameter[first] | batched[row]))
    product = pair & ~matrix
    alone = ~pair & ~batched[second] & (parameter[second] | batched[row]) & ~maximum[row]
    others = np.bincount(row[~alone], minlength=count)
    alone_count = np.bincount(row[alone], minlength=count)
    is_bias = alone & (batched[row] | ((others[row] > 0) & (alone_count[row] <= 2)))
    is_bias &= batched[row] | (scale == 1.0)
    plain = ~pair & ~is_bias

    has_matrix, has_product, has_plain = (
        np.bincount(row[kind], minlength=count) > 0 for kind in (matrix, product, plain)
    )
    mixed = has_matrix.astype(int) + has_product + has_plain > 1
    parts = []  # (mask over the terms, the rows whose terms they are)
    target = row.copy()
    bias_target = np.arange(count)
    for kind, has in ((matrix, has_matrix), (product, has_product)):
        roots = np.flatnonzero(mixed & has)
        name = np.full(len(bias_target), -1)
        name[roots] = count + np.arange(len(roots))
        count += len(roots)
        moved = kind & (name[row] >= 0)
        target[moved] = name[row[moved]]
        if kind is matrix:
            bias_target[roots] = name[roots]
        parts.append(roots)
    extra = np.concatenate(parts)
    batched, needs, masked = (
        np.concatenate([property, property[extra]]) for property in (batched, needs, masked)
    )

    made = np.arange(count - len(extra), count)
    terms = ~is_bias
    all_rows = np.concatenate([target[terms], extra])
    place = np.arange(count) * 3 + 2  # a part stands just before the row that it is a part of
    place[made] = extra * 3 + (np.arange(len(extra)) >= len(parts[0]))
    key = place[all_rows]
    order = np.argsort(key, kind="stable")
    all_rows, key = all_rows[order], key[order]
    begin = np.flatnonzero(np.diff(key, prepend=-1))
    node = all_rows[begin]
    start = np.append(begin, len(all_rows))

    kinds = np.where(matrix, MATRIX, np.where(product, PRODUCT, SUM))
    kinds = np.where(maximum[row], MAXIMUM, kinds)
    kinds = np.concatenate([kinds[terms], np.full(len(extra), SUM)])[order]
    b_row = np.concatenate([bias_target[row[is_bias]], bias_target[biased]])
    b_node = np.concatenate([second[is_bias], bias])
    b_scale = np.concatenate([scale[is_bias], np.ones(len(bias))])
    at = np.full(count, -1)
    at[node] = np.arange(len(node))
    b_order = np.argsort(at[b_row], kind="stable")
    b_start = np.searchsorted(at[b_row][b_order], np.arange(len(node) + 1))
    return (
        Rows(
            node, key[begin], kinds[begin], start,
            np.concatenate([scale[terms], np.ones(len(extra))])[order],
            np.concatenate([first[terms], np.full(len(extra), -1)])[order],
            np.concatenate([second[terms], made])[order],
            b_start, b_scale[b_order], b_node[b_order],
        ),
        batched,
        needs,
        masked,
    )  # fmt: skip
