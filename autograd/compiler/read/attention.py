"""Products of two computed matrices, out[G, M, N] = first[G, M, K] @ second[G, K, N]: attention.

A row Σₖ uₖ·vₖ joins the tuple u with the tuple v. Rows that hang together (a head of one sample) fill a
table of tuples u against tuples v; a causal mask leaves some places empty, which are computed and not
used. Where the sums have different lengths (a mean over what came before), a shorter v is the beginning
of a longer one, and its u is filled up with zeros.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.rows import Rows

__all__ = ["Outer", "outer"]

Tuple = tuple[int, ...]


FEWEST = 8  # products, for one matrix
FILL = 4  # so many times the products may be filled up


@dataclass
class Outer:
    """out[G, M, N] = first @ second."""

    rows: Array  # [G, M, N] row numbers, -1 where there is none
    first: Array  # [G, M, K] nodes
    second: Array  # [G, K, N] nodes


def outer(table: Rows, members: Array, zero: int) -> tuple[list[Outer], Array]:
    """The products of matrices among ``members``, and the other rows; ``zero`` fills places up."""
    plain = members[~_scaled(table)[members]]
    rows, single = plain[table.size[plain] > 1].tolist(), plain[table.size[plain] == 1].tolist()
    if len(rows) < FEWEST:
        return [], members
    pairs = [_pair(table, row) for row in rows]
    longest = _longest([v for _, v in pairs])
    edges = [(u, longest[v]) for u, v in pairs]
    beginnings = _beginnings(table, single, edges)
    found: dict[tuple[int, ...], list[Outer]] = {}
    taken: set[int] = set()
    for component in _components(edges):
        size = sum(len(pairs[i][0]) for i in component)
        own = {edges[i]: rows[i] for i in component}
        more = {
            e: row for v in dict.fromkeys(v for _, v in own) for e, row in beginnings.get(v, ())
        }
        if len(own) < len(component):
            continue
        for table_of in (more | own, own) if more else (own,):
            product = _dense(table_of, zero, FILL * size)
            if product is not None:
                found.setdefault((*product.rows.shape, product.first.shape[1]), []).append(product)
                taken.update(table_of.values())
                break
    left = [row for row in members.tolist() if row not in taken]
    return [_stacked(same) for same in found.values()], np.array(sorted(left), dtype=np.int64)


Edge = tuple[Tuple, Tuple]


def _beginnings(
    table: Rows, single: list[int], edges: list[Edge]
) -> dict[Tuple, list[tuple[Edge, int]]]:
    """Rows of one product, by the v that begins with theirs: a mean over the first place alone."""
    by_head = {v[0]: v for _, v in reversed(edges)}
    found: dict[Tuple, list[tuple[Edge, int]]] = {}
    for row in single:
        u, (head,) = _pair(table, row)
        if head in by_head:
            found.setdefault(by_head[head], []).append(((u, by_head[head]), row))
    return found


def _scaled(table: Rows) -> Array:
    """[rows] Whether any summand is scaled."""
    scaled: Array = np.add.reduceat(table.scale != 1.0, table.start[:-1]) > 0
    return scaled


def _dense(own: dict[tuple[Tuple, Tuple], int], zero: int, most: int) -> Outer | None:
    """One product [M, K] @ [K, N] of the rows by their pairs of tuples, of at most so many terms."""
    us = {u: i for i, u in enumerate(dict.fromkeys(u for u, _ in own))}
    vs = {v: i for i, v in enumerate(dict.fromkeys(v for _, v in own))}
    k = max(map(len, vs))
    if len(us) < 2 or len(vs) < 2 or len(us) * len(vs) * k > most:
        return None
    rows = np.full((len(us), len(vs)), -1)
    for (u, v), row in own.items():
        rows[us[u], vs[v]] = row
    first = np.array([u + (zero,) * (k - len(u)) for u in us])
    second = np.array([v + (zero,) * (k - len(v)) for v in vs]).T
    return Outer(rows, first, second)


def _stacked(same: list[Outer]) -> Outer:
    return Outer(
        np.stack([product.rows for product in same]),
        np.stack([product.first for product in same]),
        np.stack([product.second for product in same]),
    )


def _pair(table: Rows, row: int) -> tuple[Tuple, Tuple]:
    s, e = table.start[row], table.start[row + 1]
    return tuple(table.first[s:e].tolist()), tuple(table.second[s:e].tolist())


def _longest(tuples: list[Tuple]) -> dict[Tuple, Tuple]:
    """For each tuple the longest of those that begin with it."""
    found: dict[Tuple, Tuple] = {}
    by_head: dict[int, list[Tuple]] = {}
    for t in sorted(set(tuples), key=len, reverse=True):
        heads = by_head.setdefault(t[0], [])
        found[t] = next((whole for whole in heads if whole[: len(t)] == t), t)
        if found[t] is t:
            heads.append(t)
    return found


def _components(edges: list[tuple[Tuple, Tuple]]) -> list[list[int]]:
    """The numbers of edges that hang together, in order."""
    by_end: dict[tuple[int, Tuple], list[int]] = {}
    for i, (u, v) in enumerate(edges):
        by_end.setdefault((0, u), []).append(i)
        by_end.setdefault((1, v), []).append(i)
    seen = [False] * len(edges)
    found = []
    for begin in range(len(edges)):
        if seen[begin]:
            continue
        seen[begin] = True
        component, waiting = [], [begin]
        while waiting:
            i = waiting.pop()
            component.append(i)
            for end in ((0, edges[i][0]), (1, edges[i][1])):
                for other in by_end.pop(end, ()):
                    if not seen[other]:
                        seen[other] = True
                        waiting.append(other)
        found.append(sorted(component))
    return found
