"""Sums too small for a matrix product."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import Contribution, Operand, Terms
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.numpy.bound import Bound, index_of, times

__all__ = ["BoundChain", "BoundTerms"]

_NARROW = 64  # samples, up to which a scale is written out for each


class BoundTerms(Bound):
    """Many terms: a table [K, rows, width], summed over its first axis.

    Attributes:
        first, second: the factors, such tables; ``first`` may be None.
    """

    instruction: Terms

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.second = terms = self._table(own.second)
        self.first = None if own.first is None else self._table(own.first)
        if self.first is not None:
            terms = b.scratch(*self.second.shape)
            b.emit(np.multiply, self.first, self.second, terms)
        if self._scaled:
            scaled = b.scratch(*self.second.shape)
            self._multiply_by_scale(terms, scaled)
            terms = scaled
        b.emit(np.add.reduce, terms, 0, None, self.out)
        self.add_biases(own.biases, own.count)

    def _table(self, operand: Operand) -> Any:
        index = index_of(operand)
        return self.binder.table(operand.space, index).reshape(
            len(index), self.instruction.count, -1
        )

    @property
    def _scaled(self) -> bool:
        scale = self.instruction.scale
        return scale is not None and not (scale == 1.0).all()

    def _multiply_by_scale(self, terms: Array, out: Array) -> None:
        assert self.instruction.scale is not None
        scale = self.instruction.scale[..., None].astype(self.binder.dtype)
        if self.width <= _NARROW:  # NumPy is faster where nothing has to be repeated
            scale = np.ascontiguousarray(np.broadcast_to(scale, out.shape))
        self.binder.emit(np.multiply, terms, scale, out)

    def push(self, contribution: Contribution) -> None:
        own = self.instruction
        if contribution.to == "bias":
            self.push_bias(own.biases[contribution.place])
        elif contribution.to == "first":
            assert own.first is not None
            self._push(own.first, self.second, self._twice() if self._squares else self.g)
        elif not self._squares:
            self._push(own.second, self.first, self.g)

    @property
    def _squares(self) -> bool:
        """Whether each factor is the other one too: then one contribution is both."""
        first, second = self.instruction.first, self.instruction.second
        if first is None or first.space != second.space:
            return False
        return np.array_equal(index_of(first), index_of(second))

    def _twice(self) -> Array:
        g = self.binder.scratch(*self.g.shape)
        self.binder.emit(np.multiply, self.g, 2.0, g)
        return g

    def _push(self, operand: Operand, factor: Any, g: Array) -> None:
        """The gradient of one factor is the sum's, times the other factor and the scale."""
        b, index = self.binder, index_of(operand)
        shape = (*index.shape, self.width)
        target = b.gradients.target(operand.space, index.ravel(), shape, self.width)
        if factor is None:
            b.emit(np.copyto, target.out, g)
        else:
            b.emit(times(self.instruction.masked), factor, g, target.out)
        if self._scaled:
            self._multiply_by_scale(target.out, target.out)
        target.finish()


class _Term(NamedTuple):
    """``scale · first · second``, arrays [*shape, width]."""

    scale: Any  # a number if it is the same for all rows, else [*shape, 1]
    first: Any  # None if there is only one factor
    second: Any

    def is_scaled_by(self, number: float) -> bool:
        return type(self.scale) is float and self.scale == number


class BoundChain(Bound):
    """A few terms: calls one after the other.

    Attributes:
        shape: what the rows are arranged in, so that the operands are views.
    """

    instruction: Terms

    def forward(self) -> None:
        own, b = self.instruction, self.binder
        self.terms = self._terms()
        out = self.out.reshape(*self.shape, self.width)
        done = self._write_two(out)
        for i, term in enumerate(self.terms[done:], done):
            if i and term.first is None and (term.is_scaled_by(1.0) or term.is_scaled_by(-1.0)):
                b.emit(np.add if term.scale == 1.0 else np.subtract, out, term.second, out)
                continue
            place = out if i == 0 else b.scratch(*out.shape)
            self._write(term, place)
            if i:
                b.emit(np.add, out, place, out)
        self.add_biases(own.biases, own.count)

    def _terms(self) -> list[_Term]:
        own, b = self.instruction, self.binder
        count = len(index_of(own.second))
        factors = [own.second] if own.first is None else [own.second, own.first]
        rows = [(factor.space, index) for factor in factors for index in index_of(factor)]
        self.shape, arrays = b.elementwise(rows)
        firsts = arrays[count:] or [None] * count
        scales = [self._scale(k) for k in range(count)]
        return list(map(_Term, scales, firsts, arrays[:count]))

    def _scale(self, k: int) -> Any:
        """The factors of one term: a number if they are all the same."""
        if self.instruction.scale is None:
            return 1.0
        scale = self.instruction.scale[k]
        if (scale == scale[0]).all():
            return float(scale[0])
        return scale.astype(self.binder.dtype).reshape(*self.shape, 1)

    def _write_two(self, out: Array) -> int:
        """Write a + b or a − b at once, if the sum begins so; how many terms are done."""
        if len(self.terms) > 1 and self.terms[0].first is None and self.terms[0].is_scaled_by(1.0):
            for unit, function in ((1.0, np.add), (-1.0, np.subtract)):
                if self.terms[1].is_scaled_by(unit):
                    self.binder.emit(function, self.terms[0].second, self.terms[1].second, out)
                    return 2
        return 0

    def _write(self, term: _Term, out: Array) -> None:
        emit = self.binder.emit
        if term.first is not None:
            emit(np.multiply, term.first, term.second, out)
            if not term.is_scaled_by(1.0):
                emit(np.multiply, out, term.scale, out)
        elif term.is_scaled_by(1.0):
            emit(np.copyto, out, term.second)
        else:
            emit(np.multiply, term.second, term.scale, out)

    def push(self, contribution: Contribution) -> None:
        own = self.instruction
        if contribution.to == "bias":
            self.push_bias(own.biases[contribution.place])
            return
        term = self.terms[contribution.term]
        if contribution.to == "first":
            assert own.first is not None
            operand, factor = own.first, term.second
        else:
            operand, factor = own.second, term.first
        self._push(operand.space, index_of(operand)[contribution.term], term, factor)

    def _push(self, space: int, index: Array, term: _Term, factor: Any) -> None:
        """The gradient of one factor of a term is the sum's, times the other factor and the scale."""
        b = self.binder
        if factor is None and term.is_scaled_by(1.0):
            b.gradients.add(space, index, self.g)
            return
        shape = (*self.shape, self.width)
        target = b.gradients.target(space, index, shape, self.width)
        g = self.g.reshape(shape)
        if factor is not None:
            b.emit(times(self.instruction.masked), factor, g, target.out)
            if not term.is_scaled_by(1.0):
                b.emit(np.multiply, target.out, term.scale, target.out)
        elif term.is_scaled_by(-1.0):
            b.emit(np.negative, g, target.out)
        else:
            b.emit(np.multiply, g, term.scale, target.out)
        target.finish()
