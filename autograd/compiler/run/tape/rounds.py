"""Equal rounds: a loop whose body has a line for each step, with numbers in registers."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import Tape
from autograd.compiler.plan.pieces import Piece
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.native.forward import plus
from autograd.compiler.run.native.llvm.code import Code, Loop
from autograd.compiler.run.native.llvm.forms import machine
from autograd.compiler.run.native.llvm.lane import Lane, as_lane
from autograd.compiler.run.tape.cases import pushed
from autograd.compiler.run.tape.kinds import Step
from autograd.compiler.run.tape.memory import Memory

__all__ = ["Rounds"]


class Rounds:
    """A piece of a tape, written into a function.

    An operand stands in this round or in the one before: then it is in a register; or it is the same
    row in all rounds; else its row is looked up in the tape.

    Attributes:
        steps: those of a round.
        back: of each, how far back its operands stand, 0 where that is no use.
        fixed: of each, the row of an operand that is the same in all rounds, else None.
    """

    def __init__(
        self, code: Code, tape: Tape, piece: Piece, steps: list[Step], back: Array
    ) -> None:
        self.code, self.memory, self.piece, self.steps = code, Memory(code), piece, steps
        self.operands, self.start = len(tape.operand), tape.start
        own = slice(piece.first, piece.last)
        self.back: list[list[int]] = back[:, own][:, : piece.period].T.tolist()
        rows = tape.operand[:, own].reshape(self.operands, piece.count, piece.period)
        before = rows[:, 0] < self.start + piece.first
        same = ((rows == rows[:, :1]).all(1) & before).T.tolist()
        self.fixed = [
            [row if alike else None for row, alike in zip(*pair)]
            for pair in zip(rows[:, 0].T.tolist(), same)
        ]
        places = [(t, k) for t, step in enumerate(steps) for k in range(step.op.arity)]
        self.crossing = sorted({q for t, k in places if (q := self._before(t, k)) is not None})

    def _before(self, t: int, k: int) -> int | None:
        """The step of the round before that is an operand."""
        place = t - self.back[t][k] + self.piece.period
        return place if self.back[t][k] and 0 <= place < self.piece.period else None

    def _round(self, loop: Loop, backward: bool) -> str:
        """The number of the first step of this round in the tape."""
        code, piece = self.code, self.piece
        skipped = code.emit(f"mul i64 {loop.index}, {piece.period}")
        if backward:
            return code.emit(f"sub i64 {piece.last - piece.period}, {skipped}")
        return code.emit(f"add i64 {piece.first}, {skipped}")

    def _row(self, base: str, t: int) -> str:
        return str(self.code.plus(base, self.start + t))

    def _elsewhere(self, base: str, t: int, k: int) -> Lane:
        """An operand that is in no register."""
        back, fixed, step = self.back[t][k], self.fixed[t][k], self.steps[t]
        if back:
            return self.memory.value(self._row(base, t - back))
        if fixed is not None:
            return self.memory.operand(step, k, str(fixed))
        said = self.memory.said(str(self.code.plus(base, t)), self.operands, k)
        return self.memory.operand(step, k, said)

    # Forward --------------------------------------------------------------------------------------

    def forward(self) -> None:
        code, memory, first = self.code, self.memory, self.start + self.piece.first
        self._fetch()
        before = [memory.value(first - self.piece.period + q).name for q in self.crossing]
        loop = Loop(code, self.piece.count, before)
        base = self._round(loop, False)
        last = dict(zip(self.crossing, [Lane(code, name) for name in loop.carried]))
        now: list[Any] = []
        for t, step in enumerate(self.steps):
            inputs: list[Any] = []
            for k, number in enumerate(step.numbers):
                back, q = self.back[t][k], self._before(t, k)
                if number is not None:
                    inputs.append(number)
                elif q is not None:
                    inputs.append(last[q])
                else:
                    near = 0 < back <= t
                    inputs.append(now[t - back] if near else self._elsewhere(base, t, k))
            now.append(machine(inputs[0], step.op, tuple(inputs)))
            memory.put(self._row(base, t), now[t])
        loop.end([as_lane(code, now[q]).name for q in self.crossing])

    def _fetch(self) -> None:
        """Read what is the same in all rounds before the first: later it is known."""
        for t, step in enumerate(self.steps):
            for k, number in enumerate(step.numbers):
                if number is None and not self.back[t][k] and self.fixed[t][k] is not None:
                    self._elsewhere("", t, k)

    # Backward -------------------------------------------------------------------------------------

    def backward(self) -> None:
        code, memory, period = self.code, self.memory, self.piece.period
        self._fetch()
        totals = {
            (row, step.static[k]): 0
            for t, step in enumerate(self.steps)
            for k in step.passes
            if not self.back[t][k] and (row := self.fixed[t][k]) is not None
        }
        loop = Loop(
            code, self.piece.count, [as_lane(code, 0.0).name] * (len(self.crossing) + len(totals))
        )
        base = self._round(loop, True)
        names = [Lane(code, name) for name in loop.carried]
        arrived: dict[Any, Any] = dict(zip(self.crossing, names))  # by step of this round
        arrived |= dict(zip(totals, names[len(self.crossing) :]))  # by what is the same in all
        for t in range(period - 1, -1, -1):
            if self.steps[t].passes:
                self._push(t, base, arrived)
        zero = as_lane(code, 0.0)
        found = [arrived.get(q - period, zero) for q in self.crossing]
        found += [arrived[key] for key in totals]
        names = [Lane(code, name) for name in loop.end([as_lane(code, x).name for x in found])]
        for q, total in zip(self.crossing, names):
            memory.add(self.start + self.piece.first - period + q, total)
        for (row, static), total in zip(totals, names[len(self.crossing) :]):
            memory.add_static(~row, total) if static else memory.add(row, total)

    def _push(self, t: int, base: str, arrived: dict[Any, Any]) -> None:
        """What step t passes down; to those of the round before under negative numbers."""
        memory, step = self.memory, self.steps[t]
        g = memory.take(self._row(base, t))
        if t in arrived:
            g = as_lane(self.code, plus(g, arrived.pop(t)))
        value = memory.value(self._row(base, t))
        inputs: list[Any] = [
            self._elsewhere(base, t, k) if number is None else number
            for k, number in enumerate(step.numbers)
        ]
        for k in step.passes:
            found, back, fixed = (
                pushed(step, k, inputs, value, g),
                self.back[t][k],
                self.fixed[t][k],
            )
            key: Any = t - back if back else (fixed, step.static[k])
            if (back and back <= t + self.piece.period) or (not back and fixed is not None):
                arrived[key] = plus(arrived[key], found) if key in arrived else found
            elif back:
                memory.add(self._row(base, t - back), found)
            else:
                said = memory.said(str(self.code.plus(base, t)), self.operands, k)
                if step.static[k]:
                    memory.add_static(memory.flipped(said), found)
                else:
                    memory.add(said, found)
