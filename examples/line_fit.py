"""One neuron finds y = 2x + 3 from examples alone.

It starts from a weight and a bias that know nothing, and changes both a little, over and over.
"""

import time

from nn import SGD, Neuron
from viz import draw_network

started = time.perf_counter()
neuron = Neuron(1, activation="linear", rng=0)
examples = [(x, 2 * x + 3) for x in (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0)]
optimizer = SGD(neuron.parameters(), lr=0.02)
(w,), b = neuron.w, neuron.b

for epoch in range(200):
    loss = sum((neuron([x]) - y) ** 2 for x, y in examples) / len(examples)  # forward, compare
    optimizer.zero_grad()
    loss.backward()  # backward propagation
    optimizer.step()  # change the weights a little
    if epoch in (0, 9, 49, 199):
        print(f"epoch {epoch + 1:>3}: y = {w:.2f} x + {b:.2f}   loss {loss:.4f}")

assert abs(w.data - 2) < 0.02, w
assert abs(b.data - 3) < 0.05, b
draw_network(neuron, title="y = 2x + 3").save("out/line_fit.svg")
print(f"Learned y = {w:.2f} x + {b:.2f} of 2 x + 3 · {time.perf_counter() - started:.1f} s")
