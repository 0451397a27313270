"""Two hidden layers, 4–4–4–1. "Addition could be the application": train it to add.

The four numbers are real: sepal and petal, length and width of an iris. Nobody tells the network what
a sum is; it sees examples of answers.
"""

import sys
import time
from pathlib import Path

import numpy as np

from nn import MLP, Adam, CosineAnnealingLR, Dataset, fit, predict, read_csv
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
flowers = read_csv(Path(__file__).parent / "data" / "iris.csv", target="species")
sums = Dataset(flowers.x, flowers.x.sum(axis=1) / 10, flowers.features)  # in dm
train, test = sums.split(test=0.2, rng=0)
train_, test_ = train.standardized(test)

model = MLP(4, [4, 4, 1], activation="tanh", init="xavier_uniform", rng=0)
optimizer = Adam(model.parameters(), lr=0.05)
fit(
    model, train_, "mse", optimizer,
    epochs=400, scheduler=CosineAnnealingLR(optimizer, T_max=400), compiled=compiled,
)  # fmt: skip

answers = 10 * predict(model, test_.x, compiled=compiled)[:, 0]
right = test.x.sum(axis=1)
for x, answer, total in list(zip(test.x, answers, right))[:3]:
    print(" + ".join(f"{xi:.1f}" for xi in x), f"= {answer:.2f}  (right: {total:.1f})")
error = np.abs(answers - right).mean()
assert error < 0.1, error
draw_network(model, input_names=flowers.features, title="4–4–4–1 adds").save("out/addition.svg")
print(
    f"Held-out sums of about {right.mean():.0f} cm are off by {error:.3f} cm on average · "
    f"{time.perf_counter() - started:.1f} s"
)
