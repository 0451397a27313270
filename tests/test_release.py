"""What an index of packages would get: a wheel that is whole, a description that stands by itself."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from viz.terminal.cli import main
from viz.terminal.parser import parser

ROOT = Path(__file__).parents[1]
HOST = "https://host.example/owner/repository"


def test_the_long_description_has_absolute_links_to_files_that_exist() -> None:
    command = [sys.executable, "docs/long_description.py", HOST, "v1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    text = done.stdout.decode("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert all(link.startswith("https://") for link in links)
    own = [link for link in links if link.startswith(HOST)]
    assert len(own) > 10
    for link in own:
        kind, tag, path = link.removeprefix(f"{HOST}/").split("/", 2)
        assert (kind, tag) in {("raw", "v1"), ("blob", "v1")}
        assert (kind == "raw") == path.endswith((".svg", ".png"))
        assert (ROOT / path).exists()


def test_the_readme_runs_where_only_the_wheel_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    readme = str(ROOT / "README.md")
    found = doctest.testfile(
        readme, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert found.failed == 0
    assert found.attempted > 20


def test_every_command_of_the_readme_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text("utf-8")
    commands = set(re.findall(r"(?:`|^\$ )chainrule ([a-z][^`\n]*)", text, re.MULTILINE))
    assert {"demo", "playground", "examples"} <= commands
    for command in sorted(commands):
        words = shlex.split(command)
        if words[0] in ("demo", "playground", "live"):  # else they open a browser
            assert main([*words, "-o", f"{words[0]}.html"]) == 0
        else:
            assert parser().parse_args(words).command == words[0]


def test_examples_are_copied_whole_and_nothing_is_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "deep" / "mine"
    assert main(["examples", "-o", str(target)]) == 0
    assert "iris.py" in capsys.readouterr().out
    there = {path.name for path in (target / "examples").iterdir()} - {"__pycache__", "out"}
    assert there == {path.name for path in (ROOT / "examples").iterdir()} - {"__pycache__", "out"}
    assert len(list((target / "lectures").glob("[0-9]*.md"))) == 8
    iris = [sys.executable, target / "examples" / "iris.py", "--out", tmp_path / "out"]
    subprocess.run(
        iris, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"network.svg", "graph.svg"}
    assert main(["examples", "-o", str(target)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert list(target.parent.iterdir()) == [target]  # no leftovers


@pytest.mark.slow
def test_the_wheel_is_whole(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="builds the wheel: pip install hatchling build")
    pytest.importorskip("build", reason="builds the wheel: pip install hatchling build")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", tmp_path, ROOT]
    subprocess.run(command, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("autograd", "nn", "viz"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT).as_posix() in names
    licences = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", "nn/files/README.md", "nn/files/Apache-2.0.txt"}
    shared = {
        name.partition("/share/chainrule/")[2] for name in names if "/share/chainrule/" in name
    }
    assert {"examples/iris.py", "examples/pages/neuron.html", "lectures/1-one-neuron.md"} <= shared


def test_the_workflows_name_every_python_that_the_project_promises() -> None:
    yaml = pytest.importorskip("yaml", reason="reads the workflows: pip install pyyaml")
    tests = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["tests"]
    matrix = tests["strategy"]["matrix"]
    assert matrix["python"] == ["3.10", "3.11", "3.12", "3.13", "3.14"]
    assert f'requires-python = ">={matrix["python"][0]}"' in (ROOT / "pyproject.toml").read_text()
    assert {system.partition("-")[0] for system in matrix["system"]} == {
        "ubuntu",
        "macos",
        "windows",
    }
    release = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert release["publish"]["needs"] == "build"
