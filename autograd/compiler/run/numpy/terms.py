"""Sums too small for a matrix product."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import INPUT, Terms
from autograd.compiler.read.lift import Array
from autograd.compiler.run.numpy.binder import Binder
from autograd.compiler.run.numpy.bound import Bound, index_of, times

__all__ = ["BoundTerms"]

CHAIN = 4  # sums of up to so many terms are written as calls one after the other


class BoundTerms(Bound):
    instruction: Terms

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.chain = len(index_of(own.second)) <= CHAIN
        if self.chain:
            self._forward_chain()
        else:
            count = own.count
            second = b.table(own.second.space, index_of(own.second)).reshape(-1, count, self.width)
            self.inputs: list[Any] = [second]
            terms = second
            if own.first is not None:
                first = b.table(own.first.space, index_of(own.first)).reshape(
                    len(second), count, -1
                )
                self.inputs.insert(0, first)
                terms = b.scratch(*second.shape)
                b.emit(np.multiply, first, second, terms)
            if own.scale is not None and not (own.scale == 1.0).all():
                scaled = b.scratch(*second.shape)
                b.emit(np.multiply, terms, own.scale[..., None].astype(b.dtype), scaled)
                terms = scaled
            b.emit(np.add.reduce, terms, 0, None, self.out)
        self.add_biases(own.biases, own.count)

    def _forward_chain(self) -> None:
        own, b = self.instruction, self.binder
        terms = len(index_of(own.second))
        firsts = own.first is not None
        operands = [(own.second.space, index_of(own.second)[k]) for k in range(terms)]
        if own.first is not None:
            operands += [(own.first.space, index_of(own.first)[k]) for k in range(terms)]
        self.shape, arrays = b.elementwise(operands)
        self.inputs = arrays
        out = self.out.reshape(*self.shape, self.width)
        self.scales = [_scale(own.scale, k, self.shape, b) for k in range(terms)]
        k = 0
        if not firsts and terms > 1 and _is(self.scales[0], 1.0):
            for unit, function in ((1.0, np.add), (-1.0, np.subtract)):
                if _is(self.scales[1], unit):
                    b.emit(function, arrays[0], arrays[1], out)
                    k = 2
                    break
        for i in range(k, terms):
            place = out if i == 0 else b.scratch(*out.shape)
            scale = self.scales[i]
            if firsts:
                b.emit(np.multiply, arrays[terms + i], arrays[i], place)
                if not _is(scale, 1.0):
                    b.emit(np.multiply, place, scale, place)
            elif i and (_is(scale, 1.0) or _is(scale, -1.0)):
                b.emit(np.add if scale == 1.0 else np.subtract, out, arrays[i], out)
                continue
            elif _is(scale, 1.0):
                b.emit(np.copyto, place, arrays[i])
            else:
                b.emit(np.multiply, arrays[i], scale, place)
            if i:
                b.emit(np.add, out, place, out)

    def backward(self) -> None:
        own, b = self.instruction, self.binder
        if self.chain:
            self._backward_chain()
        else:
            second, shape = own.second, (*index_of(own.second).shape, self.width)
            pairs = [(second, self.inputs[0] if own.first is not None else None)]
            if own.first is not None:
                pairs.append((own.first, self.inputs[1]))
            for operand, factor in pairs:
                found = b.target(operand.space, index_of(operand).ravel(), shape, self.width)
                if found is None:
                    continue
                out, finish = found
                if factor is None:
                    b.emit(np.copyto, out, self.g)
                else:
                    b.emit(times(own.masked), factor, self.g, out)
                if own.scale is not None and not (own.scale == 1.0).all():
                    b.emit(np.multiply, out, own.scale[..., None].astype(b.dtype), out)
                finish()
        self.push_biases(own.biases, own.count)

    def _backward_chain(self) -> None:
        own, b = self.instruction, self.binder
        terms = len(index_of(own.second))
        shape = (*self.shape, self.width)
        g = self.g.reshape(shape)
        for k in range(terms):
            pairs = [(own.second, self.inputs[terms + k] if own.first is not None else None)]
            if own.first is not None:
                pairs.append((own.first, self.inputs[k]))
            for operand, factor in pairs:
                scale = self.scales[k]
                if factor is None and _is(scale, 1.0):
                    if operand.space < INPUT:
                        b.accumulate(operand.space, index_of(operand)[k], self.g)
                    continue
                found = b.target(operand.space, index_of(operand)[k], shape, self.width)
                if found is None:
                    continue
                out, finish = found
                if factor is None:
                    if _is(scale, -1.0):
                        b.emit(np.negative, g, out)
                    else:
                        b.emit(np.multiply, g, scale, out)
                else:
                    b.emit(times(own.masked), factor, g, out)
                    if not _is(scale, 1.0):
                        b.emit(np.multiply, out, scale, out)
                finish()


def _scale(scale: Array | None, k: int, shape: tuple[int, ...], b: Binder) -> Any:
    """The factors of one term: a number if they are all the same."""
    if scale is None:
        return 1.0
    own = scale[k]
    if (own == own[0]).all():
        return float(own[0])
    return own.astype(b.dtype).reshape(*shape, 1)


def _is(scale: Any, number: float) -> bool:
    return type(scale) is float and scale == number
