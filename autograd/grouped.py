"""Paths of parameters, ``layers.0.neurons.1.w.3``: trailing numbers are places in a list."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby, product
from typing import TypeVar

__all__ = ["grouped"]

T = TypeVar("T")


def grouped(named: Iterable[tuple[str, T]]) -> Iterator[tuple[str, tuple[int, ...], list[T]]]:
    """What has paths that differ in trailing numbers only, with the shape that those numbers span.

    >>> list(grouped([("w.0", 1.0), ("w.1", 2.0), ("b", 3.0)]))
    [('w', (2,), [1.0, 2.0]), ('b', (), [3.0])]
    """
    for stem, members in groupby(((*_stem(name), found) for name, found in named), lambda m: m[0]):
        indices, values = zip(*((index, found) for _, index, found in members))
        shape = tuple(1 + max(column) for column in zip(*indices))
        if len(values) == math.prod(shape) and list(indices) == list(product(*map(range, shape))):
            yield stem, shape, list(values)
        else:  # a ragged list, or one in another order: each by its own name
            for index, found in zip(indices, values):
                yield ".".join([stem, *map(str, index)]), (), [found]


def _stem(name: str) -> tuple[str, tuple[int, ...]]:
    """A path without its trailing numbers, and those numbers."""
    parts = name.split(".")
    end = len(parts)
    while end > 1 and parts[end - 1].isdigit():
        end -= 1
    return ".".join(parts[:end]), tuple(map(int, parts[end:]))
