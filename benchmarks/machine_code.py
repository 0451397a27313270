"""The families of `families.py` as machine code: beside NumPy, eager, and C from the same graph.

    python benchmarks/machine_code.py
    python benchmarks/machine_code.py --only lorenz --batches 1

Losses and gradients have to agree to 1e-8 before anything is timed. A step is the mean loss of a batch
and its gradient, in float64 and CPU time on one thread; rounds go in turn. C is one function with a
line for each node, made from the same graph, compiled by ``gcc -O2 -march=native`` and called for each
sample. "the code alone" is a step without Python around it, as C is measured.
"""

# ruff: noqa: E402 (the number of threads is set before NumPy is imported)
from __future__ import annotations

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import shutil
import tempfile
import time
from statistics import median

import families_numpy
import numpy as np
import straight_c
from families import FAMILIES, Family, built, nodes

from autograd import compile


def program_of(family: Family, samples, engine: str):
    """A program, a step of it, and how long it took until the first one was done."""
    function, values = built(family)
    start = time.process_time()
    program = compile(
        function, values, inputs=tuple(x[0] for x in samples), check=False, engine=engine
    )
    lifted = time.process_time()
    program.run(*samples)
    return program, lambda: program.run(*samples)[0], time.process_time() - lifted, lifted - start


def eager_of(family: Family, samples):
    function, values = built(family)
    rows = list(zip(*(x.tolist() for x in samples))) if samples else [()]

    def step() -> float:
        for value in values:
            value.grad = 0.0
        total = 0.0
        for row in rows:
            loss = function(*row)
            loss.backward()
            total += loss.data / len(rows)
        for value in values:
            value.grad /= len(rows)
        return total

    return step, lambda: np.array([value.grad for value in values])


def given(program):
    """The gradients in the order in which the parameters were given."""
    out = np.empty(len(program.order))
    out[program.order] = program.gradients
    return out


def timed(contestants, rounds: int) -> dict[str, float]:
    times = {who: [] for who in contestants}
    counts = {}
    for who, step in contestants.items():
        start = time.process_time()
        step()
        counts[who] = max(1, min(3000, int(0.03 / max(time.process_time() - start, 1e-6))))
    for _ in range(rounds):
        for who, step in contestants.items():
            start = time.process_time()
            for _ in range(counts[who]):
                step()
            times[who].append((time.process_time() - start) / counts[who])
    return {who: median(each) for who, each in times.items()}


def row(make, batch: int, rounds: int) -> str:
    family = make()
    samples = family.sample(batch)
    selects = any(x.dtype.kind in "iu" for x in samples)
    program, native, seconds, _ = program_of(family, samples, "native")
    numpy_program, by_numpy, _, _ = program_of(family, samples, "numpy")
    auto = program_of(family, samples, "auto")[0].engine.name
    contestants = {"native": native, "numpy": by_numpy}
    found = {"native": lambda: given(program), "numpy": lambda: given(numpy_program)}
    if not selects:
        contestants["eager"], found["eager"] = eager_of(family, samples)
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("gcc") and not selects and nodes(family) < 21_000:
            function, values = built(family)
            contestants["C"], gradients = straight_c.compiled(function, values, samples, folder)
            found["C"] = lambda: gradients
        losses = {who: step() for who, step in contestants.items()}
        scale = max(1.0, np.abs(found["numpy"]()).max())
        for who in contestants:
            assert abs(losses[who] - losses["numpy"]) <= 1e-8 * max(1.0, abs(losses["numpy"])), (
                losses
            )
            np.testing.assert_allclose(
                found[who]() / scale, found["numpy"]() / scale, atol=1e-8, err_msg=who
            )
        contestants["code"] = program._batches.runner(batch if samples else 1).again
        twin = families_numpy.TWINS.get(make.__name__)
        if twin is not None:
            contestants["hand"] = lambda: twin(family.parameters, *(family.data or samples))
        t = timed(contestants, rounds)
    count = nodes(family)
    ratio = {who: t.get(who, float("nan")) for who in ("eager", "numpy", "hand", "C")}
    return (
        f"| {make.__name__.replace('_', ' ')} | {count} | {batch if samples else 1} | "
        f"{1e6 * t['native']:.2f} µs | {ratio['eager'] / t['native']:.0f} | "
        f"{ratio['numpy'] / t['native']:.1f} | {ratio['hand'] / t['native']:.1f} | "
        f"{1e6 * t['code']:.2f} µs | {t['code'] / ratio['C']:.2f} | "
        f"{1e3 * seconds / count:.3f} ms | {auto} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="run the families whose name contains this")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 64])
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    print(
        "| family | nodes | batch | native: run() | eager ÷ | NumPy ÷ | by hand ÷ | the code alone "
        "| ÷ C | compiling a node | auto |"
    )
    print("| --- | ---: | ---: |" + " ---: |" * 7 + " --- |")
    for make in FAMILIES:
        if arguments.only in make.__name__:
            for batch in arguments.batches if make().sample(1) else [1]:
                print(row(make, batch, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
