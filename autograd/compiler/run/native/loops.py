"""Products of a matrix with a column of each sample, as loops: what would be many lines otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    Contribution,
    Instruction,
    Matrix,
    Part,
    Plan,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.llvm.code import Code, Loop
from autograd.compiler.run.native.llvm.lane import Lane, as_lane
from autograd.compiler.run.native.rows import Rows

__all__ = ["FROM", "Looped", "looped", "tiles"]

FROM = 128  # products from which on a matrix is a loop
TILE = 8  # rows that share each number read, their sums in registers


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rows of storage that lie regularly: first + down · i + right · j."""

    first: int
    down: int
    right: int

    def at(self, code: Code, i: str | int, j: str | int) -> str:
        """The number of a row, i and j being numbers or names of them."""
        parts = [str(self.first)]
        for x, step in ((i, self.down), (j, self.right)):
            parts.append(str(x * step) if isinstance(x, int) else code.emit(f"mul i64 {x}, {step}"))
        return code.emit(f"add i64 {code.emit(f'add i64 {parts[0]}, {parts[1]}')}, {parts[2]}")


def _grid(index: Array) -> _Grid | None:
    """Rows [I, J] as a grid."""
    down = int(index[1, 0] - index[0, 0]) if len(index) > 1 else 0
    right = int(index[0, 1] - index[0, 0]) if index.shape[1] > 1 else 0
    grid = index[0, 0] + down * np.arange(len(index))[:, None] + right * np.arange(index.shape[1])
    return _Grid(int(index[0, 0]), down, right) if np.array_equal(grid, index) else None


def looped(plan: Plan, own: Instruction) -> bool:
    """Whether an instruction is written as a loop: a layer, its weights and inputs in a row."""
    if not isinstance(own, Matrix) or not own.batched or own.node.shape[1] != 1:
        return False
    if own.count * sum(len(part.column) for part in own.parts) < FROM:
        return False
    given = len(plan.batched_constants) + sum(plan.arguments[k] for k in plan.copied)
    return all(
        part.scale is None
        and part.weight is not None
        and _grid(part.weight) is not None
        and _grid(part.column) is not None
        and int(part.weight.max()) < len(plan.order)
        and (part.space >= INPUT or int(part.column.min()) >= given)
        and len(np.unique(part.weight)) == part.weight.size
        for part in own.parts
    ) and all(
        bias.scale is None and bias.index.shape[1] == 1 and _grid(bias.index) is not None
        for bias in own.biases
    )


def tiles(code: Code, count: int, write: Callable[[str | int, int], None]) -> None:
    """Call ``write(first, how many)`` for all of ``count`` rows, a tile at a time."""
    whole, rest = divmod(count, TILE)
    if whole > 1:
        loop = Loop(code, whole, [])
        write(code.emit(f"mul i64 {loop.index}, {TILE}"), TILE)
        loop.end([])
    elif whole:
        write(0, TILE)
    if rest:
        write(whole * TILE, rest)


class Looped:
    """Writes one such instruction, forward and backward."""

    def __init__(self, rows: Rows, own: Matrix) -> None:
        self.rows, self.code, self.own = rows, rows.code, own

    # Forward --------------------------------------------------------------------------------------

    def forward(self) -> None:
        own = self.own
        for part in own.parts:
            self._want(part)
        tiles(self.code, own.count, self._rows)
        for row in range(own.start, own.start + own.count):
            self.rows.stores.is_stored((BATCHED, row))

    def _rows(self, first: str | int, count: int) -> None:
        """The rows from ``first`` on."""
        code, own = self.code, self.own
        sums = [as_lane(code, 0.0).name] * count
        for bias in own.biases:
            grid = _grid(bias.index)
            assert grid is not None
            for t in range(count):
                number = self._static(grid, code.plus(first, t), 0)
                sums[t] = Lane(code, sums[t]).binary("fadd", Lane(code, sums[t]), number).name
        for part in own.parts:
            loop = Loop(code, len(part.column), sums)
            x = self._column(part, loop.index)
            weight = _weights(part)
            sums = loop.end([
                self._fused(loop.carried[t], self._static(weight, code.plus(first, t), loop.index), x)
                for t in range(count)
            ])  # fmt: skip
        for t in range(count):
            place = code.plus(first, own.start + t)
            code.line(code.store("%values", place, sums[t]))

    # Backward -------------------------------------------------------------------------------------

    def push(self, entry: Contribution, in_memory: set[int]) -> bool:
        """Write a contribution to columns; False if some of its rows want none.

        Args:
            in_memory: the rows for which something waits in memory; more, afterwards.
        """
        part, needs = self.own.parts[entry.place], self.rows.plan.needs
        if part.space >= INPUT:
            return True
        rows = set(part.column.ravel().tolist())
        begun = rows & in_memory
        if not needs.batched[part.column].all() or (begun and begun != rows):
            return False
        self._to_column(part, bool(begun))
        in_memory |= rows
        return True

    def weights_want(self, entry: Contribution) -> bool:
        """Whether all weights of a part want their gradient: then `to_weights` writes it."""
        part = self.own.parts[entry.place]
        return bool(self.rows.plan.needs.static[part.weight].all())

    def to_weights(self, entry: Contribution, blocks: tuple[str, ...]) -> None:
        """Add to the sums of weights what some blocks of samples contribute, read and written once.

        Args:
            blocks: what the names of their values and inputs end in.
        """
        part = self.own.parts[entry.place]
        self._want(part)
        tiles(
            self.code,
            self.own.count,
            lambda first, count: self._weights_of(part, first, count, blocks),
        )

    def _weights_of(
        self, part: Part, first: str | int, count: int, blocks: tuple[str, ...]
    ) -> None:
        code, grid = self.code, _weights(part)
        arrived = [[self._gradient(code.plus(first, t), b) for b in blocks] for t in range(count)]
        loop = Loop(code, len(part.column), [])
        columns = [self._column(part, loop.index, b) for b in blocks]
        for t in range(count):
            place = grid.at(code, code.plus(first, t), loop.index)
            total = code.load("%sums", place)
            for g, x in zip(arrived[t], columns):
                total = self._fused(total, g, x)
            code.line(code.store("%sums", place, total))
        loop.end([])

    def _to_column(self, part: Part, begun: bool) -> None:
        """Into memory; ``begun``: there is something to add to."""
        tiles(
            self.code,
            len(part.column),
            lambda first, count: self._columns(part, first, count, begun),
        )

    def _columns(self, part: Part, first: str | int, count: int, begun: bool) -> None:
        code, grid, column = self.code, _weights(part), _grid(part.column)
        assert column is not None
        loop = Loop(code, self.own.count, [as_lane(code, 0.0).name] * count)
        g = self._gradient(loop.index)
        sums = loop.end([
            self._fused(loop.carried[t], self._static(grid, loop.index, code.plus(first, t)), g)
            for t in range(count)
        ])  # fmt: skip
        for t in range(count):
            place = self.rows.gradient_place(column.at(code, code.plus(first, t), 0))
            total = Lane(code, sums[t])
            if begun:
                total = Lane(code, code.load("%values", place)) + total
            code.line(code.store("%values", place, total.name))

    # Pieces ---------------------------------------------------------------------------------------

    def _want(self, part: Part) -> None:
        if part.space == BATCHED:
            for row in part.column.ravel().tolist():
                self.rows.stores.want((BATCHED, row))

    def _column(self, part: Part, k: str, block: str = "") -> Lane:
        grid = _grid(part.column)
        assert grid is not None
        base = "%values" if part.space == BATCHED else f"%input{part.space - INPUT}"
        return Lane(self.code, self.code.load(base + block, grid.at(self.code, k, 0)))

    def _static(self, grid: _Grid, i: str | int, j: str | int) -> Lane:
        """A static number in every lane."""
        code = self.code
        return Lane(code, code.splat(code.load("%static", grid.at(code, i, j), code.types.scalar)))

    def _gradient(self, row: str | int, block: str = "") -> Lane:
        """What has arrived at a row of the result, which lies in memory."""
        place = self.rows.gradient_place(self.code.plus(row, self.own.start))
        return Lane(self.code, self.code.load("%values" + block, place))

    def _fused(self, total: str, a: Lane, b: Lane) -> str:
        product = a.binary("fmul contract", a, b)
        return a.binary("fadd contract", Lane(self.code, total), product).name


def _weights(part: Part) -> _Grid:
    assert part.weight is not None
    grid = _grid(part.weight)
    assert grid is not None
    return grid
