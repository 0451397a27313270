"""How much data, how many neurons? "16 is arbitrary": one plot each, on 8×8 handwritten digits.

Accuracy on held-out digits against images a class, neurons in the hidden layer, hidden layers, seed.
"""

import argparse
import time
from pathlib import Path

import matplotlib
import numpy as np

from nn import MLP, Adam, accuracy, fit, predict
from nn.datasets import digits

matplotlib.use("svg")
import matplotlib.pyplot as plt

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
seed = options.parse_args().seed
train, test = digits().split(test=0.2, rng=seed)


def score(images: int = 100, neurons: int = 16, layers: int = 1, rng: int = seed) -> float:
    """The share of held-out digits that a network is right about."""
    few = np.concatenate([np.flatnonzero(train.y == digit)[:images] for digit in range(10)])
    model = MLP(64, [neurons] * layers + [10], activation="relu", init="he_normal", rng=rng)
    optimizer = Adam(model.parameters(), lr=0.01)
    epochs = max(10, 16_000 // len(few) // 4)
    fit(
        model,
        train.take(few),
        "cross_entropy",
        optimizer,
        epochs=epochs,
        compiled=True,
        progress=False,
    )
    return accuracy(predict(model, test.x, compiled=True), test.y)


questions = {
    "images a class": ("images", [1, 3, 10, 30, 100]),
    "neurons in the hidden layer": ("neurons", [1, 2, 4, 8, 16, 32]),
    "hidden layers": ("layers", [1, 2, 4, 8]),
    "the seed": ("rng", [0, 1, 2, 3, 4]),
}
figure, axes = plt.subplots(1, 4, figsize=(11, 2.8), sharey=True, layout="constrained")
found = {}
for (what, (name, values)), ax in zip(questions.items(), axes):
    found[name] = [score(**{name: value}) for value in values]
    print(f"{what:>28}: " + "  ".join(f"{v} {s:.0%}" for v, s in zip(values, found[name])))
    ax.plot(range(len(values)), [100 * s for s in found[name]], "o-", color="#0B62A4")
    ax.set_xticks(range(len(values)), values)
    ax.set_xlabel(what)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("right, held out, %")
Path("out").mkdir(exist_ok=True)
figure.savefig("out/how_much.svg", metadata={"Date": None})
assert found["images"][-1] > found["images"][0] + 0.2
assert found["neurons"][-1] > found["neurons"][0] + 0.3
assert np.ptp(found["rng"]) < 0.1
few, many = found["images"][0], found["images"][-1]
print(
    f"1 image a class {few:.0%}, 100 {many:.0%}; 1 neuron {found['neurons'][0]:.0%}, 32 "
    f"{found['neurons'][-1]:.0%} · {time.perf_counter() - started:.1f} s"
)
