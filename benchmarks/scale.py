"""How a step grows with network and batch, engine by engine, and what an export weighs.

    python benchmarks/scale.py
    torchrun --standalone --nproc-per-node=2 examples/distributed.py    # and with processes

One step is `Program.run`: forward and backward; the parameters go there and the gradients come back.
Engines take turns; a figure is the median of CPU time (of the clock with ``--device``), on one thread.
"""

# ruff: noqa: E402 (the number of threads is set before NumPy is imported)
from __future__ import annotations

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
if hasattr(os, "sched_setaffinity"):  # XLA's pool has a thread for each processor it may use
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import argparse
import importlib.util
import pickle
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from autograd import Program, compile
from nn import MLP, cross_entropy

BATCHES = (1, 64, 1024, 4096)


def digits(hidden: int, engine: str = "numpy", device=None) -> Program:
    model = MLP(784, [hidden, 10], activation="relu", rng=0)
    return compile(lambda x, y: cross_entropy(model(x), y), model,
                   inputs=(np.zeros(784), 0), check=False, engine=engine, device=device)  # fmt: skip


def step_times(programs: dict[str, Program], batch: int, clock) -> dict[str, float]:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(batch, 784)), rng.integers(0, 10, batch)
    losses = [program.run(x, y)[0] for program in programs.values()]
    assert np.ptp(losses) < 1e-10 * max(losses), losses
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(9):
        for name, program in programs.items():
            start = clock()
            program.run(x, y)
            times[name].append(clock() - start)
    return {name: median(found) for name, found in times.items()}


def exports(program: Program) -> None:
    """How long it takes to hand a program on, and how large it is as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.npz"
        for what, make in (
            ("npz", lambda: program.save(path)),
            ("pickle", lambda: path.write_bytes(pickle.dumps(program))),
            ("torch module", lambda: path.write_bytes(pickle.dumps(program.to_torch()))),
            ("jax function", program.to_jax),
        ):
            if what.partition(" ")[0] in ("torch", "jax") and not there(what.partition(" ")[0]):
                continue
            start = time.perf_counter()
            result = make()
            seconds = time.perf_counter() - start
            size = "" if what == "jax function" else f", {path.stat().st_size / 1024:.0f} kB"
            del result
            print(f"  {what}: {1e3 * seconds:.0f} ms{size}")


def there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", help='where PyTorch computes: "cuda"')
    device = parser.parse_args().device
    clock = time.perf_counter if device else time.process_time
    engines = ["numpy"] + [name for name in ("torch", "jax") if there(name)]
    if "torch" in engines:
        import torch

        torch.set_num_threads(1)
    if "jax" in engines:
        import jax

        jax.config.update("jax_enable_x64", True)
    print("| network | parameters | batch | " + " | ".join(f"{e}, ms" for e in engines) + " |")
    print("| --- | ---: | ---: |" + " ---: |" * len(engines))
    for hidden in (16, 128):
        first = digits(hidden)
        programs = {"numpy": first}
        for engine in engines[1:]:
            other = Program(
                first.plan, np.empty(len(first.order)), engine=engine,
                device=device if engine == "torch" else None, shapes=first.shapes,
            )  # fmt: skip
            other.parameters[...] = first.parameters
            programs[engine] = other
        for batch in BATCHES:
            t = step_times(programs, batch, clock)
            cells = " | ".join(f"{1e3 * t[engine]:.3f}" for engine in engines)
            print(f"| 784-{hidden}-10 | {len(first.order):,} | {batch} | {cells} |", flush=True)
    print("\n784-128-10, handed on:")
    exports(first)


if __name__ == "__main__":
    main()
