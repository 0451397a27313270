"""LSTM, long short-term memory: a special recurrent network, here with a poem to remember.

It reads the Zen of Python letter by letter and says each next one. Then it recites: it is given one
word, and from there on its own last letter. What it said before lives in its memory cells alone. The
last fifth of the poem is held out: by heart is not the same as understood.
"""

import argparse
import re
import time

import numpy as np

from autograd import no_grad
from nn import (
    LSTM,
    Adam,
    CosineAnnealingLR,
    Embedding,
    Linear,
    Module,
    cross_entropy,
    fit,
    predict,
)
from nn.datasets import zen
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
WINDOW = 32

poem = re.sub(r"[^a-z]+", " ", zen().split("\n", 2)[2].lower()).strip()
alphabet = sorted(set(poem))
number = {letter: i for i, letter in enumerate(alphabet)}


class Poet(Module):
    """Letters as 8 numbers each, 32 memory cells, an output for each letter of the alphabet."""

    def __init__(self) -> None:
        self.letters = Embedding(len(alphabet), 8, rng=seed)
        self.memory = LSTM(8, 32, rng=seed + 1)
        self.say = Linear(32, len(alphabet), rng=seed + 2)

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
cut = len(codes) * 4 // 5
slices = np.lib.stride_tricks.sliding_window_view
windows = slices(codes[:cut], WINDOW + 1)[:: 100 if eager else 4]
unseen = slices(codes[cut:], WINDOW + 1)[::WINDOW]

poet = Poet()
optimizer = Adam(poet.parameters(), lr=0.02)
epochs = 1 if eager else 70
fit(
    poet, (windows[:, :-1], windows[:, 1:]), "cross_entropy", optimizer, batch_size=16,
    epochs=epochs, scheduler=CosineAnnealingLR(optimizer, T_max=epochs), clip_grad_norm=5.0,
    compiled=not eager,
)  # fmt: skip


def right(texts: np.ndarray) -> float:
    """The share of letters that it says after what came before them."""
    scores = predict(poet, texts[:, :-1], compiled=not eager).reshape(len(texts), WINDOW, -1)
    return float(np.mean(np.argmax(scores, axis=-1) == texts[:, 1:]))


GIVEN = "beautiful"
said = poet.recite(GIVEN, length=80)
known = next((i for i, (a, b) in enumerate(zip(said, poem)) if a != b), len(said)) - len(GIVEN)
print(f"It recites: {said} …")
print(f"that is {known} letters right after the {len(GIVEN)} it was given")
learned, held_out = right(windows[::8]), right(unseen)
commonest = np.mean(unseen[:, 1:] == np.bincount(codes[:cut]).argmax())
assert learned > (commonest if eager else 0.9), learned
poet.zero_grad()
cross_entropy(poet([number[letter] for letter in GIVEN])[-1], number[" "]).backward()
draw_network(
    poet, title=f"LSTM: which letter follows “{GIVEN}”?", max_neurons=6,
    output_names=[letter.replace(" ", "␣") for letter in alphabet], probabilities=True,
).save(f"out/{'eager/' * eager}lstm.svg")  # fmt: skip
print(
    f"{learned:.0%} of the next letters by heart; of lines never read {held_out:.0%} "
    f"(always a space: {commonest:.0%}) · {time.perf_counter() - started:.1f} s"
)
