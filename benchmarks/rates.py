"""The learning rates of the lectures' systems, chosen without a look at what is held out.

    python benchmarks/rates.py                   # over five seeds, as Markdown
    python benchmarks/rates.py spam --seeds 1

The rule: every rate trains on the first four fifths of the training share, with all else as in the
script, and the loss of its last epoch is taken on the last fifth. A script has the rate with the least
mean of that loss over the seeds. "Each its own" is what is reached where every seed chooses by its own
training share alone, and then trains on all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from systems import ONE_THREAD, ROOT, SYSTEMS, score, spread

import nn
from nn.inference import arrays

RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
# Left out: what holds nothing out, hot dogs (a cut would leave copies of a drawing on both sides), the
# plots of how much is enough. Of several trainings in a script the last counts.
CHOSEN = [
    "logistic_regression", "reinforce", "one_layer", "hidden_layer", "partly_connected", "addition",
    "spam", "rnn", "sentence", "mnist", "triangle", "autoencoder", "one_or_several_layers",
    "hundred_layers", "cnn_lstm", "convolution", "alexnet", "lstm",
]  # fmt: skip

train = nn.fit


def again(optimizer: nn.Optimizer, lr: float, settings: dict[str, Any]) -> nn.Optimizer:
    """A new optimizer of the kind, with another rate, and a new schedule for it."""
    kept = {name: getattr(optimizer, name) for name in optimizer.settings}
    other = type(optimizer)(optimizer.params, lr=lr, weight_decay=optimizer.weight_decay, **kept)
    if "scheduler" in settings:
        settings["scheduler"] = nn.CosineAnnealingLR(other, settings["scheduler"].T_max)
    return other


def held_out_loss(
    lr: float, model: Any, data: Any, loss: Any, optimizer: nn.Optimizer, settings: dict[str, Any]
) -> float:
    """Of one rate, on the last fifth of the data; the weights stay as they were."""
    x, y = arrays(data)
    cut = len(x) * 4 // 5
    start = [p.data for p in optimizer.params]
    settings = settings | {"validation": (x[cut:], y[cut:]), "progress": False, "metrics": ()}
    other = again(optimizer, lr, settings)
    try:
        history = train(model, (x[:cut], y[:cut]), loss, other, **settings)
        return float(history["val_loss"][-1])
    except nn.NonFiniteLossError:
        return float("inf")
    finally:
        for p, number in zip(optimizer.params, start):
            p.data, p.grad = number, 0.0


def choose(model: Any, data: Any, loss: Any, optimizer: nn.Optimizer, **settings: Any) -> Any:
    """What a script calls instead of `nn.fit`."""
    if len(data[0]) < 10:  # exclusive or: nothing to hold out
        return train(model, data, loss, optimizer, **settings)
    losses = [held_out_loss(lr, model, data, loss, optimizer, settings) for lr in RATES]
    print(json.dumps([optimizer.lr, losses]))
    lr = RATES[losses.index(min(losses))]
    return train(model, data, loss, again(optimizer, lr, settings), **settings)


def measured(name: str, seed: int) -> tuple[float, list[float], str]:
    """The script's rate, the loss of every other, and what the script says with its own choice."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--one", name, str(seed)],
            cwd=folder, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False,
        )  # fmt: skip
    lines = done.stdout.splitlines()
    rate, losses = json.loads([line for line in lines if line.startswith("[")][-1])
    said = lines[-1] if done.returncode == 0 else done.stderr.splitlines()[-1]
    return rate, losses, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", default=CHOSEN)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    print(f"| system | {' | '.join(f'{lr:g}' for lr in RATES)} | chosen | script | each its own |")
    print("| --- |" + " ---: |" * (len(RATES) + 3))
    for name in args.names:
        runs = [measured(name, seed) for seed in range(args.seeds)]
        means = [statistics.fmean(losses) for losses in zip(*(losses for _, losses, _ in runs))]
        best = RATES[means.index(min(means))]
        row = [SYSTEMS[name], *(f"{x:.4f}" for x in means), f"{best:g}", f"{runs[0][0]:g}"]
        print(f"| {' | '.join(row)} | {spread([score(said) for _, _, said in runs])} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _, _, name, seed = sys.argv
        nn.fit = choose
        sys.argv = [f"{name}.py", "--seed", seed]
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    else:
        main()
