"""Derivatives from differences of values: what everything else is checked against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

from autograd.derivatives.evaluation import Evaluation
from autograd.derivatives.nested import flatten, number_of, pack, unflatten
from autograd.modes import no_grad
from autograd.value import Value

__all__ = [
    "EPS",
    "central_difference",
    "evaluate",
    "numerical_derivative",
    "numerical_gradient",
    "step",
]

EPS = 6e-6  # the cube root of the machine epsilon: where truncation and rounding errors balance


def central_difference(f: Callable[[float], Any], x: float, eps: float = EPS) -> Any:
    """(f(x + h) − f(x − h)) / 2h with h = eps · max(1, |x|); its error is of the order h².

    Args:
        f: returns a number, or an array of them.

    >>> f"{central_difference(math.sin, 0.0):.9f}"
    '1.000000000'
    """
    h = step(x, eps)
    return (f(x + h) - f(x - h)) / ((x + h) - (x - h))


def step(x: float, eps: float) -> float:
    """How far to go from ``x``: ``eps``, in proportion to ``x`` where that is larger than 1."""
    return eps * max(1.0, abs(x)) if math.isfinite(x) else eps


def numerical_gradient(f: Callable[..., Any], inputs: Sequence[Any], eps: float = EPS) -> Any:
    """The gradient of ``f(*inputs)`` by central differences, without any derivative rule.

    Args:
        f: returns one number or Value.
        inputs: its arguments in a tuple or list: numbers, arrays, or lists, tuples, dicts of them.
        eps: the step, in proportion to the input where that is larger than 1.

    Returns:
        the gradient, nested like ``inputs``.

    Raises:
        TypeError: for what is no function, and inputs that are no numbers.

    >>> [round(g, 6) for g in numerical_gradient(lambda a, b: a * b**2, [3.0, 2.0])]
    [4.0, 12.0]
    """
    if not callable(f) or isinstance(inputs, (Value, Real)):
        raise TypeError(
            "numerical_gradient() takes a function and the list of its arguments: "
            "numerical_gradient(lambda a, b: a * b, [3.0, 2.0])"
        )
    numbers, nest = flatten(inputs, "numerical_gradient(): the inputs")
    numbers = [number_of(x) for x in numbers]

    def along(i: int) -> Callable[[float], float]:
        def g(x: float) -> float:
            moved = [Value(x if i == j else number) for j, number in enumerate(numbers)]
            with no_grad():
                return number_of(f(*unflatten(nest, lambda leaf: pack(moved, leaf))))

        return g

    gradient = [central_difference(along(i), x, eps) for i, x in enumerate(numbers)]
    return unflatten(nest, lambda leaf: pack(gradient, leaf))


def evaluate(root: Value, numbers: Mapping[Value, float]) -> float:
    """What ``root`` would be with other numbers in some of the nodes it was made from.

    The recorded operations run again; `where` keeps the branch it took. The graph is not changed.

    >>> a = Value(2.0)
    >>> evaluate(a * a + 1, {a: 3.0})
    10.0
    """
    return Evaluation(root).values(numbers)[-1]


def numerical_derivative(root: Value, by: Value, eps: float = EPS) -> float:
    """The derivative of a finished graph by one of its nodes, leaf or not, by central differences.

    Args:
        root: what is differentiated.
        by: by which node of its graph.
        eps: the step, in proportion to the number where that is larger than 1.

    >>> a, b = Value(2.0), Value(3.0)
    >>> product = a * b
    >>> loss = product**2 + a
    >>> [round(numerical_derivative(loss, by), 5) for by in (a, b, product)]
    [37.0, 24.0, 12.0]
    """
    evaluation = Evaluation(root)
    return float(central_difference(lambda x: evaluation.values({by: x})[-1], by.data, eps))
