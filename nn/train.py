"""`fit`: forward, compare, backward, change the weights a little, over and over."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.stepping.anomaly import first_nonfinite, record_sources
from nn.data import Array, batches
from nn.engine import Engine
from nn.history import History
from nn.inference import arrays, engine_for, measured, mode, modules_of
from nn.losses import resolve_loss
from nn.metrics import resolve_metrics
from nn.module import Module
from nn.optim import Optimizer
from nn.progress import Progress
from nn.schedule import LRScheduler
from nn.settings import above, positive, within

__all__ = ["NonFiniteLossError", "fit"]


class NonFiniteLossError(ArithmeticError):
    """The loss became nan or infinite; the message says where that began.

    >>> from nn import SGD, Neuron
    >>> neuron = Neuron(1, "linear", init="zeros", rng=0)
    >>> try:
    ...     fit(neuron, ([[1.0]], [1e200]), "mse", SGD(neuron.parameters()), progress=False)
    ... except NonFiniteLossError as error:
    ...     print(str(error).partition(";")[0])
    epoch 1, batch 1: the loss is inf
    """


def fit(
    model: Callable[..., Any],
    data: Any,
    loss: str | Callable[[Any, Any], Any],
    optimizer: Optimizer,
    *,
    epochs: int = 10,
    batch_size: int = 32,
    validation: float | tuple[Any, Any] | None = None,
    metrics: Any = (),
    compiled: bool | str = False,
    device: Any = None,
    shuffle: bool = True,
    rng: int | np.random.Generator = 0,
    scheduler: LRScheduler | None = None,
    clip_grad_norm: float | None = None,
    patience: int | None = None,
    min_delta: float = 0.0,
    callbacks: Sequence[Callable[[History], Any]] = (),
    progress: bool = True,
) -> History:
    """Train a model.

    Each mini-batch: the mean loss of its samples, its gradient, one step of the optimizer.

    Args:
        model: answers one sample: a `Module`, or a function of the optimizer's parameters.
        data: samples and targets, ``(x, y)``: arrays or lists, or a `Dataset`.
        loss: a name (`LOSSES`) or a function of (answer, target) for one sample.
        optimizer: what changes the parameters, made with ``model.parameters()``.
        epochs: how often to go through the data.
        batch_size: how many samples a step looks at.
        validation: data to hold out: ``(x, y)``, or a share of ``data`` between 0 and 1.
        metrics: names (`METRICS`), or functions of (outputs, targets), or a dict of them.
        compiled: run as matrices what the model says in scalars: same numbers, much faster. A name says
            on which engine: "numpy", "native", "torch", "jax"; True lets the program's shape decide.
        device: where "torch" or "jax" compute: "cuda", or a mesh of JAX's devices for the batch.
        shuffle: go through the samples in another order in each epoch, drawn from ``rng``.
        rng: a seed or a NumPy Generator, for the split and the order.
        scheduler: changes the learning rate after each epoch.
        clip_grad_norm: the greatest length of the gradient as one vector.
        patience: stop after so many epochs, 1 or more, without a loss smaller by ``min_delta``.
        min_delta: how much smaller a loss must be to count as better.
        callbacks: called with the history after each epoch; one that returns True stops the training.
        progress: a bar on a terminal, a few lines elsewhere; False for silence.

    Returns:
        the history. Whoever stops it early (patience, a callback, Ctrl-C) is left with the weights of
        the best epoch, by the held-out loss if there is one; else the last weights stay.

    Raises:
        NonFiniteLossError: if the loss becomes nan or infinite; the best weights are kept.
        TypeError: for what is no model, optimizer, schedule, function or number where one is needed.
        ValueError: for data of unequal lengths, settings out of range, and an optimizer that changes
            none of the model's parameters.

    >>> from nn import SGD, Neuron
    >>> x = np.linspace(-1, 1, 20).reshape(20, 1)
    >>> neuron = Neuron(1, "linear", rng=0)
    >>> history = fit(neuron, (x, 2 * x[:, 0] + 3), "mse", SGD(neuron.parameters(), lr=0.1),
    ...               epochs=60, batch_size=5, progress=False)
    >>> print(f"y = {neuron.w[0]:.2f} x + {neuron.b:.2f}")
    y = 2.00 x + 3.00
    """
    x, y = arrays(data)
    positive("epochs", epochs)
    within("min_delta", min_delta)
    positive("patience", 1 if patience is None else patience)
    _check(model, optimizer, scheduler, callbacks)
    random = np.random.default_rng(rng)
    x, y, held = _held_out(x, y, validation, random)
    loop = _Loop(
        model,
        resolve_loss(loss),
        optimizer,
        metrics,
        x,
        y,
        batch_size,
        clip_grad_norm,
        compiled,
        device,
    )
    history, best = History(), _Best(loop.engine, min_delta)
    bar = Progress(epochs) if progress else None
    try:
        for epoch in range(epochs):
            started, lr = time.perf_counter(), optimizer.lr
            numbers = loop.epoch(epoch, random if shuffle else None, bar)
            if held is not None:
                numbers |= loop.evaluate(*held)
            if bar:
                bar.epoch(epoch, numbers)
            history.epochs.append({**numbers, "lr": lr, "seconds": time.perf_counter() - started})
            best.look(epoch, numbers.get("val_loss", numbers["loss"]))
            history.best_epoch = best.epoch
            if scheduler is not None:
                scheduler.step()
            history.stopped = _reason_to_stop(history, callbacks, patience)
            if history.stopped != "finished":
                best.restore()
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
        best.restore()
    except NonFiniteLossError:
        best.restore()
        raise
    finally:
        loop.close()
        if bar:
            bar.close()
    return history


def _reason_to_stop(
    history: History, callbacks: Sequence[Callable[[History], Any]], patience: int | None
) -> str:
    """Why this epoch is the last one; "finished" if it is not."""
    assert history.best_epoch is not None
    if True in [callback(history) for callback in callbacks]:
        return "callback"
    waited = len(history) - 1 - history.best_epoch
    return "patience" if patience is not None and waited >= patience else "finished"


class _Loop:
    """One epoch after the other, by whatever runs the model."""

    def __init__(
        self,
        model: Callable[..., Any],
        loss: Callable[[Any, Any], Any],
        optimizer: Optimizer,
        metrics: Any,
        x: Array,
        y: Array,
        batch_size: int,
        clip_grad_norm: float | None,
        compiled: bool | str,
        device: Any,
    ) -> None:
        self.model, self.loss, self.x, self.y = model, loss, x, y
        self.batch_size = positive("batch_size", batch_size)
        self.most = None if clip_grad_norm is None else above("clip_grad_norm", clip_grad_norm)
        self.measures = resolve_metrics(metrics, loss)
        self.modules = modules_of(model)  # once: a walk through all Values takes longer than a step
        self.engine = engine_for(compiled, model, loss, optimizer, x, y, device)

    def epoch(
        self, epoch: int, random: np.random.Generator | None, bar: Progress | None
    ) -> dict[str, float]:
        """Go through the samples once, shuffled by ``random``; the numbers by name."""
        numbers = {"loss": 0.0}
        answers, targets, seen = [], [], 0
        with mode(self.modules, training=True):
            for chosen in batches(len(self.x), self.batch_size, random):
                x, y = self.x[chosen], self.y[chosen]
                mean, answer = self.engine.step(x, y, self.most, bool(self.measures))
                if not math.isfinite(mean):
                    self.engine.sync()
                    where = f"epoch {epoch + 1}, batch {seen // self.batch_size + 1}"
                    said = explain(self.model, self.loss, x, y)
                    raise NonFiniteLossError(f"{where}: the loss is {mean}; {said}")
                answers.append(answer)
                targets.append(y)
                seen += len(chosen)
                numbers["loss"] += (mean - numbers["loss"]) * len(chosen) / seen
                if bar:
                    bar.batch(epoch, seen / len(self.x), numbers)
        return numbers | measured(self.measures, answers, targets)

    def evaluate(self, x: Array, y: Array) -> dict[str, float]:
        """The same numbers for held-out data, with ``val_`` before their names."""
        with mode(self.modules, training=False):
            loss, answers = self.engine.evaluate(x, y)
        return {"val_loss": loss} | measured(self.measures, [answers], [y], "val_")

    def close(self) -> None:
        """Everything where its owner expects it."""
        self.engine.close()
        if isinstance(self.model, Module):
            self.model.eval()


class _Best:
    """The weights of the epoch with the smallest loss so far."""

    def __init__(self, engine: Engine, min_delta: float) -> None:
        self.engine, self.min_delta = engine, min_delta
        self.epoch, self.loss = -1, math.inf
        self.weights: Array | None = None

    def look(self, epoch: int, loss: float) -> None:
        if self.weights is None or loss < self.loss - self.min_delta:
            self.epoch, self.loss, self.weights = epoch, loss, self.engine.weights()

    def restore(self) -> None:
        if self.weights is not None:
            self.engine.restore(self.weights)


def explain(model: Callable[..., Any], loss: Callable[[Any, Any], Any], x: Array, y: Array) -> str:
    """Where a loss that is not finite began: the first bad sample, its operation and line."""
    for i, (xi, yi) in enumerate(zip(x.tolist(), y.tolist()), 1):
        with record_sources():
            root = loss(model(xi), yi)
        anomaly = first_nonfinite(root)
        if anomaly is None or anomaly.what != "value":
            continue
        named = model.named_parameters() if isinstance(model, Module) else ()
        for name, value in named:
            if value is anomaly.node:
                return f"the parameter {name} is {value.data} (a smaller learning rate may help)"
        return f"in sample {i} of the batch {anomaly}"
    return "each sample alone is finite, their sum is not"


def _check(
    model: Any, optimizer: Any, scheduler: Any, callbacks: Sequence[Callable[[History], Any]]
) -> None:
    """Raise unless these are what they are called, and belong to each other."""
    if not callable(model):
        raise TypeError(
            f"fit takes a model: a Module, or a function of a sample; not {model!r:.60}"
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"fit takes an optimizer, like Adam(model.parameters(), lr=0.01), not {optimizer!r:.60}"
        )
    if isinstance(model, Module) and not set(map(id, model.parameters())) & set(
        map(id, optimizer.params)
    ):
        raise ValueError(
            "this optimizer changes none of the model's parameters: make it with model.parameters()"
        )
    if scheduler is not None and not isinstance(scheduler, LRScheduler):
        raise TypeError(
            f"scheduler is one of nn's, like StepLR(optimizer, 10), not {scheduler!r:.60}"
        )
    if scheduler is not None and scheduler.optimizer is not optimizer:
        raise ValueError(
            "this scheduler changes another optimizer: make it with the one given here"
        )
    if not isinstance(callbacks, (list, tuple)) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks is a list of functions of the history, not {callbacks!r:.60}")


def _held_out(
    x: Array, y: Array, validation: Any, random: np.random.Generator
) -> tuple[Array, Array, tuple[Array, Array] | None]:
    """Training samples, their targets, and what is held out."""
    if validation is None:
        return x, y, None
    if not isinstance(validation, (int, float)):
        return x, y, arrays(validation)
    if not 0.0 < validation < 1.0:
        raise ValueError(f"validation is data, or a share between 0 and 1, not {validation!r}")
    order = random.permutation(len(x))
    count = max(1, round(validation * len(x)))
    held, rest = order[:count], order[count:]
    if not len(rest):
        raise ValueError(f"{len(x)} samples are too few to hold out a share of {validation}")
    return x[rest], y[rest], (x[held], y[held])
