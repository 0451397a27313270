"""The first model of a neuron, and the rule it learns by without a derivative."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Number
from nn.init import Init, Rng
from nn.layers import Neuron
from nn.nested import plain
from nn.settings import above, positive

__all__ = ["Perceptron"]


class Perceptron(Neuron):
    """A neuron with a binary step: it fires 1 when the weighted sum reaches 0, else 0.

    The step's derivative is 0 wherever there is one, so gradients teach it nothing. Rosenblatt's rule
    does: after a wrong answer move each weight by lr · (target − answer) · input, after a right one
    not at all. It ends without a mistake if a straight line (a hyperplane) can part the two classes.

    Args:
        nin: how many inputs, 1 or more.
        init: the initial weights, see `Neuron`.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Source: Rosenblatt, The perceptron (1958); convergence: Novikoff (1962).

    >>> both = Perceptron(2, rng=0)
    >>> both.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])[-1]         # logical and
    0
    >>> [both([a, b]).data for a in (0, 1) for b in (0, 1)]
    [0.0, 0.0, 0.0, 1.0]
    """

    def __init__(self, nin: int, *, init: Init = "uniform", rng: Rng = None) -> None:
        super().__init__(nin, "step", init=init, rng=rng)

    def learn(self, x: Sequence[Number], target: float, lr: float = 1.0) -> bool:
        """Apply the rule to one example; True if the answer was wrong and the weights moved.

        Raises:
            ValueError: for a target that is neither 0 nor 1.
        """
        if target not in (0, 1):
            raise ValueError(f"a perceptron's target is 0 or 1, not {target!r}")
        error = float(target) - self(x).data
        if error == 0.0:
            return False
        for w, xi in zip(self.w, x):
            w.data += lr * error * float(xi)
        if self.b is not None:
            self.b.data += lr * error
        return True

    def fit(self, x: Any, y: Iterable[float], *, epochs: int = 100, lr: float = 1.0) -> list[int]:
        """Go through the examples until an epoch passes without a mistake, or ``epochs`` are over.

        Returns:
            the number of mistakes in each epoch.

        Raises:
            ValueError: for samples and targets of unequal number, and settings out of range.
        """
        samples, targets = list(plain(x)), list(plain(y))
        if len(samples) != len(targets):
            raise ValueError(f"{len(samples)} samples, but {len(targets)} targets")
        examples, lr = list(zip(samples, targets)), above("lr", lr)
        mistakes: list[int] = []
        for _ in range(positive("epochs", epochs)):
            mistakes.append(sum(self.learn(xi, yi, lr) for xi, yi in examples))
            if not mistakes[-1]:
                break
        return mistakes
