"""Where a compiled program could fall off a cliff: the families of `families.py` beside NumPy by hand.

    python benchmarks/cliffs.py
    python benchmarks/cliffs.py --only tree --batches 1 64

Loss and gradients have to agree to 1e-9 before anything is timed. One step is forward and backward, in
float64 on one BLAS thread; rounds go in turn, a figure is the median over all steps.
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
    print("| family | nodes | instructions | batch | compiled | by hand | compiled ÷ hand |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for make in FAMILIES:
        if arguments.only in make.__name__:
            family = make()
            function, values = built(family)
            example = tuple(x[0] for x in family.sample(1))
            program = compile(function, values, inputs=example or None, check=False)
            twin = families_numpy.TWINS.get(make.__name__)
            for batch in arguments.batches if example else [1]:
                _row(make.__name__, family, program, twin, batch, arguments.rounds)


def _row(name: str, family: Family, program: Any, twin: Any, batch: int, rounds: int) -> None:
    given = family.sample(batch)
    steps = [lambda: program.run(*given)]
    if twin:
        data = family.data or given
        steps.append(lambda: twin(family.parameters, *data))
        (loss, *_), (hand, gradient) = steps[0](), steps[1]()
        order = np.argsort(program.order)
        worst = np.abs(program.gradients[order] - gradient).max() / np.abs(gradient).max()
        assert max(worst, abs(loss / hand - 1.0)) < 1e-9, (name, worst, loss, hand)
    times: list[list[float]] = [[] for _ in steps]
    for step in steps:
        step()
    for _ in range(rounds):
        for step, found in zip(steps, times):
            found += _times(step)
    t = [1e6 * median(found) for found in times]
    hand_text = f"{t[1]:.0f} µs | {t[0] / t[1]:.2f}" if twin else "– | –"
    count = len(program.plan.instructions)
    print(
        f"| {name} | {nodes(family)} | {count} | {batch} | {t[0]:.0f} µs | {hand_text} |",
        flush=True,
    )


def _times(step: Callable[[], Any]) -> list[float]:
    """CPU times of some steps, a few milliseconds in all."""
    found: list[float] = []
    while sum(found) < 0.02 and len(found) < 200:
        start = time.perf_counter()
        step()
        found.append(time.perf_counter() - start)
    return found


if __name__ == "__main__":
    main()
