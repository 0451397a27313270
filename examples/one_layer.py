"""One layer: 4×1 with four weights, then 4×3 with twelve, one colour a neuron.

Twelve coloured arrows become a matrix: f(W x + b) = a. Three neurons tell three kinds of iris apart.
"""

import sys
import time

import numpy as np

from nn import Adam, Layer, accuracy, fit, predict
from nn.datasets import iris
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 0
flowers = iris()
train, test = flowers.split(test=0.2, rng=seed)
train, test = train.standardized(test)
x = train.x[0]

# 4×1: one neuron.
single = Layer(4, 1, activation="tanh", rng=seed)
assert len(single.neurons[0].w) == 4
single(x)
draw_network(single, input_names=flowers.features, title="4×1").save("out/layer_4x1.svg")

# 4×3: three neurons see the same four inputs. Their weights, row by row, are a matrix.
layer = Layer(4, 3, activation="linear", rng=seed)
optimizer = Adam(layer.parameters(), lr=0.1)
fit(layer, train, "cross_entropy", optimizer, epochs=40, metrics="accuracy", compiled=compiled)
right = accuracy(predict(layer, test.x, compiled=compiled), test.y)
assert right >= 0.9, right

W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
b = np.array([neuron.b.data for neuron in layer.neurons])
a = np.array([a.data for a in layer(x)])
assert W.shape == (3, 4)
np.testing.assert_allclose(a, W @ x + b, rtol=1e-9)
print("f(W x + b) = a for one flower, a row a neuron:")
for j in range(3):
    row = "  ".join(f"{w:6.2f}" for w in W[j])
    xj = f"{x[j]:6.2f}"
    print(f"  [{row} ]   {'·' if j == 1 else ' '} [{xj} ]   + [{b[j]:6.2f} ]   = [{a[j]:6.2f} ]")
print(f"  {'':32}     [{x[3]:6.2f} ]")

draw_network(
    layer, input_names=flowers.features, output_names=flowers.classes, color_by="neuron",
    title="4×3: twelve arrows, one colour a neuron, f(W x + b) = a",
).save("out/layer_4x3.svg")  # fmt: skip
print(
    f"4×3: {right:.1%} of {len(test.x)} held-out irises right · {time.perf_counter() - started:.1f} s"
)
