"""What stands in one column of a network drawing: its header, its units, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator

from nn.architecture import Column
from viz.escape import shorten
from viz.network.geometry import Geometry
from viz.network.images import image
from viz.network.numbers import Numbers
from viz.network.units import COMPACT, Unit
from viz.scene import Line, Node, Text
from viz.style import number, text_width

__all__ = ["column_nodes", "left_out"]

_PIXELS = 28  # rows and columns of a picture of weights, at most
_SHORT = 7  # characters of a name that fit into a circle


def column_nodes(geometry: Geometry, numbers: Numbers, c: int) -> Iterator[Node]:
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
    below = geometry.extent(c) / 2 + (13 if bias is not None else 8) + 2 * column.maps
    if bias is not None:
        data, gradient = numbers.two_lines("b ", bias)
        lines = [(*first, *data), gradient]
    yield Node(
        f"b{c}_{i}", "caption", shape="text", font_size=10, lines=tuple(lines), tooltip=said,
        position=(x + aside, y - below),
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


def left_out(geometry: Geometry) -> Iterator[Node]:
    count = len(geometry.columns) - sum(c >= 0 for c in geometry.shown)
    yield Node(
        "more", "plain", shape="text", position=(geometry.x[-1], 0.0),
        lines=(
            (Text("⋯", "muted", bold=True, size=24),),
            (Text(f"{count} more layers", "muted", size=10),),
        ),
    )  # fmt: skip
