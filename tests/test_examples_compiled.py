"""Every system of the lectures that trains: two steps compiled are two steps node by node.

And the same in a page: the loss and the gradients of its loops of JavaScript.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import EXECUTABLE
from javascript import NODE, running
from test_compiler_javascript import ran
from test_examples import NEEDS

import nn
from nn.compiled import Compiled
from nn.inference import arrays
from nn.losses import resolve_loss
from nn.train import fit

ROOT = Path(__file__).parents[1]
TRAINS = [
    "addition", "autoencoder", "cnn_lstm", "convolution", "hidden_layer", "hot_dog", "how_much",
    "hundred_layers", "linear_layers", "logistic_regression", "lstm", "mnist", "one_layer",
    "one_or_several_layers", "partly_connected", "reinforce", "rnn", "sentence", "spam", "triangle",
]  # fmt: skip


class Compared(Exception):  # noqa: N818
    """Thrown from within the script once its training has been compared."""


def compare_two_steps(
    model: Any, data: Any, loss: Any, optimizer: nn.Optimizer, **settings: Any
) -> None:
    """What a script calls instead of `fit`: the first two samples, a step each, both ways."""
    few = data.take(np.arange(2)) if isinstance(data, nn.Dataset) else [part[:2] for part in data]
    parameters = optimizer.params
    start = [p.data for p in parameters]
    seen = []
    for compiled in (False, True):
        for p, number in zip(parameters, start):
            p.data, p.grad = number, 0.0
        losses = fit(
            model, few, loss, nn.SGD(parameters, lr=0.5), epochs=1, batch_size=1, shuffle=False,
            compiled=compiled, progress=False,
        )["loss"]  # fmt: skip
        seen.append(np.array([*losses, *(p.data for p in parameters)]))
    moved = np.abs(seen[0][len(losses) :] - start)
    assert moved.max() > 0
    np.testing.assert_allclose(seen[1], seen[0], rtol=1e-12, atol=1e-12)
    if len(parameters) < 5_000 and (NODE or EXECUTABLE):  # others take long to compile once more
        program, x, y = compiled_for(model, few, loss, optimizer)
        masks = [np.ones((2, size)) for size in program.plan.arguments[2:]]
        (mean, *_) = program.run(x, y, *masks)
        with running() as engine:
            (found,) = ran(engine, [(program, [x, y, *masks])])
        np.testing.assert_allclose(found, [mean, mean, *program.gradients], rtol=1e-9, atol=1e-12)
    raise Compared


def compiled_for(model: Any, data: Any, loss: Any, optimizer: nn.Optimizer) -> tuple[Any, Any, Any]:
    """The program that `fit` trains, and samples and targets as it takes them."""
    x, y = arrays(data)
    return Compiled(model, resolve_loss(loss), optimizer, x, y).training(), x, y


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINS)
def test_two_steps_agree(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in NEEDS.get(name, []):
        pytest.importorskip(package, reason=f"{name}.py needs {package}, which is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [f"{name}.py"])
    monkeypatch.setattr(nn, "fit", compare_two_steps)
    with pytest.raises(Compared):
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
