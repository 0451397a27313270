"""Modules that answer in the shape they are given: a number for a number, a list for a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, overload

from autograd import Value
from nn.module import Module

__all__ = ["Keeps"]

T = TypeVar("T")
N = TypeVar("N", Value, float)


class Keeps(Module):
    """Nested as what it is given, whatever that is: so a checker knows what comes out.

    >>> from nn import ReLU
    >>> ReLU()(-1.0), ReLU()([[-1.0, 2.0]])
    (0.0, [[0.0, 2.0]])
    """

    @overload
    def __call__(self, x: Sequence[T]) -> list[T]: ...
    @overload
    def __call__(self, x: N) -> N: ...
    @overload
    def __call__(self, x: Any) -> Any: ...
    def __call__(self, x: Any) -> Any:
        return self.forward(x)
