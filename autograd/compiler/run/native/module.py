"""The functions of a program: what depends on no sample, a block of samples, and the loop around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import BATCHED, STATIC, Contribution, Matrix, Plan
from autograd.compiler.run.native import frame
from autograd.compiler.run.native.forward import Forward
from autograd.compiler.run.native.llvm.code import ATTRIBUTES, Code, Types
from autograd.compiler.run.native.llvm.lane import Lane, as_lane
from autograd.compiler.run.native.loops import Looped
from autograd.compiler.run.native.reverse import Reverse
from autograd.compiler.run.native.rows import Rows, Stores

__all__ = ["bodies", "module"]


def module(plan: Plan, dtype: Any, lanes: int, backward: bool) -> str:
    """The text of a module whose function `step` runs a plan.

    Args:
        lanes: how many samples a block has.
        backward: whether gradients are computed.

    Raises:
        NotImplementedError: naming an operation without a form in machine code.
    """
    return _Module(plan, Types(dtype, lanes), Types(dtype, 1), backward).text()


def bodies(plan: Plan, backward: bool) -> list[list[str]]:
    """The lines of the functions of `module` for one lane: before the samples, of each, after them."""
    return _Module(plan, Types(np.float64, 1), Types(np.float64, 1), backward, loops=False).bodies()


class _Module:
    def __init__(
        self, plan: Plan, types: Types, scalars: Types, backward: bool, loops: bool = True
    ) -> None:
        self.plan, self.types, self.backward = plan, types, backward
        self.stores = Stores()
        self.before, self.block, self.after = (
            Code(t, loops, walls=loops) for t in (scalars, types, scalars)
        )
        self.later: list[Contribution] = []

    def bodies(self) -> list[list[str]]:
        plan = self.plan
        before = Rows(plan, self.before, self.stores, STATIC)
        block = Rows(plan, self.block, self.stores, BATCHED)
        for rows in (before, block):
            forward = Forward(rows)
            for instruction in plan.instructions:
                if instruction.space == rows.space:
                    forward.add(instruction)
        self._give_outputs(block)
        after = Rows(plan, self.after, self.stores, STATIC)
        if self.backward:
            self.later = self._push(block).later
            self._give_gradients(self._push(after))
        self._give_static_outputs(after)
        block_lines = [*frame.begin_block(plan, self.types), *self.block.lines]
        return [self.before.lines, block_lines, self.after.lines]

    def text(self) -> str:
        functions = [
            frame.function(name, lines, self.types.scalar)
            for name, lines in zip(("before", "block", "after"), self.bodies())
        ]
        functions += [
            frame.function(f"weights{len(blocks)}", self._weights(blocks), self.types.scalar)
            for blocks in (("",), ("", ".2"))
            if self.later
        ]
        copy = "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)"
        calls = {"memcpy": copy} | self.before.calls | self.block.calls | self.after.calls
        return "\n".join(
            [
                *calls.values(),
                *functions,
                frame.step(self.plan, self.types, bool(self.later)),
                ATTRIBUTES,
            ]
        )

    def _weights(self, blocks: tuple[str, ...]) -> list[str]:
        """The lines that add to the weights of loops what one or two blocks contribute."""
        code = Code(self.types)
        rows = Rows(self.plan, code, self.stores, BATCHED)
        for entry in self.later:
            own = self.plan.instructions[entry.of]
            assert isinstance(own, Matrix)
            Looped(rows, own).to_weights(entry, blocks)
        return [*frame.begin_weights(self.plan, self.types), *code.lines]

    def _give_outputs(self, block: Rows) -> None:
        """Each output, and its sum over the samples beside the sums of gradients."""
        code, size = self.block, self.plan.static_size
        for k, (space, row) in enumerate(self.plan.outputs):
            if space == BATCHED:
                value = as_lane(code, block.read(space, row))
                code.line(code.store(f"%output{k}", 0, value.name))
                old = Lane(code, code.load("%sums", size + k))
                code.line(code.store("%sums", size + k, (old + value).name))

    def _give_static_outputs(self, after: Rows) -> None:
        code, t = self.after, self.types
        for k, (space, row) in enumerate(self.plan.outputs):
            if space == STATIC:
                name = as_lane(code, after.read(space, row)).name
                code.line(code.store("%totals", self.plan.static_size + k, name))
                place = code.emit(f"mul i64 %blocks, {(k + 1) * t.lanes}")
                place = code.address("%outputs", code.emit(f"sub i64 {place}, 1"), t.scalar)
                code.line(f"store {t.scalar} {name}, ptr {place}")

    def _push(self, rows: Rows) -> Reverse:
        """The contributions of the instructions of one space."""
        plan, code, space = self.plan, rows.code, rows.space
        code.block()
        rows.forget()
        reverse = Reverse(rows)
        seeded, row = plan.outputs[0]
        if seeded == space:
            reverse.gradients[row] = Lane(code, code.splat("%seed"))
        for entry in plan.backward:
            if isinstance(entry, Contribution) and plan.instructions[entry.of].space == space:
                reverse.push(entry)
        return reverse

    def _give_gradients(self, reverse: Reverse) -> None:
        """The gradients of the parameters; most are what the samples summed up to, and nothing else."""
        code, scalar = reverse.code, reverse.code.types.scalar
        wanted = np.flatnonzero(self.plan.needs.static[: len(self.plan.order)])
        alone = wanted[[r not in reverse.gradients for r in wanted.tolist()]]
        for run in np.split(alone, np.flatnonzero(np.diff(alone) > 1) + 1):
            if len(run) and reverse.sums:
                to, source = (
                    code.address(base, int(run[0]), scalar) for base in ("%gradient", "%totals")
                )
                size = len(run) * self.types.size
                code.line(
                    f"call void @llvm.memcpy.p0.p0.i64(ptr {to}, ptr {source}, i64 {size}, i1 0)"
                )
        for r in sorted(set(wanted.tolist()) - set(alone.tolist())):
            name = as_lane(code, reverse.total(r)).name
            code.line(code.store("%gradient", r, name))
