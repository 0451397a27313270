"""What the drawing functions return: a graphviz.Digraph that needs no installed Graphviz."""

from __future__ import annotations

import os
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import graphviz  # type: ignore[import-untyped]

from autograd.text.files import write
from autograd.text.hints import tell
from viz import dot
from viz.arguments import check_seconds
from viz.process.render import check_format, render
from viz.scene import Scene
from viz.style import FONT, Palette, theme
from viz.svg import readable, without_tooltips

__all__ = ["Drawing"]

_WITH_PNG = 600  # nodes and edges: a picture of more is made in one format only
_CELL, _SHRUNK = 700.0, 1400.0  # points: the width of a notebook's cell; of what is legible in it
_SIZE = re.compile(r'(?<=<svg )([^>]*?)width="([\d.]+)pt" height="([\d.]+)pt"')
_Path = str | os.PathLike[str]


class Drawing(graphviz.Digraph):  # type: ignore[misc]
    """A drawing that opens and writes nothing by itself.

    Whatever `graphviz.Digraph` has still works (``.source``, ``.node()``, ``.attr()`` …). Pictures are
    made by the Graphviz library that pip installed; ``executable="dot"`` asks for one of your own.

    Attributes:
        scene: the nodes, edges and clusters, as plain data.
        source: the DOT text.
        timeout: seconds after which a layout is given up.

    >>> from autograd import Value
    >>> from viz import draw_graph
    >>> drawing = draw_graph(Value(2.0, label="x") * 3)
    >>> drawing.source.splitlines()[0]
    'digraph expression {'
    >>> drawing.pipe("svg")[:5]
    b'<?xml'
    """

    def __init__(
        self,
        scene: Scene | None = None,
        palette: str | Palette | None = None,
        *,
        font: str = FONT,
        format: str = "svg",
        timeout: float = 60.0,
        **digraph: Any,
    ) -> None:
        if scene is not None:
            digraph |= {"name": scene.name, "body": list(dot.body(scene, theme(palette), font))}
        super().__init__(format=check_format(format), **digraph)
        self.scene = Scene("empty") if scene is None else scene
        self.timeout = check_seconds(timeout)

    def __repr__(self) -> str:
        nodes, edges = len(self.scene.nodes), len(self.scene.edges)
        return f'<drawing of {nodes} nodes and {edges} edges; .save("picture.svg") writes it>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        """For a notebook: SVG, and PNG beside it for those who cannot show that, as PDF cannot."""
        if include is None:
            small = len(self.scene.nodes) + len(self.scene.edges) <= _WITH_PNG
            include = ["image/svg+xml", *["image/png"] * small]
        shown = super()._repr_mimebundle_(include, exclude)
        if "image/svg+xml" in shown:
            shown["image/svg+xml"] = _SIZE.sub(_narrowed, shown["image/svg+xml"], count=1)
        return shown

    def copy(self) -> Drawing:
        """A drawing of its own, to add to."""
        return deepcopy(self)

    def pipe(
        self,
        format: str | None = None,
        *args: Any,
        encoding: str | None = None,
        executable: _Path | None = None,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Any:
        """The picture as bytes, or as text if an ``encoding`` is given.

        Raises:
            ValueError: for an unknown format; the message lists the known ones.
            RenderError: when Graphviz crashes, takes too long, or cannot read the text.
        """
        format = check_format(format or self.format)
        seconds = self.timeout if timeout is None else timeout
        svg = format == "svg"
        source = without_tooltips(self.source) if svg else self.source
        picture = render(source, format, timeout=seconds, executable=executable)
        if svg:
            picture = readable(picture.decode(), self.scene).encode()
        return picture.decode(encoding) if encoding else picture

    def save(
        self,
        filename: _Path | None = None,
        directory: _Path | None = None,
        *,
        skip_existing: bool | None = False,
        executable: _Path | None = None,
        timeout: float | None = None,
    ) -> str:
        """Write the picture; its format is the suffix of ``filename``. Missing folders are made.

        The file appears whole or not at all. Returns its path. ``.dot``, ``.gv`` and no name at all
        write the DOT text.

        Raises:
            ValueError: for an unknown suffix; the message lists the known ones.
            OSError: one line that names the path and says what is wrong with it.
            RenderError: as `pipe`.
        """
        path = Path(self.filename if filename is None else filename)
        if directory is not None:
            path = Path(directory) / path
        if not path.suffix:
            raise ValueError(f"what format? Give {str(path)!r} a suffix, like {path.name}.svg")
        content = self.pipe(path.suffix, executable=executable, timeout=timeout)
        return str(write(path, content))

    def render(
        self,
        filename: _Path | None = None,
        directory: _Path | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *args: Any,
        outfile: _Path | None = None,
        executable: _Path | None = None,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> str:
        """As `graphviz.Digraph.render`: DOT in ``filename``, the picture in ``filename.format``.

        Returns the path of the picture. ``outfile`` names the picture instead.
        """
        source = Path(directory or self.directory) / (filename or self.filename)
        if outfile is not None:
            picture = Path(directory or self.directory) / outfile
            source = picture.with_suffix(".gv") if filename is None else source
            name = check_format(format or picture.suffix)
        else:
            name = check_format(format or self.format)
            picture = source.with_name(f"{source.name}.{name}")
        content = self.pipe(name, executable=executable, timeout=timeout)
        if not cleanup:
            write(source, self.source.encode())
        write(picture, content)
        if view:
            self._view(str(picture), format=name, quiet=False)
        return str(picture)


tell(
    Drawing,
    {"show": '.save("picture.svg") writes it, .view() opens it; a notebook shows it by itself'},
)


def _narrowed(size: re.Match[str]) -> str:
    """The size of a picture that fills a notebook's cell, or a page, where it is wider than most."""
    fits = _CELL < float(size[2]) <= _SHRUNK
    return f'{size[1]}width="100%"' if fits else size[0]
