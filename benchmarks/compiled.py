"""How fast compiled scalars train: against hand-written NumPy, PyTorch, JAX and the eager engines.

    python benchmarks/compiled.py
    python benchmarks/compiled.py --device cuda        # torch, and the program in torch, on a GPU
    python benchmarks/compiled.py --torch-python /path/to/python/with/torch --jax-python ...

Every contestant starts from the same weights and data, read from a file; the losses of the first three
steps have to agree before anything is timed. One step is forward, backward and an update by SGD, in
float64 on one BLAS thread, measured in CPU time, so that other work on the machine does not count.
Rounds go in turn through the contestants; a figure is the median over all steps. PyTorch and JAX run
in processes of their own. "compiled" runs on NumPy alone, "native" as `compile` chooses where LLVM is
installed: machine code, or NumPy with its exact calls compiled.
"""

# ruff: noqa: E402 (the number of threads is set before NumPy is imported)
from __future__ import annotations

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import compiled_numpy
import numpy as np
from compiled_peers import timed

import nn
from autograd import Value, compile, relu
from autograd.compiler.run.engines import has_machine_code
from autograd.compiler.run.numpy.replay import OFTEN
from nn.losses import cross_entropy

HERE = Path(__file__).parent
LR = 0.01


def example_gpt():
    """The model of examples/gpt.py."""
    spec = importlib.util.spec_from_file_location("gpt", HERE.parent / "examples" / "gpt.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def values(array):
    """Values in the shape of an array, as nested lists."""
    return [values(row) for row in array] if array.ndim else Value(float(array))


def flat(nested):
    return [x for part in nested for x in flat(part)] if isinstance(nested, list) else [nested]


def layer(w, b, x):
    return [sum((wi * xi for wi, xi in zip(row, x)), bi) for row, bi in zip(w, b)]


def window(image, i, j, k):
    return [channel[i + di][j + dj] for channel in image for di in range(k) for dj in range(k)]


def convolve(w, b, image, k, stride):
    places = range(0, len(image[0]) - k + 1, stride)
    grid = [[layer(w, b, window(image, i, j, k)) for j in places] for i in places]
    return [[[relu(pixel[c]) for pixel in row] for row in grid] for c in range(len(w))]


def moons_scalars(p, x, y):
    h = [relu(z) for z in layer(p[0], p[1], x)]
    h = [relu(z) for z in layer(p[2], p[3], h)]
    (score,) = layer(p[4], p[5], h)
    return relu(1.0 - y * score)


def digits_scalars(p, x, y):
    return cross_entropy(layer(p[2], p[3], [relu(z) for z in layer(p[0], p[1], x)]), y)


def convolution_scalars(p, x, y):
    h = convolve(p[2], p[3], convolve(p[0], p[1], x, 5, 2), 3, 2)
    return cross_entropy(layer(p[4], p[5], flat(h)), y)


def gpt_scalars(p, x, y):
    module = example_gpt()
    model = module.GPT(p[0].__len__(), len(p[1]), len(p[0][0]), 4, 1, 0)
    model.letter, model.place = p[0], p[1]
    model.blocks = [dict(zip(("query", "key", "value", "out", "up", "down"), p[2:8]))]
    model.unembed = p[8]
    return model.loss(x, y, [1.0 / len(x)] * len(x))


def cases():
    """Name, model, scalar program, parameters, data."""
    rng = np.random.default_rng(0)

    def weights(*sizes):
        return [array for a, b in pairwise(sizes)
                for array in (rng.normal(size=(b, a)) * a**-0.5, np.zeros(b))]  # fmt: skip

    angle = rng.uniform(0, np.pi, 100)
    upper = np.arange(100) % 2 == 0
    x = np.where(upper, (np.cos(angle), np.sin(angle)), (1 - np.cos(angle), 0.5 - np.sin(angle))).T
    yield (
        "2-16-16-1, batch 100, hinge + L2", "moons", moons_scalars, weights(2, 16, 16, 1),
        np.ascontiguousarray(x) + rng.normal(size=(100, 2)) * 0.1, np.where(upper, 1.0, -1.0),
    )  # fmt: skip
    for hidden, batch in ((16, 64), (16, 256), (128, 64)):
        yield (
            f"784-{hidden}-10, cross-entropy, batch {batch}", "digits", digits_scalars,
            weights(784, hidden, 10), rng.uniform(size=(batch, 784)), rng.integers(0, 10, batch),
        )  # fmt: skip
    filters = [
        rng.normal(size=(8, 25)) * 0.2,
        np.zeros(8),
        rng.normal(size=(16, 72)) * 0.1,
        np.zeros(16),
    ]
    yield (
        "convolutions, batch 32", "convolution", convolution_scalars, filters + weights(400, 10),
        rng.uniform(size=(32, 1, 28, 28)), rng.integers(0, 10, 32),
    )  # fmt: skip
    shapes = [(28, 16), (16, 16), *[(16, 16)] * 4, (64, 16), (16, 64), (28, 16)]
    for batch in (1, 32):
        yield (
            f"GPT, sequence 16, batch {batch}", "gpt", gpt_scalars,
            [rng.normal(size=s) * s[1] ** -0.5 for s in shapes],
            rng.integers(0, 28, (batch, 16)), rng.integers(0, 28, (batch, 16)),
        )  # fmt: skip


class Here:
    """A contestant in this process."""

    def __init__(self, step) -> None:
        self.step = step

    def loss(self) -> float:
        return self.step()

    def time(self, count: int) -> list[float]:
        return timed(self.step, count)


class There:
    """A contestant in a process of its own."""

    def __init__(self, python: str, engine: str, path: str, model: str, device: str) -> None:
        self.process = subprocess.Popen(
            [python, str(HERE / "compiled_peers.py"), engine, path, model, device],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent), *sys.path])},
        )  # fmt: skip

    def ask(self, line: str):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def loss(self) -> float:
        return self.ask("loss")

    def time(self, count: int) -> list[float]:
        return self.ask(f"time {count}")

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def numpy_step(model, parameters, x, y):
    p = [a.copy() for a in parameters]

    def step() -> float:
        loss, gradients = compiled_numpy.MODELS[model](p, x, y)
        for a, g in zip(p, gradients):
            a -= LR * g
        return float(loss)

    return step


def compiled_step(scalars, parameters, x, y, engine="numpy"):
    p = [values(a) for a in parameters]
    all_values = flat(p)

    def loss(x, y):
        return scalars(p, x, y)

    def regularized(x, y):
        return scalars(p, x, y) + 1e-4 * sum(q * q for q in all_values)

    start = time.perf_counter()
    function = regularized if scalars is moons_scalars else loss
    program = compile(function, all_values, inputs=(x[0], y[0]), check=False, engine=engine)
    seconds = time.perf_counter() - start
    return trained(program, all_values, x, y), seconds, program


def trained(program, parameters, *data):
    """A training step of a program."""
    optimizer = nn.SGD(parameters, lr=LR)

    def step() -> float:
        (mean,) = program.run(*data)
        program.update(optimizer)
        return mean

    return step


def demo(rounds: int) -> None:
    """The finished graph of the moons, its batch not declared, against one node an operation."""
    _, _, _, parameters, x, y = next(iter(cases()))
    p = [values(a) for a in parameters]
    all_values = flat(p)
    hinges = [moons_scalars(p, list(map(Value, xi)), float(yi)) for xi, yi in zip(x, y)]
    loss = sum(hinges) * (1.0 / len(y)) + 1e-4 * sum(q * q for q in all_values)
    start = time.process_time()
    programs = [compile(loss, all_values, engine="numpy")]
    lifting = time.process_time() - start
    contestants = {"compiled": Here(trained(programs[0], all_values))}
    programs.append(compile(loss, all_values))
    if programs[1].engine.name == "native":
        contestants["native"] = Here(trained(programs[1], all_values))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "data.npz")
        np.savez(path, x=x, y=y, **{f"p{i}": a for i, a in enumerate(parameters)})
        for engine, module in (("eager", "autograd"), ("micrograd", "micrograd")):
            if available(sys.executable, module):
                contestants[engine] = There(sys.executable, engine, path, "moons", "cpu")
        for _ in range(3):
            losses = {who: c.loss() for who, c in contestants.items()}
            assert np.ptp(list(losses.values())) < 1e-12, losses
    t = {
        who: median(c.time(2000 if isinstance(c, Here) else rounds))
        for who, c in contestants.items()
    }
    print("\nmicrograd's demo, 65 000 nodes, the batch found: " + ", ".join(
        f"{who} {1e3 * seconds:.3g} ms ({seconds / t['compiled']:,.3g}×)" for who, seconds in t.items()
    ) + f"; compiling {1e3 * lifting:.0f} ms")  # fmt: skip
    for c in contestants.values():
        if isinstance(c, There):
            c.close()


def available(python: str, module: str) -> bool:
    found = subprocess.run([python, "-c", f"import {module}"], capture_output=True)
    return found.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch-python", default=sys.executable, help="an interpreter with torch")
    parser.add_argument("--jax-python", default=sys.executable, help="an interpreter with jax")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--device", default="cpu", help='where torch computes: "cuda"')
    parser.add_argument("--only", default="", help="run the cases whose name contains this")
    arguments = parser.parse_args()
    peers = {
        engine: python
        for engine, python in (("torch", arguments.torch_python), ("jax", arguments.jax_python))
        if available(python, engine)
    }
    columns = [f"{engine} ÷ {who}" for engine in peers for who in ("compiled", "native")]
    columns += [f"the program in {engine} ÷ by hand, ms" for engine in peers]
    print("| one training step | NumPy by hand | compiled ÷ NumPy | native ÷ NumPy | "
          + "".join(f"{column} | " for column in columns) + "compiling |")  # fmt: skip
    print("| --- | ---: | ---: | ---: |" + " ---: |" * len(columns) + " ---: |")
    for name, model, scalars, parameters, x, y in cases():
        if arguments.only not in name:
            continue
        step, seconds, plain = compiled_step(scalars, parameters, x, y)
        contestants = {"numpy": Here(numpy_step(model, parameters, x, y)), "compiled": Here(step)}
        if has_machine_code("auto"):
            contestants["native"] = Here(compiled_step(scalars, parameters, x, y, "auto")[0])
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "data.npz")
            np.savez(path, x=x, y=y, **{f"p{i}": a for i, a in enumerate(parameters)})
            plain.save(Path(folder) / "program.npz")
            for engine, python in peers.items():
                for who in (engine, f"{engine}-program"):
                    contestants[who] = There(python, who, path, model, arguments.device)
            for _ in range(3):
                losses = {who: c.loss() for who, c in contestants.items()}
                assert np.ptp(list(losses.values())) < 1e-12 * max(losses.values()), losses
        counts = {}
        for who, c in contestants.items():
            c.time(OFTEN if who == "native" else 10)
            counts[who] = max(5, min(4000, int(0.05 / median(c.time(5)))))
        times = {who: [] for who in contestants}
        for _ in range(arguments.rounds):
            for who, c in contestants.items():
                times[who] += c.time(counts[who])
        for c in contestants.values():
            if isinstance(c, There):
                c.close()
        t = {who: median(all_times) for who, all_times in times.items()}
        handed = {engine: t[f"{engine}-program"] for engine in peers}
        ratios = [
            f"{t[engine] / t[who]:.2f}" if who in t else "–"
            for engine in peers for who in ("compiled", "native")
        ]  # fmt: skip
        ratios += [f"{s / t[engine]:.2f}, {1e3 * s:.3f}" for engine, s in handed.items()]
        native = f"{t['native'] / t['numpy']:.3f}" if "native" in t else "–"
        print(f"| {name} | {1e6 * t['numpy']:.0f} µs | {t['compiled'] / t['numpy']:.2f} | {native} | "
              + " | ".join([*ratios, f"{seconds:.2f} s |"]), flush=True)  # fmt: skip
    demo(arguments.rounds)


if __name__ == "__main__":
    main()
