"""Whether machine code suits a program: how many numbers it computes, and of what."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Operand,
    Plan,
    Products,
    Select,
    Terms,
)
from autograd.compiler.plan.pieces import STRAIGHT
from autograd.compiler.run.native.dots import dotted
from autograd.compiler.run.native.llvm import jit
from autograd.compiler.run.native.llvm.code import Code, Types
from autograd.compiler.run.native.llvm.forms import machine
from autograd.compiler.run.native.llvm.lane import Lane
from autograd.compiler.run.native.loops import looped
from autograd.compiler.run.native.tables import tabled
from autograd.ops import OPS

__all__ = [
    "available",
    "described",
    "formless",
    "has_form",
    "lines",
    "of_a_sample",
    "require",
    "why_no_python",
    "why_not",
]

LIVE = 3_000_000  # lines that depend on no sample × parameters: their gradients live all the while
WEIGHTS = 30_000  # products in loops with registers of 4 float64 or 8, at most: else BLAS is faster
available = jit.available


def require() -> None:
    """Raise ModuleNotFoundError unless LLVM is installed."""
    if not jit.available():
        raise ModuleNotFoundError(
            'engine="native" needs LLVM: pip install "chainrule[native]" (or pip install llvmlite)'
        )


def _sizes(plan: Plan) -> tuple[int, int]:
    """How many products and operations are written line by line, and how many run in loops."""
    loops = looped, dotted, tabled
    counts = [(any(f(plan, own) for f in loops), _nodes(own)) for own in plan.instructions]
    return sum(n for loop, n in counts if not loop), sum(n for loop, n in counts if loop)


def _nodes(own: Instruction) -> int:
    if isinstance(own, Matrix):
        return own.count * (sum(len(part.column) for part in own.parts) + len(own.biases))
    if isinstance(own, Products):
        assert own.first.index is not None
        return own.count * int(own.first.index.shape[2])
    if isinstance(own, (Terms, Largest)):
        assert own.second.index is not None
        return int(own.second.index.size)
    if isinstance(own, Select):
        assert own.candidates.index is not None
        return own.count if own.candidates.space == 0 else int(own.candidates.index.size)
    return own.count


def why_not(plan: Plan, asked: bool) -> str:
    """What keeps a program from being machine code; "" if nothing does."""
    if without := _without_form(plan):
        return without
    written, looping = _sizes(plan)
    if written > STRAIGHT and not asked:
        return f"{written} numbers are too many to write line by line"
    static = sum(
        _nodes(own) for own in plan.instructions if not own.batched and not tabled(plan, own)
    )
    if static * len(plan.order) > LIVE and not asked:
        return f"{static} numbers of {len(plan.order)} parameters would take LLVM long"
    if looping > WEIGHTS * min(jit.lanes(8), 4) // 4 and not asked:
        return f"{looping} weights are for BLAS"
    return ""


def described(plan: Plan) -> str:
    """What is compiled."""
    written, looping = _sizes(plan)
    text = f"{written} line{'s' * (written != 1)}"
    return f"{text}, {looping} weights in loops" if looping else text


def lines(plan: Plan) -> int:
    """How many products and operations there are."""
    return sum(map(_nodes, plan.instructions))


def of_a_sample(plan: Plan) -> int:
    """How many of them a sample takes, beside tables that all samples share."""
    return sum(_nodes(own) for own in plan.instructions if not tabled(plan, own))


def why_no_python(plan: Plan) -> str:
    """What keeps a program from being lines of Python; "" if nothing does."""
    if any(isinstance(own, Select) for own in plan.instructions):
        return "a value is selected"
    if lines(plan) > STRAIGHT:
        return f"{lines(plan)} numbers are too many to write line by line"
    return _without_form(plan)


def _without_form(plan: Plan) -> str:
    for own in plan.instructions:
        if isinstance(own, Elementwise):
            fixed = [_numbers(own.operands[k]) for k in OPS[own.operation].passive]
            if not all(has_form(own.operation, numbers) for numbers in product(*fixed)):
                return formless(own.operation)
    return ""


def _numbers(operand: Operand) -> list[float | None]:
    """What an operand may be, if that is known."""
    if operand.index is not None:
        return [None]
    assert operand.number is not None
    found: list[float | None] = np.unique(operand.number).tolist()
    return found


def formless(name: str) -> str:
    return f"the operation {name!r} has no form in machine code"


@cache
def has_form(name: str, fixed: tuple[float | None, ...] = ()) -> bool:
    """Whether an operation and its derivatives are made of what there is a form for.

    Args:
        fixed: the number that each passive input always is, None for one that is not known.
    """
    op = OPS[name]
    code = Code(Types(np.float64, 1))
    inputs: list[Any] = [Lane(code, f"%x{k}") for k in range(op.arity)]
    for k, number in zip(op.passive, fixed):
        inputs[k] = inputs[k] if number is None else number
    try:
        found = machine(inputs[0], op, tuple(inputs))
        for k in op.active:
            op.partials[k](*inputs, found)
    except (NotImplementedError, TypeError, ValueError, AttributeError):
        return False
    return True
