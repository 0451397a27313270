"""The example scripts, their data and the lectures: copied to where one can change them."""

from __future__ import annotations

import shutil
import sysconfig
import tempfile
from pathlib import Path

__all__ = ["copy_examples", "sources"]

_ROOT = Path(__file__).parents[2]
_SHARED = Path("share", "chainrule")  # where a wheel puts them, below the environment's own folder


def sources() -> dict[str, Path]:
    """The folders by name: those of a clone, or those that came with the wheel.

    Raises:
        FileNotFoundError: if they came with neither.
    """
    installed = Path(sysconfig.get_path("data")) / _SHARED
    for folders in (
        {"examples": _ROOT / "examples", "lectures": _ROOT / "docs" / "lectures"},
        {"examples": installed / "examples", "lectures": installed / "lectures"},
    ):
        if (folders["examples"] / "iris.py").is_file():
            return folders
    raise FileNotFoundError(f"no examples here, nor in {installed}: install chainrule again")


def copy_examples(target: Path) -> Path:
    """Copy them into a new folder, all of them or none; returns it.

    Raises:
        FileExistsError: if there is something of that name already.
        FileNotFoundError: if there are no examples.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already: -o another-folder")
    folders = sources()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as made:
        whole = Path(made) / "whole"
        for name, folder in folders.items():
            shutil.copytree(
                folder, whole / name, ignore=shutil.ignore_patterns("__pycache__", "out")
            )
        whole.rename(target)
    return target
