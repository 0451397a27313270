"""Whether a graph is a long line of single steps, of which no array can be made."""

from __future__ import annotations

from array import array

import numpy as np

from autograd.compiler.read.arrays import CHUNK, CODE, Array
from autograd.compiler.read.fuse import Fused
from autograd.compiler.select import SELECT

__all__ = ["serial"]

LEAST = 3_000  # nodes; fewer are instructions like any others
WIDE = 16  # nodes that wait for the same: from here on a call for all of them pays


def serial(fused: Fused) -> bool:
    """Whether little in a graph can run at once, however long it is.

    Takes a graph, and what of it became rows and operations.
    Finds the longest way through it, on which what melts into a sum is no step.
    """
    graph = fused.graph
    computed = (graph.code > 0) & ~graph.constant
    count, steps = int(np.count_nonzero(computed)), len(fused.rows.node) + len(fused.operations)
    if count < LEAST or steps * WIDE < count or not computed[graph.roots].all():
        return False
    if (graph.code == CODE[SELECT]).any():
        return False
    step = np.zeros(len(fused.nodes), dtype=np.int8)
    step[fused.rows.node] = step[fused.operations] = 1
    return _longest(fused, step) * WIDE > count


def _longest(fused: Fused, step: Array) -> int:
    """How many steps follow one another, at most."""
    graph = fused.graph
    before = array("i", bytes(4 * (len(graph) + 1)))  # of each node; and what −1 finds
    for start in range(0, len(graph), CHUNK):
        own = slice(start, start + CHUNK)
        columns = (x[own].tolist() for x in (graph.a, graph.b, step))
        for i, (a, b, one) in enumerate(zip(*columns), start):
            first, second = before[a], before[b]
            before[i] = one + (first if first > second else second)
            if i in graph.more:
                before[i] = one + max(before[x] for x in graph.more[i] if type(x) is int)
    return max(before)
