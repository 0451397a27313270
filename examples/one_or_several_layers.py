"""One layer against several: XOR and two moons.

One layer draws one straight line, and no straight line parts these two. Two layers do.
"""

import argparse
import time

import matplotlib
import numpy as np

from nn import MLP, Adam, Neuron, accuracy, binary_cross_entropy, fit, predict
from nn.datasets import moons
from viz import draw_network, plot_decision_boundary

matplotlib.use("svg")
started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
compiled, seed = not given.eager, given.seed


def trained(model, x, y, epochs: int) -> float:
    """The share of right answers on what it was trained on."""
    optimizer = Adam(model.parameters(), lr=0.1)
    fit(model, (x, y), "binary_cross_entropy", optimizer, epochs=epochs, compiled=compiled)
    return accuracy(predict(model, x, compiled=compiled), y)


xor_x, xor_y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
xor = MLP(2, [4, 1], "tanh", "sigmoid", rng=seed)
xor_one = trained(Neuron(2, "sigmoid", rng=seed), xor_x, xor_y, epochs=250)
xor_two = trained(xor, xor_x, xor_y, epochs=250)
print(f"XOR: one layer {xor_one:.0%}, two layers {xor_two:.0%}")
assert xor_one <= 0.75
assert xor_two == 1.0

data = moons(400, noise=0.1, rng=seed)
train, test = data.split(test=0.5, rng=seed)
two_moons = MLP(2, [8, 1], "tanh", "sigmoid", rng=seed)
moons_line = Neuron(2, "sigmoid", rng=seed)
for model in (moons_line, two_moons):
    learned = trained(model, train.x, train.y, epochs=120)
    print(f"Two moons: {learned:.1%} of the points it was trained on", end=", ")
    print(f"{accuracy(predict(model, test.x, compiled=compiled), test.y):.1%} of others")
moons_one, moons_two = (
    accuracy(predict(model, test.x, compiled=compiled), test.y) for model in (moons_line, two_moons)
)
assert moons_one < 0.95, moons_one
assert moons_two >= 0.95, moons_two

for name, model, x, y, title in (
    ("xor", xor, xor_x[1], xor_y[1], "XOR takes two layers: 0 and 1 give 1"),
    (
        "moons",
        two_moons,
        test.x[0],
        test.y[0],
        f"Two moons: a point of the {test.classes[test.y[0]]} one",
    ),
):
    model.zero_grad()
    binary_cross_entropy(model(x.tolist()), int(y)).backward()
    draw_network(model, title=title).save(f"out/{name}.svg")
for name, model in (("one", moons_line), ("two", two_moons)):
    figure = plot_decision_boundary(model, test.x, test.y, threshold=0.5, classes=test.classes)
    figure.savefig(f"out/moons_{name}.svg", metadata={"Date": None})
print(
    f"One layer: XOR {xor_one:.0%}, held-out moons {moons_one:.1%}; two: {xor_two:.0%}, "
    f"{moons_two:.1%} · {time.perf_counter() - started:.1f} s"
)
