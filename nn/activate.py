"""Activations as modules, to stand between layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, overload

import autograd
from autograd import Value
from nn.activations import Activation, activation_name, resolve_activation
from nn.architecture import Architecture
from nn.counterpart import activation_module, refuse_other
from nn.keeps import Keeps
from nn.losses import softmax
from nn.module import Module
from nn.nested import data_of, each, plain

__all__ = [
    "ELU", "GELU", "Activate", "LeakyReLU", "Mish", "ReLU", "ReLU6", "SiLU", "Sigmoid", "Softmax",
    "Softplus", "Tanh",
]  # fmt: skip


class Activate(Keeps):
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

    def forward(self, x: Any) -> Any:
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

    @overload
    def __call__(self, x: Sequence[Value]) -> list[Value]: ...
    @overload
    def __call__(self, x: Sequence[float]) -> list[float]: ...
    @overload
    def __call__(self, x: Any) -> list[Any]: ...
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
