"""The labels of a drawing as Graphviz's HTML-like markup: cards, grids of cells, text, headings.

Text that a user brought passes through `escape` on its way into any of them.
"""

from __future__ import annotations

import math

from autograd.text.format import number
from viz.escape import escape, shorten
from viz.scene import Grid, Line, Node, Scene, Text
from viz.style import Palette

__all__ = ["Markup", "card", "circle", "grid", "heading", "labels", "styled", "styled_line", "text"]


class Markup(str):
    """An HTML-like label, escaped already."""

    __slots__ = ()


def labels(scene: Scene, palette: Palette) -> dict[str, Markup]:
    """Every label of a scene, by the id of what it belongs to; the heading's by the scene's name."""
    found = {scene.name: heading(scene, palette)} if scene.title or scene.captions else {}
    for node in scene.nodes:
        found[node.id] = _SHAPES[node.shape](node, palette)
    for edge in scene.edges:
        if edge.label:
            found[edge.id] = styled(edge.label, palette)
    for cluster in scene.every_cluster():
        found[cluster.id] = f"<B>{escape(shorten(cluster.title, 40))}</B>"
    return {id: Markup(label) for id, label in found.items()}


def card(node: Node, palette: Palette) -> str:
    """A rounded table: the title over rows of name and number."""
    fill, border = palette.fills[node.kind]
    if node.highlighted:
        border = palette.highlight
    border_width = 3 if node.highlighted else 2 if node.emphasis else 1
    style = "ROUNDED,DASHED" if node.kind == "constant" else "ROUNDED"
    rows = []
    if node.lines:
        title = "<BR/>".join(styled_line(line, palette) for line in node.lines)
        rule = f'SIDES="B" BORDER="1" COLOR="{border}"' if node.rows else 'BORDER="0"'
        rows.append(f'<TR><TD COLSPAN="2" ALIGN="CENTER" {rule}>{title}</TD></TR>')
    for name, value in node.rows:
        caption = styled(Text(name, "muted", size=10), palette)
        rows.append(
            f'<TR><TD ALIGN="LEFT">{caption}</TD>'
            f'<TD ALIGN="RIGHT">{styled(value, palette)}</TD></TR>'
        )
    return (
        f'<TABLE BORDER="{border_width}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" '
        f'STYLE="{style}" COLOR="{border}" BGCOLOR="{fill}">{"".join(rows)}</TABLE>'
    )


def grid(node: Node, palette: Palette) -> str:
    """Coloured cells, darker for larger numbers; the lines of text below, then a second grid."""
    assert node.grid is not None
    _, border = palette.fills.get(node.kind, (palette.background, palette.text))
    drawn = _cells(node.grid, palette, border, 2 if node.emphasis else 1)
    if not node.lines and node.gradient is None:
        return drawn
    below = "".join(f"<TR><TD>{styled_line(line, palette)}</TD></TR>" for line in node.lines)
    if node.gradient is not None:
        below += f"<TR><TD>{_cells(node.gradient, palette, border, 1)}</TD></TR>"
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" '
        f'BGCOLOR="{palette.background}"><TR><TD>{drawn}</TD></TR>{below}</TABLE>'
    )


def _cells(table: Grid, palette: Palette, border: str, width: int) -> str:
    largest = max((abs(x) for row in table.cells for x in row if math.isfinite(x)), default=0.0)
    size = f'FIXEDSIZE="TRUE" WIDTH="{table.width:.2f}" HEIGHT="{table.height:.2f}"'
    rows = []
    for row in table.cells:
        cells = []
        for x in row:
            colour = palette.shade(x / largest if largest else 0.0, 0.35 if table.digits else 0.9)
            text = styled(Text(number(x, table.digits), size=10), palette) if table.digits else ""
            ground = "" if colour == palette.background else f' BGCOLOR="{colour}"'
            cells.append(f"<TD {size}{ground}>{text}</TD>")
        rows.append(f"<TR>{''.join(cells)}</TR>")
    return (
        f'<TABLE BORDER="{width}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="0" COLOR="{border}" BGCOLOR="{palette.background}">{"".join(rows)}</TABLE>'
    )


def circle(node: Node, palette: Palette) -> str:
    """The lines inside a neuron or an operator."""
    return "<BR/>".join(styled_line(line, palette) for line in node.lines) or " "


def text(node: Node, palette: Palette) -> str:
    """Text on a patch of background, so that lines behind it do not cross it."""
    if node.kind in ("left", "right"):
        line = styled_line(node.lines[0], palette)
        return (
            '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>'
            f'<TD WIDTH="{node.size:.0f}" ALIGN="{node.kind.upper()}">{line}</TD></TR></TABLE>'
        )
    rows = "".join(f"<TR><TD>{styled_line(line, palette)}</TD></TR>" for line in node.lines)
    padding = "0" if node.kind == "caption" else "1"
    ground = "" if node.kind == "plain" else f' BGCOLOR="{palette.background}"'
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}"'
        f"{ground}>{rows}</TABLE>"
    )


def heading(scene: Scene, palette: Palette) -> str:
    """The title, and smaller lines below it."""
    left = "" if scene.placed else ' ALIGN="LEFT"'
    lines = [escape(shorten(scene.title, 120))] if scene.title else []
    for caption in scene.captions:
        lines.append(styled(Text(shorten(caption, 160), "highlight", size=11), palette))
    if not scene.placed:  # some air above the cards
        lines.append('<FONT POINT-SIZE="5"> </FONT>')
    return "".join(f"{line}<BR{left}/>" for line in lines) if len(lines) > 1 else lines[0]


def styled_line(line: Line, palette: Palette) -> str:
    """The pieces of a line."""
    return "".join(styled(span, palette) for span in line)


def styled(span: Text, palette: Palette) -> str:
    text = escape(span.text) or " "
    if span.bold:
        text = f"<B>{text}</B>"
    font = f' COLOR="{palette.texts.get(span.tone, palette.text)}"' if span.tone else ""
    if span.size:
        font += f' POINT-SIZE="{span.size:g}"'
    return f"<FONT{font}>{text}</FONT>" if font else text


_SHAPES = {"card": card, "circle": circle, "grid": grid, "text": text}
