"""Two half circles, one inside the other, without a package that brings them."""

from __future__ import annotations

import numpy as np

from nn import Dataset

__all__ = ["moons"]


def moons(n: int = 200, noise: float = 0.15, rng: int = 0) -> Dataset:
    """Points around two half circles of radius 1, with normal noise; the kind of each, 0 or 1.

    The shape is that of scikit-learn's `make_moons`.

    >>> data = moons(4, noise=0.0)
    >>> data.x.round(2).tolist(), data.y.tolist()
    ([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5], [2.0, 0.5]], [0, 0, 1, 1])
    """
    half = n // 2
    outer, inner = np.linspace(0, np.pi, half), np.linspace(0, np.pi, n - half)
    x = np.r_[np.c_[np.cos(outer), np.sin(outer)], np.c_[1 - np.cos(inner), 0.5 - np.sin(inner)]]
    x += np.random.default_rng(rng).normal(scale=noise, size=x.shape)
    y = np.r_[np.zeros(half, int), np.ones(n - half, int)]
    return Dataset(x, y, ("x₁", "x₂"), ("outer", "inner"))
