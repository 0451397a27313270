"""What a network is made of, as plain data: columns of units, and who feeds whom.

Each module adds its own part (`Module.describe`); whoever draws the network reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from autograd import Value
from autograd.text.format import plural
from nn.activations import activation_name

__all__ = [
    "Architecture",
    "Column",
    "Kernel",
    "Link",
    "Share",
    "Weight",
    "described",
    "image_size",
    "plural",
    "subscript",
    "superscript",
    "units_of",
    "weight_symbol",
    "weights_into",
]


_FEW = 12  # units: of more, some are chosen to be drawn


@dataclass(slots=True)
class Column:
    """A layer: ``size`` units, of which some may be drawn.

    ``kind`` is what the units are: "input", "neuron", "output" or "value"; ``letter`` is what a unit
    without a name is called by, ``mark`` tells equal letters apart: h₁⁽²⁾. The last ``memory`` units
    are what a recurrent layer remembers of the step before. ``maps`` says that a unit is an image,
    ``outputs`` then lists images. ``kinds`` are the kinds of single units that differ; ``gradients``
    those of what the units answered, where that is known. For drawings: the units to be ``shown`` (−1
    for those left out), ``pictures`` of their weights, ``notes`` beside them, and the ``winner``.
    """

    title: str
    subtitle: str
    kind: str
    letter: str
    size: int
    names: Sequence[str] = ()
    outputs: Sequence[Any] = ()
    biases: Sequence[Value | None] = ()
    memory: int = 0
    maps: bool = False
    mark: str = ""
    kinds: Sequence[str] = ()
    gradients: Sequence[float | None] = ()
    shown: Sequence[int] = ()
    pictures: Sequence[Any] = ()
    notes: Sequence[str] = ()
    winner: int | None = None

    def name(self, i: int) -> str:
        """What unit ``i`` is called: its given name, or a letter and its number, "h₃"."""
        return self.names[i] if i < len(self.names) else self.symbol(i)

    def symbol(self, i: int) -> str:
        """The letter and number of unit ``i``."""
        return f"{self.letter}{subscript(i + 1)}{self.mark}"

    def output(self, i: int) -> Any:
        """The last number (or image) of unit ``i``, None before the first input."""
        return self.outputs[i] if i < len(self.outputs) else None

    def bias(self, i: int) -> Value | None:
        """The bias of unit ``i``, None if it has none."""
        return self.biases[i] if i < len(self.biases) else None

    def kind_of(self, i: int) -> str:
        """What unit ``i`` is: the kind of the column, or "constant" for what is remembered."""
        if i < len(self.kinds):
            return self.kinds[i]
        return "constant" if i >= self.size - self.memory else self.kind


@dataclass(frozen=True, slots=True)
class Kernel:
    """The weights of one filter for one image, row by row; shared by every place."""

    rows: tuple[tuple[Value, ...], ...]

    @property
    def weights(self) -> list[Value]:
        """All of them."""
        return [weight for row in self.rows for weight in row]


@dataclass(frozen=True, slots=True)
class Share:
    """A weight at one time step, and what that step adds to its gradient."""

    data: float
    grad: float
    label: str


Weight: TypeAlias = Value | Share | Kernel | None


@dataclass(slots=True)
class Link:
    """What leads from column ``source`` to column ``target``.

    ``into(j)`` maps each unit that feeds unit ``j`` to its weight, its kernel, or None where a number
    is passed on as it is. ``back`` is for what arrives one time step later, around the drawing.
    """

    source: int
    target: int
    into: Callable[[int], dict[int, Weight]]
    back: bool = False


@dataclass(slots=True)
class Architecture:
    """Columns in order, and what leads from one to another; ``unroll``: recurrent layers step by step.

    >>> from nn import Layer
    >>> network = Architecture()
    >>> Layer(2, 3, "tanh", rng=0).describe(network)
    True
    >>> [(column.title, column.subtitle) for column in network.columns]
    [('input', '2 values'), ('hidden', '3 neurons · tanh')]
    """

    columns: list[Column] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    unroll: bool = False

    def add(self, column: Column) -> int:
        """The place of the new column."""
        self.columns.append(column)
        return len(self.columns) - 1

    def link(
        self,
        source: int,
        target: int,
        into: Callable[[int], dict[int, Weight]],
        back: bool = False,
    ) -> None:
        """Let one column feed another."""
        self.links.append(Link(source, target, into, back))

    def source(self, size: int, values: Any = None) -> int:
        """The column that feeds a layer of ``size`` inputs: the last if it fits, else a new one."""
        last = self.columns[-1] if self.columns else None
        if last is not None and last.maps:
            return self._flattened(size, values)
        if last is not None and last.size == size:
            return len(self.columns) - 1
        return self.add(
            Column("input", plural(size, "value"), "input", "x", size, outputs=values or ())
        )

    def _flattened(self, size: int, values: Any) -> int:
        maps = len(self.columns) - 1
        count = self.columns[maps].size
        share = max(1, size // count)
        flat = self.add(
            Column("flatten", plural(size, "value"), "value", "v", size, outputs=values or ())
        )
        self.link(maps, flat, lambda j: {min(j // share, count - 1): None})
        return flat

    def images(self, size: int, images: Sequence[Any]) -> int:
        """The column that feeds a layer of ``size`` images: the last if it fits, else a new one."""
        if self.columns and self.columns[-1].maps and self.columns[-1].size == size:
            return len(self.columns) - 1
        subtitle = plural(size, "image") + image_size(images)
        return self.add(
            Column("input", subtitle, "input", "x", size, outputs=images, maps=True)
        )  # fmt: skip

    def activate(self, name: str, outputs: Any = None) -> None:
        """An activation by itself: a stage of its own after images, else part of the last column."""
        last = self.columns[-1]
        if not last.maps:
            last.subtitle = last.subtitle.removesuffix(" · linear") + f" · {name}"
            last.outputs = outputs or last.outputs
            return
        source = len(self.columns) - 1
        stage = Column(name, f"each pixel of {plural(last.size, 'map')}", "value", "a", last.size,
                       outputs=outputs or [], maps=True)  # fmt: skip
        self.link(source, self.add(stage), lambda j: {j: None})

    def with_memory(self, inputs: int, hidden: int, values: Any) -> int:
        """The column that a recurrent layer sees: the input now, and what it answered before."""
        last = self.columns[-1] if self.columns else None
        names = [f"x{subscript(i + 1)}" for i in range(inputs)]
        before = [f"h{subscript(i + 1)}′" for i in range(hidden)]
        column = Column(
            "input", f"{plural(inputs, 'value')} · h′ = one step before", "input", "x",
            inputs + hidden, names=[*names, *before], outputs=values or (), memory=hidden,
        )  # fmt: skip
        place = self.add(column)
        if last is not None and last.size == inputs:
            column.title, column.kind = "now and before", "value"
            self.link(place - 1, place, lambda j: {j: None} if j < inputs else {})
        elif last is not None and last.maps:  # what is read of the maps, equal parts of each
            column.title, column.kind, maps = "now and before", "value", last.size
            if inputs + hidden > _FEW:  # some of each map, and some of what is remembered
                column.shown = [k * inputs // maps for k in range(min(maps, 4))]
                column.shown += [*range(inputs, inputs + min(hidden, 3)), -1]
            self.link(place - 1, place, lambda j: {j * maps // inputs: None} if j < inputs else {})
        return place

    def dense(self, units: Sequence[Any], last_input: Any = None) -> None:
        """A column of neurons that see the column before."""
        source = self.source(_size_seen(units[0]), last_input)
        partly = any(getattr(unit, "inputs", None) is not None for unit in units)
        target = self.add(
            Column(
                "hidden", described(units) + (" · partly connected" if partly else ""), "neuron",
                "h", len(units), outputs=[unit.last_output for unit in units],
                biases=[getattr(unit, "b", None) for unit in units],
            )
        )  # fmt: skip
        self.link(source, target, lambda j: weights_into(units[j]))

    def neuron(self, unit: Any) -> None:
        """A neuron by itself; several in a row that see the same inputs stand in one column."""
        size = _size_seen(unit)
        if len(self.columns) > 1 and self.links:
            column, link = self.columns[-1], self.links[-1]
            if column.size != size and self.columns[link.source].size == size:
                before, known = link.into, column.size
                link.into = lambda j: before(j) if j < known else weights_into(unit)
                column.size += 1
                column.outputs = [*column.outputs, unit.last_output]
                column.biases = [*column.biases, unit.b]
                column.subtitle = plural(column.size, "neuron")
                return
        self.dense([unit], unit.last_input)


def subscript(n: int) -> str:
    """A number in subscript digits.

    >>> subscript(784)
    '₇₈₄'
    """
    return str(n).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def superscript(n: int) -> str:
    """A layer's number as the lectures write it.

    >>> superscript(12)
    '⁽¹²⁾'
    """
    return f"({n})".translate(str.maketrans("(0123456789)", "⁽⁰¹²³⁴⁵⁶⁷⁸⁹⁾"))


def weight_symbol(neuron: int, source: int, wide: int, mark: str = "") -> str:
    """What the weight of a neuron for an input is called, both counted from 0; of ``wide`` at most.

    >>> weight_symbol(0, 2, 4), weight_symbol(0, 2, 784, "⁽¹⁾")
    ('w₁₃', 'w₁,₃⁽¹⁾')
    """
    comma = "," if wide > 9 else ""
    return f"w{subscript(neuron + 1)}{comma}{subscript(source + 1)}{mark}"


def units_of(module: Any) -> list[Any]:
    """The neurons of a layer, [] for other modules."""
    neurons = getattr(module, "neurons", None)
    return list(neurons) if isinstance(neurons, (list, tuple)) else []


def image_size(images: Sequence[Any]) -> str:
    """ " of 8 × 8", "" before there are images."""
    return f" of {len(images[0])} × {len(images[0][0])}" if images else ""


def weights_into(neuron: Any) -> dict[int, Weight]:
    """Each input of a neuron and its weight; a partly connected one skips inputs."""
    seen = getattr(neuron, "inputs", None)
    return dict(zip(range(len(neuron.w)) if seen is None else seen, neuron.w))


def described(units: Sequence[Any]) -> str:
    """ "3 neurons · tanh"."""
    return f"{plural(len(units), 'neuron')} · {activation_name(units[0].activation)}"


def _size_seen(neuron: Any) -> int:
    return int(getattr(neuron, "nin", len(neuron.w)))
