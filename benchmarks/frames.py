"""Frames a second, and processor time a frame, of the pages that move: a playground, a live graph.

    python benchmarks/frames.py
    python benchmarks/frames.py --seconds 10

Needs Chromium, and Linux for the processor time (/proc). Without a graphics card the browser draws in
software: its threads are counted. On a busy machine fewer frames come, while a frame costs as much.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from autograd import Value, topological_order
from nn import MLP
from viz import live
from viz.playground.moons import moons
from viz.playground.suited import suited

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from chromium import Page, chromium

TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds
COUNT = "window.n = 0; (function next() { n++; requestAnimationFrame(next) })()"
PLAY = """document.getElementById('pace').value = 'PACE'; document.getElementById('play').click()"""
DRAG = """(() => { const dial = document.querySelector('#dials input[type=range]'); let k = 0;
    const low = Number(dial.min), reach = Number(dial.max) - low;
    (function next() { dial.value = low + reach * (0.5 + 0.5 * Math.sin(k++ / 20));
        dial.dispatchEvent(new Event('input')); requestAnimationFrame(next) })() })()"""


def processor_time() -> float:
    """Of this process's children and theirs, the browser's, in milliseconds."""
    found: dict[int, tuple[int, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = path.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        found[int(path.parent.name)] = int(parts[1]), (int(parts[11]) + int(parts[12])) * TICK
    family = {os.getpid()}
    while more := {p for p, (parent, _) in found.items() if parent in family} - family:
        family |= more
    return sum(found[p][1] for p in family - {os.getpid()})


def measure(page: Page, name: str, url: str, begin: str, seconds: float, rounds: int = 3) -> None:
    """Print the medians of a few rounds."""
    page.open(url, width=1280, height=800)
    page.value(begin)
    page.value(COUNT)
    frames, costs = [], []
    for _ in range(rounds):
        before, cost, started = page.value("n"), processor_time(), time.perf_counter()
        time.sleep(seconds)
        came = page.value("n") - before
        frames.append(came / (time.perf_counter() - started))
        costs.append((processor_time() - cost) / max(1, came))
    print(f"{name:44} {median(frames):5.1f} frames/s {median(costs):6.1f} ms of CPU a frame")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    seconds = parser.parse_args().seconds
    model = MLP(10, [9, 8, 1], "tanh", rng=1)
    root = model([Value(0.1 * k - 0.4, label=f"x{k}") for k in range(10)])
    nodes = len(topological_order(root))
    with tempfile.TemporaryDirectory() as folder, chromium() as page:
        trains = Path(suited(moons(), [16, 16]).save(Path(folder) / "moons.html")).as_uri()
        graph = Path(live(root, names=model).save(Path(folder) / "live.html")).as_uri()
        for pace, said in (("60", "60 steps/s"), ("600", "600 steps/s"), ("Infinity", "fastest")):
            name = f"playground, moons 2-16-16-1, {said}"
            measure(page, name, trains, PLAY.replace("PACE", pace), seconds)
        for fold, said in (("", "folded"), ("#fold=", "every value")):
            name = f"live, {nodes} nodes, a number dragged, {said}"
            measure(page, name, graph + fold, DRAG, seconds)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
