"""Words, a sentence, a feeling: a recurrent network reads word by word, and the order matters.

"fine, not dull" and "dull, not fine" hold the same words, and so do "not dull, fine" and "not fine,
dull": whoever ignores their order can only guess. The drawing unrolls one sentence: what the neurons
hold after each word, the gradient of that, and what each step adds to a weight.
"""

import argparse
import itertools
import time

import numpy as np

from nn import RNN, Adam, Dataset, Embedding, Linear, Module, accuracy, fit, predict
from nn.losses import binary_cross_entropy_with_logits
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
GOOD = ["good", "great", "fine", "kind", "bright", "warm"]
BAD = ["bad", "awful", "dull", "mean", "dark", "cold"]
WORDS = ["not", *GOOD, *BAD]
code = {word: i for i, word in enumerate(WORDS)}

# Annotated by what the words mean: the feeling is that of the word which is not denied.
sentences = []
for good, bad in itertools.product(GOOD, BAD):
    sentences += [([good, "not", bad], 1), ([bad, "not", good], -1)]
    sentences += [(["not", bad, good], 1), (["not", good, bad], -1)]
x = np.array([[code[word] for word in words] for words, _ in sentences])
y = np.array([feeling > 0 for _, feeling in sentences]).astype(int)
_, same = np.unique(np.sort(x), axis=0, return_inverse=True)  # sentences of the same words
assert all(np.mean(y[same.ravel() == k]) == 0.5 for k in range(36)), "without the order: 50 %"
train, test = Dataset(x, y).split(test=0.25, rng=seed)


class Reader(Module):
    """A word becomes 2 numbers, 3 recurrent neurons read them one by one, a last one feels."""

    def __init__(self, seed: int) -> None:
        self.words = Embedding(len(WORDS), 2, rng=seed)
        self.rnn = RNN(2, 3, rng=seed + 1)
        self.feel = Linear(3, 1, rng=seed + 2)

    def __call__(self, sentence):
        _, last = self.rnn(self.words(sentence))
        return self.feel(last)


# So small a network may get stuck. That shows in what it was trained on, and then it starts anew.
for start in range(4):
    reader = Reader(seed + 100 * start)
    fit(
        reader, train, "binary_cross_entropy_with_logits", Adam(reader.parameters(), lr=0.1),
        epochs=2 if eager else 100, compiled=not eager,
    )  # fmt: skip
    learned = accuracy(predict(reader, train.x, compiled=not eager), train.y, threshold=0.0)
    print(f"start {start + 1}: {learned:.0%} of the sentences it was trained on")
    if eager or learned > 0.95:
        break
right = accuracy(predict(reader, test.x, compiled=not eager), test.y, threshold=0.0)
assert right >= (0.3 if eager else 0.9), right

chosen = ["dull", "not", "fine"]
reader.zero_grad()
out = reader([code[word] for word in chosen])
binary_cross_entropy_with_logits(out, 0).backward()
print(*chosen, "feels", "good" if out[0].data > 0 else "bad", f"({out[0].data:+.1f})")
draw_network(
    reader, unroll=True, title=f"“{' '.join(chosen)}”, read word by word", output_names=["feeling"],
    digits=2,
).save(f"out/{'eager/' * eager}sentence.svg")  # fmt: skip
print(
    f"{right:.1%} of {len(test.x)} held-out sentences felt right · "
    f"{time.perf_counter() - started:.1f} s"
)
