"""A convolutional network: convolution, ReLU, pooling, one after the other, then fully connected.

A filter is one neuron that slides over the image, so its nine weights are shared by all 36 places. An
image of 8×8 pixels, a handwritten digit, becomes one of ten classes.
"""

import sys
import time

from nn import Adam, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, accuracy, fit, predict
from nn.datasets import digits
from viz import draw_network

started = time.perf_counter()
eager = "--eager" in sys.argv
train, test = digits().split(test=0.2, rng=0)
train, test = (d._replace(x=d.x.reshape(-1, 1, 8, 8)) for d in (train, test))

model = Sequential(
    Conv2d(1, 6, kernel_size=3, rng=0),  # 6 images of 6×6
    ReLU(),
    MaxPool2d(2),  # 6 of 3×3
    Conv2d(6, 12, kernel_size=2, rng=1),  # 12 of 2×2
    ReLU(),
    Flatten(),
    Linear(48, 10, rng=2),
)
assert len(model[0].neurons) == 6
assert len(model[0].neurons[0].w) == 9

optimizer = Adam(model.parameters(), lr=0.01)
fit(
    model, train, "cross_entropy", optimizer,
    epochs=1 if eager else 15, metrics="accuracy", compiled=not eager,
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=not eager), test.y)
assert right >= (0.6 if eager else 0.96), right

draw_network(model, title="Convolutional network").save("out/convolution.svg")
print(f"{right:.1%} of {len(test.x)} held-out digits right · {time.perf_counter() - started:.1f} s")
