"""What compiling refuses, and why."""

from __future__ import annotations

__all__ = ["TraceError"]


class TraceError(TypeError):
    """The program would depend on something that a trace cannot hold, like a branch taken once.

    The message says what was met and what to write instead.

    >>> from autograd import compile
    >>> try:
    ...     compile(lambda x: x[0] if x[0] > 0 else -x[0], [], [1.0])
    ... except TraceError as error:
    ...     print("Use" + str(error).partition("Use")[2])
    Use where(condition, a, b), maximum, minimum, clamp, relu or abs from autograd instead
    """
