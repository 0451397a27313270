"""What a program consists of: seven kinds of instruction, first over nodes, then over rows of storage,
and for the reverse pass what each of them contributes to the gradients of the rows it read.

Storage has a static vector (parameters, constants, what depends on them alone), a batched array of
one row a node and one column a sample, and the caller's arrays, one an argument. An index array holds
node numbers in a `Draft`, and numbers of rows in a `Plan`; the instructions are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from autograd.compiler.read.arrays import Array

__all__ = [
    "BATCHED", "FEW", "INPUT", "STATIC", "Bias", "Clear", "Contribution", "Draft", "Elementwise",
    "Instruction", "Largest", "Matrix", "Needs", "Operand", "Output", "Part", "Plan", "Products",
    "Reverse", "Select", "Tape", "Terms", "indices", "operands", "outside",
]  # fmt: skip

STATIC, BATCHED, INPUT = 0, 1, 2  # spaces; INPUT + k is argument k
FEW = 4  # sums of up to so many terms are computed one after the other, each operand by itself


@dataclass
class Operand:
    """Rows of a space, or literal numbers where ``index`` is None."""

    space: int
    index: Array | None  # of the shape that the instruction says
    number: Array | None = None  # [1], or [rows]


@dataclass
class Bias:
    """What is added to each row, from the static vector: ``scale · static[index]``."""

    index: Array  # [rows, positions] or [rows, 1]
    scale: Array | None = None  # of the same shape; None where all are 1


@dataclass
class Part:
    """``(scale · static[weight]) @ space[column]``; without weights a matrix of numbers."""

    space: int
    column: Array  # [K, positions]
    weight: Array | None  # [rows, K] in the static vector
    scale: Array | None  # [rows, K] numbers; None where all are 1


@dataclass
class Instruction:
    """Writes ``count`` rows from ``start`` on, into the batched array or the static vector."""

    batched: bool
    needs: bool  # whether a gradient flows through it
    start: int = 0  # in a `Draft` counted from the first row that is computed in its space
    node: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    # the nodes whose rows they are, in order and in the shape of `out`; -1 for a row of none

    @property
    def space(self) -> int:
        return BATCHED if self.batched else STATIC

    @property
    def count(self) -> int:
        return self.node.size


@dataclass
class Matrix(Instruction):
    """out [rows, positions] = Σ parts + biases: dense layers, convolutions, weighted sums."""

    parts: list[Part] = field(default_factory=list)
    biases: list[Bias] = field(default_factory=list)


@dataclass
class Terms(Instruction):
    """out [rows] = Σ over K of scale · first · second, + biases: sums too small for a product."""

    first: Operand | None = None  # [K, rows]
    second: Operand = field(default_factory=lambda: Operand(STATIC, None))
    scale: Array | None = None  # [K, rows]
    biases: list[Bias] = field(default_factory=list)
    masked: bool = False  # as of Elementwise


@dataclass
class Products(Instruction):
    """out [G, M, N] = first [G, M, K] @ second [G, K, N], both computed: attention."""

    first: Operand = field(default_factory=lambda: Operand(STATIC, None))
    second: Operand = field(default_factory=lambda: Operand(STATIC, None))


@dataclass
class Largest(Instruction):
    """out [rows] = the largest of K; ties share as in a chain of two-way maxima."""

    second: Operand = field(default_factory=lambda: Operand(STATIC, None))  # [K, rows]


@dataclass
class Elementwise(Instruction):
    """out [rows] = an operation of the table."""

    operation: str = ""
    operands: list[Operand] = field(default_factory=list)
    masked: bool = False  # below a branch of `where`: what is not taken contributes nothing


@dataclass
class Select(Instruction):
    """out [rows] = candidates [rows, V] at the whole number in an input's column, a sample each."""

    candidates: Operand = field(default_factory=lambda: Operand(STATIC, None))
    argument: int = 0
    column: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # [rows]


@dataclass
class Tape(Instruction):
    """out [rows] = an operation each, of numbers that stand before it: what has to run one by one.

    Source: R. E. Wengert, A simple automatic derivative evaluation program, Comm. ACM 7(8), 1964.
    """

    names: list[str] = field(default_factory=list)  # of operations
    code: Array = field(default_factory=lambda: np.empty(0, dtype=np.int16))
    # [rows] which of those it is
    operand: Array = field(default_factory=lambda: np.empty((0, 0), dtype=np.int32))
    # [operands, rows] a row of its own space, or ~r for row r of the static vector; where an operation
    # has fewer, its first again
    masked: Array = field(
        default_factory=lambda: np.empty(0, dtype=bool)
    )  # [rows] as of Elementwise


def outside(tape: Tape) -> list[tuple[int, Array]]:
    """What a tape reads besides itself: by space, the rows, in order."""
    own = tape.operand[(tape.operand >= 0) & (tape.operand < tape.start)]
    static = ~tape.operand[tape.operand < 0]
    found = [(tape.space, _distinct(own)), (STATIC, _distinct(static))]
    return [(space, rows) for space, rows in found if len(rows)]


def _distinct(rows: Array) -> Array:
    there = np.zeros(int(rows.max(initial=-1)) + 1, dtype=bool)
    there[rows] = True
    return np.flatnonzero(there)


def operands(instruction: Instruction) -> list[Operand]:
    """The operands of an instruction that is no Matrix and no Tape."""
    if isinstance(instruction, Terms):
        first = [] if instruction.first is None else [instruction.first]
        return [*first, instruction.second]
    if isinstance(instruction, Products):
        return [instruction.first, instruction.second]
    if isinstance(instruction, Largest):
        return [instruction.second]
    if isinstance(instruction, Elementwise):
        return instruction.operands
    return [instruction.candidates] if isinstance(instruction, Select) else []


def indices(instruction: Instruction) -> list[tuple[int, Array]]:
    """Everything an instruction reads, as pairs of a space and rows of it."""
    if isinstance(instruction, Tape):
        return outside(instruction)
    found = [(o.space, o.index) for o in operands(instruction) if o.index is not None]
    for part in instruction.parts if isinstance(instruction, Matrix) else ():
        found.append((part.space, part.column))
        if part.weight is not None:
            found.append((STATIC, part.weight))
    if isinstance(instruction, (Matrix, Terms)):
        found += [(STATIC, bias.index) for bias in instruction.biases]
    if isinstance(instruction, Select):
        found.append((INPUT + instruction.argument, instruction.column))
    return found


# The reverse pass ---------------------------------------------------------------------------------


@dataclass
class Contribution:
    """What an instruction passes down to rows that it read; `reverse` has the table of formulas.

    Attributes:
        of: the number of the instruction.
        to: what it adds to: "weight", "column", "bias", "first", "second", "operand", "candidates",
            "outside".
        place: the how manieth part, bias or operand; of `outside`, the how manieth space.
        term: of a short sum the term, else -1: all of them.
        begins: whether nothing has been added to these rows yet: it overwrites.
    """

    of: int
    to: str
    place: int = 0
    term: int = -1
    begins: bool = True


@dataclass
class Clear:
    """Rows of gradients become 0: the next contribution goes to them and to others that are begun."""

    space: int
    rows: Array


Reverse = Contribution | Clear


@dataclass
class Draft:
    """Instructions over node numbers, in the order in which they run."""

    instructions: list[Instruction]
    parameters: Array  # [used] the nodes of the parameters in the order in which they will lie
    static_count: int  # how many static rows are computed
    batched_count: int  # how many batched ones


class Output(NamedTuple):
    """Where an output lies."""

    space: int  # STATIC or BATCHED
    row: int


class Needs(NamedTuple):
    """Whether a gradient arrives at each row."""

    static: Array  # [static rows]
    batched: Array  # [batched rows]


@dataclass
class Plan:
    """A whole program over rows of storage, independent of the batch size and of what built it.

    Static rows are the parameters, the constants, then what is computed of them; batched rows are
    constants, copies of arguments, then what is computed.
    """

    instructions: list[Instruction]
    order: Array  # [parameters] which of the given ones lies at each of the first static rows
    constants: Array  # [static constants] the numbers of the static rows after the parameters
    static_size: int
    batched_constants: Array  # [batched constants] the numbers of the first batched rows
    batched_size: int
    arguments: list[int]  # how many inputs each argument has
    copied: dict[int, int]  # argument: the first batched row of its copy; the others stay in place
    outputs: list[Output]  # the first is the loss
    needs: Needs
    backward: list[Reverse] = field(default_factory=list)  # what fills the gradients, in order

    def check(self) -> None:
        """See `autograd.compiler.plan.check`.

        Raises:
            ValueError: if an engine could not run these instructions.
        """
        from autograd.compiler.plan.check import check

        check(self)
