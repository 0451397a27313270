"""What a network is made of, as the drawing needs it: columns of units, and who feeds whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from autograd import Value
from nn.activations import activation_name

__all__ = [
    "Architecture", "Column", "Kernel", "Link", "Weight", "described", "plural", "subscript",
    "units_of", "weights_into",
]  # fmt: skip


@dataclass(slots=True)
class Column:
    """A layer: ``size`` units, of which some may be drawn.

    ``kind`` picks the colours; ``letter`` is what a unit without a name is called by. The last
    ``memory`` units are what a recurrent layer remembers of the step before. ``maps`` says that a
    unit is an image, ``outputs`` then lists images.
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

    def name(self, i: int) -> str:
        """What unit ``i`` is called: its given name, or a letter and its number, "h₃"."""
        return self.names[i] if i < len(self.names) else self.letter + subscript(i + 1)

    def output(self, i: int) -> Any:
        """The last number (or image) of unit ``i``, None before the first input."""
        return self.outputs[i] if i < len(self.outputs) else None

    def bias(self, i: int) -> Value | None:
        """The bias of unit ``i``, None if it has none."""
        return self.biases[i] if i < len(self.biases) else None

    def kind_of(self, i: int) -> str:
        """What colours unit ``i`` has."""
        return "constant" if i >= self.size - self.memory else self.kind


@dataclass(frozen=True, slots=True)
class Kernel:
    """The weights of one filter for one image, row by row; shared by every place."""

    rows: tuple[tuple[Value, ...], ...]

    @property
    def weights(self) -> list[Value]:
        """All of them."""
        return [weight for row in self.rows for weight in row]


Weight: TypeAlias = Value | Kernel | None


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
    """Columns in order, and what leads from one to another."""

    columns: list[Column] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

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


def subscript(n: int) -> str:
    """A number in subscript digits.

    >>> subscript(784)
    '₇₈₄'
    """
    return str(n).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def units_of(module: Any) -> list[Any]:
    """The neurons of a layer, [] for other modules."""
    neurons = getattr(module, "neurons", None)
    return list(neurons) if isinstance(neurons, (list, tuple)) else []


def plural(count: int, noun: str) -> str:
    """ "1 value", "4 values"."""
    return f"{count} {noun}{'s' * (count != 1)}"


def weights_into(neuron: Any) -> dict[int, Weight]:
    """Each input of a neuron and its weight; a partly connected one skips inputs."""
    seen = getattr(neuron, "inputs", None)
    return dict(zip(range(len(neuron.w)) if seen is None else seen, neuron.w))


def described(units: Sequence[Any]) -> str:
    """ "3 neurons · tanh"."""
    return f"{plural(len(units), 'neuron')} · {activation_name(units[0].activation)}"
