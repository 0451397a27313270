"""4×3×1: a hidden layer. Fifteen weights, four neurons.

"That's all deep learning means: more than one layer." Is this iris a versicolor, the kind in the
middle, which no single neuron can cut out?
"""

import argparse
import time

from nn import MLP, Adam, CosineAnnealingLR, accuracy, binary_cross_entropy, fit, predict
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
versicolor = flowers.classes.index("versicolor")

model = MLP(4, [3, 1], "tanh", "sigmoid", init="xavier_uniform", rng=seed)
neurons = [neuron for layer in model.layers for neuron in layer.neurons]
assert len(neurons) == 4
assert sum(len(neuron.w) for neuron in neurons) == 15
luck = accuracy(predict(model, test.x, compiled=compiled), test.y == versicolor)

optimizer = Adam(model.parameters(), lr=0.05)
fit(
    model, (train.x, train.y == versicolor), "binary_cross_entropy", optimizer,
    epochs=100, metrics="accuracy", compiled=compiled,
    scheduler=CosineAnnealingLR(optimizer, T_max=100),
)  # fmt: skip
right = accuracy(predict(model, test.x, compiled=compiled), test.y == versicolor)
assert right >= 0.85, right

model.zero_grad()
binary_cross_entropy(model(test.x[0].tolist()), int(test.y[0] == versicolor)).backward()
draw_network(
    model, input_names=flowers.features, output_names=["versicolor?"],
    title=f"4×3×1 is shown a {flowers.classes[test.y[0]]}",
).save("out/hidden_layer.svg")  # fmt: skip
print(
    f"4×3×1: {right:.1%} of {len(test.x)} held-out irises (by luck, before training: {luck:.0%}) · "
    f"{time.perf_counter() - started:.1f} s"
)
