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
sums = Dataset(flowers.x / 10, flowers.x.sum(axis=1) / 10, flowers.features)
train, test = sums.split(test=0.2, rng=0)

model = MLP(4, [4, 4, 1], activation="tanh", init="xavier_uniform", rng=0)
optimizer = Adam(model.parameters(), lr=0.02)
fit(
    model, train, "mse", optimizer,
    epochs=200, scheduler=CosineAnnealingLR(optimizer, T_max=200), compiled=compiled,
)  # fmt: skip

answers = predict(model, test.x, compiled=compiled)[:, 0]
error = np.abs(answers - test.y)
for x, answer, right in list(zip(test.x, answers, test.y))[:3]:
    print(
        " + ".join(f"{10 * xi:.1f}" for xi in x), f"= {10 * answer:.2f}  (right: {10 * right:.1f})"
    )
assert 10 * error.mean() < 0.1, error.mean()
draw_network(model, title="4–4–4–1 adds").save("out/addition.svg")
print(
    f"Sums of about {10 * test.y.mean():.0f} cm are off by {10 * error.mean():.2f} cm on average · "
    f"{time.perf_counter() - started:.1f} s"
)
