"""A gradient that a step has used: whoever adds to it has forgotten `zero_grad`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.modes import warn_at

__all__ = ["mark"]

_FORGOTTEN = (
    "the gradients of the last step() are still there, and this pass adds to them: call "
    "optimizer.zero_grad() before backward()"
)


class _Spent(float):
    """A float as any other, but that ``+=``, with which `backward` adds, tells."""

    __slots__ = ()

    def __iadd__(self, other: float) -> float:  # a plain one
        frame = sys._getframe(1)
        while frame.f_back is not None and _ours(frame.f_globals.get("__name__")):
            frame = frame.f_back
        warn_at(frame, _FORGOTTEN)
        return float(self) + other

    def __reduce__(self) -> Any:
        return float, (float(self),)  # a copy is nobody's gradient


def mark(params: Sequence[Value]) -> None:
    """Mark one gradient that is not 0, so that adding to it warns; setting it does not."""
    for p in params:
        if p.grad:
            p.grad = _Spent(p.grad)
            return


def _ours(module: Any) -> bool:
    return str(module).partition(".")[0] in ("autograd", "nn")
