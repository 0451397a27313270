"""A softmax over groups of rows as one step over a rectangle, its empty places 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Contribution, Instruction, Plan
from autograd.compiler.plan.ragged import Softmax
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.step import Joined, State

__all__ = ["SoftmaxStep"]


class SoftmaxStep(Joined):
    """y = softmax(scale · z) along an axis, which passes y ∘ (∂y − Σ y ∘ ∂y) · scale down."""

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
