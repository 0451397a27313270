"""Products of two computed matrices."""

from __future__ import annotations

import math

import numpy as np

from autograd.compiler.plan.instructions import Contribution, Operand, Products
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.bound import Bound, index_of
from autograd.compiler.run.numpy.holes import Holes, empty
from autograd.compiler.run.numpy.strides import Dim, strides, view

__all__ = ["BoundProducts"]

_LINE = 8  # numbers of a line of the cache


class BoundProducts(Bound):
    instruction: Products

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.copied: Array | None = None
        self.a, self.b = self._operand(own.first), self._operand(own.second)
        shape = own.node.shape
        first, second = (empty(b.plan, o.space, index_of(o)) for o in (own.first, own.second))
        self.holes = Holes(first, second, own.node < 0 if (own.node < 0).any() else None)
        matmul = self.holes.forward(np.matmul)
        if self.width == 1:
            b.emit(matmul, self.a, self.b, self.out.reshape(shape))
            return
        product, rows = self._apart(shape)
        b.emit(matmul, self.a, self.b, product)
        b.emit(np.copyto, self.out, rows)

    def _operand(self, operand: Operand) -> Array:
        """The matrices [G, rows, columns], or [samples, G, rows, columns]: BLAS wants them together."""
        b, index = self.binder, index_of(operand)
        if self.width == 1:
            found = cube(b.values[operand.space], index)
            return (
                b.gather(operand.space, index.ravel()).reshape(index.shape)
                if found is None
                else found
            )
        dims = strides(index.ravel())
        if dims is None:
            rows = b.gather(operand.space, index.ravel())
        else:
            rows = view(b.values[operand.space], int(index.flat[0]), dims)
        table = np.empty((self.width, index.size + _LINE), dtype=b.dtype)[:, : index.size]
        inner = tuple(range(rows.ndim - 1))
        b.emit(np.copyto, table.reshape(self.width, *rows.shape[:-1]), rows.transpose(-1, *inner))
        return table.reshape(self.width, *index.shape)

    def _apart(self, shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Matrices of each sample [width, *shape], and the same as rows [rows, width]: no power of 2
        apart, since the cache would hold a few of those only."""
        size = math.prod(shape)
        table = self.binder.scratch(self.width, size + _LINE)[:, :size]
        return table.reshape(self.width, *shape), table.T

    def push(self, contribution: Contribution) -> None:
        own, b, g = self.instruction, self.binder, self._gradient()
        swap = (*range(self.a.ndim - 2), self.a.ndim - 1, self.a.ndim - 2)
        if contribution.to == "first":
            operand, matmul = own.first, self.holes.by_a(np.matmul)
            x, y = g, self.b.transpose(swap)
        else:
            operand, matmul = own.second, self.holes.by_b(np.matmul)
            x, y = self.a.transpose(swap), g
        index = index_of(operand)
        shape = index.shape if self.width == 1 else (index.size, self.width)
        target = b.gradients.target(operand.space, index.ravel(), shape, self.width)
        if self.width == 1:
            b.emit(matmul, x, y, target.out)
        else:
            product, rows = self._apart(index.shape)
            b.emit(matmul, x, y, product)
            b.emit(np.copyto, target.out, rows)
        target.finish()

    def _gradient(self) -> Array:
        """That of the result, the matrices of a sample together; copied once for both operands."""
        if self.width == 1:
            return self.g.reshape(self.instruction.node.shape)
        if self.copied is None:
            self.copied, rows = self._apart(self.instruction.node.shape)
            self.binder.emit(np.copyto, rows.T, self.g.T)
        return self.copied


def cube(rows: Array, index: Array) -> Array | None:
    """Rows [G, M, N] of width 1 as a view, if they lie regularly."""
    steps = [int(index.take(1, axis).flat[0] - index.flat[0]) if index.shape[axis] > 1 else 0
             for axis in range(3)]  # fmt: skip
    grid = index.flat[0] + sum(
        step * np.arange(size).reshape([-1 if i == axis else 1 for i in range(3)])
        for axis, (step, size) in enumerate(zip(steps, index.shape))
    )
    if not np.array_equal(grid, index) or min(steps) < 0:
        return None
    return view(rows, int(index.flat[0]), list(map(Dim, index.shape, steps)))[..., 0]
