"""The notebooks: every cell runs, a wrong answer is told why, and the solutions are right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

LECTURES = sorted((Path(__file__).parents[1] / "docs" / "lectures").glob("[0-9]*.md"))
CELL = re.compile(
    r"^```\{code-cell\}\n(?::tags: \[(\S+)\]\n\n)?(.*?)^```$", re.MULTILINE | re.DOTALL
)


def test_there_are_eight() -> None:
    assert len(LECTURES) == 8


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_runs_and_marks_its_exercise(
    lecture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn", reason="data of the lectures: pip install scikit-learn")
    pytest.importorskip("matplotlib", reason="plots of the lectures: pip install matplotlib")
    import autograd

    marked: list[tuple[bool, Any]] = []
    solved = False
    for name in ("compare", "diagnose"):
        mark = getattr(autograd, name)

        def marking(*given: Any, mark: Any = mark) -> Any:
            found = mark(*given)
            marked.append((solved, found))
            return found

        monkeypatch.setattr(autograd, name, marking)
    text = lecture.read_text(encoding="utf-8")
    assert "## Exercise" in text
    names: dict[str, Any] = {"__name__": "__main__"}
    for tag, cell in CELL.findall(text):
        solved = tag == "hide-cell"
        exec(compile(cell, lecture.name, "exec"), names)
    tries = [found for solved, found in marked if not solved]
    assert any(not found for found in tries)  # what stands there first is wrong
    assert all(any(slip for row in found.rows for slip in row.slips)
               for found in tries if not found and hasattr(found, "rows"))  # fmt: skip
    assert [bool(found) for solved, found in marked if solved]
    assert all(found for solved, found in marked if solved)


def test_they_are_notebooks_to_jupytext() -> None:
    jupytext = pytest.importorskip("jupytext", reason="reads notebooks kept as text")
    for lecture in LECTURES:
        notebook = jupytext.read(lecture)
        assert notebook.metadata.kernelspec.name == "python3"
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert len(cells) == len(CELL.findall(lecture.read_text(encoding="utf-8")))
