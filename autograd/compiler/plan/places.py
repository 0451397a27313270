"""Where each node stands while instructions are written: a number that sorts."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from autograd.compiler.read.arrays import Array
from autograd.compiler.read.fuse import Fused

__all__ = ["Places", "Region"]


class Region(IntEnum):
    """The kinds of storage in the order in which operands are sorted; argument k is GIVEN + k."""

    PARAMETER = 0
    STATIC = 1
    BATCHED = 2
    GIVEN = 3


class Places:
    """Where each node stands, as one number that sorts: by region, then by its row there.

    Attributes:
        at: [nodes] the place of each node, -1 for none yet.
    """

    _SPAN = 1 << 40  # more than a region has rows

    def __init__(self, fused: Fused) -> None:
        self.at = np.full(len(fused.nodes), -1, dtype=np.int64)
        self.count = dict.fromkeys(Region, 0)  # how many rows each region has
        for argument, nodes in enumerate(fused.graph.inputs):
            columns = np.flatnonzero(nodes >= 0)
            self.at[nodes[columns]] = (Region.GIVEN + argument) * self._SPAN + columns

    def give(self, node: Array, region: Region) -> int:
        """The next rows of a region to these nodes (-1: a row that is nobody's); the first of them."""
        start = self.count[region]
        real = np.flatnonzero(node >= 0)
        self.at[node[real]] = region * self._SPAN + start + real
        self.count[region] += len(node)
        return start
