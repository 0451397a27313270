"""What the functions give back for what they are given: for type checkers and editors alone.

A Value gives a Value, a float a float, an array an array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeAlias, overload

import numpy as np

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["Array", "One", "Two", "of_one", "of_two"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
P = ParamSpec("P")


class One(Protocol[P]):
    """A function of one quantity, and of settings."""

    @overload
    def __call__(self, x: Value, /, *settings: P.args, **named: P.kwargs) -> Value: ...
    @overload
    def __call__(self, x: float, /, *settings: P.args, **named: P.kwargs) -> float: ...
    @overload
    def __call__(self, x: Array, /, *settings: P.args, **named: P.kwargs) -> Array: ...
    @overload
    def __call__(self, x: Any, /, *settings: P.args, **named: P.kwargs) -> Any: ...


class Two(Protocol):
    """A function of two quantities: a Value on either side gives a Value."""

    @overload
    def __call__(self, a: Value, b: Value | float, /) -> Value: ...
    @overload
    def __call__(self, a: float, b: Value, /) -> Value: ...
    @overload
    def __call__(self, a: float, b: float, /) -> float: ...
    @overload
    def __call__(self, a: Any, b: Any, /) -> Any: ...


def of_one(function: Callable[Concatenate[Any, P], Any]) -> One[P]:
    """The same function, to be known as one of one quantity."""
    return function


def of_two(function: Callable[[Any, Any], Any]) -> Two:
    """The same function, to be known as one of two quantities."""
    return function
