"""What compiling refuses, and why."""

from __future__ import annotations

__all__ = ["TraceError"]


class TraceError(TypeError):
    """The program would depend on something that a trace cannot hold, like a branch taken once.

    The message says what was met and what to write instead.
    """
