"""Optimizers: how much each parameter changes, with PyTorch's names, defaults and numbers.

A rule is written once, on a flat array of numbers and the array of their gradients. `step()` gathers
the Values into such arrays and writes the result back; a compiled program hands in its own arrays.

>>> from autograd import Value
>>> w = Value(1.0)
>>> optimizer = SGD([w], lr=0.1)
>>> (w * w).backward(); optimizer.step(); w.data         # 1 − 0.1 · 2
0.8
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

from autograd import Value

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Optimizer:
    """Base: holds the parameters, the learning rate and the state that a rule keeps between steps.

    Args:
        params: the Values to change, each once: `model.parameters()`.
        lr: the learning rate, 0 or more; assign `optimizer.lr` to change it later.
        weight_decay: adds ``weight_decay · parameter`` to each gradient (an L2 penalty).
        maximize: go up the gradient instead of down.

    Attributes:
        steps: how many updates were made.
        state: the arrays that the rule keeps, by name, in the order of the parameters.
    """

    def __init__(
        self,
        params: Iterable[Value],
        lr: float,
        weight_decay: float = 0.0,
        maximize: bool = False,
    ) -> None:
        self.params = list(params)
        if not all(isinstance(p, Value) for p in self.params):
            wrong = next(p for p in self.params if not isinstance(p, Value))
            raise TypeError(
                f"an optimizer takes Values (model.parameters()), not {type(wrong).__name__}"
            )
        if len({id(p) for p in self.params}) != len(self.params):
            raise ValueError("some parameters are listed twice; an optimizer takes each one once")
        self.lr = within("lr", lr)
        self.weight_decay = within("weight_decay", weight_decay)
        self.maximize = maximize
        self.steps = 0
        self.state: dict[str, Array] = {}
        self._scratch: Array | None = None

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for p in self.params:
            p.grad = 0.0

    def step(self) -> None:
        """Change every parameter once, by the gradients that `backward()` left in them."""
        data = np.array([p.data for p in self.params])
        self.update(data, np.array([p.grad for p in self.params]))
        for p, number in zip(self.params, data.tolist()):
            p.data = number

    def update(self, data: Array, grad: Array) -> None:
        """Change ``data`` in place by one step; ``grad`` is only read.

        Args:
            data: the parameters as floats, any shape, the same one at every step.
            grad: their gradients, of the same shape.

        Raises:
            ValueError: if the shapes differ, or differ from those of an earlier step.
        """
        if data.shape != grad.shape:
            raise ValueError(f"{data.shape} parameters, but {grad.shape} gradients")
        if self._scratch is None or self._scratch.dtype != data.dtype:
            self._scratch = np.empty_like(data)
        if self._scratch.shape != data.shape:
            raise ValueError(
                f"this optimizer keeps the state of {self._scratch.shape} parameters, not of "
                f"{data.shape}: make a new one for another model"
            )
        self.steps += 1
        if self.maximize:
            grad = -grad
        self._rule(data, grad, self._scratch)

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        raise NotImplementedError(f"{type(self).__name__} has no rule: write `_rule`")

    def _decayed(self, data: Array, grad: Array) -> Array:
        return grad + self.weight_decay * data if self.weight_decay else grad

    def _kept(self, name: str, data: Array) -> Array:
        """An array of the state; zeros before the first step."""
        if name not in self.state:
            self.state[name] = np.zeros_like(data)
        return self.state[name]

    def state_dict(self) -> dict[str, Array]:
        """Copies of what the rule keeps: enough to go on later as if nothing had happened."""
        kept = {name: array.copy() for name, array in self.state.items()}
        return {"steps": np.array(self.steps), "lr": np.array(self.lr), **kept}

    def load_state_dict(self, state: dict[str, Array]) -> None:
        """Take over what `state_dict` gave, in an optimizer of the same kind.

        Raises:
            ValueError: if a number or an array is missing or of another size.
        """
        arrays = {name: np.array(array) for name, array in state.items()}
        for name in ("steps", "lr"):
            if name not in arrays or arrays[name].shape != ():
                raise ValueError(f"this is no optimizer's state: it has no {name!r}")
        steps, lr = int(arrays.pop("steps")), float(arrays.pop("lr"))
        for name, array in arrays.items():
            if array.size != len(self.params):
                raise ValueError(
                    f"{name!r} holds {array.size} numbers for {len(self.params)} parameters"
                )
        self.steps, self.lr, self.state, self._scratch = steps, lr, arrays, None


class SGD(Optimizer):
    """Gradient descent: ``p −= lr · grad``, with momentum if wished.

    With momentum μ: ``v = μ·v + (1 − dampening)·grad`` (the first v is grad), ``p −= lr · v``;
    with `nesterov`, ``p −= lr · (grad + μ·v)``.

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning
    (2013), in the form of `torch.optim.SGD`.

    >>> w = Value(1.0)
    >>> sgd = SGD([w], lr=0.5, momentum=0.5)
    >>> for _ in range(2):
    ...     w.grad = 1.0
    ...     sgd.step()
    >>> w.data                                  # 1 − 0.5·1 − 0.5·(0.5·1 + 1)
    -0.25
    """

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.momentum = within("momentum", momentum)
        self.dampening = dampening
        self.nesterov = nesterov
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("nesterov needs a momentum above 0 and a dampening of 0")

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        grad = self._decayed(data, grad)
        if self.momentum:
            first = "momentum" not in self.state
            velocity = self._kept("momentum", data)
            if first:
                velocity += grad
            else:
                velocity *= self.momentum
                velocity += np.multiply(grad, 1.0 - self.dampening, out=scratch)
            grad = grad + self.momentum * velocity if self.nesterov else velocity
        data -= np.multiply(grad, self.lr, out=scratch)


class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square.

    Source: Kingma & Ba, arXiv:1412.6980, algorithm 1.

    >>> w = Value(1.0)
    >>> adam = Adam([w], lr=0.1)
    >>> w.grad = 123.0; adam.step()
    >>> print(f"{w.data:.6f}")                  # the first step is lr, whatever the gradient
    0.900000
    """

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.betas = (
            within("betas[0]", betas[0], below=1.0),
            within("betas[1]", betas[1], below=1.0),
        )
        self.eps = within("eps", eps)

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        grad = self._decayed(data, grad)
        beta1, beta2 = self.betas
        mean, square = self._kept("mean", data), self._kept("square", data)
        np.subtract(grad, mean, out=scratch)
        scratch *= 1.0 - beta1
        mean += scratch
        square *= beta2
        np.multiply(grad, grad, out=scratch)
        scratch *= 1.0 - beta2
        square += scratch
        np.sqrt(square, out=scratch)
        scratch /= math.sqrt(1.0 - beta2**self.steps)
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= self.lr / (1.0 - beta1**self.steps)
        data -= scratch


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves: ``p −= lr · weight_decay · p`` first.

    Source: Loshchilov & Hutter, arXiv:1711.05101.

    >>> w = Value(1.0)
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step(); w.data          # no gradient: only the decay
    0.95
    """

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, maximize=maximize)

    def _decayed(self, data: Array, grad: Array) -> Array:
        data *= 1.0 - self.lr * self.weight_decay
        return grad


def within(name: str, number: float, below: float = math.inf) -> float:
    """``number`` if it is 0 or more and below ``below``."""
    if not 0.0 <= number < below:
        limit = "" if below == math.inf else f" and below {below:g}"
        raise ValueError(f"{name} is a number of 0 or more{limit}, not {number!r}")
    return float(number)
