"""Where the operands of an instruction lie: a plan's storage for one batch size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd.compiler.plan.instructions import INPUT, STATIC, Plan
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.calls import Calls, Late
from autograd.compiler.run.numpy.contributions import Contributions
from autograd.compiler.run.numpy.strides import Plane, align, plane, strides, view
from autograd.compiler.run.tape.interpreter import Interpreter

__all__ = ["Binder"]


class Binder:
    """What instructions write their calls with: operands, results, gradients to add to.

    Attributes:
        values: by space, a number for each row: the static vector as a column [rows, 1], and the
            batched array [rows, batch].
        gradients: of the same rows.
        ones: [batch], whose product with a row is its sum.
        emit, scratch: those of the `Calls`.
        tape: makes what runs a `Tape`: see `autograd.compiler.run.tape`.
    """

    def __init__(
        self,
        plan: Plan,
        static: Array,
        static_gradient: Array,
        batch: int,
        tape: Callable[..., Any] = Interpreter,
    ) -> None:
        self.plan, self.batch, self.tape = plan, batch, tape
        self.dtype = static.dtype
        rows = np.zeros((plan.batched_size, batch), dtype=self.dtype)
        rows[: len(plan.batched_constants)] = plan.batched_constants[:, None]
        self.values = (static[:, None], rows)
        self.ones = np.ones(batch, dtype=self.dtype)
        self.calls = Calls(self.dtype)
        self.emit, self.scratch = self.calls.emit, self.calls.scratch
        both = (static_gradient[:, None], np.zeros_like(rows))
        self.gradients = Contributions(self.calls, both, plan.needs, self.ones)
        self._integers: dict[int, Array] = {}

    def integers(self, argument: int) -> Array:
        """The whole numbers of an argument, [columns, batch], filled in before each run."""
        if argument not in self._integers:
            shape = (self.plan.arguments[argument], self.batch)
            self._integers[argument] = np.zeros(shape, dtype=np.intp)
        return self._integers[argument]

    def fixed(self, space: int, index: Array) -> bool:
        """Whether these rows are constants."""
        first = len(self.plan.order) if space == STATIC else 0
        numbers = self.plan.constants if space == STATIC else self.plan.batched_constants
        return bool(((index >= first) & (index < first + len(numbers))).all())

    def gather(self, space: int, index: Array) -> Array:
        """A copy of rows [*index.shape, width], made in each run (once, if they are constants)."""
        rows = self.values[space]
        flat = np.ascontiguousarray(index.ravel())
        out = np.empty((len(flat), rows.shape[1]), dtype=self.dtype)
        if self.fixed(space, index):
            np.take(rows, flat, 0, out, "clip")
        elif rows.shape[1] == 1:
            self.emit(np.take, rows[:, 0], flat, 0, out[:, 0], "clip")
        else:
            self.emit(np.take, rows, flat, 0, out, "clip")
        return out.reshape(*index.shape, rows.shape[1])

    def table(self, space: int, index: Array) -> Any:
        """Rows [K, P] as a matrix [K, P · width]: `Late`, a view where BLAS can read one, or a copy."""
        if space >= INPUT:
            return Late(space - INPUT, int(index[0, 0]), int(index[-1, 0]) + 1)
        steps = plane(index)
        found = None if steps is None else self._matrix(space, index, steps)
        return self.gather(space, index).reshape(len(index), -1) if found is None else found

    def _matrix(self, space: int, index: Array, steps: Plane) -> Array | None:
        """A view of rows [K, P] that lie regularly, None where BLAS would have to copy it."""
        from_first = self.values[space][int(index[0, 0]) :]
        width, row, item = from_first.shape[1], from_first.strides[0], from_first.itemsize
        (k, p), (down, right) = index.shape, steps
        if (p == 1 or right == 1) and down >= p:
            return as_strided(from_first, (k, p * width), (down * row, item))
        if width == 1 and down == 1 and right >= k:
            return as_strided(from_first, index.shape, (row, right * row))
        return None

    def elementwise(
        self, operands: Sequence[tuple[int, Array]]
    ) -> tuple[tuple[int, ...], list[Any]]:
        """A shape that suits all operands, and each of them in it: `Late`, a view or a copy.

        Args:
            operands: of each its space and its rows [R].
        """
        count = len(operands[0][1])
        shape, found = align([strides(index) for _, index in operands], count)
        arrays: list[Any] = []
        for (space, index), dims in zip(operands, found):
            if space >= INPUT:
                arrays.append(Late(space - INPUT, int(index[0]), int(index[-1]) + 1, shape))
            elif dims is not None:
                arrays.append(view(self.values[space], int(index[0]), dims))
            else:
                arrays.append(self.gather(space, index).reshape(*shape, -1))
        return shape, arrays
