"""The SVG that Graphviz wrote, made readable for screen readers."""

from __future__ import annotations

import re

from viz.scene import Scene
from viz.style import clean, escape

__all__ = ["readable"]

_ELEMENT = re.compile(
    r'(<g id="([^"]*)" class="(?:node|edge|cluster)">\s*<title>)[^<]*(?=</title>)'
)
_ANCHOR = re.compile(r'<g id="a_[^"]*"><a xlink:title="[^"]*">\n(.*?)</a>\n</g>\n', re.DOTALL)


def readable(svg: str, scene: Scene) -> str:
    """The SVG with the meaning of each element, not its id, as its ``<title>``.

    Browsers show a title on hovering and screen readers say it, so the links that carried the
    hover text are dropped.
    """
    titles = {id: escape(clean(text)) for id, text in scene.titles()}
    svg = _ANCHOR.sub(r"\1", svg)
    return _ELEMENT.sub(lambda found: found[1] + titles.get(found[2], ""), svg)
