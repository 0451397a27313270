"""Several instructions as one step: libraries have functions for a softmax and a cross-entropy, where a
plan has six and seven.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import INPUT, STATIC, Contribution, Instruction, Plan
from autograd.compiler.plan.ragged import Softmax
from autograd.compiler.plan.softmax import CrossEntropy
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.step import Joined, State, Step

__all__ = ["CrossEntropyStep", "NoStep", "SoftmaxStep"]


class NoStep(Step):
    """A part of several instructions that are one step."""

    def prepare(self, instruction: Instruction) -> None:
        pass

    def forward(self, library: Library, state: State) -> Any:
        return None


class CrossEntropyStep(Joined):
    """log Σ exp(z) − z[y], which passes down softmax(z) − onehot(y)."""

    found: CrossEntropy

    def prepare(self, instruction: Instruction) -> None:
        found = self.found
        self.scores = self.runner.read(found.space, found.scores)
        self.column = self.runner.read(INPUT + found.argument, found.column)

    def _both(self, library: Library, state: State) -> tuple[Any, Any]:
        """log softmax(z), [V, rows · batch], and y, [1, rows · batch]."""
        scores = self.scores.forward(library, state.results[self.found.space], state.numbers)
        given = state.results[INPUT + self.found.argument]
        chosen = self.column.forward(library, given, state.numbers)
        if scores.shape[2] != chosen.shape[1]:
            scores = library.broadcast(scores, (*scores.shape[:2], chosen.shape[1]))
        scores = scores.reshape(scores.shape[0], -1)
        return library.log_softmax(scores), chosen.reshape(1, -1)

    def result(self, library: Library, state: State) -> Any:
        logarithms, chosen = self._both(library, state)
        return -library.along_first(logarithms, chosen)

    def passes_to(self, plan: Plan, to: Contribution) -> int:
        return STATIC if to.to == "bias" else self.found.space

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        logarithms, chosen = self._both(library, state)
        seeds = g.reshape(1, -1)
        if seeds.shape != chosen.shape:
            seeds = library.broadcast(g, (g.shape[0], chosen.shape[1] // g.shape[0])).reshape(1, -1)
        found = library.errors(logarithms, chosen) * seeds
        return found.reshape(len(found), g.shape[0], -1)


class SoftmaxStep(Joined):
    """y = softmax(scale · z) over groups of rows as a rectangle, its empty places 0, which passes
    y ∘ (∂y − Σ y ∘ ∂y) · scale down.
    """

    found: Softmax

    def prepare(self, instruction: Instruction) -> None:
        scores, place = self.found.scores, self.found.place
        self.axis = 1
        if np.array_equal(place.T.ravel(), np.arange(place.size)):
            scores, place, self.axis = np.ascontiguousarray(scores.T), place.T, 0
        self.scores = self.runner.read(self.found.space, scores)
        self.shape = place.shape
        real = place >= 0
        self.place, self.rows = np.empty(instruction.count, dtype=np.int64), place.size
        self.place[place[real]] = np.flatnonzero(real)
        self.real = -1 if real.all() else self.runner.kept.keep(real[..., None])

    def result(self, library: Library, state: State) -> Any:
        z = self.scores.forward(library, state.results[self.found.space], state.numbers)
        z = z if self.found.scale == 1.0 else z * self.found.scale
        if self.real >= 0:
            z = library.where(state.numbers[self.real], z, -math.inf)
        return library.softmax(z, self.axis)

    def passes_to(self, plan: Plan, to: Contribution) -> int:
        return self.found.space

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        y = state.results[self.space][self.piece].reshape(*self.shape, -1)
        share = y * g
        found = share - y * share.sum(self.axis, keepdims=True)
        return found if self.found.scale == 1.0 else found * self.found.scale
