"""A recurrent network: the output fed back to the input, unrolled over time. Order matters.

Is a word written forwards or sdrawkcab? Both have the same letters, so whoever ignores their order
can only guess. The words are those of Python's own documentation.
"""

import argparse
import re
import time
from pydoc_data.topics import topics

import numpy as np

from nn import (
    RNN,
    Adam,
    Dataset,
    Embedding,
    Linear,
    Module,
    accuracy,
    binary_cross_entropy_with_logits,
    fit,
    predict,
)
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
LENGTH = 8  # letters; shorter words are filled up in front with the number 26

text = " ".join(topics.values()).lower()
words = sorted(w for w in set(re.findall(r"\b[a-z]{5,8}\b", text)) if w != w[::-1])


def numbers(word: str) -> list[int]:
    """a = 0 … z = 25, filled up in front."""
    return [26] * (LENGTH - len(word)) + [ord(letter) - ord("a") for letter in word]


class Reader(Module):
    """A letter becomes 6 numbers, 16 recurrent neurons read them one by one, a last one decides."""

    def __init__(self) -> None:
        self.letters = Embedding(27, 6, rng=seed)
        self.rnn = RNN(6, 16, rng=seed + 1)
        self.decide = Linear(16, 1, rng=seed + 2)

    def __call__(self, word):
        _, last = self.rnn(self.letters(word))
        return self.decide(last)


chosen = np.random.default_rng(seed).permutation(len(words))
print(f"{len(words)} words, {words[chosen[0]]} / {words[chosen[0]][::-1]} for one")
x = np.array([[numbers(words[i]), numbers(words[i][::-1])] for i in chosen]).reshape(-1, LENGTH)
y = np.tile([1.0, 0.0], len(words))
cut = len(x) * 4 // 5 // 2 * 2  # a word and its mirror image stay together
train, test = Dataset(x[:cut], y[:cut]), Dataset(x[cut:], y[cut:])

reader = Reader()
optimizer = Adam(reader.parameters(), lr=0.005)
fit(
    reader, train, "binary_cross_entropy_with_logits", optimizer,
    epochs=1 if eager else 15, metrics="accuracy", compiled=not eager, clip_grad_norm=1.0,
)  # fmt: skip
right = accuracy(predict(reader, test.x, compiled=not eager), test.y, threshold=0.0)
assert right >= (0.52 if eager else 0.8), right

for word in ("gninrael", "learning"):
    answer = reader(numbers(word))[0]
    print(f"{word}: {'forwards' if answer.data > 0 else 'backwards'} ({answer.data:+.1f})")
reader.zero_grad()
binary_cross_entropy_with_logits(reader(numbers("learning")), 1).backward()
draw_network(
    reader, title="Recurrent network: is “learning” written forwards?", max_neurons=6,
    output_names=["forwards"],
).save(f"out/{'eager/' * eager}rnn.svg")  # fmt: skip
print(f"{right:.1%} of {len(test.x)} held-out words right · {time.perf_counter() - started:.1f} s")
