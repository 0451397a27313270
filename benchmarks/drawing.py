"""How long a drawing takes, renderer included, side by side with micrograd's way and torchviz.

    python benchmarks/drawing.py                 # every peer that is installed
    python benchmarks/drawing.py --dot dot       # peers through a Graphviz program, as they do it

The same expression, 100, 1000 and 1600 nodes as micrograd draws it (a record for each value, an oval
for each operation), is drawn to SVG by each; "no labels" is ours without the local derivatives, which
the peers do not show. Then networks, which no peer draws. Nothing is installed.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import Any

import graphviz

from autograd import Value, topological_order
from nn import MLP
from viz import RenderError, TooLargeError, draw_graph, draw_network
from viz.process.render import render


def expression(leaf: Callable[[float], Any], tanh: Callable[[Any], Any], neurons: int) -> Any:
    """A sum of tanh(w·x + b) over two inputs: 4 leaves and 5 operations a neuron."""
    xs = [leaf(0.5), leaf(-1.0)]
    total = leaf(0.0)
    for k in range(neurons):
        n = leaf(math.sin(k)) * xs[0] + leaf(math.cos(k)) * xs[1] + leaf(0.1 * k)
        total = total + tanh(n) * leaf(1 / (k + 1))
    return total


def micrograds_way(root: Value) -> graphviz.Digraph:
    """The drawing in the style of micrograd's notebook: records left to right, ovals between."""
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    order = topological_order(root)
    place = {id(node): i for i, node in enumerate(order)}
    for i, node in enumerate(order):
        record = f"{{ {node.label} | data {node.data:.4f} | grad {node.grad:.4f} }}"
        dot.node(f"n{i}", record, shape="record")
        if node.op:
            dot.node(f"o{i}", node.op)
            dot.edge(f"o{i}", f"n{i}")
            for parent in {place[id(parent)] for parent in node.parents}:
                dot.edge(f"n{parent}", f"o{i}")
    return dot


def torchs_way(neurons: int) -> graphviz.Digraph:
    """The drawing by torchviz."""
    import torch
    from torchviz import make_dot

    def leaf(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    return make_dot(expression(leaf, torch.tanh, neurons))  # type: ignore[no-any-return]


def seconds(works: Sequence[Callable[[], object]], repeats: int, limit: float) -> list[float]:
    """The median of several runs of each, taken in turn; infinity where one took too long."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for spent, work in zip(times, works):
            begin = time.perf_counter()
            try:
                work()
                spent.append(time.perf_counter() - begin)
            except RenderError:
                if time.perf_counter() - begin < limit:  # a failure is no time
                    raise
                spent.append(math.inf)
    return [statistics.median(spent) for spent in times]


def compare(drawn: int, repeats: int, program: str | None, limit: float) -> None:
    """One line of the table: a graph of about so many drawn nodes, by each."""
    neurons = max(1, round((drawn - 5) / 16))
    root = expression(Value, Value.tanh, neurons)
    root.backward()
    nodes = sum(1 + bool(node.op) for node in topological_order(root))

    def ours(labels: bool | None) -> object:
        return draw_graph(root, edge_labels=labels, timeout=limit).pipe("svg")

    def peer(make: Callable[[], graphviz.Digraph]) -> bytes:
        return render(make().source, "svg", executable=program, timeout=limit)

    works: list[Callable[[], object]] = [
        lambda: ours(None), lambda: ours(False), lambda: peer(lambda: micrograds_way(root)),
    ]  # fmt: skip
    if find_spec("torch") and find_spec("torchviz"):
        works.append(lambda: peer(lambda: torchs_way(neurons)))
    times = seconds(works, repeats, limit)
    shown = [f"{t:9.3f} s" if t < math.inf else f">{limit:8.0f} s" for t in times]
    ratios = [f"{'>' if t == math.inf else ''}{min(t, limit) / times[0]:.1f}×" for t in times[2:]]
    print(f"{nodes:12} {' '.join(shown)}   {' '.join(ratios)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--dot", help="a Graphviz program for the peers, instead of the library")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a drawing may take")
    args = parser.parse_args()
    render("digraph { a }")  # the renderer is warm, as in any session after its first drawing
    print(f"to SVG, peers rendered by {args.dot or 'the same library'}\n")
    names = ("drawn nodes", "chainrule", "no labels", "micrograd", "torchviz")
    print(" ".join(f"{name:>{11 + (name == names[0])}}" for name in names), "  they / we")
    for drawn, repeats in ((100, 3 * args.repeats), (1000, args.repeats), (1600, 1)):
        compare(drawn, repeats, args.dot, args.limit)
    print()
    for sizes in ([4, 3, 1], [16, 16, 16], [784, 16, 10]):
        model = MLP(sizes[0], sizes[1:], activation="tanh", rng=0)
        out = model([0.5] * sizes[0])
        sum(out if isinstance(out, list) else [out], Value(0.0)).backward()
        (spent,) = seconds([partial(_network, model)], args.repeats, args.limit)
        print(f"{'–'.join(map(str, sizes)):>12} {spent:9.3f} s")
    print()
    root = expression(Value, Value.tanh, 1100)
    size = len(topological_order(root))
    begin = time.perf_counter()
    with suppress(TooLargeError):
        draw_graph(root)
    print(f"{size} values: refused after {time.perf_counter() - begin:.3f} s", end=", ")
    begin = time.perf_counter()
    draw_graph(root, depth=12).pipe("svg")
    print(f"its 12 last operations drawn after {time.perf_counter() - begin:.3f} s")


def _network(model: MLP) -> bytes:
    return draw_network(model).pipe("svg")  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
