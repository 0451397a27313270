"""Write scalars, run matrices: a graph of scalar operations, read back as the matrix program it is.

In: a function of Values and an example, or a finished graph and its parameters.
Out: a `Program`: outputs and gradients of whole batches, printed, saved, handed on to PyTorch.
Open first: `compile`; then `read` (the graph, understood), `plan` (as data), `run` (engines).
"""

from autograd.compiler.compile import compile
from autograd.compiler.errors import TraceError
from autograd.compiler.program import Program
from autograd.compiler.run.engines import ENGINES
from autograd.compiler.select import select

__all__ = ["ENGINES", "Program", "TraceError", "compile", "select"]
