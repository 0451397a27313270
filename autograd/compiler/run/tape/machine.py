"""A tape in machine code, for one sample or as many as a register holds."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np

from autograd.compiler.plan.instructions import STATIC, Plan, Tape
from autograd.compiler.plan.pieces import distances, pieces
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.llvm import jit
from autograd.compiler.run.native.llvm.code import ATTRIBUTES, Code, Types
from autograd.compiler.run.tape.cases import write_cases
from autograd.compiler.run.tape.kinds import kinds
from autograd.compiler.run.tape.rounds import Rounds

__all__ = ["Machine"]

# What the table of a machine holds, besides how many samples lie between two rows.
_POINTERS = ["kinds", "operands", "static", "static_gradient", "values", "gradients"]


class Machine:
    """A tape over the rows of one batch size."""

    def __init__(
        self, tape: Tape, plan: Plan, values: tuple[Array, Array], gradients: tuple[Array, Array]
    ) -> None:
        self.tape, self.dtype = tape, values[STATIC].dtype
        self.steps, self.kind = kinds(tape, plan)
        self.operand = np.ascontiguousarray(tape.operand.T)
        rows = [x[space] for space in (STATIC, tape.space) for x in (values, gradients)]
        self.arrays = [self.kind, self.operand, *rows]
        self.width = rows[-1].shape[1]
        self._known: dict[tuple[int, bool], Callable[[], float]] = {}
        self._table = (ctypes.c_int64 * (len(_POINTERS) + 1))()
        self._places = [x.ctypes.data for x in self.arrays]
        self._point(0)

    def forward(self) -> None:
        """Compute every row."""
        self._run(False)

    def backward(self) -> None:
        """Add what has arrived at its rows to the gradients of what they were made of."""
        self._run(True)

    def _run(self, backward: bool) -> None:
        width, column = self.width, 0
        if width == 1:
            self._step(1, backward)()
            return
        for lanes in (jit.lanes(self.dtype.itemsize), 1):
            step = self._step(lanes, backward)
            while column + lanes <= width:
                self._point(column)
                step()
                column += lanes

    def _point(self, column: int) -> None:
        """The function runs samples from this one on."""
        skip, (*places, values, gradients) = column * self.dtype.itemsize, self._places
        self._table[:] = [*places, values + skip, gradients + skip, self.width]

    def _step(self, lanes: int, backward: bool) -> Callable[[], float]:
        if (lanes, backward) not in self._known:
            machine = jit.assemble(self._text(Types(self.dtype, lanes), backward))
            self._known[lanes, backward] = machine.bound(ctypes.addressof(self._table))
        return self._known[lanes, backward]

    def _text(self, types: Types, backward: bool) -> str:
        """A module whose function `step` runs the tape."""
        code, back = Code(types), distances(self.tape)
        code.begin("begin")
        for piece in pieces(self.kind, back)[:: -1 if backward else 1]:
            if piece.count == 1:
                start, operands = self.tape.start, len(self.tape.operand)
                write_cases(code, self.steps, operands, start, piece, backward)
                continue
            own = self.kind[piece.first : piece.first + piece.period].tolist()
            rounds = Rounds(code, self.tape, piece, [self.steps[k] for k in own], back)
            (rounds.backward if backward else rounds.forward)()
        takes = ", ".join(f"ptr noalias %{name}" for name in _POINTERS)
        head = f"define internal void @walk({takes}, i64 %width) #1 {{"
        return "\n".join(
            [*code.calls.values(), head, *code.lines, "ret void\n}", *_step(), ATTRIBUTES]
        )


def _step() -> list[str]:
    """The function that is called: it takes what `walk` is given from the table."""
    lines = ["define internal double @step(ptr %frame) {"]
    for k, name in enumerate([*_POINTERS, "width"]):
        kind = "ptr" if name in _POINTERS else "i64"
        lines.append(f"%{name}.p = getelementptr i64, ptr %frame, i64 {k}")
        lines.append(f"%{name} = load {kind}, ptr %{name}.p")
    given = ", ".join(f"ptr %{name}" for name in _POINTERS)
    return [*lines, f"call void @walk({given}, i64 %width)", "ret double 0.0", "}"]
