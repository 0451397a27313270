"""From four measurements of a flower to a drawn gradient: the lecture's 4×3×1 network on Fisher's Iris.

One forward pass, one backward pass. On the screen: what the network answered, the backward pass as a
table, and gradients beside the delta rule written out by hand. On disk: two drawings.

    python examples/iris.py                         # the first flower
    python examples/iris.py --flower 71 --seed 3 --out pictures
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

import nn
from autograd import Backprop, Value
from nn import MLP
from viz import RenderError, draw_graph, draw_network

DATA = Path(nn.__file__).parent / "files" / "iris.csv"


def load() -> tuple[np.ndarray, list[str]]:
    """150 flowers: sepal and petal, length and width in cm [150, 4], and the species of each."""
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([row[:4] for row in rows], dtype=float), [row[4] for row in rows]


def delta_rule(model: MLP, x: list[float], t: float) -> list[tuple[Value, str, float]]:
    """Some derivatives of L = (y − t)²/2 by hand: the weight, the formula, and its number.

    Source: Rumelhart, Hinton & Williams, Nature 323 (1986): δ of the output, then δ of each hidden
    neuron through the one weight v that leads from it to the output.
    """
    hidden, (output,) = (layer.neurons for layer in model.layers)
    h, y = [neuron.last_output for neuron in hidden], output.last_output
    v = [weight.data for weight in output.w]
    delta_y = (y - t) * y * (1 - y)  # y = σ(…), so dy/dn = y(1 − y)
    delta_h = [delta_y * v[j] * (1 - h[j] ** 2) for j in range(3)]  # h = tanh(…)
    return [
        (output.w[0], "δ·h₁              with δ = (y − t)·y(1 − y)", delta_y * h[0]),
        (output.w[1], "δ·h₂", delta_y * h[1]),
        (output.b, "δ", delta_y),
        (hidden[0].w[0], "δ₁·x₁             with δ₁ = δ·v₁·(1 − h₁²)", delta_h[0] * x[0]),
        (hidden[0].w[3], "δ₁·x₄", delta_h[0] * x[3]),
        (hidden[0].b, "δ₁", delta_h[0]),
        (hidden[2].w[1], "δ₃·x₂             with δ₃ = δ·v₃·(1 − h₃²)", delta_h[2] * x[1]),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--flower", type=int, default=1, help="which flower, 1 to 150")
    parser.add_argument("--seed", type=int, default=4, help="the seed of the weights, 0 or more")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of the drawings")
    args = parser.parse_args()
    measured, species = load()
    if not 1 <= args.flower <= len(measured):
        parser.error(f"--flower is a number from 1 to {len(measured)}, not {args.flower}")
    if args.seed < 0:
        parser.error(f"--seed is 0 or more, not {args.seed}")

    # Forward: each measurement as its distance from the mean, in standard deviations.
    chosen = args.flower - 1
    x = ((measured[chosen] - measured.mean(axis=0)) / measured.std(axis=0)).tolist()
    inputs = [Value(xi, label=name) for xi, name in zip(x, ["x₁", "x₂", "x₃", "x₄"])]
    t = float(species[chosen] == "setosa")
    model = MLP(4, [3, 1], activation="tanh", out_activation="sigmoid", rng=args.seed)
    hidden_layer, output_layer = model.layers
    h = hidden_layer(inputs)
    y = output_layer(h)
    loss = (y - t) ** 2 / 2
    loss.label = "loss"

    cm = " × ".join(f"{m:g}" for m in measured[chosen])
    print(f"Flower {args.flower}, {species[chosen]}: {cm} cm")
    print(f"standardised: {'  '.join(f'{xi.label} = {xi:.3f}' for xi in inputs)}\n")
    print(f"Is it a setosa? The untrained network answers {y:.1%}; right is {t:.0%}.")
    print(f"loss = (y − t)²/2 = {loss:.6f}\n")

    # Backward, one node at a time.
    steps = Backprop(loss, names=model)
    steps.run()
    print("The backward pass, from the loss down: each parent gets local derivative × gradient\n")
    print(steps.table(), "\n")

    # The same by hand.
    print(f"{'weight':8} {'by backward':>13} {'by hand':>13} {'difference':>11}   formula")
    worst = 0.0
    for weight, formula, by_hand in delta_rule(model, x, t):
        difference = weight.grad - by_hand
        worst = max(worst, abs(difference))
        print(
            f"{weight.label:8} {weight.grad:13.9f} {by_hand:13.9f} {difference:11.1e}   {formula}"
        )
    assert worst < 1e-12, "the engine and the delta rule disagree"

    # The drawings.
    try:
        network = draw_network(model, title="Is it a setosa?").save(args.out / "network.svg")
        graph = draw_graph(h[0], merged=True, rankdir="TB").save(args.out / "graph.svg")
    except (OSError, RenderError) as error:
        print(f"iris.py: {error}", file=sys.stderr)
        return 1
    print(f"\nDrawn: {network} (weights and gradients), {graph} (one neuron's expression graph)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
