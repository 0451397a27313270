"""An autoencoder: the same at the output as at the input, through a narrow middle.

64 pixels of a handwritten digit have to pass through 12 numbers. Nobody says which; the digit itself
is the target.
"""

import argparse
import time
from pathlib import Path

import matplotlib
import numpy as np

from nn import MLP, Adam, CosineAnnealingLR, fit, mse_loss, predict
from nn.datasets import digits
from viz import draw_network

matplotlib.use("svg")
import matplotlib.pyplot as plt

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
train, test = digits().split(test=0.2, rng=seed)

model = MLP(64, [12, 64], activation="tanh", init="xavier_uniform", rng=seed)
optimizer = Adam(model.parameters(), lr=0.02)
epochs = 1 if eager else 60
fit(
    model, (train.x, train.x), "mse", optimizer,
    epochs=epochs, scheduler=CosineAnnealingLR(optimizer, T_max=epochs), compiled=not eager,
)  # fmt: skip

# Against always answering the mean digit, and against the best linear way (12 principal components).
again = predict(model, test.x, compiled=not eager)
error = np.mean((again - test.x) ** 2)
mean = train.x.mean(axis=0)
without = np.mean((mean - test.x) ** 2)
axes = np.linalg.svd(train.x - mean, full_matrices=False)[2][:12]
linear = np.mean(((test.x - mean) @ axes.T @ axes + mean - test.x) ** 2)
kept = 1 - error / without
print(f"mean squared error {error:.4f}; the mean digit {without:.4f}; 12 components {linear:.4f}")
assert kept >= (0.1 if eager else 0.72), kept

figure, rows = plt.subplots(2, 10, figsize=(10, 2.2))
for row, words in zip(rows, ("shown", "answered")):
    row[0].text(-2, 3.5, words, ha="right", va="center")
for i in range(10):
    for row, images in zip(rows, (test.x, again)):
        row[i].imshow(images[i].reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        row[i].axis("off")
out = Path("out/eager" if eager else "out")
out.mkdir(parents=True, exist_ok=True)
figure.savefig(out / "autoencoder_digits.svg", metadata={"Date": None})
model.zero_grad()
mse_loss(model(test.x[0].tolist()), test.x[0].tolist()).backward()
draw_network(model, title=f"Autoencoder 64–12–64 is shown a {test.y[0]}").save(
    out / "autoencoder.svg"
)
print(
    f"{kept:.0%} of the held-out digits' variance comes through 12 numbers (linear: "
    f"{1 - linear / without:.0%}) · {time.perf_counter() - started:.1f} s"
)
