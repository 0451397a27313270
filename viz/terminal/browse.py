"""A page in the reader's browser."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path

__all__ = ["browse"]


def browse(save: Callable[[Path], str], name: str) -> str:
    """Write a page into a folder of its own and open it; returns what to tell the reader.

    Args:
        save: writes the page to a path, which it returns.
        name: of the file, like "live.html".
    """
    path = save(Path(tempfile.mkdtemp(prefix="chainrule-")) / name)
    if webbrowser.open(Path(path).as_uri()):
        return path
    return f"{path}\nno browser could be started: open this file in one"
