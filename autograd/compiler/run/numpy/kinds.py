"""How each kind of instruction becomes calls."""

from __future__ import annotations

from autograd.compiler.plan.instructions import (
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Products,
    Select,
    Terms,
)
from autograd.compiler.run.numpy.binder import Binder
from autograd.compiler.run.numpy.bound import Bound
from autograd.compiler.run.numpy.elementwise import BoundElementwise, BoundLargest
from autograd.compiler.run.numpy.matrix import BoundMatrix
from autograd.compiler.run.numpy.products import BoundProducts
from autograd.compiler.run.numpy.selection import BoundSelect
from autograd.compiler.run.numpy.terms import BoundTerms

__all__ = ["bound"]

_KINDS: dict[type, type[Bound]] = {
    Matrix: BoundMatrix,
    Terms: BoundTerms,
    Products: BoundProducts,
    Largest: BoundLargest,
    Elementwise: BoundElementwise,
    Select: BoundSelect,
}


def bound(instruction: Instruction, binder: Binder) -> Bound:
    """An instruction at the batch size of ``binder``."""
    return _KINDS[type(instruction)](binder, instruction)
