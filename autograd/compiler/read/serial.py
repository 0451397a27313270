"""Whether a graph is a long line of steps that wait for each other, of which no arrays can be made."""

from __future__ import annotations

from array import array

import numpy as np

from autograd.compiler.read.arrays import CHUNK, CODE
from autograd.compiler.read.fuse import Fused
from autograd.compiler.read.groups import edges
from autograd.compiler.read.rows import place_of
from autograd.compiler.select import SELECT

__all__ = ["serial"]

LEAST = 3_000  # nodes; fewer are instructions like any others
# Nodes that wait for the same: from so many on a call for all of them pays, and with machine code
WIDE, WIDER = 16, 128


def serial(fused: Fused, machine: bool) -> bool:
    """Whether little in a graph can run at once, however long it is.

    Takes a graph, what of it became rows and operations, and whether there is machine code for it.
    Finds the longest way through it, on which what melts into a sum is no step.
    """
    graph, wide = fused.graph, WIDER if machine else WIDE
    computed = (graph.code > 0) & ~graph.constant
    count, steps = int(np.count_nonzero(computed)), len(fused.rows.node) + len(fused.operations)
    if count < LEAST or steps * wide < count or not computed[graph.roots].all():
        return False
    return not (graph.code == CODE[SELECT]).any() and _longest(fused) * wide > count


def _longest(fused: Fused) -> int:
    """How many rows and operations follow one another, at most."""
    rows, operations = fused.rows, fused.operations
    place = np.full(len(fused.nodes), -1)
    place[rows.node], place[operations] = rows.place, place_of(operations)
    user, used = edges(fused)
    kept = place[used] >= 0
    user, used = user[kept], used[kept]
    order = np.argsort(place[user], kind="stable")
    user, used = user[order], used[order]
    del place, kept, order
    before = array("i", [1]) * len(fused.nodes)
    for start in range(0, len(user), CHUNK):
        own = slice(start, start + CHUNK)
        for node, operand in zip(user[own].tolist(), used[own].tolist()):
            if before[operand] >= before[node]:
                before[node] = before[operand] + 1
    return max(before)
