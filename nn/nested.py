"""Images and sequences as nested lists of numbers: [channel][row][column], [time][feature]."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.derivatives.nested import each, flat, number_of, shaped

__all__ = ["data_of", "each", "flat", "plain", "shape_of", "shaped"]


def plain(x: Any) -> Any:
    """An array as nested lists; anything else as it is."""
    return x.tolist() if isinstance(x, (np.ndarray, np.generic)) else x


def shape_of(x: Any) -> tuple[int, ...]:
    """The lengths of the nested lists, from the outside in.

    >>> shape_of([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    return (len(x), *shape_of(x[0])) if isinstance(x, (list, tuple)) and x else ()


def data_of(x: Any) -> Any:
    """The plain floats of a nest of Values and numbers, for drawings."""
    return each(number_of, x)
