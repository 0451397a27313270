"""What layers say to PyTorch: activations as modules, settings that have no counterpart."""

from __future__ import annotations

from typing import Any

from nn.activations import Activation, activation_name

__all__ = ["activated", "activation_module", "refuse_other"]

ACTIVATION_MODULES = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "gelu": "GELU",
    "silu": "SiLU",
    "mish": "Mish",
    "elu": "ELU",
    "softplus": "Softplus",
    "leaky_relu": "LeakyReLU",
}


def activation_module(torch: Any, activation: Activation) -> Any:
    """The `torch.nn` module of an activation.

    Raises:
        TypeError: if PyTorch has none.
    """
    name = activation_name(activation)
    if name not in ACTIVATION_MODULES:
        raise TypeError(
            f"PyTorch has no module for the activation {name!r}; it has {', '.join(ACTIVATION_MODULES)}"
        )
    return getattr(torch.nn, ACTIVATION_MODULES[name])()


def activated(torch: Any, module: Any, activation: Activation) -> Any:
    """``module``, followed by its activation if that is another than linear."""
    if activation_name(activation) == "linear":
        return module
    return torch.nn.Sequential(module, activation_module(torch, activation))


def refuse_other(module: Any, **known: Any) -> None:
    """Raise unless the settings of a `torch.nn` module are the ones that exist here.

    Raises:
        TypeError: naming the setting.
    """
    for name, usual in known.items():
        given = getattr(module, name, usual)
        if given != usual:
            raise TypeError(
                f"{module} has no counterpart here: {name} is {given!r}, and only {usual!r} is known"
            )
