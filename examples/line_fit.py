"""One neuron finds y = 2x + 3 from examples alone, and stops early as in the article.

It starts from a weight and a bias that know nothing, and changes both a little, over and over. The
article stopped at 2.0123928 x + 1.3683615; x, true y, learned y and error are printed for both.
"""

import argparse
import time

from nn import SGD, Neuron
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--seed", type=int, default=0, help="draws the weights")
seed = options.parse_args().seed
neuron = Neuron(1, activation="linear", rng=seed)
examples = [(x, 2 * x + 3) for x in (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0)]
optimizer = SGD(neuron.parameters(), lr=0.02)
(w,), b = neuron.w, neuron.b


def table(slope: float, offset: float) -> None:
    """x, the true y, the learned y, and the error."""
    print(f"  y = {slope:.4f} x + {offset:.4f}")
    print(f"  {'x':>4} {'true y':>8} {'learned y':>10} {'error':>8}")
    for x in (1.0, 2.0, 3.0, 10.0):
        true, learned = 2 * x + 3, slope * x + offset
        print(f"  {x:4g} {true:8g} {learned:10.4f} {round(learned - true, 4) + 0:8.4f}")


for epoch in range(300):
    loss = sum((neuron([x]) - y) ** 2 for x, y in examples) / len(examples)  # forward, compare
    optimizer.zero_grad()
    loss.backward()  # backward propagation
    optimizer.step()  # change the weights a little
    if epoch in (0, 9, 49, 299):
        print(f"epoch {epoch + 1:>3}: y = {w:.2f} x + {b:.2f}   loss {loss:.4f}")

print("The article, stopped early:")
table(2.0123928, 1.3683615)
print("Here, after 300 epochs:")
table(w.data, b.data)
assert abs(w.data - 2) < 0.02, w
assert abs(b.data - 3) < 0.05, b
draw_network(neuron, title="y = 2x + 3").save("out/line_fit.svg")
print(f"Learned y = {w:.2f} x + {b:.2f} of 2 x + 3 · {time.perf_counter() - started:.1f} s")
