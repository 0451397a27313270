"""An optimizer's step as one loop of machine code, for a program that runs as machine code itself."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nn.optim import Optimizer

__all__ = ["Fused", "fusable"]


class Fused:
    """Steps of an optimizer over the same arrays, with the same settings.

    `_rule` is written down once, on numbers that write machine code; what changes from step to step,
    `_numbers`, is given at each one. The arrays stay the program's and the optimizer's own.
    """

    def __init__(self, optimizer: Optimizer, data: Any, grad: Any, params: Any) -> None:
        self.given, self.state = (data, grad, params), list(optimizer._state.values())
        self._places = list(map(id, self.state))
        self._read = attrgetter("maximize", "weight_decay", *type(optimizer).settings)
        self._settings = self._read(optimizer)
        self._rule: Any = None

    def step(self, optimizer: Optimizer, data: Any, grad: Any, params: Any) -> bool:
        """Make a step if arrays and settings are those of the step before; whether they are."""
        own, state = self.given, optimizer._state
        if not (
            data is own[0]
            and grad is own[1]
            and params is own[2]
            and self._read(optimizer) == self._settings
            and (not state or list(map(id, state.values())) == self._places)
        ):
            return False
        if self._rule is None:
            self._rule = self._compiled(optimizer)
        optimizer.steps += 1
        self._rule(optimizer._numbers())
        return True

    def _compiled(self, optimizer: Optimizer) -> Any:
        from autograd.compiler.run.native.rule import Rule

        names = list(optimizer._state)

        def rule(cells: Sequence[Any], now: Sequence[Any]) -> None:
            twin: Any = copy.copy(optimizer)
            twin._lr = twin.steps = None  # whoever reads these instead of `now` is no rule for this
            twin.now, twin._state = now, dict(zip(names, cells[2:]))
            data, grad = cells[:2]
            twin._rule(data, -grad if twin.maximize else grad, copy.copy(data))

        return Rule(rule, [*self.given[:2], *self.state], len(optimizer.now))


def fusable(optimizer: Optimizer, data: Any, grad: Any, params: Any) -> bool:
    """Whether a step over these arrays, which was just made, could be such a loop."""
    known = optimizer._known
    return (
        "settings" in vars(type(optimizer))  # not if another one's rule may have been overridden
        and (params is None or not optimizer.params or len(known[1]) == len(params))  # type: ignore[index]
        and all(
            array.dtype == data.dtype and array.flags.carray and array.shape == data.shape
            for array in (data, grad, *optimizer._state.values())
        )
        and data.dtype.kind == "f"
        and data.itemsize in (4, 8)
    )
