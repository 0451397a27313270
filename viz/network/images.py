"""Images and kernels as grids of coloured cells."""

from __future__ import annotations

import math

from nn.architecture import Kernel
from viz.network.units import cell_size
from viz.scene import Grid, Node, Text

__all__ = ["image", "show_kernel"]

_CELLS = 14  # an image is drawn with at most this many rows and columns


def image(
    pixels: list[list[float]] | None, side: float, height: float | None = None, most: int = _CELLS
) -> Grid:
    """An image of at most so many rows and columns: larger ones as the means of patches."""
    if not pixels:
        return Grid(((math.nan,),), side, side, 0)
    rows, columns = min(len(pixels), most), min(len(pixels[0]), most)
    cells = []
    for r in range(rows):
        lines = pixels[r * len(pixels) // rows : (r + 1) * len(pixels) // rows]
        row = []
        for k in range(columns):
            first, last = k * len(pixels[0]) // columns, (k + 1) * len(pixels[0]) // columns
            patch = [x for line in lines for x in line[first:last]]
            row.append(sum(patch) / len(patch))
        cells.append(tuple(row))
    return Grid(tuple(cells), side / columns, (height or side) / rows, 0)


def show_kernel(node: Node, kernel: Kernel, computed: bool) -> Node:
    """The numbers of a kernel as a little table, and those of its gradient."""
    width, height = cell_size(kernel)
    written = width > height
    node.shape = "grid"
    digits = 2 if written else 0
    node.grid = Grid(
        tuple(tuple(w.data for w in row) for row in kernel.rows), width, height, digits
    )
    node.lines = ((Text("∇", "caption", size=10), Text("" if computed else " –", size=10)),)
    if computed:
        node.gradient = Grid(
            tuple(tuple(w.grad for w in row) for row in kernel.rows), width, height, digits
        )
    return node
