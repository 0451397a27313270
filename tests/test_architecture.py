"""The page on how it is built says what is so: its functions exist."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
STOPS = re.findall(r"^\| `([\w/]+\.py)` \| `([\w.]+)` \|", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "architecture.py"))


def defined(tree: ast.AST, within: str = "") -> set[str]:
    """The functions, classes, methods and names that a file defines."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found |= {within + node.name, *defined(node, f"{within}{node.name}.")}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {within + target.id for target in targets if isinstance(target, ast.Name)}
    return found


def test_the_way_has_its_stops() -> None:
    assert len(STOPS) == 16
    assert PAGE.count("`autograd/compiler/") == 6


@pytest.mark.parametrize(("file", "name"), STOPS, ids=[f"{at}:{name}" for at, name in STOPS])
def test_every_stop_of_the_way_exists(file: str, name: str) -> None:
    assert name in defined(ast.parse((ROOT / file).read_text(encoding="utf-8")))


def test_the_arrows_are_those_that_stand_in_the_files(script: dict[str, Any]) -> None:
    reached = script["_reached"]
    arrows = script["arrows"]()
    assert ("viz/page", "viz/graph") in arrows  # live.py asks groups.py
    assert "autograd/text" in reached("viz/terminal", arrows)
    assert not {room for room in reached("nn", arrows) if room.startswith("viz")}
    files = {path for room in script["rooms"]().values() for path in room}
    assert {ROOT / file for file, _ in STOPS} <= files
    live = ROOT / "viz" / "page" / "live.py"
    found = {path.relative_to(ROOT).as_posix() for path in script["imported"](live)}
    assert {"autograd/formulas/names.py", "viz/arguments.py"} <= found  # one asked of a package
