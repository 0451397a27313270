"""Logistic regression is one neuron with a sigmoid; its weights are the importance of the features.

569 real tumours, 30 measurements of each: malignant or benign?
"""

import argparse
import time

from nn import Adam, Neuron, accuracy, binary_cross_entropy, fit, predict
from nn.datasets import breast_cancer
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
compiled, seed = not given.eager, given.seed
train, test = breast_cancer().split(test=0.25, rng=seed)
train, test = train.standardized(test)

neuron = Neuron(30, activation="sigmoid", init="zeros", rng=0)
optimizer = Adam(neuron.parameters(), lr=0.02, weight_decay=1e-3)
fit(
    neuron,
    train,
    "binary_cross_entropy",
    optimizer,
    epochs=20,
    metrics="accuracy",
    compiled=compiled,
)

by_importance = sorted(zip(neuron.w, train.features), key=lambda pair: -abs(pair[0].data))
for w, feature in by_importance[:5]:
    print(f"{feature:>24}  {w:+.2f}  {'benign' if w.data > 0 else 'malignant'} where it is large")

right = accuracy(predict(neuron, test.x, compiled=compiled), test.y)
assert right >= 0.93, right
neuron.zero_grad()
binary_cross_entropy(neuron(test.x[0].tolist()), int(test.y[0])).backward()
draw_network(
    neuron, input_names=train.features, output_names=["benign?"],
    title=f"Logistic regression is shown a {test.classes[test.y[0]]} tumour",
).save("out/logistic_regression.svg")  # fmt: skip
print(
    f"{right:.1%} of {len(test.x)} held-out tumours right · {time.perf_counter() - started:.1f} s"
)
