"""The exercise: small programs, the simple before the complex, each about one operation or one habit.

A program is Python that a learner can paste: its first line makes the leaves. What is right is not
written here: a `twin` without bugs says it, and the tests hold that against `autograd.Value`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from autograd.by_hand.engine.exercise.habit_programs import HABITS, LARGE
from autograd.by_hand.engine.exercise.operations import METHODS, OPERATIONS, Operation
from autograd.by_hand.engine.exercise.order_programs import BARE, ORDER
from autograd.by_hand.engine.exercise.program import Program

__all__ = ["programs"]


def programs(has: dict[str, str]) -> Iterator[Program]:
    """The exercise for an engine, the simple programs first.

    Args:
        has: for each method of `OPERATIONS` (and ``zero_grad``, ``__lt__`` …) that the class has,
            what it is called.
    """
    known = [operation for operation in OPERATIONS if operation.method in has]
    every = [BARE]
    for kind in (_value, _chain, _reuse):
        every += [program for operation in known for program in kind(operation, has)]
    for program in (*every, *ORDER, *HABITS, *LARGE):
        needed = {METHODS[key].method for key in program.needs} | {program.key.split()[0]}
        if needed <= {*has, "backward"}:
            yield program


def _leaves(names: Collection[str], numbers: Collection[float]) -> str:
    return f"{', '.join(names)} = {', '.join(f'Value({x})' for x in numbers)}"


def _written(operation: Operation, has: dict[str, str]) -> str:
    return operation.expression.replace(f".{operation.method}(", f".{has[operation.method]}(")


def _value(operation: Operation, has: dict[str, str]) -> Iterator[Program]:
    for point in operation.points:
        names = ("a", "b")[: len(point)]
        written = _written(operation, has)
        source = f"{_leaves(names, point)}\nc = {written}\nc.backward()"
        if not operation.row:
            low, high = (
                written.replace("a.", f"Value({x}).") for x in (point[0] - 1e-3, point[0] + 1e-3)
            )
            source += f"\nlow, high = {low}, {high}"
        yield Program(source, operation.key, names, purpose="value" if operation.row else "slope")


def _chain(operation: Operation, has: dict[str, str]) -> Iterator[Program]:
    if operation.row:
        point = operation.points[0]
        names = ("a", "b")[: len(point)]
        leaves = _leaves((*names, "w"), (*point, -7.0))
        source = f"{leaves}\nc = {_written(operation, has)}\nd = c * w\nd.backward()"
        yield Program(source, operation.key, (*names, "w"), ("__mul__",), purpose="chain")


def _reuse(operation: Operation, has: dict[str, str]) -> Iterator[Program]:
    if not operation.row:
        return
    point = operation.points[0]
    names, written = ("a", "b")[: len(point)], _written(operation, has)
    if len(point) == 2:
        source = f"{_leaves('a', point[:1])}\nb = {written.replace('b', 'a')}\nb.backward()"
        yield Program(source, operation.key, ("a",), purpose="reuse")
    source = f"{_leaves(names, point)}\nc = {written}\nd = {written}\ne = c + d\ne.backward()"
    yield Program(source, operation.key, names, ("__add__",), purpose="reuse")
