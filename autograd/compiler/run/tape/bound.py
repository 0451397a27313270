"""A tape among the calls of a replay."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import Contribution, Tape
from autograd.compiler.run.numpy.binder import Binder
from autograd.compiler.run.numpy.bound import Bound

__all__ = ["BoundTape"]


class BoundTape(Bound):
    """Attributes: ``swept``, whether the call that passes everything down is written already."""

    instruction: Tape
    swept = False

    def __init__(self, binder: Binder, instruction: Tape) -> None:
        super().__init__(binder, instruction)
        self.runner: Any = binder.tape(
            instruction, binder.plan, binder.values, binder.gradients.rows
        )

    def forward(self) -> None:
        self.binder.emit(self.runner.forward)

    def push(self, contribution: Contribution) -> None:
        if not self.swept:
            self.swept = True
            self.binder.emit(self.runner.backward)
