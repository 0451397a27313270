"""The nodes and edges of a network drawing, once everything has its place."""

from __future__ import annotations

from collections.abc import Iterator

from nn.architecture import Column, Kernel, Share, weight_symbol
from viz.escape import shorten
from viz.network.geometry import Geometry
from viz.network.images import image, show_kernel
from viz.network.loops import loops
from viz.network.numbers import Numbers, legend
from viz.network.placement import Plate
from viz.network.routes import route
from viz.network.units import COMPACT, DETAILED, Connection, Unit
from viz.scene import Edge, Line, Node, Scene, Text
from viz.style import number, text_width

__all__ = ["build"]

_PIXELS = 28  # rows and columns of a picture of weights, at most
_SHORT = 7  # characters of a name that fit into a circle


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
        scene.nodes.extend(_left_out(geometry) if c < 0 else _column(geometry, numbers, c))
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
        rows = "; ".join(" ".join(f"{w.data:.4g}" for w in row) for row in line.weight.rows)
        return f"{ends}: one kernel for every place, {rows}"
    if isinstance(line.weight, Share):
        return (
            f"{ends}: weight {line.weight.label} = {line.weight.data:.6g}, "
            f"this step adds {numbers.exact(line.weight)} to its gradient"
        )
    wide = max(geometry.columns[a].size, geometry.columns[b].size)
    symbol = line.weight.label or weight_symbol(j, i, wide, geometry.layer_mark(b))
    return (
        f"{ends}: weight {symbol} = {line.weight.data:.6g}, gradient = {numbers.exact(line.weight)}"
    )


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


def _column(geometry: Geometry, numbers: Numbers, c: int) -> Iterator[Node]:
    column, x = geometry.columns[c], geometry.x[c]
    lines = [(Text(line, "muted", size=10),) for line in geometry.subtitle(c) or [""]]
    yield Node(
        f"h{c}", "plain", shape="text", font_size=12, lines=((Text(column.title, bold=True),), *lines),
        position=(x, geometry.top + 53.8 - 7.0 * (len(lines) - 1)),
    )  # fmt: skip
    for slot in geometry.slots[c]:
        if slot.unit is None:
            yield Node(
                f"d{c}", "caption", shape="text", position=(x, slot.y),
                lines=(
                    (Text("⋮", "muted", bold=True, size=18),),
                    (Text(f"{slot.hidden} more", "muted", size=10),),
                ),
            )  # fmt: skip
        else:
            yield from _unit(geometry, numbers, c, slot.unit)
    if c in (geometry.shown[0], geometry.shown[-1]) and not column.maps:
        yield from _beside(geometry, numbers, c)


def _unit(geometry: Geometry, numbers: Numbers, c: int, i: int) -> Iterator[Node]:
    column, x, y = geometry.columns[c], geometry.x[c], geometry.y[Unit(c, i)]
    if column.kind_of(i) == "nothing":
        return
    compact = geometry.sizes is COMPACT
    output, bias, name = column.output(i), column.bias(i), column.name(i)
    said = name if column.kind in ("input", "output") else f"{column.title}, {name}"
    if output is not None and not column.maps:
        said += f" = {output:.6g}"
    if bias is not None:
        said += f", bias = {bias.data:.6g}, bias gradient = {numbers.exact(bias)}"
    unit = Node(
        f"n{c}_{i}", column.kind_of(i), shape="circle", tooltip=said, position=(x, y),
        size=geometry.extent(c), font_size=10,
    )  # fmt: skip
    if numbers.color_by == "neuron" and bias is not None:
        unit.tone = f"series {i}"
    if i == column.winner:
        unit.tone = "highlight"
    if column.pictures:
        unit.shape = "grid"
        unit.grid = image(column.pictures[i], geometry.extent(c), most=_PIXELS)
        yield _under(geometry, numbers, c, i)
    elif column.maps:
        unit.shape = "grid"
        unit.grid = image(output, geometry.extent(c))
        unit.emphasis = True
    elif compact:
        named = i < len(column.names) and _names_fit(column, 3)
        unit.lines = ((Text(shorten(name) if named else str(i + 1)),),)
    else:
        short = name if _names_fit(column, _SHORT) else column.symbol(i)
        unit.lines = ((Text(shorten(short), bold=True),),)
        if output is not None:
            unit.lines += ((Text(_answer(column, i, numbers.digits), size=10),),)
    yield unit
    if i < len(column.gradients) and column.gradients[i] is not None and not compact:
        yield _answered(geometry, numbers, c, i)
    if compact or (bias is None and not column.maps):
        return
    first: Line = (Text(f"{shorten(name, _SHORT)}  ", bold=True),) if column.maps else ()
    lines = [first]
    aside = 24.0 if c in geometry.steep and c == geometry.shown[-1] else 0.0  # of lines that arrive
    if bias is not None:
        data, gradient = numbers.two_lines("b ", bias)
        lines = [(*first, *data), gradient]
    yield Node(
        f"b{c}_{i}", "caption", shape="text", font_size=10, lines=tuple(lines), tooltip=said,
        position=(x + aside, y - geometry.extent(c) / 2 - (13 if bias is not None else 8) - 2 * column.maps),
    )  # fmt: skip


def _answer(column: Column, i: int, digits: int) -> str:
    """What a unit answered: the note on it, or the number."""
    return column.notes[i] if i < len(column.notes) else number(column.output(i), digits)


def _under(geometry: Geometry, numbers: Numbers, c: int, i: int) -> Node:
    """Number and output of a neuron that is drawn as the picture of its weights, below it."""
    column = geometry.columns[c]
    output = column.output(i)
    text = (
        column.name(i) if output is None else f"{column.name(i)} = {number(output, numbers.digits)}"
    )
    return Node(
        f"u{c}_{i}", "caption", shape="text", font_size=10, lines=((Text(text, "caption"),),),
        position=(geometry.x[c], geometry.y[Unit(c, i)] - geometry.extent(c) / 2 - 8),
    )  # fmt: skip


def _answered(geometry: Geometry, numbers: Numbers, c: int, i: int) -> Node:
    """The gradient of what a unit answered, below it."""
    grad = geometry.columns[c].gradients[i] if numbers.computed else None
    return Node(
        f"g{c}_{i}", "caption", shape="text", font_size=10,
        lines=((Text(f"∇ {number(grad, numbers.digits)}", "caption"),),),
        position=(geometry.x[c], geometry.y[Unit(c, i)] - geometry.extent(c) / 2 - 9),
    )  # fmt: skip


def _names_fit(column: Column, most: int) -> bool:
    """Whether all names of a column fit into the circles: all stand inside or all beside."""
    return all(len(name) <= most for name in column.names[: column.size - column.memory])


def _beside(geometry: Geometry, numbers: Numbers, c: int) -> Iterator[Node]:
    """Names and outputs that do not fit into the circles, outside the first and last column."""
    column, left = geometry.columns[c], c == geometry.shown[0]
    compact = geometry.sizes is COMPACT
    texts = {}
    for slot in geometry.slots[c]:
        if slot.unit is None:
            continue
        named = slot.unit < len(column.names) and slot.unit < column.size - column.memory
        name = column.names[slot.unit] if named else ""
        output = column.output(slot.unit) if compact and not left else None
        inside = 3 if compact else _SHORT
        outside = not _names_fit(column, inside)
        if (named and outside) or output is not None:
            value = _answer(column, slot.unit, numbers.digits) if output is not None else ""
            name = name if outside else ""
            texts[slot.unit] = f"{shorten(name)} {value}".strip()
    width = max((text_width(text, 10) for text in texts.values()), default=0.0)
    for unit, text in texts.items():
        away = geometry.extent(c) / 2 + 5 + width / 2
        yield Node(
            f"t{c}_{unit}", "right" if left else "left", shape="text", font_size=10,
            lines=((Text(text, "caption", bold=unit == column.winner),),), size=width,
            position=(geometry.x[c] + (-away if left else away), geometry.y[Unit(c, unit)]),
        )  # fmt: skip


def _left_out(geometry: Geometry) -> Iterator[Node]:
    count = len(geometry.columns) - sum(c >= 0 for c in geometry.shown)
    yield Node(
        "more", "plain", shape="text", position=(geometry.x[-1], 0.0),
        lines=(
            (Text("⋯", "muted", bold=True, size=24),),
            (Text(f"{count} more layers", "muted", size=10),),
        ),
    )  # fmt: skip
