"""How good a model is, in numbers for people: functions of (outputs, targets)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nn.losses import binary_cross_entropy_with_logits, hinge_loss
from nn.settings import positive

__all__ = ["METRICS", "Metric", "accuracy", "confusion", "resolve_metrics"]

Metric: TypeAlias = Callable[[np.ndarray[Any, Any], np.ndarray[Any, Any]], float]


def accuracy(outputs: Any, targets: Any, threshold: float = 0.5) -> float:
    """The share of right decisions.

    Args:
        outputs: [sample, class], where the largest decides; or one number a sample, yes above the
            threshold.
        targets: class numbers, or rows with one 1; for a single output 0 and 1, or −1 and 1.
        threshold: where yes begins: ½ for probabilities, 0 for logits.

    Raises:
        ValueError: for outputs and targets that do not match.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1]), accuracy([0.7, 0.2, 0.4], [1, 0, 1])
    (0.5, 0.6666666666666666)
    """
    decided, right = _decisions(outputs, targets, threshold)
    return float(np.mean(decided == right))


def confusion(outputs: Any, targets: Any, classes: int) -> np.ndarray[Any, Any]:
    """How often each class (row) was taken for each (column).

    Args:
        outputs: as for `accuracy`.
        targets: as for `accuracy`.
        classes: how many there are: the table is [classes, classes].

    Raises:
        ValueError: for what is no class number.

    >>> confusion([[0.1, 0.9], [0.8, 0.2]], [1, 1], classes=2).tolist()
    [[0, 0], [1, 1]]
    """
    decided, right = _decisions(outputs, targets, 0.5)
    for found in (decided, right):
        wrong = found[~np.isin(found, np.arange(positive("classes", classes)))]
        if wrong.size:
            raise ValueError(f"a class is a number from 0 to {classes - 1}, not {wrong.flat[0]}")
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (right.astype(int), decided.astype(int)), 1)
    return table


def mae(outputs: Any, targets: Any) -> float:
    """The mean absolute error."""
    return float(np.mean(np.abs(np.reshape(outputs, np.shape(targets)) - np.asarray(targets))))


def r2(outputs: Any, targets: Any) -> float:
    """The share of the targets' variance that is explained: 1 is perfect, 0 is the mean."""
    y = np.asarray(targets, float)
    error = np.reshape(outputs, y.shape) - y
    return float(1.0 - np.sum(error**2) / np.sum((y - y.mean(axis=0)) ** 2))


METRICS: dict[str, Metric] = {"accuracy": accuracy, "mae": mae, "r2": r2}


def resolve_metrics(metrics: Any, loss: Any) -> dict[str, Metric]:
    """Metrics by name, from names and functions; a logit decides at 0, a probability at ½.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    if isinstance(metrics, dict):
        return dict(metrics)
    found: dict[str, Metric] = {}
    several = isinstance(metrics, (list, tuple, set))
    for metric in metrics if several else [metrics]:
        if callable(metric):
            found[getattr(metric, "__name__", "metric")] = metric
        elif not isinstance(metric, str) or metric not in METRICS:
            raise ValueError(f"unknown metric {metric!r}; known are: {', '.join(METRICS)}")
        elif metric == "accuracy" and loss in (binary_cross_entropy_with_logits, hinge_loss):
            found[metric] = lambda outputs, targets: accuracy(outputs, targets, threshold=0.0)
        else:
            found[metric] = METRICS[metric]
    return found


def _decisions(outputs: Any, targets: Any, threshold: float) -> tuple[Any, Any]:
    outputs, targets = np.asarray(outputs, float), np.asarray(targets)
    if not outputs.size or outputs.shape[:1] != targets.shape[:1]:
        raise ValueError(
            f"outputs of shape {outputs.shape} and targets of shape {targets.shape} do not match"
        )
    if outputs.ndim > 1 and outputs.shape[-1] > 1:
        return outputs.argmax(axis=-1), targets.argmax(axis=-1) if targets.ndim > 1 else targets
    return outputs.reshape(-1) > threshold, targets.reshape(-1) > 0
