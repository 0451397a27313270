"""LSTM, long short-term memory: a special recurrent network, here with a poem to remember.

It reads the Zen of Python letter by letter and says each next one. Then it recites: it is given one
word, and from there on its own last letter. What it said before lives in its memory cells alone.
"""

import re
import sys
import time

import numpy as np

from autograd import no_grad
from nn import LSTM, Adam, CosineAnnealingLR, Embedding, Linear, Module, fit
from nn.datasets import zen
from viz import draw_network

started = time.perf_counter()
eager = "--eager" in sys.argv
WINDOW = 32

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
        outputs, _ = self.memory(self.letters(letters))
        return [self.say(output) for output in outputs]

    @no_grad()
    def recite(self, beginning: str, length: int) -> str:
        """Go on after the beginning, letter by letter, each time with the likeliest."""
        said, state = beginning, None
        outputs, state = self.memory(self.letters([number[letter] for letter in said]))
        while len(said) < length:
            said += alphabet[int(np.argmax([score.data for score in self.say(outputs[-1])]))]
            outputs, state = self.memory(self.letters([number[said[-1]]]), state)
        return said


codes = np.array([number[letter] for letter in poem])
windows = np.lib.stride_tricks.sliding_window_view(codes, WINDOW + 1)[:: 100 if eager else 4]

poet = Poet()
optimizer = Adam(poet.parameters(), lr=0.02)
epochs = 1 if eager else 80
history = fit(
    poet, (windows[:, :-1], windows[:, 1:]), "cross_entropy", optimizer, batch_size=16,
    epochs=epochs, scheduler=CosineAnnealingLR(optimizer, T_max=epochs), clip_grad_norm=5.0,
    compiled=not eager,
)  # fmt: skip

said = poet.recite("beautiful", length=80)
known = next((i for i, (a, b) in enumerate(zip(said, poem)) if a != b), len(said))
print(f"It recites: {said} …")
assert eager or known >= 60, said
draw_network(poet, title="LSTM").save("out/lstm.svg")
print(
    f"{known} letters of the poem by heart, loss {history.last['loss']:.2f} a letter · "
    f"{time.perf_counter() - started:.1f} s"
)
