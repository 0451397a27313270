"""Spam / not spam: a classifier whose last neuron says yes or no.

The mail is the standard library's own text, annotated by its authors: lines of prose (docstrings) and
lines of code. A filter that lets prose through has to learn what code looks like.
"""

import ast
import re
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from nn import MLP, SGD, Dataset, accuracy, fit, predict
from viz import draw_network

started = time.perf_counter()
compiled = "--eager" not in sys.argv
MODULES = (
    "argparse",
    "calendar",
    "configparser",
    "csv",
    "difflib",
    "inspect",
    "random",
    "statistics",
)


def annotated(name: str) -> tuple[list[str], list[str]]:
    """The lines of prose and the lines of code in a module of the standard library."""
    source = Path(find_spec(name).origin).read_text(encoding="utf-8")
    prose: list[str] = []
    code = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            text = node.body[0]
            prose += ast.get_docstring(node).splitlines()
            code[text.lineno - 1 : text.end_lineno] = [""] * (text.end_lineno - text.lineno + 1)
    return prose, code


mails, labels = [], []
for module in MODULES:
    for label, lines in enumerate(annotated(module)):
        worth = [line.strip() for line in lines if len(line.strip()) > 15 and ">>>" not in line]
        mails += worth
        labels += [label] * len(worth)

# A mail as numbers: which of the most frequent words and signs it holds.
words = [re.findall(r"[a-z]+|[^\sa-z]", mail.lower()) for mail in mails]
vocabulary = [word for word, _ in Counter(w for mail in words for w in set(mail)).most_common(40)]
x = np.array([[float(word in mail) for word in vocabulary] for mail in words])
order = np.random.default_rng(0).permutation(len(x))[:2000]
mail = Dataset(x[order], np.array(labels)[order], tuple(vocabulary), ("prose", "code"))
train, test = mail.split(test=0.25, rng=0)
print(
    f"{len(train.x)} mails to learn from, {len(test.x)} held out; words: {' '.join(vocabulary[:12])} …"
)

# Weights from the normal distribution, then: forward, compare, backward, a little change, again.
model = MLP(40, [4, 1], activation="tanh", out_activation="sigmoid", init="normal", rng=0)
optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
fit(
    model,
    train,
    "binary_cross_entropy",
    optimizer,
    epochs=10,
    metrics="accuracy",
    compiled=compiled,
)

right = accuracy(predict(model, test.x, compiled=compiled), test.y)
usual = max(
    np.mean(test.y), 1 - np.mean(test.y)
)  # what always saying the more frequent one reaches
assert right >= 0.9 > usual, (right, usual)
draw_network(model, input_names=vocabulary, output_names=["spam?"], title="Spam / not spam").save(
    "out/spam.svg"
)
print(
    f"{right:.1%} of {len(test.x)} held-out lines right ({usual:.0%} by guessing) · "
    f"{time.perf_counter() - started:.1f} s"
)
