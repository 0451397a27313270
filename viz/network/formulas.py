"""The reverse pass of a compiled program, written under the layers that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from autograd import Program
from nn import Module
from nn.architecture import Architecture, Kernel
from viz.network.geometry import Geometry
from viz.scene import Node, Scene, Text
from viz.style import text_width

__all__ = ["formulas_of", "write_formulas"]

_SIZE, _LEADING = 10.0, 13.0  # points: of the letters, from one line to the next
_MOST, _WIDEST = 9, 400.0  # lines under a layer; points across, where it is alone
_BREAKS = re.compile(r" (?=[∘@·+=] )(?![^(]*\))")  # before an operator, outside of parentheses


def formulas_of(program: Program, model: Module, found: Architecture) -> dict[int, list[str]]:
    """The lines of ``program.backward`` by the column of their layer.

    A line that goes to no parameter stands before what it leads to: the loss under the last layer.

    Raises:
        TypeError: for what is no program.
        ValueError: for a program of other parameters.
    """
    if not isinstance(program, Program):
        raise TypeError(f"backward is a compiled program, not {type(program).__name__}")
    backward, columns = program.backward, _columns(model, found)
    lines: dict[int, list[str]] = {}
    waiting: list[str] = []
    for line in backward.lines:
        waiting.append(f"{line.left.partition('[')[0]} {line.sign} {line.right}")
        places = {columns[name] for name in backward.parameters(line) if name in columns}
        if places:
            lines.setdefault(max(places), []).extend(waiting)
            waiting = []
    if not lines:
        raise ValueError(
            "the program of backward= has none of this model's parameters by name: compile it with the "
            "model, compile(loss, model, ...)"
        )
    return lines


def _columns(model: Module, found: Architecture) -> dict[str, int]:
    """Of each parameter by name, the column that it leads to."""
    names = {id(value): name for name, value in model.named_parameters()}
    columns: dict[str, int] = {}
    for link in found.links:
        column = found.columns[link.target]
        weights = [weight for j in range(column.size) for weight in link.into(j).values()]
        for weight in [*weights, *column.biases]:
            for value in weight.weights if isinstance(weight, Kernel) else [weight]:
                if id(value) in names:
                    columns[names[id(value)]] = link.target
    return columns


def write_formulas(scene: Scene, geometry: Geometry, lines: Mapping[int, list[str]]) -> None:
    """Under each column that is drawn, as wide as the next ones leave room; the legend moves down."""
    places = sorted(geometry.x[c] for c in geometry.shown if c in lines)
    room = min([b - a for a, b in pairwise(places)], default=_WIDEST) - _SIZE
    legend = next(node for node in scene.nodes if node.id == "legend")
    assert legend.position is not None
    x, y = legend.position
    top, most = y + 6.0 * len(legend.lines), 0
    for c in geometry.shown:
        text = [part for line in lines.get(c, ()) for part in _wrapped(line, room)]
        if len(text) > _MOST:
            text = [*text[: _MOST - 1], "⋯"]
        if text:
            scene.nodes.append(
                Node(
                    f"f{c}", "caption", shape="text", font_size=int(_SIZE),
                    lines=tuple((Text(line, size=int(_SIZE)),) for line in text),
                    position=(geometry.x[c], top - _LEADING * len(text) / 2),
                )
            )  # fmt: skip
        most = max(most, len(text))
    legend.position = x, y - _LEADING * most - _SIZE


def _wrapped(line: str, room: float) -> list[str]:
    """A formula in lines that fit, broken before operators."""
    found = [""]
    for part in _BREAKS.split(line):
        longer = f"{found[-1]} {part}".strip()
        if found[-1] and text_width(longer, _SIZE) > room:
            found.append(f"  {part}")
        else:
            found[-1] = longer
    return found
