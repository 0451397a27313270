"""Which engine runs a plan, by its shape: matrices on NumPy, scalars as machine code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.compiler.plan.instructions import Plan
from autograd.compiler.run.numpy.replay import Replay

__all__ = ["ENGINES", "Engine", "choose"]

ENGINES = ("auto", "numpy", "native")


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs a plan.

    Attributes:
        name: "numpy" or "native".
        why: what decided.
        start: makes the runner of one batch size, from a plan, its static rows, their gradients and
            the batch size.
    """

    name: str
    why: str
    start: Callable[..., Any]

    def __str__(self) -> str:
        return f"engine {self.name}" + (f": {self.why}" if self.why else "")


def choose(plan: Plan, wanted: str = "auto") -> Engine:
    """The engine for a plan.

    Raises:
        ValueError: if there is none of this name, or if it lacks an operation.
        ModuleNotFoundError: if machine code is asked for and LLVM is not installed.
    """
    if wanted not in ENGINES:
        raise ValueError(f"engine is one of {', '.join(ENGINES)}, not {wanted!r}")
    if wanted == "numpy":
        return Engine("numpy", "", Replay)
    from autograd.compiler.run.native import shape

    if wanted == "native":
        shape.require()
    elif not shape.available():
        return Engine("numpy", "", Replay)
    why_not = shape.why_not(plan, asked=wanted == "native")
    if why_not:
        if wanted == "native":
            raise ValueError(f"engine='native' cannot run this program: {why_not}")
        return Engine("numpy", why_not, Replay)
    from autograd.compiler.run.native.engine import Native

    return Engine("native", shape.described(plan), Native)
