"""How `fit` runs a model over Values, node by node."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value, no_grad
from nn.clip import clip_grad_norm_
from nn.data import Array
from nn.nested import data_of, flat
from nn.optim import Optimizer

__all__ = ["Eager"]


class Eager:
    """Every multiplication and addition is a node that can be drawn and stepped through.

    The samples of a batch go one after the other and their gradients add up in the parameters, so
    that the graph in memory is never larger than one sample's.
    """

    def __init__(
        self,
        model: Callable[..., Any],
        loss: Callable[[Any, Any], Any],
        optimizer: Optimizer | None,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer

    def step(
        self, x: Array, y: Array, max_norm: float | None, wanted: bool = True
    ) -> tuple[float, Array]:
        assert self.optimizer is not None
        self.optimizer.zero_grad()
        total, answers = 0.0, []
        for xi, yi in zip(x.tolist(), y.tolist()):
            answer = self.model(xi)
            loss = self.loss(answer, yi)
            total += loss.data
            answers.append(flat(data_of(answer)))
            (loss * (1.0 / len(x))).backward()
        if math.isfinite(total):
            if max_norm is not None:
                clip_grad_norm_(self.optimizer.params, max_norm)
            self.optimizer.step()
        return total / len(x), np.array(answers)

    @no_grad()
    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        total, answers = 0.0, []
        for xi, yi in zip(x.tolist(), y.tolist()):
            answer = self.model(xi)
            total += data_of(self.loss(answer, yi))
            answers.append(flat(data_of(answer)))
        return total / len(x), np.array(answers)

    def weights(self) -> Array:
        return np.array([p.data for p in self._params()])

    def restore(self, weights: Array) -> None:
        for p, number in zip(self._params(), weights.tolist()):
            p.data = number

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _params(self) -> list[Value]:
        return self.optimizer.params if self.optimizer is not None else []
