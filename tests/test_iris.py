"""The main job of the README: from four measurements of a flower to a drawn gradient."""

import csv
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "iris.py"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        cwd=cwd,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},  # no `dot` to find
        capture_output=True,
        encoding="utf-8",
    )


def weights(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What MLP(4, [3, 1], rng=seed) draws: uniform in −1 … 1, neuron after neuron; biases are 0."""
    rng = np.random.default_rng(seed)
    return np.array([rng.uniform(-1, 1, 4) for _ in range(3)]), rng.uniform(-1, 1, 3)


@pytest.mark.parametrize(("flower", "seed"), [(1, 4), (71, 0), (150, 9)])
def test_its_gradients_are_those_of_the_matrix_formulas(
    flower: int, seed: int, tmp_path: Path
) -> None:
    with (ROOT / "nn/files/iris.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    measured = np.array([row[:4] for row in rows], dtype=float)
    x = ((measured - measured.mean(0)) / measured.std(0))[flower - 1]
    W, v = weights(seed)
    h = np.tanh(W @ x)
    y = 1 / (1 + np.exp(-v @ h))
    delta = (y - (rows[flower - 1][4] == "setosa")) * y * (1 - y)
    grad_v, grad_W = delta * h, np.outer(delta * v * (1 - h**2), x)

    result = run("--flower", str(flower), "--seed", str(seed), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert f"answers {y:.1%}" in result.stdout
    printed = dict(re.findall(r"^([wb]\S+) +(-?\d+\.\d+) ", result.stdout, re.MULTILINE))
    expected = {
        "w₁₁⁽²⁾": grad_v[0],
        "w₁₂⁽²⁾": grad_v[1],
        "b₁⁽²⁾": delta,
        "w₁₁⁽¹⁾": grad_W[0, 0],
        "w₁₄⁽¹⁾": grad_W[0, 3],
        "b₁⁽¹⁾": (delta * v * (1 - h**2))[0],
        "w₃₂⁽¹⁾": grad_W[2, 1],
    }
    assert printed.keys() == expected.keys()
    for name, value in expected.items():
        assert float(printed[name]) == pytest.approx(value, abs=1e-9)


def test_it_draws_both_pictures_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert run("--out", folder, cwd=tmp_path).returncode == 0
    for name in ("network.svg", "graph.svg"):
        first = (tmp_path / "a" / name).read_bytes()
        assert first == (tmp_path / "b" / name).read_bytes()
        assert ElementTree.fromstring(first).tag.endswith("svg")


def test_the_network_picture_shows_every_weight_and_gradient(tmp_path: Path) -> None:
    assert run("--out", ".", cwd=tmp_path).returncode == 0
    text = " ".join(ElementTree.parse(tmp_path / "network.svg").getroot().itertext())
    W, v = weights(4)
    for weight in [*W.ravel(), *v]:
        assert f"{weight:.3g}".replace("-", "−") in text
    assert text.count("∇") >= W.size + v.size


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--flower", "151"], "--flower is a number from 1 to 150, not 151"),
        (["--seed", "-1"], "--seed is 0 or more, not -1"),
    ],
)
def test_bad_arguments_get_one_clear_line(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_gets_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run("--out", "file/below", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "file/below" in result.stderr.replace("\\", "/")
