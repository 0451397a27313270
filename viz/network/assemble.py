"""The nodes and edges of a network drawing, once everything has its place."""

from __future__ import annotations

from nn.architecture import Kernel, Share, superscript, weight_symbol
from viz.network.columns import column_nodes, left_out
from viz.network.geometry import Geometry
from viz.network.images import show_kernel
from viz.network.numbers import Numbers, legend
from viz.network.placement import Plate
from viz.network.routes import loops, route
from viz.network.units import DETAILED, Connection
from viz.scene import Edge, Node, Scene, Text

__all__ = ["build"]


def build(geometry: Geometry, numbers: Numbers, title: str) -> Scene:
    """Edges below, then their labels, then units, headers and the legend."""
    scene = Scene("network", title=title, placed=True)
    for lines, plates in geometry.gaps:
        _add_edges(scene, geometry, numbers, lines, plates)
    _add_edges(scene, geometry, numbers, geometry.crossing, None)
    scene.edges.extend(loops(geometry))
    for lines, plates in geometry.gaps:
        weighted = [line for line in lines if line.weight is not None]
        for line, plate in zip(weighted, plates or ()):
            scene.nodes.append(_label(geometry, numbers, line, plate))
            if plate.anchor is not None:
                scene.edges.append(_leader(numbers, line, plate))
    for c in geometry.shown:
        scene.nodes.extend(left_out(geometry) if c < 0 else column_nodes(geometry, numbers, c))
    scene.nodes.append(legend(geometry, numbers))
    return scene


def _add_edges(
    scene: Scene, geometry: Geometry, numbers: Numbers, lines: list[Connection],
    plates: list[Plate] | None,
) -> None:  # fmt: skip
    """Thick lines above thin ones; above all, wide and all but invisible, those to hover over."""
    hits = []
    opaque = plates is not None or geometry.sizes is DETAILED
    weighted = [line[:2] for line in lines if line.weight is not None]
    plate_of = dict(zip(weighted, plates or ()))
    for line in sorted(lines, key=lambda line: geometry.thickness(line.weight)):
        (a, i), (b, j) = line.source, line.target
        path = route(geometry, line, plate_of.get(line[:2]))
        thickness = geometry.thickness(line.weight)
        share = (thickness - 0.5) / 4.5
        ends = f"n{a}_{i}", f"n{b}_{j}"
        name = f"{b}_{j}_{i}" if a == b - 1 else f"{b}_{j}_{a}_{i}"
        scene.edges.append(
            Edge(
                f"w{name}", *ends, tone=numbers.tone_of(line), style=numbers.style_of(line),
                width=thickness if opaque else 0.5 + 2.6 * share**1.5,
                opacity=1.0 if opaque else 0.25 + 0.65 * share**1.5, path=path,
            )
        )  # fmt: skip
        hits.append(
            Edge(
                f"hit{name}", *ends, tone="plain", width=9.0 if opaque else 4.0,
                opacity=1 / 255, path=path, tooltip=_said(geometry, numbers, line),
            )
        )  # fmt: skip
    scene.edges.extend(hits)


def _said(geometry: Geometry, numbers: Numbers, line: Connection) -> str:
    (a, i), (b, j) = line.source, line.target
    ends = f"{geometry.columns[a].name(i)} → {geometry.columns[b].name(j)}"
    if line.weight is None:
        return ends
    if isinstance(line.weight, Kernel):
        return f"{ends}: one kernel for every place, {_table(line.weight, numbers)}"
    if isinstance(line.weight, Share):
        return (
            f"{ends}: weight {line.weight.label} = {line.weight.data:.6g}, "
            f"this step adds {numbers.exact(line.weight)} to its gradient"
        )
    wide = max(geometry.columns[a].size, geometry.columns[b].size)
    symbol = line.weight.label or weight_symbol(j, i, wide, _layer_mark(geometry, b))
    return (
        f"{ends}: weight {symbol} = {line.weight.data:.6g}, gradient = {numbers.exact(line.weight)}"
    )


def _table(kernel: Kernel, numbers: Numbers) -> str:
    """The weights of a kernel row by row, and the gradients once there are some."""
    weights = "; ".join(" ".join(f"{w.data:.4g}" for w in row) for row in kernel.rows)
    slopes = "; ".join(" ".join(f"{w.grad:.4g}" for w in row) for row in kernel.rows)
    return f"{weights}, gradient {slopes if numbers.computed else 'not computed'}"


def _layer_mark(geometry: Geometry, c: int) -> str:
    """What tells the weights into column ``c`` from those of other layers, as in an MLP: ⁽²⁾."""
    kinds = [column.kind for column in geometry.columns]
    weighted = [k for k, kind in enumerate(kinds) if kind in ("neuron", "output")]
    return superscript(weighted.index(c) + 1) if len(weighted) > 1 and c in weighted else ""


def _leader(numbers: Numbers, line: Connection, plate: Plate) -> Edge:
    """From a label that stands beside its line to the point of the line that it belongs to."""
    (a, i), (b, j) = line.source, line.target
    (x0, y0), (x1, y1) = plate.anchor or (0.0, 0.0), plate.box[:2]
    path = tuple((x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (0, 1 / 3, 2 / 3, 1))
    return Edge(
        f"leader{b}_{j}_{i}", f"n{a}_{i}", f"n{b}_{j}", tone=numbers.tone_of(line), width=0.9,
        path=path, dot=True,
    )  # fmt: skip


def _label(geometry: Geometry, numbers: Numbers, line: Connection, plate: Plate) -> Node:
    box = plate.box
    (_, i), (b, j) = line.source, line.target
    node = Node(
        f"l{b}_{j}_{i}", "label", shape="text", font_size=10, position=(box.x, box.y),
        tooltip=_said(geometry, numbers, line),
    )  # fmt: skip
    weight = line.weight
    if isinstance(weight, Kernel):
        return show_kernel(node, weight, numbers.computed)
    assert weight is not None
    data, gradient = numbers.two_lines("", weight)
    node.lines = ((*data, Text("  "), *gradient),) if geometry.ported else (data, gradient)
    return node
