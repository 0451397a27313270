"""Words, a sentence, a feeling: a recurrent network reads word by word, and the order matters.

"not good but great" and "not great but good" hold the same words. The drawing unrolls one sentence:
what the neurons hold after each word, the gradient of that, and what each step adds to a weight.
"""

import itertools
import sys
import time

import numpy as np

from nn import RNN, Adam, Dataset, Embedding, Linear, Module, accuracy, fit, predict
from nn.losses import binary_cross_entropy_with_logits
from viz import draw_network

started = time.perf_counter()
eager = "--eager" in sys.argv
seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 0
FEELING = {"good": 1, "great": 1, "fine": 1, "bad": -1, "awful": -1, "dull": -1}
SUBJECTS, VERBS = ["film", "book", "talk", "song"], ["is", "was", "seems"]
WORDS = [*SUBJECTS, *VERBS, "not", "very", *FEELING]
code = {word: i for i, word in enumerate(WORDS)}

# Annotated by what the words mean: "not" turns the feeling round, "very" leaves it.
sentences = [
    ([subject, verb, how, word], (-1 if how == "not" else 1) * feeling)
    for subject, verb, how, (word, feeling) in itertools.product(
        SUBJECTS, VERBS, ["not", "very"], FEELING.items()
    )
]
x = np.array([[code[word] for word in words] for words, _ in sentences])
y = np.array([feeling > 0 for _, feeling in sentences]).astype(int)
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
    optimizer = Adam(reader.parameters(), lr=0.03)
    fit(
        reader, train, "binary_cross_entropy_with_logits", optimizer, epochs=2 if eager else 100,
        compiled=not eager,
    )  # fmt: skip
    learned = accuracy(predict(reader, train.x, compiled=not eager), train.y, threshold=0.0)
    print(f"start {start + 1}: {learned:.0%} of the sentences it was trained on")
    if eager or learned > 0.95:
        break
right = accuracy(predict(reader, test.x, compiled=not eager), test.y, threshold=0.0)
assert right >= (0.3 if eager else 0.8), right

chosen = ["film", "is", "not", "good"]
reader.zero_grad()
out = reader([code[word] for word in chosen])
binary_cross_entropy_with_logits(out, 0).backward()
print(" ".join(chosen), "feels", "good" if out[0].data > 0 else "bad", f"({out[0].data:+.1f})")
draw_network(
    reader, unroll=True, title=f"“{' '.join(chosen)}”, read word by word", output_names=["feeling"]
).save(f"out/{'eager/' * eager}sentence.svg")  # fmt: skip
print(
    f"{right:.1%} of {len(test.x)} held-out sentences felt right · "
    f"{time.perf_counter() - started:.1f} s"
)
