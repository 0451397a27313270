"""Which arrays are samples of a program's arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = ["refuse_samples", "sample_shape_fits"]


def refuse_samples(kind: str, given: Sequence[Any], shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise ValueError unless these are samples of these shapes, as many of each.

    Args:
        kind: what a library calls its arrays.
    """
    if len(given) != len(shapes):
        raise ValueError(f"this program takes {len(shapes)} {kind}s, not {len(given)}")
    for k, (x, shape) in enumerate(zip(given, shapes)):
        if not sample_shape_fits(tuple(x.shape), shape) or x.shape[0] != given[0].shape[0]:
            wish = ", ".join(map(str, ("batch", *shape)))
            article = "an" if kind == "array" else "a"
            raise ValueError(f"argument {k} is {article} {kind} [{wish}], not {list(x.shape)}")


def sample_shape_fits(given: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether these are samples of this shape, as it is or flat; ones may be left out."""
    if given and given[1:] == shape:
        return True
    found, wanted = (tuple(n for n in s if n != 1) for s in (given[1:], shape))
    return bool(given) and (found == wanted or given[1:] == (math.prod(shape),))
