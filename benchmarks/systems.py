"""The table of the lectures' systems: what each script reaches over five seeds, beside a peer.

    python benchmarks/systems.py                 # all of them, as Markdown
    python benchmarks/systems.py mnist spam --seeds 3

A script runs in a process of its own, once a seed, which draws the split and the weights. Its score is
the first number of its last line. The peer is the same script, with scikit-learn training a network of
the same layers on the same data in place of `nn.fit` (PyTorch where there are convolutions).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

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
    "cell": "the cell behind the neuron",
    "reinforce": "reinforce, penalise",
    "linear_layers": "linear, then not",
    "sentence": "words, a sentence, a feeling",
    "how_much": "how much data, how many neurons",
    "alexnet": "why AlexNet won",
}

NO_SEEDS = {"one_neuron", "perceptron", "activations", "cell", "how_much"}  # the same each time
PEERS = {
    "logistic_regression", "one_layer", "hidden_layer", "mnist", "hot_dog", "spam", "convolution",
    "triangle", "reinforce", "partly_connected",
}  # fmt: skip


BESIDE = {"alexnet": r"SVC ([0-9.]+)%", "autoencoder": r"linear: ([0-9.]+)%"}  # in its own line


class Peer:
    """Somebody else's training: scikit-learn's for dense layers, PyTorch's for convolutions."""

    def __init__(self, predict: Any) -> None:
        self.predict_here, self.trained = predict, {}

    def fit(
        self, model: Any, data: Any, loss: Any, optimizer: Any, *, epochs: int, **more: Any
    ) -> None:
        """What a script calls instead of `nn.fit`."""
        x, y = data[0], np.asarray(data[1])
        if np.ndim(x) > 2:
            self.trained[id(model)] = torch_twin(model, x, y, optimizer.lr, epochs)
            return
        from sklearn.linear_model import LogisticRegression
        from sklearn.neural_network import MLPClassifier

        neurons = [len(layer.neurons) for layer in model.modules() if hasattr(layer, "neurons")]
        hidden = tuple(neurons[:-1])
        first = model.modules()[-1] if not hidden else model.modules()[2]
        seed = int(sys.argv[sys.argv.index("--seed") + 1])
        peer = LogisticRegression(max_iter=1000)
        if hidden:
            peer = MLPClassifier(
                hidden, getattr(first, "activation", "tanh"), max_iter=max(epochs, 100),
                random_state=seed, learning_rate_init=0.01, batch_size=min(32, len(x)),
            )  # fmt: skip
        self.trained[id(model)] = peer.fit(x, y)
        self.logits = "logits" in str(loss)

    def predict(self, model: Any, x: Any, **more: Any) -> Any:
        """What a script calls instead of `nn.predict`; before training, that itself."""
        peer = self.trained.get(id(model))
        if peer is None:
            return self.predict_here(model, x, **more)
        shares = peer(x) if callable(peer) else peer.predict_proba(x)
        if shares.shape[1] != 2:
            return shares
        yes = shares[:, 1:]
        return np.log((yes + 1e-12) / (1 - yes + 1e-12)) if self.logits else yes


def torch_twin(model: Any, x: Any, y: Any, lr: float, epochs: int) -> Any:
    """PyTorch's module of the same layers, its own initial weights, trained by its own Adam."""
    import torch

    from nn.interop import to_torch

    torch.manual_seed(int(sys.argv[sys.argv.index("--seed") + 1]))
    twin = to_torch(model).float()
    for module in twin.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    optimizer = torch.optim.Adam(twin.parameters(), lr=lr)
    data = torch.tensor(np.asarray(x), dtype=torch.float32), torch.tensor(y)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for few in torch.randperm(len(y)).split(32):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(twin(data[0][few]), data[1][few]).backward()
            optimizer.step()
        schedule.step()
    return lambda new: twin(torch.tensor(np.asarray(new), dtype=torch.float32)).detach().numpy()


def one(name: str, seed: str, by_peer: str) -> None:
    """Run a script here, and print its seconds as JSON after what it says."""
    import warnings

    import nn

    if by_peer == "peer":
        peer = Peer(nn.predict)
        nn.fit, nn.predict = peer.fit, peer.predict
        warnings.simplefilter("ignore")  # that scikit-learn would like more epochs
    sys.argv = [f"{name}.py", "--seed", seed] if name not in NO_SEEDS else [f"{name}.py"]
    started = time.perf_counter()
    try:
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    except AttributeError:  # a script that draws what the peer's model did not answer
        if by_peer != "peer":
            raise
    print(json.dumps(time.perf_counter() - started))


def measured(name: str, seed: int, by: str = "us") -> tuple[str, float]:
    """What a script says last, and its seconds; what it asserts of itself is not asked of a peer."""
    python = [sys.executable, "-O"] if by == "peer" else [sys.executable]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*python, __file__, "--one", name, str(seed), by],
            cwd=folder, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        return done.stderr.strip().splitlines()[-1], float("nan")
    *_, last, seconds = done.stdout.splitlines()
    return last.rsplit(" · ", 1)[0], json.loads(seconds)


def score(said: str, beside: str = "") -> float | None:
    """The first percentage, or the first number, of a line; or what stands ``beside`` it."""
    found = (
        re.search(beside, said)
        if beside
        else re.search(r"([0-9.]+)\s?%", said) or re.search(r"by ([0-9.]+)", said)
    )
    return float(found[1]) if found else None


def spread(scores: list[float | None]) -> str:
    """All scores, from the lowest to the highest."""
    known = sorted(s for s in scores if s is not None)
    return "–" if not known else f"{statistics.median(known):g} ({known[0]:g} … {known[-1]:g})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", default=list(SYSTEMS))
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    print("| system | script | says, with seed 0 | five seeds | peer, five seeds | seconds |")
    print("| --- | --- | --- | --- | --- | ---: |")
    for name in args.names:
        seeds = range(1 if name in NO_SEEDS else args.seeds)
        runs = [measured(name, seed) for seed in seeds]
        failed = [said for said, seconds in runs if seconds != seconds]
        scores = [score(said) for said, _ in runs] if len(runs) > 1 else []
        peers = [score(measured(name, seed, "peer")[0]) for seed in seeds] if name in PEERS else []
        if name in BESIDE:
            peers = [score(said, BESIDE[name]) for said, _ in runs]
        row = [
            SYSTEMS[name], f"[{name}.py](../examples/{name}.py)", runs[0][0],
            f"{len(failed)} failed: {failed[0]}" if failed else spread(scores), spread(peers),
            f"{statistics.median(seconds for _, seconds in runs):.1f}",
        ]  # fmt: skip
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        main()
