"""Dropout: in training, each number is left out by chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nn.init import Rng, generator
from nn.keeps import Keeps
from nn.nested import each, plain

__all__ = ["Dropout"]


class Dropout(Keeps):
    """In training, 0 with probability ``p`` and x / (1 − p) else; after `eval()`, x.

    Raises:
        ValueError: for a probability below 0, or of 1 or more.

    Source: Srivastava et al., Dropout (2014), in PyTorch's form.

    Args:
        p: the probability to leave a number out, from 0 up to below 1.
        rng: a seed or a NumPy Generator; None for Python's `random`.

    >>> drop = Dropout(0.5, rng=0)
    >>> drop([1.0, 1.0, 1.0, 1.0]), drop.eval()([1.0, 1.0])
    ([2.0, 0.0, 0.0, 0.0], [1.0, 1.0])
    """

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p is a probability from 0 up to below 1, not {p!r}")
        self.p = p
        self._rng = generator(rng)
        self._given: Iterator[Any] | None = None

    def forward(self, x: Any) -> Any:
        return each(self._kept, plain(x)) if self.training and self.p else x

    def masks(self, n: int) -> np.ndarray[Any, Any]:
        """The factors for the next ``n`` numbers: 0 or 1 / (1 − p)."""
        return np.where(self._rng.uniform(0.0, 1.0, n) >= self.p, 1.0 / (1.0 - self.p), 0.0)

    def use(self, masks: Iterator[Any]) -> None:
        """Take the factors from here, one a number, instead of drawing them.

        A compiled program is given them as inputs: what is drawn while it is traced would be frozen.
        """
        self._given = masks

    def _kept(self, x: Any) -> Any:
        return x * (next(self._given) if self._given is not None else float(self.masks(1)[0]))

    def __repr__(self) -> str:
        return f"Dropout({self.p})"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.Dropout(self.p)

    @classmethod
    def like_torch(cls, module: Any) -> Dropout:
        return Dropout(module.p)
