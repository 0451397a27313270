"""CNN + LSTM: convolution first, memory in the middle, a plain layer at the end.

The convolution looks at a handwritten digit; the memory reads what it saw, row by row, as one reads a
page; the plain layer names the digit.
"""

import argparse
import time

from nn import (
    LSTM,
    Adam,
    Conv2d,
    CosineAnnealingLR,
    Linear,
    Module,
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


class ConvolutionThenMemory(Module):
    """Four filters over 8×8 pixels, sixteen memory cells over the six rows, ten classes."""

    def __init__(self) -> None:
        self.look = Conv2d(1, 4, 3, activation="relu", init="he_normal", rng=seed)  # 4 of 6×6
        self.remember = LSTM(4 * 6, 16, rng=seed + 1)
        self.name = Linear(16, 10, rng=seed + 2)

    def __call__(self, image):
        seen = self.look(image)
        rows = [[pixel for channel in seen for pixel in channel[row]] for row in range(6)]
        _, (h, _) = self.remember(rows)
        return self.name(h)


model = ConvolutionThenMemory()
optimizer = Adam(model.parameters(), lr=0.02)
fit(
    model, train, "cross_entropy", optimizer,
    epochs=1 if eager else 24, metrics="accuracy", compiled=not eager,
    scheduler=CosineAnnealingLR(optimizer, T_max=24),
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=not eager), test.y)
assert right >= (0.3 if eager else 0.95), right

model.zero_grad()
cross_entropy(model(test.x[0].tolist()), int(test.y[0])).backward()
draw_network(
    model, title=f"CNN + LSTM: shown a {test.y[0]}", output_names=test.classes, probabilities=True,
    max_neurons=8,
).save(f"out/{'eager/' * eager}cnn_lstm.svg")  # fmt: skip
print(f"{right:.1%} of {len(test.x)} held-out digits right · {time.perf_counter() - started:.1f} s")
