"""Linear, then not: stacked linear layers stay one linear map; one bend between them changes it all.

That is proved by multiplying: W₂ (W₁ x + b₁) + b₂ = (W₂ W₁) x + (W₂ b₁ + b₂). So no number of them fits
a curve that a line cannot fit. A hidden layer with tanh does.
"""

import argparse
import time
from pathlib import Path

import matplotlib
import numpy as np

from nn import MLP, Adam, CosineAnnealingLR, fit, predict

matplotlib.use("svg")
import matplotlib.pyplot as plt

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--seed", type=int, default=0, help="draws the weights")
seed = options.parse_args().seed

# The proof, on three layers with numbers in them.
stack = MLP(2, [5, 4, 3], activation="linear", rng=seed)
W, b = np.eye(2), np.zeros(2)
for layer in stack.layers:
    weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
    W, b = weights @ W, weights @ b + [neuron.b.data for neuron in layer.neurons]
x = np.array([0.7, -1.3])
np.testing.assert_allclose([y.data for y in stack(x)], W @ x + b, rtol=1e-12)
print(f"three linear layers, {len(stack.parameters())} weights, are this one 3×2 matrix:")
print("  " + str(W.round(3)).replace("\n", "\n  "))

# A curve that no line fits.
xs = np.linspace(-1.0, 1.0, 80)[:, None]
ys = np.sin(3.0 * xs[:, 0])
errors, curves = {}, {}
for name in ("linear", "tanh"):
    model = MLP(1, [8, 1], activation=name, init="xavier_uniform", rng=seed)
    optimizer = Adam(model.parameters(), lr=0.03)
    fit(
        model, (xs, ys), "mse", optimizer, epochs=200, batch_size=20, compiled=True, progress=False,
        scheduler=CosineAnnealingLR(optimizer, T_max=200),
    )  # fmt: skip
    curves[name] = predict(model, xs, compiled=True)[:, 0]
    errors[name] = float(np.mean((curves[name] - ys) ** 2))
line = np.polynomial.Polynomial.fit(xs[:, 0], ys, 1)(xs[:, 0])
best = float(np.mean((line - ys) ** 2))
assert errors["linear"] > 0.98 * best  # not better than the best line of all
assert errors["tanh"] < 0.1 * best, errors

figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
axes.plot(xs, ys, "o", color="#5A5A5A", markersize=3, label="sin 3x")
axes.plot(xs, curves["linear"], color="#D9760B", label="two linear layers: a line")
axes.plot(xs, curves["tanh"], color="#0B62A4", label="8 tanh neurons between")
axes.set_xlabel("x")
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)
Path("out").mkdir(exist_ok=True)
figure.savefig("out/linear_layers.svg", metadata={"Date": None})
print(
    f"Mean squared error: {errors['linear']:.3f} linear (the best line {best:.3f}), "
    f"{errors['tanh']:.4f} with tanh · "
    f"{time.perf_counter() - started:.1f} s"
)
