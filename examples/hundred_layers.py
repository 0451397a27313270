"""A hundred hidden layers: where the gradient dies, and how they can be trained all the same.

More layers are more factors in the chain rule. With tanh and small weights the gradient shrinks on its
way to the front; where each layer only adds a little to what it was given (a residual), it arrives.
"""

import argparse
import math
import time

import numpy as np

from nn import MLP, Adam, Layer, Module, accuracy, fit, predict
from nn.datasets import iris
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
seed = options.parse_args().seed
flowers = iris()
train, test = flowers.split(test=0.2, rng=seed)
train, test = train.standardized(test)
plain = MLP(4, [4] * 100 + [3], activation="tanh", init="xavier_uniform", rng=seed)
assert len(plain.layers) == 101


class Residual(Module):
    """A hundred layers that each add a little: h ← h + tanh(W h + b)/10."""

    def __init__(self, seed: int) -> None:
        self.hidden = [Layer(4, 4, "tanh", init="xavier_uniform", rng=seed + k) for k in range(100)]
        self.out = Layer(4, 3, "linear", init="xavier_uniform", rng=seed)

    def __call__(self, h):
        for layer in self.hidden:
            h = [hi + 0.1 * change for hi, change in zip(h, layer(h))]
        return self.out(h)


def lengths(model, layers) -> list[float]:
    """How long the gradient of each layer is, for one flower."""
    model.zero_grad()
    out = model(train.x[0].tolist())
    loss = sum((y - 1.0) ** 2 for y in out)
    loss.backward()
    return [float(np.linalg.norm([p.grad for p in layer.parameters()])) for layer in layers]


# The derivative by a weight of the first layer, against a central difference.
residual = Residual(seed)
slopes = lengths(residual, [*residual.hidden, residual.out])
w, h = residual.hidden[0].neurons[0].w[0], 1e-5
numbers = []
for step in (h, -2 * h):
    w.data += step
    numbers.append(sum((y.data - 1.0) ** 2 for y in residual(train.x[0].tolist())))
w.data += h
assert math.isclose(w.grad, (numbers[0] - numbers[1]) / (2 * h), rel_tol=1e-4)

dying = lengths(plain, plain.layers)
draw_network(plain, title="A hundred hidden layers, before training", max_layers=5).save(
    "out/hundred_layers.svg"
)
print(f"{'layer':>5} {'plain':>9} {'residual':>9}   length of the gradient")
for k in (100, 75, 50, 25, 0):
    print(f"{k + 1:>5} {dying[k]:9.1e} {slopes[k]:9.1e}")
assert dying[0] < 1e-3 * dying[-1]
assert slopes[0] > 1e-2 * slopes[-1]

scores = {}
for name, model in (("plain", plain), ("residual", residual)):
    optimizer = Adam(model.parameters(), lr=0.01)
    fit(model, train, "cross_entropy", optimizer, epochs=20, compiled=True, progress=False)
    scores[name] = accuracy(predict(model, test.x, compiled=True), test.y)
assert scores["residual"] >= 0.8, scores
print(
    f"{scores['residual']:.1%} of {len(test.x)} held-out irises with residuals, "
    f"{scores['plain']:.1%} without · "
    f"{time.perf_counter() - started:.1f} s"
)
