"""Which neurons and layers of a large network are left out of its drawing."""

from __future__ import annotations

__all__ = ["shown_of"]


def shown_of(count: int, most: int) -> list[int]:
    """Which of ``count`` are drawn: all, or the first and the last, with −1 for those between."""
    if count <= most:
        return list(range(count))
    first = (most + 1) // 2
    return [*range(first), -1, *range(count - (most - 1 - first), count)]
