"""Batches of any size: runners that are kept, pieces that fit, what came out of the last one."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Plan
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.engines import Engine

__all__ = ["Batches"]

CHUNK = 4096  # larger batches run in pieces that stay in the cache
MOST = 1 << 25  # numbers of a piece, for programs of very many rows
KEPT = 8  # batch sizes whose runners are kept


class Batches:
    """Runs a plan on batches, in one engine and on the same arrays.

    Attributes:
        runners: by batch size, what runs it.
        chunk: how many samples run at a time.
    """

    def __init__(self, plan: Plan, engine: Engine, static: Array, gradient: Array) -> None:
        self.plan, self._engine = plan, engine
        self._static, self._gradient = static, gradient
        self.chunk = min(CHUNK, max(64, MOST // max(plan.batched_size, 1)))
        self.runners: dict[int, Any] = {}
        self._outputs: list[Array] = []
        self._borrowed = False  # whether `_outputs` are rows of a run

    def runner(self, batch: int) -> Any:
        """What runs a batch of this size."""
        if batch not in self.runners:
            if len(self.runners) >= KEPT:
                del self.runners[next(iter(self.runners))]
            start = self._engine.start
            self.runners[batch] = start(self.plan, self._static, self._gradient, batch)
        return self.runners[batch]

    def run(self, arrays: list[Array], batch: int) -> tuple[float, ...]:
        """The mean of each output; the gradients of the first are in their array."""
        if batch <= self.chunk:
            runner = self.runners.get(batch) or self.runner(batch)
            runner.run(arrays, 1.0)
            self._outputs, self._borrowed = runner.outputs(), True
            means: tuple[float, ...] = runner.means()
            return means
        self._outputs, self._borrowed = self._in_pieces(arrays, batch), False
        return tuple([float(np.add.reduce(o)) / len(o) for o in self._outputs])

    def _in_pieces(self, arrays: list[Array], batch: int) -> list[Array]:
        """Run a large batch and return its outputs."""
        gradients = self._gradient[: len(self.plan.order)]
        total = np.zeros_like(gradients)
        pieces, chunk = [], self.chunk
        for start in range(0, batch, chunk):
            piece = [array[start : start + chunk] for array in arrays]
            size = min(chunk, batch - start)
            runner = self.runner(size)
            runner.run(piece, size / batch)
            pieces.append([o.copy() for o in runner.outputs()])
            total += gradients
        gradients[...] = total
        return _joined(pieces, self.plan)

    def forward(self, arrays: list[Array], batch: int) -> list[Array]:
        """Each output for each sample; no gradients."""
        pieces, chunk = [], self.chunk
        if self._borrowed:  # their rows are written anew
            self.keep(self.outputs())
        for start in range(0, batch, chunk):
            runner = self.runner(min(chunk, batch - start))
            runner.forward([array[start : start + chunk] for array in arrays])
            pieces.append([o.copy() for o in runner.outputs()])
        return [np.broadcast_to(o, batch) for o in _joined(pieces, self.plan)]

    def outputs(self) -> list[Array]:
        """Copies of the outputs of the last `run`."""
        return [o.copy() for o in self._outputs]

    def keep(self, outputs: list[Array]) -> None:
        """Take these for the outputs of the last `run`."""
        self._outputs, self._borrowed = outputs, False


def _joined(pieces: list[list[Array]], plan: Plan) -> list[Array]:
    """Each output over all pieces of a batch; what depends on no sample is there once."""
    return [
        np.concatenate([piece[i] for piece in pieces]) if space else pieces[0][i]
        for i, (space, _) in enumerate(plan.outputs)
    ]
