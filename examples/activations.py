"""Activation functions and their derivatives side by side.

Binary step, logistic sigmoid (0.5 at 0, squeezes everything to 0 … 1), tanh (−1 … 1), ReLU (slope 0
or 1) and their younger relatives. Every slope is the engine's own `backward()`; where there is none,
the step at 0 and relu at 0, the curve has a gap and a question mark.
"""

import argparse
import time
from pathlib import Path

import matplotlib
import numpy as np

from autograd import Value
from nn import ACTIVATIONS
from viz import plot_activation

matplotlib.use("svg")
import matplotlib.pyplot as plt

argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]).parse_args()
started = time.perf_counter()
names = ["step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu"]


def at(name: str, number: float) -> tuple[float, float]:
    """An activation and its slope at one place."""
    x = Value(number)
    y = ACTIVATIONS[name](x)
    y.backward()
    return y.data, x.grad


# What the lectures say of them.
assert at("sigmoid", 0.0) == (0.5, 0.25)
assert at("step", -1e-9) == (0.0, 0.0)
assert at("step", 0.0) == (1.0, 0.0)
assert at("relu", -2.0) == (0.0, 0.0)
assert at("relu", 2.0) == (2.0, 1.0)
for x in np.linspace(-10.0, 10.0, 81):
    s, slope = at("sigmoid", x)
    assert 0 < s < 1
    assert np.isclose(slope, s * (1 - s), rtol=1e-12)
    t, slope = at("tanh", x)
    assert -1 < t < 1
    assert np.isclose(slope, 1 - t * t, rtol=1e-12)

# The question mark at the kink: from the left and from the right two different slopes.
for name in ("step", "relu"):
    h = 1e-6
    left = (at(name, 0.0)[0] - at(name, -h)[0]) / h
    right = (at(name, h)[0] - at(name, 0.0)[0]) / h
    print(
        f"{name} at 0: the slope is {left:g} from the left, {right:g} from the right, so there is none"
    )
    assert abs(left - right) > 0.5

figure, rows = plt.subplots(len(names), 2, figsize=(7.5, 2.2 * len(names)))
for name, row in zip(names, rows):
    plot_activation(name, ax=row)
figure.tight_layout()
Path("out").mkdir(exist_ok=True)
figure.savefig("out/activations.svg", metadata={"Date": None})
print(f"{len(names)} activations beside their derivatives · {time.perf_counter() - started:.1f} s")
