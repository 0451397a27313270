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
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd import Value
from nn.fused import Fused, fusable
from nn.settings import within
from nn.spent import Mixed, mark

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop"]

_NO_GRADIENT = (
    "every gradient is 0 at this first step, so nothing is learnt: zero_grad(), then backward() of the "
    "loss, then step()"
)
_FORGOTTEN = (
    "the gradients of the last step() are still there, and those of this one were added to them: call "
    "optimizer.zero_grad() before backward()"
)
Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Optimizer:
    """Base: holds the parameters, the learning rate and the state that a rule keeps between steps.

    A kind of optimizer writes `_rule`, and in `keeps` the names of the arrays that the rule finds in
    ``self._state``: zeros before the first step. If it also names in `settings` the attributes that its
    rule reads, and returns from `_numbers` what changes from step to step (the rule finds that in
    ``self.now``, and reads neither `lr` nor `steps`), programs of machine code make its steps machine
    code too.

    Args:
        params: the Values to change, each once: `model.parameters()`.
        lr: the learning rate, 0 or more; assign `optimizer.lr` to change it later.
        weight_decay: adds ``weight_decay · parameter`` to each gradient (an L2 penalty).
        maximize: go up the gradient instead of down.

    Attributes:
        steps: how many updates were made.

    Raises:
        TypeError: for what is no list of Values, and settings that are no numbers.
        ValueError: for a Value listed twice, and settings out of range.

    >>> class Signs(Optimizer):
    ...     def _rule(self, data, grad, scratch):
    ...         data -= self.lr * np.sign(grad)
    >>> w = Value(1.0)
    >>> (3 * w).backward()
    >>> Signs([w], lr=0.5).step(); w.data
    0.5
    """

    keeps: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    def __init__(
        self,
        params: Iterable[Value],
        lr: float,
        weight_decay: float = 0.0,
        maximize: bool = False,
    ) -> None:
        self.params = _values(type(self).__name__, params)
        self.lr = lr
        self.weight_decay = within("weight_decay", weight_decay)
        self.maximize = maximize
        self.steps = 0
        self._state: dict[str, Array] = {}
        self._order: Array | None = (
            None  # which parameter each place of the state is of; None: as given
        )
        self._known: tuple[Sequence[Value], Array] | None = (
            None  # whose numbers came last, and where
        )
        self._scratch: Array | None = None
        self.now: tuple[float, ...] = ()
        self._fused: Fused | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_fused": None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.params)} parameters, lr={self.lr})"

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = within("lr", lr)

    @property
    def state(self) -> dict[str, Array]:
        """The arrays that the rule keeps, by name, in the order of the parameters."""
        self._arrange(None)
        return self._state

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for p in self.params:
            p.grad = 0.0

    def step(self) -> None:
        """Change every parameter once, by the gradients that `backward()` left in them.

        Warns at the first step if there are none: nobody called `backward()`, or `zero_grad()` came
        after it. Warns, too, if `backward()` added them to those that an earlier step had used.
        """
        data = np.array([p.data for p in self.params])
        grad = np.array([p.grad for p in self.params])
        self.update(data, grad)
        for p, number in zip(self.params, data.tolist()):
            p.data = number
        if self.steps == 1 and self.params and not grad.any():
            warnings.warn(_NO_GRADIENT, stacklevel=2)
        if any(type(p.grad) is Mixed for p in self.params):
            warnings.warn(_FORGOTTEN, stacklevel=2)
        mark(self.params)

    def update(self, data: Array, grad: Array, params: Sequence[Value] | None = None) -> None:
        """Change ``data`` in place by one step; ``grad`` is only read.

        Args:
            data: the parameters as floats, any shape, the same one at every step.
            grad: their gradients, of the same shape.
            params: the Value of each number, where these are others than the optimizer's, or in
                another order. Numbers of Values that the optimizer does not have stay as they are.

        Raises:
            ValueError: if the shapes differ, or differ from those of an earlier step, or if parameters
                of this optimizer are missing in ``params``.
        """
        if data.shape != grad.shape:
            raise ValueError(f"{data.shape} parameters, but {grad.shape} gradients")
        if params is None or not self.params:
            if self.params and data.size != len(self.params):
                raise ValueError(
                    f"{data.size} numbers for {len(self.params)} parameters (an optimizer made with [] "
                    "changes any array)"
                )
            self._arrange(None)
            self._step(data, grad)
            return
        if self._known is None or self._known[0] is not params:
            self._known = params, self._found_in(params)
        order = self._known[1]
        if len(order) == len(params):
            self._arrange(order)
            self._step(data, grad)
        else:  # some of the numbers: here ``order`` says where
            self._arrange(None)
            part = data[order]
            self._step(part, grad[order])
            data[order] = part

    def update_fused(self, data: Array, grad: Array, params: Sequence[Value] | None = None) -> None:
        """`update`, as machine code from the second step on over the same arrays; it needs LLVM."""
        fused = self._fused
        if fused is not None and fused.step(self, data, grad, params):
            return
        self.update(data, grad, params)
        self._fused = None
        if fusable(self, data, grad, params):
            self._fused = Fused(self, data, grad, params)

    def _found_in(self, params: Sequence[Value]) -> Array:
        """The number of the optimizer's parameter for each of ``params`` if it has them all.

        Else, for each of the optimizer's parameters, its place in ``params``.
        """
        own = {id(p): i for i, p in enumerate(self.params)}
        places = {own[id(p)]: k for k, p in enumerate(params) if id(p) in own}
        if len(places) < len(own):
            raise ValueError(
                f"{len(own) - len(places)} of this optimizer's {len(own)} parameters are not among the "
                f"{len(params)} that are to change: make it with those"
            )
        if len(places) == len(params):
            return np.array([own[id(p)] for p in params])
        return np.array([places[i] for i in range(len(own))])

    def _arrange(self, order: Array | None) -> None:
        """Bring the state into this order; None: that of the parameters."""
        if order is self._order:
            return
        for name, array in self._state.items():
            if self._order is not None:
                array = array[np.argsort(self._order)]
            self._state[name] = array if order is None else array[order]
        self._order = order

    def _step(self, data: Array, grad: Array) -> None:
        if self._scratch is None or self._scratch.dtype != data.dtype:
            self._scratch = np.empty_like(data)
        if self._scratch.shape != data.shape:
            raise ValueError(
                f"this optimizer keeps the state of {self._scratch.shape} parameters, not of "
                f"{data.shape}: make a new one for another model"
            )
        for name in self.keeps:
            if name not in self._state:
                self._state[name] = np.zeros_like(data)
        self.steps += 1
        if self.maximize:
            grad = -grad
        self.now = self._numbers()
        self._rule(data, grad, self._scratch)

    def _numbers(self) -> tuple[float, ...]:
        """What the rule finds in ``self.now`` at this step."""
        return (self._lr,)

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        """Change ``data`` in place; ``scratch`` is an array of the same shape to calculate in."""
        raise NotImplementedError(f"{type(self).__name__} has no rule: write `_rule`")

    def _decayed(self, data: Array, grad: Array) -> Array:
        return grad + self.weight_decay * data if self.weight_decay else grad

    def state_dict(self) -> dict[str, Array]:
        """Copies of what the rule keeps: enough to go on later as if nothing had happened."""
        kept = {name: array.copy() for name, array in self.state.items()}
        return {"steps": np.array(self.steps), "lr": np.array(self.lr), **kept}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave, in an optimizer of the same kind; all of it or nothing.

        Raises:
            ValueError: if a number or an array is missing, unknown, of another size or out of range.
        """
        arrays = dict(state)
        for name in ("steps", "lr"):
            if name not in arrays or np.shape(arrays[name]) != ():
                raise ValueError(f"this is no optimizer's state: it has no {name!r}")
        steps, lr = _numbers("steps", arrays.pop("steps")), _numbers("lr", arrays.pop("lr"))
        if steps < 0 or steps != int(steps):
            raise ValueError(f"'steps' is a whole number of 0 or more, not {steps}")
        within("lr", float(lr))
        missing = [name for name in self.keeps if steps and name not in arrays]
        unknown = [name for name in arrays if name not in self.keeps]
        if missing or unknown:
            said = [f"it lacks {', '.join(map(repr, missing))}"] * bool(missing)
            said += [f"it has the unknown {', '.join(map(repr, unknown))}"] * bool(unknown)
            raise ValueError(
                f"this state is not of this kind of {type(self).__name__}: " + "; ".join(said)
            )
        kept = {name: _numbers(name, array) for name, array in arrays.items()}
        for name, array in kept.items():
            if self.params and array.size != len(self.params):
                raise ValueError(
                    f"{name!r} holds {array.size} numbers for {len(self.params)} parameters"
                )
        self.steps, self.lr, self._state = int(steps), float(lr), kept
        self._order = self._scratch = None


class SGD(Optimizer):
    """Gradient descent: ``p −= lr · grad``, with momentum if wished.

    With momentum μ: ``v = μ·v + (1 − dampening)·grad`` (the first v is grad), ``p −= lr · v``;
    with `nesterov`, ``p −= lr · (grad + μ·v)``.

    Args:
        params: the Values to change: ``model.parameters()``.
        lr: the learning rate, 0 or more.
        momentum: μ, 0 or more.
        dampening: how much of each gradient stays out of v.
        weight_decay: adds ``weight_decay · parameter`` to each gradient.
        nesterov: look ahead along v.
        maximize: go up the gradient instead of down.

    Raises:
        TypeError: for what is no list of Values, and settings that are no numbers.
        ValueError: for settings out of range.

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

    settings = "momentum", "nesterov"

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
        self.dampening = within("dampening", dampening)
        self.nesterov = nesterov
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("nesterov needs a momentum above 0 and a dampening of 0")
        self.keeps = ("momentum",) if momentum else ()

    def _numbers(self) -> tuple[float, ...]:
        return self._lr, 1.0 if self.steps == 1 else 1.0 - self.dampening

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        rate, share = self.now
        grad = self._decayed(data, grad)
        if self.momentum:
            velocity = self._state["momentum"]
            velocity *= self.momentum
            velocity += np.multiply(grad, share, out=scratch)
            grad = grad + self.momentum * velocity if self.nesterov else velocity
        data -= np.multiply(grad, rate, out=scratch)


class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square.

    Args:
        params: the Values to change: ``model.parameters()``.
        lr: the learning rate, 0 or more.
        betas: how much of the two means stays at each step, two numbers from 0 up to, but not,
            1.
        eps: keeps the division finite.
        weight_decay: adds ``weight_decay · parameter`` to each gradient.
        maximize: go up the gradient instead of down.

    Raises:
        TypeError: for what is no list of Values, and settings that are no numbers.
        ValueError: for settings out of range.

    Source: Kingma & Ba, arXiv:1412.6980, algorithm 1.

    >>> w = Value(1.0)
    >>> adam = Adam([w], lr=0.1)
    >>> w.grad = 123.0; adam.step()
    >>> print(f"{w.data:.6f}")                  # the first step is lr, whatever the gradient
    0.900000
    """

    keeps = ("mean", "square")
    settings = "betas", "eps"

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
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise TypeError(f"betas are two numbers, like (0.9, 0.999), not {betas!r}")
        self.betas = (
            within("betas[0]", betas[0], below=1.0),
            within("betas[1]", betas[1], below=1.0),
        )
        self.eps = within("eps", eps)

    def _numbers(self) -> tuple[float, ...]:
        beta1, beta2 = self.betas
        root = math.sqrt(1.0 - beta2**self.steps)
        return self._lr / (1.0 - beta1**self.steps), root

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        grad = self._decayed(data, grad)
        rate, root = self.now[:2]
        beta1, beta2 = self.betas
        mean, square = self._state["mean"], self._state["square"]
        np.subtract(grad, mean, out=scratch)
        scratch *= 1.0 - beta1
        mean += scratch
        square *= beta2
        np.multiply(grad, grad, out=scratch)
        scratch *= 1.0 - beta2
        square += scratch
        np.sqrt(square, out=scratch)
        scratch /= root
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= rate
        data -= scratch


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves: ``p −= lr · weight_decay · p`` first.

    Args:
        params: the Values to change: ``model.parameters()``.
        lr: the learning rate, 0 or more.
        betas: as for `Adam`.
        eps: as for `Adam`.
        weight_decay: the share of a parameter, times lr, that is taken away at each step.
        maximize: go up the gradient instead of down.

    Raises:
        TypeError: for what is no list of Values, and settings that are no numbers.
        ValueError: for settings out of range.

    Source: Loshchilov & Hutter, arXiv:1711.05101.

    >>> w = Value(1.0)
    >>> w.grad = 123.0; AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> print(f"{w.data:.6f}")                  # 1 − 0.1, as Adam's first step, − 0.1 · 0.5 · 1
    0.850000
    """

    settings = "betas", "eps"

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

    def _numbers(self) -> tuple[float, ...]:
        return *super()._numbers(), 1.0 - self._lr * self.weight_decay

    def _decayed(self, data: Array, grad: Array) -> Array:
        data *= self.now[2]
        return grad


class RMSprop(Optimizer):
    """Steps scaled by a running mean of the gradient's square, with momentum if wished.

    ``square = alpha·square + (1 − alpha)·grad²``, ``p −= lr · grad / (√square + eps)``; if ``centered``
    the square of the running mean of the gradient is taken from ``square`` first.

    Args:
        params: the Values to change: ``model.parameters()``.
        lr: the learning rate, 0 or more.
        alpha: how much of the mean stays at each step.
        eps: keeps the division finite.
        weight_decay: adds ``weight_decay · parameter`` to each gradient.
        momentum: μ, 0 or more.
        centered: divide by the deviation from the mean gradient.
        maximize: go up the gradient instead of down.

    Raises:
        TypeError: for what is no list of Values, and settings that are no numbers.
        ValueError: for settings out of range.

    Source: Tieleman & Hinton, lecture 6.5 of Neural Networks for Machine Learning (2012); centered:
    Graves, arXiv:1308.0850; in the form of `torch.optim.RMSprop`.

    >>> w = Value(1.0)
    >>> rmsprop = RMSprop([w], lr=0.1, alpha=0.75)
    >>> w.grad = 123.0; rmsprop.step()
    >>> print(f"{w.data:.6f}")                  # 1 − 0.1 · 123 / √(0.25 · 123²)
    0.800000
    """

    settings = "alpha", "eps", "momentum", "centered"

    def __init__(
        self,
        params: Iterable[Value],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, weight_decay, maximize)
        self.alpha = within("alpha", alpha)
        self.eps = within("eps", eps)
        self.momentum = within("momentum", momentum)
        self.centered = centered
        self.keeps = ("square", *["centre"] * centered, *["momentum"] * bool(momentum))

    def _rule(self, data: Array, grad: Array, scratch: Array) -> None:
        grad = self._decayed(data, grad)
        square = self._state["square"]
        square *= self.alpha
        np.multiply(grad, 1.0 - self.alpha, out=scratch)
        scratch *= grad
        square += scratch
        np.copyto(scratch, square)
        if self.centered:
            centre = self._state["centre"]
            centre += (1.0 - self.alpha) * (grad - centre)
            scratch -= centre * centre
            np.maximum(scratch, 0.0, out=scratch)  # a variance, whatever rounding says
        np.sqrt(scratch, out=scratch)
        scratch += self.eps
        np.divide(grad, scratch, out=scratch)
        if self.momentum:
            velocity = self._state["momentum"]
            velocity *= self.momentum
            velocity += scratch
            np.copyto(scratch, velocity)
        scratch *= self.now[0]
        data -= scratch


def _values(kind: str, params: Any) -> list[Value]:
    """What an optimizer is given, checked."""
    if hasattr(params, "parameters"):
        raise TypeError(
            f"{kind} takes the Values to change: {kind}(model.parameters()), not the "
            f"{type(params).__name__} itself"
        )
    if not isinstance(params, Iterable):
        raise TypeError(f"{kind} takes a list of Values (model.parameters()), not {params!r}")
    values = list(params)
    for p in values:
        if not isinstance(p, Value):
            raise TypeError(f"{kind} takes Values (model.parameters()), not {type(p).__name__}")
    if len({id(p) for p in values}) != len(values):
        raise ValueError("some parameters are listed twice; an optimizer takes each one once")
    return values


def _numbers(name: str, given: Any) -> Array:
    """A copy of what was saved, if it is finite numbers."""
    array = np.array(given)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name!r} holds no numbers but {array.dtype}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name!r} holds nan or infinite numbers")
    return array if array.dtype.kind == "f" or not array.ndim else array.astype(float)
