"""The NumPy calls of a replay, while they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd.compiler.read.arrays import Array

__all__ = ["Call", "Calls", "Gap", "Late"]

# NumPy 2.4 wants the output of these two by name.
_EXTREMES: dict[Callable[..., Any], Callable[..., Any]] = {
    np.maximum: lambda a, b, out: np.maximum(a, b, out=out),
    np.minimum: lambda a, b, out: np.minimum(a, b, out=out),
}


@dataclass(frozen=True, slots=True)
class Late:
    """Rows that lie in an array of the caller's, which is known only when the program runs.

    It stands in a call where an array belongs; `Gap.fill` puts the rows there before each run.

    Attributes:
        argument: which of the caller's arrays [batch, columns].
        first, last: its columns ``first`` to ``last − 1``; each of them is a row here.
        shape: that of the rows, where it is not just how many they are.
        transposed: whether the call wants [batch, rows], not [rows, batch].
    """

    argument: int
    first: int
    last: int
    shape: tuple[int, ...] | None = None
    transposed: bool = False

    @property
    def T(self) -> Late:  # noqa: N802
        return replace(self, transposed=not self.transposed)

    def of(self, array: Array) -> Array:
        """The rows in the caller's array [batch, columns]."""
        if self.transposed:
            return array[:, self.first : self.last]
        rows = array.T[self.first : self.last]
        return rows if self.shape is None else rows.reshape(*self.shape, -1)


@dataclass(slots=True)
class Call:
    """A function and its arguments, most of them views of storage; it writes into one of them."""

    function: Callable[..., Any]
    arguments: list[Any]


@dataclass(slots=True)
class Gap:
    """A place among the arguments of a call that is filled before each run."""

    arguments: list[Any]
    place: int
    rows: Late

    def fill(self, inputs: Sequence[Array]) -> None:
        self.arguments[self.place] = self.rows.of(inputs[self.rows.argument])


class Calls:
    """What instructions write: calls one after the other, and arrays to compute in.

    Attributes:
        calls: in the order they run.
        gaps: where the caller's arrays belong in them.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.calls: list[Call] = []
        self.gaps: list[Gap] = []
        self._pool: dict[tuple[int, int], Array] = {}  # by size, and the how manieth of that size
        self._used: dict[int, int] = {}  # of each size, how many this instruction has

    def emit(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Append a call; an argument may be `Late`."""
        call = Call(_EXTREMES.get(function, function), list(arguments))
        for place, x in enumerate(arguments):
            if isinstance(x, Late):
                self.gaps.append(Gap(call.arguments, place, x))
        self.calls.append(call)

    def scratch(self, *shape: int) -> Array:
        """An array that is free until the next instruction."""
        size = int(np.prod(shape))
        number = self._used.get(size, 0)
        self._used[size] = number + 1
        if (size, number) not in self._pool:
            self._pool[size, number] = np.empty(size, dtype=self.dtype)
        return self._pool[size, number].reshape(shape)

    def next_instruction(self) -> None:
        """All scratch is free again."""
        self._used.clear()

    def finish(self) -> tuple[list[Call], list[Gap]]:
        """Give out what was written, and begin anew."""
        written = self.calls, self.gaps
        self.calls, self.gaps = [], []
        return written
