"""The reverse pass in the notation of the lectures: ``∂W₂ = ∂layers.1 @ layers.0ᵀ``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Clear,
    Contribution,
    Elementwise,
    Matrix,
    Plan,
    Reverse,
    Select,
    Tape,
    Terms,
)
from autograd.compiler.plan.reverse import needed, target
from autograd.compiler.plan.softmax import CrossEntropy, cross_entropies
from autograd.compiler.plan.uses import owners
from autograd.compiler.read.arrays import Array
from autograd.compiler.write.listing import Named, all_of, factor, named, wrapped
from autograd.compiler.write.names import sized
from autograd.compiler.write.parameters import squares
from autograd.compiler.write.shares import Shares, summed
from autograd.compiler.write.view import inlined, shown
from autograd.text.html import preformatted

__all__ = ["Backward", "Line"]


@dataclass
class Line:
    """One line of the listing.

    Attributes:
        left: what gets a gradient, with its shape.
        sign: "=" or "+="; "∘=" where what has arrived is multiplied.
        right: what it gets.
        space, rows: where that lies.
    """

    left: str
    sign: str
    right: str
    space: int
    rows: Array


@dataclass(frozen=True, slots=True)
class Backward:
    """The reverse pass of a program; its text has one line a gradient, from the loss down.

    What goes to a parameter is summed over the samples. A function of a whole layer stands in the line
    of what arrives there: ``∂layers.0`` is the derivative by what the function was applied to.
    """

    plan: Plan
    names: list[str]
    inputs: list[str]

    @property
    def instructions(self) -> list[Reverse]:
        """The list that every engine runs."""
        return self.plan.backward

    @property
    def lines(self) -> list[Line]:
        """What `str` shows."""
        return list(_Lines(named(self.plan, self.names, self.inputs)).lines())

    def parameters(self, line: Line) -> set[str]:
        """The names of parameters that a line goes to; if to a layer's result, of its weights."""
        plan, given, rows = shown(self.plan, self.names), len(self.plan.order), line.rows.ravel()
        if line.space == BATCHED or rows.max() >= given:
            number = int(owners(plan)[line.space][rows[0]])
            layer = plan.instructions[inlined(plan).get(number, number)]
            parts = layer.parts if isinstance(layer, Matrix) else []
            found = [part.weight.ravel() for part in parts if part.weight is not None]
            rows = np.concatenate([*found, np.empty(0, dtype=np.int64)])
        order = plan.order[rows[rows < given]].tolist()
        return {self.names[i] for i in order if i < len(self.names) and self.names[i]}

    def __len__(self) -> int:
        return len(self.plan.backward)

    def __str__(self) -> str:
        lines = self.lines
        width = max(len(line.left) for line in lines)
        return "\n".join(
            wrapped(f"{line.left:<{width}} {line.sign:>2} ", line.right) for line in lines
        )

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __repr__(self) -> str:
        return f"<Backward: {len(self)} contributions>"


class _Lines:
    def __init__(self, found: Named) -> None:
        self.found, self.plan, self.names = found, found.plan, found.names
        self.shares = Shares(found)
        self.entropies = {e.first: e for e in cross_entropies(found.plan)}
        self.hidden = {n for e in self.entropies.values() for n in e.numbers}

    def lines(self) -> Iterator[Line]:
        space, row = self.plan.outputs[0]
        seed = "1/batch" if space == BATCHED else "1"
        left = f"∂{self.names.at(space, np.array([row]))}[1]"
        waiting = Line(left, "=", seed, space, np.array([row]))
        for _, group in groupby(self.plan.backward, key=_of):
            for line in self._group(list(group)):
                if (line.left, line.sign, line.right) == (waiting.left, "+=", waiting.right):
                    waiting.right = f"2 · {line.right}"  # both factors of a square
                    continue
                if line.sign == "∘" and waiting.left == line.left and waiting.sign == "=":
                    if " where " in waiting.right:
                        waiting.right = f"({waiting.right})"
                    waiting.right += f" {line.sign} {line.right}"
                    continue
                yield waiting
                waiting = line if line.sign != "∘" else replace(line, sign="∘=")
        yield waiting

    def _group(self, entries: list[Reverse]) -> Iterator[Line]:
        """The lines of one instruction."""
        entry = entries[0]
        if isinstance(entry, Clear):
            left = f"∂{sized(self.names.at(entry.space, entry.rows), entry.rows.shape)}"
            yield Line(left, "=", "0", entry.space, entry.rows)
            return
        if entry.of in self.hidden:
            if entry.of not in self.entropies:
                return
            yield self._cross_entropy(self.entropies[entry.of])
            entries = [e for e in entries if isinstance(e, Contribution) and e.to == "bias"]
        yield from self._of(entry.of, [e for e in entries if isinstance(e, Contribution)])

    def _of(self, number: int, entries: list[Contribution]) -> Iterator[Line]:
        instruction = self.plan.instructions[number]
        if isinstance(instruction, Matrix):
            yield from self._matrix(number, instruction, entries)
            return
        if isinstance(instruction, Terms) and (whole := self._whole(number, instruction, entries)):
            yield whole
            return
        for entry in entries:
            left = self._left(entry)
            right = self.shares.right(number, instruction, entry, left)
            space, index = target(self.plan, entry)
            if isinstance(instruction, (Elementwise, Terms)) and entry.to != "bias":
                right = summed(right) if _repeated(index) else right
            sign = "=" if entry.begins else "+="
            sign = "∘" if number in self.found.inside else sign
            yield Line(left, sign, right, space, index)

    def _whole(self, number: int, terms: Terms, entries: list[Contribution]) -> Line | None:
        """One line for all terms of a sum, if they are all that some result has."""
        name, index = all_of(self.names, terms), terms.second.index
        begins = {entry.begins for entry in entries}
        if not name or index is None or len(entries) != len(index) or len(begins) > 1:
            return None
        left, sign = f"∂{sized(name, (len(index),))}", "=" if begins == {True} else "+="
        right = self.shares.right(number, terms, entries[0], left)
        return Line(left, sign, right, terms.second.space, index)

    def _left(self, entry: Contribution) -> str:
        space, index = target(self.plan, entry)
        if entry.to == "bias":
            return f"∂{sized(self.names.bias(index), index.shape)}"
        instruction = self.plan.instructions[entry.of]
        if isinstance(instruction, Select):
            return f"∂{self.names.table(space, index)}[{self.names.inputs[instruction.argument]}]"
        wanted = needed(self.plan.needs, space, index)  # constants are read, too
        if isinstance(instruction, Tape) or (space == STATIC and len(wanted) < index.size):
            index = wanted
        return self._rows(space, index)

    def _rows(self, space: int, index: Array) -> str:
        """The gradient of rows, in the shape of the result that they are."""
        rows = np.unique(index) if _repeated(index) else index
        shape = rows.shape
        for instruction in self.plan.instructions if rows.ndim == 1 else ():
            if instruction.space == space and instruction.start == rows[0]:
                shape = instruction.node.shape if instruction.count == len(rows) else shape
        return f"∂{sized(self.names.at(space, index), shape)}"

    # Layers ---------------------------------------------------------------------------------------

    def _matrix(self, number: int, matrix: Matrix, entries: list[Contribution]) -> Iterator[Line]:
        """Those of a layer; of one that runs as single terms, all terms in one line."""
        to = {"first": "weight", "second": "column"}
        begins: dict[tuple[str, int], bool] = {}
        for entry in entries:
            key = to.get(entry.to, entry.to), entry.place
            begins[key] = begins.get(key, True) and entry.begins
        for name, place in sorted(begins, key=lambda key: _ORDER.index(key[0])):
            fresh = begins[name, place]
            sign, g = "=" if fresh else "+=", self.shares.gradient(number)
            if name == "bias":
                entry = Contribution(number, name, place)
                index = matrix.biases[place].index
                yield Line(
                    self._left(entry), sign, self.shares.bias(matrix, entry, g), STATIC, index
                )
                continue
            part = matrix.parts[place]
            if squares(part):
                assert part.weight is not None
                if name == "weight":
                    right = f"{factor(part.scale)}2 · {g} · w"
                    yield Line(f"∂w[{part.column.size}]", sign, right, STATIC, part.weight)
            elif name == "weight":
                assert part.weight is not None
                right = f"{factor(part.scale)}{g} @ {self.names.at(part.space, part.column)}ᵀ"
                left = f"∂{self.names.parameters.weight(part.weight)}"
                yield Line(left, sign, right, STATIC, part.weight)
            else:
                rows = self._rows(
                    part.space, part.column[:, 0] if 1 in part.column.shape else part.column
                )
                yield Line(rows, sign, self.shares.column(part, g), part.space, part.column)

    def _cross_entropy(self, found: CrossEntropy) -> Line:
        left = f"∂{sized(self.names.at(found.space, found.scores), found.scores.shape)}"
        return Line(left, "=", self.shares.cross_entropy(found), found.space, found.scores)


_ORDER = ["weight", "bias", "column"]


def _repeated(index: Array) -> bool:
    """Whether one row is read in several places, from all of which a gradient comes back."""
    return index.ndim == 1 and len(np.unique(index)) < len(index)


def _of(entry: Reverse) -> int:
    return -1 if isinstance(entry, Clear) else entry.of
