"""Reinforce and penalise: a right decision, a wrong one, and what each does to the weights.

Logistic regression reads six words of real e-mails. After a mail it got right the weights of the words
in it move a little the way they already point; after one it got wrong they move back, and further.
"""

import argparse
import time

import numpy as np

from nn import SGD, Dataset, Neuron, accuracy, binary_cross_entropy, fit, predict
from nn.datasets import spambase
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
seed = options.parse_args().seed
WORDS = ["remove", "free", "money", "george", "hp", "meeting"]
mails = spambase()
columns = [mails.features.index(f"word_freq_{word}") for word in WORDS]
mails = Dataset((mails.x[:, columns] > 0).astype(float), mails.y, tuple(WORDS), mails.classes)
train, test = mails.split(test=0.25, rng=seed)

neuron = Neuron(6, "sigmoid", init="normal", rng=seed)
before_training = accuracy(predict(neuron, test.x), test.y)
print(
    f"before any training the answers are luck: {before_training:.1%} of the held-out mails right"
)
optimizer = SGD(neuron.parameters(), lr=0.5)
fit(neuron, train, "binary_cross_entropy", optimizer, epochs=5, compiled=True, progress=False)
right = accuracy(predict(neuron, test.x), test.y)
print(f"after five times {len(train.x)} mails: {right:.1%}")

answers = predict(neuron, train.x)[:, 0]
several = train.x.sum(1) >= 2  # mails with at least two of the words
sure = np.flatnonzero(several & ((answers > 0.5) == train.y) & (abs(answers - 0.5) < 0.45))
wrong = np.flatnonzero(several & ((answers > 0.5) != train.y))
moved = {}
for name, k in (("right", sure[0]), ("wrong", wrong[0])):
    x, y = train.x[k].tolist(), int(train.y[k])
    start = [w.data for w in neuron.w]
    optimizer.zero_grad()
    loss = binary_cross_entropy(neuron(x), y)
    loss.backward()
    draw_network(
        neuron, input_names=WORDS, output_names=["spam?"], color_by="gradient",
        title=f"A {name} decision: {neuron.last_output:.0%} spam, and it is {mails.classes[y]}",
    ).save(f"out/reinforce_{name}.svg")  # fmt: skip
    said = neuron.last_output
    optimizer.step()
    again = neuron(x).data
    print(f"\na {name} decision: {said:.3f} → {again:.3f}, the mail is {mails.classes[y]}")
    for word, xi, old, w in zip(WORDS, x, start, neuron.w):
        if xi:
            print(f"  {word:>8}: {old:+.4f} → {w.data:+.4f}  ({w.data - old:+.4f})")
        else:
            assert w.data == old  # a word that is not in the mail learns nothing
    assert abs(again - y) < abs(said - y)  # either way closer to the truth
    moved[name] = max(abs(w.data - old) for w, old in zip(neuron.w, start))
assert moved["wrong"] > moved["right"]
assert right > 0.65, right
further = moved["wrong"] / moved["right"]
print(
    f"\n{right:.1%} right; a wrong decision moves the weights {further:.1f} times as far as a right "
    f"one · {time.perf_counter() - started:.1f} s"
)
