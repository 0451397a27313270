"""Logistic regression is one neuron with a sigmoid; its weights are the importance of the features.

569 real tumours, 30 measurements of each: malignant or benign?
"""

import sys
import time

from nn import Adam, Neuron, accuracy, fit, predict
from nn.datasets import breast_cancer
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 0
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
draw_network(neuron, input_names=train.features, title="Benign?").save(
    "out/logistic_regression.svg"
)
print(
    f"{right:.1%} of {len(test.x)} held-out tumours right · {time.perf_counter() - started:.1f} s"
)
