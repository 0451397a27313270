"""What stands in the columns of a network drawing: units, the lines between them, their sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nn.architecture import Architecture, Column, Kernel, Weight

__all__ = [
    "COMPACT", "DETAILED", "Connection", "Connections", "Sizes", "Slot", "Unit", "cell_size",
    "connections", "shown_of", "slots_of", "units_of",
]  # fmt: skip


class Sizes(NamedTuple):
    """Sizes in points: of a unit, between units, between columns, of an image."""

    diameter: float
    pitch: float
    gap: float
    side: float


DETAILED = Sizes(diameter=47.5, pitch=97.2, gap=259.2, side=62.0)
COMPACT = Sizes(diameter=28.8, pitch=36.0, gap=151.2, side=28.8)


class Unit(NamedTuple):
    """Which unit of which column."""

    column: int
    unit: int


class Connection(NamedTuple):
    """One edge between two units that are drawn."""

    source: Unit
    target: Unit
    weight: Weight


class Connections(NamedTuple):
    """All edges: to the next column (by the column they leave), past some, and to the next step."""

    between: dict[int, list[Connection]]
    crossing: list[Connection]
    back: list[Connection]


class Slot(NamedTuple):
    """A place in a column: a unit, or the dots that stand for several (``unit`` is None)."""

    unit: int | None
    hidden: int
    y: float


def connections(found: Architecture, units: dict[int, list[int]]) -> Connections:
    """The edges between units that are drawn; ``units`` lists those of each column."""
    every = Connections({}, [], [])
    for link in found.links:
        if link.source not in units or link.target not in units:
            continue
        before = {i for i in units[link.source] if i >= 0}
        lines = [
            Connection(Unit(link.source, i), Unit(link.target, j), weight)
            for j in units[link.target]
            if j >= 0
            for i, weight in link.into(j).items()
            if i in before
        ]
        if link.back:
            every.back.extend(lines)
        elif link.target == link.source + 1:
            every.between.setdefault(link.source, []).extend(lines)
        else:
            every.crossing.extend(lines)
    return every


def cell_size(kernel: Kernel) -> tuple[float, float]:
    """Width and height of one cell of a kernel: room for a number up to 3 × 3, else a colour."""
    rows, columns = len(kernel.rows), len(kernel.rows[0])
    return (36.0, 14.0) if rows <= 3 and columns <= 3 else (9.0, 9.0)


def slots_of(size: int, rows: list[int], pitch: float) -> list[Slot]:
    top = (len(rows) - 1) / 2 * pitch
    hidden = size - sum(unit >= 0 for unit in rows)
    return [
        Slot(unit if unit >= 0 else None, 0 if unit >= 0 else hidden, top - k * pitch)
        for k, unit in enumerate(rows)
    ]


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
