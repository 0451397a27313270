"""From a scene to DOT, the language of Graphviz.

Whatever the user called things stands only in HTML-like labels and in tooltips, escaped; names,
ids and ports are ours. Every label is HTML-like: two plain labels that begin with a line break
crash Graphviz 14.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import chain

from viz import markup
from viz.escape import quote
from viz.scene import Cluster, Edge, Node, Scene
from viz.style import FONT, Palette

__all__ = ["body", "font_name"]

_AIR = 0.16  # inches between layers, where straight lines lead from all to all


def font_name(name: str) -> str:
    """``name`` if it can be a font's: Graphviz copies it into the SVG as it stands.

    Raises:
        ValueError: for other characters than letters, digits, space, comma, full stop and hyphen.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9 ,.\-]+", name):
        raise ValueError(f"a font name has letters, digits, spaces and , . - only, not {name!r}")
    return name


def body(scene: Scene, palette: Palette, font: str = FONT) -> Iterator[str]:
    """The lines between the braces of ``digraph { … }``."""
    font = font_name(font)
    labels = markup.labels(scene, palette)
    yield _line("graph", _of_all(scene, palette, font) | _label(labels, scene.name))
    yield _line(
        "node", {"shape": "plain", "fontname": font, "fontsize": "11", "fontcolor": palette.text}
    )
    yield _line("edge", _of_edges(scene, palette, font))
    nodes = (_node(node, palette, labels) for node in scene.nodes)
    edges = (_edge(edge, palette, labels) for edge in scene.edges)
    yield from chain(edges, nodes) if scene.placed else chain(nodes, edges)
    for cluster in scene.clusters:
        yield from _cluster(cluster, palette, labels, scene.direction)
    if scene.first:
        yield _side_by_side("source", scene.first)
    for k, ids in enumerate(scene.in_order):
        yield from _anchored(k, ids)
    for earlier, later in scene.before:
        yield _line(f"{earlier} -> {later}", {"style": "invis", "weight": "0"})


def _side_by_side(rank: str, ids: list[str]) -> str:
    chain = f"{' -> '.join(ids)} [style=invis]" if len(ids) > 1 else ids[0]
    return f"\t{{ rank={rank}; {chain} }}\n"


def _anchored(k: int, ids: list[str]) -> Iterator[str]:
    """Each node held by a point that cannot be seen: Graphviz keeps the order of points outside of
    clusters, not that of nodes within."""
    point = {"shape": "point", "style": "invis", "width": "0.01", "height": "0.01", "label": ""}
    anchors = [f"a{k}_{j}" for j in range(len(ids))]
    for id, anchor in zip(ids, anchors):
        yield _line(anchor, point)
        yield _line(f"{id} -> {anchor}", {"style": "invis"})
    yield _side_by_side("same", anchors)


def _of_all(scene: Scene, palette: Palette, font: str) -> dict[str, str]:
    """What the graph as a whole says; how it is laid out, unless everything has its place."""
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
        return {"layout": "nop2", **graph}
    nodesep, ranksep = scene.spacing
    ranksep += _AIR * scene.layered
    graph |= {
        "rankdir": scene.direction,
        "nodesep": f"{nodesep:g}",
        "ranksep": f"{ranksep:g}",
        "splines": "line" if scene.layered else "true",
        "ordering": "in",
        "labeljust": "l",
    }
    if scene.large:
        graph["nslimit"] = "3"
    if scene.ordered:
        graph["mclimit"] = "0.01"  # of the rounds that would exchange neighbours
    if scene.crowded:
        graph["concentrate"] = "true"
    return graph


def _of_edges(scene: Scene, palette: Palette, font: str) -> dict[str, str]:
    if scene.placed:
        return {"arrowhead": "none", "fontname": font}
    ports = {}
    if scene.layered:
        tail, head = "ew" if scene.direction == "LR" else "we"
        ports = {"tailport": tail, "headport": head}
    return ports | {
        "color": palette.edge, "penwidth": "1.1", "arrowsize": "0.7", "arrowhead": "normal",
        "fontname": font, "fontsize": "10", "fontcolor": palette.muted,
    }  # fmt: skip


def _label(labels: Mapping[str, str], id: str) -> dict[str, str]:
    return {"label": labels[id]} if id in labels else {}


def _node(node: Node, palette: Palette, labels: Mapping[str, str]) -> str:
    attributes = {"id": node.id}
    if node.shape == "circle":
        attributes |= _round(node, palette, labels[node.id])
    else:
        attributes["label"] = labels[node.id]
    if node.font_size:
        attributes["fontsize"] = f"{node.font_size:g}"
    if node.position:
        attributes["pos"] = _points([node.position])
    if node.tooltip:
        attributes["tooltip"] = node.tooltip
    return _line(node.id, attributes)


def _round(node: Node, palette: Palette, label: str) -> dict[str, str]:
    """An operator (dark, as wide as its name) or a neuron (a circle of a given size)."""
    fill, border = palette.fills[node.kind]
    attributes = {"shape": "circle", "style": "filled", "fillcolor": fill, "label": label}
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
        "color": palette.lines.get(node.tone, border),
        "penwidth": "2.8" if node.tone or node.emphasis else "1.4",
    }


def _edge(edge: Edge, palette: Palette, labels: Mapping[str, str]) -> str:
    attributes = {"id": edge.id}
    if edge.path:
        attributes["pos"] = _points(edge.path)
        if edge.arrow:
            attributes |= _arrowhead(edge.path)
        if edge.dot:
            attributes |= {
                "pos": f"s,{_points(edge.path[:1])} {_points(edge.path)}",
                "dir": "back", "arrowtail": "dot", "arrowsize": "0.4",
            }  # fmt: skip
    attributes |= _label(labels, edge.id)
    if edge.width:
        attributes["penwidth"] = f"{edge.width:.2f}"
    if edge.highlighted:
        attributes |= {"color": palette.highlight, "penwidth": "2.2"}
    elif edge.tone or edge.opacity < 1:
        alpha = f"{round(255 * edge.opacity):02X}" if edge.opacity < 1 else ""
        attributes["color"] = palette.lines.get(edge.tone, palette.edge) + alpha
    if edge.style:
        attributes["style"] = edge.style
    if edge.weight:
        attributes["weight"] = str(edge.weight)
    if edge.length:
        attributes["minlen"] = str(edge.length)
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


def _cluster(
    cluster: Cluster, palette: Palette, labels: Mapping[str, str], direction: str, depth: int = 1
) -> Iterator[str]:
    indent = "\t" * depth
    fill, border = palette.fills["cluster"]
    yield f"{indent}subgraph cluster_{cluster.id} {{\n"
    attributes = {
        "id": cluster.id, "label": labels[cluster.id],
        "fontsize": "13", "fontcolor": palette.muted, "style": "rounded,filled",
        "fillcolor": fill, "color": border, "margin": "10", "tooltip": cluster.title,
    }  # fmt: skip
    if direction == "TB":
        attributes["labelloc"] = "b"  # lines come in from above
    yield indent + _line("graph", attributes)
    if cluster.nodes:
        yield f"{indent}\t{'; '.join(cluster.nodes)}\n"
    for inner in cluster.clusters:
        yield from _cluster(inner, palette, labels, direction, depth + 1)
    yield f"{indent}}}\n"


def _points(path: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in path)


def _line(subject: str, attributes: dict[str, str]) -> str:
    written = ", ".join(f"{name}={_value(value)}" for name, value in attributes.items())
    return f"\t{subject} [{written}]\n"


def _value(value: str) -> str:
    """An attribute's value: markup as it is, text quoted."""
    return f"<{value}>" if type(value) is markup.Markup else quote(value)
