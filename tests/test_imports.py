"""Arrows one way, rooms that say what they are for, and `__all__` that tells the truth."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
KNOWS = {"autograd": {"autograd"}, "nn": {"autograd", "nn"}, "viz": {"autograd", "nn", "viz"}}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in KNOWS
    for path in sorted((ROOT / package).rglob("*.py"))
}
TREES = {module: ast.parse(path.read_text("utf-8")) for module, path in MODULES.items()}
FOLDERS = sorted({path.parent for path in MODULES.values()})

# What each room of autograd may import besides the engine itself, the files at the top.
ROOMS: dict[str, set[str]] = {
    "": set(),
    "text": set(),
    "formulas": {"text"},
    "derivatives": {"text", "formulas"},
    "stepping": {"text", "formulas", "derivatives"},
    "by_hand": {"text", "formulas", "derivatives", "stepping"},
    "compiler": {"text", "formulas", "derivatives"},
}
EXCEPTIONS = {
    ("autograd.functions", "formulas"),  # a docstring shows the derivative of its row
    ("autograd.value", "formulas"),  # a notebook shows what a value was made of
    ("autograd.value", "text"),  # what to type instead of what a Value does not have
}
FILES = 14  # beside the `__init__`, at most: what a reader takes in at a glance
PROGRAMS = {"viz.__main__", "viz.process.child"}  # run, never imported
FLAT = {"nn"}  # one noun a file, and the file's name is the noun


class Import(NamedTuple):
    """``name`` (None for the module itself) from ``module``."""

    module: str
    name: str | None


def imports(tree: ast.AST) -> Iterator[Import]:
    """All that a module imports, anywhere in it; what only the type checker sees is no import."""
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are written in full"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (
                    Import(whole, None)
                    if whole in MODULES
                    else Import(str(node.module), alias.name)
                )


def package(module: str) -> str:
    return module.partition(".")[0]


def room(module: str) -> str:
    """The folder of autograd that a module lies in, "" for the engine itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else ""


def exported(module: str) -> list[str]:
    """The names in ``__all__``, once each."""
    names: list[str] = getattr(import_module(module), "__all__", [])
    assert len(names) == len(set(names))
    return names


@pytest.mark.parametrize("module", MODULES)
def test_arrows_between_packages_point_one_way(module: str) -> None:
    found = {package(imported.module) for imported in imports(TREES[module])}
    assert found & set(KNOWS) <= KNOWS[package(module)]
    assert not found & {"examples", "benchmarks", "tests", "docs"}


@pytest.mark.parametrize("module", [m for m in MODULES if m.startswith("autograd.")])
def test_arrows_between_the_rooms_of_autograd_point_one_way(module: str) -> None:
    known = {room(i.module) for i in imports(TREES[module]) if package(i.module) == "autograd"}
    known -= {there for exception, there in EXCEPTIONS if exception == module}
    assert known <= {"", room(module)} | ROOMS[room(module)]


def test_the_order_of_the_rooms_has_no_circle_and_leaves_none_out() -> None:
    below: set[str] = set()
    for name, allowed in ROOMS.items():
        assert allowed <= below
        below.add(name)
    assert {p.name for p in FOLDERS if p.parent == ROOT / "autograd"} == set(ROOMS) - {""}


@pytest.mark.parametrize("module", MODULES)
def test_all_names_what_is_there_and_siblings_import_nothing_else(module: str) -> None:
    if module not in PROGRAMS:
        assert [name for name in exported(module) if not hasattr(import_module(module), name)] == []
    for imported in imports(TREES[module]):
        if imported.module in MODULES and imported.name not in (None, "*"):
            assert imported.name in exported(imported.module), (
                f"{module} imports {imported.name} from {imported.module}: put it into __all__ there, "
                "or do without"
            )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_room_can_be_taken_in_at_a_glance(folder: Path) -> None:
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= FILES or str(folder.relative_to(ROOT)) in FLAT
    header = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    if (
        folder.parent != ROOT
    ):  # the packages themselves begin with an example or a table of contents
        starts = [line.partition(":")[0] for line in header.splitlines()]
        assert [word for word in starts if word in ("In", "Out", "Open first")] == [
            "In",
            "Out",
            "Open first",
        ]


def test_the_reader_of_imports_sees_them_all() -> None:
    assert {package(module) for module in MODULES} == set(KNOWS)
    program = (
        "import viz.scene\nfrom nn import MLP\nif TYPE_CHECKING:\n    from viz import draw\n"
        "def f():\n    from autograd import ops, tanh\n"
    )
    assert set(imports(ast.parse(program))) == {
        Import("viz.scene", None),
        Import("nn", "MLP"),
        Import("autograd.ops", None),
        Import("autograd", "tanh"),
    }
