"""A network as a picture: layers as columns, weight and gradient on every edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from autograd import Value
from nn import Module
from viz.architecture import Architecture, architecture
from viz.drawing import Drawing
from viz.labels import Box, Segment, place
from viz.scene import Edge, Node, Scene, Span
from viz.style import FONT, Palette, number, shorten, text_width, tone

__all__ = ["draw_network", "network_scene"]

LABELS_UP_TO = 24
_PADDING = 2.5


class Style(NamedTuple):
    """Sizes in points."""

    diameter: float
    pitch: float
    gap: float


DETAILED = Style(diameter=47.5, pitch=97.2, gap=259.2)
COMPACT = Style(diameter=28.8, pitch=36.0, gap=151.2)


def draw_network(
    model: Module,
    *,
    title: str | None = None,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    color_by: str = "weight",
    max_neurons: int = 12,
    max_layers: int = 8,
    digits: int = 3,
    theme: str | Palette = "light",
    font: str = FONT,
    format: str = "svg",
    timeout: float = 60.0,
) -> Drawing:
    """The network: weight and gradient on every edge, bias at each neuron, outputs once it ran."""
    scene = network_scene(
        model,
        title=title,
        input_names=input_names,
        output_names=output_names,
        color_by=color_by,
        max_neurons=max_neurons,
        max_layers=max_layers,
        digits=digits,
    )
    return Drawing(scene, theme, font=font, format=format, timeout=timeout)


class Line(NamedTuple):
    """One weight, between two units that are drawn."""

    source: tuple[int, int]
    target: tuple[int, int]
    weight: Value


class Slot(NamedTuple):
    """A place in a column: a unit, or the dots that stand for several (``unit`` is None)."""

    unit: int | None
    hidden: int
    y: float


def network_scene(
    model: Module,
    *,
    title: str | None = None,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    color_by: str = "weight",
    max_neurons: int = 12,
    max_layers: int = 8,
    digits: int = 3,
) -> Scene:
    """The network as plain data, laid out: ``n1_2`` is the third unit of the first layer.

    ``w1_2_3`` is the edge from the fourth unit before it, ``b1_2`` the bias.
    """
    if color_by not in ("weight", "gradient"):
        raise ValueError(f"color_by is 'weight' or 'gradient', not {color_by!r}")
    found = architecture(model, input_names, output_names)
    layout = Layout(found, model, color_by, max_neurons, max_layers, digits)
    return layout.scene(found.title if title is None else title)


class Layout:
    """One drawing in the making: which units are shown, where they stand, what stands beside them."""

    def __init__(
        self,
        found: Architecture,
        model: Module,
        color_by: str,
        max_neurons: int,
        max_layers: int,
        digits: int,
    ) -> None:
        self.columns = found.columns
        self.digits = digits
        self.color_by = color_by
        self.computed = any(value.grad != 0 for value in model.parameters())
        self.shown = _shown_columns(len(found.columns), max_layers)
        units = {c: _shown_units(found.columns[c].size, max_neurons) for c in self.shown if c >= 0}
        self.lines: dict[tuple[int, int], list[Line]] = {}
        for link in found.links:
            if link.source in units and link.target in units:
                self.lines[link.source, link.target] = [
                    Line((link.source, i), (link.target, j), link.weights[j][i])
                    for j in units[link.target]
                    if j >= 0
                    for i in units[link.source]
                    if i in link.weights[j]
                ]
        detailed = all(len(lines) <= LABELS_UP_TO for lines in self.lines.values())
        self.style = DETAILED if detailed else COMPACT
        self.slots = {
            c: _slots(found.columns[c].size, rows, self.style.pitch) for c, rows in units.items()
        }
        self.top = max(slots[0].y for slots in self.slots.values())
        self.place = {(c, slot.unit): slot.y for c, slots in self.slots.items() for slot in slots}
        numbers = [self.strength(line.weight) for lines in self.lines.values() for line in lines]
        self.largest = max((x for x in map(abs, numbers) if math.isfinite(x)), default=0.0)
        self.labelled = False
        self.x: dict[int, float] = {}
        self.gaps: list[tuple[list[Line], list[Box] | None]] = []
        self._stand()

    def strength(self, weight: Value) -> float:
        """The number that an edge's colour and width show."""
        return weight.data if self.color_by == "weight" else weight.grad

    def _stand(self) -> None:
        """Columns from left to right, each gap as wide as its labels need."""
        x = 0.0
        for before, column in zip([None, *self.shown], self.shown):
            if before is not None:
                lines = self.lines.get((before, column), [])
                gap, boxes = self._gap(before, column, lines)
                if -1 in (before, column):
                    gap = self.style.gap * 0.6
                x += gap
                if boxes:
                    boxes = [box._replace(x=box.x + self.x[before]) for box in boxes]
                self.gaps.append((lines, boxes))
            self.x[column] = x

    def _gap(self, left: int, right: int, lines: list[Line]) -> tuple[float, list[Box] | None]:
        """How wide, and where the labels stand (x from the left column)."""
        width = self.style.gap
        if not lines or len(lines) > LABELS_UP_TO:
            return width, None
        for _ in range(24 if self.style is DETAILED else 4):
            segments = [self._segment(line, 0.0, width) for line in lines]
            obstacles = self._obstacles(left, 0.0) + self._obstacles(right, width)
            boxes = place(segments, obstacles)
            if boxes is not None:
                self.labelled = True
                return width, boxes
            width *= 1.12
        return self.style.gap, None

    def _obstacles(self, column: int, x: float) -> list[Box]:
        r = self.style.diameter
        boxes = [Box(x, slot.y, r + 3, r + 3) for slot in self.slots[column]]
        if self.style is DETAILED:
            for slot in self.slots[column]:
                bias = None if slot.unit is None else self.columns[column].bias(slot.unit)
                if bias is not None:
                    boxes.append(Box(x, slot.y - r / 2 - 13, self._bias_width(bias), 25))
        return boxes

    def _bias_width(self, bias: Value) -> float:
        return max(
            text_width(f"b {number(bias.data, self.digits)}", 9, bold=True),
            text_width(f"∇ {self.gradient(bias)}", 8.5),
        )

    def gradient(self, value: Value) -> str:
        """A gradient as text, – before the first backward pass."""
        return number(value.grad if self.computed else None, self.digits)

    def _segment(self, line: Line, x0: float, x1: float) -> Segment:
        y0, y1 = self.place[line.source], self.place[line.target]
        length = math.hypot(x1 - x0, y1 - y0)
        r = (self.style.diameter / 2 + 0.5) / length
        dx, dy = (x1 - x0) * r, (y1 - y0) * r
        width = max(
            text_width(number(line.weight.data, self.digits), 9.5, bold=True),
            text_width(f"∇ {self.gradient(line.weight)}", 8.5),
        )
        return Segment(
            x0 + dx, y0 + dy, x1 - dx, y1 - dy, width + 2 * _PADDING, 26 + 2 * _PADDING,
            self._thickness(line.weight),
        )  # fmt: skip

    def _thickness(self, weight: Value) -> float:
        x = abs(self.strength(weight))
        return 0.5 + (4.5 * min(x / self.largest, 1.0) if self.largest and x == x else 0.0)

    # The scene ------------------------------------------------------------------------------------

    def scene(self, title: str) -> Scene:
        """Edges below, then labels, then units, headers and the legend."""
        scene = Scene("network", title=title, placed=True)
        for lines, boxes in self.gaps:
            self._edges(scene, lines, labelled=boxes is not None)
        for lines, boxes in self.gaps:
            for line, box in zip(lines, boxes or ()):
                scene.nodes.append(self._edge_label(line, box))
        for column in self.shown:
            self._column(scene, column)
        scene.nodes.append(self._legend())
        return scene

    def _edges(self, scene: Scene, lines: list[Line], labelled: bool) -> None:
        hits = []
        opaque = labelled or self.style is DETAILED
        for line in sorted(lines, key=lambda line: self._thickness(line.weight)):
            (a, i), (b, j) = line.source, line.target
            segment = self._segment(line, self.x[a], self.x[b])
            x0, y0, x1, y1 = segment[:4]
            path = tuple((x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (0, 1 / 3, 2 / 3, 1))
            thickness = segment.thickness
            share = (thickness - 0.5) / 4.5
            ends = f"n{a}_{i}", f"n{b}_{j}"
            scene.edges.append(
                Edge(
                    f"w{b}_{j}_{i}",
                    *ends,
                    tone=tone(self.strength(line.weight)),
                    width=thickness if opaque else 0.5 + 3.0 * share,
                    opacity=1.0 if opaque else 0.28 + 0.62 * share,
                    path=path,
                )
            )
            hits.append(
                Edge(
                    f"hit{b}_{j}_{i}",
                    *ends,
                    tone="muted",
                    width=9.0 if opaque else 4.0,
                    opacity=1 / 255,
                    path=path,
                    tooltip=self._said(line),
                )
            )
        scene.edges.extend(hits)

    def _said(self, line: Line) -> str:
        (a, i), (b, j) = line.source, line.target
        grad = f"{line.weight.grad:.6g}" if self.computed else "not computed"
        return (
            f"{self.columns[a].name(i)} → {self.columns[b].name(j)}: "
            f"weight = {line.weight.data:.6g}, gradient = {grad}"
        )

    def _edge_label(self, line: Line, box: Box) -> Node:
        (_, i), (b, j) = line.source, line.target
        weight = line.weight
        return Node(
            f"l{b}_{j}_{i}", "label", shape="text", font_size=9.5, position=(box.x, box.y),
            lines=(
                (Span(number(weight.data, self.digits), tone(weight.data), bold=True),),
                (Span(f"∇ {self.gradient(weight)}", "caption", size=8.5),),
            ),
            tooltip=self._said(line),
        )  # fmt: skip

    def _column(self, scene: Scene, c: int) -> None:
        if c < 0:
            self._left_out(scene)
            return
        column, x = self.columns[c], self.x[c]
        scene.nodes.append(
            Node(
                f"h{c}",
                "plain",
                shape="text",
                font_size=12,
                position=(x, self.top + 53.8),
                lines=(
                    (Span(column.title, bold=True),),
                    (Span(column.subtitle, "muted", size=9),),
                ),
            )
        )
        for slot in self.slots[c]:
            if slot.unit is None:
                scene.nodes.append(
                    Node(
                        f"d{c}",
                        "caption",
                        shape="text",
                        position=(x, slot.y),
                        lines=(
                            (Span("⋮", "muted", bold=True, size=18),),
                            (Span(f"{slot.hidden} more", "muted", size=9),),
                        ),
                    )
                )
            else:
                self._unit(scene, c, slot.unit, x, slot.y)

    def _unit(self, scene: Scene, c: int, i: int, x: float, y: float) -> None:
        column = self.columns[c]
        output, bias = column.output(i), column.bias(i)
        name = column.name(i)
        said = f"{column.title}, {name}" if column.kind == "neuron" else name
        if output is not None:
            said += f" = {output:.6g}"
        if bias is not None:
            grad = f"{bias.grad:.6g}" if self.computed else "not computed"
            said += f", bias = {bias.data:.6g}, bias gradient = {grad}"
        lines: list[tuple[Span, ...]] = [(Span(shorten(name, 8), bold=True),)]
        if self.style is COMPACT:
            lines = [(Span(str(i + 1)),)]
        elif output is not None:
            lines.append((Span(number(output, self.digits), size=9),))
        scene.nodes.append(
            Node(
                f"n{c}_{i}",
                column.kind,
                shape="circle",
                lines=tuple(lines),
                tooltip=said,
                position=(x, y),
                size=self.style.diameter,
                font_size=8 if self.style is COMPACT else 10,
            )
        )
        if bias is not None and self.style is DETAILED:
            data = number(bias.data, self.digits)
            scene.nodes.append(
                Node(
                    f"b{c}_{i}",
                    "caption",
                    shape="text",
                    font_size=9,
                    position=(x, y - self.style.diameter / 2 - 13),
                    lines=(
                        (Span("b ", "muted"), Span(data, tone(bias.data), bold=True)),
                        (Span(f"∇ {self.gradient(bias)}", "caption", size=8.5),),
                    ),
                    tooltip=said,
                )
            )

    def _left_out(self, scene: Scene) -> None:
        count = len(self.columns) - sum(c >= 0 for c in self.shown)
        scene.nodes.append(
            Node(
                "more",
                "plain",
                shape="text",
                position=(self.x[-1], 0.0),
                lines=(
                    (Span("⋯", "muted", bold=True, size=24),),
                    (Span(f"{count} more layers", "muted", size=9),),
                ),
            )
        )

    def _legend(self) -> Node:
        other = "gradient" if self.color_by == "gradient" else "weight"
        most = number(self.largest, self.digits)
        line: list[Span] = [
            Span("▬▬", "line positive"), Span(f" positive {other}  "),
            Span("▬▬", "line negative"), Span(f" negative  · line width ∝ |{other}| (max {most})"),
        ]  # fmt: skip
        if self.labelled:
            line += [Span(" · weight "), Span("bold", bold=True), Span(", ∇ = gradient ∂loss/∂w")]
        else:
            line.append(Span(" · hover over a line (SVG) for weight and gradient"))
        x = (self.x[self.shown[0]] + self.x[self.shown[-1]]) / 2
        below = 71.8 if self.style is DETAILED else 44.4
        return Node(
            "legend", "plain", shape="text", font_size=9, position=(x, -self.top - below),
            lines=(tuple(span if span.tone else span._replace(tone="muted") for span in line),),
        )  # fmt: skip


def _shown_columns(count: int, most: int) -> list[int]:
    """Which columns are drawn; −1 stands for those left out."""
    if count <= most:
        return list(range(count))
    first = (most + 1) // 2
    return [*range(first), -1, *range(count - (most - 1 - first), count)]


def _shown_units(size: int, most: int) -> list[int]:
    """Which units are drawn; −1 stands for those left out."""
    if size <= most:
        return list(range(size))
    first = (most + 1) // 2
    return [*range(first), -1, *range(size - (most - 1 - first), size)]


def _slots(size: int, rows: list[int], pitch: float) -> list[Slot]:
    top = (len(rows) - 1) / 2 * pitch
    hidden = size - sum(unit >= 0 for unit in rows)
    return [
        Slot(unit if unit >= 0 else None, 1 if unit >= 0 else hidden, top - k * pitch)
        for k, unit in enumerate(rows)
    ]
