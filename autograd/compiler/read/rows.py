"""Rows Σ scale · first · second + bias, each of one kind."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from autograd.compiler.read.arrays import Array

__all__ = ["Biases", "Kind", "Nodes", "Rows", "Summands", "place_of", "split", "starts"]


class Kind(IntEnum):
    """What a row is, and what runs at once."""

    MATRIX = 0  # weights times values
    PRODUCT = 1  # values times values
    SUM = 2  # numbers times values
    MAXIMUM = 3  # the largest of values
    OPERATION = 4  # any other operation: not a row


_BIAS = 5  # of a summand: it is moved to the biases of its row


@dataclass
class Summands:
    """What rows add up, ``scale · first · second``: [s] is one entry for each summand."""

    row: Array  # [s] the node whose row it is part of
    key: Array  # [s] sorts the summands of a row: twice the node that held it, and its slot there
    scale: Array  # [s] a number
    first: Array  # [s] the node of the coefficient, -1 for none
    second: Array  # [s] the node of the column

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def plain(cls, row: Array, key: Array, scale: Array, second: Array) -> Summands:
        """Summands without a coefficient."""
        return cls(row, key, scale, np.full(len(row), -1, dtype=np.int32), second)

    @classmethod
    def in_order(cls, parts: list[Summands]) -> Summands:
        """All of them, row after row, within each as they stood in the graph; ``parts`` is emptied."""
        columns = {f.name: [getattr(part, f.name) for part in parts] for f in fields(cls)}
        parts.clear()
        place = np.concatenate(columns["row"]).astype(np.int64) << 32 | np.concatenate(
            columns["key"]
        )
        order = np.argsort(place, kind="stable").astype(np.int32)
        del place
        return cls(*(np.concatenate(columns.pop(f.name))[order] for f in fields(cls)))


@dataclass
class Biases:
    """What is added to rows, ``scale · static``: [b] is one entry for each."""

    row: Array  # [b] the node whose row it is added to
    scale: Array  # [b] a number
    node: Array  # [b] a parameter, a constant or what was made of those alone


@dataclass
class Nodes:
    """What is known of nodes: of the graph, copies of roots, constants, parts of rows; [n] each."""

    batched: Array  # [n] whether it has a number of its own for each sample
    needs: Array  # [n] whether a gradient flows through it
    masked: Array  # [n] whether it is above a branch of `where`
    maximum: Array  # [n] whether its row is a maximum
    parameter: Array  # [n] whether it is trained
    constant: Array  # [n] whether it never changes

    def __len__(self) -> int:
        return len(self.batched)

    def with_parts_of(self, rows: Array) -> Nodes:
        """These, followed by a part of each of some rows."""
        return Nodes(*(np.concatenate([x, x[rows]]) for x in vars(self).values()))


@dataclass
class Rows:
    """Rows in topological order, [r] is one entry for each; summands lie row after row, [s] in all, and
    so do biases, [b] in all."""

    node: Array  # [r] the node that it computes
    place: Array  # [r] where it stands among all nodes, see `place_of`
    kind: Array  # [r] Kind
    start: Array  # [r + 1] of its summands
    scale: Array  # [s] a number
    first: Array  # [s] the node of the coefficient, -1 for none
    second: Array  # [s] the node of the column
    bias_start: Array  # [r + 1] of its biases
    bias_scale: Array  # [b] a number
    bias: Array  # [b] the node

    def __post_init__(self) -> None:
        self.size: Array = np.diff(self.start)  # [r] how many summands each has
        self.bias_count: Array = np.diff(self.bias_start)  # [r] how many biases

    def summands_of(self, rows: Array) -> Array:
        """The numbers of all summands of some rows, row after row."""
        size = self.size[rows]
        before = np.cumsum(size) - size
        numbers: Array = np.arange(size.sum()) + np.repeat(self.start[rows] - before, size)
        return numbers


def starts(size: Array) -> Array:
    """Where each of several runs begins, one after the other, and where the last one ends."""
    return np.append(0, np.cumsum(size)).astype(np.int32)


_PLACES, _ITSELF = 3, 2  # a node has three places: its matrix part, its product part, itself


def place_of(node: Array) -> Array:
    """Where nodes stand when the parts of rows stand among them, just before what they are part of."""
    place: Array = node.astype(np.int64) * _PLACES + _ITSELF
    return place


def split(summands: Summands, constants: Biases, nodes: Nodes) -> tuple[Rows, Nodes]:
    """Make each row of one kind: what mixes matrix, product and plain summands becomes a sum of two.

    Takes summands in order, the numbers that are added to rows, and what is known of nodes.
    Finds the kind of each summand, and the rows that have to be parted.
    Gives back rows, and the nodes with the parts after them.
    """
    _orient(summands, nodes)
    kind = _kinds(summands, nodes)
    parts = _part(summands.row, kind, len(nodes))
    moved = kind == _BIAS
    biases = Biases(
        np.concatenate([parts.bias_row[summands.row[moved]], parts.bias_row[constants.row]]),
        np.concatenate([summands.scale[moved], constants.scale]),
        np.concatenate([summands.second[moved], constants.node]),
    )
    kind[nodes.maximum[summands.row]] = Kind.MAXIMUM
    summands.row = parts.row
    rows = _rows(summands, kind, ~moved, biases, parts)
    return rows, nodes.with_parts_of(parts.whole)


def _orient(summands: Summands, nodes: Nodes) -> None:
    """The coefficient is the static one; among static ones the parameter."""
    first, second = summands.first, summands.second
    batched, parameter = nodes.batched, nodes.parameter
    swap = (first >= 0) & (
        (batched[first] & ~batched[second])
        | (~batched[first] & ~batched[second] & ~parameter[first] & parameter[second])
    )
    first[swap], second[swap] = second[swap], first[swap]


def _kinds(summands: Summands, nodes: Nodes) -> Array:
    """[s] MATRIX, PRODUCT, SUM or _BIAS."""
    row, first, second = summands.row, summands.first, summands.second
    batched, parameter = nodes.batched, nodes.parameter
    pair = first >= 0
    matrix = pair & (np.where(batched[second], ~batched[first], parameter[first] | batched[row]))
    alone = ~pair & ~batched[second] & (parameter[second] | batched[row]) & ~nodes.maximum[row]
    others = np.zeros(len(nodes), dtype=bool)
    others[row[~alone]] = True
    alone_count = np.bincount(row[alone], minlength=len(nodes))
    bias = alone & (batched[row] | (others[row] & (alone_count[row] <= 2)))
    bias &= batched[row] | (summands.scale == 1.0)
    kind = np.full(len(row), Kind.SUM, dtype=np.int8)
    kind[bias], kind[pair], kind[matrix] = _BIAS, Kind.PRODUCT, Kind.MATRIX
    return kind


@dataclass
class _Parts:
    """Parts of rows of several kinds: p of them, each a new node, counted on from the others."""

    whole: Array  # [p] the row that it is a part of
    node: Array  # [p] its own
    place: Array  # [p] just before the whole
    row: Array  # [s] the row or part that each summand belongs to now
    bias_row: Array  # [n] the row or part that takes the biases of each row


def _part(row: Array, kind: Array, count: int) -> _Parts:
    has = {}
    for k in (Kind.MATRIX, Kind.PRODUCT, Kind.SUM):
        has[k] = np.zeros(count, dtype=bool)
        has[k][row[kind == k]] = True
    mixed = np.sum(list(has.values()), axis=0, dtype=np.int8) > 1
    row, bias_row = row.copy(), np.arange(count, dtype=np.int32)
    next_node = count
    wholes, places = [], []
    before = row.copy()
    for k in (Kind.MATRIX, Kind.PRODUCT):
        whole = np.flatnonzero(mixed & has[k])
        name = np.full(count, -1, dtype=np.int32)
        name[whole] = next_node + np.arange(len(whole))
        next_node += len(whole)
        moved = (kind == k) & (name[before] >= 0)
        row[moved] = name[before[moved]]
        if k == Kind.MATRIX:
            bias_row[whole] = name[whole]
        wholes.append(whole.astype(np.int32))
        places.append(whole * _PLACES + (k != Kind.MATRIX))
    whole = np.concatenate(wholes)
    node = count + np.arange(len(whole), dtype=np.int32)
    return _Parts(whole, node, np.concatenate(places), row, bias_row)


def _rows(summands: Summands, kind: Array, stays: Array, biases: Biases, parts: _Parts) -> Rows:
    """Summands and biases row by row, the rows by their places; parts are summands of their wholes."""
    count = len(parts.bias_row) + len(parts.whole)
    extra = len(parts.whole)
    place = place_of(np.arange(count, dtype=np.int32))
    place[parts.node] = parts.place
    row = np.concatenate([summands.row[stays], parts.whole])
    key = place[row]
    order = np.argsort(key, kind="stable").astype(np.int32)
    key = key[order]
    begin = np.flatnonzero(np.diff(key, prepend=-1)).astype(np.int32)
    node = row[order[begin]]
    starts = np.append(begin, len(row)).astype(np.int32)
    key = key[begin]
    del row

    def column(of_summands: Array, of_parts: Array) -> Array:
        return np.concatenate([of_summands[stays], of_parts], dtype=of_summands.dtype)[order]

    kinds = column(kind, np.full(extra, Kind.SUM))[begin]
    at = np.full(count, -1, dtype=np.int32)
    at[node] = np.arange(len(node))
    bias_at = at[biases.row]
    bias_order = np.argsort(bias_at, kind="stable")
    return Rows(
        node, key, kinds, starts,
        column(summands.scale, np.ones(extra)),
        column(summands.first, np.full(extra, -1)),
        column(summands.second, parts.node),
        np.searchsorted(bias_at[bias_order], np.arange(len(node) + 1)).astype(np.int32),
        biases.scale[bias_order], biases.node[bias_order],
    )  # fmt: skip
