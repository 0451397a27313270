"""Which neurons and layers of a large network are left out of its drawing."""

from __future__ import annotations

from collections.abc import Sequence

from nn.architecture import Column

__all__ = ["shown_of", "units_of"]


def shown_of(count: int, most: int) -> list[int]:
    """Which of ``count`` are drawn: all, or the first and the last, with −1 for those between."""
    if count <= most:
        return list(range(count))
    first = (most + 1) // 2
    return [*range(first), -1, *range(count - (most - 1 - first), count)]


def units_of(column: Column, most: int) -> list[int]:
    """Which units of a column are drawn, from top to bottom; −1 stands for others."""
    if column.kinds and column.size > most:
        return _some_of_each(column.names, column.size, most)
    return list(column.shown) or shown_of(column.size, most)


def _some_of_each(names: Sequence[str], size: int, most: int) -> list[int]:
    """Equally many of each letter: of each gate of a recurrent step, of its memory, of its inputs."""
    letters = list(dict.fromkeys(name[0] for name in names))
    each = max(1, (most - 1) // (len(letters) + (len(names) < size)))
    places = [[i for i, name in enumerate(names) if name[0] == letter] for letter in letters]
    return [*(i for found in places for i in found[:each]), -1]
