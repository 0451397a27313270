"""A gradient that a step has used: whoever adds to it, and steps by the sum, forgot `zero_grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value

__all__ = ["Mixed", "mark"]


class _Spent(float):
    """A float as any other, but that ``+=``, with which `backward` adds, leaves its trace."""

    __slots__ = ()

    def __iadd__(self, other: float) -> float:
        total = float(self) + other
        return Mixed(total) if type(total) is float else total

    def __reduce__(self) -> Any:
        return float, (float(self),)  # a copy is nobody's gradient


class Mixed(_Spent):
    """The sum of a gradient that a step has used and later ones."""

    __slots__ = ()


def mark(params: Sequence[Value]) -> None:
    """Mark one gradient that is not 0, so that adding to it shows; setting it does not."""
    for p in params:
        if p.grad:
            p.grad = _Spent(p.grad)
            return
