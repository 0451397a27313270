"""LSTM, long short-term memory: a special recurrent network, here with a poem to remember.

It reads ten letters of the Zen of Python and says the next. Then it recites.
"""

import re
import sys
import time

import numpy as np

from nn import LSTM, Adam, Embedding, Linear, Module, accuracy, fit, predict
from nn.datasets import zen
from viz import draw_network

started = time.perf_counter()
eager = "--eager" in sys.argv
WINDOW = 10

poem = re.sub(r"[^a-z]+", " ", zen().split("\n", 2)[2].lower()).strip()
alphabet = sorted(set(poem))
number = {letter: i for i, letter in enumerate(alphabet)}


class Poet(Module):
    """Letters as 8 numbers each, 32 memory cells, an output for each letter of the alphabet."""

    def __init__(self) -> None:
        self.letters = Embedding(len(alphabet), 8, rng=0)
        self.memory = LSTM(8, 32, rng=1)
        self.say = Linear(32, len(alphabet), rng=2)

    def __call__(self, letters):
        _, (h, _) = self.memory(self.letters(letters))
        return self.say(h)


codes = np.array([number[letter] for letter in poem])
x = np.lib.stride_tricks.sliding_window_view(codes, WINDOW)[:-1]
y = codes[WINDOW:]

poet = Poet()
optimizer = Adam(poet.parameters(), lr=0.01)
fit(
    poet, (x, y), "cross_entropy", optimizer,
    epochs=1 if eager else 60, metrics="accuracy", compiled=not eager, clip_grad_norm=5.0,
)  # fmt: skip
right = accuracy(predict(poet, x, compiled=not eager), y)
assert right >= (0.1 if eager else 0.97), right

said = "beautiful is"
for _ in range(0 if eager else 80):
    scores = predict(poet, [[number[letter] for letter in said[-WINDOW:]]])[0]
    said += alphabet[int(np.argmax(scores))]
print(f"It recites: {said}")
if not eager:
    assert said.startswith("beautiful is better than ugly explicit is better than implicit")
draw_network(poet, title="LSTM").save("out/lstm.svg")
print(f"{right:.1%} of the poem's {len(y)} letters right · {time.perf_counter() - started:.1f} s")
