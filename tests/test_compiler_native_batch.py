"""The batch of a finished graph as samples of machine code, beside the NumPy replay of the graph."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import nn
from autograd import Value, compile, exp, log, maximum, sigmoid, tanh

pytest.importorskip("llvmlite", reason='needs LLVM: pip install "chainrule[native]"')

RNG = np.random.default_rng


def agree(loss, params, as_samples=True, steps=3):
    """Run a finished graph on both engines; whether the positions were found is as expected."""
    native, numpy = (compile(loss, params, engine=engine) for engine in ("native", "numpy"))
    assert ("positions as samples" in repr(native)) == as_samples
    for _ in range(steps):
        np.testing.assert_allclose(native.run(), numpy.run(), rtol=1e-12)
        scale = max(1.0, np.abs(numpy.gradients).max())
        np.testing.assert_allclose(
            native.gradients / scale, numpy.gradients / scale, rtol=1e-12, atol=1e-12
        )
        for one, other in zip(native.outputs, numpy.outputs):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        for one, other in zip(native.forward(), numpy.forward()):
            np.testing.assert_allclose(one, other, rtol=1e-12)
        for program in (native, numpy):
            program.parameters[...] -= 0.05 * numpy.gradients
    return native


def points(count, size, seed=0):
    return RNG(seed).normal(size=(count, size)).tolist()


def test_micrograds_demo():
    """Hinge and L2 over 100 samples: the loss of its notebook."""
    model = nn.MLP(2, [16, 16, 1], activation="relu", rng=0)
    x = points(100, 2)
    y = [1.0 if a * b > 0 else -1.0 for a, b in x]
    losses = [(1 + -yi * model(xi)).relu() for xi, yi in zip(x, y)]
    loss = sum(losses) * (1.0 / 100) + 1e-4 * sum(p * p for p in model.parameters())
    program = agree(loss, model)
    assert "100 positions as samples" in repr(program)


@pytest.mark.parametrize("count", [8, 9, 33])
def test_losses(count):
    x, y = points(count, 3), RNG(1).normal(size=count).tolist()
    model = nn.MLP(3, [5, 1], activation="tanh", rng=0)
    agree(sum((model(xi) - yi) ** 2 for xi, yi in zip(x, y)) / count, model)
    classes = nn.MLP(3, [5, 4], activation="tanh", rng=0)
    labels = RNG(2).integers(0, 4, count).tolist()
    agree(sum(nn.cross_entropy(classes(xi), c) for xi, c in zip(x, labels)) / count, classes)
    weights = [1.0 + i / count for i in range(count)]
    agree(
        sum(w * abs(model(xi) - yi) for w, xi, yi in zip(weights, x, y)) + model.parameters()[0].exp(),
        model,
    )  # fmt: skip


def test_regressions_and_tables():
    count = 20
    x, y = points(count, 6), RNG(1).normal(size=count).tolist()
    w, b = [Value(v) for v in RNG(2).normal(size=6).tolist()], Value(0.3)
    scores = [sum((wi * v for wi, v in zip(w, xi)), b) for xi in x]
    agree(sum(log(1.0 + exp(-s * (1.0 if yi > 0 else -1.0))) for s, yi in zip(scores, y)), [*w, b])
    agree(sum((s - yi) ** 2 for s, yi in zip(scores, y)) * 0.5, [*w, b])
    slope = [Value(0.5), Value(-0.5)]
    agree(sum((slope[0] * xi[0] + slope[1] - yi) ** 2 for xi, yi in zip(x, y)), slope)
    table = [[Value(v) for v in row] for row in points(40, 3, 3)]
    who, what = RNG(4).integers(0, 20, (2, count)).tolist()
    errors = [
        sum(a * c for a, c in zip(table[u], table[20 + v])) - r for u, v, r in zip(who, what, y)
    ]
    agree(sum(tanh(e) ** 2 for e in errors) / count, [v for row in table for v in row])


@pytest.mark.parametrize(("words", "rank"), [(13, 3), (8, 8), (30, 9)])
def test_rows_of_a_table_that_meet_each_other(words, rank):
    """So often that all pairs are computed first, as loops; what else adds to the table or a pair."""
    count, rng = 40 * words, RNG(words)
    table = [[Value(v) for v in row] for row in points(2 * words, rank, 3)]
    both = list(zip(rng.integers(0, words, count).tolist(), rng.integers(0, words, count).tolist()))
    dots = [[sum(a * b for a, b in zip(u, v)) for v in table[words:]] for u in table[:words]]
    loss = sum(log(sigmoid(dots[i][j] * (1.0 if k % 3 else -1.0))) for k, (i, j) in enumerate(both))
    params = [v for row in table for v in row]
    i, j = both[0]
    penalty = 0.01 * sum(v * v for v in params)  # with it other rows of the table lie side by side
    for more in (0.0, tanh(dots[i][j]) + table[0][0].exp(), penalty):
        program = agree(loss * (-1.0 / count) + more, params)
        assert "weights in loops" in repr(program)


def test_branches_shared_values_and_several_results():
    count = 17
    x = points(count, 2)
    p = [Value(v) for v in RNG(2).normal(size=4).tolist()]
    shared = sigmoid(p[0] * p[1])
    parts = []
    for a, b in x:
        h = maximum(p[1] * a, shared * b)
        parts.append(p[2].clamp(h, 2.0) - h / (1.0 + exp(h)) + p[3] * a)
    agree([sum(parts) + 3.0 * shared, p[0] * 2.0, sum(parts) * 0.25], p)


def test_at_infinity_only_what_was_there_is_added_up():
    """Of the other classes' logits none is met with a factor of 0."""
    p = [Value(1.0), Value(2e308), Value(3.0)]
    x = RNG(0).normal(size=12).tolist()
    logits = [[p[0] * xi, p[1] * (2.0 + abs(xi)), p[2] + xi] for xi in x]
    picked = [row[0] if xi > 0 else row[2] for row, xi in zip(logits, x)]
    agree(sum(exp(-row[1]) + chosen for row, chosen in zip(logits, picked)), p)


def test_what_is_no_mean_stays_as_it_is():
    x, y = points(20, 3), RNG(1).normal(size=20).tolist()
    model = nn.MLP(3, [5, 1], activation="tanh", rng=0)
    squares = sum((model(xi) - yi) ** 2 for xi, yi in zip(x, y))
    agree(squares**0.5, model, as_samples=False)  # not linear in the sum
    first = [model(xi) for xi in x]
    differences = [(a - b) ** 2 for a, b in itertools.pairwise(first)]
    agree(sum(differences), model, as_samples=False)  # each position meets another one
    agree(sum((model(xi) - yi) ** 2 for xi, yi in zip(x[:3], y)), model, as_samples=False)
