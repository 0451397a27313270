"""A plan for one batch size: a flat list of NumPy calls over arrays that exist already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import INPUT, STATIC, Plan
from autograd.compiler.read.lift import Array
from autograd.compiler.run.numpy.scatter import add_counts, add_rows, passes, ranked, set_rows
from autograd.compiler.run.numpy.strides import align, distinct, strides, view

__all__ = ["Binder", "Call"]

Call = tuple[Callable[..., Any], list[Any]]


# NumPy 2.4 wants the output of these two by name.
_EXTREMES: dict[Callable[..., Any], Callable[..., Any]] = {
    np.maximum: lambda a, b, out: np.maximum(a, b, out=out),
    np.minimum: lambda a, b, out: np.minimum(a, b, out=out),
}


class Binder:
    """Storage and what instructions need to write their calls: operands in, gradients out.

    The first writer of a gradient row overwrites it and later ones add, so nothing is zeroed.

    Attributes:
        values, gradients: the static vector as a column, and the batched array [rows, batch].
        calls: where `emit` appends.
        late: where the caller's arrays belong: the arguments of a call, the place, which rows.
    """

    def __init__(self, plan: Plan, static: Array, static_gradient: Array, batch: int) -> None:
        self.plan, self.batch = plan, batch
        self.dtype = static.dtype
        rows = np.zeros((plan.batched_size, batch), dtype=self.dtype)
        rows[: len(plan.batched_constants)] = plan.batched_constants[:, None]
        self.values = (static[:, None], rows)
        self.gradients = (static_gradient[:, None], np.zeros_like(rows))
        self.written = [np.zeros(len(v), dtype=bool) for v in self.values]
        self.calls: list[Call] = []
        self.late: list[tuple[list[Any], int, Late]] = []
        self.ones = np.ones(batch, dtype=self.dtype)
        self._pool: dict[tuple[int, int], Array] = {}
        self._used: dict[int, int] = {}
        self._integers: dict[int, Array] = {}

    def emit(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Append a call; an argument that is a `Late` is put in before each run."""
        function = _EXTREMES.get(function, function)
        call = list(arguments)
        for place, x in enumerate(call):
            if isinstance(x, Late):
                self.late.append((call, place, x))
        self.calls.append((function, call))

    def scratch(self, *shape: int) -> Array:
        """An array that is free until the next instruction."""
        size = int(np.prod(shape))
        number = self._used.get(size, 0)
        self._used[size] = number + 1
        if (size, number) not in self._pool:
            self._pool[size, number] = np.empty(size, dtype=self.dtype)
        return self._pool[size, number].reshape(shape)

    def next_instruction(self) -> None:
        self._used.clear()

    def integers(self, argument: int) -> Array:
        """The whole numbers of an argument, [columns, batch], filled in before each run."""
        if argument not in self._integers:
            shape = (self.plan.arguments[argument], self.batch)
            self._integers[argument] = np.zeros(shape, dtype=np.intp)
        return self._integers[argument]

    # Operands -------------------------------------------------------------------------------------

    def fixed(self, space: int, index: Array) -> bool:
        """Whether these rows are constants."""
        first = len(self.plan.order) if space == STATIC else 0
        numbers = self.plan.constants if space == STATIC else self.plan.batched_constants
        return bool(((index >= first) & (index < first + len(numbers))).all())

    def gather(self, space: int, index: Array) -> Array:
        """A copy of rows, made anew in each run (once, if they are constants): [..., width]."""
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
        """Rows [K, P] as a matrix [K, P · width]; a view where BLAS can read one."""
        if space >= INPUT:
            return Late(space - INPUT, int(index[0, 0]), int(index[-1, 0]) + 1)
        rows = self.values[space]
        steps = plane(index)
        if steps is not None:
            down, right = steps
            width = rows.shape[1]
            p = index.shape[1]
            base = int(index[0, 0])
            row, item = rows.strides[0], rows.itemsize
            if (p == 1 or right == 1) and down >= p:
                return (
                    view(rows, base, (index.shape[0], p), (down, right)).reshape(-1, p * width)
                    if (p == 1 or down == p)
                    else np.lib.stride_tricks.as_strided(
                        rows[base:], (index.shape[0], p * width), (down * row, item)
                    )
                )
            if width == 1 and down == 1 and right >= index.shape[0]:
                return np.lib.stride_tricks.as_strided(rows[base:], index.shape, (row, right * row))
        return self.gather(space, index).reshape(len(index), -1)

    def elementwise(
        self, operands: Sequence[tuple[int, Array]]
    ) -> tuple[tuple[int, ...], list[Any]]:
        """A shape that suits all operands [R], and each of them in it: a view or a gathered copy."""
        count = len(operands[0][1])
        shape, found = align([strides(index) for _, index in operands], count)
        arrays: list[Any] = []
        for (space, index), steps in zip(operands, found):
            if space >= INPUT:
                arrays.append(Late(space - INPUT, int(index[0]), int(index[-1]) + 1, shape))
            elif steps is not None:
                arrays.append(view(self.values[space], int(index[0]), shape, steps))
            else:
                arrays.append(self.gather(space, index).reshape(*shape, -1))
        return shape, arrays

    # Gradients ------------------------------------------------------------------------------------

    def fresh(self, space: int, rows: Array) -> bool:
        """Whether a writer of these gradient rows may overwrite; if only some were written, no."""
        written = self.written[space]
        before = written[rows]
        written[rows] = True
        if before.any():
            stale = np.unique(rows[~before])
            if len(stale):
                self.emit(set_rows, self.gradients[space], stale, 0.0)
            return False
        return True

    def target(
        self, space: int, index: Array, shape: tuple[int, ...], width: int
    ) -> tuple[Array, Callable[[], None]] | None:
        """Where to write a contribution to the gradient of rows, and what to call afterwards.

        ``index`` is flat; ``shape`` is that of the array to write, which has ``width`` numbers for each
        row of it. None if nobody needs the gradient.
        """
        if space >= INPUT or not self.plan.needs[space][index].any():
            return None
        rows = self.gradients[space]
        if rows.shape[1] == width and self.plan.needs[space][index].all():
            dims = strides(index)
            if dims is not None and not self.written[space][index].any():
                sizes, steps = [d[0] for d in dims] or [1], [d[1] for d in dims] or [1]
                if distinct(sizes, steps):
                    place = _reshaped(view(rows, int(index[0]), sizes, steps), shape)
                    if place is not None:
                        self.fresh(space, index)
                        return place, _nothing
        out = self.scratch(*shape)
        return out, lambda: self.accumulate(space, index, out.reshape(len(index), width))

    def accumulate(self, space: int, index: Array, values: Array) -> None:
        """Add ``values`` [..., width] into the gradients of rows ``index`` (flat)."""
        rows = self.gradients[space]
        width = values.shape[-1]
        values = values.reshape(len(index), width)
        if rows.shape[1] == 1 and width > 1:  # a static row gets the sum over the samples
            total = self.scratch(len(index))
            self.emit(np.dot, values, self.ones, total)
            values, width = total[:, None], 1
        needed = np.flatnonzero(self.plan.needs[space][index])
        if not len(needed):
            return
        if len(needed) < len(index):
            some = self.scratch(len(needed), width)
            self.emit(np.take, values, needed, 0, some, "clip")
            values, index = some, index[needed]
        dims = strides(index)
        if dims is not None and any(step == 0 for size, step in dims):
            axes = tuple(i for i, (_, step) in enumerate(dims) if step == 0)
            kept = [d for d in dims if d[1] != 0]
            count = int(np.prod([size for size, _ in kept]))
            total = self.scratch(count, width)
            self.emit(
                np.add.reduce, values.reshape(*(size for size, _ in dims), width), axes, None,
                total.reshape(*(size for size, _ in kept), width),
            )  # fmt: skip
            base = int(index[0])
            index = np.full(1, base)
            for size, step in kept:
                index = (index[:, None] + step * np.arange(size)).ravel()
            values, dims = total, kept
        if dims is not None and distinct([d[0] for d in dims], [d[1] for d in dims]):
            sizes, steps = [d[0] for d in dims] or [1], [d[1] for d in dims] or [1]
            place = view(rows, int(index[0]), sizes, steps)
            values = values.reshape(*sizes, width)
            if self.fresh(space, index):
                self.emit(np.copyto, place, values)
            else:
                self.emit(np.add, place, values, place)
            return
        if len(np.unique(index)) == len(index):
            function = set_rows if self.fresh(space, index) else add_rows
            self.emit(function, rows, index, values)
            return
        if width == 1:
            lowest, highest = int(index.min()), int(index.max()) + 1
            targets = np.unique(index)
            fresh = self.fresh(space, targets)
            whole = len(targets) == highest - lowest
            if fresh and not whole:
                self.emit(set_rows, rows, targets, 0.0)
            self.emit(
                add_counts, rows[lowest:highest, 0], index - lowest, values[:, 0], fresh and whole
            )
            return
        table, empty = ranked(index)
        if len(table) > 4 and table.size <= 2.5 * len(index):
            part = self.scratch(*table.shape, width)
            self.emit(np.take, values, table.ravel(), 0, part.reshape(-1, width), "clip")
            if len(empty):
                self.emit(set_rows, part.reshape(-1, width), empty, 0.0)
            total = self.scratch(table.shape[1], width)
            self.emit(np.add.reduce, part, 0, None, total)
            self.accumulate(space, np.unique(index), total)
            return
        for turn, (rows_of, contributions) in enumerate(passes(index)):
            fresh = turn == 0 and self.fresh(space, rows_of)
            part = self.scratch(len(rows_of), width)
            self.emit(np.take, values, contributions, 0, part, "clip")
            self.emit(set_rows if fresh else add_rows, rows, rows_of, part)


class Late:
    """Rows of an argument of the program, known only when it runs."""

    def __init__(
        self,
        argument: int,
        first: int,
        last: int,
        shape: tuple[int, ...] | None = None,
        transposed: bool = False,
    ) -> None:
        self.argument, self.first, self.last = argument, first, last
        self.shape, self.transposed = shape, transposed

    @property
    def T(self) -> Late:  # noqa: N802
        return Late(self.argument, self.first, self.last, self.shape, not self.transposed)

    def of(self, array: Array) -> Array:
        """The rows in the caller's array [batch, columns]."""
        if self.transposed:
            return array[:, self.first : self.last]
        rows = array.T[self.first : self.last]
        return rows if self.shape is None else rows.reshape(*self.shape, -1)


def plane(index: Array) -> tuple[int, int] | None:
    """The strides (down, right) of a two-dimensional index array, if it has any."""
    k, p = index.shape
    down = int(index[1, 0] - index[0, 0]) if k > 1 else p
    right = int(index[0, 1] - index[0, 0]) if p > 1 else 1
    regular = index[0, 0] + down * np.arange(k)[:, None] + right * np.arange(p)
    return (down, right) if np.array_equal(regular, index) else None


def _reshaped(array: Array, shape: tuple[int, ...]) -> Array | None:
    """The same memory in another shape, None where that takes a copy."""
    result = array.reshape(shape)
    return result if np.shares_memory(result, array) else None


def _nothing() -> None:
    pass
