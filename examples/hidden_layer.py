"""4×3×1: a hidden layer. Fifteen weights, four neurons.

"That's all deep learning means: more than one layer." Is this iris a versicolor, the kind in the
middle, which no single neuron can cut out?
"""

import sys
import time
from pathlib import Path

from nn import MLP, Adam, accuracy, fit, predict, read_csv
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
flowers = read_csv(Path(__file__).parent / "data" / "iris.csv", target="species")
train, test = flowers.split(test=0.2, rng=1)
train, test = train.standardized(test)
versicolor = flowers.classes.index("versicolor")

model = MLP(4, [3, 1], activation="tanh", out_activation="sigmoid", rng=0)
neurons = [neuron for layer in model.layers for neuron in layer.neurons]
assert len(neurons) == 4
assert sum(len(neuron.w) for neuron in neurons) == 15

data = (train.x, train.y == versicolor)
optimizer = Adam(model.parameters(), lr=0.05)
fit(
    model,
    data,
    "binary_cross_entropy",
    optimizer,
    epochs=100,
    metrics="accuracy",
    compiled=compiled,
)
right = accuracy(predict(model, test.x, compiled=compiled), test.y == versicolor)
assert right >= 0.9, right

draw_network(
    model, input_names=flowers.features, output_names=["versicolor?"], title="4×3×1"
).save("out/hidden_layer.svg")  # fmt: skip
print(
    f"4×3×1: {right:.1%} of {len(test.x)} held-out irises · {time.perf_counter() - started:.1f} s"
)
