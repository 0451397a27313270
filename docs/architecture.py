"""Draw the house, pictures/architecture.svg, from the imports that stand in the code.

python docs/architecture.py

A room is a folder; an arrow says that a file of the one imports from the other. What lies at the end of
several arrows in a row has no arrow of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from viz import Drawing
from viz.scene import Cluster, Edge, Node, Scene, Text

ROOT = Path(__file__).parents[1]
PICTURE = Path(__file__).with_name("pictures") / "architecture.svg"
KINDS = {"autograd": "input", "nn": "parameter", "viz": "output"}


def rooms() -> dict[str, list[Path]]:
    """The files of each room, by its folder: "autograd/compiler/read"."""
    found: dict[str, list[Path]] = {}
    for package in KINDS:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.name.startswith("__"):
                found.setdefault(room(path), []).append(path)
    return found


def room(path: Path) -> str:
    """The folder of a file within the repository; engines of one compiler are one room."""
    folder = path.parent.relative_to(ROOT).as_posix()
    return folder.removesuffix("/numpy")


def imported(path: Path) -> Iterator[Path]:
    """The files that a file imports from; where it asks a package, those which the package asks."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield from _lying(node.module or "", alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _lying(alias.name, "")


def _lying(module: str, name: str) -> Iterator[Path]:
    place = ROOT / module.replace(".", "/")
    for file in (place / f"{name}.py", place.with_suffix(".py")):
        if file.is_file():
            yield file
            return
    face = place / "__init__.py"
    if face.is_file() and module.partition(".")[0] in KINDS:
        for node in ast.parse(face.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
                yield from _lying(node.module or "", name)


def arrows() -> list[tuple[str, str]]:
    """Who imports from whom, without the arrows that lead where others lead already."""
    ways = sorted(
        {
            (here, room(there))
            for here, files in rooms().items()
            for file in files
            for there in imported(file)
            if room(there) != here
        }
    )
    for here, there in ways[:]:
        others = [way for way in ways if way != (here, there)]
        circle = here in _reached(there, ways)  # in a circle every arrow would imply every other
        if there in _reached(here, others) and not circle:
            ways = others
    return ways


def _reached(start: str, ways: list[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        more = {there for at, there in ways if at == here} - found
        found |= more
        waiting.extend(more)
    return found


def says(folder: str) -> str:
    """The first sentence of a room's ``__init__``."""
    text = ast.get_docstring(ast.parse((ROOT / folder / "__init__.py").read_text("utf-8"))) or ""
    return text.partition("\n")[0]


def scene() -> Scene:
    """The house as plain data."""
    drawn = Scene("house", direction="TB", spacing=(0.1, 0.3))
    ids = {folder: folder.replace("/", "_") for folder in rooms()}
    for folder, id in ids.items():
        kind = KINDS[folder.partition("/")[0]]
        name = Text(folder.rpartition("/")[2], bold=True, size=13)
        drawn.nodes.append(Node(id, kind, lines=((name,),), tooltip=f"{folder}: {says(folder)}"))
    for here, there in arrows():
        drawn.edges.append(
            Edge(f"{ids[here]}_to_{ids[there]}", ids[here], ids[there], tooltip=f"{here} → {there}")
        )
    for package in KINDS:
        drawn.clusters.append(
            _frame(package, [at for at in ids if at.partition("/")[0] == package])
        )
    return drawn


def _frame(folder: str, rooms: list[str]) -> Cluster:
    """A frame around a folder, and within it around each folder that has rooms itself."""
    frame = Cluster(f"in_{folder}".replace("/", "_"), f"{folder}/")
    halls = {at for at in rooms if at != folder and any(r.startswith(f"{at}/") for r in rooms)}
    for at in rooms:
        if not any(at == hall or at.startswith(f"{hall}/") for hall in halls):
            frame.nodes.append(at.replace("/", "_"))
    for hall in sorted(halls):
        frame.clusters.append(_frame(hall, [at for at in rooms if at.startswith(hall)]))
    return frame


if __name__ == "__main__":
    print(Drawing(scene()).save(PICTURE))
