"""Each system of the lectures, run as a reader would: its script asserts what it reaches."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
NEEDS = {
    "activations": ["matplotlib"],
    "alexnet": ["mlxtend", "sklearn"],
    "autoencoder": ["matplotlib", "sklearn"],
    "cnn_lstm": ["sklearn"],
    "convolution": ["sklearn"],
    "how_much": ["matplotlib", "sklearn"],
    "linear_layers": ["matplotlib"],
    "logistic_regression": ["sklearn"],
    "mnist": ["mlxtend"],
    "one_or_several_layers": ["matplotlib", "sklearn"],
    "triangle": ["sklearn"],
}
DRAWINGS = {
    "one_neuron": ["one_neuron", "one_neuron_graph"],
    "one_layer": ["layer_4x1", "layer_4x3"],
    "one_or_several_layers": ["xor", "moons", "moons_one", "moons_two"],
    "autoencoder": ["autoencoder", "autoencoder_digits"],
    "mnist": ["mnist", "mnist_gradient"],
    "reinforce": ["reinforce_right", "reinforce_wrong"],
}
QUICK = [
    "addition", "cell", "hidden_layer", "line_fit", "linear_layers", "one_layer", "one_neuron",
    "partly_connected", "perceptron", "reinforce", "sentence", "spam",
]  # fmt: skip
SLOW = [
    "activations", "alexnet", "autoencoder", "cnn_lstm", "convolution", "hot_dog", "how_much",
    "hundred_layers", "logistic_regression", "lstm", "mnist", "one_or_several_layers", "rnn",
    "triangle",
]  # fmt: skip


def run(name: str, folder: Path, *arguments: str) -> list[str]:
    """The lines that the script prints, run in an empty folder with warnings as errors."""
    for package in NEEDS.get(name, []):
        pytest.importorskip(package, reason=f"{name}.py needs {package}, which is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "examples" / f"{name}.py", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for drawing in DRAWINGS.get(name, [name]):
        root = ElementTree.parse(folder / "out" / f"{drawing}.svg").getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
)
def test_it_reaches_what_it_claims(name, tmp_path):
    last = run(name, tmp_path)[-1]
    assert re.search(r" · \d+\.\d s$", last), last


@pytest.mark.parametrize("name", ["hidden_layer", "one_layer"])
def test_eager_and_compiled_print_the_same(name, tmp_path):
    compiled, eager = run(name, tmp_path), run(name, tmp_path, "--eager")
    time = re.compile(r" · .*")
    assert [time.sub("", line) for line in compiled] == [time.sub("", line) for line in eager]


def test_every_script_is_run_here_or_elsewhere():
    elsewhere = {"iris", "gallery", "gpt", "worked", "distributed"}  # they have tests of their own
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert scripts - elsewhere == {*QUICK, *SLOW}


SEEDS = [
    "addition", "cnn_lstm", "hidden_layer", "one_layer", "partly_connected", "reinforce", "rnn",
    "sentence", "spam",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2", "3", "4"])
@pytest.mark.parametrize("name", SEEDS)
def test_other_weights_and_another_split_reach_it_too(name, seed, tmp_path):
    run(name, tmp_path, "--seed", seed)


def test_the_ten_moments_have_a_script_and_a_picture():
    page = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
    table = page.partition("## Ten moments")[2].partition("## What")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and ".py" in line]
    assert len(rows) == 10
    for row in rows:
        script = re.search(r"`(\w+)\.py", row)[1]
        text = (ROOT / "examples" / f"{script}.py").read_text(encoding="utf-8")
        pictures = re.findall(r"`out/(\w+)\.svg`", row)
        assert pictures, row
        for picture in pictures:
            assert picture in {script, *DRAWINGS.get(script, [])} or f"{picture}.svg" in text


def test_every_system_stands_in_the_table():
    table = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
    for name in (*QUICK, *SLOW):
        assert f"(../examples/{name}.py)" in table, name


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem
)
def test_help_says_what_it_does_before_it_does_anything(path, monkeypatch, capsys):
    for package in NEEDS.get(path.stem, ["torch"] if path.stem == "distributed" else []):
        pytest.importorskip(package, reason=f"{path.name} needs {package}, which is not installed")
    monkeypatch.setattr("sys.argv", [path.name, "--help"])
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(path), run_name="__main__")
    assert left.value.code == 0
    first = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).partition("\n")[0]
    assert first in " ".join(capsys.readouterr().out.split())
