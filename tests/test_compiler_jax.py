"""The exported function beside the program it came from, and what JAX does with it."""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from test_compiler_backward import close, program_of

import autograd
import nn
from autograd import OPS, Value, compile, log, maximum, select, tanh, where
from autograd.ops import Op

jax = pytest.importorskip("jax", reason="needs JAX: pip install jax")
jax.config.update("jax_enable_x64", True)

EDGES = [0.0, -0.0, 0.5, 1.0, -1.0, -3.5, 1000.0, -1000.0, math.inf, -math.inf, math.nan]
RNG = np.random.default_rng


def agree(program, *arrays):
    means = program.run(*arrays)
    function = program.to_jax()
    found, gradient = function.value_and_grad(function.weights, *arrays)
    np.testing.assert_allclose(found, means, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient, program.gradients, rtol=1e-10, atol=1e-12)
    return function


def network():
    model = nn.MLP(4, [5, 3], activation="gelu", rng=1)
    return compile(
        lambda x, y: nn.cross_entropy(model(x), y) + 0.1 * sum(p * p for p in model.parameters()),
        model, inputs=(np.zeros(4), 0),
    )  # fmt: skip


def test_networks():
    agree(network(), RNG(0).normal(size=(5, 4)), RNG(1).integers(0, 3, 5))
    memory, out = nn.LSTM(2, 3, rng=0), nn.MLP(3, [1], rng=1)
    program = compile(
        lambda xs, y: (out(memory(xs)[0][-1]) - y) ** 2,
        memory.parameters() + out.parameters(), inputs=(np.zeros((4, 2)), 0.0),
    )  # fmt: skip
    agree(program, RNG(0).normal(size=(3, 4, 2)), RNG(1).normal(size=3))


def test_a_convolution_ties_and_a_table():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, rng=0), nn.MaxPool2d(2), nn.Flatten())
    table = [[Value(0.3 * i - 0.2 * j) for j in range(8)] for i in range(3)]
    parameters = model.parameters() + [v for row in table for v in row]
    program = compile(
        lambda x, i: sum(a * tanh(b) for a, b in zip(model(x), select(table, i))),
        parameters, inputs=(np.zeros((1, 4, 4)), 1),
    )  # fmt: skip
    x = RNG(0).integers(0, 2, (5, 1, 4, 4)).astype(float)  # whole numbers: maxima that tie
    agree(program, x, np.array([0, 2, 2, 1, 0]))


@pytest.mark.parametrize("first", [0, pytest.param(3, marks=pytest.mark.slow)])
def test_random_programs(first):
    for seed in range(first, 4 * first + 3):  # each is compiled by XLA
        program, given, loss, expected = program_of(seed)
        if math.isfinite(loss) and np.abs(expected).max() < 1e4:
            function = program.to_jax()
            _, gradient = function.value_and_grad(function.weights, *given)
            assert close(np.asarray(gradient), expected[program.order]), seed


@pytest.mark.slow  # each operation is compiled by XLA
@pytest.mark.parametrize(
    "name",
    [n for n, op in OPS.items() if op.arity < 3 and n not in ("round_to", "<", "==", "sinc_slope")],
)
def test_operations_at_the_edges(name):
    """Value and derivative of each operation are the program's."""
    op = OPS[name]
    points = np.array(list(itertools.product(EDGES, repeat=op.arity)))
    p = [Value(0.0) for _ in range(op.arity)]
    program = compile(
        lambda x: op(*[a + b for a, b in zip(x, p)]),
        p,
        inputs=([0.3, 0.4][: op.arity],),
        check=False,
    )
    function = program.to_jax()

    def both(weights, x):  # weights as an argument: else XLA would know that they are 0
        return function.value_and_grad(weights, x[None])

    (values,), gradients = jax.jit(jax.vmap(both, (None, 0)))(function.weights, points)
    for point, value, gradient in zip(points, values, gradients):
        (expected,) = program.run(point[None])
        np.testing.assert_allclose(value, expected, rtol=1e-11, atol=1e-16, err_msg=str(point))
        flushed = (
            name == "**" and point[1] == 0.0 and not abs(point[0]) > 0.0
        )  # XLA takes denormals for 0, and 0/0 for nan
        if not math.isnan(expected) and not flushed:
            np.testing.assert_allclose(
                gradient, program.gradients, rtol=1e-9, atol=1e-300, err_msg=str(point)
            )


def test_it_is_a_function_like_any_other():
    """By hand: d/dw of w·x² at 3 is 9, its derivative by w nothing; log's second slope is −1/w²."""
    w = Value(2.0)
    square = compile(lambda x: [w * x * x, w * w * x], [w], inputs=(1.0,)).to_jax()
    x = np.array([3.0])
    assert jax.grad(lambda v: square(v, x)[0].sum())(square.weights) == 9.0
    assert jax.grad(lambda v: square(v, x)[1].sum())(square.weights) == 12.0
    assert jax.grad(lambda v: sum(square(v, x)).sum())(square.weights) == 21.0
    assert jax.jit(square)(square.weights, x)[0] == 18.0
    many = jax.vmap(lambda v: square(v, x)[0])(np.array([[1.0], [2.0]]))
    assert many.ravel().tolist() == [9.0, 18.0]
    logarithm = compile(lambda x: log(w * x), [w], inputs=(1.0,)).to_jax()
    second = jax.hessian(lambda v: logarithm(v, x)[0].sum())(logarithm.weights)
    assert float(second[0, 0]) == pytest.approx(-0.25)


def test_the_slopes_of_sinc():
    """By NumPy's sinc: central differences; at 0 the second derivative is −π²/3."""
    w = Value(1.0)
    function = compile(lambda x: (w * x).sinc(), [w], inputs=(0.5,)).to_jax()
    for x in (0.3, -2.5, 40.0):
        slope = jax.grad(lambda v, x=x: function(v, np.array([x]))[0].sum())(function.weights)
        expected = (np.sinc(x * (1 + 1e-6)) - np.sinc(x * (1 - 1e-6))) / 2e-6
        assert float(slope[0]) == pytest.approx(expected, abs=1e-8)
    near = compile(lambda x: (w * x + w - 1.0).sinc(), [w], inputs=(0.5,)).to_jax()
    second = jax.hessian(lambda v: near(v, np.array([0.0]))[0].sum())(near.weights)
    assert float(second[0, 0]) == pytest.approx(-(math.pi**2) / 3)


def test_what_the_branch_not_taken_would_be_contributes_nothing():
    w = Value(1.0)
    function = compile(lambda x: where(x > 0.0, log(w * x), w * 3.0), [w], inputs=(5.0,)).to_jax()
    _, gradient = function.value_and_grad(function.weights, np.array([0.0]))
    assert gradient.tolist() == [3.0]


def test_ties_share():
    w = [Value(1.0), Value(2.0), Value(0.5)]

    def largest(x):
        products = [a * b for a, b in zip(w, x)]
        return maximum(maximum(products[0], products[1]), products[2]) ** 2

    program = compile(largest, w, inputs=([1.0, 0.3, 0.7],))
    agree(program, np.array([[2.0, 1.0, 4.0], [1.0, 0.5, 2.0], [0.0, 0.0, 0.0]]))


def test_refusals():
    function = network().to_jax()
    with pytest.raises(ValueError, match="takes 2 arrays, not 1"):
        function(function.weights, np.zeros((1, 4)))
    with pytest.raises(ValueError, match=r"argument 0 is an array \[batch, 4\], not \[1, 3\]"):
        function(function.weights, np.zeros((1, 3)), np.array([0]))
    with pytest.raises(TypeError, match="argument 1 selects: give whole numbers, not float64"):
        function(function.weights, np.zeros((1, 4)), np.array([0.0]))
    cube = Op("cube", "cube", "x³", lambda x: x**3, lambda x: x**3, (lambda x, y: 3.0 * x * x,))
    autograd.OPS["cube"] = cube
    try:
        w = Value(2.0)
        program = compile(lambda x: cube(w * x), [w], inputs=(0.5,))
        with pytest.raises(ValueError, match="no JAX function for the operation 'cube'"):
            program.to_jax()
    finally:
        del autograd.OPS["cube"]


def test_single_precision_needs_no_switch_and_double_says_which():
    w = Value(2.0)
    single = compile(lambda x: w * x, [w], inputs=(0.5,), dtype=np.float32)
    double = compile(lambda x: w * x, [w], inputs=(0.5,))
    jax.config.update("jax_enable_x64", False)
    try:
        assert single.to_jax()(np.float32([2.0]), np.float32([1.5]))[0].tolist() == [3.0]
        with pytest.raises(ValueError, match=r'jax.config.update\("jax_enable_x64", True\)'):
            double.to_jax()
    finally:
        jax.config.update("jax_enable_x64", True)


EIGHT_DEVICES = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
from test_compiler_jax import network
program, rng = network(), np.random.default_rng(0)
x, y = rng.normal(size=(32, 4)), rng.integers(0, 3, 32)
mesh = Mesh(np.array(jax.devices()), ("batch",))
assert mesh.size == 8
function = program.to_jax()
spread = [jax.device_put(a, NamedSharding(mesh, P("batch"))) for a in (x, y)]
weights = jax.device_put(function.weights, NamedSharding(mesh, P()))
step = jax.jit(lambda w, x, y: function.value_and_grad(w, x, y))
for _ in range(3):
    (means, gradient), expected = step(weights, *spread), program.run(x, y)
    assert len(spread[0].sharding.device_set) == 8
    np.testing.assert_allclose(means, expected, rtol=1e-12)
    np.testing.assert_allclose(gradient, program.gradients, rtol=1e-10, atol=1e-14)
    weights = weights - 0.1 * gradient
    program.parameters[...] -= 0.1 * program.gradients
print("eight devices agree with one")
"""


@pytest.mark.slow  # starts a JAX of its own
def test_eight_devices_agree_with_one():
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", EIGHT_DEVICES], capture_output=True, text=True, timeout=300,
        env=os.environ | flags | {"PYTHONPATH": path},
    )  # fmt: skip
    assert done.stdout == "eight devices agree with one\n", done.stderr
