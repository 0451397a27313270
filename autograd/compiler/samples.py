"""Which arrays are samples of a program's arguments."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import Plan, Select
from autograd.compiler.read.arrays import Array

__all__ = ["Samples", "refuse_samples"]


class Samples:
    """Reads what a program is given as arrays [batch, columns].

    Args:
        shapes: of each argument, the shape of one sample.
        dtype: of the program's numbers.
    """

    def __init__(self, plan: Plan, shapes: Sequence[tuple[int, ...]], dtype: np.dtype[Any]) -> None:
        self._sizes, self._shapes, self._dtype = plan.arguments, shapes, dtype
        self._selects = {i.argument for i in plan.instructions if isinstance(i, Select)}
        self._last: tuple[Sequence[Any], list[Array], int] | None = None  # the last arguments

    def checked(self, given: Sequence[Any]) -> tuple[list[Array], int]:
        """The arguments as [batch, columns], and the batch size."""
        if self._last is not None:
            before, arrays, batch = self._last
            if len(given) == len(before) and all(map(operator.is_, given, before)):
                return arrays, batch
        wanted = self._sizes
        if len(given) != len(wanted):
            raise ValueError(f"this program takes {len(wanted)} arrays, not {len(given)}")
        arrays = []
        for k, (x, size, shape) in enumerate(zip(given, wanted, self._shapes)):
            array = np.asarray(x)
            if array.dtype.kind not in "biuf":
                raise TypeError(f"argument {k} is an array of numbers, not of {array.dtype}")
            if array.dtype != self._dtype and k not in self._selects:
                array = array.astype(self._dtype)
            if not array.size or not _fits(array.shape, shape):
                wish = ", ".join(map(str, ("batch", *shape)))
                raise ValueError(
                    f"argument {k} is an array [{wish}] with one sample or more, not of shape "
                    f"{array.shape}"
                )
            if arrays and len(array) != len(arrays[0]):
                raise _unequal(k, len(array), len(arrays[0]))
            arrays.append(array.reshape(len(array), size))
        batch = len(arrays[0]) if arrays else 1
        if all(type(x) is np.ndarray and np.may_share_memory(x, a) for x, a in zip(given, arrays)):
            self._last = given, arrays, batch  # read where they lie: also when they come again
        return arrays, batch


def refuse_samples(kind: str, given: Sequence[Any], shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise ValueError unless these are samples of these shapes, as many of each.

    Args:
        kind: what a library calls its arrays.
    """
    if len(given) != len(shapes):
        raise ValueError(f"this program takes {len(shapes)} {kind}s, not {len(given)}")
    for k, (x, shape) in enumerate(zip(given, shapes)):
        if not _fits(tuple(x.shape), shape):
            wish = ", ".join(map(str, ("batch", *shape)))
            article = "an" if kind == "array" else "a"
            raise ValueError(f"argument {k} is {article} {kind} [{wish}], not {list(x.shape)}")
        if x.shape[0] != given[0].shape[0]:
            raise _unequal(k, x.shape[0], given[0].shape[0])


def _unequal(k: int, count: int, first: int) -> ValueError:
    return ValueError(f"argument 0 has {first} samples, argument {k} {count}")


def _fits(given: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether these are samples of this shape, as it is or flat; ones may be left out."""
    if given and given[1:] == shape:
        return True
    found, wanted = (tuple(n for n in s if n != 1) for s in (given[1:], shape))
    return bool(given) and (found == wanted or given[1:] == (math.prod(shape),))
