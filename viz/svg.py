"""The SVG that Graphviz wrote, made readable: for screen readers, and for scripts that change it."""

from __future__ import annotations

import re

from viz.escape import escape, shorten
from viz.scene import Node, Scene

__all__ = ["readable", "without_tooltips"]

_TOOLTIP = re.compile(r', (?:edge|label)?tooltip="(?:[^"\\]|\\.)*"')
_CLASSES = (' class="node">', ' class="edge">', ' class="cluster">')
_SAID = 1000  # characters


def without_tooltips(source: str) -> str:
    """The DOT without hover texts, which Graphviz turns into links around every element."""
    return _TOOLTIP.sub("", source)


def readable(svg: str, scene: Scene) -> str:
    """The SVG with the meaning of each element, not its id, as its ``<title>``.

    Browsers show a title on hovering, and screen readers say it. The numbers on a card get a class:
    "data" and "grad".
    """
    titles = dict(scene.titles())
    cards = {node.id: node for node in scene.nodes if node.rows}
    head, *elements = svg.split('<g id="')
    written = [_described(head, scene)]
    for element in elements:
        id, _, rest = element.partition('"')
        if rest.startswith(_CLASSES):
            if id in cards:
                rest = _classed(rest, cards[id])
            rest = _titled(rest, titles.get(id, ""))
        elif rest.startswith(' class="graph"'):
            rest = _titled(rest, scene.summary())
        written.append(f'<g id="{id}"{rest}')
    return "".join(written)


def _described(head: str, scene: Scene) -> str:
    """The root element, saying what the whole picture is."""
    summary = escape(shorten(scene.summary(), _SAID))
    return head.replace("<svg ", f'<svg role="graphics-document" aria-label="{summary}" ', 1)


def _titled(element: str, said: str) -> str:
    """The text between the title's tags replaced; no title where there is nothing to say."""
    before, _, rest = element.partition("<title>")
    _, _, after = rest.partition("</title>")
    if not said:
        return before.rstrip() + after
    return f"{before}<title>{escape(shorten(said, _SAID))}</title>{after}"


def _classed(element: str, card: Node) -> str:
    """The last texts of a card are its rows: a name, then a number."""
    parts = element.split("<text ")
    for k, row in enumerate(reversed(card.rows)):
        place = len(parts) - 1 - 2 * k
        parts[place] = f'class="{escape(row.name)}" {parts[place]}'
    return "<text ".join(parts)
