"""What `fit` asks of any way to run a model: node by node (`eager`) or as matrices (`compiled`)."""

from __future__ import annotations

from typing import Protocol

from nn.data import Array

__all__ = ["Engine"]


class Engine(Protocol):
    """What `fit` asks of either way to run."""

    def step(
        self, x: Array, y: Array, max_norm: float | None, wanted: bool = True
    ) -> tuple[float, Array]:
        """One mini-batch: mean loss, and answers where they are wanted.

        The parameters change if the loss is finite.
        """
        ...

    def evaluate(self, x: Array, y: Array) -> tuple[float, Array]:
        """Mean loss and answers; nothing changes."""
        ...

    def weights(self) -> Array:
        """A copy of all parameters."""
        ...

    def restore(self, weights: Array) -> None:
        """Take that copy back."""
        ...

    def sync(self) -> None:
        """Bring the parameters into the Values."""
        ...

    def close(self) -> None:
        """The training is over: everything is where its owner expects it."""
        ...
