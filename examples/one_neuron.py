"""One neuron: four inputs, a weight each, a bias, an activation.

A weight of 0 ignores its input, 500 amplifies it, 0.001 turns an input of 500 into 0.5.
"""

import time

from autograd import Value
from nn import Neuron
from viz import draw_graph, draw_network

started = time.perf_counter()
x = [0.1, -4.7, 0.0, 500.0]

# What a single weight does to a single input.
for weight, xi, expected in [(0.0, -4.7, 0.0), (500.0, 0.1, 50.0), (0.001, 500.0, 0.5)]:
    product = Value(weight) * xi
    print(f"weight {weight:>7g} · input {xi:>5g} = {product.data + 0:g}")
    assert abs(product.data - expected) < 1e-12

# Σ wᵢxᵢ + b, then the activation.
neuron = Neuron(4, activation="sigmoid", rng=0)
for w, number in zip(neuron.w, [500.0, 0.0, 2.0, 0.001]):
    w.data = number
neuron.b.data = -50.0
inputs = [Value(xi, label=f"x{i}") for i, xi in enumerate(x, 1)]
y = neuron(inputs)
y.backward()

# By hand: n = 500·0.1 + 0·(−4.7) + 2·0 + 0.001·500 − 50 = 0.5, and σ′(n) = σ(n)·(1 − σ(n)).
answer = 0.6224593312018546  # σ(0.5)
assert abs(y.data - answer) < 1e-12
for w, xi in zip(neuron.w, x):
    assert abs(w.grad - xi * answer * (1 - answer)) < 1e-12
assert abs(inputs[0].grad - 500.0 * answer * (1 - answer)) < 1e-12

draw_graph(y).save("out/one_neuron_graph.svg")
draw_network(neuron, title="One neuron").save("out/one_neuron.svg")
print(f"One neuron answers σ(0.5) = {y:.4f}, as by hand · {time.perf_counter() - started:.1f} s")
