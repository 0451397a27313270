"""Modules one after the other, and the small ones that stand between layers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import autograd
from autograd import Value
from nn.activations import Activation, activation_name, resolve_activation
from nn.architecture import Architecture
from nn.counterpart import activation_module, refuse_other
from nn.layers import number_layers
from nn.losses import softmax
from nn.module import Module
from nn.nested import data_of, each, flat, plain, shaped

__all__ = [
    "ELU", "GELU", "Activate", "Flatten", "LeakyReLU", "Mish", "ReLU", "ReLU6", "Sequential", "SiLU",
    "Sigmoid", "Softmax", "Softplus", "Tanh", "Unflatten",
]  # fmt: skip


class Sequential(Module):
    """Each module is given what the one before it answered.

    Args:
        layers: modules, or functions of what comes before.

    >>> from nn import Linear
    >>> Sequential(Linear(4, 3, rng=0), Tanh(), Linear(3, 1, rng=1))
    Sequential(Linear(4, 3), Tanh(), Linear(3, 1))
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        self.layers = list(layers)
        number_layers(self.layers)

    def __call__(self, x: Any) -> Any:
        out = plain(x)
        for layer in self.layers:
            out = layer([out] if type(out) is Value else out)
        return out

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Any:
        return self.layers[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


class Flatten(Module):
    """An image, a sequence, or any nest of lists, as one list.

    >>> Flatten()([[1.0, 2.0], [3.0, 4.0]])
    [1.0, 2.0, 3.0, 4.0]
    """

    def __call__(self, x: Any) -> list[Any]:
        return flat(plain(x))

    def describe(self, network: Architecture) -> bool:
        return bool(network.columns)  # the layer behind it draws the numbers in a column

    def __repr__(self) -> str:
        return "Flatten()"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Flatten()

    @classmethod
    def like_torch(cls, module: Any) -> Flatten:
        refuse_other(module, start_dim=1, end_dim=-1)
        return Flatten()


class Unflatten(Module):
    """One list as nested lists of the given lengths: the way back from `Flatten`.

    Args:
        shape: the lengths of the lists, from the outside in.

    Raises:
        ValueError: when called with another number of numbers.

    >>> Unflatten(2, 2)([1.0, 2.0, 3.0, 4.0])
    [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, *shape: int) -> None:
        self.shape = shape

    def __call__(self, x: Any) -> Any:
        out = flat(plain(x))
        if len(out) != math.prod(self.shape):
            raise ValueError(f"{len(out)} numbers do not fill the shape {self.shape}")
        return shaped(out, self.shape)

    def __repr__(self) -> str:
        return f"Unflatten{self.shape}"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Unflatten(1, self.shape)

    @classmethod
    def like_torch(cls, module: Any) -> Unflatten:
        refuse_other(module, dim=1)
        return Unflatten(*module.unflattened_size)


class Activate(Module):
    """An activation, by name or function, applied to every number.

    Args:
        activation: a name (`ACTIVATIONS`) or a function of a Value.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    >>> Activate("relu")([[-1.0, 2.0]])
    [[0.0, 2.0]]
    """

    def __init__(self, activation: Activation) -> None:
        self.activation = activation
        self._function = resolve_activation(activation)

    def __call__(self, x: Any) -> Any:
        out = x if self._function is None else each(self._function, plain(x))
        self.last_output = data_of(out)
        return out

    def describe(self, network: Architecture) -> bool:
        if not network.columns:
            return False
        network.activate(activation_name(self.activation), self.last_output)
        return True

    def __repr__(self) -> str:
        if type(self) is Activate:
            return f"Activate({activation_name(self.activation)!r})"
        return f"{type(self).__name__}()"

    def torch_module(self, torch: Any) -> Any:
        return activation_module(torch, self.activation)

    @classmethod
    def like_torch(cls, module: Any) -> Module:
        refuse_other(module, approximate="none", beta=1.0, threshold=20.0)
        return cls()  # type: ignore[call-arg]  # of the kinds below, whose name PyTorch knows


class ReLU(Activate):
    """max(x, 0) of every number.

    >>> ReLU()([-1.0, 2.0])
    [0.0, 2.0]
    """

    def __init__(self) -> None:
        super().__init__("relu")


class Tanh(Activate):
    """tanh of every number.

    >>> Tanh()([0.0])
    [0.0]
    """

    def __init__(self) -> None:
        super().__init__("tanh")


class Sigmoid(Activate):
    """1 / (1 + exp(−x)) of every number.

    >>> Sigmoid()([0.0])
    [0.5]
    """

    def __init__(self) -> None:
        super().__init__("sigmoid")


class GELU(Activate):
    """x/2 · (1 + erf(x/√2)) of every number.

    >>> GELU()([0.0])
    [0.0]
    """

    def __init__(self) -> None:
        super().__init__("gelu")


class SiLU(Activate):
    """x · sigmoid(x) of every number.

    >>> SiLU()([0.0])
    [0.0]
    """

    def __init__(self) -> None:
        super().__init__("silu")


class Mish(Activate):
    """x · tanh(softplus(x)) of every number (Misra, arXiv:1908.08681).

    >>> Mish()([0.0])
    [0.0]
    """

    def __init__(self) -> None:
        super().__init__("mish")


class ReLU6(Activate):
    """min(max(x, 0), 6) of every number.

    >>> ReLU6()([-1.0, 7.0])
    [0.0, 6.0]
    """

    def __init__(self) -> None:
        super().__init__("relu6")


class Softplus(Activate):
    """log(1 + exp(x)) of every number.

    >>> Softplus()([1000.0])
    [1000.0]
    """

    def __init__(self) -> None:
        super().__init__("softplus")


class ELU(Activate):
    """x where positive, ``alpha`` · (exp(x) − 1) elsewhere.

    Args:
        alpha: how far below 0 it can fall.

    >>> ELU()([0.0, 3.0])
    [0.0, 3.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__("elu")
        self.alpha = alpha
        self._function = partial(autograd.elu, alpha=alpha)

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.ELU(self.alpha)

    @classmethod
    def like_torch(cls, module: Any) -> ELU:
        return ELU(module.alpha)


class LeakyReLU(Activate):
    """x where positive, ``negative_slope`` · x elsewhere.

    Args:
        negative_slope: the slope below 0.

    >>> LeakyReLU(0.5)([-2.0, 3.0])
    [-1.0, 3.0]
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__("leaky_relu")
        self.negative_slope = negative_slope
        self._function = partial(autograd.leaky_relu, negative_slope=negative_slope)

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.LeakyReLU(self.negative_slope)

    @classmethod
    def like_torch(cls, module: Any) -> LeakyReLU:
        return LeakyReLU(module.negative_slope)


class Softmax(Module):
    """exp(xᵢ) / Σ exp(xⱼ) of a list. For training give the logits to `cross_entropy` instead.

    Raises:
        ValueError: when called with an empty list.

    >>> Softmax()([1.0, 1.0])
    [0.5, 0.5]
    """

    def __call__(self, x: Any) -> list[Any]:
        return softmax(plain(x))

    def __repr__(self) -> str:
        return "Softmax()"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Softmax(dim=-1)

    @classmethod
    def like_torch(cls, module: Any) -> Softmax:
        if module.dim not in (None, -1, 1):  # of a batch of lists
            refuse_other(module, dim=-1)
        return Softmax()
