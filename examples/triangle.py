"""The triangle architecture, as in AlexNet: many inputs, fewer and fewer neurons, one output a class.

64 pixels of a handwritten digit, then 32, 16, and 10 neurons. AlexNet itself was seven or eight layers
deep, gave 1 000 answers, and beat the support vector machine: examples/alexnet.py.
"""

import argparse
import time

from nn import MLP, Adam, accuracy, cross_entropy, fit, predict
from nn.datasets import digits
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
train, test = digits().split(test=0.2, rng=seed)

model = MLP(64, [32, 16, 10], activation="relu", init="he_normal", rng=seed)
sizes = [layer.nout for layer in model.layers]
assert sizes == sorted(sizes, reverse=True)

optimizer = Adam(model.parameters(), lr=0.01)
fit(
    model, train, "cross_entropy", optimizer,
    epochs=2 if eager else 30, metrics="accuracy", compiled=not eager,
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=not eager), test.y)
assert right >= (0.7 if eager else 0.91), right

model.zero_grad()
cross_entropy(model(test.x[0].tolist()), int(test.y[0])).backward()
draw_network(
    model, title=f"Triangle 64–32–16–10 is shown a {test.y[0]}", output_names=test.classes,
    image_shape=(8, 8), probabilities=True, max_neurons=8,
).save(f"out/{'eager/' * eager}triangle.svg")  # fmt: skip
print(f"{right:.1%} of {len(test.x)} held-out digits right · {time.perf_counter() - started:.1f} s")
