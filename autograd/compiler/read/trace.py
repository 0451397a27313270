"""Call a function on traced inputs, and refuse what a trace cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import numpy as np

from autograd.compiler.errors import TraceError
from autograd.compiler.read.lift import Graph
from autograd.compiler.select import Index
from autograd.derivatives.nested import shaped
from autograd.modes import tracing
from autograd.value import Value

__all__ = ["Example", "agree", "outputs_of", "trace"]


class Example:
    """An example of the arguments of a function: numbers, or nested lists of them.

    Attributes:
        numbers: of each argument, flat.
        selects: for each argument, whether it holds whole numbers, which select.
    """

    def __init__(self, arguments: Sequence[Any]) -> None:
        self.shapes, self.numbers, self.selects = [], [], []
        for k, argument in enumerate(arguments):
            try:
                array = np.array(argument)
            except ValueError:
                array = np.array(None)
            if array.dtype.kind not in "iuf" or array.size == 0:
                raise TypeError(
                    f"argument {k} of the example is a number or a nested list of numbers of one "
                    f"length, not {argument!r:.60}"
                )
            self.shapes.append(array.shape)
            self.numbers.append(array.ravel())
            self.selects.append(array.dtype.kind in "iu")

    def leaves(self) -> tuple[list[Any], list[list[Value]]]:
        """Arguments for the function, and the Values among them by argument, flat."""
        given, inputs = [], []
        for k, (shape, numbers) in enumerate(zip(self.shapes, self.numbers)):
            flat: list[Any]
            if self.selects[k]:
                flat = [Index(n, k, column) for column, n in enumerate(numbers.tolist())]
                inputs.append([Value(0.0) for _ in flat])
            else:
                flat = [Value(x) for x in numbers.tolist()]
                inputs.append(flat)
            given.append(shaped(flat, shape))
        return given, inputs

    def another(self) -> Example:
        """An example of the same shape and kind with other numbers."""
        other = Example([])
        other.shapes, other.selects = self.shapes, self.selects
        other.numbers = [
            np.maximum(numbers - 1, 0) if selects else numbers * 0.875 + 0.0625
            for numbers, selects in zip(self.numbers, self.selects)
        ]
        return other


def trace(
    function: Callable[..., Any], example: Example, parameters: Iterable[Value]
) -> tuple[list[Value], list[list[Value]]]:
    """The outputs of ``function`` on an example, and the inputs by argument."""
    given, inputs = example.leaves()
    watched = {*parameters, *(x for argument in inputs for x in argument)}

    def peek(value: Value) -> None:
        if value in watched or value.parents:
            refuse(value)

    with tracing(peek):
        return outputs_of(function(*given)), inputs


def refuse(value: Value) -> NoReturn:
    what = f"the result of '{value.op}'" if value.op else f"{value.label or 'an input'!s}"
    raise TraceError(
        f"the function looks at the number in {what} while it is traced (an if, and, or, max, min, "
        "float, int or bool): one branch would be frozen into the program. Use where(condition, a, b), "
        "maximum, minimum, clamp, relu or abs from autograd instead"
    )


def outputs_of(result: Any) -> list[Value]:
    """A Value or a (nested) list of Values as a flat list."""
    found: list[Value] = []
    stack = [result]
    while stack:
        x = stack.pop()
        if isinstance(x, Value):
            found.append(x)
        elif isinstance(x, np.ndarray) and x.dtype == object:
            stack.extend(reversed(x.ravel().tolist()))
        elif isinstance(x, (list, tuple)) and len(x):
            stack.extend(reversed(x))
        elif isinstance(x, (int, float)) and not isinstance(x, bool) and found:
            found.append(Value(x))
        else:
            raise TypeError(f"compile() takes a Value or a list of Values, not {x!r:.60}")
    return found


def agree(first: Graph, second: Graph) -> None:
    """Raise unless two traces of one function are the same program.

    Raises:
        TraceError: naming the first node that differs.
    """
    if len(first) != len(second):
        raise TraceError(
            f"traced with two examples the function makes {len(first)} and {len(second)} nodes: a "
            "branch or a length depends on the numbers. Use where(condition, a, b), and inputs of one "
            "length"
        )
    live = ~first.constant
    for a, b in ((first.code, second.code), (first.a, second.a), (first.b, second.b),
                 (first.ca, second.ca), (first.cb, second.cb)):  # fmt: skip
        differ = live & (a != b) & ~((a != a) & (b != b))
        if differ.any():
            i = int(np.flatnonzero(differ)[0])
            what = first.values[i].op or "an input"
            if a.dtype.kind == "f":
                reason = (
                    f"'{what}' uses the constant {a[i]:g} in one and {b[i]:g} in the other: the "
                    "number was taken from .data, or drawn at random, and would be frozen. Compute "
                    "with the Values themselves, or make it an input"
                )
            else:
                reason = f"node {i} is '{what}' in one and '{second.values[i].op}' in the other"
            raise TraceError(f"traced with two examples the function differs: {reason}")
    for i, operands in first.more.items():
        others = second.more.get(i, ())
        same = len(operands) == len(others) and all(
            (type(x) is type(y) is Index and x.column == y.column) or x is y or x == y
            for x, y in zip(operands, others)
        )
        if not same:
            raise TraceError(
                f"traced with two examples the function differs: '{first.values[i].op}' chooses "
                "between other values"
            )
