"""The packages import one way: autograd ← nn ← viz."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KNOWS = {"autograd": {"autograd"}, "nn": {"autograd", "nn"}, "viz": {"autograd", "nn", "viz"}}
# What a core module may import when it is imported; more only within a function, or as an extra.
BARE = {"numpy", "graphviz", "pygraphviz"}
MODULES = sorted(path for package in KNOWS for path in (ROOT / package).rglob("*.py"))


def imports(tree: ast.AST, package: str) -> set[str]:
    """The top-level names that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(package if node.level else (node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_between_packages_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    found = imports(ast.parse(path.read_text(encoding="utf-8")), package)
    assert found & set(KNOWS) <= KNOWS[package]
    assert not found & {"examples", "benchmarks", "tests", "docs"}


def test_every_package_is_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(KNOWS)
    assert imports(ast.parse("import viz.scene\nfrom nn import MLP\nfrom . import x"), "viz") == {
        "viz",
        "nn",
    }
