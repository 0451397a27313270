"""Products of two computed matrices, out[G, M, N] = first[G, M, K] @ second[G, K, N]: attention.

A row Σₖ uₖ·vₖ joins the tuple u with the tuple v. Rows that hang together (a head of one sample) fill a
table of tuples u against tuples v; a causal mask leaves some places empty, which are computed and not
used. Where the sums have different lengths (a mean over what came before), a shorter v is the beginning
of a longer one, and its u is filled up with zeros.
"""

from __future__ import annotations

import numpy as np

from autograd.compiler.read.lift import Array
from autograd.compiler.read.rows import Rows

__all__ = ["outer"]

Tuple = tuple[int, ...]


def outer(table: Rows, members: Array, zero: int) -> tuple[list[tuple[Array, Array, Array]], Array]:
    """Dense blocks (rows [G, M, N], -1 where there is none; first; second), and the other rows."""
    start = table.start
    size = start[members + 1] - start[members]
    good = (size > 1) & (np.add.reduceat(table.scale != 1.0, start[:-1])[members] == 0)
    if good.sum() < 8:
        return [], members
    rows = members[good].tolist()
    pairs = [_pair(table, row) for row in rows]
    longest = _longest([v for _, v in pairs])
    edges = [(u, longest[v]) for u, v in pairs]

    found: dict[tuple[int, int, int], list[tuple[Array, Array, Array]]] = {}
    left = members[~good].tolist()
    for component in _components(edges):
        us = list(dict.fromkeys(edges[i][0] for i in component))
        vs = list(dict.fromkeys(edges[i][1] for i in component))
        k = max(map(len, vs))
        real = sum(len(pairs[i][0]) for i in component)
        dense = len(us) * len(vs) * k
        places = {(edges[i][0], edges[i][1]) for i in component}
        if len(us) < 2 or len(vs) < 2 or dense > 4 * real or len(places) < len(component):
            left += [rows[i] for i in component]
            continue
        block = np.full((len(us), len(vs)), -1)
        row_of = {u: i for i, u in enumerate(us)}
        column_of = {v: i for i, v in enumerate(vs)}
        for i in component:
            u, v = edges[i]
            block[row_of[u], column_of[v]] = rows[i]
        first = np.array([u + (zero,) * (k - len(u)) for u in us])
        second = np.array([v + (zero,) * (k - len(v)) for v in vs]).T
        found.setdefault((len(us), len(vs), k), []).append((block, first, second))
    blocks = [
        (np.stack(b), np.stack(f), np.stack(s))
        for b, f, s in (zip(*same) for same in found.values())
    ]
    return blocks, np.array(sorted(left), dtype=np.int64)


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
