"""A convolutional network: convolution, ReLU, pooling, one after the other, then fully connected.

A filter is one neuron that slides over the image, so its nine weights are shared by all 64 places. An
image of 8×8 pixels, a handwritten digit, becomes one of ten classes; each stage is drawn.
"""

import argparse
import time

from nn import (
    Adam,
    Conv2d,
    CosineAnnealingLR,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    accuracy,
    cross_entropy,
    fit,
    predict,
)
from nn.datasets import digits
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
train, test = digits().split(test=0.2, rng=seed)
train, test = (d._replace(x=d.x.reshape(-1, 1, 8, 8)) for d in (train, test))

model = Sequential(
    Conv2d(1, 8, kernel_size=3, padding=1, rng=seed),  # 8 images of 8×8
    ReLU(),
    MaxPool2d(2),  # 8 of 4×4
    Conv2d(8, 16, kernel_size=3, rng=seed + 1),  # 16 of 2×2
    ReLU(),
    Flatten(),
    Linear(64, 10, rng=seed + 2),
)
assert len(model[0].neurons) == 8
assert len(model[0].neurons[0].w) == 9

optimizer = Adam(model.parameters(), lr=0.02)
epochs = 1 if eager else 20
fit(
    model, train, "cross_entropy", optimizer, epochs=epochs,
    scheduler=CosineAnnealingLR(optimizer, T_max=epochs), metrics="accuracy", compiled=not eager,
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=not eager), test.y)
assert right >= (0.5 if eager else 0.94), right

model.zero_grad()
cross_entropy(model(test.x[0].tolist()), int(test.y[0])).backward()
draw_network(
    model, title=f"Convolution, relu, pooling: shown a {test.y[0]}", output_names=test.classes,
    probabilities=True, max_neurons=8,
).save(f"out/{'eager/' * eager}convolution.svg")  # fmt: skip
print(f"{right:.1%} of {len(test.x)} held-out digits right · {time.perf_counter() - started:.1f} s")
