"""Random expression graphs: every way to a derivative leads to the same numbers."""

from __future__ import annotations

import cmath
import math
import random
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import (
    Value,
    grad,
    hessian,
    jvp,
    maximum,
    minimum,
    numerical_gradient,
    topological_order,
    where,
)

# Each operation on Values, and again on complex numbers: smooth, and bounded enough to stay finite.
SMOOTH: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (lambda x, y: x + y, lambda x, y: x + y),
    "sub": (lambda x, y: x - y, lambda x, y: x - y),
    "mul": (lambda x, y: x * y, lambda x, y: x * y),
    "div": (lambda x, y: x / (1 + y * y), lambda x, y: x / (1 + y * y)),
    "reflected": (lambda x, y: 2 - x, lambda x, y: 2 - x),
    "scaled": (lambda x, y: -0.5 * x + 1, lambda x, y: -0.5 * x + 1),
    "tanh": (lambda x, y: x.tanh(), lambda x, y: cmath.tanh(x)),
    "sin": (lambda x, y: x.sin(), lambda x, y: cmath.sin(x)),
    "cos": (lambda x, y: x.cos(), lambda x, y: cmath.cos(x)),
    "atan": (lambda x, y: x.atan(), lambda x, y: cmath.atan(x)),
    "sigmoid": (lambda x, y: x.sigmoid(), lambda x, y: 1 / (1 + cmath.exp(-x))),
    "softplus": (lambda x, y: x.softplus(), lambda x, y: cmath.log(1 + cmath.exp(x))),
    "silu": (lambda x, y: x.silu(), lambda x, y: x / (1 + cmath.exp(-x))),
    "exp": (lambda x, y: x.tanh().exp(), lambda x, y: cmath.exp(cmath.tanh(x))),
    "log": (lambda x, y: (x * x + 1).log(), lambda x, y: cmath.log(x * x + 1)),
    "sqrt": (lambda x, y: (x**2 + 1).sqrt(), lambda x, y: cmath.sqrt(x**2 + 1)),
    "pow": (lambda x, y: (x * x + 1) ** y.tanh(), lambda x, y: (x * x + 1) ** cmath.tanh(y)),
    "base": (lambda x, y: 1.5 ** x.sin(), lambda x, y: 1.5 ** cmath.sin(x)),
}
KINKED: dict[str, Callable[..., Any]] = {
    "relu": lambda x, y: x.relu(),
    "leaky": lambda x, y: x.leaky_relu(0.1),
    "elu": lambda x, y: x.elu(),
    "abs": lambda x, y: abs(x),
    "max": maximum,
    "min": minimum,
    "bound": lambda x, y: maximum(x, 0.25),
    "where": lambda x, y: where(x > y, x * y, x - y),
}
# How far the inputs are from the kink. Of two that are one value neither is ever ahead.
DISTANCES: dict[str, Callable[[float, float], float]] = {
    **dict.fromkeys(("relu", "leaky", "elu", "abs"), lambda x, y: x),
    **dict.fromkeys(("max", "min", "where"), lambda x, y: x - y),
    "bound": lambda x, y: x - 0.25,
}


class Program(NamedTuple):
    """A graph to be: each step applies an operation to two numbers found before it."""

    at: list[float]
    steps: list[tuple[str, int, int]]

    def __call__(self, xs: Sequence[Any], on: Callable[[str], Callable[..., Any]]) -> Any:
        numbers = list(xs)
        for name, i, j in self.steps:
            numbers.append(on(name)(numbers[i % len(numbers)], numbers[j % len(numbers)]))
        return numbers[-1]

    def shuffled(self, xs: Sequence[Any], seed: int) -> Any:
        """The same graph, its steps run in another order that the graph allows."""
        count = len(xs)
        needs = [{i % (count + k), j % (count + k)} for k, (_, i, j) in enumerate(self.steps)]
        done: dict[int, Any] = dict(enumerate(xs))
        waiting = list(range(len(self.steps)))
        choose = random.Random(seed)
        while waiting:
            ready = [k for k in waiting if needs[k] <= set(done)]
            k = choose.choice(ready)
            name, i, j = self.steps[k]
            done[count + k] = values(name)(done[i % (count + k)], done[j % (count + k)])
            waiting.remove(k)
        return done[count + len(self.steps) - 1]


def values(name: str) -> Callable[..., Any]:
    return SMOOTH[name][0] if name in SMOOTH else KINKED[name]


def away_from_kinks(name: str) -> Callable[..., Any]:
    """The operation, where it is smooth. Kinks can cancel in what is computed from them, as that of
    min(x, relu(x)) at 0, and the function shows none; its derivative by the rules is still a choice."""

    def operation(x: Value, y: Value) -> Value:
        if name in DISTANCES and not (x is y and name in ("max", "min", "where")):
            assume(abs(DISTANCES[name](x.data, y.data)) > 1e-3)
        return values(name)(x, y)

    return operation


def complexes(name: str) -> Callable[..., Any]:
    return SMOOTH[name][1]


def programs(names: Sequence[str], steps: int = 25) -> st.SearchStrategy[Program]:
    place = st.integers(0, 10**6)
    return st.builds(
        Program,
        st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=1, max_size=4),
        st.lists(st.tuples(st.sampled_from(list(names)), place, place), min_size=1, max_size=steps),
    )


def close(found: Any, expected: Any, rel: float = 1e-9) -> bool:
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    scale = max(1.0, float(np.abs(expected).max()))
    assume(scale < 1e9)  # products of products may still grow; then digits are lost by every way
    return bool(np.abs(found - expected).max() <= rel * scale)


@given(programs(list(SMOOTH)))
@settings(max_examples=150)
def test_reverse_forward_and_complex_step_agree(program: Program) -> None:
    leaves = [Value(x) for x in program.at]
    root = program(leaves, values)
    root.backward()
    reverse = [leaf.grad for leaf in leaves]

    def f(*xs: Any) -> Any:
        return program(xs, values)

    n = len(leaves)
    forward = [jvp(f, program.at, [float(i == j) for j in range(n)])[1] for i in range(n)]
    assert close(forward, reverse, 1e-12)
    assert close(grad(f, tuple(range(n)))(*program.at), reverse, 1e-12)
    # Squire & Trapp, Using complex variables to estimate derivatives of real functions (1998).
    step = 1e-30
    for i in range(n):
        moved = [complex(x, step * (i == j)) for j, x in enumerate(program.at)]
        assert close(reverse[i], complex(program(moved, complexes)).imag / step)


@given(programs(list(SMOOTH), steps=12))
@settings(max_examples=60)
def test_second_derivatives_are_symmetric_and_those_of_the_gradient(program: Program) -> None:
    def f(xs: Any) -> Any:
        return program(xs, values)

    H = np.array(hessian(f)(program.at))
    assert close(H, H.T)
    n = len(program.at)
    rows = [grad(lambda xs, i=i: grad(f)(xs)[i])(program.at) for i in range(n)]
    assert close(rows, H)  # reverse over reverse, and hessian() is forward over reverse
    slope = numerical_gradient(lambda *xs: grad(f)([x.data for x in xs])[0], program.at)
    assert close(slope, H[0], 1e-4)


@given(programs([*SMOOTH, *KINKED]))
@settings(max_examples=100)
def test_kinks_apart_gradients_are_central_differences(program: Program) -> None:
    def f(*xs: Any) -> Any:
        return program(xs, values)

    leaves = [Value(x) for x in program.at]
    program(leaves, away_from_kinks).backward()
    found = [leaf.grad for leaf in leaves]
    near = numerical_gradient(f, program.at, eps=1e-6)
    nearer = numerical_gradient(f, program.at, eps=2.5e-7)
    assume(close(near, nearer, 1e-5))  # no kink in reach of a steep slope
    assert close(found, near, 1e-4)


@given(programs([*SMOOTH, *KINKED]), st.integers(0, 2**32))
@settings(max_examples=100)
def test_results_do_not_depend_on_the_order_of_building(program: Program, seed: int) -> None:
    first, second = ([Value(x) for x in program.at] for _ in range(2))
    a, b = program(first, values), program.shuffled(second, seed)
    a.backward()
    b.backward()
    assert repr(a.data) == repr(b.data)  # to the last bit, nan included
    assert [repr(x.grad) for x in first] == [repr(x.grad) for x in second]
    assert [repr(x.grad) for x in topological_order(a)] == [
        repr(x.grad) for x in topological_order(b)
    ]


@given(programs(list(SMOOTH)))
@settings(max_examples=30)
def test_a_second_pass_doubles_the_leaves_and_nothing_else(program: Program) -> None:
    leaves = [Value(x) for x in program.at]
    root = program(leaves, values)
    assume(root.parents)
    order = topological_order(root)
    root.backward()
    once = {node: node.grad for node in order}
    assume(all(map(math.isfinite, once.values())))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this is a second pass
        root.backward()
    assert all(node.grad == once[node] for node in order if node.parents)
    inputs = [node for node in order if not node.parents]
    assert close([node.grad for node in inputs], [2 * once[node] for node in inputs], 1e-12)
