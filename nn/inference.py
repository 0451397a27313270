"""A model used, not trained: its answers, and how good they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd.compiler import ENGINES
from autograd.restored import restored
from nn.compiled import Compiled
from nn.data import Array
from nn.eager import Eager
from nn.engine import Engine
from nn.losses import resolve_loss
from nn.metrics import Metric, resolve_metrics
from nn.module import Module
from nn.nested import flat
from nn.optim import Optimizer

_CLASSES = "; np.unique(y, return_inverse=True) numbers the classes"

__all__ = ["arrays", "engine_for", "evaluate", "measured", "mode", "modules_of", "predict"]


def evaluate(
    model: Callable[..., Any],
    data: Any,
    loss: str | Callable[[Any, Any], Any],
    metrics: Any = (),
    *,
    compiled: bool | str = False,
    device: Any = None,
) -> dict[str, float]:
    """The mean loss and the metrics of a model on data, without changing it.

    Args:
        model: answers one sample.
        data: samples and targets: ``(x, y)``, or a `Dataset`.
        loss: a name (`LOSSES`) or a function of (answer, target).
        metrics: names (`METRICS`), or functions of (outputs, targets), or a dict of them.
        compiled: run as matrices what the model says in scalars; a name says on which engine, see
            `fit`.
        device: where "torch" or "jax" compute.

    Raises:
        TypeError: for samples that are no numbers.
        ValueError: for data of unequal lengths, and unknown names.

    >>> from nn import Neuron
    >>> evaluate(Neuron(1, "linear", init="zeros", rng=0), ([[1.0], [2.0]], [1.0, 2.0]), "mse")
    {'loss': 2.5}
    """
    x, y = arrays(data)
    function = resolve_loss(loss)
    engine = engine_for(compiled, model, function, None, x, y, device)
    with mode(model, training=False):
        mean, answers = engine.evaluate(x, y)
    return {"loss": mean, **measured(resolve_metrics(metrics, function), [answers], [y])}


def predict(
    model: Callable[..., Any], x: Any, *, compiled: bool | str = False, device: Any = None
) -> Array:
    """The model's answer to each sample: an array [sample, output].

    Args:
        model: answers one sample.
        x: the samples [sample, ...].
        compiled, device: as of `evaluate`.

    Raises:
        TypeError, ValueError: for what are no numbers, and for no sample at all.

    >>> from nn import Neuron
    >>> predict(Neuron(1, "sigmoid", init="zeros", rng=0), [[1.0], [2.0]]).tolist()
    [[0.5], [0.5]]
    """
    samples = _samples(x)
    nothing = np.zeros(len(samples))
    engine = engine_for(
        compiled, model, lambda answer, _: flat(answer)[0], None, samples, nothing, device
    )
    with mode(model, training=False):
        return engine.evaluate(samples, nothing)[1]


def engine_for(
    compiled: bool | str,
    model: Callable[..., Any],
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer | None,
    x: Array,
    y: Array,
    device: Any = None,
) -> Engine:
    """What runs the model: node by node, or compiled for an engine."""
    if not compiled:
        if device is not None:
            raise ValueError(f"device={device!r} needs compiled='torch' or compiled='jax'")
        return Eager(model, loss, optimizer)
    name = "auto" if compiled is True else compiled
    if name not in ENGINES:
        raise ValueError(f"compiled is True, False, or one of {', '.join(ENGINES)}, not {name!r}")
    return Compiled(model, loss, optimizer, x, y, name, device)


def arrays(data: Any) -> tuple[Array, Array]:
    """Samples and targets as arrays of the same length."""
    try:
        x, y = np.asarray(data[0]), np.asarray(data[1])
    except (TypeError, IndexError, KeyError, ValueError) as error:
        raise TypeError(
            "data is (samples, targets), two arrays or lists; samples of unequal lengths do not make "
            f"an array ({error})"
        ) from error
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or not len(x):
        raise ValueError(f"samples of shape {x.shape} and targets of shape {y.shape} do not match")
    for name, array in (("samples", x), ("targets", y)):
        if array.dtype.kind not in "fiub":
            hint = _CLASSES if (name, array.dtype.kind) == ("targets", "U") else ""
            raise TypeError(f"the {name} are not numbers but {array.dtype}{hint}")
        if not np.isfinite(array).all():
            raise ValueError(f"the {name} hold nan or infinite numbers")
    return (x.astype(float) if x.dtype.kind == "b" else x), (
        y.astype(float) if y.dtype.kind == "b" else y
    )


def _samples(x: Any) -> Array:
    try:
        samples = np.asarray(x)
    except ValueError as error:
        raise TypeError(f"samples of unequal lengths do not make an array ({error})") from error
    if samples.dtype.kind not in "fiub":
        raise TypeError(f"the samples are not numbers but {samples.dtype}")
    if not samples.size:
        raise ValueError(f"predict takes one sample or more, not an array of shape {samples.shape}")
    if not samples.ndim:
        raise ValueError(f"predict takes a list of samples, not the number {x!r}")
    return samples.astype(float) if samples.dtype.kind == "b" else samples


def measured(
    measures: dict[str, Metric], answers: list[Array], targets: list[Array], prefix: str = ""
) -> dict[str, float]:
    if not measures:
        return {}
    outputs, right = np.concatenate(answers), np.concatenate(targets)
    return {f"{prefix}{name}": measure(outputs, right) for name, measure in measures.items()}


def modules_of(model: Any) -> list[Module]:
    """The model and each module inside it; none where it is a plain function."""
    return model.modules() if isinstance(model, Module) else []


@contextmanager
def mode(model: Any, training: bool) -> Iterator[None]:
    """The model, or a list of its modules, in training or in use, within the block."""
    modules = model if isinstance(model, list) else modules_of(model)
    with restored(modules, "training"):
        for module in modules:
            module.training = training
        yield
