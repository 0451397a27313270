"""How the numbers of a model are written in its drawing, and what the lines show of them."""

from __future__ import annotations

from typing import NamedTuple

from autograd import Value
from nn.architecture import Share
from viz.network.geometry import Geometry
from viz.network.units import DETAILED, Connection
from viz.scene import Line, Node, Text
from viz.style import number, tone

__all__ = ["Numbers", "legend"]


class Numbers(NamedTuple):
    """How the numbers of a model are shown."""

    computed: bool
    color_by: str
    digits: int

    def strength(self, weight: Value | Share) -> float:
        """What the width and colour of a line show."""
        return weight.grad if self.color_by == "gradient" else weight.data

    def tone_of(self, line: Connection) -> str:
        """The colour of a line: by the sign of what it shows, or by the neuron that it leads to."""
        if not isinstance(line.weight, (Value, Share)):
            return "plain"
        if self.color_by == "neuron":
            return f"series {line.target.unit}"
        return tone(self.strength(line.weight))

    def style_of(self, line: Connection) -> str:
        """Where colour says the neuron, a dashed line says that the weight is negative."""
        negative = isinstance(line.weight, (Value, Share)) and line.weight.data < 0
        return "dashed" if self.color_by == "neuron" and negative else ""

    def two_lines(self, before: str, value: Value | Share) -> tuple[Line, Line]:
        """A weight above its gradient; the one that the lines show is bold, in their colour."""
        data, grad = number(value.data, self.digits), f"∇ {self.gradient(value)}"
        name = (Text(before, "muted", size=10),) if before else ()
        if self.color_by == "gradient":
            below = Text(grad, tone(value.grad) if self.computed else "caption", True, 10)
            return (*name, Text(data, size=10)), (below,)
        colour = "" if self.color_by == "neuron" else tone(value.data)
        return (*name, Text(data, colour, bold=True)), (Text(grad, "caption", size=10),)

    def gradient(self, value: Value | Share) -> str:
        """A gradient as text, – before the first backward pass."""
        return number(value.grad if self.computed else None, self.digits)

    def exact(self, value: Value | Share) -> str:
        """A gradient for hover texts."""
        return f"{value.grad:.6g}" if self.computed else "not computed"


def legend(geometry: Geometry, numbers: Numbers) -> Node:
    lines = _legend_lines(geometry, numbers)
    x = (geometry.x[geometry.shown[0]] + geometry.x[geometry.shown[-1]]) / 2
    below = geometry.bottom + (71.8 if geometry.sizes is DETAILED else 44.4)
    below += 14.0 * len({line.target for line in geometry.back if line.source[0] != line.target[0]})
    return Node(
        "legend", "plain", shape="text", font_size=10, position=(x, -below - 6 * len(lines)),
        lines=tuple(
            tuple(span if span.tone else span._replace(tone="muted") for span in line)
            for line in lines
        ),
    )  # fmt: skip


def _legend_lines(geometry: Geometry, numbers: Numbers) -> list[Line]:
    """What colours, widths and numbers mean; nothing that the drawing does not show."""
    by_neuron = numbers.color_by == "neuron"
    shown = "weight" if by_neuron else numbers.color_by
    first: list[Text] = []
    if geometry.largest and by_neuron:
        first = [Text("one colour a neuron · dashed: negative weight")]
    elif geometry.largest:
        first = [
            Text("▬▬", "line positive"), Text(f" positive {shown}   "),
            Text("▬▬", "line negative"), Text(" negative"),
        ]  # fmt: skip
    if geometry.largest:
        most = number(geometry.largest, numbers.digits)
        first[-1] = first[-1]._replace(
            text=f"{first[-1].text} · line width ∝ |{shown}| (max {most})"
        )
    second: list[Text] = []
    if geometry.labelled:
        lines = [line for drawn, _ in geometry.gaps for line in drawn]
        steps = any(isinstance(line.weight, Share) for line in lines)
        of = "what the step adds to the gradient" if steps else "gradient"
        names = ["weight", f"∇ = {of} ∂loss/∂w"]
        bold = numbers.color_by == "gradient"
        above, below = ("left", "right") if geometry.ported else ("above", "below")
        second = [Text(f"{above}: {names[0]}", bold=not bold), Text("   "),
                  Text(f"{below}: {names[1]}", bold=bold)]  # fmt: skip
        if not numbers.computed:
            second.append(Text("   (– before backward)"))
    elif geometry.largest:
        second = [Text("hover over a line (SVG) for weight and gradient")]
    return [tuple(line) for line in (first, second) if line] or [(Text(" "),)]
