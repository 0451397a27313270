"""Where a compiled program could fall off a cliff: the families of `families.py` beside NumPy by hand.

    python benchmarks/cliffs.py
    python benchmarks/cliffs.py --only tree --batches 1 64

Loss and gradients have to agree to 1e-9 before anything is timed. One step is forward and backward, in
float64 on one BLAS thread, in CPU time; rounds go in turn, a figure is the median over all steps.
Each family runs on NumPy, and on the engine that `compile` chooses by itself.
"""

# ruff: noqa: E402 (the number of threads is set before NumPy is imported)
from __future__ import annotations

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import families_numpy
import numpy as np
from families import FAMILIES, Family, built, nodes

from autograd import compile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="run the families whose name contains this")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    print("| family | nodes | instructions | batch | by hand | NumPy ÷ hand | chosen ÷ hand |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for make in FAMILIES:
        name = make.__name__
        if arguments.only in name and name in families_numpy.TWINS:
            for batch in arguments.batches if make().sample(1) else [1]:
                _row(name, make(), batch, arguments.rounds)


def _row(name: str, family: Family, batch: int, rounds: int) -> None:
    function, values = built(family)
    given = family.sample(batch)
    example = tuple(x[0] for x in given) or None
    programs = [
        compile(function, values, inputs=example, check=False, engine=engine)
        for engine in ("numpy", "auto")
    ]
    twin, data = families_numpy.TWINS[name], family.data or given
    steps = [lambda: twin(family.parameters, *data), *(lambda p=p: p.run(*given) for p in programs)]
    hand, gradient = steps[0]()
    for step, program in zip(steps[1:], programs):
        (loss, *_) = step()
        found = program.gradients[np.argsort(program.order)]
        worst = np.abs(found - gradient).max() / np.abs(gradient).max()
        assert max(worst, abs(loss / hand - 1.0)) < 1e-9, (name, worst, loss, hand)
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(rounds):
        for step, own in zip(steps, times):
            own += _times(step)
    by_hand, *compiled = (1e6 * median(own) for own in times)
    ratios = " | ".join(f"{t / by_hand:.2f}" for t in compiled)
    count = len(programs[0].plan.instructions)
    print(
        f"| {name} | {nodes(family)} | {count} | {batch} | {by_hand:.0f} µs | {ratios} |",
        flush=True,
    )


def _times(step: Callable[[], Any]) -> list[float]:
    """CPU times of some steps, a few milliseconds in all."""
    found: list[float] = []
    while sum(found) < 0.02 and len(found) < 200:
        start = time.process_time()
        step()
        found.append(time.process_time() - start)
    return found


if __name__ == "__main__":
    main()
