"""The derivatives of sinc on arrays, as `autograd.ops` computes them on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

__all__ = ["sinc_slopes"]


def sinc_slopes(xp: Any, where: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The derivative of sinc at x, of order n: a number, or an array of orders.

    Args:
        xp: the library.
        where: its choice, which also takes numbers.
    """

    def of_order(x: Any, n: int) -> Any:
        """Near 0 the series of sin(u)/u, u = πx, else u·s⁽ⁿ⁾ + n·s⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾(u)."""
        u = math.pi * x
        near = abs(u) <= n + 1.0
        small, large = where(near, u, 0.0), where(near, 1.0 + n, u)
        first = (n + 1) // 2
        terms = [
            (-1) ** m / ((2 * m + 1) * math.factorial(2 * m - n)) for m in range(first, n + 16)
        ]
        series = reduce(lambda found, term: found * small * small + term, terms[::-1], 0.0 * small)
        wave = xp.sin(large), xp.cos(large), -xp.sin(large), -xp.cos(large)
        slope = wave[0] / large
        for k in range(1, n + 1):
            slope = (wave[k % 4] - k * slope) / large
        return math.pi**n * where(near, series * small ** (n % 2), slope)

    def slopes(x: Any, n: Any) -> Any:
        if isinstance(n, float):
            return of_order(x, int(n)) if n in range(100) else x * math.nan
        found = (x + n) * math.nan
        orders = n if isinstance(n, np.ndarray) else n.detach().cpu().numpy()
        for order in np.unique(orders).tolist():
            if order in range(100):
                found = where(n == order, of_order(x, int(order)), found)
        return found

    return slopes
