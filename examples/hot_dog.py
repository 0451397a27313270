"""Hot dog / not hot dog: is it in the photograph or not? The last neuron says yes or no.

No package ships photographs of hot dogs. scikit-learn ships two photographs, a flower and a temple, so
here the question is flower / not flower, for pieces of 40×40 pixels. The loop that `fit` runs is
written out once: forward propagation, compare, backward propagation, change the weights a little.
"""

import sys
import time

import numpy as np
from sklearn.datasets import load_sample_images

from nn import MLP, SGD, Dataset, accuracy, binary_cross_entropy_with_logits, fit, predict
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv


def pieces(photograph: np.ndarray) -> np.ndarray:
    """Pieces of 40×40 pixels as 4×4 mean colours: [piece, 48], −1 … 1."""
    rows, columns = (length // 40 for length in photograph.shape[:2])
    cut = photograph[: rows * 40, : columns * 40].astype(float)
    blocks = cut.reshape(rows, 4, 10, columns, 4, 10, 3).mean(axis=(2, 5))
    return blocks.transpose(0, 2, 1, 3, 4).reshape(rows * columns, 48) / 127.5 - 1


temple, flower = map(pieces, load_sample_images().images)
data = Dataset(
    np.concatenate([temple, flower]),
    np.repeat([0, 1], [len(temple), len(flower)]),
    classes=("not flower", "flower"),
)
train, test = data.split(test=0.3, rng=0)
model = MLP(48, [6, 1], activation="tanh", init="xavier_normal", rng=0)
optimizer = SGD(model.parameters(), lr=0.1)

# One piece by hand: a correct decision would be reinforced, a wrong one is penalised.
x, y = train.x[0].tolist(), int(train.y[0])
before = binary_cross_entropy_with_logits(model(x), y)
optimizer.zero_grad()
before.backward()
optimizer.step()
after = binary_cross_entropy_with_logits(model(x), y)
print(f"one step on one piece: loss {before.data:.4f} → {after.data:.4f}")
assert after.data < before.data

# The same over and over.
loss = "binary_cross_entropy_with_logits"
fit(model, train, loss, optimizer, epochs=40, metrics="accuracy", batch_size=16, compiled=compiled)
right = accuracy(predict(model, test.x, compiled=compiled), test.y, threshold=0.0)
assert right >= 0.85, right
draw_network(model, output_names=["flower?"], title="Flower / not flower").save("out/hot_dog.svg")
print(f"{right:.1%} of {len(test.x)} held-out pieces right · {time.perf_counter() - started:.1f} s")
