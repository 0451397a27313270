"""Gradients kept within bounds, with PyTorch's names."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import Value
from nn.settings import above

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_norm"]


def clip_grad_norm_(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients so that their length, as one vector, is at most ``max_norm``.

    Args:
        parameters: Values with gradients; one alone will do.
        max_norm: the greatest length, above 0.

    Returns:
        the length before.

    Raises:
        ValueError: for a length of 0 or less.

    Source: Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks (2013).

    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_grad_norm_([a, b], max_norm=1.0), round(a.grad, 6), round(b.grad, 6)
    (5.0, 0.6, 0.8)
    """
    values = _listed(parameters)
    grad = np.array([p.grad for p in values])
    norm = clip_norm(grad, max_norm)
    for p, number in zip(values, grad.tolist()):
        p.grad = number
    return norm


def clip_norm(grad: np.ndarray[Any, Any], max_norm: float) -> float:
    """`clip_grad_norm_` on an array of gradients, in place."""
    max_norm = above("max_norm", max_norm)
    norm = math.sqrt(float(np.vdot(grad, grad)))
    scale = max_norm / (norm + 1e-6)  # PyTorch's guard
    if scale < 1.0:
        grad *= scale
    return norm


def clip_grad_value_(parameters: Iterable[Value], clip_value: float) -> None:
    """Bring each gradient into −clip_value … clip_value.

    Args:
        parameters: Values with gradients; one alone will do.
        clip_value: the largest size of a gradient, above 0.

    Raises:
        ValueError: for a value of 0 or less.

    >>> a = Value(0.0); a.grad = -7.0
    >>> clip_grad_value_([a], 5.0); a.grad
    -5.0
    """
    clip_value = above("clip_value", clip_value)
    for p in _listed(parameters):
        p.grad = min(max(p.grad, -clip_value), clip_value)


def _listed(parameters: Iterable[Value]) -> list[Value]:
    """The parameters, of which one alone makes a list too, as in PyTorch."""
    if hasattr(parameters, "parameters"):
        kind = type(parameters).__name__
        raise TypeError(f"give the Values, model.parameters(), not the {kind} itself")
    return [parameters] if isinstance(parameters, Value) else list(parameters)
