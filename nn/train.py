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
from nn.inference import arrays, engine_for, measured, mode
from nn.losses import resolve_loss
from nn.metrics import resolve_metrics
from nn.module import Module
from nn.optim import Optimizer
from nn.progress import Progress
from nn.schedule import LRScheduler

__all__ = ["NonFiniteLossError", "fit"]


class NonFiniteLossError(ArithmeticError):
    """The loss became nan or infinite; the message says where that began."""


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
    compiled: bool = False,
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
        compiled: run as matrices what the model says in scalars: same numbers, much faster.
        shuffle: go through the samples in another order in each epoch, drawn from ``rng``.
        rng: a seed or a NumPy Generator, for the split and the order.
        scheduler: changes the learning rate after each epoch.
        clip_grad_norm: the greatest length of the gradient as one vector.
        patience: stop after so many epochs without a loss smaller by ``min_delta``.
        callbacks: called with the history after each epoch; one that returns True stops the training.
        progress: a bar on a terminal, a few lines elsewhere; False for silence.

    Returns:
        the history. Whoever stops it early (patience, a callback, Ctrl-C) is left with the weights of
        the best epoch, by the held-out loss if there is one; else the last weights stay.

    Raises:
        NonFiniteLossError: if the loss becomes nan or infinite; the best weights are kept.
        ValueError: for data of unequal lengths and settings out of range.

    >>> from nn import SGD, Neuron
    >>> x = np.linspace(-1, 1, 20).reshape(20, 1)
    >>> neuron = Neuron(1, "linear", rng=0)
    >>> history = fit(neuron, (x, 2 * x[:, 0] + 3), "mse", SGD(neuron.parameters(), lr=0.1),
    ...               epochs=60, batch_size=5, progress=False)
    >>> print(f"y = {neuron.w[0]:.2f} x + {neuron.b:.2f}")
    y = 2.00 x + 3.00
    """
    x, y = arrays(data)
    for name, number in (("epochs", epochs), ("batch_size", batch_size)):
        if number < 1:
            raise ValueError(f"{name} is a whole number of 1 or more, not {number!r}")
    random = np.random.default_rng(rng)
    x, y, held = _held_out(x, y, validation, random)
    function = resolve_loss(loss)
    measures = resolve_metrics(metrics, function)
    engine = engine_for(compiled, model, function, optimizer, x, y)
    history = History()
    best = _Best(engine, min_delta)
    bar = Progress(epochs) if progress else None
    try:
        for epoch in range(epochs):
            started, lr = time.perf_counter(), optimizer.lr
            numbers = {"loss": 0.0}
            answers, targets, seen = [], [], 0
            with mode(model, training=True):
                for chosen in batches(len(x), batch_size, random if shuffle else None):
                    mean, answer = engine.step(x[chosen], y[chosen], clip_grad_norm, bool(measures))
                    if not math.isfinite(mean):
                        where = f"epoch {epoch + 1}, batch {seen // batch_size + 1}"
                        engine.sync()
                        said = explain(model, function, x[chosen], y[chosen])
                        raise NonFiniteLossError(f"{where}: the loss is {mean}; {said}")
                    answers.append(answer)
                    targets.append(y[chosen])
                    numbers["loss"] += (mean - numbers["loss"]) * len(chosen) / (seen + len(chosen))
                    seen += len(chosen)
                    if bar:
                        bar.batch(epoch, seen / len(x), numbers)
            numbers |= measured(measures, answers, targets)
            if held is not None:
                with mode(model, training=False):
                    numbers["val_loss"], answer = engine.evaluate(*held)
                numbers |= measured(measures, [answer], [held[1]], "val_")
            if bar:
                bar.epoch(epoch, numbers)
            history.epochs.append({**numbers, "lr": lr, "seconds": time.perf_counter() - started})
            best.look(epoch, numbers.get("val_loss", numbers["loss"]))
            history.best_epoch = best.epoch
            if scheduler is not None:
                scheduler.step()
            asked = [callback(history) for callback in callbacks]
            if True in asked:
                history.stopped = "callback"
            elif patience is not None and epoch - best.epoch >= patience:
                history.stopped = "patience"
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
        engine.close()
        if isinstance(model, Module):
            model.eval()
        if bar:
            bar.close()
    return history


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
