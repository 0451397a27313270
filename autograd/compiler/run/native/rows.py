"""The rows of a program as values of the function that is being written."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import BATCHED, INPUT, STATIC, Plan
from autograd.compiler.run.native.llvm.code import Code
from autograd.compiler.run.native.llvm.lane import Lane, Number, as_lane

__all__ = ["Rows", "Stores"]


class Stores:
    """Which rows have to be in memory, found while the functions that read them are written.

    Attributes:
        place: of a computed row, the lines of its function and which of them may store it.
    """

    def __init__(self) -> None:
        self.place: dict[tuple[int, int], tuple[list[str], int, str]] = {}

    def offer(self, key: tuple[int, int], lines: list[str], store: str) -> None:
        """A row was computed: it may be stored here."""
        self.place[key] = lines, len(lines), store
        lines.append("")

    def is_stored(self, key: tuple[int, int]) -> None:
        """A row was computed in memory."""
        self.place[key] = [""], 0, ""

    def want(self, key: tuple[int, int]) -> None:
        """A row is read where it is no value any more."""
        lines, place, store = self.place[key]
        lines[place] = store


class Rows:
    """What a function reads and writes, each row a value; from memory in another block.

    Attributes:
        space: where the rows lie that it computes.
    """

    def __init__(self, plan: Plan, code: Code, stores: Stores, space: int) -> None:
        self.plan, self.code, self.stores, self.space = plan, code, stores, space
        self._values: dict[tuple[int, int], Number] = {}
        self._first = len(plan.order), 0  # constant
        self._constants = plan.constants.tolist(), plan.batched_constants.tolist()
        self._copies = sorted((start, k) for k, start in plan.copied.items())

    def forget(self) -> None:
        """A new block begins: values are read from memory."""
        self._values.clear()

    def gradient_place(self, row: int | str) -> int | str:
        """Where the gradient of a batched row lies among the values, if it is in memory."""
        return self.code.plus(row, self.plan.batched_size)

    def constant(self, space: int, row: int) -> float | None:
        """The number that a row always holds."""
        if space >= INPUT:
            return None
        place, numbers = row - self._first[space], self._constants[space]
        return numbers[place] if 0 <= place < len(numbers) else None

    def read(self, space: int, row: int) -> Number:
        found = self._values.get((space, row))
        if found is None:
            found = self._values[space, row] = self._load(space, row)
        return found

    def _load(self, space: int, row: int) -> Number:
        number = self.constant(space, row)
        if number is not None:
            return number
        code, t = self.code, self.code.types
        if space == BATCHED:
            for start, k in self._copies:
                if start <= row < start + self.plan.arguments[k]:
                    return self.read(INPUT + k, row - start)
        if space >= INPUT:
            return Lane(code, code.load(f"%input{space - INPUT}", row))
        if space == STATIC and row >= self._first[STATIC]:
            self.stores.want((space, row))
        if space == BATCHED:
            self.stores.want((space, row))
            return Lane(code, code.load("%values", row))
        return Lane(code, code.splat(code.load("%static", row, t.scalar)))

    def write(self, row: int, value: Any) -> None:
        code = self.code
        if not isinstance(value, Lane):  # a number, whatever the inputs
            value = as_lane(code, value)
        self._values[self.space, row] = value
        base, kind = (
            ("%static", code.types.scalar)
            if self.space == STATIC
            else ("%values", code.types.value)
        )
        address = code.address(base, row, kind)
        self.stores.offer(
            (self.space, row),
            code.lines,
            f"store {kind} {as_lane(code, value).name}, ptr {address}",
        )
