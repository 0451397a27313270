"""From a model to columns: one function for each kind of layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nn import Module
from viz.network.architecture import (
    Architecture,
    Column,
    Weight,
    described,
    plural,
    units_of,
    weights_into,
)  # fmt: skip
from viz.network.image_stages import convolution, pooling
from viz.network.recurrent_stages import lstm, rnn

__all__ = ["architecture"]


def architecture(
    model: Module, input_names: Sequence[str] = (), output_names: Sequence[str] = ()
) -> Architecture:
    """The columns of a model, in the order in which its layers were made.

    Raises:
        TypeError: for what is no model.
        ValueError: for a model without a layer that could be drawn.
    """
    if not isinstance(model, Module):
        raise TypeError(f"draw_network takes a model (an nn.Module), not {type(model).__name__}")
    found = Architecture()
    inside: set[int] = set()
    for _, module in model.named_modules():
        if id(module) in inside:
            continue
        if _stage(found, module):
            inside.update(id(part) for _, part in module.named_modules())
    if not any(column.kind == "neuron" for column in found.columns):
        raise ValueError(f"{type(model).__name__} has no layer of neurons to draw")
    hidden = [column for column in found.columns if column.title == "hidden"]
    for k, column in enumerate(hidden, 1):
        column.title = f"hidden {k}"
    _name_ends(found, input_names, output_names)
    return found


def _stage(found: Architecture, module: Any) -> bool:
    """Add the columns of one module, if it is one that is drawn as a whole."""
    if hasattr(module, "forget_gate"):
        lstm(found, module)
    elif hasattr(module, "cell") and hasattr(module, "hidden_size"):
        rnn(found, module)
    elif hasattr(module, "kernel_size"):
        (convolution if hasattr(module, "neurons") else pooling)(found, module)
    elif hasattr(module, "num_embeddings"):
        _embedding(found, module)
    elif units_of(module):
        _dense(found, units_of(module), getattr(module, "last_input", None))
    elif hasattr(module, "w") and hasattr(module, "nin"):
        _neuron(found, module)
    elif found.columns and not any(part is not module for _, part in module.named_modules()):
        column = found.columns[-1]
        column.subtitle += f" · {type(module).__name__}"
    else:
        return False
    return True


def _name_ends(found: Architecture, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    first, last = found.columns[0], found.columns[-1]
    if inputs:
        first.names = [*inputs, *list(first.names)[len(inputs) :]]
    if last.kind == "neuron":
        last.kind = "output"
        if last.title.startswith("hidden"):
            last.title, last.letter = "output", "y"
    if outputs:
        last.names = list(outputs)


def _source(found: Architecture, size: int, values: Any = None) -> int:
    """The column that feeds the next layer: the last one if it fits, else a new column of inputs."""
    if found.columns:
        last = found.columns[-1]
        if last.maps:
            return _flattened(found, size, values)
        if last.size == size:
            return len(found.columns) - 1
    return found.add(
        Column("input", plural(size, "value"), "input", "x", size, outputs=values or ())
    )


def _flattened(found: Architecture, size: int, values: Any) -> int:
    maps = len(found.columns) - 1
    share = max(1, size // found.columns[maps].size)
    flat = found.add(
        Column("flatten", plural(size, "value"), "value", "p", size, outputs=values or ())
    )
    found.link(maps, flat, lambda j: {min(j // share, found.columns[maps].size - 1): None})
    return flat


def _size_seen(neuron: Any) -> int:
    return int(getattr(neuron, "nin", len(neuron.w)))


def _dense(found: Architecture, units: list[Any], last_input: Any) -> None:
    source = _source(found, _size_seen(units[0]), last_input)
    partly = any(getattr(unit, "inputs", None) is not None for unit in units)
    target = found.add(
        Column(
            "hidden", described(units) + (" · partly connected" if partly else ""), "neuron", "h",
            len(units), outputs=[unit.last_output for unit in units],
            biases=[getattr(unit, "b", None) for unit in units],
        )
    )  # fmt: skip
    found.link(source, target, lambda j: weights_into(units[j]))


def _neuron(found: Architecture, neuron: Any) -> None:
    """A neuron by itself; several in a row that see the same inputs stand in one column."""
    size = _size_seen(neuron)
    if len(found.columns) > 1 and found.links:
        column, link = found.columns[-1], found.links[-1]
        if column.size != size and found.columns[link.source].size == size:
            before = link.into
            known = column.size

            def into(j: int) -> dict[int, Weight]:
                return before(j) if j < known else weights_into(neuron)

            link.into = into
            column.size += 1
            column.outputs = [*column.outputs, neuron.last_output]
            column.biases = [*column.biases, neuron.b]
            column.subtitle = plural(column.size, "neuron")
            return
    _dense(found, [neuron], None)


def _embedding(found: Architecture, module: Any) -> None:
    many, size = module.num_embeddings, module.embedding_dim
    source = _source(found, many)
    found.columns[source].subtitle = f"1 of {many}"
    target = found.add(Column("embedding", plural(size, "number"), "neuron", "e", size))
    found.link(source, target, lambda j: {i: module.weight[i][j] for i in range(many)})
