"""How each kind of instruction becomes calls."""

from __future__ import annotations

from autograd.compiler.bind import Binder
from autograd.compiler.bind_elementwise import BoundElementwise, BoundLargest
from autograd.compiler.bind_matrix import BoundMatrix
from autograd.compiler.bind_products import BoundProducts
from autograd.compiler.bind_select import BoundSelect
from autograd.compiler.bind_terms import BoundTerms
from autograd.compiler.bound import Bound
from autograd.compiler.instructions import (
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Products,
    Select,
    Terms,
)

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
