"""One layer: 4×1 with four weights, then 4×3 with twelve, one colour a neuron.

Twelve coloured arrows become a matrix: f(W x + b) = a. Three neurons tell three kinds of iris apart.
"""

import argparse
import time

import numpy as np

from nn import Adam, Layer, accuracy, cross_entropy, fit, predict
from nn.datasets import iris
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
compiled, seed = not given.eager, given.seed
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
optimizer = Adam(layer.parameters(), lr=0.2)
fit(layer, train, "cross_entropy", optimizer, epochs=40, metrics="accuracy", compiled=compiled)
right = accuracy(predict(layer, test.x, compiled=compiled), test.y)
assert right >= 0.9, right

W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
b = np.array([neuron.b.data for neuron in layer.neurons])
answers = layer(x)
a = np.array([answer.data for answer in answers])
assert W.shape == (3, 4)
np.testing.assert_allclose(a, W @ x + b, rtol=1e-9)
print("f(W x + b) = a for one flower, a row a neuron:")
for j in range(3):
    row = "  ".join(f"{w:6.2f}" for w in W[j])
    xj = f"{x[j]:6.2f}"
    print(f"  [{row} ]   {'·' if j == 1 else ' '} [{xj} ]   + [{b[j]:6.2f} ]   = [{a[j]:6.2f} ]")
print(f"  {'':32}     [{x[3]:6.2f} ]")

layer.zero_grad()
cross_entropy(answers, int(train.y[0])).backward()
draw_network(
    layer, input_names=flowers.features, output_names=flowers.classes, color_by="neuron",
    title=f"4×3 is shown a {train.classes[train.y[0]]}: one colour a neuron, f(W x + b) = a",
).save("out/layer_4x3.svg")  # fmt: skip
print(
    f"4×3: {right:.1%} of {len(test.x)} held-out irises right · {time.perf_counter() - started:.1f} s"
)
