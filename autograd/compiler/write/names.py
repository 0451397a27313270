"""What the rows of a program are called in its listing: ``layers.0``, ``x[2:4]``, ``of(a1)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Part,
    Plan,
    Products,
    Select,
    Tape,
)
from autograd.compiler.read.arrays import Array

__all__ = ["Names", "argument", "shape_text", "squares"]

SHOWN = 3  # names in a row, then …
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = {Elementwise: "a", Largest: "m", Select: "e", Products: "p", Tape: "t"}  # others: s or c


@dataclass(frozen=True, slots=True)
class _Owner:
    """Rows ``start`` to ``stop − 1`` of a space, and what they are called."""

    start: int
    stop: int
    name: str


class Names:
    """Gives names to results one after the other, and finds those of the rows that are read.

    Attributes:
        owners: by space, who wrote which rows so far.
    """

    def __init__(self, plan: Plan, parameters: list[str]) -> None:
        self.plan, self.parameters = plan, parameters
        self.owners: dict[int, list[_Owner]] = {
            STATIC: [],
            BATCHED: [
                _Owner(start, start + plan.arguments[k], argument(k))
                for k, start in plan.copied.items()
            ],
        }
        self._taken: dict[str, int] = {}  # how often each stem was used
        self._numbers = _numbered(plan)  # of the weights and biases of layers

    def invent(self, instruction: Instruction) -> str:
        """A name for a result: after the layer whose weights it uses, else a letter with a number."""
        stem = ""
        for part in getattr(instruction, "parts", ()):
            if squares(part):
                stem = "squares"
            elif part.weight is not None:
                stem = self.layer(part.weight.ravel())
        if not stem:
            letter = "s" if instruction.batched or not self.plan.arguments else "c"
            stem = _LETTERS.get(type(instruction), letter)
        while True:
            number = self._taken[stem] = self._taken.get(stem, 0) + 1
            other = "" if number == 1 else f".{number}"
            name = f"{stem}{number}" if len(stem) == 1 else f"{stem}{other}"
            if name not in self.parameters:
                return name

    def keep(self, instruction: Instruction, name: str) -> None:
        """From here on the rows of this instruction have this name."""
        stop = instruction.start + instruction.count
        self.owners[instruction.space].append(_Owner(instruction.start, stop, name))

    def layer(self, rows: Array) -> str:
        """What the names of these parameters begin with, without numbers and the weight's own name."""
        places = [int(r) for r in (rows[0], rows[-1]) if r < len(self.plan.order)]
        found = [self._parameter(place) for place in places]
        if not found or not all(found):
            return ""
        common = _common(found)
        if "." in found[0]:
            common = _path(common)
        else:
            common = re.split(r"[._]?(?:neurons\b|\d+\b)", common)[0].rstrip("._")
        return common if len(common) > 1 else ""

    def _parameter(self, row: int) -> str:
        if row >= len(self.plan.order):  # a constant among parameters
            return ""
        place = int(self.plan.order[row])
        return self.parameters[place] if place < len(self.parameters) else ""

    def parameters_at(self, rows: Array, letter: str) -> str:
        """The names of parameters, of many the first and the last; a letter, if they have none of their
        own."""
        rows = np.unique(rows)
        if rows[-1] >= len(self.plan.order):  # a constant among them
            return letter
        given = np.sort(self.plan.order[rows])
        shown = given if len(given) <= SHOWN else given[[0, -1]]
        found = [self.parameters[i] for i in shown.tolist() if i < len(self.parameters)]
        if not found or any(not name or "." in name for name in found):
            return letter
        if len(given) <= SHOWN:
            return ", ".join(found)
        gapless = given[-1] - given[0] == len(given) - 1
        return "…".join(found) if gapless else f"{found[0]}, …, {found[1]}"

    def weight(self, rows: Array) -> str:
        """What the weights of a layer are called, with their shape: ``W₂[10×16]``."""
        return f"W{self._number(rows)}[{shape_text(rows.shape)}]"

    def bias(self, rows: Array) -> str:
        """What is added to a layer: biases by their names or as ``b₂`` beside ``W₂``, or results."""
        if rows.max() >= len(self.plan.order):
            return self.at(STATIC, rows)
        return self.parameters_at(rows, f"b{self._number(rows)}")

    def _number(self, rows: Array) -> str:
        number = self._numbers.get(_key(rows), 0)
        return str(number).translate(_LOWERED) if number and max(self._numbers.values()) > 1 else ""

    def at(self, space: int, index: Array) -> str:
        """What rows of storage are called, ``index`` of any shape."""
        if space >= INPUT:
            return self._input(space - INPUT, index)
        low, high = int(index.min()), int(index.max())
        constants = self.plan.constants if space == STATIC else self.plan.batched_constants
        first = len(self.plan.order) if space == STATIC else 0
        if low >= first and high < first + len(constants):
            if low == high:
                number = constants[low - first]
                return f"−{-number:g}" if number < 0 else f"{number:g}"
            plain = index.ndim < 2 or index.size == 1
            return "constants" if plain else f"data[{shape_text(index.shape)}]"
        for k, start in self.plan.copied.items() if space == BATCHED else ():
            if low >= start and high < start + self.plan.arguments[k]:
                return self._input(k, index - start)
        return self._results(space, index)

    def _results(self, space: int, index: Array) -> str:
        """The names of earlier results, and whether only some of their rows are read."""
        used = np.unique(index)
        owners = [o for o in self.owners[space] if ((used >= o.start) & (used < o.stop)).any()]
        if not owners:
            return self.parameters_at(used, "w") if space == STATIC else "constants"
        if index.ndim == 2 and index.shape[1] > 1 and index.size > len(used):
            return f"gather({', '.join(o.name for o in owners)})[{shape_text(index.shape)}]"
        text = ", ".join(o.name for o in owners[:SHOWN]) + (", …" if len(owners) > SHOWN else "")
        return text if len(used) == sum(o.stop - o.start for o in owners) else f"of({text})"

    def _input(self, k: int, index: Array) -> str:
        name, flat = argument(k), index.ravel()
        if len(flat) == self.plan.arguments[k] and (np.diff(flat) == 1).all():
            return name
        if index.ndim == 2 and index.shape[1] > 1:
            return f"patches({name})[{shape_text(index.shape)}]"
        low, high = int(flat.min()), int(flat.max())
        if len(flat) == high - low + 1:
            return f"{name}[{low}:{high + 1}]" if high > low else f"{name}[{low}]"
        return f"of({name})"


def _numbered(plan: Plan) -> dict[bytes, int]:
    """The weights of layers counted from 1 in the order of the program, and biases as their weights."""
    found: dict[bytes, int] = {}
    count = 0
    for instruction in plan.instructions:
        if not isinstance(instruction, Matrix):
            continue
        own = []
        for part in instruction.parts:
            if part.weight is not None and not squares(part):
                key = _key(part.weight)
                if key not in found:
                    count += 1
                    found[key] = count
                own.append(found[key])
        for bias in instruction.biases if own else ():
            found.setdefault(_key(bias.index), own[0])
    return found


def _key(rows: Array) -> bytes:
    """The same for the same rows, in whatever order."""
    return np.unique(rows).tobytes()


def argument(k: int) -> str:
    """What argument k is called: x, x1, x2 …"""
    return f"x{k}" if k else "x"


def squares(part: Part) -> bool:
    """Whether it is a sum of squared weights: a penalty."""
    return (
        part.weight is not None
        and part.space == STATIC
        and np.array_equal(part.weight.ravel(), part.column.ravel())
    )


def shape_text(shape: tuple[int, ...]) -> str:
    """``16×784``; ones are left out, but not in front."""
    return "×".join(str(n) for i, n in enumerate(shape) if n > 1 or i == 0)


def _common(names: list[str]) -> str:
    """What all names begin with."""
    low, high = min(names), max(names)
    size = next((i for i, (a, b) in enumerate(zip(low, high)) if a != b), min(len(low), len(high)))
    return low[:size]


def _path(name: str) -> str:
    """``layers.0.neurons.1`` is a part of ``layers.0``."""
    parts = name.split(".")
    for stop in ("neurons", "w", "b", "weight"):
        if stop in parts:
            parts = parts[: parts.index(stop)]
    while parts and parts[-1] in ("", *"0123456789") and len(parts) > 2:
        parts.pop()
    return ".".join(parts).rstrip(".")
