"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import autograd

__all__ = ["ACTIVATIONS", "Activation", "activation_name", "resolve_activation"]

Activation: TypeAlias = str | Callable[[Any], Any] | None

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    name: getattr(autograd, name)
    for name in (
        "tanh", "sigmoid", "relu", "relu6", "leaky_relu", "elu", "softplus", "squareplus", "gelu",
        "silu", "mish", "step", "sign", "exp", "sin", "cos",
    )
}  # fmt: skip


def resolve_activation(activation: Activation) -> Callable[[Any], Any] | None:
    """The function behind a name; None for "linear".

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
        TypeError: for what is neither a name nor a function.
    """
    if activation is None or activation == "linear":
        return None
    if callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"an activation is a name or a function, not {type(activation).__name__} ({activation!r})"
        )
    if activation.lower() not in ACTIVATIONS:
        known = ", ".join(["linear", *ACTIVATIONS])
        raise ValueError(f"unknown activation {activation!r}; known are: {known}")
    return ACTIVATIONS[activation.lower()]


def activation_name(activation: Activation) -> str:
    """How drawings and ``repr`` call an activation."""
    if activation is None:
        return "linear"
    if isinstance(activation, str):
        return activation.lower()
    return getattr(activation, "__name__", type(activation).__name__)
