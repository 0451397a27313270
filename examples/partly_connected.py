"""Layers "interconnected partially or fully with the previous layer".

The first hidden neuron sees only the sepal, the second only the petal, the third everything. What is
not connected has no weight, no gradient and no line in the drawing.
"""

import argparse
import time

from nn import Adam, Layer, Sequential, accuracy, cross_entropy, fit, predict
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

sepal, petal = [0, 1], [2, 3]
model = Sequential(
    Layer(4, 3, "tanh", connections=[sepal, petal, sepal + petal], rng=seed),  # partly
    Layer(3, 3, "linear", rng=seed + 1),  # fully
)
assert [len(neuron.w) for neuron in model[0].neurons] == [2, 2, 4]

optimizer = Adam(model.parameters(), lr=0.02)
fit(model, train, "cross_entropy", optimizer, epochs=60, metrics="accuracy", compiled=compiled)
right = accuracy(predict(model, test.x, compiled=compiled), test.y)
assert right >= 0.85, right

# An input that a neuron is not connected to cannot move it.
first = model[0].neurons[0]
assert first([1.0, 2.0, 0.0, 0.0]).data == first([1.0, 2.0, 99.0, -99.0]).data

model.zero_grad()
cross_entropy(model(test.x[0].tolist()), int(test.y[0])).backward()
draw_network(
    model,
    input_names=flowers.features,
    output_names=flowers.classes,
    title=f"Partly connected, shown a {flowers.classes[test.y[0]]}",
).save("out/partly_connected.svg")
print(f"{right:.1%} of {len(test.x)} held-out irises · {time.perf_counter() - started:.1f} s")
