"""A hundred hidden layers: built, run, differentiated and drawn, collapsed to its ends.

More layers are more factors in the chain rule: see how the gradient shrinks on its way to the front.
"""

import math
import time
from pathlib import Path

import numpy as np

from nn import MLP, read_csv
from viz import draw_network

started = time.perf_counter()
flowers = read_csv(Path(__file__).parent / "data" / "iris.csv", target="species").standardized()
model = MLP(4, [4] * 100 + [1], activation="tanh", init="xavier_uniform", rng=0)
assert len(model.layers) == 101

x = flowers.x[0].tolist()
loss = (model(x) - 1.0) ** 2
loss.backward()

# The derivative by a weight of the first layer, against a central difference.
w, h = model.layers[0].neurons[0].w[0], 1e-4
w.data += h
above = (model(x).data - 1.0) ** 2
w.data -= 2 * h
below = (model(x).data - 1.0) ** 2
w.data += h
assert math.isclose(w.grad, (above - below) / (2 * h), rel_tol=1e-3), (w.grad, above, below)

lengths = [np.linalg.norm([p.grad for p in layer.parameters()]) for layer in model.layers]
for k in (100, 75, 50, 25, 0):
    print(f"layer {k + 1:>3}: length of the gradient {lengths[k]:.1e}")
assert all(length > 0 for length in lengths)

draw_network(model, title="A hundred hidden layers").save("out/hundred_layers.svg")
print(
    f"{len(model.parameters())} parameters in 101 layers, gradient {lengths[-1]:.0e} at the end and "
    f"{lengths[0]:.0e} at the front · {time.perf_counter() - started:.1f} s"
)
