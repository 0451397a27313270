"""What a user's type checker and editor are told: a Value where there is one, not Any."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """
import numpy as np
from autograd import Value, clamp, dot, exp, leaky_relu, maximum, tanh, where
from nn import (
    MLP, Adam, Conv2d, Dataset, Dropout, Embedding, Flatten, Layer, LayerNorm, Linear, LSTM, MaxPool2d,
    Module, Neuron, ReLU, RNN, Sequential, Softmax, Tanh, cross_entropy, huber_loss, logsumexp,
    mse_loss, softmax,
)

x = Value(2.0)
data: Dataset
modules: list[Module]
model = MLP(2, [3, 1])
class Mine(Module):
    def forward(self, x: list[Value]) -> tuple[Value, list[float]]:
        return x[0], [1.0]
class Called(Module):
    def __call__(self, x: list[Value]) -> list[Value]:
        return x
reveal_type(Mine()([x]))                                # tuple[Value, list[float]]
reveal_type(Called()([x]))                              # list[Value]
reveal_type(modules[0]([x]))                            # Any
reveal_type(Sequential(Linear(2, 3), Mine())([1.0, x])) # tuple[Value, list[float]]
reveal_type(tanh(x))                                    # Value
reveal_type(tanh(1.0))                                  # float
reveal_type(tanh(np.zeros(3)))                          # ndarray
reveal_type(exp(x) * 2 + 1 / x)                         # Value
reveal_type(maximum(0.0, x))                            # Value
reveal_type(maximum(0.0, 1.0))                          # float
reveal_type(leaky_relu(x, negative_slope=0.1))          # Value
reveal_type(clamp(x, 0.0, 1.0))                         # Value
reveal_type(where(x > 0, x, 0.0))                       # Value
reveal_type(dot([x, x], [1.0, 2.0]))                    # Value
reveal_type(x.tanh().clamp(0, 1))                       # Value
reveal_type(Neuron(2)([1.0, x]))                        # Value
reveal_type(Layer(2, 3)([1.0, x]))                      # nn.signatures.Answer
reveal_type(model([1.0, x]))                            # nn.signatures.Answer
reveal_type(model([1.0, x]).data)                       # float
reveal_type((1.0 - model([1.0, x])).relu())             # Value
reveal_type(model([1.0, x])[0])                         # Value
reveal_type([out.data for out in model([1.0, x])])      # list[float]
reveal_type(softmax(model([1.0, x])))                   # list[Value]
reveal_type(Sequential(Linear(2, 3), Tanh(), Linear(3, 1))([1.0, x]))   # list[Value]
reveal_type(Sequential(Linear(2, 3), ReLU())([1.0, x]))                 # list[Value]
reveal_type(Sequential(Linear(2, 3), ReLU(), Dropout())([1.0, x]))      # list[Value]
reveal_type(Sequential(Linear(2, 3), Softmax())([1.0, x]))              # list[Value]
reveal_type(Sequential(Linear(2, 3), LayerNorm(3))([1.0, x]))           # list[Value]
reveal_type(Sequential(Conv2d(1, 1, 2), ReLU(), MaxPool2d(2))([[[x]]])) # list[list[list[Value]]]
reveal_type(Sequential(Conv2d(1, 1, 2), Flatten())([[[x]]]))            # list[Value]
reveal_type(Sequential(Linear(2, 3), MLP(3, [1])))      # nn.sequential.Sequential[nn.signatures.Answer]
reveal_type(Sequential(*modules))                       # nn.sequential.Sequential[Any]
reveal_type(Embedding(3, 2)(1))                         # list[Value]
reveal_type(Embedding(3, 2)([0, 1]))                    # list[list[Value]]
reveal_type(ReLU()(x))                                  # Value
reveal_type(ReLU()([[x]]))                              # list[list[Value]]
reveal_type(Dropout()([x, x]))                          # list[Value]
reveal_type(Dropout()([1.0]))                           # list[float]
reveal_type(LayerNorm(2)([x, x]))                       # list[Value]
reveal_type(Flatten()([[x]]))                           # list[Value]
reveal_type(Linear(2, 3)([1.0, x]))                     # list[Value]
reveal_type(RNN(2, 3)([[1.0, 2.0]])[0])                 # list[list[Value]]
reveal_type(LSTM(2, 3)([[1.0, 2.0]])[1][0])             # list[Value]
reveal_type(Conv2d(1, 1, 2)([[[1.0]]]))                 # list[list[list[Value]]]
reveal_type(mse_loss(MLP(2, [1])([1.0, x]), 1.0))       # Value
reveal_type(mse_loss([x, x], [1.0, 2.0]))               # Value
reveal_type(mse_loss([x, x], [1.0, 2.0], "none"))       # list[Value]
reveal_type(mse_loss([1.0], [2.0]))                     # float
reveal_type(cross_entropy(Linear(2, 3)([1.0, x]), 2))   # Value
reveal_type(huber_loss(x, 1.0, delta=2.0))              # Value
reveal_type(softmax([x, x]))                            # list[Value]
reveal_type(logsumexp([x, x]))                          # Value
reveal_type(data.standardized().scaling)                # nn.standardize.Standardize | None
"""
WRONG = {
    'Adam(MLP(2, [1]))': "arg-type",
    'tanh(x).backwards()': "attr-defined",
    'MLP(2, [1])([x]).nothing': "attr-defined",
    'Sequential(Linear(2, 3))([1.0]).data': "attr-defined",
}  # fmt: skip


@pytest.mark.slow  # mypy reads NumPy's stubs
def test_a_users_mypy_knows_what_comes_out(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="asks mypy: pip install mypy")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM + "\n".join(WRONG) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT), "PATH": "", "PYTHONPATH": str(ROOT)},
    )
    lines = program.read_text().splitlines()
    said = {}
    for line in done.stdout.splitlines():
        file, number, kind, message = (line.split(":", 3) + [""] * 3)[:4]
        if file.endswith("program.py") and number.isdecimal():
            said[int(number)] = (kind.strip(), message.strip())
    for number, line in enumerate(lines, 1):
        if line.startswith("reveal_type"):
            kind, message = said.pop(number, ("", "nothing"))
            for name in ("autograd.value.", "builtins.", "nn.data.", "numpy.", '"'):
                message = message.replace(name, "")
            expected = line.rpartition("# ")[2]
            shown = message.removeprefix("Revealed type is ")
            if expected == "ndarray":
                shown = shown.partition("[")[0]
            assert (kind, shown) == ("note", expected), line
        elif line in WRONG:
            kind, message = said.pop(number, ("", ""))
            assert (kind, WRONG[line] in message) == ("error", True), line
    assert said == {}
