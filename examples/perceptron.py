"""The binary-step perceptron: fires 1 when the weighted sum reaches 0, else 0.

The step is flat, so its derivative is 0 and no gradient can teach it. Rosenblatt's rule can.
"""

import argparse
import time

from nn import Perceptron
from nn.datasets import iris
from viz import draw_network

argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]).parse_args()
started = time.perf_counter()
flowers = iris()
setosa = (flowers.y == flowers.classes.index("setosa")).astype(float)

# Why not by gradient: whatever the error is, none of it comes through the step.
perceptron = Perceptron(4, rng=0)
loss = (perceptron(flowers.x[0].tolist()) - (1 - setosa[0])) ** 2
loss.backward()
assert [p.grad for p in perceptron.parameters()] == [0.0] * 5

# Rosenblatt's rule: after a wrong answer, w += (target − answer) · input.
mistakes = perceptron.fit(flowers.x, setosa, epochs=50)
print("mistakes in each epoch:", *mistakes)
assert mistakes[-1] == 0, "setosa can be parted from the others by a plane"

# Exclusive or has no such line: the rule never comes to rest.
xor = Perceptron(2, rng=0)
endless = xor.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], epochs=100)
assert min(endless) > 0

draw_network(
    perceptron, input_names=flowers.features, title="Rosenblatt's perceptron: setosa?"
).save("out/perceptron.svg")
print(
    f"150 irises without a mistake after {len(mistakes)} epochs, XOR never · "
    f"{time.perf_counter() - started:.1f} s"
)
