"""Python's search for cycles, put off while a graph only grows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["growing"]


@contextmanager
def growing() -> Iterator[None]:
    """No search for cycles within: it would go through every node again and again, and find none.

    >>> import gc
    >>> with growing():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    before = gc.isenabled()
    try:
        try:
            gc.disable()
            yield
        finally:
            if before:
                gc.enable()
    finally:  # once more, where an interrupt fell into the lines above
        if before:
            gc.enable()
