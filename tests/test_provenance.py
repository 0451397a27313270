"""Where a nan or an infinity was born: the operation, the inputs and the line are named."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import nn
from autograd import (
    AnomalyError,
    Value,
    detect_anomaly,
    first_nonfinite,
    log,
    record_sources,
    where,
)

HERE = Path(__file__).name


def test_the_first_bad_value_of_a_finished_graph() -> None:
    x, y = Value(-1.0, label="x"), Value(2.0, label="y")
    with record_sources():
        bad = log(x)
        root = (bad * y + bad.exp()).tanh()
    found = first_nonfinite(root)
    assert found is not None
    assert (found.node, found.what, math.isnan(found.number)) == (bad, "value", True)
    assert str(found).startswith("log(x = -1.0) gave nan, at ")
    assert found.source.split(":", 1)[0].endswith(HERE)
    assert found.source.endswith(": bad = log(x)")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda x: 1 / (x - 2), "1.0 ÷ 0.0 gave inf"),
        (lambda x: (x * 1000).exp() * 0, "exp(2000.0) gave inf"),
        (lambda x: (x - 4) ** 0.5 + 1, "-2.0 ^ 0.5 gave nan"),
        (lambda x: where(x > 0, (x - 2).log(), x), "log(0.0) gave -inf"),
        (lambda x: Value(math.inf, label="far") * x, "the input far is inf"),
        (lambda x: Value(math.nan) * x, "the input without a label is nan"),
        (lambda x: 1 / (x - 2).relu().atan2(1) + x, "1.0 ÷ 0.0 gave inf"),
        (lambda x: (x - 2).sqrt() * x, "sqrt(0.0) gave 0.0, but passes the derivative inf on"),
    ],
)
def test_every_kind_of_birth(make, says: str) -> None:  # type: ignore[no-untyped-def]
    assert str(first_nonfinite(make(Value(2.0)))) == says


def test_gradients_are_looked_at_after_a_backward_pass() -> None:
    x = Value(1e-200, label="x")
    root = (1e200 * x) * 1e200 * 1e-300
    assert first_nonfinite(root) is None
    root.backward()
    assert first_nonfinite(root) is None
    y = Value(0.0, label="y")
    root = y.sqrt() * 0
    root.backward()
    assert math.isnan(y.grad)
    assert str(first_nonfinite(root)) == "sqrt(y = 0.0) gave 0.0, but passes the derivative inf on"
    z = Value(1e-300, label="z")
    root = (z * 1e200) * 1e100 * 1e100
    root.backward()
    assert z.grad == math.inf  # each local derivative is finite, and their product is not
    assert str(first_nonfinite(root)) == (
        f"z = 1e-300 × 1e+200 gave {1e-300 * 1e200}, but passes the derivative inf on"
    )


def test_where_all_is_well_nothing_is_found() -> None:
    x = Value(2.0)
    root = where(x > 0, x.log(), x) + 1
    root.backward()
    assert first_nonfinite(root) is None
    assert first_nonfinite(x) is None


def test_detect_anomaly_stops_at_birth() -> None:
    y = Value(-1.0, label="x") * 2
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        y = y.log() + 1
    anomaly = caught.value.anomaly
    assert (anomaly.node.op, anomaly.node.operands[0].data) == ("log", -2.0)
    assert str(caught.value).startswith("log(-2.0) gave nan, at ")
    assert anomaly.source.endswith(": y = y.log() + 1")
    assert y.data == -2.0
    assert math.isnan((y.log() + 1).data)  # outside the block nothing raises


def test_detect_anomaly_names_inputs_derivatives_and_lets_infinities_pass() -> None:
    with pytest.raises(AnomalyError, match="the input far is inf"), detect_anomaly():
        _ = Value(math.inf, label="far") + 1
    with pytest.raises(AnomalyError, match="passes the derivative inf on"), detect_anomaly():
        _ = Value(0.0).sqrt()
    with detect_anomaly(inf=False):
        assert Value(0.0).log().data == -math.inf
    with pytest.raises(AnomalyError), detect_anomaly(inf=False):
        _ = Value(-1.0).log()


def test_the_line_is_the_users_not_that_of_the_house() -> None:
    neuron = nn.Neuron(1, activation="exp", rng=0)
    neuron.w[0].data = 1e5
    with pytest.raises(AnomalyError) as caught, detect_anomaly():
        neuron([1.0])
    assert caught.value.anomaly.source.endswith(": neuron([1.0])")
    with record_sources():
        y = neuron([1.0])
    assert y.note.source.endswith(": y = neuron([1.0])")
    assert y.note.scope is neuron


def test_sources_are_recorded_only_on_request() -> None:
    x = Value(1.0, label="x")
    y = x * 2
    with record_sources():
        z = y + 1
        z.label = "z"
    assert (y.note.source, z.label, z.op) == ("", "z", "+")
    assert z.note.source.endswith(": z = y + 1")


def test_a_long_graph() -> None:
    x = Value(-1.0)
    y = bad = x.sqrt()
    for _ in range(100_000):
        y = y + 1.0
    found = first_nonfinite(y)
    assert found is not None
    assert found.node is bad


def test_an_operation_of_two_inputs_without_a_sign_is_written_as_a_call() -> None:
    x = Value(1.7e308, label="x")
    assert str(first_nonfinite(x.hypot(1.7e308))) == "hypot(x = 1.7e+308, 1.7e+308) gave inf"
