"""The table of the lectures' systems: what each script in `examples/` reaches, and how long it takes.

    python benchmarks/systems.py                 # all of them, compiled and eager, as Markdown
    python benchmarks/systems.py mnist lstm

A script runs in a process of its own. With `--eager` the larger ones train a short while only, so the
times are given for one sample forwards and backwards, with the change of the weights.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
SYSTEMS = {
    "one_neuron": "one neuron",
    "perceptron": "binary-step perceptron",
    "activations": "activations",
    "logistic_regression": "logistic regression",
    "one_layer": "4×1, 4×3",
    "hidden_layer": "4×3×1",
    "mnist": "784×16×10",
    "addition": "two hidden layers, 4–4–4–1",
    "hundred_layers": "a hundred hidden layers",
    "partly_connected": "partly connected layers",
    "line_fit": "one-neuron fit",
    "hot_dog": "hot dog / not hot dog",
    "spam": "spam / not spam",
    "convolution": "convolutional network",
    "rnn": "recurrent network",
    "lstm": "LSTM",
    "cnn_lstm": "CNN + LSTM",
    "autoencoder": "autoencoder",
    "triangle": "triangle architecture",
    "one_or_several_layers": "one layer against several",
}


def one(name: str, *arguments: str) -> None:
    """Run a script here, with every `fit` timed, and print what was measured as JSON."""
    import nn

    fit, runs = nn.fit, []

    def timed(model, data, *settings, **more):
        history = fit(model, data, *settings, progress=False, **more)
        runs.append((history.seconds, len(history) * len(data[0])))
        return history

    nn.fit = timed
    sys.argv = [f"{name}.py", *arguments]
    started = time.perf_counter()
    runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    total = time.perf_counter() - started
    seconds, samples = max(runs, key=lambda run: run[1], default=(0.0, 0))
    print(json.dumps({"total": total, "sample": seconds / samples if samples else None}))


def measured(name: str, *arguments: str) -> tuple[str, dict[str, float | None]]:
    """What a script says last, and how long it took in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--one", name, *arguments],
            cwd=folder, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        sys.exit(f"{name}: {done.stderr.strip().splitlines()[-1]}")
    *_, last, numbers = done.stdout.splitlines()
    return last.rsplit(" · ", 1)[0], json.loads(numbers)


def duration(seconds: float | None) -> str:
    """Three digits and a unit."""
    if seconds is None:
        return "–"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def main(names: list[str]) -> None:
    print("| system | script | reaches | whole script | a sample, eager | compiled | times |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    for name in names or SYSTEMS:
        said, compiled = measured(name)
        _, eager = measured(name, "--eager") if compiled["sample"] else ("", {"sample": None})
        times = "–"
        if compiled["sample"] and eager["sample"]:
            times = f"{eager['sample'] / compiled['sample']:.0f}×"
        row = [
            SYSTEMS[name], f"[{name}.py](../examples/{name}.py)", said, f"{compiled['total']:.1f} s",
            duration(eager["sample"]), duration(compiled["sample"]), times,
        ]  # fmt: skip
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        main(sys.argv[1:])
