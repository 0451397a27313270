"""From a scene to DOT, the language of Graphviz.

Whatever the user called things stands only in HTML-like labels and in tooltips, escaped; names,
ids and ports are ours. Every label is HTML-like: two plain labels that begin with a line break
crash Graphviz 14.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from viz.scene import Cluster, Edge, Line, Node, Scene, Span
from viz.style import FONT, Palette, escape, number, shorten

__all__ = ["body", "font_name"]


class Markup(str):
    """An HTML-like label, escaped already."""

    __slots__ = ()


def font_name(name: str) -> str:
    """``name`` if it can be a font's: Graphviz copies it into the SVG as it stands.

    Raises:
        ValueError: for other characters than letters, digits, space, comma, full stop and hyphen.
    """
    if not re.fullmatch(r"[A-Za-z0-9 ,.\-]+", name):
        raise ValueError(f"a font name has letters, digits, spaces and , . - only, not {name!r}")
    return name


def body(scene: Scene, palette: Palette, font: str = FONT) -> Iterator[str]:
    """The lines between the braces of ``digraph { … }``."""
    font = font_name(font)
    nodesep, ranksep = scene.spacing
    graph = {
        "bgcolor": palette.background,
        "pad": "0.25" if scene.placed else "0.2",
        "fontname": font,
        "fontsize": "15" if scene.placed else "14",
        "fontcolor": palette.text,
        "labelloc": "t",
        "outputorder": "edgesfirst",
    }
    if scene.placed:
        graph = {"layout": "nop2", **graph}
    else:
        graph |= {
            "rankdir": scene.direction,
            "nodesep": f"{nodesep:g}",
            "ranksep": f"{ranksep:g}",
            "splines": "true",
            "ordering": "in",
            "labeljust": "l",
        }
        if scene.large:  # the layout may end before it is the tightest possible
            graph["nslimit"] = "1"
    if scene.title or scene.captions:
        graph["label"] = Markup(_heading(scene, palette))
    yield _line("graph", graph)
    yield _line(
        "node",
        {"shape": "plain", "fontname": font, "fontsize": "11", "fontcolor": palette.text},
    )
    yield _line(
        "edge",
        {
            "color": palette.edge, "penwidth": "1.1", "arrowsize": "0.6", "arrowhead": "vee",
            "fontname": font, "fontsize": "9", "fontcolor": palette.muted,
        }
        if not scene.placed
        else {"arrowhead": "none", "fontname": font},
    )  # fmt: skip
    if scene.placed:
        for edge in scene.edges:
            yield _edge(edge, palette)
        for node in scene.nodes:
            yield _node(node, palette)
        return
    for node in scene.nodes:
        yield _node(node, palette)
    for edge in scene.edges:
        yield _edge(edge, palette)
    for cluster in scene.clusters:
        yield from _cluster(cluster, palette)


def _heading(scene: Scene, palette: Palette) -> str:
    """The title, and smaller lines below it."""
    left = "" if scene.placed else ' ALIGN="LEFT"'
    lines = [escape(shorten(scene.title, 120))] if scene.title else []
    for caption in scene.captions:
        lines.append(_span(Span(shorten(caption, 160), "highlight", size=11), palette))
    if not scene.placed:  # some air above the cards
        lines.append('<FONT POINT-SIZE="5"> </FONT>')
    return "".join(f"{line}<BR{left}/>" for line in lines) if len(lines) > 1 else lines[0]


def _node(node: Node, palette: Palette) -> str:
    fill, border = palette.fills.get(node.kind, (palette.background, palette.text))
    if node.highlighted and node.shape == "card":
        border = palette.highlight
    attributes = {"id": node.id}
    if node.shape == "card":
        attributes["label"] = Markup(_card(node, fill, border, palette))
    elif node.shape == "grid":
        attributes["label"] = Markup(_grid(node, border, palette))
    elif node.shape == "text":
        attributes["label"] = Markup(_backed(node, palette))
    else:
        attributes |= _round(node, fill, border, palette)
    if node.font_size:
        attributes["fontsize"] = f"{node.font_size:g}"
    if node.position:
        attributes["pos"] = _points([node.position])
    if node.tooltip:
        attributes["tooltip"] = node.tooltip
    return _line(node.id, attributes)


def _round(node: Node, fill: str, border: str, palette: Palette) -> dict[str, str]:
    """An operator (dark, as wide as its name) or a neuron (a circle of a given size)."""
    label = "<BR/>".join(_spans(line, palette) for line in node.lines) or " "
    attributes = {"shape": "circle", "style": "filled", "fillcolor": fill, "label": Markup(label)}
    if node.kind == "operator":
        width = f"{node.size / 72:.2f}" if node.size else "0.34"
        return attributes | {
            "fixedsize": "true", "width": width, "height": width, "fontsize": "12",
            "color": palette.highlight if node.highlighted else fill,
            "penwidth": "3" if node.highlighted else "1", "fontcolor": border,
        }  # fmt: skip
    if node.kind == "constant":
        attributes["style"] = "filled,dashed"
    return attributes | {
        "fixedsize": "true",
        "width": f"{node.size / 72:.3f}",
        "color": border,
        "penwidth": "1.4",
    }


def _card(node: Node, fill: str, border: str, palette: Palette) -> str:
    """A rounded table: the title over rows of name and number."""
    border_width = 3 if node.highlighted else 2 if node.emphasis else 1
    style = "ROUNDED,DASHED" if node.kind == "constant" else "ROUNDED"
    rows = []
    if node.lines:
        title = "<BR/>".join(_spans(line, palette) for line in node.lines)
        rule = f'SIDES="B" BORDER="1" COLOR="{border}"' if node.rows else 'BORDER="0"'
        rows.append(f'<TR><TD COLSPAN="2" ALIGN="CENTER" {rule}>{title}</TD></TR>')
    for name, value in node.rows:
        caption = _span(Span(name, "muted", size=9), palette)
        rows.append(
            f'<TR><TD ALIGN="LEFT">{caption}</TD>'
            f'<TD ALIGN="RIGHT">{_span(value, palette)}</TD></TR>'
        )
    return (
        f'<TABLE BORDER="{border_width}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" '
        f'STYLE="{style}" COLOR="{border}" BGCOLOR="{fill}">{"".join(rows)}</TABLE>'
    )


def _backed(node: Node, palette: Palette) -> str:
    """Text on a patch of background, so that lines behind it do not cross it."""
    if node.kind in ("left", "right"):
        line = _spans(node.lines[0], palette)
        return (
            '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>'
            f'<TD WIDTH="{node.size:.0f}" ALIGN="{node.kind.upper()}">{line}</TD></TR></TABLE>'
        )
    if node.kind == "plain":
        return "<BR/>".join(_spans(line, palette) for line in node.lines)
    rows = "".join(f"<TR><TD>{_spans(line, palette)}</TD></TR>" for line in node.lines)
    padding = "0" if node.kind == "caption" else "1"
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}" '
        f'BGCOLOR="{palette.background}">{rows}</TABLE>'
    )


def _grid(node: Node, border: str, palette: Palette) -> str:
    """Coloured cells, darker for larger numbers; the lines of text below."""
    grid = node.grid
    assert grid is not None
    largest = max((abs(x) for row in grid.cells for x in row if math.isfinite(x)), default=0.0)
    size = f'FIXEDSIZE="TRUE" WIDTH="{grid.width:.2f}" HEIGHT="{grid.height:.2f}"'
    rows = []
    for row in grid.cells:
        cells = []
        for x in row:
            colour = palette.shade(x / largest if largest else 0.0, 0.35 if grid.digits else 0.9)
            text = _span(Span(number(x, grid.digits), size=7.5), palette) if grid.digits else ""
            cells.append(f'<TD {size} BGCOLOR="{colour}">{text}</TD>')
        rows.append(f"<TR>{''.join(cells)}</TR>")
    table = (
        f'<TABLE BORDER="{2 if node.emphasis else 1}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="0" COLOR="{border}" BGCOLOR="{palette.background}">{"".join(rows)}</TABLE>'
    )
    if not node.lines:
        return table
    below = "".join(f"<TR><TD>{_spans(line, palette)}</TD></TR>" for line in node.lines)
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" '
        f'BGCOLOR="{palette.background}"><TR><TD>{table}</TD></TR>{below}</TABLE>'
    )


def _edge(edge: Edge, palette: Palette) -> str:
    attributes = {"id": edge.id}
    if edge.path:
        attributes["pos"] = _points(edge.path)
        if edge.arrow:
            attributes |= _arrowhead(edge.path)
    if edge.label:
        attributes["label"] = Markup(_span(edge.label, palette))
    if edge.width:
        attributes["penwidth"] = f"{edge.width:.2f}"
    if edge.highlighted:
        attributes |= {"color": palette.highlight, "penwidth": "2.6"}
    elif edge.tone or edge.opacity < 1:
        alpha = f"{round(255 * edge.opacity):02X}" if edge.opacity < 1 else ""
        attributes["color"] = palette.line(edge.tone) + alpha
    if edge.style:
        attributes["style"] = edge.style
    if edge.weight:
        attributes["weight"] = str(edge.weight)
    if edge.tooltip:
        attributes["edgetooltip"] = edge.tooltip
    if edge.tooltip and edge.label:
        attributes["labeltooltip"] = edge.tooltip
    return _line(f"{edge.tail} -> {edge.head}", attributes)


def _arrowhead(path: tuple[tuple[float, float], ...]) -> dict[str, str]:
    """The curve up to the arrowhead, and the point of the arrowhead at its end."""
    (x0, y0), (x1, y1) = path[-2:]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    back = min(6.0 / length, 0.9)
    base = x1 + (x0 - x1) * back, y1 + (y0 - y1) * back
    return {
        "pos": f"e,{_points(path[-1:])} {_points((*path[:-1], base))}",
        "arrowhead": "vee", "arrowsize": "0.6",
    }  # fmt: skip


def _cluster(cluster: Cluster, palette: Palette, depth: int = 1) -> Iterator[str]:
    indent = "\t" * depth
    fill, border = palette.fills["cluster"]
    yield f"{indent}subgraph cluster_{cluster.id} {{\n"
    attributes = {
        "id": cluster.id, "label": Markup(f"<B>{escape(shorten(cluster.title, 40))}</B>"),
        "fontsize": "10", "fontcolor": palette.muted, "style": "rounded,filled",
        "fillcolor": fill, "color": border, "margin": "10", "tooltip": cluster.title,
    }  # fmt: skip
    yield indent + _line("graph", attributes)
    if cluster.nodes:
        yield f"{indent}\t{'; '.join(cluster.nodes)}\n"
    for inner in cluster.clusters:
        yield from _cluster(inner, palette, depth + 1)
    yield f"{indent}}}\n"


def _spans(line: Line, palette: Palette) -> str:
    return "".join(_span(span, palette) for span in line)


def _span(span: Span, palette: Palette) -> str:
    text = escape(span.text) or " "
    if span.bold:
        text = f"<B>{text}</B>"
    font = f' COLOR="{palette.of(span.tone)}"' if span.tone else ""
    if span.size:
        font += f' POINT-SIZE="{span.size:g}"'
    return f"<FONT{font}>{text}</FONT>" if font else text


def _points(path: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in path)


def _line(subject: str, attributes: dict[str, str]) -> str:
    written = ", ".join(f"{name}={_value(value)}" for name, value in attributes.items())
    return f"\t{subject} [{written}]\n"


def _value(value: str) -> str:
    """An attribute's value: markup as it is, text quoted."""
    return f"<{value}>" if type(value) is Markup else quote(value)


def quote(text: str) -> str:
    """A text in DOT's double quotes, standing for itself: no escapes, no entities, no line breaks.

    Graphviz reads at most 16384 bytes of it.
    """
    text = shorten(text, 1000).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{text}"'
