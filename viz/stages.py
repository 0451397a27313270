"""From a model to columns: one function for each kind of layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from nn import Module
from nn.activations import activation_name
from viz.architecture import Architecture, Column, Kernel, subscript

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
        _lstm(found, module)
    elif hasattr(module, "cell") and hasattr(module, "hidden_size"):
        _rnn(found, module)
    elif hasattr(module, "kernel_size"):
        (_convolution if hasattr(module, "neurons") else _pooling)(found, module)
    elif hasattr(module, "num_embeddings"):
        _embedding(found, module)
    elif _units(module):
        _dense(found, _units(module), getattr(module, "last_input", None))
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


def _units(module: Any) -> list[Any]:
    """The neurons of a layer, [] for other modules."""
    neurons = getattr(module, "neurons", None)
    return list(neurons) if isinstance(neurons, (list, tuple)) else []


def plural(count: int, noun: str) -> str:
    """ "1 value", "4 values"."""
    return f"{count} {noun}{'s' * (count != 1)}"


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


def _weights(neuron: Any) -> dict[int, Value | Kernel | None]:
    """Each input of a neuron and its weight; a partly connected one skips inputs."""
    seen = getattr(neuron, "inputs", None)
    return dict(zip(range(len(neuron.w)) if seen is None else seen, neuron.w))


def _size_seen(neuron: Any) -> int:
    return int(getattr(neuron, "nin", len(neuron.w)))


def _dense(found: Architecture, units: list[Any], last_input: Any) -> None:
    source = _source(found, _size_seen(units[0]), last_input)
    partly = any(getattr(unit, "inputs", None) is not None for unit in units)
    target = found.add(
        Column(
            "hidden", _described(units) + (" · partly connected" if partly else ""), "neuron", "h",
            len(units), outputs=[unit.last_output for unit in units],
            biases=[getattr(unit, "b", None) for unit in units],
        )
    )  # fmt: skip
    found.link(source, target, lambda j: _weights(units[j]))


def _described(units: Sequence[Any]) -> str:
    return f"{plural(len(units), 'neuron')} · {activation_name(units[0].activation)}"


def _neuron(found: Architecture, neuron: Any) -> None:
    """A neuron by itself; several in a row that see the same inputs stand in one column."""
    size = _size_seen(neuron)
    if len(found.columns) > 1 and found.links:
        column, link = found.columns[-1], found.links[-1]
        if column.size != size and found.columns[link.source].size == size:
            before = link.into
            known = column.size

            def into(j: int) -> dict[int, Value | Kernel | None]:
                return before(j) if j < known else _weights(neuron)

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


def _images(images: Any) -> list[Any]:
    return list(images) if images else []


def _map_size(images: list[Any]) -> str:
    return f" of {len(images[0])} × {len(images[0][0])}" if images else ""


def _map_source(found: Architecture, size: int, images: list[Any]) -> int:
    if found.columns and found.columns[-1].maps and found.columns[-1].size == size:
        return len(found.columns) - 1
    return found.add(
        Column(
            "input", plural(size, "image") + _map_size(images), "input", "x", size,
            outputs=images, maps=True,
        )
    )  # fmt: skip


def _convolution(found: Architecture, module: Any) -> None:
    inputs, outputs = _images(module.last_input), _images(module.last_output)
    source = _map_source(found, module.in_channels, inputs)
    units = module.neurons
    rows, columns = module.kernel_size
    target = found.add(
        Column(
            "convolution",
            f"{plural(len(units), 'map')}{_map_size(outputs)} · {activation_name(units[0].activation)}",
            "neuron", "m", len(units), outputs=outputs,
            biases=[unit.b for unit in units], maps=True,
        )
    )  # fmt: skip
    seen = module.in_channels // module.groups
    share = module.out_channels // module.groups

    def into(j: int) -> dict[int, Value | Kernel | None]:
        first = j // share * seen
        w = units[j].w
        return {
            first + c: Kernel(
                tuple(
                    tuple(w[(c * rows + r) * columns : (c * rows + r + 1) * columns])
                    for r in range(rows)
                )
            )
            for c in range(seen)
        }

    found.link(source, target, into)


def _pooling(found: Architecture, module: Any) -> None:
    outputs = _images(module.last_output)
    size = found.columns[-1].size if found.columns and found.columns[-1].maps else len(outputs) or 1
    source = _map_source(found, size, [])
    rows, columns = module.kernel_size
    kind = "largest" if type(module).__name__.startswith("Max") else "mean"
    target = found.add(
        Column(
            "pooling", f"{kind} of {rows} × {columns}{_map_size(outputs).replace(' of', ' →')}",
            "value", "p", size, outputs=outputs, maps=True,
        )
    )  # fmt: skip
    found.link(source, target, lambda j: {j: None})


def _with_memory(found: Architecture, inputs: int, hidden: int, values: Any) -> int:
    """The column that a recurrent layer sees: the input now, and what it answered before."""
    seen = list(values) if values else []
    last = found.columns[-1] if found.columns else None
    names = [f"x{subscript(i + 1)}" for i in range(inputs)]
    before = [f"h{subscript(i + 1)}′" for i in range(hidden)]
    column = Column(
        "input", f"{plural(inputs, 'value')} · h′ = one step before", "input", "x",
        inputs + hidden, names=[*names, *before], outputs=seen, memory=hidden,
    )  # fmt: skip
    place = found.add(column)
    if last is not None and last.size == inputs:
        column.title, column.kind = "now and before", "value"
        found.link(place - 1, place, lambda j: {j: None} if j < inputs else {})
    return place


def _rnn(found: Architecture, module: Any) -> None:
    size, inputs = module.hidden_size, module.input_size
    source = _with_memory(found, inputs, size, module.cell.last_input)
    units = _units(module.cell)
    target = found.add(
        Column(
            "recurrent", _described(units), "neuron", "h", size,
            outputs=[unit.last_output for unit in units], biases=[unit.b for unit in units],
        )
    )  # fmt: skip
    found.link(source, target, lambda j: _weights(units[j]))
    found.link(target, source, lambda j: {j - inputs: None} if j >= inputs else {}, back=True)


def _lstm(found: Architecture, module: Any) -> None:
    size, inputs = module.hidden_size, module.input_size
    source = _with_memory(found, inputs, size, module.input_gate.last_input)
    gates = [module.input_gate, module.forget_gate, module.cell_gate, module.output_gate]
    units = [unit for gate in gates for unit in _units(gate)]
    names = [f"{letter}{subscript(k + 1)}" for letter in "ifgo" for k in range(size)]
    gate = found.add(
        Column(
            "gates", "i, f, o: sigmoid · g: tanh", "neuron", "z", 4 * size, names=names,
            outputs=[unit.last_output for unit in units], biases=[unit.b for unit in units],
        )
    )  # fmt: skip
    found.link(source, gate, lambda j: _weights(units[j]))
    cell = found.add(Column("memory cell", "c = f·c′ + i·g", "value", "c", size))
    found.link(gate, cell, lambda j: {j: None, size + j: None, 2 * size + j: None})
    found.link(cell, cell, lambda j: {j: None}, back=True)
    last = module.last_output[-1] if module.last_output else ()
    out = found.add(Column("recurrent", "h = o·tanh(c)", "neuron", "h", size, outputs=last))
    found.link(cell, out, lambda j: {j: None})
    found.link(gate, out, lambda j: {3 * size + j: None})
    found.link(out, source, lambda j: {j - inputs: None} if j >= inputs else {}, back=True)
