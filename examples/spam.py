"""Spam / not spam: 4 210 real e-mails, and a classifier whose last neuron says yes or no.

Each mail is 57 numbers: how often it has the words make, address, free … and the signs ! and $. Weights
from the normal distribution, then: forward, compare, backward, a little change, over and over.

    python examples/spam.py --seed 3
"""

import argparse
import time

import numpy as np

from nn import MLP, SGD, accuracy, binary_cross_entropy, fit, predict
from nn.datasets import spambase
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
compiled, seed = not given.eager, given.seed
mails = spambase()  # each mail once: a repeat in the test part would have been seen
mails = mails._replace(x=np.log(mails.x + 0.1))  # columns differ a thousandfold in size
train, test = mails.split(test=0.25, rng=seed)
train, test = train.standardized(test)

model = MLP(57, [8, 1], activation="tanh", out_activation="sigmoid", init="normal", rng=seed)
luck = accuracy(predict(model, test.x, compiled=compiled), test.y)
optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
fit(
    model, train, "binary_cross_entropy", optimizer,
    epochs=30 if compiled else 1, metrics="accuracy", compiled=compiled,
)  # fmt: skip

answers = predict(model, test.x, compiled=compiled)[:, 0]
right = accuracy(answers, test.y)
missed = np.mean(answers[test.y == 1] < 0.5)
lost = np.mean(answers[test.y == 0] >= 0.5)
usual = 1 - np.mean(test.y)  # what always saying "not spam" reaches
print(f"before training {luck:.1%}, always 'not spam' {usual:.1%}, trained {right:.1%}")
print(f"good mail called spam: {lost:.1%}; spam let through: {missed:.1%}")
assert right >= (0.88 if compiled else 0.8) > usual, (right, usual)

model.zero_grad()
binary_cross_entropy(model(test.x[0].tolist()), int(test.y[0])).backward()
names = [name.replace("capital_run_length_", "capitals: ") for name in mails.features]
names = [name.rpartition("_")[2] for name in names]
draw_network(
    model, input_names=names, output_names=["spam?"],
    title=f"Spam / not spam: 57–8–1 is shown a mail that is {mails.classes[test.y[0]]}",
).save(f"out/{'eager/' * (not compiled)}spam.svg")  # fmt: skip
print(
    f"{right:.1%} of {len(test.x)} held-out mails right ({usual:.0%} by always saying no) · "
    f"{time.perf_counter() - started:.1f} s"
)
