"""Compiled operations where numbers end: zeros with a sign, infinities, nan, denormals, overflow."""

from __future__ import annotations

import itertools
import math
import warnings
from functools import reduce

import numpy as np
import pytest

from autograd import OPS, Value, compile, log, maximum, relu, sigmoid, where

EDGES = [0.0, -0.0, 0.5, 1.0, -1.0, 2.0, -3.5, 36.0, 720.0, -720.0, 1e-310, -1e-310, 1e200, -1e200,
         math.inf, -math.inf, math.nan]  # fmt: skip
FUNCTIONS = {
    name: (op, op.arity)
    for name, op in OPS.items()
    if op.arity < 3 and name not in ("<", "<=", ">", ">=", "==", "round_to")
} | {
    **{f"**{n}": (lambda x, n=n: x**n, 1) for n in (-2, -1, -0.5, 0, 0.5, 1, 2, 3)},
    "log sigmoid": (lambda x: log(sigmoid(x)), 1),
    "maxima": (lambda a, b: reduce(maximum, [a, b, a * 2.0, b * 3.0]), 2),
}


def eager(function, point):
    """The value and the derivatives, node by node."""
    inputs = [Value(x) for x in point]
    y = function(*inputs)
    y.backward()
    return y.data, [x.grad for x in inputs]


def same(found, expected):
    if math.isnan(expected):
        return math.isnan(found)
    return found == expected or abs(found - expected) <= 1e-12 * max(abs(expected), 1e-300)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_programs_are_the_engine_at_the_edges(name):
    """Alone, and among others in a batch: one nan in it must not change what its neighbours get."""
    function, arity = FUNCTIONS[name]
    points = list(itertools.product(EDGES, repeat=arity))
    p = [Value(0.5) for _ in range(arity)]
    alone = compile(function(*p), p)
    batch = compile(lambda x: function(*x) + p[0] * 0.0, p, inputs=([0.3, 0.4][:arity],))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch.run(np.array(points))
        for point, among in zip(points, batch.outputs[0]):
            value, gradients = eager(function, point)
            alone.parameters[...] = np.array(point)[alone.order]
            (found,) = alone.run()
            assert same(found, value), point
            assert same(among, value), point
            for place, gradient in zip(alone.order, alone.gradients):
                if not math.isnan(value):
                    assert same(gradient, gradients[place]), point


@pytest.mark.parametrize("batch", [3, 5000])
def test_derivatives_of_a_batch_at_the_edges(batch):
    """The derivative by an input arrives at a parameter that is added to it."""
    w = Value(0.0)
    others = np.full(batch, 0.25)

    def derivative(function, x):
        program = compile(lambda x: function(x + w), [w], inputs=(0.3,))
        others[1] = 0.25
        program.run(others)
        rest = program.gradients[0]
        others[1] = x
        program.run(others)
        return program.gradients[0] * batch - rest * (batch - 1)

    assert math.isnan(derivative(relu, math.nan))  # a value that is nan has no slope
    assert derivative(relu, math.inf) == pytest.approx(1.0)
    assert derivative(relu, -math.inf) == pytest.approx(0.0, abs=1e-9)
    assert math.isnan(derivative(log, -1.0))
    assert derivative(log, 0.0) == math.inf
    assert derivative(lambda x: x**-1.0, 0.0) == -math.inf
    assert derivative(lambda x: x**-0.5, math.inf) == pytest.approx(0.0, abs=1e-9)
    assert derivative(sigmoid, -720.0) == pytest.approx(0.0, abs=1e-9)


def test_an_infinite_or_missing_number_of_one_sample_is_its_own():
    """Two weights, a batch of three: what one sample overflows to, no other one gets."""
    w = [Value(1.0), Value(2.0)]
    program = compile(lambda x: w[0] * x[0] + w[1] * x[1], w, inputs=([0.5, 0.25],))
    found = program.forward([[1.0, 1.0], [math.inf, 1.0], [math.nan, 0.0]])[0]
    assert found[:2].tolist() == [3.0, math.inf]
    assert math.isnan(found[2])


def test_the_branch_that_was_not_taken_contributes_nothing_even_where_it_has_no_slope():
    w = Value(1.0)
    for size in (1, 3, 5000):
        program = compile(
            lambda x: where(x > 0.0, log(w * x), w * x) * 2.0, [w], inputs=(0.5,)
        )  # by w: 2 · x/(w·x) = 2, else 2·x
        program.run(np.full(size, -1.0))
        assert program.gradients[0] == pytest.approx(-2.0)
        program.run(np.zeros(size))
        assert program.gradients[0] == 0.0
        program.run(np.full(size, 4.0))
        assert program.gradients[0] == pytest.approx(2.0)


@pytest.mark.parametrize("engine", ["numpy", "python"])
@pytest.mark.parametrize("huge", [math.inf, math.nan, 1.0])
def test_the_branch_not_taken_gets_nothing_of_an_infinite_gradient(engine, huge):
    """As where nothing is compiled: 0, not 0 · ∞; the condition, which has no derivative, neither."""

    def f(a, b, c):
        return where(c < 0.5, a * 1.0, b * 1.0) * huge

    values = [Value(1.0), Value(2.0), Value(0.3)]
    f(*values).backward()
    eager = [v.grad for v in values]
    assert eager[1:] == [0.0, 0.0]
    a, b, c = values
    program = compile(lambda x: f(a, b, c * x), values, inputs=(1.0,), check=False, engine=engine)
    for batch in (1, 9):
        program.run([1.0] * batch)
        found = program.gradients[np.argsort(program.order)]
        np.testing.assert_allclose(found, eager, rtol=1e-15, atol=0.0)
