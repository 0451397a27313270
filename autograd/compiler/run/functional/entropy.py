"""A cross-entropy as one step, where a plan has seven: libraries have a function for it."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import INPUT, STATIC, Contribution, Instruction, Plan
from autograd.compiler.plan.softmax import CrossEntropy
from autograd.compiler.run.functional.library import Library
from autograd.compiler.run.functional.step import Runs, State, Step

__all__ = ["CrossEntropyStep", "NoStep"]


class NoStep(Step):
    """A part of a cross-entropy, which is one step."""

    def prepare(self, instruction: Instruction) -> None:
        pass

    def forward(self, library: Library, state: State) -> Any:
        return None


class CrossEntropyStep(Step):
    """log Σ exp(z) − z[y], which passes down softmax(z) − onehot(y)."""

    def __init__(self, runner: Runs, instruction: Instruction, found: CrossEntropy) -> None:
        self.found = found
        super().__init__(runner, instruction)

    def prepare(self, instruction: Instruction) -> None:
        found = self.found
        self.scores = self.runner.read(found.space, found.scores)
        self.column = self.runner.read(INPUT + found.argument, found.column)

    def _both(self, library: Library, state: State) -> tuple[Any, Any]:
        """log softmax(z), [V, rows, batch], and y, [rows, batch]."""
        scores = self.scores.forward(library, state.results[self.found.space], state.numbers)
        given = state.results[INPUT + self.found.argument]
        return library.log_softmax(scores), self.column.forward(library, given, state.numbers)

    def result(self, library: Library, state: State) -> Any:
        logarithms, chosen = self._both(library, state)
        return -library.along_first(logarithms, chosen[None])[0]

    def passes_to(self, plan: Plan, to: Contribution) -> int:
        return STATIC if to.to == "bias" else self.found.space

    def passes(self, library: Library, state: State, to: Contribution, g: Any) -> Any:
        if to.to == "bias":
            return self.biases[to.place].passes(state, g)
        logarithms, chosen = self._both(library, state)
        places = library.numbers_to(chosen, len(logarithms))[:, None, None]
        hit = library.where(places == chosen[None], 1.0, 0.0)
        return (library.functions["exp"](logarithms) - hit) * g[None]
