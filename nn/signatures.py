"""What losses and layers give back for what they are given: for type checkers and editors alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Literal,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypeVar,
    overload,
)

from autograd import Value

__all__ = [
    "Answer", "Listed", "Loss", "Nested", "Summed", "Total", "of_list", "of_pairs", "of_sum",
]  # fmt: skip

T = TypeVar("T")
P = ParamSpec("P")
Nested: TypeAlias = T | Sequence[T] | Sequence[Sequence[T]] | Sequence[T | list[T]]

if TYPE_CHECKING:

    class Answer(Value, Sequence[Value]):
        """What a layer answers: a Value of one neuron, a list of Values of several.

        How many there are no checker knows, so it lets through what either of both can.
        """

else:
    Answer = Value | list[Value]
Total = Literal["mean", "sum"]


class Loss(Protocol):
    """A loss of predictions and targets: one number, or with ``reduction="none"`` one for each."""

    @overload
    def __call__(self, input: Nested[Value], target: Any, reduction: Total = "mean") -> Value: ...
    @overload
    def __call__(
        self, input: Nested[Value], target: Any, reduction: Literal["none"]
    ) -> list[Value]: ...
    @overload
    def __call__(
        self, input: Nested[float], target: Nested[float], reduction: Total = "mean"
    ) -> float: ...
    @overload
    def __call__(self, input: Any, target: Any, reduction: str = "mean") -> Any: ...


class Summed(Protocol):
    """A function from a list to one number."""

    @overload
    def __call__(self, x: Sequence[Value], /) -> Value: ...
    @overload
    def __call__(self, x: Sequence[float], /) -> float: ...
    @overload
    def __call__(self, x: Sequence[Any], /) -> Any: ...


class Listed(Protocol):
    """A function from a list to a list of the same kind."""

    @overload
    def __call__(self, x: Sequence[Value], /) -> list[Value]: ...
    @overload
    def __call__(self, x: Sequence[float], /) -> list[float]: ...
    @overload
    def __call__(self, x: Sequence[Any], /) -> list[Any]: ...


def of_pairs(function: Callable[Concatenate[Any, Any, P], Any]) -> Loss:
    """The same function, to be known as a loss."""
    return function  # type: ignore[return-value]


def of_sum(function: Callable[[Sequence[Any]], Any]) -> Summed:
    """The same function, to be known as one from a list to a number."""
    return function


def of_list(function: Callable[[Sequence[Any]], list[Any]]) -> Listed:
    """The same function, to be known as one from a list to a list."""
    return function
