"""What a page is in Python: HTML that can be saved, and shows itself in a notebook."""

from __future__ import annotations

import html
import os
from pathlib import Path

from autograd.text.files import write

__all__ = ["Shown"]


class Shown:
    """Base of `Live`, `Player`, `Playground` and `Tour`.

    Attributes:
        html: the page; it needs nothing but itself.
    """

    __slots__ = ()

    html: str

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page, whole or not at all; missing folders are made. Returns the path.

        Raises:
            OSError: one line that names the path and says what is wrong with it.
            ValueError: for a suffix that is not of HTML.
        """
        if Path(path).suffix.lower() not in ("", ".html", ".htm"):
            raise ValueError(
                f"a page is HTML, like page.html, not {Path(path).name!r}; "
                "pictures come from draw_graph"
            )
        return str(write(Path(path), self.html.encode()))

    def _repr_html_(self) -> str:
        return _framed(self.html)


def _framed(page: str) -> str:
    """A page in a frame of a notebook: it may run its script, and reach nothing around it.

    A notebook that is not trusted leaves frames out: what stands behind the frame says so then.
    """
    inner = html.escape(page, quote=True)
    behind = '<p aria-hidden="true" style="height: 0; margin: 0">'
    return (
        f"{behind}A live page stands here: trust this notebook, or run the cell, to see it.</p>"
        f'<iframe srcdoc="{inner}" sandbox="allow-scripts" width="100%" height="640" '
        'style="border: 0; position: relative"></iframe>'
    )
