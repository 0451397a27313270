"""Equal subexpressions of a graph that stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.read.arrays import CHUNK, Array, Graph
from autograd.compiler.read.factor import mixed

__all__ = ["once"]


def once(graph: Graph) -> Array:
    """[n] Which nodes are computed, if what is equal is computed once.

    Takes a graph.
    Finds, in its order, nodes of the same operation and operands; `where` is compared with none.
    Gives back which are left; operands and outputs are changed to those.
    """
    left: Array = (graph.code > 0) & ~graph.constant
    numbers = [x.view(np.int64) for x in (graph.ca, graph.cb)]
    flags = graph.needs + 2 * graph.masked
    key = np.sort(mixed(graph.code, graph.a, graph.b, *numbers, flags)[left])
    if (key[1:] != key[:-1]).all():
        return left
    a, b, seen = graph.a, graph.b, dict[Any, int]()
    instead = [*range(len(graph)), -1]
    for start in range(0, len(graph), CHUNK):
        own = slice(start, start + CHUNK)
        columns = (x[own].tolist() for x in (left, graph.code, a, b, *numbers, flags))
        for i, (computed, code, first, second, *rest) in enumerate(zip(*columns), start):
            if computed and i not in graph.more:
                instead[i] = seen.setdefault((code, instead[first], instead[second], *rest), i)
    found = np.array(instead, dtype=a.dtype)
    a[...], b[...] = found[a], found[b]
    for i, operands in graph.more.items():
        graph.more[i] = tuple(instead[x] if type(x) is int else x for x in operands)
    graph.roots[:] = [instead[root] for root in graph.roots]
    left &= found[:-1] == np.arange(len(graph))
    return left
