"""A network that looks at an image: the image itself, the pixels that are lit, weights as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograd import Value
from nn.architecture import Architecture
from nn.losses import softmax
from viz.network.geometry import Geometry
from viz.network.images import image
from viz.network.units import Unit
from viz.scene import Edge, Node, Text

__all__ = ["answer_in_percent", "draw_image", "look_at"]

_SIDE = 112.0  # of the image, in points
_AWAY = 150.0  # from its edge to the first column
_CLASSES = 20  # so many outputs are drawn all
_LIT = 0.5  # of the brightest pixel
_ORIGIN = "image"


def look_at(
    found: Architecture, shape: tuple[int, int], most: int, strength: Callable[[Value], float]
) -> None:
    """Choose the pixels that are drawn, and give each neuron behind them its weights as a picture.

    Raises:
        ValueError: if the first column has another number of units.
    """
    first = found.columns[0]
    rows, columns = shape
    if first.maps or first.size != rows * columns:
        raise ValueError(
            f"image_shape is rows and columns of the first layer's {first.size} inputs, not {shape}"
        )
    first.title, first.subtitle = "pixels", f"{first.size} of them"
    if first.outputs:
        first.shown = [*_spread(_lit(first.outputs), most - 1), -1]
    for link in found.links:
        if link.source == 0 and not link.back:
            neurons = found.columns[link.target]
            neurons.pictures = [
                _rows([strength(w) for w in link.into(j).values()], columns)  # type: ignore[arg-type]
                for j in range(neurons.size)
            ]


def answer_in_percent(found: Architecture) -> None:
    """The last column's outputs as probabilities (softmax), and which is the largest."""
    last = found.columns[-1]
    last.subtitle = last.subtitle.replace("linear", "softmax")
    if last.size <= _CLASSES:
        last.shown = range(last.size)  # the winner among them
    if last.outputs:
        shares = softmax(list(last.outputs))
        last.notes = [f"{100 * float(share):.0f} %" for share in shares]
        last.winner = max(range(len(shares)), key=lambda i: float(shares[i]))


def draw_image(geometry: Geometry, shape: tuple[int, int]) -> Iterator[Node | Edge]:
    """The image left of everything, and from each chosen pixel a line to its unit."""
    pixels = geometry.columns[0].outputs
    if not pixels:
        return
    rows, columns = shape
    cell = max(1, _SIDE // max(shape))  # Graphviz rounds cells to whole points
    width, height = cell * columns, cell * rows
    x = geometry.x[0] - _AWAY - width / 2
    yield Node(
        f"h{_ORIGIN}", "plain", shape="text", font_size=12, position=(x, geometry.top + 53.8),
        lines=((Text("image", bold=True),), (Text(f"{rows} × {columns}", "muted", size=10),)),
    )  # fmt: skip
    yield Node(
        _ORIGIN, "input", shape="grid", position=(x, 0.0), emphasis=True,
        grid=image(_rows(pixels, columns), width, height, max(shape)), tooltip="the image",
    )  # fmt: skip
    for slot in geometry.slots[0]:
        if slot.unit is None:
            continue
        row, column = divmod(slot.unit, columns)
        start = (
            x - width / 2 + (column + 0.5) * width / columns,
            height / 2 - (row + 0.5) * height / rows,
        )
        end = geometry.x[0] - geometry.extent(0) / 2 - 1, geometry.y[Unit(0, slot.unit)]
        path = tuple(
            (start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t)
            for t in (0, 1 / 3, 2 / 3, 1)
        )
        yield Edge(
            f"pixel{slot.unit}", _ORIGIN, f"n0_{slot.unit}", tone="highlight", width=0.9, path=path,
                       tooltip=f"pixel {slot.unit + 1}: row {row + 1}, column {column + 1}",
        )  # fmt: skip
        yield Node(
            f"ring{slot.unit}", "plain", shape="text", position=start,
            lines=((Text("●", "highlight", size=8),),),
        )  # fmt: skip


def _lit(pixels: Sequence[float]) -> list[int]:
    brightest = max(pixels)
    return [i for i, x in enumerate(pixels) if x >= _LIT * brightest > 0] or list(
        range(len(pixels))
    )


def _spread(numbers: Sequence[int], most: int) -> list[int]:
    """At most so many of them, evenly spread."""
    count = min(most, len(numbers))
    return [numbers[(2 * k + 1) * len(numbers) // (2 * count)] for k in range(count)]


def _rows(numbers: Sequence[float], columns: int) -> list[list[float]]:
    return [list(numbers[k : k + columns]) for k in range(0, len(numbers), columns)]
