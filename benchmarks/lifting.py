"""How long `compile` reads a graph, and in how much memory, from ten thousand nodes to ten million.

    python benchmarks/lifting.py
    python benchmarks/lifting.py --most 1e7 --only MLP

Finished graphs: a whole batch of an MLP, a whole batch of the GPT of `examples/gpt.py`, a recurrent
network over many steps, and a chain of single operations, which becomes a tape.
Every row is a process of its own. Times are CPU time; memory is how far the process grew.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from autograd import Value, compile, dot
from autograd.graph import topological_order
from nn import MLP, cross_entropy


def mlp(count: int) -> tuple[Value, list[Value]]:
    """64-16-10, tanh, cross-entropy: 2 430 nodes a sample."""
    model, rng = MLP(64, [16, 10], activation="tanh", rng=0), np.random.default_rng(0)
    batch = max(1, count // 2430)
    losses = [
        cross_entropy(model([Value(x) for x in sample]), digit)
        for sample, digit in zip(
            rng.normal(size=(batch, 64)).tolist(), rng.integers(0, 10, batch).tolist()
        )
    ]
    return sum(losses) * (1.0 / batch), model.parameters()


def gpt(count: int) -> tuple[Value, list[Value]]:
    """Sequences of 16 letters, 59 000 nodes each; a shorter one for small counts."""
    path = Path(__file__).parent.parent / "examples" / "gpt.py"
    spec = importlib.util.spec_from_file_location("gpt", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    length, batch = min(16, max(2, count // 3700)), max(1, count // 59_000)
    model, rng = module.GPT(28, 16, 16, 4, 1, 0), np.random.default_rng(0)
    losses = [
        model.loss(*rng.integers(0, 28, (2, length)).tolist(), [1.0 / length] * length)
        for _ in range(batch)
    ]
    return sum(losses) * (1.0 / batch), model.parameters()


def recurrence(count: int) -> tuple[Value, list[Value]]:
    """h ← tanh(W h + U x + b), of size 8."""
    rng = np.random.default_rng(0)
    w, u = ([[Value(x) for x in row] for row in rng.normal(size=(8, k)).tolist()] for k in (8, 2))
    h, b = [Value(0.0)] * 8, [Value(0.0) for _ in range(8)]
    for _ in range(max(1, count // 176)):
        x = rng.normal(size=2).tolist()
        h = [(dot(wi, h, bi) + dot(ui, x)).tanh() for wi, ui, bi in zip(w, u, b)]
    return sum(h), [*itertools.chain.from_iterable(w), *itertools.chain.from_iterable(u), *b]


def chain(count: int) -> tuple[Value, list[Value]]:
    """x ← sin(w·x)."""
    w = x = Value(0.999)
    for _ in range(count // 2):
        x = (x * w).sin()
    return x, [w]


GRAPHS = {"MLP": mlp, "GPT": gpt, "recurrence": recurrence, "chain": chain}


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else 1024 * found


def row(name: str, count: int) -> None:
    small = MLP(2, [2, 2], activation="tanh", rng=0)
    compile(cross_entropy(small([0.5, 1.0]), 0), small)  # imports are no part of it
    empty = peak()
    loss, parameters = GRAPHS[name](count)
    built = peak()
    start = time.process_time()
    program = compile(loss, parameters, engine="auto")
    seconds = time.process_time() - start
    grown = peak() - built
    nodes = len(topological_order(loss))
    print(
        f"| {name} | {nodes:,} | {len(program.plan.instructions):,} | {seconds:.2f} s | "
        f"{1e6 * seconds / nodes:.2f} µs | {(built - empty) / nodes:.0f} | {grown / nodes:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="run the graphs whose name contains this")
    parser.add_argument("--most", type=float, default=1e6, help="nodes of the largest graph")
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row:
        row(arguments.row[0], int(arguments.row[1]))
        return
    print("| graph | nodes | instructions | compile | a node | graph, bytes a node | beside it |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    for name in GRAPHS:
        count = 10_000
        while arguments.only in name and count <= arguments.most:
            subprocess.run([sys.executable, __file__, "--row", name, str(count)], check=True)
            count *= 10


if __name__ == "__main__":
    main()
