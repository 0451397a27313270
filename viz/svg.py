"""The SVG that Graphviz wrote, made readable: for screen readers, and for scripts that change it."""

from __future__ import annotations

import re

from viz.scene import Node, Scene
from viz.style import escape, shorten

__all__ = ["readable"]

_ROOT = re.compile(r"<svg (.*?)>\s*(<g [^>]*>)\s*<title>[^<]*</title>", re.DOTALL)
_ANCHOR = re.compile(r'<g id="a_[^"]*"><a xlink:title="[^"]*">\n(.*?)</a>\n</g>\n', re.DOTALL)
_ELEMENT = re.compile(
    r'<g id="([^"]*)" class="(node|edge|cluster)">\s*<title>[^<]*</title>(.*?)</g>', re.DOTALL
)


def readable(svg: str, scene: Scene) -> str:
    """The SVG with the meaning of each element, not its id, as its ``<title>``.

    Browsers show a title on hovering and screen readers say it, so the links that carried the hover
    text are dropped. The numbers on a card get a class: "data" and "grad".
    """
    titles = dict(scene.titles())
    cards = {node.id: node for node in scene.nodes if node.rows}

    def element(found: re.Match[str]) -> str:
        id, kind, content = found.groups()
        if id in cards:
            content = _classed(content, cards[id])
        said = escape(shorten(titles.get(id, ""), 1000))
        title = f"\n<title>{said}</title>" if said else ""
        return f'<g id="{id}" class="{kind}">{title}{content}</g>'

    svg = _ELEMENT.sub(element, _ANCHOR.sub(r"\1", svg))
    summary = escape(shorten(scene.summary(), 1000))

    def root(found: re.Match[str]) -> str:
        head = f'<svg role="graphics-document" aria-label="{summary}" {found[1]}>'
        return f"{head}\n{found[2]}\n<title>{summary}</title>"

    return _ROOT.sub(root, svg, count=1)


def _classed(content: str, card: Node) -> str:
    """The last texts of a card are its rows: a name, then a number."""
    parts = content.split("<text ")
    for k, row in enumerate(reversed(card.rows)):
        place = len(parts) - 1 - 2 * k
        parts[place] = f'class="{escape(row.name)}" {parts[place]}'
    return "<text ".join(parts)
