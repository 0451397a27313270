"""Numbers in lists, tuples, dicts and arrays: taken apart, and put together in the same shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from autograd.value import Value

__all__ = [
    "Leaf", "Nest", "block", "each", "flat", "flatten", "names", "number_of", "pack",
    "rebuilt", "shaped", "unflatten",
]  # fmt: skip

Nest = Any  # the containers of the original, with a Leaf where a number or an array was


class Leaf(NamedTuple):
    """Where a number (shape None) or an array of numbers lies in the flat list."""

    start: int
    shape: tuple[int, ...] | None

    @property
    def place(self) -> slice:
        """Where in the flat list it lies."""
        return slice(self.start, self.start + prod(self.shape or ()))

    def __repr__(self) -> str:
        return "number" if self.shape is None else f"array{self.shape}"


def each(function: Callable[[Any], Any], x: Any) -> Any:
    """``function`` of whatever lies in nested lists, in the same nesting.

    >>> each(abs, [[-1, 2], [-3]])
    [[1, 2], [3]]
    """
    return [each(function, xi) for xi in x] if isinstance(x, (list, tuple)) else function(x)


def number_of(x: Any) -> float:
    """The plain number of a Value, or of another number, for those who only look at it.

    >>> number_of(Value(2.0)), number_of(2)
    (2.0, 2.0)
    """
    return x.data if type(x) is Value else float(x)


def flat(x: Any) -> list[Any]:
    """Whatever lies in nested lists, in order, in one list.

    >>> flat([[1, 2], [3]])
    [1, 2, 3]
    """
    if not isinstance(x, (list, tuple)):
        return [x]
    out: list[Any] = []
    for xi in x:
        out += flat(xi) if isinstance(xi, (list, tuple)) else (xi,)
    return out


def shaped(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """One list as nested lists of these lengths: the way back from `flat`; for () the only item.

    >>> shaped([1, 2, 3, 4], (2, 2)), shaped([5], ())
    ([[1, 2], [3, 4]], 5)
    """
    if not shape:
        return items[0]
    for length in reversed(shape[1:]):
        items = [items[i : i + length] for i in range(0, len(items), length)]
    return items


def flatten(tree: Any, what: str) -> tuple[list[Any], Nest]:
    """The numbers and Values in ``tree`` as one list, and the nest they were in.

    Args:
        tree: a number, a Value, an array of them, or lists, tuples and dicts of those.
        what: how an error calls it.

    Raises:
        TypeError: for anything else inside.

    >>> flatten({"w": [1.0, 2.0], "b": 3}, "it")
    ([1.0, 2.0, 3.0], {'w': [number, number], 'b': number})
    """
    numbers: list[Any] = []

    def take(part: Any) -> Any:
        leaf = Leaf(len(numbers), part.shape if isinstance(part, np.ndarray) else None)
        if type(part) is Value:
            numbers.append(part)
        elif isinstance(part, (Real, np.bool_)):
            numbers.append(float(part))
        elif isinstance(part, np.ndarray):
            for element in part.ravel().tolist():
                take(element)
        else:
            return rebuilt(part, take, what)
        return leaf

    return numbers, take(tree)


def unflatten(nest: Nest, fill: Callable[[Leaf], Any]) -> Any:
    """The containers of ``nest`` with ``fill(leaf)`` in the place of each leaf."""
    if type(nest) is Leaf:
        return fill(nest)
    return rebuilt(nest, lambda part: unflatten(part, fill))


def rebuilt(container: Any, change: Callable[[Any], Any], what: str = "it") -> Any:
    """A dict, list or tuple (named ones too) of ``change(part)`` for each of its parts."""
    if isinstance(container, dict):
        return {key: change(part) for key, part in container.items()}
    if isinstance(container, tuple) and hasattr(container, "_fields"):
        return type(container)(*map(change, container))
    if isinstance(container, (list, tuple)):
        return type(container)(map(change, container))
    raise TypeError(
        f"{what} is made of numbers, Values, arrays of them, and lists, tuples and dicts of those; "
        f"it holds {type(container).__name__} ({container!r:.60})"
    )


def pack(numbers: Sequence[Any], leaf: Leaf) -> Any:
    """The part of ``numbers`` that is ``leaf``: a number as it is, or an array of the leaf's shape."""
    return numbers[leaf.start] if leaf.shape is None else _array(numbers[leaf.place], leaf.shape)


def block(rows: Sequence[Sequence[Any]], leaf: Leaf, column: Leaf) -> Any:
    """The part of a matrix where ``leaf`` gives the rows and ``column`` the columns."""
    if leaf.shape is None and column.shape is None:
        return rows[leaf.start][column.start]
    numbers = [x for row in rows[leaf.place] for x in row[column.place]]
    return _array(numbers, (*(leaf.shape or ()), *(column.shape or ())))


def _array(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    kind = object if any(type(x) is Value for x in numbers) else float
    return np.array(numbers, dtype=kind).reshape(shape)


def names(nest: Nest, name: str) -> list[str]:
    """What to call each number: the way to it from ``name``.

    >>> names(flatten({"w": [1.0, 2.0]}, "it")[1], "model")
    ["model['w'][0]", "model['w'][1]"]
    """
    if type(nest) is Leaf:
        indices = np.ndindex(nest.shape or ())
        return [f"{name}[{', '.join(map(str, index))}]" if index else name for index in indices]
    parts = nest.items() if isinstance(nest, dict) else enumerate(nest)
    return [path for key, part in parts for path in names(part, f"{name}[{key!r}]")]
