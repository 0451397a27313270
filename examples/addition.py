"""Two hidden layers, 4–4–4–1. "Addition could be the application": train it to add.

Nobody tells the network what a sum is; it sees examples of answers, of numbers from −20 to 20. Then the
audience calls out four numbers:

    python examples/addition.py 10 10 10 10
"""

import sys
import time

import numpy as np

from nn import MLP, Adam, CosineAnnealingLR, Dataset, fit, predict
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 0
RANGE = 20.0
words = sys.argv[1 : sys.argv.index("--seed")] if "--seed" in sys.argv else sys.argv[1:]
called_out = [float(word) for word in words if word != "--eager"] or [10.0, 10.0, 10.0, 10.0]
if len(called_out) != 4 or max(map(abs, called_out)) > RANGE:
    sys.exit(f"addition.py adds four numbers from {-RANGE:g} to {RANGE:g}: it learned those")

numbers = np.random.default_rng(seed).uniform(-RANGE, RANGE, (1000, 4))
sums = Dataset(numbers / RANGE, numbers.sum(axis=1) / (4 * RANGE))
train, test = sums.split(test=0.2, rng=seed)

model = MLP(4, [4, 4, 1], activation="tanh", init="xavier_uniform", rng=seed)
optimizer = Adam(model.parameters(), lr=0.02)
epochs = 60 if compiled else 3
fit(
    model, train, "mse", optimizer,
    epochs=epochs, scheduler=CosineAnnealingLR(optimizer, T_max=epochs), compiled=compiled,
)  # fmt: skip

answers = 4 * RANGE * predict(model, test.x, compiled=compiled)[:, 0]
error = np.abs(answers - 4 * RANGE * test.y).mean()
spread = np.abs(4 * RANGE * test.y).mean()
answer = 4 * RANGE * model([x / RANGE for x in called_out]).data
print(" + ".join(f"{x:g}" for x in called_out), f"= {answer:.2f}  (right: {sum(called_out):g})")
assert error < (1.0 if compiled else spread), error
draw_network(model, title="4–4–4–1 adds").save(f"out/{'eager/' * (not compiled)}addition.svg")
print(
    f"Held-out sums of {spread:.0f} on average are off by {error:.2f} · "
    f"{time.perf_counter() - started:.1f} s"
)
