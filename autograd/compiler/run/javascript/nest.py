"""Loops inside one another, in JavaScript, and where the rows lie that they go through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, INPUT, STATIC
from autograd.compiler.read.arrays import Array
from autograd.formulas.javascript import literal

__all__ = ["GRADIENTS", "VALUES", "Nest", "Tables"]

VALUES, GRADIENTS = {STATIC: "s", BATCHED: "v"}, {STATIC: "gs", BATCHED: "gv"}


class Tables:
    """Arrays that the script looks things up in, each once."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def indices(self, array: Array) -> str:
        """The name of an array of whole numbers."""
        return self._name(f"Int32Array.of({','.join(map(str, array.ravel().tolist()))})")

    def numbers(self, array: Array) -> str:
        """The name of an array of numbers."""
        return self._name(f"Float64Array.of({','.join(str(literal(x)) for x in array.flat)})")

    def scratch(self, size: int) -> str:
        """The name of an array to work in."""
        return self._name(f"new Float64Array({size})")

    def _name(self, text: str) -> str:
        return self._names.setdefault(text, f"t{len(self._names)}")

    def lines(self) -> Iterable[str]:
        return (f"const {name} = {text};" for text, name in self._names.items())


class Nest:
    """Loops by letter, from 0 up to a size. What depends on an outer one alone is worked out there.

    >>> nest = Nest(Tables(), r=3, k=2)
    >>> w = nest.read(STATIC, np.arange(6).reshape(3, 2), "rk")
    >>> print(*nest.loop("r", ["let y = 0;", *nest.loop("k", [f"y += {w};"])]), sep="\\n")
    for (let r = 0; r < 3; r++) {
    const p0 = 2 * r;
    let y = 0;
    for (let k = 0; k < 2; k++) {
    y += s[p0 + k];
    }
    }
    """

    def __init__(self, tables: Tables, **sizes: int) -> None:
        self.tables, self._sizes = tables, sizes
        self._heads: dict[str, list[str]] = {letter: [] for letter in sizes}
        self._count = 0

    def loop(self, letter: str, lines: Iterable[str]) -> list[str]:
        """Lines for each number of a letter; a letter of one number needs no loop."""
        size, inside = self._sizes[letter], [*self._heads[letter], *lines]
        if size == 1:
            return inside
        return [f"for (let {letter} = 0; {letter} < {size}; {letter}++) {{", *inside, "}"]

    def after(self, letter: str) -> list[str]:
        """What depends on a letter that is no loop's but a number's that has been read."""
        return self._heads[letter]

    def read(self, space: int, index: Array, letters: Sequence[str]) -> str:
        """A value: ``index`` has an axis for each letter, in the order of the loops."""
        if space >= INPUT:
            k = space - INPUT
            return f"x{k}[{self.place(index, letters, f'o{k}')}]"
        return f"{VALUES[space]}[{self.place(index, letters)}]"

    def gradient(self, space: int, index: Array, letters: Sequence[str]) -> str:
        """The gradient of a value."""
        return f"{GRADIENTS[space]}[{self.place(index, letters)}]"

    def number(self, numbers: Array, letters: Sequence[str]) -> str:
        """A number of an array, written as it is where all are the same."""
        if (numbers == numbers.flat[0]).all():
            return str(literal(float(numbers.flat[0])))
        places = np.arange(numbers.size).reshape(numbers.shape)
        return f"{self.tables.numbers(numbers)}[{self.place(places, letters)}]"

    def place(self, index: Array, letters: Sequence[str], start: str = "") -> str:
        """The row as an expression: sums of steps, or looked up where it does not go in steps."""
        first = int(index.flat[0])
        axes = [(a, letter) for a, letter in enumerate(letters) if index.shape[a] > 1]
        parts = [_along(index, a) - first for a, _ in axes]
        whole = np.full(index.shape, first)
        for (a, _), part in zip(axes, parts):
            whole += part.reshape([-1 if b == a else 1 for b in range(index.ndim)])
        if not np.array_equal(whole, index):
            places = np.arange(index.size).reshape(index.shape)
            found = f"{self.tables.indices(index)}[{self.place(places, letters)}]"
            return f"{start} + {found}" if start else found
        texts = [text for text in (start, str(first) if first else "") if text]
        for n, ((_, letter), part) in enumerate(zip(axes, parts)):
            texts += self._term(part, letter)
            if n < len(axes) - 1 and texts != [letter]:
                texts = [self._keep(" + ".join(texts), letter)] if texts else []
        return " + ".join(texts) or "0"

    def _term(self, steps: Array, letter: str) -> list[str]:
        """What one letter adds."""
        step = int(steps[1])
        if not np.array_equal(steps, step * np.arange(len(steps))):
            return [f"{self.tables.indices(steps)}[{letter}]"]
        if step in (0, 1):
            return [letter] * step
        return [f"{step} * {letter}"]

    def _keep(self, text: str, letter: str) -> str:
        """A name for what is the same in the loops inside."""
        for line in self._heads[letter]:
            name, _, known = line.removeprefix("const ").removesuffix(";").partition(" = ")
            if known == text:
                return name
        name = f"p{self._count}"
        self._count += 1
        self._heads[letter].append(f"const {name} = {text};")
        return name


def _along(index: Array, axis: int) -> Array:
    """The rows along one axis, where the others are at their first."""
    found: Array = index[tuple(slice(None) if a == axis else 0 for a in range(index.ndim))]
    return found
