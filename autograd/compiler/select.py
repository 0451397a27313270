"""What only a traced graph holds: values chosen by whole numbers, and values without gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograd.compiler.errors import TraceError
from autograd.modes import observed, special
from autograd.ops import Op
from autograd.value import Value

__all__ = ["DETACH", "SELECT", "Index", "Selection", "detached", "select"]


def _refused(x: Any, y: Any) -> NoReturn:
    raise TraceError(
        "grad() of select() inside a compiled function would follow the example's index alone: give "
        "the choice as a list of 0.0 and 1.0, and write dot(choice, values)"
    )


SELECT = Op("select", "select", "x[i]", lambda x: x, np.positive, (_refused,))
DETACH = Op(
    "detach", "detach", "x, without gradient", lambda x: x, np.positive, (lambda x, y: 0.0,)
)


def detached(x: Value) -> Value:
    """``x`` without gradient, that goes on following what ``x`` is made of."""
    out = Value(x.data)
    out._a, out._how = x, DETACH
    return out


class Index:
    """A whole number given to a traced function: it selects, and nothing else."""

    __slots__ = ("argument", "column", "number")

    def __init__(self, number: int, argument: int, column: int) -> None:
        self.number, self.argument, self.column = number, argument, column

    def __repr__(self) -> str:
        return f"Index({self.number})"

    def _refuse(self, *_: Any) -> NoReturn:
        raise TraceError(
            f"a whole number given to a traced function selects: write select(values, index), not "
            f"values[index]; to calculate with it, give {float(self.number)} as the example"
        )

    __index__ = __int__ = __float__ = __bool__ = __hash__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _refuse
    __rtruediv__ = __pow__ = __rpow__ = __mod__ = __rmod__ = __floordiv__ = __neg__ = _refuse


@dataclass(frozen=True, slots=True)
class Selection:
    """What `select` chose from; it stands in the empty slot of its node."""

    index: Index
    candidates: tuple[Value, ...]


def select(values: Sequence[Any], index: Any) -> Any:
    """``values[index]``, also where ``index`` is an input of a compiled program.

    Args:
        values: numbers or Values, or rows of them (lists, all of one shape).
        index: a whole number, 0 to ``len(values) - 1``.

    Raises:
        IndexError: if there is no such value.

    >>> select([[1.0, 2.0], [3.0, 4.0]], 1)
    [3.0, 4.0]
    """
    if not isinstance(index, Index):
        if not (isinstance(index, (int, float, np.integer, np.floating)) and index == int(index)):
            raise TypeError(
                f"select() takes a whole number, not {type(index).__name__} ({index!r})"
            )
        if not 0 <= index < len(values):
            raise IndexError(
                f"select() from {len(values)} values: 0 to {len(values) - 1}, not {index}"
            )
        return values[int(index)]
    if not 0 <= index.number < len(values):
        raise IndexError(
            f"select() from {len(values)} values: 0 to {len(values) - 1}, not {index.number}"
        )
    first = values[0]
    if isinstance(first, (list, tuple)):
        if any(len(row) != len(first) for row in values):
            raise ValueError("select() takes rows of equal length")
        return [select(column, index) for column in zip(*values)]
    candidates = tuple(x if type(x) is Value else Value(x) for x in values)
    chosen = candidates[index.number]
    out = Value(chosen.data)
    out._a, out._da, out._db, out._how = chosen, 1.0, Selection(index, candidates), SELECT
    return observed(out) if special else out
