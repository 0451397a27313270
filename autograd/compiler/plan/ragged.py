"""Softmax over groups of rows of any length, found in a plan: exp(z − max z) ÷ Σ exp(z − max z).

A causal mask leaves the place t of a sequence t + 1 scores: seven instructions over rows that lie in a
triangle. As one over a rectangle, empty places included, they are what PyTorch and XLA do well.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, Elementwise, Largest, Matrix, Plan, Terms
from autograd.compiler.plan.softmax import Finder
from autograd.compiler.read.arrays import Array

__all__ = ["Softmax", "softmaxes"]


class Softmax(NamedTuple):
    """Instructions that are one.

    Attributes:
        whole: the number of the one whose result it is.
        numbers: of all of them.
        space, scores: where the scores lie, [groups, longest]; beyond the end of a group any rows.
        scale: what they are multiplied by.
        place: [groups, longest] which of the results each is, −1 beyond the end of a group.
    """

    whole: int
    numbers: set[int]
    space: int
    scores: Array
    scale: float
    place: Array


def softmaxes(plan: Plan) -> list[Softmax]:
    """All of them whose parts nobody else uses."""
    finder = _Softmaxes(plan)
    found = (finder.softmax(number) for number in range(len(plan.instructions)))
    return [softmax for softmax in found if softmax is not None]


class _Softmaxes(Finder):
    def softmax(self, number: int) -> Softmax | None:
        """The softmax that instruction ``number`` completes: a quotient of powers and their sums."""
        whole = self.instructions[number]
        if not isinstance(whole, Elementwise) or whole.operation != "/" or whole.masked:
            return None
        above, below = (o.index if o.space == BATCHED else None for o in whole.operands)
        power = None if above is None else self.owner_of(BATCHED, above)
        shifted = None if power is None else self.operand(power, "exp")
        if power is None or shifted is None or below is None:
            return None
        parts = self._difference(shifted)
        groups = _groups(below)
        if parts is None or not self._sums(power, below, groups):
            return None
        z, top, scale = parts
        largest = self._largest(z, top, groups)
        if largest is None:
            return None
        numbers = {number, power, shifted, *largest, *self.owner[BATCHED][below].tolist()}
        scores = z
        scaled = self._scaled(z)
        if scaled is not None and self.users.get(scaled, set()) <= numbers:
            numbers.add(scaled)
            scores, factor = self._before(scaled)
            scale *= factor
        if not self.alone(numbers, number):
            return None
        place = _table(groups)
        return Softmax(number, numbers, BATCHED, self._filled(scores, place), scale, place)

    def _difference(self, number: int) -> tuple[Array, Array, float] | None:
        """The rows z and max z of the instruction that computes c · z − c · max z, and c > 0."""
        found = self.instructions[number]
        if not isinstance(found, Terms) or found.first is not None or found.biases or found.masked:
            return None
        index, scale = found.second.index, found.scale
        if found.second.space != BATCHED or index is None or scale is None or len(index) != 2:
            return None
        by = float(scale[0, 0])
        same = by > 0.0 and (scale == [[by], [-by]]).all()
        return (index[0], index[1], by) if same else None

    def _sums(self, power: int, below: Array, groups: list[Array]) -> bool:
        """Whether each group is divided by its own sum, one alone by itself."""
        start = self.instructions[power].start
        for g in groups:
            row = int(below[g[0]])
            summands = np.array([row]) if len(g) == 1 else self._summands(row)
            if summands is None or not np.array_equal(summands, start + g):
                return False
        return True

    def _summands(self, row: int) -> Array | None:
        """The rows whose plain sum a row is, ascending."""
        number = int(self.owner[BATCHED][row])
        if number < 0:
            return None
        found = self.instructions[number]
        at = row - found.start
        if isinstance(found, Terms) and found.first is None and not found.biases:
            index, scale = found.second.index, found.scale
        elif isinstance(found, Matrix) and len(found.node) == len(found.parts) == 1:
            (part,) = found.parts
            if part.weight is not None or found.biases or part.space != BATCHED:
                return None
            index, scale = part.column, None if part.scale is None else part.scale.T
        else:
            return None
        assert index is not None
        if scale is None:
            return np.sort(index[:, at])
        scale = np.broadcast_to(scale, index.shape)[:, at]
        return np.sort(index[scale != 0.0, at]) if np.isin(scale, (0.0, 1.0)).all() else None

    def _largest(self, z: Array, top: Array, groups: list[Array]) -> set[int] | None:
        """The numbers of the instructions that compute max z, if each group has its own."""
        found = set()
        for g in groups:
            row = top[g[0]]
            if (top[g] != row).any():
                return None
            if len(g) == 1 and row == z[g[0]]:
                continue
            number = int(self.owner[BATCHED][row])
            largest = self.instructions[number]
            if number < 0 or not isinstance(largest, Largest) or largest.second.space != BATCHED:
                return None
            assert largest.second.index is not None
            rows = np.unique(largest.second.index[:, row - largest.start])
            if not np.array_equal(rows, np.sort(z[g])):
                return None
            found.add(number)
        return found

    def _scaled(self, z: Array) -> int | None:
        """The instruction whose whole result z is, if it only multiplies rows by one number."""
        number = self.owner_of(BATCHED, z)
        found = None if number is None else self.instructions[number]
        if not isinstance(found, Terms) or found.first is not None or found.biases:
            return None
        index, scale = found.second.index, found.scale
        if found.masked or found.second.space != BATCHED or index is None or scale is None:
            return None
        return number if len(index) == 1 and (scale == scale[0, 0]).all() else None

    def _before(self, number: int) -> tuple[Array, float]:
        scaled = self.instructions[number]
        assert isinstance(scaled, Terms)
        assert scaled.second.index is not None
        assert scaled.scale is not None
        return scaled.second.index[0], float(scaled.scale[0, 0])

    def _filled(self, scores: Array, place: Array) -> Array:
        """The scores as [groups, longest]: a short group goes on in steps if there are rows, else
        stays at its last one."""
        table: Array = scores[place]
        longest = int(np.argmax((place >= 0).sum(1)))
        steps = np.diff(table[longest])
        goes_on = table[:, :1] + np.concatenate([[0], np.cumsum(steps)])
        owner = self.owner[BATCHED]
        real = place >= 0
        inside = (goes_on >= 0) & (goes_on < len(owner))
        same = inside & (owner[np.where(inside, goes_on, 0)] == owner[table[:, :1]])
        if (goes_on == table)[real].all() and same.all():
            return np.asarray(goes_on)
        last = np.take_along_axis(table, real.sum(1)[:, None] - 1, 1)
        return np.where(real, table, last)


def _groups(below: Array) -> list[Array]:
    """The places that are divided by the same row, ascending; in the order of their first ones."""
    _, first, name = np.unique(below, return_index=True, return_inverse=True)
    order = np.argsort(name.ravel(), kind="stable")
    edges = np.cumsum(np.bincount(name.ravel()))[:-1]
    found = np.split(order, edges)
    return [found[i] for i in np.argsort(first)]


def _table(groups: list[Array]) -> Array:
    """Groups as rows, −1 beyond their end."""
    table = np.full((len(groups), max(map(len, groups))), -1)
    for row, group in zip(table, groups):
        row[: len(group)] = group
    return table
