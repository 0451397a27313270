"""Call a function on traced inputs, and refuse what a trace cannot hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from autograd.compiler.errors import TraceError, explained, refuse
from autograd.compiler.read.arrays import Array, Graph, lift
from autograd.compiler.select import Index, detached
from autograd.derivatives.nested import shaped
from autograd.modes import tracing, watching
from autograd.restored import restored
from autograd.value import Value

__all__ = ["MOVES", "Example", "agree", "outputs_of", "retrace", "trace"]


_BOOLS = ": give 1.0 for what is calculated with, as in a condition, 1 for what selects"


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
                    f"length, not {argument!r:.60}{_BOOLS if array.dtype.kind == 'b' else ''}"
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
                inputs.append([*flat])  # the function may change its list
            given.append(shaped(flat, shape))
        return given, inputs

    def moved(self, move: Move) -> Example:
        """An example of the same shape and kind with other numbers."""
        other = Example([])
        other.shapes, other.selects = self.shapes, self.selects
        other.numbers = [
            np.maximum(numbers - 1, 0) if selects else move(numbers)
            for numbers, selects in zip(self.numbers, self.selects)
        ]
        return other


Move: TypeAlias = Callable[[Array], Array]  # [numbers] to as many others; none of them stays


def near(x: Array) -> Array:
    """A little towards 1/2, and across it: what lies in [0, 1] stays there, positive stays positive."""
    step = (1.0 + np.abs(x)) / 16.0 * _uneven(x)
    return np.where(x < 0.5, x + step, x - step)


def opposite(x: Array) -> Array:
    """To the other side of 0."""
    step = (1.0 + np.abs(x)) * 4.0 * _uneven(x)
    return np.where(x < 0.0, step - x, -step - x)


def far(x: Array) -> Array:
    """A long way out, on the same side of 0."""
    step = (1.0 + np.abs(x)) * 8.0 * _uneven(x)
    return np.where(x < 0.0, x - step, x + step)


def _uneven(x: Array) -> Array:
    """Factors between 1/2 and 1, so that differences and ratios of numbers do not stay as they are."""
    fraction: Array = np.arange(1, x.size + 1) * 0.6180339887498949 % 1.0
    return 0.5 + 0.5 * fraction


# What the parameters and the inputs do in each further trace. The last two may leave the domain.
MOVES = ((near, near), (opposite, far), (far, opposite))


def trace(
    function: Callable[..., Any], example: Example, parameters: Iterable[Value]
) -> tuple[Outputs, list[list[Value]]]:
    """The outputs of ``function`` on an example, and the inputs by argument."""
    given, inputs = example.leaves()
    watched = {*parameters, *(x for argument in inputs for x in argument)}

    def peek(value: Value) -> None:
        if value in watched or value.parents:
            refuse(value)

    with tracing(peek, detached):
        try:
            result = function(*given)
        except (IndexError, TypeError) as error:
            if (told := explained(error)) is error:
                raise
            raise told from error
        return outputs_of(result, "a traced function returns"), inputs


def retrace(
    function: Callable[..., Any], example: Example, parameters: Sequence[Value], graph: Graph
) -> None:
    """Trace again with other inputs and other parameters, and compare.

    Raises:
        TraceError: if a number of the example or of a parameter is part of the program.
    """
    data = np.array([p.data for p in parameters])
    for number, (move, move_inputs) in enumerate(MOVES):
        try:
            with restored(parameters, "data"), watching(_at_most(8 * len(graph) + 1000)):
                for p, moved in zip(parameters, move(data).tolist()):
                    p.data = moved
                roots, arguments = trace(function, example.moved(move_inputs), parameters)
        except TraceError:
            raise
        except Exception:
            if number:
                continue  # a function may refuse what lies outside of its domain
            raise
        agree(graph, lift(roots, parameters, arguments))


def _at_most(count: int) -> Callable[[Value], None]:
    """Watches a trace that could go on for ever, where a loop asks for a number."""
    made = itertools.count()

    def watch(_: Value) -> None:
        if next(made) > count:
            raise TraceError(_LENGTH.format(first="so many", second=f"over {count}"))

    return watch


class Outputs(list[Value]):
    """Values that are computed, the loss first; `names` are those of a dict, none for other results."""

    names: Sequence[str] = ()


def outputs_of(result: Any, taken: str = "compile() takes") -> Outputs:
    """A Value, or the Values in (nested) lists and dicts, as a flat list; ``taken`` begins errors."""
    found = Outputs()
    stack = [result]
    while stack:
        x = stack.pop()
        if isinstance(x, Value):
            found.append(x)
        elif isinstance(x, np.ndarray) and x.dtype == object:
            stack.extend(reversed(x.ravel().tolist()))
        elif isinstance(x, (list, tuple)) and len(x):
            stack.extend(reversed(x))
        elif isinstance(x, Mapping) and len(x):  # the loss first, as in a list
            stack.extend(reversed(list(x.values())))
        elif isinstance(x, (int, float)) and not isinstance(x, bool) and found:
            found.append(Value(x))
        else:
            raise TypeError(f"{taken} a Value or a list of Values, not {x!r:.60}")
    if isinstance(result, Mapping) and len(result) == len(found):
        found.names = [str(name) for name in result]
    return found


_LENGTH = (
    "traced with two examples the function makes {first} and {second} nodes: a branch or a length "
    "depends on the numbers, or on what the function kept from the call before. Use where(condition, "
    "a, b), inputs of one length, and nothing that outlives the call"
)
_DIFFERS = "traced with two examples the function differs: "


def agree(first: Graph, second: Graph) -> None:
    """Raise unless two traces of one function are the same program.

    Raises:
        TraceError: naming the first node that differs.
    """
    if len(first) != len(second):
        raise TraceError(_LENGTH.format(first=len(first), second=len(second)))
    live = ~first.constant
    for a, b in ((first.code, second.code), (first.a, second.a), (first.b, second.b)):
        for i in np.flatnonzero(live & (a != b)).tolist():
            names = [graph.values[i].op or "an input" for graph in (first, second)]
            raise TraceError(
                f"{_DIFFERS}node {i} is '{names[0]}' in one and '{names[1]}' in the other"
            )
    for a, b in ((first.ca, second.ca), (first.cb, second.cb)):
        for i in np.flatnonzero(live & ~_same(a, b)).tolist():
            raise TraceError(_frozen(f"'{first.values[i].op}' uses the constant", a[i], b[i]))
    for i, operands in first.more.items():
        _agree_on_choice(first.values[i].op, operands, second.more.get(i, ()))
    _agree_on_ends(first, second)


def _same(a: Any, b: Any) -> Any:
    return (a == b) | ((a != a) & (b != b))


def _frozen(what: str, one: float, other: float) -> str:
    return (
        f"{_DIFFERS}{what} {one:g} in one and {other:g} in the other: the number was taken from .data, "
        "drawn at random, or kept from the call before, and would be frozen. Compute with the Values "
        "themselves, or make it an input"
    )


def _agree_on_choice(op: str, operands: Sequence[Any], others: Sequence[Any]) -> None:
    for x, y in itertools.zip_longest(operands, others):
        if type(x) is float and type(y) is float:
            if not _same(x, y):
                raise TraceError(_frozen(f"'{op}' chooses the constant", x, y))
        elif type(x) is Index and type(y) is Index:
            if (x.argument, x.column) != (y.argument, y.column):
                raise TraceError(f"{_DIFFERS}'{op}' is told by another input what to choose")
        elif type(x) is not type(y) or x != y:
            raise TraceError(f"{_DIFFERS}'{op}' chooses between other values")


def _agree_on_ends(first: Graph, second: Graph) -> None:
    """Where parameters and inputs stand, and what comes out."""
    leaves = [(graph.parameters, *graph.inputs) for graph in (first, second)]
    if first.roots != second.roots or not all(map(np.array_equal, *leaves)):
        raise TraceError(
            f"{_DIFFERS}another parameter, input or output stands in the same place: a branch depends "
            "on the numbers. Use where(condition, a, b), or select(values, index)"
        )
    for root in first.roots:
        one, other = first.data[root], second.data[root]
        if first.constant[root] and not _same(one, other):
            raise TraceError(_frozen("an output is the constant", one, other))
