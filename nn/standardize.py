"""Each number of a sample brought to mean 0 and standard deviation 1, by what a training set had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.keeps import Keeps
from nn.nested import flat, plain, shape_of, shaped

__all__ = ["Standardize"]


class Standardize(Keeps):
    """(x − mean) / std of each number: the first layer of a model that takes raw samples.

    `Dataset.standardized` makes it, in ``data.scaling``. Its numbers are saved with the model, and not
    trained.

    Args:
        shape: how many numbers a sample has, or the shape of one.
        mean: of each number; by default 0.
        std: the standard deviation of each number; by default 1.

    Raises:
        ValueError: when called with a sample of another shape.

    >>> scaling = Standardize(2, mean=[1.0, 10.0], std=[1.0, 5.0])
    >>> scaling([3.0, 20.0])
    [2.0, 2.0]
    """

    buffers = ("mean", "std")

    def __init__(
        self,
        shape: int | Sequence[int],
        mean: Any = 0.0,
        std: Any = 1.0,
    ) -> None:
        self.shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        self.mean = np.array(np.broadcast_to(np.asarray(mean, float), self.shape))
        self.std = np.array(np.broadcast_to(np.asarray(std, float), self.shape))
        if not (self.std > 0).all():
            raise ValueError(f"a standard deviation is above 0, not {self.std.min()}")

    def forward(self, x: Any) -> Any:
        x = plain(x)
        if shape_of(x) != self.shape:
            raise ValueError(f"this takes samples of shape {self.shape}, not {shape_of(x)}")
        numbers = zip(flat(x), self.mean.ravel().tolist(), self.std.ravel().tolist())
        return shaped([(xi - mean) / std for xi, mean, std in numbers], self.shape)

    def __repr__(self) -> str:
        return f"Standardize({self.shape[0] if len(self.shape) == 1 else self.shape})"
