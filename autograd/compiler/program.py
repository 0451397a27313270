"""A compiled program: run it, train it, bring its numbers back into the Values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from autograd.compiler.instructions import Plan
from autograd.compiler.lift import Array
from autograd.compiler.replay import Replay
from autograd.value import Value

__all__ = ["Program"]

CHUNK = 4096  # larger batches run in pieces that stay in the cache
KEPT = 8  # batch sizes whose arrays are kept


class _Optimizer(Protocol):
    def update(self, data: Array, grad: Array) -> None: ...


class Program:
    def __init__(
        self,
        plan: Plan,
        numbers: Array,
        values: Sequence[Value] = (),
        names: Sequence[str] = (),
        dtype: Any = np.float64,
    ) -> None:
        self.plan = plan
        self._values = list(values)
        self._names = list(names)
        self._static = np.zeros(plan.static_size, dtype=dtype)
        self._gradient = np.zeros(plan.static_size, dtype=dtype)
        p = len(plan.order)
        self._static[:p] = numbers[plan.order]
        self._static[p : p + len(plan.constants)] = plan.constants
        self._replays: dict[int, Replay] = {}

    @property
    def parameters(self) -> Array:
        return self._static[: len(self.plan.order)]

    @property
    def gradients(self) -> Array:
        return self._gradient[: len(self.plan.order)]

    def _replay(self, batch: int) -> Replay:
        if batch not in self._replays:
            if len(self._replays) >= KEPT:
                del self._replays[next(iter(self._replays))]
            self._replays[batch] = Replay(self.plan, self._static, self._gradient, batch)
        return self._replays[batch]

    def _arguments(self, given: Sequence[Any]) -> tuple[list[Array], int]:
        wanted = self.plan.arguments
        if len(given) != len(wanted):
            raise ValueError(f"this program takes {len(wanted)} arrays, not {len(given)}")
        arrays = []
        for k, (x, size) in enumerate(zip(given, wanted)):
            array = np.asarray(x)
            if array.dtype.kind not in "iub" and array.dtype != self._static.dtype:
                array = array.astype(self._static.dtype)
            rows = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
            if rows.shape[1] != size:
                raise ValueError(f"argument {k} has {size} numbers a sample, not {rows.shape[1]}")
            arrays.append(rows)
        return arrays, len(arrays[0]) if arrays else 1

    def run(self, *inputs: Any) -> tuple[float, ...]:
        arrays, batch = self._arguments(inputs)
        with np.errstate(all="ignore"):
            replay = self._replay(batch)
            replay.forward(arrays)
            replay.backward(arrays, 1.0 / len(replay.seed))
        return tuple(float(np.add.reduce(o)) / len(o) for o in replay.outputs())

    def update(self, optimizer: _Optimizer) -> None:
        optimizer.update(self.parameters, self.gradients)

    def sync(self) -> None:
        for place, data, grad in zip(
            self.plan.order.tolist(), self.parameters.tolist(), self.gradients.tolist()
        ):
            value = self._values[place]
            value.data, value.grad = data, grad
