"""What the rows of a program are called in its listing: ``layers.0``, ``x[2:4]``, ``of(a1)``."""

from __future__ import annotations

import itertools
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
    Plan,
    Products,
    Select,
    Tape,
)
from autograd.compiler.read.arrays import Array
from autograd.compiler.write.parameters import (
    SHOWN,
    Parameters,
    number_text,
    shape_text,
    squares,
)

__all__ = ["Names", "sized"]

_LETTERS = {Elementwise: "a", Largest: "m", Select: "e", Products: "p", Tape: "t"}  # others: s or c
_TAKEN = {"W", "b", "w", "C", "c", "data", "constants", "table"}  # what else stands in a listing


@dataclass(frozen=True, slots=True)
class _Owner:
    """Rows ``start`` to ``stop − 1`` of a space, and what they are called."""

    start: int
    stop: int
    name: str
    width: int = 1  # so many of them are one row of the result

    def cut(self, used: Array, index: Array) -> str:
        """Whole rows of it at equal distances, ``a4[0:4]``, ``a4[2::3]``; "" for others."""
        if (index.ndim < 3 and index.size > len(used)) or _shuffled(used, index):
            return ""
        rows = np.unique((used - self.start) // self.width)
        if len(used) != len(rows) * self.width or len(np.unique(np.diff(rows))) > 1:
            return ""
        low, high = int(rows[0]), int(rows[-1])
        step = int(rows[1]) - low if len(rows) > 1 else 1
        if step == 1:
            return f"{self.name}{_interval(low, high + 1)}"
        last = high + step >= (self.stop - self.start) // self.width
        return f"{self.name}[{low}:{'' if last else high + 1}:{step}]"


class Names:
    """Gives names to results one after the other, and finds those of the rows that are read.

    Attributes:
        inputs: the name of each argument.
        owners: by space, who wrote which rows so far.
    """

    def __init__(self, plan: Plan, parameters: list[str], inputs: list[str]) -> None:
        self.plan, self.parameters = plan, Parameters(plan, parameters)
        self.inputs = _distinct(plan, parameters, inputs)
        self.owners: dict[int, list[_Owner]] = {
            STATIC: [],
            BATCHED: [
                _Owner(start, start + plan.arguments[k], self.inputs[k])
                for k, start in plan.copied.items()
            ],
        }
        self._taken: dict[str, int] = {}  # how often each stem was used
        self._modules: set[str] = set()  # that parameters are called after

    def invent(self, instruction: Instruction) -> str:
        """A name for a result: after the layer whose weights it uses, else a letter with a number."""
        stem = ""
        for part in getattr(instruction, "parts", ()):
            if squares(part):
                stem = "squares"
            elif part.weight is not None:
                stem = self.parameters.layer(part.weight.ravel())
        if not stem:
            letter = "s" if instruction.batched or not self.plan.arguments else "c"
            stem = _LETTERS.get(type(instruction), letter)
        while True:
            number = self._taken[stem] = self._taken.get(stem, 0) + 1
            other = "" if number == 1 else f".{number}"
            name = f"{stem}{number}" if len(stem) == 1 else f"{stem}{other}"
            if name not in {*self.parameters.names, *self.inputs, *self._modules}:
                return name

    def keep(self, instruction: Instruction, name: str, shape: tuple[int, ...]) -> None:
        """From here on the rows of this instruction have this name, and lie in this shape."""
        stop = instruction.start + instruction.count
        width = int(np.prod(shape[1:])) if shape[0] > 1 else 1
        self.owners[instruction.space].append(_Owner(instruction.start, stop, name, width))

    def bias(self, rows: Array) -> str:
        """What is added to a layer: biases by their names or as ``b₂`` beside ``W₂``, or results."""
        if rows.max() >= len(self.plan.order):
            return self.at(STATIC, rows)
        return self._module(rows) or self.parameters.bias(rows)

    def table(self, space: int, candidates: Array) -> str:
        """What rows that are chosen from are called."""
        if space != STATIC:
            return self.at(space, candidates)
        return self.parameters.layer(candidates.ravel()) or "table"

    def _module(self, rows: Array) -> str:
        """The module of parameters that are no weights of a layer; "" if a result has its name."""
        name = self.parameters.module(rows)
        if name in self._taken and name not in self._modules:
            return ""
        if name:
            self._modules.add(name)
        return name

    def at(self, space: int, index: Array) -> str:
        """What rows of storage are called, ``index`` of any shape."""
        if space >= INPUT:
            return self._input(space - INPUT, index)
        low, high = int(index.min()), int(index.max())
        constants = self.plan.constants if space == STATIC else self.plan.batched_constants
        first = len(self.plan.order) if space == STATIC else 0
        if low >= first and high < first + len(constants):
            if low == high:
                return number_text(constants[low - first])
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
            if space == STATIC:
                return self._module(used) or self.parameters.at(used, "w")
            return "constants"
        text = ", ".join(o.name for o in owners[:SHOWN]) + (", …" if len(owners) > SHOWN else "")
        if index.ndim == 2 and index.shape[1] > 1 and index.size > len(used):
            return f"gather({text})[{shape_text(index.shape)}]"
        if len(used) == sum(o.stop - o.start for o in owners):
            if index.size == len(used) and _shuffled(used, index):
                return f"of({text})"
            return text if len(owners) == 1 else f"({text})"
        return (len(owners) == 1 and owners[0].cut(used, index)) or f"of({text})"

    def _input(self, k: int, index: Array) -> str:
        name, flat = self.inputs[k], index.ravel()
        if len(flat) == self.plan.arguments[k] and (np.diff(flat) == 1).all():
            return name
        if index.ndim == 2 and index.shape[1] > 1:
            return f"patches({name})[{shape_text(index.shape)}]"
        if (np.diff(flat) == 1).all():
            return f"{name}{_interval(int(flat[0]), int(flat[-1]) + 1)}"
        return f"of({name})"


def _distinct(plan: Plan, parameters: list[str], inputs: list[str]) -> list[str]:
    """A name for each argument: its own, or x, x1 … where it has none that stands for nothing else."""
    taken, found = {*_TAKEN, *parameters}, list[str]()
    for k in range(len(plan.arguments)):
        usual = (f"x{i}" if i else "x" for i in itertools.count(k))
        given = inputs[k : k + 1] if "".join(inputs[k : k + 1]).isidentifier() else []
        found.append(next(name for name in itertools.chain(given, usual) if name not in taken))
        taken.add(found[-1])
    return found


def _shuffled(used: Array, index: Array) -> bool:
    """Whether rows are read one after the other, but not in their order, or some of them again."""
    in_a_row = 1 in (index.ndim, *index.shape[1:])
    return in_a_row and not np.array_equal(used, index.ravel())


def _interval(low: int, high: int, one: str = "") -> str:
    return f"[{low}:{high}]" if one or high > low + 1 else f"[{low}]"


def sized(name: str, shape: tuple[int, ...]) -> str:
    """A name with its shape, unless it says that itself: ``a1[12]``, ``a1[0:4]``, ``a1[2:3]``."""
    if not name.endswith("]"):
        return f"{name}[{shape_text(shape)}]"
    return re.sub(r"\[(\d+)\]$", lambda one: _interval(int(one[1]), int(one[1]) + 1, ":"), name)
