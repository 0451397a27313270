"""One neuron, with the lecture's numbers: four inputs, a weight each, a bias, an activation.

w₁ = 0 dismisses its input, w₂ = 500 amplifies it, w₄ = 0.001 turns an input of 500 into 0.5. And with
all inputs 0 the neuron still answers: that is what the bias is for.
"""

import argparse
import time

from autograd import Value
from nn import Neuron
from viz import draw_graph, draw_network

argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]).parse_args()
started = time.perf_counter()
x = [0.1, -4.7, 0.0, 500.0]
w = [0.0, 500.0, 2.0, 0.001]
bias = 2350.0

# What a single weight does to a single input.
for what, weight, xi, expected in [
    ("dismisses", 0.0, 0.1, 0.0), ("amplifies", 500.0, -4.7, -2350.0), ("tames", 0.001, 500.0, 0.5)
]:  # fmt: skip
    product = Value(weight) * xi
    print(f"weight {weight:>7g} {what} input {xi:>5g}: {product.data + 0:g}")
    assert abs(product.data - expected) < 1e-12

# Σ wᵢxᵢ + b, then the activation. What this is in a living cell: examples/cell.py.
neuron = Neuron(4, activation="sigmoid", rng=0)
for weight, number, i in zip(neuron.w, w, "₁₂₃₄"):
    weight.data, weight.label = number, f"w{i}"
neuron.b.data = bias
inputs = [Value(xi, label=f"x{i}") for xi, i in zip(x, "₁₂₃₄")]
y = neuron(inputs)
y.label = "y"
y.backward()

# By hand: n = 0·0.1 + 500·(−4.7) + 2·0 + 0.001·500 + 2350 = 0.5, and σ′(n) = σ(n)·(1 − σ(n)).
answer = 0.6224593312018546  # σ(0.5)
assert abs(y.data - answer) < 1e-12
for weight, xi in zip(neuron.w, x):
    assert abs(weight.grad - xi * answer * (1 - answer)) < 1e-9
assert abs(inputs[1].grad - 500.0 * answer * (1 - answer)) < 1e-9

draw_graph(y, merged=True, rankdir="TB").save("out/one_neuron_graph.svg")
draw_network(neuron, title="One neuron: σ(0.5) = 0.6225").save("out/one_neuron.svg")

# All inputs 0: only the bias speaks.
alone = neuron([0.0] * 4).data
print(f"with all inputs 0 and b = {bias:g} the neuron answers {alone:g}")
neuron.b.data = 0.0
print(f"with all inputs 0 and b = 0 it answers {neuron([0.0] * 4):.2f}, whatever the weights")
assert (alone, neuron([0.0] * 4).data) == (1.0, 0.5)
print(f"One neuron answers σ(0.5) = {y:.4f}, as by hand · {time.perf_counter() - started:.1f} s")
