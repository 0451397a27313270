"""Two hidden layers, 4–4–4–1. "Addition could be the application": train it to add.

Nobody tells the network what a sum is; it sees examples of answers, of numbers from −20 to 20. Then the
audience calls out four numbers:

    python examples/addition.py 10 10 10 10
"""

import argparse
import sys
import time

import numpy as np

from nn import MLP, Adam, CosineAnnealingLR, Dataset, fit, predict
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("numbers", nargs="*", type=float, default=[10.0] * 4, help="four to add")
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
compiled, seed, called_out = not given.eager, given.seed, given.numbers
RANGE = 20.0
if len(called_out) != 4 or max(map(abs, called_out)) > RANGE:
    sys.exit(f"addition.py adds four numbers from {-RANGE:g} to {RANGE:g}: it learned those")

numbers = np.random.default_rng(seed).uniform(-RANGE, RANGE, (1000, 4))
sums = Dataset(numbers / RANGE, numbers.sum(axis=1) / (4 * RANGE))
train, test = sums.split(test=0.2, rng=seed)

model = MLP(4, [4, 4, 1], activation="tanh", init="xavier_uniform", rng=seed)
optimizer = Adam(model.parameters(), lr=0.2)
epochs = 60 if compiled else 3
fit(
    model, train, "mse", optimizer,
    epochs=epochs, scheduler=CosineAnnealingLR(optimizer, T_max=epochs), compiled=compiled,
)  # fmt: skip

answers = 4 * RANGE * predict(model, test.x, compiled=compiled)[:, 0]
error = np.abs(answers - 4 * RANGE * test.y).mean()
spread = np.abs(4 * RANGE * test.y).mean()
out = model([x / RANGE for x in called_out])
asked = " + ".join(f"{x:g}" for x in called_out).replace("+ -", "− ").replace("-", "−")
answered = f"{asked} = {4 * RANGE * out.data:.2f}".replace("-", "−")
print(f"{answered}  (right: {sum(called_out):g})")
assert error < (1.0 if compiled else spread), error
model.zero_grad()
((out - sum(called_out) / (4 * RANGE)) ** 2).backward()
title = f"4–4–4–1 adds: {answered} (inputs ÷ {RANGE:g}, the answer × {4 * RANGE:g})"
draw_network(model, title=title).save(f"out/{'eager/' * (not compiled)}addition.svg")
print(
    f"Held-out sums of {spread:.0f} on average are off by {error:.2f} · "
    f"{time.perf_counter() - started:.1f} s"
)
