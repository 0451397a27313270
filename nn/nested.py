"""Images and sequences as nested lists of numbers: [channel][row][column], [time][feature]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value

__all__ = ["data_of", "each", "flat", "plain", "shape_of"]


def plain(x: Any) -> Any:
    """An array as nested lists; anything else as it is."""
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x


def each(function: Callable[[Any], Any], x: Any) -> Any:
    """``function`` of every number, in the same nesting.

    >>> each(abs, [[-1, 2], [-3]])
    [[1, 2], [3]]
    """
    return [each(function, xi) for xi in x] if isinstance(x, (list, tuple)) else function(x)


def flat(x: Any) -> list[Any]:
    """Every number, in order, in one list.

    >>> flat([[1, 2], [3]])
    [1, 2, 3]
    """
    if not isinstance(x, (list, tuple)):
        return [x]
    out: list[Any] = []
    for xi in x:
        out += flat(xi) if isinstance(xi, (list, tuple)) else (xi,)
    return out


def shape_of(x: Any) -> tuple[int, ...]:
    """The lengths of the nested lists, from the outside in.

    >>> shape_of([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    return (len(x), *shape_of(x[0])) if isinstance(x, (list, tuple)) and x else ()


def data_of(x: Any) -> Any:
    """The plain floats of a nest of Values and numbers, for drawings."""
    return each(lambda xi: xi.data if type(xi) is Value else float(xi), x)
