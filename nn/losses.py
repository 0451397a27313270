"""Loss functions, with PyTorch's names: a prediction and a target become one number to make smaller.

Predictions and targets are numbers, Values, or (nested) lists of them; both have the same shape.
``reduction`` is "mean", "sum" or "none" (a list).

>>> from autograd import Value
>>> prediction = Value(3.0)
>>> loss = mse_loss(prediction, 1.0); loss.backward()
>>> loss.data, prediction.grad                                  # (3 − 1)², 2 · (3 − 1)
(4.0, 4.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, overload

import numpy as np

from autograd import Value, exp, log, maximum, relu, softplus
from autograd.compiler.select import Index, select
from nn.nested import flat, plain, shape_of
from nn.settings import above
from nn.signatures import Nested, Total, of_list, of_pairs, of_sum

__all__ = [
    "LOSSES", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy",
    "hinge_loss", "huber_loss", "l1_loss", "log_softmax", "logsumexp", "mae_loss", "mse_loss",
    "resolve_loss", "softmax",
]  # fmt: skip

_ROUNDING = 1e-9  # by which probabilities may miss 0 and 1


@of_pairs
def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Squared errors: (input − target)².

    Args:
        input: the predictions: numbers, Values, or (nested) lists of them.
        target: what is right, of the same shape.
        reduction: "mean", "sum", or "none" for a list.

    Raises:
        ValueError: for shapes that differ, and no prediction at all.

    >>> mse_loss([1.0, 5.0], [2.0, 2.0])
    5.0
    """
    return _reduced([(x - t) * (x - t) for x, t in _pairs(input, target)], reduction)


@of_pairs
def l1_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """Absolute errors, ``abs(input − target)``: the MAE.

    Args:
        input: the predictions: numbers, Values, or (nested) lists of them.
        target: what is right, of the same shape.
        reduction: "mean", "sum", or "none" for a list.

    Raises:
        ValueError: for shapes that differ, and no prediction at all.

    >>> l1_loss([1.0, 5.0], [2.0, 2.0])
    2.0
    """
    return _reduced([abs(x - t) for x, t in _pairs(input, target)], reduction)


mae_loss = l1_loss


@overload
def huber_loss(
    input: Nested[Value], target: Any, reduction: Total = "mean", delta: float = 1.0
) -> Value: ...
@overload
def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any: ...
def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Half the squared error up to ``delta``, linear beyond: an outlier pulls with bounded force.

    Args:
        input: the predictions: numbers, Values, or (nested) lists of them.
        target: what is right, of the same shape.
        reduction: "mean", "sum", or "none" for a list.
        delta: the error, above 0, from which on the loss is linear.

    Raises:
        ValueError: for shapes that differ, and no prediction at all.

    Source: Huber, Robust estimation of a location parameter (1964).

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    [0.125, 2.5]
    """
    losses, delta = [], above("delta", delta)
    for x, t in _pairs(input, target):
        error = abs(x - t)
        beyond = maximum(error - delta, 0.0)  # error = inside + beyond
        inside = error - beyond
        losses.append(0.5 * inside * inside + delta * beyond)
    return _reduced(losses, reduction)


@of_pairs
def hinge_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """The "max-margin" loss max(0, 1 − target · input); targets are −1 and 1.

    Args:
        input: the predictions: numbers, Values, or (nested) lists of them.
        target: what is right, of the same shape.
        reduction: "mean", "sum", or "none" for a list.

    Raises:
        ValueError: for shapes that differ, and no prediction at all.

    >>> hinge_loss([2.0, 0.25], [1, -1], reduction="none")
    [0.0, 1.25]
    """
    return _reduced([relu(1.0 - x * t) for x, t in _pairs(input, target)], reduction)


@of_pairs
def binary_cross_entropy(input: Any, target: Any, reduction: str = "mean") -> Any:
    """−t·log(p) − (1 − t)·log(1 − p) of probabilities p; targets lie in 0 … 1.

    Give `binary_cross_entropy_with_logits` the numbers before the sigmoid where you can: there a
    probability of exactly 0 or 1 does no harm.

    Args:
        input: the predictions: numbers, Values, or (nested) lists of them.
        target: what is right, of the same shape.
        reduction: "mean", "sum", or "none" for a list.

    Raises:
        ValueError: for shapes that differ, no prediction at all, and what is no probability.

    >>> print(f"{binary_cross_entropy(0.5, 1):.4f}")                # log 2
    0.6931
    """
    least = math.exp(-100.0)
    pairs = _pairs(input, target)
    for p, _ in pairs:
        number = p.data if isinstance(p, Value) else p
        if not -_ROUNDING <= number <= 1.0 + _ROUNDING and number == number:
            raise ValueError(
                f"a prediction is a probability from 0 to 1, not {number!r}: end the model with a "
                "sigmoid, or use binary_cross_entropy_with_logits"
            )
    return _reduced(
        [
            -(t * log(maximum(p, least))) - (1.0 - t) * log(maximum(1.0 - p, least))
            for p, t in pairs
        ],
        reduction,
    )


@of_pairs
def binary_cross_entropy_with_logits(input: Any, target: Any, reduction: str = "mean") -> Any:
    """The binary cross-entropy of sigmoid(input), from the logits: finite and exact at ±1000.

    Args:
        input: the predictions: numbers, Values, or (nested) lists of them.
        target: what is right, of the same shape.
        reduction: "mean", "sum", or "none" for a list.

    Raises:
        ValueError: for shapes that differ, and no prediction at all.

    Formula: (1 − t)·x + softplus(−x).

    >>> binary_cross_entropy_with_logits([1000.0, -1000.0], [1, 1], reduction="none")
    [0.0, 1000.0]
    """
    return _reduced([(1.0 - t) * x + softplus(-x) for x, t in _pairs(input, target)], reduction)


@of_pairs
def cross_entropy(input: Any, target: Any, reduction: str = "mean") -> Any:
    """−log softmax(input)[target], from logits: finite and exact at ±1000.

    Args:
        input: C logits; or a list of samples, C logits each.
        target: the number of the class, 0 to C − 1, or C probabilities; or a list with one a sample.
        reduction: over the samples.

    Raises:
        ValueError: for a target out of range, or not as many targets as samples.

    >>> cross_entropy([1000.0, 0.0], 0), cross_entropy([1000.0, 0.0], 1)
    (0.0, 1000.0)
    """
    logits = plain(input)
    if not isinstance(logits, (list, tuple)):
        raise ValueError(
            f"cross_entropy takes a list of logits, one for each class, not {logits!r:.60}"
        )
    if not logits:
        raise ValueError("cross_entropy needs at least one logit")
    if not isinstance(logits[0], list):
        return _cross_entropy(logits, plain(target))
    targets = plain(target)
    if not isinstance(targets, list) or len(targets) != len(logits):
        given = len(targets) if isinstance(targets, list) else 1
        raise ValueError(f"cross_entropy got {len(logits)} samples, but {given} targets")
    return _reduced([_cross_entropy(x, t) for x, t in zip(logits, targets)], reduction)


def _cross_entropy(logits: Sequence[Any], target: Any) -> Any:
    if isinstance(target, list):
        if len(target) != len(logits):
            raise ValueError(f"{len(logits)} logits, but {len(target)} target probabilities")
        chosen = _total([x * t for x, t in zip(logits, target)])
        return logsumexp(logits) * _total(target) - chosen
    if not isinstance(target, Index) and not (
        isinstance(target, (int, float)) and target in range(len(logits))
    ):
        raise ValueError(
            f"a target is a class number from 0 to {len(logits) - 1}, or a list of "
            f"{len(logits)} probabilities, not {target!r}"
        )
    return logsumexp(logits) - select(logits, target)


@of_sum
def logsumexp(x: Sequence[Any]) -> Any:
    """log Σ exp(xᵢ), without overflow.

    Args:
        x: one number or Value or more, in a list.

    Raises:
        ValueError: for an empty list.

    >>> logsumexp([1000.0, -1000.0])
    1000.0
    """
    largest = _largest(x)
    return largest + log(_total([exp(xi - largest) for xi in x]))


@of_list
def softmax(x: Sequence[Any]) -> list[Any]:
    """exp(xᵢ) / Σ exp(xⱼ): probabilities that add up to 1.

    Args:
        x: one number or Value or more, in a list.

    Raises:
        ValueError: for an empty list.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    largest = _largest(x)
    exps = [exp(xi - largest) for xi in x]
    total = _total(exps)
    return [e / total for e in exps]


@of_list
def log_softmax(x: Sequence[Any]) -> list[Any]:
    """log of `softmax`, exact also where a probability is too small for a float.

    Args:
        x: one number or Value or more, in a list.

    Raises:
        ValueError: for an empty list.

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    total = logsumexp(x)
    return [xi - total for xi in x]


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "mse": mse_loss,
    "mae": l1_loss,
    "huber": huber_loss,
    "hinge": hinge_loss,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "cross_entropy": cross_entropy,
}


def resolve_loss(loss: str | Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The function behind a name.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    if callable(loss):
        return loss
    if not isinstance(loss, str) or loss not in LOSSES:
        several = isinstance(loss, (list, tuple, np.ndarray))
        hint = "; samples and targets go together: (X, y)" if several else ""
        raise ValueError(f"unknown loss {loss!r:.60}; known are: {', '.join(LOSSES)}{hint}")
    return LOSSES[loss]


def _pairs(input: Any, target: Any) -> list[tuple[Any, Any]]:
    """Each prediction with its target. One Value and a list of one number fit each other."""
    input, target = plain(input), plain(target)
    inputs, targets = flat(input), flat(target)
    if len(inputs) != len(targets) or (shape_of(input) != shape_of(target) and len(inputs) > 1):
        raise ValueError(
            f"a prediction of shape {shape_of(input)} against a target of shape {shape_of(target)}"
        )
    if not inputs:
        raise ValueError("a loss needs at least one prediction")
    return list(zip(inputs, targets))


def _largest(x: Sequence[Any]) -> Any:
    if not hasattr(x, "__len__"):
        raise TypeError(f"softmax and its logarithm are of a list of numbers, not of {x!r:.60}")
    if not len(x):
        raise ValueError("softmax, its logarithm and cross_entropy need at least one number")
    return reduce(maximum, x)


def _total(terms: Sequence[Any]) -> Any:
    """The sum, from the first term on: no 0 at its beginning becomes a node."""
    return sum(terms[1:], terms[0])


def _reduced(losses: list[Any], reduction: str) -> Any:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(f'reduction is "mean", "sum" or "none", not {reduction!r}')
    total = _total(losses)
    return total if reduction == "sum" or len(losses) == 1 else total * (1.0 / len(losses))
