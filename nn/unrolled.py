"""Recurrent layers unrolled over time, as columns: the numbers and gradients of each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Value
from nn.architecture import Architecture, Column, Share, Weight, subscript, superscript

__all__ = ["unroll_lstm", "unroll_rnn"]

Step = Mapping[str, Sequence[Any]]


def unroll_rnn(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> None:
    """A column for each step: what it answered, and below it the input that comes next."""
    seen = _begin(network, steps, units)
    for t, step in enumerate(steps, 1):
        later = steps[t]["x"] if t < len(steps) else ()
        column = _column(f"step {t}", [("h", t, step["h"], "neuron"), ("x", t + 1, later, "input")])
        target = network.add(column)
        _feed(network, target - 1, target, units, step, seen(t), step["h"])


def unroll_lstm(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> None:
    """Two columns for each step: its gates; then memory and answer, and the input that comes next."""
    seen, size = _begin(network, steps, units), len(units) // 4
    for t, step in enumerate(steps, 1):
        gates = [out for gate in "ifgo" for out in step[gate]]
        column = _column(f"gates {t}", [(gate, t, step[gate], "neuron") for gate in "ifgo"])
        column.subtitle = "σ, σ, tanh, σ"
        gate = network.add(column)
        _feed(network, gate - 1, gate, units, step, seen(t), gates)
        later = steps[t]["x"] if t < len(steps) else ()
        state = _column(
            f"step {t}",
            [("c", t, step["c"], "value"), ("h", t, step["h"], "neuron"), ("x", t + 1, later, "input")],
        )  # fmt: skip
        if not later:  # room as in the steps before, so that c stands at their height
            state.size += len(step["x"])
            state.kinds = [*state.kinds, *["nothing"] * len(step["x"])]
        state.subtitle = "memory c, answer h"
        target = network.add(state)
        network.link(gate, target, lambda j: _through_gates(j, size))
        if t > 1:
            network.link(gate - 1, target, lambda j: {j: None} if j < size else {})


def _through_gates(j: int, size: int) -> dict[int, Weight]:
    """Of i, f, g, o: c is made of the first three, h of the last."""
    if j < size:
        return {j: None, size + j: None, 2 * size + j: None}
    return {2 * size + j: None} if j < 2 * size else {}


def _begin(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> Any:
    """The first input in a column; where, at each step, the inputs of the neurons stand before it."""
    if not steps:
        raise ValueError(
            "unroll=True draws the steps of the last call: give the layer a sequence first"
        )
    network.columns.clear()
    network.links.clear()
    network.add(_column("start", [("x", 1, steps[0]["x"], "input")]))
    inputs, lstm = len(steps[0]["x"]), "c" in steps[0]
    size = len(steps[0]["h"])

    def seen(t: int) -> list[int | None]:
        """Where each number that a neuron sees stands in the column before; None: nowhere yet."""
        if t == 1:
            return [*range(inputs), *[None] * size]
        first = size if lstm else 0
        return [*range(first + size, first + size + inputs), *range(first, first + size)]

    return seen


def _column(title: str, parts: Sequence[tuple[str, int, Sequence[Any], str]]) -> Column:
    numbers = [number for _, _, numbers, _ in parts for number in numbers]
    names = [
        f"{letter}{subscript(k + 1) if len(part) > 1 else ''}{superscript(t)}"
        for letter, t, part, _ in parts
        for k in range(len(part))
    ]
    return Column(
        title, "", "neuron", "h", len(numbers), names=names,
        outputs=[x.data if isinstance(x, Value) else float(x) for x in numbers],
        kinds=[kind for _, _, part, kind in parts for _ in part],
        gradients=[x.grad if isinstance(x, Value) else None for x in numbers],
    )  # fmt: skip


def _feed(
    network: Architecture, source: int, target: int, units: Sequence[Any], step: Step,
    seen: Sequence[int | None], outputs: Sequence[Value],
) -> None:  # fmt: skip
    """The weights into a step, each with what this step adds to its gradient: δ · input."""
    given = [x.data if isinstance(x, Value) else float(x) for x in (*step["x"], *step["before"])]

    def into(j: int) -> dict[int, Weight]:
        if j >= len(units):
            return {}
        delta = _delta(outputs[j], units[j])
        return {
            place: Share(w.data, delta * x, w.label)
            for place, w, x in zip(seen, units[j].w, given)
            if place is not None
        }

    network.link(source, target, into)


def _delta(output: Value, neuron: Any) -> float:
    """The gradient of a neuron's weighted sum; nan for an activation of several operations."""
    if neuron.activation in (None, "linear"):
        return output.grad
    sums = [parent for parent in output.parents if len(output.parents) == 1]
    return sums[0].grad if sums else float("nan")
