"""Networks to PyTorch and back: the same layers with the same weights, in float64.

What becomes of a layer it says itself (`Module.torch_module`, `torch_layout`, `like_torch`); here the
network is walked through and the numbers are copied. PyTorch is asked for only when one of these
functions is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import nn
from autograd import Value
from nn.layers import MLP
from nn.module import Module
from nn.nested import each, flat, shape_of
from nn.sequential import Sequential

__all__ = ["from_torch", "to_torch", "torch_layout"]


def to_torch(model: Module) -> Any:
    """The same network as a `torch.nn` module, which takes batches.

    A layer with an activation becomes two modules in a `Sequential`; a partly connected one a pruned
    `Linear`, whose missing weights stay 0; recurrent ones are ``batch_first``.

    Args:
        model: a module of layers that PyTorch has too.

    Raises:
        ModuleNotFoundError: without PyTorch.
        TypeError: for a module of your own; convert its parts one by one.
    """
    torch = _torch()
    if isinstance(model, (Sequential, MLP)):
        return torch.nn.Sequential(*(to_torch(_module(layer)) for layer in model.layers))
    made = model.torch_module(torch).double()
    weighted = made[0] if isinstance(made, torch.nn.Sequential) else made
    placed: set[int] = set()  # of a Value that is the sum of two places the second gets 0

    def number(value: Value | None) -> float:
        if value is None or id(value) in placed:
            return 0.0
        placed.add(id(value))
        return value.data

    with torch.no_grad():
        for name, values in model.torch_layout().items():
            numbers = torch.tensor(each(number, values), dtype=torch.float64)
            getattr(weighted, name).copy_(numbers)
            if any(value is None for value in flat(values)):
                mask = torch.tensor(each(lambda value: float(value is not None), values))
                torch.nn.utils.prune.custom_from_mask(weighted, name, mask)
    return made


def from_torch(module: Any, into: Module | None = None) -> Module:
    """The same network, of Values, from a `torch.nn` module.

    Args:
        module: a `Sequential` (nested ones too) of the kinds of layers that exist here.
        into: a model that takes over the weights, as `to_torch` made it; None makes a new one.

    Raises:
        TypeError: for a module that has no counterpart here.
        ValueError: if ``into`` has other layers or shapes; it is then left as it was.
    """
    model = into if into is not None else _from(module)
    ours = [m for m in _parts(model) if torch_layout(m)]
    theirs = [m for m in module.modules() if any(True for _ in m.parameters(recurse=False))]
    if len(ours) != len(theirs):
        raise ValueError(f"{len(theirs)} layers with weights do not fit into {len(ours)}")
    sums: dict[int, float] = {}
    values_of: dict[int, Value] = {}
    for part, source in zip(ours, theirs):
        tensors = {name: t.detach().numpy() for name, t in source.named_parameters()}
        for name, values in torch_layout(part).items():
            array = tensors.get(name, tensors.get(f"{name}_orig"))
            shape = shape_of(values)
            if array is None or array.shape != shape:
                given = "nothing" if array is None else f"shape {array.shape}"
                raise ValueError(f"{part!r} has {name!r} of shape {shape}; PyTorch's has {given}")
            for value, number in zip(flat(values), np.float64(array).ravel().tolist()):
                if value is not None:
                    values_of[id(value)] = value
                    sums[id(value)] = sums.get(id(value), 0.0) + number
    for key, value in values_of.items():
        value.data = sums[key]
    return model


def torch_layout(module: Module) -> dict[str, Any]:
    """The Values of one layer as PyTorch arranges them: see `Module.torch_layout`.

    >>> {name: shape_of(values) for name, values in torch_layout(nn.Linear(4, 3)).items()}
    {'weight': (3, 4), 'bias': (3,)}
    """
    return module.torch_layout()


def _parts(model: Module) -> list[Module]:
    """The layers of a model that have a counterpart of their own, in order."""
    if isinstance(model, (Sequential, MLP)):
        return [part for layer in model.layers for part in _parts(_module(layer))]
    return [model]


def _module(layer: Any) -> Module:
    if isinstance(layer, Module):
        return layer
    name = getattr(layer, "__name__", repr(layer))
    raise TypeError(f"the function {name} in a Sequential has no counterpart in PyTorch")


def _torch() -> Any:
    try:
        import torch
        import torch.nn.utils.prune
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "this needs PyTorch, which is not installed: pip install torch"
        ) from error
    return torch


def _from(module: Any) -> Module:
    """A module of Values of the same kind and size, weights not yet copied: names are PyTorch's."""
    kind = type(module)
    if kind.__name__ == "Sequential":
        return Sequential(*map(_from, module))
    ours = getattr(nn, kind.__name__, Module) if kind.__module__.startswith("torch.nn.") else Module
    return ours.like_torch(module)
