"""Matrix products: dense layers, convolutions, weighted sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import INPUT, STATIC, Matrix, Part
from autograd.compiler.read.lift import Array
from autograd.compiler.run.numpy.binder import Late, plane
from autograd.compiler.run.numpy.bound import Bound

__all__ = ["BoundMatrix"]


class BoundMatrix(Bound):
    instruction: Matrix

    def forward(self) -> None:
        b = self.binder
        rows = self.instruction.node.shape[0]
        self.out2 = self.out.reshape(rows, -1)
        self.tables, self.weights = [], []
        for i, part in enumerate(self.instruction.parts):
            table = b.table(part.space, part.column)
            weight = self._weight(part)
            self.tables.append(table)
            self.weights.append(weight)
            out = self.out2 if i == 0 else b.scratch(*self.out2.shape)
            if weight is None:
                if isinstance(table, Late):
                    b.emit(_sum_rows, table, out[0])
                else:
                    b.emit(np.add.reduce, table, 0, None, out[0])
            else:
                b.emit(np.dot, weight, table, out)
            if i:
                b.emit(np.add, self.out2, out, self.out2)
        self.add_biases(self.instruction.biases, rows)

    def _weight(self, part: Part) -> Any:
        """The matrix [rows, K]; None for a plain sum."""
        b = self.binder
        if part.weight is None:
            assert part.scale is not None
            plain = part.scale.shape[0] == 1 and (part.scale == 1.0).all()
            return None if plain else part.scale.astype(b.dtype)
        steps = plane(part.weight)
        if steps is not None and part.scale is None:
            down, right = steps
            f, k = part.weight.shape
            if (right == 1 and down >= k) or (down == 1 and right >= f):
                static = b.values[STATIC][int(part.weight[0, 0]) :, 0]
                item = static.strides[0]
                return np.lib.stride_tricks.as_strided(static, (f, k), (down * item, right * item))
        weight = b.gather(STATIC, part.weight)[..., 0]
        if part.scale is None:
            return weight
        out = np.empty_like(weight)
        b.emit(np.multiply, weight, part.scale.astype(b.dtype), out)
        return out

    def backward(self) -> None:
        b = self.binder
        rows = self.instruction.node.shape[0]
        g = self.g.reshape(rows, -1)
        for part, table, weight in zip(self.instruction.parts, self.tables, self.weights):
            if part.weight is not None and b.plan.needs[STATIC][part.weight].any():
                self._push_weight(part, table, g)
            if part.space >= INPUT:
                continue
            found = b.target(
                part.space, part.column.ravel(), (len(part.column), g.shape[1]), self.width
            )
            if found is None:
                continue
            out, finish = found
            if weight is None:
                b.emit(np.copyto, out, g)
            elif out.flags.c_contiguous:
                b.emit(np.dot, weight.T, g, out)
            else:
                b.emit(np.matmul, weight.T, g, out)
            finish()
        self.push_biases(self.instruction.biases, rows)

    def _push_weight(self, part: Part, table: Any, g: Array) -> None:
        b = self.binder
        assert part.weight is not None
        found = b.target(STATIC, part.weight.ravel(), part.weight.shape, 1)
        if found is None:
            return
        out, finish = found
        product = np.dot if out.flags.c_contiguous else np.matmul
        b.emit(product, g, table.T, out)
        if part.scale is not None:
            b.emit(np.multiply, out, part.scale.astype(b.dtype), out)
        finish()


def _sum_rows(table: Array, out: Array) -> None:
    np.add.reduce(table, 0, out=out)
