"""Learning rates that change from epoch to epoch, with PyTorch's names, arguments and formulas.

>>> from nn import SGD
>>> sgd = SGD([], lr=0.5)
>>> scheduler = StepLR(sgd, step_size=2, gamma=0.1)
>>> for epoch in range(4):
...     print(sgd.lr)
...     scheduler.step()
0.5
0.5
0.05
0.05
"""

from __future__ import annotations

import math
from collections.abc import Callable

from nn.optim import Optimizer
from nn.settings import positive, within

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "StepLR",
]  # fmt: skip


class LRScheduler:
    """Base: sets the learning rate of an optimizer; call `step()` after each epoch.

    A kind of schedule writes `rate(epoch)`: the learning rate in the epoch of that number, from 0.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"a schedule changes an optimizer, not {optimizer!r:.60}")
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.epoch = 0
        optimizer.lr = self.rate(0)

    def rate(self, epoch: int) -> float:
        """The learning rate in an epoch, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no rate")

    def step(self) -> None:
        """One epoch is over."""
        self.epoch += 1
        self.optimizer.lr = self.rate(self.epoch)


class LambdaLR(LRScheduler):
    """The first learning rate times ``lr_lambda(epoch)``.

    Args:
        optimizer: whose learning rate is set.
        lr_lambda: from the number of the epoch, from 0, to a factor.

    Raises:
        TypeError: for what is no optimizer, function or number.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates.append(round(optimizer.lr, 4))
    ...     schedule.step()
    >>> rates
    [1.0, 0.5, 0.3333, 0.25]
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        if not callable(lr_lambda):
            raise TypeError(f"lr_lambda is a function of the epoch, not {lr_lambda!r}")
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self.base_lr * self.lr_lambda(epoch)


class StepLR(LRScheduler):
    """Multiplied by ``gamma`` every ``step_size`` epochs.

    Args:
        optimizer: whose learning rate is set.
        step_size: in epochs, 1 or more.
        gamma: the factor.

    Raises:
        TypeError: for what is no optimizer, function or number.
        ValueError: for settings out of range.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates.append(round(optimizer.lr, 4))
    ...     schedule.step()
    >>> rates
    [1.0, 1.0, 0.1, 0.1]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = positive("step_size", step_size), within("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self.base_lr * self.gamma ** (epoch // self.step_size)


class ExponentialLR(LRScheduler):
    """Multiplied by ``gamma`` every epoch.

    Args:
        optimizer: whose learning rate is set.
        gamma: the factor of each epoch.

    Raises:
        TypeError: for what is no optimizer, function or number.
        ValueError: for settings out of range.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = ExponentialLR(optimizer, gamma=0.5)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates.append(round(optimizer.lr, 4))
    ...     schedule.step()
    >>> rates
    [1.0, 0.5, 0.25, 0.125]
    """

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = within("gamma", gamma)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        return self.base_lr * self.gamma**epoch


class LinearLR(LRScheduler):
    """From ``start_factor`` to ``end_factor`` of the first rate, in a line over ``total_iters``.

    Args:
        optimizer: whose learning rate is set.
        start_factor: of the first rate, at the start.
        end_factor: of the first rate, at the end.
        total_iters: over how many epochs.

    Raises:
        TypeError: for what is no optimizer, function or number.
        ValueError: for settings out of range.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates.append(round(optimizer.lr, 4))
    ...     schedule.step()
    >>> rates
    [0.25, 0.5, 0.75, 1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        self.start_factor = within("start_factor", start_factor)
        self.end_factor = within("end_factor", end_factor)
        self.total_iters = positive("total_iters", total_iters)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        done = min(epoch / self.total_iters, 1.0)
        factor = self.start_factor + (self.end_factor - self.start_factor) * done
        return self.base_lr * factor


class CosineAnnealingLR(LRScheduler):
    """Down half a cosine over ``T_max`` epochs, to ``eta_min``.

    Args:
        optimizer: whose learning rate is set.
        T_max: over how many epochs, 1 or more.
        eta_min: the rate at the end.

    Raises:
        TypeError: for what is no optimizer, function or number.
        ValueError: for settings out of range.

    Source: Loshchilov & Hutter, SGDR, arXiv:1608.03983, without the restarts.

    >>> from autograd import Value
    >>> from nn import SGD
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> schedule = CosineAnnealingLR(optimizer, T_max=3)
    >>> rates = []
    >>> for epoch in range(4):
    ...     rates.append(round(optimizer.lr, 4))
    ...     schedule.step()
    >>> rates
    [1.0, 0.75, 0.25, 0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.T_max, self.eta_min = positive("T_max", T_max), within("eta_min", eta_min)
        super().__init__(optimizer)

    def rate(self, epoch: int) -> float:
        down = (1.0 + math.cos(math.pi * epoch / self.T_max)) / 2.0
        return self.eta_min + (self.base_lr - self.eta_min) * down
