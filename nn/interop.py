"""Networks to PyTorch and back: the same layers with the same weights, in float64.

PyTorch is asked for only when one of these functions is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Value
from nn import sequential as seq
from nn.activations import activation_name
from nn.conv import AvgPool2d, Conv2d, MaxPool2d
from nn.dropout import Dropout
from nn.embedding import Embedding
from nn.layers import MLP, Layer, Linear, Neuron
from nn.module import Module
from nn.nested import each, flat, shape_of
from nn.norm import LayerNorm
from nn.recurrent import LSTM, RNN

__all__ = ["from_torch", "to_torch", "torch_layout"]

_ACTIVATIONS = {
    "relu": "ReLU",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "gelu": "GELU",
    "silu": "SiLU",
    "elu": "ELU",
    "softplus": "Softplus",
    "leaky_relu": "LeakyReLU",
}


def to_torch(model: Module) -> Any:
    """The same network as a `torch.nn` module, which takes batches.

    A layer with an activation becomes two modules in a `Sequential`; a partly connected one a pruned
    `Linear`, whose missing weights stay 0; recurrent ones are ``batch_first``.

    Raises:
        ModuleNotFoundError: without PyTorch.
        TypeError: for a module of your own; convert its parts one by one.
    """
    torch = _torch()
    if isinstance(model, (seq.Sequential, MLP)):
        return torch.nn.Sequential(*(to_torch(_module(layer)) for layer in model.layers))
    made = _counterpart(torch, model)
    layout = torch_layout(model)
    with torch.no_grad():
        for name, tensor in made.named_parameters():
            numbers = each(_number, layout[name]) if name in layout else 0.0  # LSTM's second bias
            tensor.copy_(torch.as_tensor(numbers, dtype=torch.float64))
    if isinstance(model, Layer) and any(n.inputs is not None for n in model.neurons):
        mask = torch.tensor(each(lambda w: float(w is not None), layout["weight"]))
        torch.nn.utils.prune.custom_from_mask(made, "weight", mask)
    name = _activation_of(model)
    return torch.nn.Sequential(made, _activation(torch, name)) if name != "linear" else made


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
    moves: list[tuple[Value, float]] = []
    for part, source in zip(ours, theirs):
        tensors = {name: t.detach().numpy() for name, t in source.named_parameters()}
        for name, values in torch_layout(part).items():
            array = tensors.get(name, tensors.get(f"{name}_orig"))
            shape = shape_of(values)
            if array is None or array.shape != shape:
                given = "nothing" if array is None else f"shape {array.shape}"
                raise ValueError(f"{part!r} has {name!r} of shape {shape}; PyTorch's has {given}")
            array = np.float64(array) + tensors.get(name.replace("bias_ih", "bias_hh"), 0.0) * (
                "bias_ih" in name
            )
            moves += zip(flat(values), array.ravel().tolist())
    for value, number in moves:
        if value is not None:
            value.data = number
    return model


def torch_layout(module: Module) -> dict[str, Any]:
    """The Values of one layer as PyTorch arranges them: nested lists by the name of the tensor.

    A weight that a partly connected layer does not have is None.

    >>> {name: shape_of(values) for name, values in torch_layout(Linear(4, 3)).items()}
    {'weight': (3, 4), 'bias': (3,)}
    """
    if isinstance(module, Neuron):
        return _dense([module])
    if isinstance(module, Layer):
        return _dense(module.neurons)
    if isinstance(module, Conv2d):
        rows, columns = module.kernel_size
        image = seq.Unflatten(module.in_channels // module.groups, rows, columns)
        dense = _dense(module.neurons)
        return {**dense, "weight": [image(w) for w in dense["weight"]]}
    if isinstance(module, (RNN, LSTM)):
        gates = (
            (module.cell,)
            if isinstance(module, RNN)
            else (module.input_gate, module.forget_gate, module.cell_gate, module.output_gate)
        )
        neurons = [neuron for gate in gates for neuron in gate.neurons]
        return {
            "weight_ih_l0": [n.w[: module.input_size] for n in neurons],
            "weight_hh_l0": [n.w[module.input_size :] for n in neurons],
            "bias_ih_l0": [n.b for n in neurons],
        }
    if isinstance(module, Embedding):
        return {"weight": module.weight}
    if isinstance(module, LayerNorm) and module.elementwise_affine:
        return {"weight": module.weight, "bias": module.bias}
    return {}


def _dense(neurons: list[Neuron]) -> dict[str, Any]:
    rows = []
    for neuron in neurons:
        seen = range(neuron.nin) if neuron.inputs is None else neuron.inputs
        by_input = dict(zip(seen, neuron.w))
        rows.append([by_input.get(i) for i in range(neuron.nin)])
    biases = [neuron.b for neuron in neurons]
    return {"weight": rows, **({} if biases[0] is None else {"bias": biases})}


def _number(value: Value | None) -> float:
    return 0.0 if value is None else value.data


def _parts(model: Module) -> list[Module]:
    """The layers of a model that have a counterpart of their own, in order."""
    if isinstance(model, (seq.Sequential, MLP)):
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


def _activation_of(model: Module) -> str:
    neurons = getattr(model, "neurons", [model] if isinstance(model, Neuron) else [])
    return activation_name(neurons[0].activation) if neurons else "linear"


def _activation(torch: Any, name: str) -> Any:
    if name not in _ACTIVATIONS:
        raise TypeError(
            f"PyTorch has no module for the activation {name!r}; it has {', '.join(_ACTIVATIONS)}"
        )
    return getattr(torch.nn, _ACTIVATIONS[name])()


def _counterpart(torch: Any, model: Module) -> Any:
    """A `torch.nn` module of the same kind and size, weights not yet copied."""
    nn, f64 = torch.nn, {"dtype": torch.float64}
    if isinstance(model, Neuron):
        return nn.Linear(model.nin, 1, bias=model.b is not None, **f64)
    if isinstance(model, Layer):
        return nn.Linear(model.nin, model.nout, bias=model.neurons[0].b is not None, **f64)
    if isinstance(model, Conv2d):
        return nn.Conv2d(
            model.in_channels, model.out_channels, model.kernel_size, model.stride, model.padding,
            model.dilation, model.groups, bias=model.neurons[0].b is not None, **f64,
        )  # fmt: skip
    if isinstance(model, (MaxPool2d, AvgPool2d)):
        kind = getattr(nn, type(model).__name__)
        return kind(model.kernel_size, model.stride, model.padding)
    if isinstance(model, RNN):
        name = activation_name(model.cell.neurons[0].activation)
        if name not in ("tanh", "relu"):
            raise TypeError(f"PyTorch's RNN has no {name!r}, only 'tanh' and 'relu'")
        sizes = (model.input_size, model.hidden_size)
        return nn.RNN(*sizes, nonlinearity=name, batch_first=True, **f64)
    if isinstance(model, LSTM):
        return nn.LSTM(model.input_size, model.hidden_size, batch_first=True, **f64)
    if isinstance(model, Embedding):
        return nn.Embedding(model.num_embeddings, model.embedding_dim, **f64)
    if isinstance(model, LayerNorm):
        size, affine = model.normalized_shape, model.elementwise_affine
        return nn.LayerNorm(size, model.eps, elementwise_affine=affine, **f64)
    if isinstance(model, Dropout):
        return nn.Dropout(model.p)
    if isinstance(model, seq.Flatten):
        return nn.Flatten()
    if isinstance(model, seq.Unflatten):
        return nn.Unflatten(1, model.shape)
    if isinstance(model, seq.Softmax):
        return nn.Softmax(dim=-1)
    if isinstance(model, seq.LeakyReLU):
        return nn.LeakyReLU(model.negative_slope)
    if isinstance(model, seq.ELU):
        return nn.ELU(model.alpha)
    if isinstance(model, seq.Activate):
        return _activation(torch, activation_name(model.activation))
    raise TypeError(
        f"{type(model).__name__} has no counterpart in PyTorch that is known here; "
        "convert the layers it is made of one by one"
    )


def _from(module: Any) -> Module:
    """A module of Values of the same kind and size, weights not yet copied."""
    kind = type(module).__name__
    if kind == "Sequential":
        return seq.Sequential(*map(_from, module))
    if kind == "Linear":
        return Linear(module.in_features, module.out_features, module.bias is not None, rng=0)
    if kind == "Conv2d":
        return Conv2d(
            module.in_channels, module.out_channels, module.kernel_size, module.stride,
            module.padding, module.dilation, module.groups, module.bias is not None, rng=0,
        )  # fmt: skip
    if kind == "MaxPool2d":
        return MaxPool2d(module.kernel_size, module.stride, module.padding)
    if kind == "AvgPool2d":
        return AvgPool2d(module.kernel_size, module.stride, module.padding)
    if kind in ("RNN", "LSTM") and module.num_layers == 1 and not module.bidirectional:
        sizes = (module.input_size, module.hidden_size)
        return LSTM(*sizes, rng=0) if kind == "LSTM" else RNN(*sizes, module.nonlinearity, rng=0)
    if kind == "Embedding":
        return Embedding(module.num_embeddings, module.embedding_dim, rng=0)
    if kind == "LayerNorm" and len(module.normalized_shape) == 1:
        return LayerNorm(module.normalized_shape[0], module.eps, module.elementwise_affine)
    if kind == "Dropout":
        return Dropout(module.p)
    if kind == "LeakyReLU":
        return seq.LeakyReLU(module.negative_slope)
    if kind == "ELU":
        return seq.ELU(module.alpha)
    if kind == "Unflatten":
        return seq.Unflatten(*module.unflattened_size)
    if kind in ("Flatten", "Softmax", *_ACTIVATIONS.values()):
        return getattr(seq, kind)()  # type: ignore[no-any-return]
    raise TypeError(f"{module} has no counterpart here that is known; convert its parts one by one")
