"""The functions of a program: what depends on no sample, a block of samples, and the loop around it."""

from __future__ import annotations

from typing import Any

from autograd.compiler.plan.instructions import BATCHED, STATIC, Contribution, Plan
from autograd.compiler.run.native import frame
from autograd.compiler.run.native.code import Code, Types
from autograd.compiler.run.native.forward import Forward
from autograd.compiler.run.native.lane import Lane
from autograd.compiler.run.native.reverse import Reverse
from autograd.compiler.run.native.rows import Rows, Stores

__all__ = ["module"]

def module(plan: Plan, dtype: Any, lanes: int, backward: bool) -> str:
    """The text of a module whose function `step` runs a plan.

    Args:
        lanes: how many samples a block has.
        backward: whether gradients are computed.

    Raises:
        NotImplementedError: naming an operation without a form in machine code.
    """
    return _Module(plan, Types(dtype, lanes), Types(dtype, 1), backward).text()


class _Module:
    def __init__(self, plan: Plan, types: Types, scalars: Types, backward: bool) -> None:
        self.plan, self.types, self.backward = plan, types, backward
        self.stores = Stores()
        self.before, self.block, self.after = Code(scalars), Code(types), Code(scalars)

    def text(self) -> str:
        plan = self.plan
        before = Rows(plan, self.before, self.stores, STATIC)
        block = Rows(plan, self.block, self.stores, BATCHED)
        for rows in (before, block):
            forward = Forward(rows)
            for instruction in plan.instructions:
                if instruction.space == rows.space:
                    forward.add(instruction)
        self._give_outputs(block)
        if self.backward:
            self._push(block)
            self._push(Rows(plan, self.after, self.stores, STATIC))
        bodies = [
            frame.function("before", self.before.lines, self.types.scalar),
            frame.function("block", [*frame.begin_block(plan, self.types), *self.block.lines], self.types.scalar),
            frame.function("after", self.after.lines, self.types.scalar),
            frame.step(plan, self.types),
        ]
        calls = self.before.calls | self.block.calls | self.after.calls
        return "\n".join([*calls.values(), *bodies, frame.ATTRIBUTES])

    def _give_outputs(self, block: Rows) -> None:
        for k, (space, row) in enumerate(self.plan.outputs):
            if space == BATCHED:
                value = block.read(space, row)
                code = self.block
                name = value.name if isinstance(value, Lane) else code.constant(value)
                code.line(code.store(f"%output{k}", 0, name))
            elif row >= len(self.plan.order) and block.constant(space, row) is None:
                self.stores.want((space, row))

    def _push(self, rows: Rows) -> None:
        """The contributions of one space's instructions, and what came of the others."""
        plan, code, space = self.plan, rows.code, rows.space
        code.block()
        rows.forget()
        reverse = Reverse(rows)
        seeded, row = plan.outputs[0]
        scalar = code.types.scalar
        if seeded == space:
            reverse.gradients[row] = Lane(code, code.splat("%seed"))
        sums = space == STATIC and any(i.batched for i in plan.instructions)
        merged: set[int] = set()

        def arrive(row: int) -> None:
            """Add what the samples contributed to a static row."""
            if sums and row not in merged and plan.needs.static[row]:
                merged.add(row)
                reverse.gradients[row] = (
                    Lane(code, code.load("%totals", row, scalar)) + reverse.gradients.get(row, 0.0)
                    if row in reverse.gradients
                    else Lane(code, code.load("%totals", row, scalar))
                )

        for entry in plan.backward:
            if not isinstance(entry, Contribution):
                continue
            own = plan.instructions[entry.of]
            if own.space == space:
                for r in range(own.start, own.start + own.count) if space == STATIC else ():
                    arrive(r)
                reverse.push(entry)
        if space == STATIC:
            for r in range(len(plan.order)):
                arrive(r)
                if r in reverse.gradients:
                    g = reverse.gradients[r]
                    name = g.name if isinstance(g, Lane) else code.constant(g)
                    code.line(code.store("%gradient", r, name))
