"""What a network is made of, as the drawing needs it: columns of units, and who feeds whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import Value
from nn import Module
from nn.activations import activation_name

__all__ = ["Architecture", "Column", "Link", "architecture"]


@dataclass(slots=True)
class Column:
    """A layer: ``size`` units, of which some may be drawn."""

    title: str
    subtitle: str
    kind: str
    letter: str
    size: int
    names: Sequence[str] = ()
    outputs: Sequence[float | None] = ()
    biases: Sequence[Value | None] = ()

    def name(self, i: int) -> str:
        """What unit ``i`` is called: its given name, or a letter and its number, "h₃"."""
        return self.names[i] if i < len(self.names) else self.letter + subscript(i + 1)

    def output(self, i: int) -> float | None:
        """The last number of unit ``i``, None before the first input."""
        return self.outputs[i] if i < len(self.outputs) else None

    def bias(self, i: int) -> Value | None:
        """The bias of unit ``i``, None if it has none."""
        return self.biases[i] if i < len(self.biases) else None


@dataclass(slots=True)
class Link:
    """The weights between two columns: ``weights[j][i]`` leads from unit i to unit j."""

    source: int
    target: int
    weights: list[dict[int, Value]] = field(default_factory=list)


@dataclass(slots=True)
class Architecture:
    """Columns in order, and the weights between them."""

    title: str
    columns: list[Column]
    links: list[Link]


def subscript(n: int) -> str:
    """A number in subscript digits."""
    return str(n).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def architecture(
    model: Module,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
) -> Architecture:
    """The columns of a model made of layers of neurons.

    Raises:
        TypeError: for what is no model.
        ValueError: for a model without a layer that could be drawn.
    """
    if not isinstance(model, Module):
        raise TypeError(f"draw_network takes a model (an nn.Module), not {type(model).__name__}")
    layers: list[Any] = [module for _, module in model.named_modules() if _units(module)]
    if not layers and hasattr(model, "w"):  # a single neuron
        layers = [_Alone(model)]
    if not layers:
        raise ValueError(f"{type(model).__name__} has no layer of neurons to draw")
    first = layers[0]
    nin = len(_units(first)[0].w)
    columns = [
        Column(
            "input", f"{nin} value{'s' * (nin != 1)}", "input", "x", nin,
            names=input_names, outputs=getattr(first, "last_input", None) or (),
        )
    ]  # fmt: skip
    links = []
    for k, layer in enumerate(layers, 1):
        columns.append(_column(layer, k, k == len(layers), output_names))
        links.append(Link(k - 1, k, [dict(enumerate(unit.w)) for unit in _units(layer)]))
    sizes = "–".join(str(column.size) for column in columns)
    count = len(model.parameters())
    many = f" ({count:,} parameters)".replace(",", "\u202f") if count > 100 else ""
    return Architecture(f"{type(model).__name__} {sizes}{many}", columns, links)


class _Alone:
    """A neuron by itself, as a layer of one."""

    def __init__(self, neuron: Any) -> None:
        self.neurons = [neuron]
        self.last_input = None


def _units(module: Any) -> list[Any]:
    """The neurons of a layer, [] for other modules."""
    neurons = getattr(module, "neurons", None)
    return list(neurons) if isinstance(neurons, (list, tuple)) else []


def _column(layer: Any, k: int, last: bool, names: Sequence[str]) -> Column:
    units = _units(layer)
    size = len(units)
    plural = "s" * (size != 1)
    return Column(
        "output" if last else f"hidden {k}",
        f"{size} neuron{plural} · {activation_name(units[0].activation)}",
        "output" if last else "neuron",
        "y" if last else "h",
        size,
        names=names if last else (),
        outputs=[unit.last_output for unit in units],
        biases=[getattr(unit, "b", None) for unit in units],
    )
