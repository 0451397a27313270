"""Which steps of a tape are the same: one operation, the same operands ask for a gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Plan, Tape
from autograd.compiler.read.arrays import Array
from autograd.ops import OPS, Op

__all__ = ["Step", "kinds"]

FEW = 32  # numbers in a plan: each makes kinds of its own, and a power knows its exponent


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step.

    Attributes:
        passes: the places of the operands that get a gradient.
        static: of each operand, whether it lies in the static vector of a tape over samples.
        numbers: of each operand, what it always is, None where that is not known.
        masked: as of `Elementwise`.
    """

    op: Op
    passes: tuple[int, ...]
    static: tuple[bool, ...]
    numbers: tuple[float | None, ...]
    masked: bool


def kinds(tape: Tape, plan: Plan) -> tuple[list[Step], Array]:
    """The kinds of steps there are, and [rows] which of them each is."""
    needs, (first, count) = plan.needs, (len(plan.order), len(plan.constants))
    own = needs[tape.space][tape.start : tape.start + tape.count]
    key = tape.code.astype(np.int64)
    for index in tape.operand:
        static = index < 0
        asked = own & needs[tape.space][np.maximum(index, 0)]
        asked[static] = (own & needs[STATIC][np.where(static, ~index, 0)])[static]
        number = np.where(static, ~index, index) - first + 1  # 0: none
        known = (static | (tape.space == STATIC)) & (number > 0) & (number <= min(count, FEW))
        known &= count <= FEW
        key = 4 * (key * (FEW + 1) + np.where(known, number, 0)) + 2 * static + asked
    names, kind = np.unique(2 * key + tape.masked, return_inverse=True)
    found = [_step(name, tape, plan) for name in names.tolist()]
    return found, kind.ravel().astype(np.int16)


def _step(name: int, tape: Tape, plan: Plan) -> Step:
    name, masked = divmod(name, 2)
    flags: list[int] = []
    numbers: list[float | None] = []
    for _ in tape.operand:
        name, flag = divmod(name, 4)
        name, number = divmod(name, FEW + 1)
        flags.insert(0, flag)
        numbers.insert(0, float(plan.constants[number - 1]) if number else None)
    op = OPS[tape.names[name]]
    return Step(
        op, tuple(k for k in op.active if flags[k] & 1),
        tuple(bool(flag & 2) for flag in flags[: op.arity]), tuple(numbers[: op.arity]), bool(masked),
    )  # fmt: skip
