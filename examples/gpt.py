"""A GPT written in scalars: it learns the names of the standard library's functions, letter by letter.

Everything below the line "The model" is loops over numbers. `compile` reads matrices out of it, and a
step on 32 names takes milliseconds; without that line the same model trains eagerly, node by node.

    python examples/gpt.py                    # trains, then invents names
    python examples/gpt.py --eager --steps 2  # the same, node by node
"""

from __future__ import annotations

import argparse
import ast
import re
import time
from pathlib import Path

import numpy as np

from autograd import Value, compile, select
from nn import Adam, Module, cross_entropy, softmax
from nn.layers import parameter

LETTERS = ".abcdefghijklmnopqrstuvwxyz_"  # "." begins and ends a name
LENGTH = 16


def names() -> list[str]:
    """Every function of the standard library, from its own source."""
    found: set[str] = set()
    for path in sorted(Path(ast.__file__).parent.glob("*.py")):
        text = path.read_text(encoding="utf-8", errors="ignore")
        found.update(re.findall(r"^ *def ([a-z][a-z_]*)\(", text, re.MULTILINE))
    return sorted(name for name in found if 2 < len(name) < LENGTH)


# The model ----------------------------------------------------------------------------------------


class GPT(Module):
    """Embeddings, then blocks of causal attention and a two-layer network, each added to its input."""

    def __init__(self, vocabulary: int, length: int, size: int, heads: int, blocks: int, seed: int):
        rng = np.random.default_rng(seed)

        def matrix(rows: int, columns: int, scale: float = 1.0) -> list[list[Value]]:
            numbers = rng.normal(0.0, scale * columns**-0.5, (rows, columns))
            return [[parameter(w, "") for w in row] for row in numbers.tolist()]

        self.heads = heads
        self.letter = matrix(vocabulary, size)
        self.place = matrix(length, size)
        self.blocks = [
            {
                "query": matrix(size, size), "key": matrix(size, size), "value": matrix(size, size),
                "out": matrix(size, size, 0.2),
                "up": matrix(4 * size, size), "down": matrix(size, 4 * size, 0.2),
            }
            for _ in range(blocks)
        ]  # fmt: skip
        self.unembed = matrix(vocabulary, size)

    def __call__(self, letters: list) -> list[list[Value]]:
        """Letters as whole numbers, as many as there are; for each place the logits of the next."""
        xs = [add(select(self.letter, i), p) for i, p in zip(letters, self.place)]
        for block in self.blocks:
            xs = [add(x, y) for x, y in zip(xs, self.attention(block, [norm(x) for x in xs]))]
            up = [[z.relu() for z in linear(block["up"], norm(x))] for x in xs]
            xs = [add(x, linear(block["down"], z)) for x, z in zip(xs, up)]
        return [linear(self.unembed, norm(x)) for x in xs]

    def attention(self, block: dict, xs: list[list[Value]]) -> list[list[Value]]:
        """Each place takes a mean of the values at the places before it, weighed by query · key."""
        q, k, v = ([linear(block[w], x) for x in xs] for w in ("query", "key", "value"))
        size = len(xs[0]) // self.heads
        out = []
        for t in range(len(xs)):
            row: list[Value] = []
            for h in range(0, self.heads * size, size):
                scores = [
                    dot(q[t][h : h + size], k[j][h : h + size]) * size**-0.5 for j in range(t + 1)
                ]
                weights = softmax(scores)
                row += [dot(weights, [v[j][i] for j in range(t + 1)]) for i in range(h, h + size)]
            out.append(linear(block["out"], row))
        return out

    def loss(self, letters: list, targets: list, weights: list) -> Value:
        """The cross-entropy at each place, times a weight: 0 beyond the end of a name."""
        losses = [cross_entropy(x, t) * w for x, t, w in zip(self(letters), targets, weights)]
        return sum(losses[1:], losses[0])


def dot(a: list, b: list) -> Value:
    return sum((x * y for x, y in zip(a[1:], b[1:])), a[0] * b[0])


def linear(w: list[list[Value]], x: list[Value]) -> list[Value]:
    return [dot(row, x) for row in w]


def add(a: list[Value], b: list[Value]) -> list[Value]:
    return [x + y for x, y in zip(a, b)]


def norm(x: list[Value]) -> list[Value]:
    """To a mean square of 1: RMS norm."""
    scale = (dot(x, x) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


# Training and use ---------------------------------------------------------------------------------


def samples(words: list[str], length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Letters, the letters that follow them, and weights that add up to 1 for each name."""
    ids = np.zeros((len(words), length + 1), dtype=int)
    weights = np.zeros((len(words), length))
    for row, word in enumerate(words):
        ids[row, 1 : len(word) + 1] = [LETTERS.index(c) for c in word]
        weights[row, : len(word) + 1] = 1.0 / (len(word) + 1)
    return ids[:, :-1], ids[:, 1:], weights


def invent(program, rng: np.random.Generator, length: int) -> str:
    """One letter after the other, drawn from what the model expects."""
    letters = np.zeros((1, length), dtype=int)
    for t in range(length - 1):
        logits = np.array([o[0] for o in program.forward(letters)]).reshape(length, -1)[t]
        chances = np.exp(logits - logits.max())
        letters[0, t + 1] = rng.choice(len(chances), p=chances / chances.sum())
        if letters[0, t + 1] == 0:
            break
    return "".join(LETTERS[i] for i in letters[0, 1:]).split(".")[0]


def main(steps: int = 2000, batch: int = 32, eager: bool = False, seed: int = 0) -> float:
    """Train, invent ten names, return the loss on names that were held out."""
    rng = np.random.default_rng(seed)
    words = rng.permutation(names()).tolist()
    held_out, words = samples(words[:200], LENGTH), samples(words[200:], LENGTH)
    model = GPT(len(LETTERS), LENGTH, size=16, heads=4, blocks=1, seed=seed)
    print(f"{len(words[0])} names, {len(model.parameters())} parameters")
    optimizer = Adam(model.parameters(), lr=0.01)

    if not eager:
        program = compile(model.loss, model, inputs=tuple(a[0] for a in words))
    start = time.perf_counter()
    for step in range(1, steps + 1):
        optimizer.lr = 0.01 * (1 - step / (steps + 1))
        chosen = rng.integers(len(words[0]), size=batch)
        samples_now = [a[chosen] for a in words]
        if eager:
            model.zero_grad()
            losses = [model.loss(*(a[i].tolist() for a in samples_now)) for i in range(batch)]
            loss = sum(losses[1:], losses[0]) * (1.0 / batch)
            loss.backward()
            optimizer.step()
            mean = loss.data
        else:
            (mean,) = program.run(*samples_now)
            program.update(optimizer)
        if step in (1, steps) or step % (steps // 10 or 1) == 0:
            each = 1000 * (time.perf_counter() - start) / step
            print(f"step {step:5d}   loss {mean:.4f}   {each:.1f} ms a step", flush=True)
    if eager:
        return mean
    program.sync()
    print(f"loss on {len(held_out[0])} other names: {program.forward(*held_out)[0].mean():.4f}")
    speaker = compile(model, model, inputs=(held_out[0][0],))
    print(" ".join(invent(speaker, rng, LENGTH) for _ in range(10)))
    return float(program.forward(*held_out)[0].mean())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--eager", action="store_true", help="train node by node")
    arguments = parser.parse_args()
    loss = main(arguments.steps, arguments.batch, arguments.eager)
    # Knowing nothing costs log 28 = 3.33 a letter.
    assert arguments.steps < 2000 or loss < 2.4, loss
