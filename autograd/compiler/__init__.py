"""Write scalars, run matrices: a graph of scalar operations, read back as the matrix program it is."""

from autograd.compiler.compile import compile
from autograd.compiler.errors import TraceError
from autograd.compiler.program import Program
from autograd.compiler.select import select

__all__ = ["Program", "TraceError", "compile", "select"]
