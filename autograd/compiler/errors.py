"""What compiling refuses, and why."""

from __future__ import annotations

from typing import NoReturn

from autograd.ops import OPS, Binding
from autograd.value import Value

__all__ = ["TraceError", "explained", "refuse"]


class TraceError(TypeError):
    """The program would depend on something that a trace cannot hold, like a branch taken once.

    The message says what was met and what to write instead.

    >>> from autograd import compile
    >>> try:
    ...     compile(lambda x: x[0] if x[0] > 0 else -x[0], [], [1.0])
    ... except TraceError as error:
    ...     print("Use" + str(error).partition("Use")[2].partition(", and")[0])
    Use where(condition, a, b), maximum, minimum, clamp, relu or abs from autograd instead
    """


def refuse(value: Value) -> NoReturn:
    """Say what to write where a traced function asked for the number of a Value.

    Raises:
        TraceError: always.
    """
    op = OPS.get(value.op)
    if op is not None and op.binds == Binding.COMPARISON:
        met, besides = (
            "an if, and, or, not, max, min, sorted or bool",
            "join conditions with &, | and ~",
        )
    else:
        met, besides = "float, int, bool or a function of math", "exp(x), not math.exp(x)"
    what = f"the result of '{value.op}'" if value.op else value.label or "an input"
    raise TraceError(
        f"the function looks at the number in {what} while it is traced ({met}): what that decides "
        "would be frozen into the program. Use where(condition, a, b), maximum, minimum, clamp, relu "
        f"or abs from autograd instead, and {besides}"
    )


def explained(error: Exception) -> Exception:
    """What Python says of an index in a traced function and what to write; other errors as they are."""
    text = str(error)
    if text.startswith("list indices must be integers or slices, not tuple"):
        return TypeError(
            f"{text}: an argument of several dimensions is a list of lists of Values. Write x[i][j], "
            "or numpy.array(x)[i, j]"
        )
    if text.startswith("list indices must be integers or slices, not Value"):
        return TypeError(
            f"{text}: give a whole number as the example, which selects, and write "
            "select(values, index)"
        )
    if isinstance(error, IndexError) and text.startswith("only integers, slices"):
        return TraceError(
            f"{text}: a whole number given to a traced function selects. Write select(values, index), "
            "not array[index]"
        )
    return error
