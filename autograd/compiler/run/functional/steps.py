"""Which step runs which kind of instruction: the table of `reverse`, in a library's calls."""

from __future__ import annotations

from autograd.compiler.plan.instructions import (
    Elementwise,
    Largest,
    Matrix,
    Products,
    Select,
    Terms,
)
from autograd.compiler.plan.ragged import Softmax
from autograd.compiler.plan.softmax import CrossEntropy
from autograd.compiler.run.functional.joined import CrossEntropyStep, SoftmaxStep
from autograd.compiler.run.functional.kinds import (
    ElementwiseStep,
    LargestStep,
    ProductsStep,
    SelectStep,
)
from autograd.compiler.run.functional.step import Joined, Step
from autograd.compiler.run.functional.sums import MatrixStep, TermsStep

__all__ = ["JOINED", "STEPS"]

STEPS: dict[type, type[Step]] = {
    Matrix: MatrixStep,
    Terms: TermsStep,
    Products: ProductsStep,
    Largest: LargestStep,
    Elementwise: ElementwiseStep,
    Select: SelectStep,
}

JOINED: dict[type, type[Joined]] = {CrossEntropy: CrossEntropyStep, Softmax: SoftmaxStep}
