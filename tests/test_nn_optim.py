"""Optimizers and schedules by hand; against PyTorch they stand in test_nn_torch.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nn
from autograd import Value
from nn import SGD, Adam, AdamW


def test_momentum_by_hand():
    w = Value(0.0)
    sgd = SGD([w], lr=0.1, momentum=0.5)
    positions = []
    for _ in range(3):
        w.grad = 1.0
        sgd.step()
        positions.append(w.data)
    np.testing.assert_allclose(positions, [-0.1, -0.1 - 0.15, -0.1 - 0.15 - 0.175])


def test_adam_by_the_papers_algorithm():
    w, grads = Value(2.0), [3.0, -1.0, 0.5]
    adam = Adam([w], lr=0.01)
    p, m, v = 2.0, 0.0, 0.0
    for t, g in enumerate(grads, 1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        p -= 0.01 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w.grad = g
        adam.step()
        assert math.isclose(w.data, p, rel_tol=1e-13)


@pytest.mark.parametrize(
    "make", [lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True), Adam, AdamW]
)
@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_a_flat_array_moves_as_the_values_do(make, shape):
    rng = np.random.default_rng(0)
    data = rng.normal(size=shape)
    values = [Value(x) for x in data.ravel()]
    by_values, by_array = make(values), make(values)
    for _ in range(5):
        grad = rng.normal(size=shape)
        kept = grad.copy()
        for value, g in zip(values, grad.ravel()):
            value.grad = float(g)
        by_array.update(data, grad)
        np.testing.assert_array_equal(grad, kept)
        by_values.step()
        np.testing.assert_array_equal(data.ravel(), [v.data for v in values])


def test_an_array_of_single_precision_stays_single():
    data = np.ones(3, dtype=np.float32)
    adam = Adam([Value(1.0)] * 0)
    adam.update(data, np.ones(3, dtype=np.float32))
    assert data.dtype == adam.state["mean"].dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD([1.0]), TypeError, "takes Values .* not float"),
        (lambda: SGD([Value(1.0)], lr=-1), ValueError, "lr is a number of 0 or more, not -1"),
        (
            lambda: Adam([Value(1.0)], betas=(0.9, 1.0)),
            ValueError,
            r"betas\[1\] .* below 1, not 1.0",
        ),
        (lambda: SGD([Value(1.0)], nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda: SGD([(v := Value(1.0)), v]), ValueError, "listed twice"),
        (lambda: SGD([], lr=0.1).update(np.zeros(2), np.zeros(3)), ValueError, "parameters, but"),
        (
            lambda: nn.Optimizer([Value(1.0)], 0.1).step(),
            NotImplementedError,
            "Optimizer has no rule",
        ),
    ],
)
def test_bad_input_is_one_clear_line(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_state_of_another_size_is_refused():
    adam = Adam([])
    adam.update(np.zeros(2), np.zeros(2))
    with pytest.raises(ValueError, match=r"keeps the state of \(2,\) parameters, not of \(3,\)"):
        adam.update(np.zeros(3), np.zeros(3))


HALF = 1 / math.sqrt(2)  # the cosine of 45°


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (lambda o: nn.StepLR(o, 2, 0.5), [1, 1, 0.5, 0.5, 0.25]),
        (lambda o: nn.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
        (lambda o: nn.LinearLR(o, 0.5, 1.0, 2), [0.5, 0.75, 1, 1, 1]),
        (lambda o: nn.LambdaLR(o, lambda epoch: 1 / (1 + epoch)), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
        (lambda o: nn.CosineAnnealingLR(o, 4, 0.2), [1, 0.6 + 0.4 * HALF, 0.6, 0.6 - 0.4 * HALF, 0.2]),
    ],
)  # fmt: skip
def test_schedules_by_hand(schedule, expected):
    optimizer = SGD([], lr=1.0)
    scheduler, rates = schedule(optimizer), []
    for _ in expected:
        rates.append(optimizer.lr)
        scheduler.step()
    np.testing.assert_allclose(rates, expected, rtol=1e-14)


def test_clipping_keeps_the_direction():
    values = [Value(0.0) for _ in range(3)]
    for v, g in zip(values, (2.0, -3.0, 6.0)):
        v.grad = g
    assert nn.clip_grad_norm_(values, 10.0) == 7.0
    assert [v.grad for v in values] == [2.0, -3.0, 6.0]
    assert nn.clip_grad_norm_(values, 0.7) == 7.0
    np.testing.assert_allclose([v.grad for v in values], [0.2, -0.3, 0.6], rtol=1e-6)
    nn.clip_grad_value_(values, 0.25)
    np.testing.assert_allclose([v.grad for v in values], [0.2, -0.25, 0.25], rtol=1e-6)


def test_the_perceptrons_rule_by_hand():
    p = nn.Perceptron(2, init="zeros", rng=0)
    assert p([1.0, 1.0]).data == 1.0  # the step fires at 0
    assert p.learn([1.0, 2.0], 0, lr=0.5) is True
    assert [v.data for v in p.parameters()] == [-0.5, -1.0, -0.5]
    assert p.learn([1.0, 2.0], 0) is False
    with pytest.raises(ValueError, match="0 or 1, not 2"):
        p.learn([1.0, 1.0], 2)
    (p([3.0, 1.0]) - 1.0).backward()
    assert [v.grad for v in p.parameters()] == [0.0, 0.0, 0.0]
