"""How `fit` runs a compiled model: the same scalars, read back as matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from itertools import product
from typing import Any

import numpy as np

from autograd import no_grad
from autograd.compiler import Program, TraceError, compile
from autograd.restored import restored
from nn.clip import clip_norm
from nn.data import Array
from nn.dropout import Dropout
from nn.module import Module
from nn.nested import flat
from nn.optim import Optimizer

__all__ = ["Compiled"]

_LAST = "last_input", "last_output", "last_steps"  # of a module's last call, for drawings


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
        engine: str = "auto",
        device: Any = None,
    ) -> None:
        self.engine, self.device = engine, device
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.data = (x, y)
        if optimizer is not None:
            self.params = optimizer.params
        elif isinstance(model, Module):
            self.params = model.parameters()
        else:
            raise TypeError(
                "a function that is to be compiled needs an optimizer or to be a Module"
            )
        self.modules = model.modules() if isinstance(model, Module) else []
        self.drops = [m for m in self.modules if isinstance(m, Dropout) and m.p]
        self.sizes: list[int] = []
        self.whole: tuple[bool, ...] = (False, False)
        self._training: Program | None = None
        self._using: Program | None = None

    def step(
        self, x: Array, y: Array, max_norm: float | None, wanted: bool = True
    ) -> tuple[float, Array]:
        assert self.optimizer is not None
        program = self.training()
        masks = [
            drop.masks(len(x) * size).reshape(len(x), size)
            for drop, size in zip(self.drops, self.sizes)
        ]
        mean = self._run(program.run, x, y, *masks)[0]
        answers = _columns(program.outputs[1:], len(x)) if wanted else np.zeros((0, 0))
        if math.isfinite(mean):
            if max_norm is not None:
                clip_norm(program.gradients, max_norm)
            program.update(self.optimizer)
        return mean, answers

    def training(self) -> Program:
        """The program that trains: of a sample, a target and a mask a dropout, loss and answers."""
        if self._training is None:
            self.sizes = self._seen_by(self.drops)
            self._training = self._compiled(self.drops)
        return self._training

    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        program = self._training
        if program is None or self.drops:
            program = self._using = self._using or self._compiled([])
            if self._training is not None:
                program.parameters[...] = self.weights()[program.order]
        loss, *answers = self._run(program.forward, x, y)
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
        cast = []
        for array, whole in zip((x, y), self.whole):
            kind = array.astype(np.int64 if whole else np.float64)
            if whole and not np.array_equal(kind, array):
                raise IndexError(f"{array[kind != array][0]} selects nothing")
            cast.append(kind)
        return cast

    def _run(self, run: Callable[..., Any], x: Array, y: Array, *masks: Array) -> Any:
        """``run`` on a batch; what it refuses is said as the scalars say it."""
        try:
            return run(*self._cast(x, y), *masks)
        except IndexError:
            self._by_scalars(x, y)
            raise

    def _by_scalars(self, x: Array, y: Array) -> None:
        """Go through a batch node by node, for the error that it makes."""
        with no_grad():
            for xi, yi in zip(x.tolist(), y.tolist()):
                self.loss(self.model(xi), yi)

    def _compiled(self, drops: list[Dropout]) -> Program:
        """The program, in which whole numbers select or are calculated with, whichever can be."""
        masks = [np.ones(size) for size in self.sizes[: len(drops)]]

        def forward(x: Any, y: Any, *given: Any) -> list[Any]:
            for drop, mask in zip(drops, given):
                drop.use(iter(mask))
            answer = self.model(x)
            return [self.loss(answer, y), *flat(answer)]

        reasons: list[Exception] = []
        with ExitStack() as stack:
            stack.enter_context(restored(drops, "_given"))
            for name in _LAST:  # the examples to compile with are nobody's call
                stack.enter_context(restored([m for m in self.modules if hasattr(m, name)], name))
            for whole in product(*map(_kinds, self.data)):
                self.whole = whole
                examples = self._cast(*(array[:1] for array in self.data))
                try:
                    given = (*(example[0] for example in examples), *masks)
                    return compile(
                        forward, self.params, inputs=given, engine=self.engine, device=self.device
                    )
                except (TraceError, TypeError, ValueError, IndexError) as error:
                    reasons.append(error)
        odd = [0, *(_first_not_whole(array) for array in self.data)]
        self._by_scalars(*(array[odd] for array in self.data))
        traced = [reason for reason in reasons if isinstance(reason, TraceError)]
        raise (traced or reasons)[-1]

    def _seen_by(self, drops: list[Dropout]) -> list[int]:
        """How many numbers of one sample each dropout sees."""
        sizes = [0] * len(drops)

        def counted(k: int) -> Any:
            while True:
                sizes[k] += 1
                yield 1.0

        with restored(drops, "_given"), no_grad():
            for k, drop in enumerate(drops):
                drop.use(counted(k))
            self.model(self.data[0][0].tolist())
        return sizes


def _kinds(array: Array) -> tuple[bool, ...]:
    """Whether its numbers select, in the order to try: whole ones may, integers first of all."""
    if array.dtype.kind in "iu":
        return (True, False)
    return (False, True) if np.array_equal(array, np.floor(array)) else (False,)


def _first_not_whole(array: Array) -> int:
    """The first sample that holds a number that is not whole; 0 if there is none."""
    return int(np.argmax((array != np.floor(array)).reshape(len(array), -1).any(axis=1)))


def _columns(outputs: list[Array], n: int) -> Array:
    """Outputs side by side, [sample, output]; what depends on no sample is the same for all."""
    return np.array([o if len(o) == n else np.full(n, o[0]) for o in outputs]).T
