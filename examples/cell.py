"""The cell behind the neuron, in the biologist's words beside the symbols.

An axon brings x, the synapse has the strength w, the dendrite carries w·x, the cell body adds up and
fires through its activation, and its own axon takes the answer on: g(Σ w·x + b).
"""

import argparse
import time

from nn import Neuron
from viz import Drawing
from viz.scene import Edge, Node, Row, Scene, Text

argparse.ArgumentParser(description=__doc__.split("\n", 1)[0]).parse_args()
started = time.perf_counter()
x, w, b = [1.0, -2.0, 0.5], [0.8, -0.3, 2.0], -0.4

neuron = Neuron(3, "sigmoid", rng=0)
for weight, number in zip(neuron.w, w):
    weight.data = number
neuron.b.data = b
y = neuron(x)
total = 0.8 * 1.0 + -0.3 * -2.0 + 2.0 * 0.5 - 0.4  # by hand: 2
assert abs(total - 2.0) < 1e-12
assert abs(y.data - 0.8807970779778823) < 1e-12  # σ(2)


def card(id: str, kind: str, words: str, symbol: str, number: float) -> Node:
    """A thing with its name in the cell, its symbol, and its number."""
    lines = ((Text(words, bold=True),),)
    return Node(id, kind, lines=lines, rows=(Row(symbol, Text(f"{number:g}".replace("-", "−"))),))


scene = Scene("cell", title="Cell becomes formula: y = g(Σ w·x + b)", spacing=(0.25, 0.5))
for i, below, xi, wi in zip((1, 2, 3), "₁₂₃", x, w):
    scene.nodes += [
        card(f"x{i}", "input", "axon", f"x{below}", xi),
        card(f"w{i}", "parameter", "synapse", f"w{below}", wi),
        card(f"d{i}", "value", "dendrite", f"w{below}·x{below}", wi * xi),
    ]
    scene.edges += [Edge(f"a{i}", f"x{i}", f"w{i}"), Edge(f"s{i}", f"w{i}", f"d{i}"),
                    Edge(f"t{i}", f"d{i}", "body")]  # fmt: skip
scene.nodes += [
    card("body", "folded", "cell body", f"Σ + b, b = {b:g}".replace("-", "−"), total),
    card("y", "output", "axon", "y = g(2)", round(y.data, 4)),
]
scene.edges.append(Edge("out", "body", "y"))
Drawing(scene).save("out/cell.svg")
print(
    f"Axon, synapse, dendrite, cell body, axon: g(2) = {y:.4f} · {time.perf_counter() - started:.1f} s"
)
