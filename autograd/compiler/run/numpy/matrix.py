"""Matrix products: dense layers, convolutions, weighted sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Contribution, Matrix, Part
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.bound import Bound, product_into
from autograd.compiler.run.numpy.holes import Holes, empty
from autograd.compiler.run.numpy.strides import plane

__all__ = ["BoundMatrix"]


class BoundMatrix(Bound):
    instruction: Matrix

    def forward(self) -> None:
        b = self.binder
        rows = self.instruction.node.shape[0]
        self.out2 = self.out.reshape(rows, -1)
        self.tables, self.weights, self.holes = [], [], []
        for i, part in enumerate(self.instruction.parts):
            table = b.table(part.space, part.column)
            weight = self._weight(part)
            self.tables.append(table)
            self.weights.append(weight)
            self.holes.append(self._hole(part))
            out = self.out2 if i == 0 else b.scratch(*self.out2.shape)
            if weight is None:
                b.emit(np.add.reduce, table, 0, None, out[0])
            else:
                b.emit(self.holes[i].forward(np.dot), weight, table, out)
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

    def _hole(self, part: Part) -> Holes:
        """Where nothing is connected."""
        plan, weight = self.binder.plan, part.weight
        return Holes(None if weight is None else empty(plan, STATIC, weight), None)

    def push(self, contribution: Contribution) -> None:
        own, place = self.instruction, contribution.place
        if contribution.to == "bias":
            self.push_bias(own.biases[place])
            return
        g = self.g.reshape(own.node.shape[0], -1)
        if contribution.to == "weight":
            self._push_weight(own.parts[place], self.tables[place], g)
        else:
            self._push_column(place, g)

    def _push_column(self, place: int, g: Array) -> None:
        b, part, weight = self.binder, self.instruction.parts[place], self.weights[place]
        target = b.gradients.target(
            part.space, part.column.ravel(), (len(part.column), g.shape[1]), self.width
        )
        if weight is None:
            b.emit(np.copyto, target.out, g)
        else:
            product = self.holes[place].by_b(product_into(target.out))
            b.emit(product, weight.T, g, target.out)
        target.finish()

    def _push_weight(self, part: Part, table: Any, g: Array) -> None:
        b = self.binder
        assert part.weight is not None
        target = b.gradients.target(STATIC, part.weight.ravel(), part.weight.shape, 1)
        b.emit(product_into(target.out), g, table.T, target.out)
        if part.scale is not None:
            b.emit(np.multiply, target.out, part.scale.astype(b.dtype), target.out)
        target.finish()
