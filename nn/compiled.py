"""How `fit` runs a compiled model: the same scalars, read back as matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from autograd import no_grad
from autograd.compiler import Program, TraceError, compile
from nn.clip import clip_norm
from nn.data import Array
from nn.dropout import Dropout
from nn.module import Module
from nn.nested import flat
from nn.optim import Optimizer

__all__ = ["Compiled"]


class Compiled:
    """One program to train and, where dropout makes a difference, one to use.

    Whole numbers among samples and targets select where the model lets them (an embedding's row, a
    class), else they are calculated with. The numbers that dropout draws are inputs of the program.
    """

    def __init__(
        self,
        model: Callable[..., Any],
        loss: Callable[[Any, Any], Any],
        optimizer: Optimizer | None,
        x: Array,
        y: Array,
    ) -> None:
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.example = (x[0], y[0])
        if optimizer is not None:
            self.params = optimizer.params
        elif isinstance(model, Module):
            self.params = model.parameters()
        else:
            raise TypeError(
                "a function that is to be compiled needs an optimizer or to be a Module"
            )
        modules = model.modules() if isinstance(model, Module) else []
        self.drops = [m for m in modules if isinstance(m, Dropout) and m.p]
        self.sizes: list[int] = []
        self.whole: tuple[bool, ...] = (False, False)
        self._training: Program | None = None
        self._using: Program | None = None

    def step(
        self, x: Array, y: Array, max_norm: float | None, wanted: bool = True
    ) -> tuple[float, Array]:
        assert self.optimizer is not None
        if self._training is None:
            self.sizes = self._seen_by(self.drops)
            self._training = self._compiled(self.drops)
        program = self._training
        masks = [
            drop.masks(len(x) * size).reshape(len(x), size)
            for drop, size in zip(self.drops, self.sizes)
        ]
        mean = program.run(*self._cast(x, y), *masks)[0]
        answers = _columns(program.outputs[1:], len(x)) if wanted else np.zeros((0, 0))
        if math.isfinite(mean):
            if max_norm is not None:
                clip_norm(program.gradients, max_norm)
            program.update(self.optimizer)
        return mean, answers

    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        program = self._training
        if program is None or self.drops:
            program = self._using = self._using or self._compiled([])
            if self._training is not None:
                program.parameters[...] = self.weights()[program.order]
        loss, *answers = program.forward(*self._cast(x, y))
        return float(loss.mean()), _columns(answers, len(x))

    def weights(self) -> Array:
        assert self._training is not None
        weights = np.empty(len(self.params))
        weights[self._training.order] = self._training.parameters
        return weights

    def restore(self, weights: Array) -> None:
        assert self._training is not None
        self._training.parameters[...] = weights[self._training.order]

    def sync(self) -> None:
        if self._training is not None:
            self._training.sync()

    def close(self) -> None:
        self.sync()
        self._training = None

    def _cast(self, x: Array, y: Array) -> list[Array]:
        """Samples and targets as the kind of numbers that the program was compiled for."""
        return [a if whole else a.astype(float) for a, whole in zip((x, y), self.whole)]

    def _compiled(self, drops: list[Dropout]) -> Program:
        masks = [np.ones(size) for size in self.sizes[: len(drops)]]

        def forward(x: Any, y: Any, *given: Any) -> list[Any]:
            for drop, mask in zip(drops, given):
                drop.use(iter(mask))
            answer = self.model(x)
            return [self.loss(answer, y), *flat(answer)]

        kinds = [(True, False) if a.dtype.kind in "iu" else (False,) for a in self.example]
        try:
            for self.whole in product(*kinds):
                given = [a if w else a.astype(float) for a, w in zip(self.example, self.whole)]
                try:
                    return compile(forward, self.params, inputs=(*given, *masks))
                except TraceError as error:
                    reason = error
            raise reason
        finally:
            for drop in drops:
                drop.use(None)

    def _seen_by(self, drops: list[Dropout]) -> list[int]:
        """How many numbers of one sample each dropout sees."""
        sizes = [0] * len(drops)

        def counted(k: int) -> Any:
            while True:
                sizes[k] += 1
                yield 1.0

        for k, drop in enumerate(drops):
            drop.use(counted(k))
        with no_grad():
            self.model(self.example[0].tolist())
        return sizes


def _columns(outputs: list[Array], n: int) -> Array:
    """Outputs side by side, [sample, output]; what depends on no sample is the same for all."""
    return np.array([o if len(o) == n else np.full(n, o[0]) for o in outputs]).T
