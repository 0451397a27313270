"""One position of an instruction."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import (
    Bias,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Part,
    Plan,
    Terms,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.batch.sums import Rows, Sums
from autograd.compiler.run.native.batch.written import Token, Written

__all__ = ["One", "RefusedError"]


class RefusedError(Exception):
    """The positions do not all do the same."""


class One:
    """Writes instructions for one position, and notes which rows are of which."""

    def __init__(self, plan: Plan, rows: Rows, sums: Sums, new: Written) -> None:
        self.plan, self.rows, self.sums, self.new = plan, rows, sums, new
        self.count = new.count

    def over_data(self, own: Matrix) -> bool:
        """Whether it is a matrix of numbers, a row a position, times a column of parameters."""
        return own.node.shape == (self.count, 1) and all(part.weight is None for part in own.parts)

    def write(self, own: Instruction) -> bool:
        """Write an instruction for one position; whether that can be."""
        try:
            if isinstance(own, Matrix):
                rows, tokens = self._over(own) if self.over_data(own) else self._matrix(own)
            elif isinstance(own, (Terms, Elementwise, Largest)):
                rows, tokens = self._alike(own)
            else:
                return False
        except RefusedError:
            return False
        self.rows.at[own.start + rows] = np.arange(self.count)
        self.rows.row[own.start + rows] = np.array([token.number for token in tokens])[:, None]
        return True

    def _token(self, index: Array) -> Token:
        """What a row of each position [positions] is for one of them."""
        at = self.rows.at[index]
        if (at >= 0).any():
            if (at != np.arange(self.count)).any():
                raise RefusedError
            return self.new.chosen("row", self.rows.row[index])
        if self.rows.constant[index].all():
            return self.new.number(self.rows.number[index])
        if self.rows.constant[index].any() or self.sums.has(index):
            raise RefusedError
        return self.new.chosen("static", index)

    def _needs(self, own: Instruction, rows: Array) -> list[bool]:
        found: list[bool] = self.plan.needs.static[own.start + rows].any(axis=1).tolist()
        return found

    def _ordered(self, at: Array) -> Array:
        """[rows, positions] of what lies at these positions [rows · positions], -1 for none."""
        if len(at) == self.count and (at < 0).all():
            return np.arange(len(at))[None]
        counts = np.bincount(at + 1, minlength=self.count + 1)
        if (counts[1:] * self.count != len(at)).any():
            raise RefusedError
        return np.argsort(at, kind="stable").reshape(self.count, -1).T

    def _alike(self, own: Terms | Elementwise | Largest) -> tuple[Array, list[Token]]:
        operands = own.operands if isinstance(own, Elementwise) else [own.second]
        if isinstance(own, Terms) and own.first is not None:
            operands = [own.first, own.second]
        read = [o.index.reshape(-1, own.count) for o in operands if o.index is not None]
        rows = self._ordered(np.max(self.rows.at[np.concatenate(read)], axis=0))
        needs = self._needs(own, rows)
        if isinstance(own, Terms):
            return rows, self._terms(own, rows)
        if isinstance(own, Largest):
            new: Instruction = Largest(True, any(needs), second=self._table(own.second, rows))
        else:
            found = [self.new.operand([self._value(o, r) for r in rows]) for o in operands]
            new = Elementwise(
                True, any(needs), operation=own.operation, operands=found, masked=own.masked
            )
        return rows, self.new.emit(new, len(rows), needs)

    def _table(self, operand: Operand, rows: Array) -> Operand:
        assert operand.index is not None
        return self.new.operand([[self._token(line[r]) for r in rows] for line in operand.index])

    def _value(self, operand: Operand, rows: Array) -> Token:
        if operand.index is not None:
            return self._token(operand.index[rows])
        assert operand.number is not None
        return self.new.number(operand.number if len(operand.number) == 1 else operand.number[rows])

    def _terms(self, own: Terms, rows: Array) -> list[Token]:
        index = own.second.index
        assert index is not None
        one = self.new.number(1.0)
        second = [[self._token(line[r]) for r in rows] for line in index]
        first = [[one] * len(rows) for _ in index]
        if own.first is not None:
            assert own.first.index is not None
            first = [[self._token(line[r]) for r in rows] for line in own.first.index]
        scale = np.ones((len(index), len(rows)))
        for k, j in np.ndindex(scale.shape) if own.scale is not None else ():
            numbers = own.scale[k, rows[j]]  # type: ignore[index]
            scale[k, j] = numbers[0]
            if (numbers != numbers[0]).any():
                if first[k][j] != one:
                    raise RefusedError
                scale[k, j], first[k][j] = 1.0, self.new.number(numbers)
        biases = []
        for bias in own.biases:
            fixed, numbers = self._bias(bias.index[rows, 0], bias.scale, rows)
            if fixed is not None:
                biases.append(Bias(fixed[:, None], numbers[:, None]))
                continue
            second.append([self._token(bias.index[r, 0]) for r in rows])
            first.append([one] * len(rows))
            scale = np.concatenate([scale, numbers[None]])
        plain = all(token == one for line in first for token in line)
        needs = self._needs(own, rows)
        return self.new.terms(None if plain else first, second, scale, biases, needs, own.masked)

    def _bias(self, index: Array, scale: Array | None, rows: Array) -> tuple[Array | None, Array]:
        """The static rows of biases [rows, positions], None if they differ; and their factors."""
        factors = np.ones(rows.shape) if scale is None else scale.ravel()[rows]
        if (factors != factors[:, :1]).any():
            raise RefusedError
        same = (index == index[:, :1]).all()
        return index[:, 0] if same else None, factors[:, 0]

    def _matrix(self, own: Matrix) -> tuple[Array, list[Token]]:
        count, positions = own.node.shape
        if positions != self.count:
            raise RefusedError
        at = np.max([self.rows.at[part.column].max(axis=0) for part in own.parts], axis=0)
        (order,) = self._ordered(at)
        rows = positions * np.arange(count)[:, None] + order
        parts = [
            self._part([self._token(line[order]) for line in part.column], part.weight, part.scale)
            for part in own.parts
        ]
        biases = []
        for bias in own.biases:
            if bias.index.shape[1] == 1:
                biases.append(bias)
                continue
            fixed, factors = self._bias(bias.index.ravel()[rows], bias.scale, rows)
            if fixed is not None:
                biases.append(Bias(fixed[:, None], factors[:, None]))
            else:
                tokens = [self._token(bias.index.ravel()[r]) for r in rows]
                parts.append(self._part(tokens, None, np.diag(factors)))
        needs = self._needs(own, rows)
        new = Matrix(True, any(needs), parts=parts, biases=biases)
        return rows, self.new.emit(new, (count, 1), needs)

    def _part(self, tokens: list[Token], weight: Array | None, scale: Array | None) -> Part:
        column = self.new.operand([[token] for token in tokens])
        if not column.space:
            raise RefusedError
        assert column.index is not None
        return Part(column.space, column.index, weight, scale)

    def _over(self, own: Matrix) -> tuple[Array, list[Token]]:
        """A column of parameters meets a row of numbers at each position."""
        rows = np.arange(self.count)[None]
        parts, biases = [], []
        for part in own.parts:
            assert part.scale is not None
            if (self.rows.at[part.column] >= 0).any() or self.sums.has(part.column):
                raise RefusedError
            tokens = [self.new.number(numbers) for numbers in part.scale.T]
            parts.append(self._part(tokens, part.column.T, None))
        for bias in own.biases:
            fixed, factors = self._bias(bias.index[rows, 0], bias.scale, rows)
            if fixed is not None:
                biases.append(Bias(fixed[:, None], factors[:, None]))
            else:
                parts.append(self._part([self._token(bias.index[:, 0])], None, factors[:, None]))
        needs = self._needs(own, rows)
        return rows, self.new.emit(
            Matrix(True, any(needs), parts=parts, biases=biases), (1, 1), needs
        )
