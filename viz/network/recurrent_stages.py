"""Recurrent layers as columns, with what comes back one time step later."""

from __future__ import annotations

from typing import Any

from viz.network.architecture import (
    Architecture,
    Column,
    described,
    plural,
    subscript,
    units_of,
    weights_into,
)  # fmt: skip

__all__ = ["lstm", "rnn"]


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


def rnn(found: Architecture, module: Any) -> None:
    size, inputs = module.hidden_size, module.input_size
    source = _with_memory(found, inputs, size, module.cell.last_input)
    units = units_of(module.cell)
    target = found.add(
        Column(
            "recurrent", described(units), "neuron", "h", size,
            outputs=[unit.last_output for unit in units], biases=[unit.b for unit in units],
        )
    )  # fmt: skip
    found.link(source, target, lambda j: weights_into(units[j]))
    found.link(target, source, lambda j: {j - inputs: None} if j >= inputs else {}, back=True)


def lstm(found: Architecture, module: Any) -> None:
    size, inputs = module.hidden_size, module.input_size
    source = _with_memory(found, inputs, size, module.input_gate.last_input)
    gates = [module.input_gate, module.forget_gate, module.cell_gate, module.output_gate]
    units = [unit for gate in gates for unit in units_of(gate)]
    names = [f"{letter}{subscript(k + 1)}" for letter in "ifgo" for k in range(size)]
    gate = found.add(
        Column(
            "gates", "i, f, o: sigmoid · g: tanh", "neuron", "z", 4 * size, names=names,
            outputs=[unit.last_output for unit in units], biases=[unit.b for unit in units],
        )
    )  # fmt: skip
    found.link(source, gate, lambda j: weights_into(units[j]))
    cell = found.add(Column("memory cell", "c = f·c′ + i·g", "value", "c", size))
    found.link(gate, cell, lambda j: {j: None, size + j: None, 2 * size + j: None})
    found.link(cell, cell, lambda j: {j: None}, back=True)
    last = module.last_output[-1] if module.last_output else ()
    out = found.add(Column("recurrent", "h = o·tanh(c)", "neuron", "h", size, outputs=last))
    found.link(cell, out, lambda j: {j: None})
    found.link(gate, out, lambda j: {3 * size + j: None})
    found.link(out, source, lambda j: {j - inputs: None} if j >= inputs else {}, back=True)
