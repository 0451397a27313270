"""Activation functions and their derivatives side by side.

Binary step, logistic sigmoid (0.5 at 0, squeezes everything to 0 … 1), tanh (−1 … 1), ReLU (slope 0
or 1) and their younger relatives. Every slope is the engine's own `backward()`.
"""

import math
import time
from pathlib import Path

import matplotlib
import numpy as np

from autograd import Value
from nn import ACTIVATIONS

matplotlib.use("svg")
import matplotlib.pyplot as plt

started = time.perf_counter()
names = ["step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu"]
grid = np.linspace(-4.0, 4.0, 161)


def curve(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The activation and its slope at each point of the grid."""
    points = [Value(x) for x in grid]
    outputs = [ACTIVATIONS[name](point) for point in points]
    sum(outputs).backward()
    return np.array([y.data for y in outputs]), np.array([point.grad for point in points])


curves = {name: curve(name) for name in names}

# What the lecture says of them.
middle = len(grid) // 2
sigmoid, slope = curves["sigmoid"]
assert sigmoid[middle] == 0.5
assert slope[middle] == 0.25
assert 0 < sigmoid.min() < sigmoid.max() < 1
assert -1 < curves["tanh"][0].min() < curves["tanh"][0].max() < 1
assert set(curves["relu"][1]) == {0.0, 1.0}
assert set(curves["step"][1]) == {0.0}
assert curves["step"][0][middle] == 1.0
np.testing.assert_allclose(curves["tanh"][1], [1 - math.tanh(x) ** 2 for x in grid], atol=1e-12)

figure, axes = plt.subplots(len(names), 2, figsize=(7, 1.7 * len(names)), sharex=True)
for row, name in zip(axes, names):
    for axis, numbers, title, colour in zip(
        row, curves[name], (name, f"derivative of {name}"), ("#0B62A4", "#A34A00")
    ):
        axis.plot(grid, numbers, color=colour)
        axis.set_title(title, fontsize=10)
        axis.grid(alpha=0.3)
figure.tight_layout()
Path("out").mkdir(exist_ok=True)
figure.savefig("out/activations.svg", metadata={"Date": None})
print(f"{len(names)} activations with their derivatives · {time.perf_counter() - started:.1f} s")
