"""The plan of one position, instruction by instruction, and its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Bias,
    Elementwise,
    Instruction,
    Needs,
    Operand,
    Output,
    Part,
    Plan,
    Select,
    Terms,
    indices,
)
from autograd.compiler.plan.reverse import reverse
from autograd.compiler.read.arrays import Array

__all__ = ["Token", "Written"]


class Token(NamedTuple):
    """What is read: a "static" row, a "number", a "column" of the inputs, a computed "row"."""

    kind: str
    number: int


class _Kept:
    """Arrays, equal bits once."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}
        self.arrays: list[Array] = []

    def place(self, array: Array) -> int:
        place = self._known.setdefault(array.tobytes(), len(self.arrays))
        if place == len(self.arrays):
            self.arrays.append(array)
        return place


class Written:
    """A plan that is being written.

    Attributes:
        static: instructions that belong to no position, as they were.
    """

    def __init__(self, plan: Plan, count: int) -> None:
        self.plan, self.count = plan, count
        self.static: list[Instruction] = []
        self._own: list[Instruction] = []
        self._needs: list[bool] = []  # of each computed row
        self._numbers, self._columns, self._wholes = _Kept(), _Kept(), _Kept()

    # Tokens ---------------------------------------------------------------------------------------

    def number(self, x: Any) -> Token:
        """A number, or one of each position: a column of the inputs."""
        numbers = np.array(np.broadcast_to(x, self.count), dtype=np.float64)
        if (numbers.view(np.int64) == numbers.view(np.int64)[0]).all():
            return Token("number", self._numbers.place(numbers[:1]))
        return Token("column", self._columns.place(numbers))

    def value(self, token: Token) -> float | None:
        """The number that a token is."""
        return float(self._numbers.arrays[token.number][0]) if token.kind == "number" else None

    def chosen(self, kind: str, index: Array) -> Token:
        """A row, or another one at each position [positions]: then it is selected."""
        rows, which = np.unique(index, return_inverse=True)
        if len(rows) == 1:
            return Token(kind, int(rows[0]))
        candidates = Operand(STATIC if kind == "static" else BATCHED, rows[None])
        column = self._wholes.place(which.ravel().astype(np.int64))
        needs = kind == "static" or any(self._needs[r] for r in rows.tolist())
        own = Select(True, needs, candidates=candidates, argument=-1, column=np.array([column]))
        return self.emit(own, 1, [needs])[0]

    # Instructions ---------------------------------------------------------------------------------

    def emit(
        self, own: Instruction, count: int | tuple[int, int], needs: Sequence[bool]
    ) -> list[Token]:
        """Add an instruction of so many rows; the rows."""
        start = len(self._needs)
        own.start, own.node = start, start + np.arange(np.prod(count)).reshape(count)
        self._own.append(own)
        self._needs += needs
        return [Token("row", start + r) for r in range(own.count)]

    def operand(self, tokens: Any) -> Operand:
        """Tokens, [rows] or [K, rows], as an operand; what is static among others is copied."""
        shape: tuple[int, ...] = (len(tokens),)
        flat: list[Token] = list(tokens)
        if not isinstance(tokens[0], Token):
            shape, flat = (*shape, len(tokens[0])), [token for line in tokens for token in line]
        if all(token.kind == "static" for token in flat):
            return Operand(STATIC, np.array([token.number for token in flat]).reshape(shape))
        for k, token in enumerate(flat):
            if token.kind == "static":
                rows = Operand(STATIC, np.array([token.number]))
                copy = Elementwise(True, True, operation="copy", operands=[rows])
                (flat[k],) = self.emit(copy, 1, [True])
        return Operand(BATCHED, np.array([*map(_code, flat)]).reshape(shape))

    def terms(
        self, first: Any, second: Any, scale: Array, biases: list[Bias], needs: Sequence[bool],
        masked: bool = False,
    ) -> list[Token]:  # fmt: skip
        """Σ over K of scale · first · second, [K, rows] each, + biases; ``first`` may be None."""
        own = Terms(
            True, any(needs), first=None if first is None else self.operand(first),
            second=self.operand(second), scale=None if (scale == 1.0).all() else scale,
            biases=biases, masked=masked,
        )  # fmt: skip
        return self.emit(own, len(needs), needs)

    def differs(self) -> bool:
        """Whether there are inputs at all."""
        return bool(self._columns.arrays or self._wholes.arrays)

    # The whole ------------------------------------------------------------------------------------

    def finished(self, outputs: list[Token | int]) -> tuple[Plan, list[Array]]:
        """The plan, and its inputs."""
        old, columns, wholes = self.plan, self._columns.arrays, self._wholes.arrays
        arguments = [np.stack(x, axis=1) for x in (columns, wholes) if x]
        rows, constants, statics = self._static_rows()
        batched = _Batched(rows, len(self._numbers.arrays), len(columns), len(arguments) - 1)
        instructions = [
            *(_static(own, rows) for own in self.static),
            *(batched.instruction(own) for own in self._own),
        ]
        needs = np.zeros(statics, dtype=bool)
        there = np.flatnonzero(rows >= 0)
        needs[rows[there]] = old.needs.static[there]
        given = batched.base
        plan = Plan(
            instructions, old.order, constants, statics,
            np.array([x[0] for x in self._numbers.arrays]), given + len(self._needs),
            [x.shape[1] for x in arguments], {0: batched.first} if columns else {},
            [
                Output(STATIC, int(rows[o])) if isinstance(o, int)
                else Output(BATCHED, given + o.number)
                for o in outputs
            ],
            Needs(needs, np.array([False] * given + self._needs)),
        )  # fmt: skip
        plan.backward = reverse(plan)
        plan.check()
        return plan, arguments

    def _static_rows(self) -> tuple[Array, Array, int]:
        """Where each old static row lies, the constants, and how many rows there are."""
        old = self.plan
        used = np.zeros(old.static_size, dtype=bool)
        for own in (*self.static, *self._own):
            for space, index in indices(own):
                if space == STATIC:
                    used[index] = True
        rows = np.full(old.static_size, -1)
        p = len(old.order)
        rows[:p] = np.arange(p)
        constants = p + np.flatnonzero(used[p : p + len(old.constants)])
        rows[constants] = p + np.arange(len(constants))
        count = p + len(constants)
        for own in self.static:
            rows[own.start : own.start + own.count] = count + np.arange(own.count)
            count += own.count
        return rows, old.constants[constants - p], count


def _code(token: Token) -> int:
    """A token that is no static row as one number: a row, or below 0 a number or a column."""
    kinds = {"number": -1, "column": -2}
    return token.number if token.kind == "row" else kinds[token.kind] - 2 * token.number


class _Batched:
    """From such numbers to rows of storage.

    Attributes:
        first: the first batched row of the copy of the inputs.
        base: the first one that is computed.
    """

    def __init__(self, rows: Array, numbers: int, columns: int, whole: int) -> None:
        self.rows, self.whole = rows, whole
        self.first, self.base = numbers, numbers + columns

    def _index(self, code: Array) -> tuple[int, Array]:
        if (code < 0).all() and (code % 2 == 0).all():
            return INPUT, (-2 - code) // 2
        given = np.where(code % 2, (-1 - code) // 2, self.first + (-2 - code) // 2)
        return BATCHED, np.where(code >= 0, self.base + code, given)

    def operand(self, operand: Operand) -> Operand:
        assert operand.index is not None
        if operand.space == STATIC:
            return Operand(STATIC, self.rows[operand.index])
        return Operand(*self._index(operand.index))

    def part(self, part: Part) -> Part:
        space, column = self._index(part.column)
        weight = None if part.weight is None else self.rows[part.weight]
        return Part(space, column, weight, part.scale)

    def instruction(self, own: Instruction) -> Instruction:
        changed: dict[str, Any] = {"start": self.base + own.start}
        for name, found in vars(own).items():
            if isinstance(found, Operand):
                changed[name] = self.operand(found)
            elif name == "operands":
                changed[name] = [self.operand(x) for x in found]
            elif name == "biases":
                changed[name] = [Bias(self.rows[x.index], x.scale) for x in found]
            elif name == "parts":
                changed[name] = [self.part(x) for x in found]
            elif name == "argument":
                changed[name] = self.whole
        return replace(own, **changed)


def _static(own: Instruction, rows: Array) -> Instruction:
    """An instruction that belongs to no position, over the new rows."""
    changed: dict[str, Any] = {"start": int(rows[own.start])}
    for name, found in vars(own).items():
        if isinstance(found, Operand):
            changed[name] = _moved(found, rows)
        elif name == "operands":
            changed[name] = [_moved(x, rows) for x in found]
        elif name == "biases":
            changed[name] = [Bias(rows[x.index], x.scale) for x in found]
        elif name == "parts":
            changed[name] = [
                Part(STATIC, rows[x.column], None if x.weight is None else rows[x.weight], x.scale)
                for x in found
            ]
    return replace(own, **changed)


def _moved(operand: Operand, rows: Array) -> Operand:
    return operand if operand.index is None else Operand(STATIC, rows[operand.index])
