"""The engine beside its peers: `python -m benchmarks.engine [--peer-python PATH ...]`.

Each engine runs in a process of its own; they take turns, round by round. Equal losses and gradients
are asserted before anything is timed. What is not installed is left out and said.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CONTESTANTS = ["chainrule", "micrograd", "torch 0-d", "HIPS autograd", "CasADi SX"]
FIRST = CONTESTANTS[0]
SCRIPT = Path(__file__).with_name("contestants.py")
NODES = 65_614  # of the demo's graph: 337 parameters, 200 inputs and 65 077 operations
PATIENCE = 20.0  # seconds for one engine and one figure, where there are three measurements already
CHAINS = [10**3, 10**4, 10**5, 10**6]
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
ENVIRONMENT.pop("PYTHONPATH", None)  # the repository must not stand before HIPS's autograd


class Engine:
    """A contestant's process."""

    def __init__(self, name: str, python: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [python, str(SCRIPT), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            text=True,
        )
        self.alive = self._read() == "ready"

    def ask(self, **request: Any) -> Any:
        """The answer to a request; None when the engine could not give one."""
        if not self.alive:
            return None
        assert self.process.stdin
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        found = self._read()
        return None if isinstance(found, dict) else found

    def _read(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.alive = bool(line)
        return json.loads(line) if line else None

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def engines(pythons: Sequence[str], names: Sequence[str]) -> dict[str, Engine]:
    """Every contestant that one of the interpreters has, the first that has it."""
    found: dict[str, Engine] = {}
    for name in names:
        for python in pythons:
            engine = Engine(name, python)
            if engine.alive:
                found[name] = engine
                break
        else:
            print(f"not installed, left out: {name}")
    return found


def agree(name: str, what: str, found: Any, expected: Any) -> None:
    """Stop if an engine computes something else."""
    pairs = zip([found["value"], *found["gradients"]], [expected["value"], *expected["gradients"]])
    if not all(abs(a - b) <= 1e-9 * max(1.0, abs(b)) for a, b in pairs):
        raise SystemExit(f"{name} and {FIRST} differ on {what}: nothing is timed")


def rounds(field: dict[str, Engine], count: int, **request: Any) -> dict[str, list[float]]:
    """Medians of (forward, backward, both, letting go of the graph) for each engine, taking turns."""
    times: dict[str, list[list[float]]] = {name: [] for name in field}
    for _ in range(count):
        for name, engine in field.items():
            if len(times[name]) >= 3 and sum(row[2] for row in times[name]) > PATIENCE:
                continue
            for result in engine.ask(**request) or []:
                forward, backward, freeing = result["times"]
                times[name].append([forward, backward, forward + backward, freeing])
    return {
        name: [statistics.median(column) for column in zip(*rows)]
        for name, rows in times.items()
        if rows
    }


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in columns as wide as they need."""
    lines = [["", *heads], *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    print(f"\n{title}")
    for line in lines:
        first, *rest = (
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths))
        )
        print("  ".join([first, *rest]))


def state(collect: bool) -> str:
    """How the garbage collector is set, in words."""
    return "at its default" if collect else "off"


def demo(field: dict[str, Engine], count: int, warm_up: int) -> None:
    """The table of the demo step: milliseconds of chainrule, and how many times that of the peers."""
    expected = field[FIRST].ask(do="time")[0]
    for name, engine in field.items():
        agree(name, "the demo", engine.ask(do="time", times=warm_up, seconds=6)[-1], expected)
    for collect in (True, False):
        medians = rounds(field, count, do="time", collect=collect)
        first = medians[FIRST]
        rows = [[f"{FIRST}, ms", *(f"{1e3 * t:.1f}" for t in first)]]
        for name in list(medians)[1:]:
            rows.append([f"{name}, ×", *(f"{t / f:.1f}" for t, f in zip(medians[name], first))])
        table(
            f"micrograd's demo, {NODES} nodes, collector {state(collect)}",
            ["forward", "backward", "total", "freeing"],
            rows,
        )


def memory(field: dict[str, Engine]) -> None:
    """The table of bytes a node."""
    rows = []
    for name, engine in field.items():
        found = engine.ask(do="memory")
        if found and found[0] > 0:
            rows.append([name, *(f"{b / NODES:.0f}" for b in found)])
    table("bytes of memory a node", ["after forward", "after backward"], rows)


def chains(field: dict[str, Engine], count: int, collect: bool) -> None:
    """The table of nanoseconds a node on chains, and how they grow."""
    rows = {name: [name] for name in field}
    growth: dict[str, list[float]] = {name: [] for name in field}
    for n in CHAINS:
        expected = field[FIRST].ask(do="time", n=n)[0]
        for name, engine in field.items():
            small = max(1, 20_000 // n)
            patient = not growth[name] or growth[name][-1] * n * 4 < PATIENCE
            found = engine.ask(do="time", n=n, times=small, collect=collect) if patient else None
            if found is None:
                rows[name].append("too slow" if engine.alive else "died")
                continue
            agree(name, f"a chain of {n}", found[-1], expected)
            medians = rounds({name: engine}, count, do="time", n=n, times=small, collect=collect)
            total = medians[name][2]
            rows[name].append(f"{1e9 * total / n:.0f}")
            growth[name].append(total / n)
    for name in field:
        rows[name].append(f"{max(growth[name]) / min(growth[name]):.2f}")
    table(
        f"chains, collector {state(collect)}: nanoseconds a node, forward + backward",
        [*(f"10^{len(str(n)) - 1}" for n in CHAINS), "most ÷ least"],
        list(rows.values()),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument(
        "--peer-python",
        action="append",
        default=[],
        metavar="PATH",
        help="another interpreter to look for peers in: HIPS autograd needs one, for its name",
    )
    parser.add_argument("--rounds", type=int, default=9, help="how many rounds (default 9)")
    parser.add_argument(
        "--only", action="append", choices=CONTESTANTS[1:], help="this peer, and no other but those"
    )
    options = parser.parse_args(arguments)
    pythons = [sys.executable, *options.peer_python]
    names = [FIRST, *(options.only or CONTESTANTS[1:])]
    field = engines(pythons, names)
    print("engines:", ", ".join(field))
    demo(field, options.rounds, warm_up=10)
    for collect in (True, False):
        chains(field, max(3, options.rounds // 3), collect)
    for engine in field.values():
        engine.close()
    fresh = engines(pythons, names)
    memory(fresh)
    for engine in fresh.values():
        engine.close()


if __name__ == "__main__":
    main()
