"""What adds rows of all positions up, and what adds such sums to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from autograd.compiler.plan.instructions import Instruction, Matrix, Terms
from autograd.compiler.read.arrays import Array

__all__ = ["NotLinearError", "Rows", "Sum", "Sums"]


class NotLinearError(Exception):
    """An instruction makes something else of sums over the positions than other sums."""


@dataclass
class Rows:
    """What is known of the static rows of a plan, [rows] each.

    Attributes:
        at: the position, -1 for what belongs to none.
        row: of what has a position, which of its rows it is.
        constant: whether it always holds the same number.
        number: that number.
    """

    at: Array
    row: Array
    constant: Array
    number: Array


@dataclass
class Sum:
    """Σ factor · a row of a position, + Σ factor · a row that belongs to no position.

    Attributes:
        static: the second by row.
        rows: the first as arrays [terms, 3]: position, row, factor.
    """

    static: dict[int, float] = field(default_factory=dict)
    rows: Array = field(default_factory=lambda: np.empty((0, 3)))

    def by_position(self, count: int) -> tuple[Array, Array]:
        """The rows and the factors, [terms, positions], of as many terms at each position."""
        keys, which = np.unique(self.rows[:, :2], axis=0, return_inverse=True)
        factors = np.bincount(which.ravel(), self.rows[:, 2])
        terms, rest = divmod(len(keys), count)
        at = np.repeat(np.arange(count), terms)
        if rest or not terms or (keys[:, 0] != at).any():
            raise NotLinearError
        rows = keys[:, 1].astype(np.int64).reshape(count, terms).T
        return rows, factors.reshape(count, terms).T


class Sums:
    """The static rows that are such sums.

    Attributes:
        of: the sum by row.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.of: dict[int, Sum] = {}
        self._there = np.zeros(len(rows.at), dtype=bool)

    def has(self, index: Array) -> bool:
        return bool(self._there[index].any())

    def add(self, own: Instruction) -> None:
        """Say what the rows of an instruction are.

        Raises:
            NotLinearError: if they are no sums.
        """
        if isinstance(own, Matrix):
            terms = self._matrix(own)
        elif isinstance(own, Terms):
            terms = self._terms(own)
        else:
            raise NotLinearError
        for r, (index, factors) in enumerate(terms):
            self.of[own.start + r] = self._sum(index, factors)
            self._there[own.start + r] = True

    def _matrix(self, own: Matrix) -> list[tuple[Array, Array]]:
        found = []
        positions = own.node.shape[1]
        for f, p in np.ndindex(own.node.shape):
            parts = []
            for part in own.parts:
                factors = np.ones(len(part.column)) if part.scale is None else part.scale[f]
                if part.weight is not None:
                    factors = factors * self._numbers(part.weight[f])
                parts.append((part.column[:, p], factors))
            for bias in own.biases:
                at = f, p if bias.index.shape[1] == positions else 0
                scale = 1.0 if bias.scale is None else bias.scale[at]
                parts.append((bias.index[at].reshape(1), np.full(1, scale)))
            found.append(
                (np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts]))
            )
        return found

    def _terms(self, own: Terms) -> list[tuple[Array, Array]]:
        index = own.second.index
        assert index is not None
        factors = np.ones(index.shape) if own.scale is None else own.scale
        if own.first is not None:
            assert own.first.index is not None
            if not self.rows.constant[own.first.index].all():
                raise NotLinearError
            factors = factors * self._numbers(own.first.index)
        for bias in own.biases:
            index = np.concatenate([index, bias.index[:, 0][None]])
            scale = np.ones(len(bias.index)) if bias.scale is None else bias.scale[:, 0]
            factors = np.concatenate([factors, scale[None]])
        return list(zip(index.T, factors.T))

    def _numbers(self, index: Array) -> Array:
        if not self.rows.constant[index].all():
            raise NotLinearError
        numbers: Array = self.rows.number[index]
        return numbers

    def _sum(self, index: Array, factors: Array) -> Sum:
        found = Sum()
        at = self.rows.at[index]
        parts = [np.stack([at, self.rows.row[index], factors], axis=1)[at >= 0]]
        for row, factor in zip(index[at < 0].tolist(), factors[at < 0].tolist()):
            inner = self.of.get(row)
            if inner is None:
                found.static[row] = found.static.get(row, 0.0) + factor
                continue
            parts.append(inner.rows * [1.0, 1.0, factor])
            for other, scale in inner.static.items():
                found.static[other] = found.static.get(other, 0.0) + factor * scale
        found.rows = np.concatenate(parts)
        return found
