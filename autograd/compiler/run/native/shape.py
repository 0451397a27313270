"""Whether machine code suits a program: how many numbers it computes, and of what."""

from __future__ import annotations

from functools import cache

import numpy as np

from autograd.compiler.plan.instructions import (
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Plan,
    Products,
    Select,
    Terms,
)
from autograd.compiler.run.native import jit
from autograd.compiler.run.native.code import Code, Types
from autograd.compiler.run.native.forms import machine
from autograd.compiler.run.native.lane import Lane
from autograd.ops import OPS

__all__ = ["available", "described", "nodes", "require", "why_not"]

MOST = 4000  # nodes of a program that is written line by line
available = jit.available


def require() -> None:
    """Raise ModuleNotFoundError unless LLVM is installed."""
    if not jit.available():
        raise ModuleNotFoundError(
            'engine="native" needs LLVM: pip install "chainrule[native]" (or pip install llvmlite)'
        )


def nodes(plan: Plan) -> int:
    """How many products and operations a program has, a sample."""
    return sum(map(_nodes, plan.instructions))


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
    for own in plan.instructions:
        if isinstance(own, Elementwise) and not _has_form(own.operation):
            return f"the operation {own.operation!r} has no form in machine code"
    count = nodes(plan)
    if count > MOST and not asked:
        return f"{count} nodes"
    return ""


def described(plan: Plan) -> str:
    count = nodes(plan)
    return f"{count} node" if count == 1 else f"{count} nodes"


@cache
def _has_form(name: str) -> bool:
    """Whether an operation and its derivatives are made of what there is a form for."""
    op = OPS[name]
    code = Code(Types(np.float64, 1))
    inputs = [Lane(code, f"%x{k}") for k in range(op.arity)]
    try:
        found = machine(inputs[0], op, tuple(inputs))
        for k in op.active:
            op.partials[k](*inputs, found)
    except (NotImplementedError, TypeError, ValueError, AttributeError):
        return False
    return True
