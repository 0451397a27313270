"""Which steps of a tape are the same: one operation, the same operands ask for a gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Needs, Tape
from autograd.compiler.read.arrays import Array
from autograd.ops import OPS, Op

__all__ = ["Step", "kinds"]


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step.

    Attributes:
        passes: the places of the operands that get a gradient.
        static: of each operand, whether it lies in the static vector of a tape over samples.
        masked: as of `Elementwise`.
    """

    op: Op
    passes: tuple[int, ...]
    static: tuple[bool, ...]
    masked: bool


def kinds(tape: Tape, needs: Needs) -> tuple[list[Step], Array]:
    """The kinds of steps there are, and [rows] which of them each is."""
    key = tape.code.astype(np.int64)
    own = needs[tape.space][tape.start : tape.start + tape.count]
    for index in tape.operand:
        static = index < 0
        asked = own & needs[tape.space][np.maximum(index, 0)]
        asked[static] = (own & needs[STATIC][np.where(static, ~index, 0)])[static]
        key = 4 * key + 2 * static + asked
    names, kind = np.unique(2 * key + tape.masked, return_inverse=True)
    found = []
    for name in names.tolist():
        name, masked = divmod(name, 2)
        flags: list[int] = []
        for _ in tape.operand:
            name, flag = divmod(name, 4)
            flags.insert(0, flag)
        op = OPS[tape.names[name]]
        places = range(op.arity)
        found.append(
            Step(
                op, tuple(k for k in places if flags[k] & 1 and k in op.active),
                tuple(bool(flags[k] & 2) for k in places), bool(masked),
            )
        )  # fmt: skip
    return found, kind.ravel().astype(np.int16)
