"""The worked examples that backpropagation is first met in, each as a page to step through.

For each one: the published numbers, the derivation by hand, and the machine's, side by side; and an
HTML page that walks forward and then backward through it, one product at a time. The pages in
examples/pages were made by this script.

    python examples/worked.py                       # pages into out/worked/
    python examples/worked.py --out examples/pages
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from autograd import Value, compare, parse
from autograd.text.format import number
from viz import RenderError, player


@dataclass(frozen=True)
class Example:
    """A formula at some numbers: what a lecture says comes out, and how one derives it by hand."""

    name: str
    title: str
    source: str
    formula: str
    numbers: dict[str, float]
    value: float  # as published, to its digits
    published: dict[str, float]
    by_hand: dict[str, str]


EXAMPLES = [
    Example(
        "neuron",
        "One tanh neuron",
        "Karpathy, The spelled-out intro to neural networks and backpropagation (2022)",
        "n = x1*w1 + x2*w2 + b; o = tanh(n)",
        {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432},
        0.7071,
        {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0},
        {
            "n": "1 - o**2",
            "x1": "w1*(1 - o**2)",
            "w1": "x1*(1 - o**2)",
            "x2": "w2*(1 - o**2)",
            "w2": "x2*(1 - o**2)",
            "b": "1 - o**2",
        },
    ),
    Example(
        "product-of-sum",
        "f = (x + y)·z",
        "Stanford CS231n, Backpropagation, Intuitions: compound expressions",
        "q = x + y; f = q*z",
        {"x": -2.0, "y": 5.0, "z": -4.0},
        -12.0,
        {"x": -4.0, "y": -4.0, "z": 3.0},
        {"q": "z", "x": "z", "y": "z", "z": "x + y"},
    ),
    Example(
        "sigmoid-neuron",
        "A sigmoid neuron",
        "Stanford CS231n, Backpropagation, Intuitions: the sigmoid example",
        "s = w0*x0 + w1*x1 + w2; f = 1/(1 + exp(-s))",
        {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0},
        0.73,
        {"w0": -0.20, "x0": 0.39, "w1": -0.39, "x1": -0.59, "w2": 0.20},
        {
            "s": "(1 - f)*f",
            "w0": "x0*(1 - f)*f",
            "x0": "w0*(1 - f)*f",
            "w1": "x1*(1 - f)*f",
            "x1": "w1*(1 - f)*f",
            "w2": "(1 - f)*f",
        },
    ),
    Example(
        "gates",
        "Add, max and multiply gates",
        "Stanford CS231n, Backpropagation, Intuitions: patterns in backward flow",
        "m = max(z, w); p = x*y; q = p + m; f = q*2",
        {"x": 3.0, "y": -4.0, "z": 2.0, "w": -1.0},
        -20.0,
        {"x": -8.0, "y": 6.0, "z": 2.0, "w": 0.0},
        {"x": "2*y", "y": "2*x", "z": "2*where(z > w, 1, 0)", "w": "2*where(w > z, 1, 0)"},
    ),
    Example(
        "used-twice",
        "A value used twice",
        "the canonical example for adding gradients up, in the right order",
        "b = a + a; c = b + b",
        {"a": 1.0},
        4.0,
        {"a": 4.0, "b": 2.0},
        {"a": "4", "b": "2"},
    ),
]


def digits(x: float) -> int:
    """How many digits after the point a published number has."""
    return len(f"{x!r}".partition(".")[2])


def check(example: Example, root: Value) -> None:
    """Fail unless machine, hand and publication agree."""
    found = compare(root, example.by_hand)
    print(found)
    assert found.ok, f"{example.name}: hand and machine differ"
    assert round(root.data, digits(example.value)) == example.value, f"{example.name}: {root.data}"
    for row in found.rows:
        published = example.published.get(row.name, row.autograd)
        assert abs(row.autograd - published) <= 0.5 * 10.0 ** -max(2, digits(published)), row.name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=Path("out/worked"), help="folder of the pages")
    args = parser.parse_args()
    for example in EXAMPLES:
        root = parse(example.formula)({k: Value(x, label=k) for k, x in example.numbers.items()})
        print(f"{example.title}: {example.formula} = {number(root.data)}\n({example.source})")
        check(example, root)
        try:
            print(
                f"page: {player(root, title=example.title).save(args.out / f'{example.name}.html')}\n"
            )
        except (OSError, RenderError) as error:
            print(f"worked.py: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
