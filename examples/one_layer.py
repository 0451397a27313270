"""One layer: 4×1 with four weights, then 4×3 with twelve, one colour a neuron.

Written as a matrix it is f(W x + b) = a: three neurons tell three kinds of iris apart.
"""

import sys
import time
from pathlib import Path

import numpy as np

from nn import Adam, Layer, accuracy, fit, predict, read_csv
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
flowers = read_csv(Path(__file__).parent / "data" / "iris.csv", target="species")
train, test = flowers.split(test=0.2, rng=0)
train, test = train.standardized(test)
x = train.x[0]

# 4×1: one neuron.
single = Layer(4, 1, activation="tanh", rng=0)
assert len(single.neurons[0].w) == 4
draw_network(single, input_names=flowers.features, title="4×1").save("out/layer_4x1.svg")

# 4×3: three neurons see the same four inputs. Their weights, row by row, are a matrix.
layer = Layer(4, 3, activation="linear", rng=0)
W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
b = np.array([neuron.b.data for neuron in layer.neurons])
assert W.shape == (3, 4)
np.testing.assert_allclose([a.data for a in layer(x)], W @ x + b, rtol=1e-12)

# Train it: the neuron that answers most decides.
optimizer = Adam(layer.parameters(), lr=0.1)
fit(layer, train, "cross_entropy", optimizer, epochs=40, metrics="accuracy", compiled=compiled)
right = accuracy(predict(layer, test.x, compiled=compiled), test.y)
assert right >= 0.9, right

draw_network(
    layer, input_names=flowers.features, output_names=flowers.classes, title="4×3: f(W x + b) = a"
).save("out/layer_4x3.svg")
print(
    f"4×3: {right:.1%} of {len(test.x)} held-out irises right · {time.perf_counter() - started:.1f} s"
)
