"""Products of two computed matrices."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import Operand, Products
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.bound import Bound, index_of
from autograd.compiler.run.numpy.holes import Holes, empty
from autograd.compiler.run.numpy.strides import Dim, strides, view

__all__ = ["BoundProducts"]


class BoundProducts(Bound):
    instruction: Products

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.a, self.b = self._operand(own.first), self._operand(own.second)
        shape = own.node.shape
        first, second = (empty(b.plan, o.space, index_of(o)) for o in (own.first, own.second))
        self.holes = Holes(first, second, own.node < 0 if (own.node < 0).any() else None)
        matmul = self.holes.forward(np.matmul)
        if self.width == 1:
            b.emit(matmul, self.a, self.b, self.out.reshape(shape))
            return
        product = b.scratch(self.width, *shape)
        b.emit(matmul, self.a, self.b, product)
        b.emit(np.copyto, self.out, product.reshape(self.width, -1).T)

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
        out = np.empty((self.width, *index.shape), dtype=b.dtype)
        inner = tuple(range(rows.ndim - 1))
        b.emit(np.copyto, out.reshape(self.width, *rows.shape[:-1]), rows.transpose(-1, *inner))
        return out

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        g = self.g.reshape(own.node.shape) if self.width == 1 else None
        if g is None:
            g = b.scratch(self.width, *own.node.shape)
            b.emit(np.copyto, g.reshape(self.width, -1), self.g.T)
        swap = (*range(self.a.ndim - 2), self.a.ndim - 1, self.a.ndim - 2)
        for operand, x, y, matmul in (
            (own.first, g, self.b.transpose(swap), self.holes.by_a(np.matmul)),
            (own.second, self.a.transpose(swap), g, self.holes.by_b(np.matmul)),
        ):
            index = index_of(operand)
            shape = index.shape if self.width == 1 else (index.size, self.width)
            target = b.gradients.target(operand.space, index.ravel(), shape, self.width)
            if target is None:
                continue
            if self.width == 1:
                b.emit(matmul, x, y, target.out)
            else:
                product = b.scratch(self.width, *index.shape)
                b.emit(matmul, x, y, product)
                b.emit(np.copyto, target.out, product.reshape(self.width, -1).T)
            target.finish()


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
