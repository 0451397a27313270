"""Losses at the numbers that break careless formulas; their gradients by the formulas of textbooks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn.losses import LOSSES, resolve_loss

logit = st.floats(-30, 30)


@given(st.lists(logit, min_size=2, max_size=6), st.data())
def test_the_gradient_of_cross_entropy_is_softmax_minus_one_hot(logits, data):
    target = data.draw(st.integers(0, len(logits) - 1))
    values = [Value(x) for x in logits]
    nn.cross_entropy(values, target).backward()
    e = np.exp(np.array(logits) - max(logits))
    expected = e / e.sum() - np.eye(len(logits))[target]
    np.testing.assert_allclose([v.grad for v in values], expected, atol=1e-14)


@given(logit, st.floats(0, 1))
def test_the_gradient_of_binary_cross_entropy_is_probability_minus_target(x, t):
    value = Value(x)
    nn.binary_cross_entropy_with_logits(value, t).backward()
    assert math.isclose(value.grad, 1 / (1 + math.exp(-x)) - t, abs_tol=1e-14)


@pytest.mark.parametrize("big", [1000.0, 1e300])
def test_nothing_overflows(big):
    for logits, target, loss, grads in [
        ([big, -big], 0, 0.0, [0.0, 0.0]),
        ([big, 0.0], 1, big, [1.0, -1.0]),
        ([big, big], 0, math.log(2), [-0.5, 0.5]),
        ([-big, -big], 1, math.log(2), [0.5, -0.5]),
    ]:
        values = [Value(x) for x in logits]
        out = nn.cross_entropy(values, target)
        out.backward()
        assert math.isclose(out.data, loss, abs_tol=big * 1e-15)
        np.testing.assert_allclose([v.grad for v in values], grads, atol=1e-15)
    for x, t, loss, grad in [
        (big, 1, 0.0, 0.0),
        (big, 0, big, 1.0),
        (-big, 1, big, -1.0),
        (-big, 0, 0, 0),
    ]:
        value = Value(x)
        out = nn.binary_cross_entropy_with_logits(value, t)
        out.backward()
        assert (out.data, value.grad) == (loss, grad)
    assert nn.softmax([big, -big]) == [1.0, 0.0]
    assert nn.log_softmax([0.0, 1000.0]) == [-1000.0, 0.0]


def test_simple_ones_by_hand():
    assert nn.mse_loss([1.0, 2.0], [3.0, 2.0]) == 2.0
    assert nn.mae_loss([1.0, 2.0], [4.0, 2.0]) == 1.5
    assert nn.hinge_loss([0.5, -2.0], [1, 1], reduction="sum") == 0.5 + 3.0
    assert nn.cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1]) == math.log(2)
    probabilities = nn.cross_entropy([0.0, math.log(3)], [0.5, 0.5])
    assert math.isclose(probabilities, -0.5 * math.log(1 / 4) - 0.5 * math.log(3 / 4))
    assert nn.mse_loss(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]])) == 2.0
    assert nn.mse_loss([Value(3.0)], 1.0).data == 4.0  # a layer of one neuron against a number


def slope(loss, x, target, **settings):
    """A loss at one number, and its derivative there."""
    value = Value(x)
    out = loss(value, target, **settings)
    out.backward()
    return out.data, value.grad


@pytest.mark.parametrize(
    ("loss", "x", "target", "value", "grad"),
    [
        # −log p and −1/p for target 1; −log(1 − p) and 1/(1 − p) for 0; half of each between
        (nn.binary_cross_entropy, 0.25, 1, math.log(4), -4.0),
        (nn.binary_cross_entropy, 0.25, 0, -math.log(0.75), 1 / 0.75),
        (nn.binary_cross_entropy, 0.25, 0.5, (math.log(4) - math.log(0.75)) / 2, -2 + 0.5 / 0.75),
        # PyTorch's floor: a logarithm is −100 at least, and pulls no more
        (nn.binary_cross_entropy, 0.0, 1, 100.0, 0.0),
        (nn.binary_cross_entropy, 1.0, 0, 100.0, 0.0),
        (nn.binary_cross_entropy, 1e-40, 1, 40 * math.log(10), -1e40),
        # log(1 + eˣ) − t·x, its slope σ(x) − t
        (nn.binary_cross_entropy_with_logits, math.log(3), 1, math.log(4 / 3), -0.25),
        (nn.binary_cross_entropy_with_logits, math.log(3), 0, math.log(4), 0.75),
        (nn.mse_loss, 3.0, 1.0, 4.0, 4.0),
        (nn.l1_loss, 3.0, 1.0, 2.0, 1.0),
        (nn.l1_loss, -3.0, 1.0, 4.0, -1.0),
        (nn.huber_loss, 1.5, 1.0, 0.125, 0.5),
        (nn.huber_loss, 4.0, 1.0, 2.5, 1.0),
        (nn.huber_loss, -2.0, 1.0, 2.5, -1.0),
        (nn.hinge_loss, 0.25, 1, 0.75, -1.0),
        (nn.hinge_loss, 0.25, -1, 1.25, 1.0),
        (nn.hinge_loss, 2.0, 1, 0.0, 0.0),
    ],
)
def test_values_and_slopes_by_hand(loss, x, target, value, grad):
    found = slope(loss, x, target)
    assert math.isclose(found[0], value, rel_tol=1e-14, abs_tol=1e-15)
    assert math.isclose(found[1], grad, rel_tol=1e-13)


def test_the_width_of_hubers_parabola():
    assert slope(nn.huber_loss, 3.0, 0.0, delta=2.0) == (2.0 * (3.0 - 1.0), 2.0)
    assert slope(nn.huber_loss, 1.0, 0.0, delta=2.0) == (0.5, 1.0)


def test_reductions_by_hand():
    pairs = [1.0, 2.0, 4.0], [0.0, 0.0, 0.0]
    assert nn.mse_loss(*pairs, reduction="none") == [1.0, 4.0, 16.0]
    assert nn.mse_loss(*pairs, reduction="sum") == 21.0
    assert nn.mse_loss(*pairs) == 7.0
    assert nn.cross_entropy([[0.0, 0.0]] * 3, [0, 1, 1], reduction="none") == [math.log(2)] * 3
    assert nn.mse_loss(Value(3.0), 1.0, reduction="none")[0].data == 4.0


def test_softmax_and_its_logarithm_by_hand():
    thirds = [math.log(1.0), math.log(2.0), math.log(3.0)]
    np.testing.assert_allclose(nn.softmax(thirds), [1 / 6, 2 / 6, 3 / 6], rtol=1e-14)
    np.testing.assert_allclose(nn.log_softmax(thirds), np.log([1 / 6, 2 / 6, 3 / 6]), rtol=1e-14)
    assert math.isclose(nn.logsumexp(thirds), math.log(6), rel_tol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.mse_loss([1.0, 2.0], [1.0]), r"shape \(2,\) against a target of shape \(1,\)"),
        (lambda: nn.mse_loss([[1.0], [2.0]], [1.0, 2.0]), r"shape \(2, 1\) against"),
        (lambda: nn.mse_loss([], []), "at least one prediction"),
        (lambda: nn.mse_loss(1.0, 2.0, reduction="avg"), '"mean", "sum" or "none", not \'avg\''),
        (
            lambda: nn.cross_entropy([1.0, 2.0], 2),
            "from 0 to 1, or a list of 2 probabilities, not 2",
        ),
        (lambda: nn.cross_entropy([1.0, 2.0], -1), "not -1"),
        (lambda: nn.cross_entropy([1.0, 2.0], 0.5), "not 0.5"),
        (lambda: nn.cross_entropy([1.0, 2.0], [1.0]), "2 logits, but 1 target probabilities"),
        (lambda: nn.cross_entropy([[1.0, 2.0]], [0, 1]), "1 samples, but 2 targets"),
        (lambda: nn.cross_entropy([[1.0, 2.0], [3.0, 4.0]], 1), "2 samples, but 1 targets"),
        (lambda: nn.cross_entropy([], 0), "at least one logit"),
        (
            lambda: nn.cross_entropy(Value(1.0), 0),
            "takes a list of logits, one for each class, not Value",
        ),
        (lambda: nn.softmax([]), "need at least one number"),
        (lambda: nn.logsumexp([]), "need at least one number"),
        (lambda: nn.log_softmax([]), "need at least one number"),
        (lambda: nn.huber_loss(1.0, 2.0, delta=0.0), "delta is a number above 0, not 0.0"),
        (lambda: nn.huber_loss(1.0, 2.0, delta=-1), "delta is a number above 0, not -1"),
        (lambda: nn.one_hot([-1], 3), "a class is a number from 0 to 2, not -1"),
        (lambda: nn.one_hot([0, 3], 3), "a class is a number from 0 to 2, not 3"),
        (lambda: nn.one_hot([0.5], 3), "a class is a number from 0 to 2, not 0.5"),
        (lambda: nn.one_hot([0], 0), "classes is a whole number of 1 or more, not 0"),
        (lambda: nn.confusion([[1.0, 2.0]], [-1], 2), "a class is a number from 0 to 1, not -1"),
        (lambda: nn.confusion([[1.0, 0.0, 2.0]], [0], 2), "from 0 to 1, not 2"),
        (lambda: nn.accuracy([[1.0, 2.0]], [0, 1]), r"shape \(1, 2\) and targets of shape \(2,\)"),
        (lambda: nn.accuracy([], []), "do not match"),
        (lambda: nn.Perceptron(1, rng=0).fit([[1.0], [2.0]], [1]), "2 samples, but 1 targets"),
        (lambda: nn.Perceptron(1, rng=0).fit([[1.0]], [1], epochs=0), "epochs is a whole number"),
        (lambda: nn.Perceptron(1, rng=0).fit([[1.0]], [1], lr=-1.0), "lr is a number above 0"),
        (lambda: resolve_loss("crossentropy"), "unknown loss 'crossentropy'; known are: mse, mae"),
    ],
)
def test_bad_input_is_one_clear_line(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_found_by_name(name):
    assert resolve_loss(name) is LOSSES[name]
    loss = LOSSES[name]([Value(0.3), Value(0.6)], 1 if name == "cross_entropy" else [1.0, 0.0])
    loss.backward()
    assert loss.data > 0
