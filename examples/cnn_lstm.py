"""CNN + LSTM: convolution first, memory in the middle, a plain layer at the end.

The convolution looks at a handwritten digit; the memory reads what it saw, row by row, as one reads a
page; the plain layer names the digit.
"""

import sys
import time

from nn import LSTM, Adam, Conv2d, Linear, Module, accuracy, fit, predict
from nn.datasets import digits
from viz import draw_network

started = time.perf_counter()
eager = "--eager" in sys.argv
train, test = digits().split(test=0.2, rng=0)
train, test = (d._replace(x=d.x.reshape(-1, 1, 8, 8)) for d in (train, test))


class ConvolutionThenMemory(Module):
    """Four filters over 8×8 pixels, sixteen memory cells over the six rows, ten classes."""

    def __init__(self) -> None:
        self.look = Conv2d(1, 4, kernel_size=3, activation="relu", rng=0)  # 4 images of 6×6
        self.remember = LSTM(4 * 6, 16, rng=1)
        self.name = Linear(16, 10, rng=2)

    def __call__(self, image):
        seen = self.look(image)
        rows = [[pixel for channel in seen for pixel in channel[row]] for row in range(6)]
        _, (h, _) = self.remember(rows)
        return self.name(h)


model = ConvolutionThenMemory()
optimizer = Adam(model.parameters(), lr=0.01)
fit(
    model, train, "cross_entropy", optimizer,
    epochs=1 if eager else 12, metrics="accuracy", compiled=not eager,
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=not eager), test.y)
assert right >= (0.5 if eager else 0.95), right

draw_network(model, title="CNN + LSTM").save("out/cnn_lstm.svg")
print(f"{right:.1%} of {len(test.x)} held-out digits right · {time.perf_counter() - started:.1f} s")
