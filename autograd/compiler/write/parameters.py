"""What parameters are called in a listing: by their own names, or as the weights of layers."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Matrix, Part, Plan
from autograd.compiler.read.arrays import Array

__all__ = ["SHOWN", "Parameters", "number_text", "shape_text", "squares"]

SHOWN = 3  # names in a row, then …
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Parameters:
    """Finds the names of static rows that are parameters.

    Args:
        names: of the given parameters, "" where none is known.
    """

    def __init__(self, plan: Plan, names: list[str]) -> None:
        self.plan, self.names = plan, names
        self._numbers = _numbered(plan)  # of the weights and biases of layers

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
        return self.names[place] if place < len(self.names) else ""

    def at(self, rows: Array, letter: str) -> str:
        """The names of parameters, of many the first and the last; a letter, if they have none of their
        own."""
        rows = np.unique(rows)
        if rows[-1] >= len(self.plan.order):  # a constant among them
            return self._mixed(rows) or letter
        given = np.sort(self.plan.order[rows])
        shown = given if len(given) <= SHOWN else given[[0, -1]]
        found = [self.names[i] for i in shown.tolist() if i < len(self.names)]
        if not found or any(not name or "." in name for name in found):
            return self._layers(rows) or letter
        if len(given) <= SHOWN:
            return _listed(found)
        gapless = given[-1] - given[0] == len(given) - 1
        return "…".join(found) if gapless else f"{found[0]}, …, {found[1]}"

    def _mixed(self, rows: Array) -> str:
        """A few parameters and constants, "" if there are many or one has no name of its own."""
        given = len(self.plan.order)
        found = [
            self._parameter(r) if r < given else number_text(self.plan.constants[r - given])
            for r in (rows.tolist() if len(rows) <= SHOWN and rows[0] < given else ())
        ]
        named = all(name and "." not in name.strip("−0123456789") for name in found)
        return _listed(found) if found and named else ""

    def _layers(self, rows: Array) -> str:
        """Several whole weights and biases, ``(W₁, b₁)``; "" for others."""
        keys = [key for key in self._numbers if np.isin(np.frombuffer(key, rows.dtype), rows).all()]
        whole = sum(len(np.frombuffer(key, rows.dtype)) for key in keys) == len(rows)
        return _listed([self._layer_name(key) for key in keys]) if len(keys) > 1 and whole else ""

    def weight(self, rows: Array) -> str:
        """What the weights of a layer are called, with their shape: ``W₂[10×16]``."""
        return f"W{self._number(_key(rows))}[{shape_text(rows.shape)}]"

    def bias(self, rows: Array) -> str:
        """What biases are called: by their own names, or like the weights of their layer, ``b₂``."""
        return self.at(rows, f"b{self._number(_key(rows))}")

    def module(self, rows: Array) -> str:
        """The module whose parameters these are, if they are no weights or biases with a number."""
        if rows.max() >= len(self.plan.order) or _key(rows) in self._numbers:
            return ""
        named = {self._parameter(int(row)) for row in np.unique(rows)}
        return self.layer(np.unique(rows)) if all("." in name for name in named) else ""

    def _layer_name(self, key: bytes) -> str:
        return f"{self._numbers[key].letter}{self._number(key)}"

    def _number(self, key: bytes) -> str:
        """Which layer of several it belongs to."""
        if key not in self._numbers or max(layer.number for layer in self._numbers.values()) < 2:
            return ""
        return str(self._numbers[key].number).translate(_LOWERED)


class _Layer(NamedTuple):
    """What weights or biases are called: W or b, and the number of their layer."""

    letter: str
    number: int


def _numbered(plan: Plan) -> dict[bytes, _Layer]:
    """The weights of layers counted from 1 in the order of the program, and biases as their weights."""
    found: dict[bytes, _Layer] = {}
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
                    found[key] = _Layer("W", count)
                own.append(found[key].number)
        for bias in instruction.biases if own else ():
            found.setdefault(_key(bias.index), _Layer("b", own[0]))
    return found


def _key(rows: Array) -> bytes:
    """The same for the same rows, in whatever order."""
    return np.unique(rows).tobytes()


def number_text(number: float) -> str:
    return f"−{-number:g}" if number < 0 else f"{number:g}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


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
