"""Products of matrices that were filled up: a place that is no term adds nothing, not even 0 · ∞."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Plan
from autograd.compiler.read.arrays import Array

__all__ = ["Holes", "empty"]

Product = Callable[[Any, Any, Any], Any]


def empty(plan: Plan, space: int, index: Array) -> Array | None:
    """Where rows are the constant 0, which only fills places up; None if none is."""
    first, numbers = (
        (len(plan.order), plan.constants) if space == STATIC else (0, plan.batched_constants)
    )
    mask = np.isin(index, first + np.flatnonzero(numbers == 0.0))
    return mask if mask.any() else None


class Holes:
    """The empty places of ``out = a @ b``: what is not finite is looked for once, in ``out``.

    Attributes:
        a, b, out: [..., M, K], [..., K, N], [..., M, N]: which places are no terms, or nobody's; None
            where all are.
    """

    def __init__(self, a: Array | None, b: Array | None, out: Array | None = None) -> None:
        self.a, self.b, self.out = a, b, out
        self._none = a is None and b is None and out is None
        self._met = False  # whether an empty place met what is not finite

    def forward(self, product: Product) -> Product:
        """``product(a, b, out)``, term by term if need be."""
        if self._none:
            return product

        def checked(a: Array, b: Array, out: Array) -> None:
            product(a, b, out)
            total = np.add.reduce(out, None)
            self._met = bool(total - total != 0.0)
            if self._met:
                _by_terms(a, b, out, self.a, self.b)

        return checked

    def by_a(self, product: Product) -> Product:
        """``product(g, bᵀ, gradient by a)``, likewise."""
        return self._backward(product, self.out, _turned(self.b))

    def by_b(self, product: Product) -> Product:
        """``product(aᵀ, g, gradient by b)``, likewise."""
        return self._backward(product, _turned(self.a), self.out)

    def _backward(self, product: Product, left: Array | None, right: Array | None) -> Product:
        if self._none:
            return product

        def checked(x: Array, y: Array, out: Array) -> None:
            if self._met:
                _by_terms(x, y, out, left, right)
            else:
                product(x, y, out)

        return checked


def _by_terms(a: Array, b: Array, out: Array, left: Array | None, right: Array | None) -> None:
    out.fill(0.0)
    for k in range(a.shape[-1]):
        term = a[..., :, k, None] * b[..., k, None, :]
        if left is not None:
            term = np.where(left[..., :, k, None], 0.0, term)
        if right is not None:
            term = np.where(right[..., k, None, :], 0.0, term)
        out += term


def _turned(mask: Array | None) -> Array | None:
    return None if mask is None else mask.swapaxes(-1, -2)
