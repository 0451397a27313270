"""One layer against several: XOR and two moons.

One layer draws one straight line, and no straight line parts these two. Two layers do.
"""

import sys
import time

import matplotlib
import numpy as np

from nn import MLP, Adam, Neuron, accuracy, fit, predict
from nn.datasets import moons
from viz import draw_network, plot_decision_boundary

matplotlib.use("svg")
started = time.perf_counter()
compiled = "--eager" not in sys.argv


def trained(model, x, y, epochs: int) -> float:
    """The share of right answers after training."""
    optimizer = Adam(model.parameters(), lr=0.05)
    fit(model, (x, y), "binary_cross_entropy", optimizer, epochs=epochs, compiled=compiled)
    return accuracy(predict(model, x, compiled=compiled), y)


xor_x, xor_y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
xor = MLP(2, [3, 1], "tanh", "sigmoid", rng=1)
xor_one = trained(Neuron(2, "sigmoid", rng=0), xor_x, xor_y, epochs=150)
xor_two = trained(xor, xor_x, xor_y, epochs=150)
print(f"XOR: one layer {xor_one:.0%}, two layers {xor_two:.0%}")
assert xor_one <= 0.75
assert xor_two == 1.0

data = moons(200, noise=0.1, rng=0)
two_moons = MLP(2, [8, 1], "tanh", "sigmoid", rng=0)
moons_line = Neuron(2, "sigmoid", rng=0)
moons_one = trained(moons_line, data.x, data.y, epochs=60)
moons_two = trained(two_moons, data.x, data.y, epochs=60)
print(f"Two moons: one layer {moons_one:.1%}, two layers {moons_two:.1%}")
assert moons_one < 0.92
assert moons_two >= 0.99

draw_network(xor, title="XOR takes two layers").save("out/xor.svg")
draw_network(two_moons, title="Two moons").save("out/moons.svg")
for name, model in (("one", moons_line), ("two", two_moons)):
    figure = plot_decision_boundary(model, data.x, data.y, threshold=0.5)
    figure.savefig(f"out/moons_{name}.svg", metadata={"Date": None})
print(
    f"One layer: XOR {xor_one:.0%}, moons {moons_one:.1%}; two: {xor_two:.0%}, {moons_two:.1%} · "
    f"{time.perf_counter() - started:.1f} s"
)
