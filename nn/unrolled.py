"""Recurrent layers unrolled over time, as columns: the numbers and gradients of each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd import Value
from nn.architecture import Architecture, Column, Share, Weight, subscript, superscript

__all__ = ["unroll_gru", "unroll_lstm", "unroll_rnn"]

Step = Mapping[str, Sequence[Any]]


def unroll_rnn(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> None:
    """A column for each step: what it answered, and below it the input that comes next."""
    seen = _begin(network, steps, units)
    for t, step in enumerate(steps, 1):
        later = steps[t]["x"] if t < len(steps) else ()
        column = _column(f"step {t}", [("h", t, step["h"], "neuron"), ("x", t + 1, later, "input")])
        target = network.add(column)
        _feed(network, target - 1, target, units, step, seen(t), step["h"])


class Cell(NamedTuple):
    """How a gated layer is drawn: its gates, and what they make.

    ``made`` lists, for each letter of the ``state``, the gates that lead to it; ``kept`` is the letter
    that comes back one step later as it is.
    """

    gates: str
    activations: str
    state: str
    formulas: str
    made: tuple[tuple[int, ...], ...]
    kept: int


_LSTM = Cell("ifgo", "σ, σ, tanh, σ", "ch", "memory c, answer h", ((0, 1, 2), (3,)), 0)
_GRU = Cell("rzpq", "σ, σ, sum, sum", "nh", "new n, answer h", ((0, 2, 3), (1,)), 1)


def unroll_lstm(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> None:
    """Two columns for each step: its gates; then memory and answer, and the input that comes next."""
    _unroll(network, steps, units, _LSTM)


def unroll_gru(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> None:
    """Two columns for each step: r, z, p and q; then new value and answer, and the next input."""
    _unroll(network, steps, units, _GRU)


def _unroll(network: Architecture, steps: Sequence[Step], units: Sequence[Any], cell: Cell) -> None:
    seen, size = _begin(network, steps, units), len(units) // 4
    for t, step in enumerate(steps, 1):
        gates = [out for gate in cell.gates for out in step[gate]]
        column = _column(f"gates {t}", [(gate, t, step[gate], "neuron") for gate in cell.gates])
        column.subtitle = cell.activations
        gate = network.add(column)
        _feed(network, gate - 1, gate, units, step, seen(t), gates)
        later = steps[t]["x"] if t < len(steps) else ()
        first, second = cell.state[0], cell.state[1]
        state = _column(
            f"step {t}",
            [(first, t, step[first], "value"), (second, t, step[second], "neuron"),
             ("x", t + 1, later, "input")],
        )  # fmt: skip
        if not later:  # room as in the steps before, so that the state stands at their height
            state.size += len(step["x"])
            state.kinds = [*state.kinds, *["nothing"] * len(step["x"])]
        state.subtitle = cell.formulas
        target = network.add(state)
        network.link(gate, target, lambda j: _through_gates(j, size, cell))
        if t > 1:
            network.link(gate - 1, target, lambda j: {j: None} if j // size == cell.kept else {})


def _through_gates(j: int, size: int, cell: Cell) -> dict[int, Weight]:
    """Which gates a number of the state is made of."""
    letter = j // size
    return {gate * size + j % size: None for gate in cell.made[letter]} if letter < 2 else {}


def _begin(network: Architecture, steps: Sequence[Step], units: Sequence[Any]) -> Any:
    """The first input in a column; where, at each step, the inputs of the neurons stand before it."""
    if not steps:
        raise ValueError(
            "unroll=True draws the steps of the last call: give the layer a sequence first"
        )
    network.columns.clear()
    network.links.clear()
    network.add(_column("start", [("x", 1, steps[0]["x"], "input")]))
    inputs, gated = len(steps[0]["x"]), len(units) > len(steps[0]["h"])
    size = len(steps[0]["h"])

    def seen(t: int) -> list[int | None]:
        """Where each number that a neuron sees stands in the column before; None: nowhere yet."""
        if t == 1:
            return [*range(inputs), *[None] * size]
        first = size if gated else 0
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
        delta, inputs = _delta(outputs[j], units[j]), len(step["x"])
        first = (
            inputs if step.get("q") and outputs[j] in step["q"] else 0
        )  # q sees what came before
        return {
            place: Share(w.data, delta * x, w.label)
            for place, w, x in zip(seen[first:], units[j].w, given[first:])
            if place is not None
        }

    network.link(source, target, into)


def _delta(output: Value, neuron: Any) -> float:
    """The gradient of a neuron's weighted sum; nan for an activation of several operations."""
    if neuron.activation in (None, "linear"):
        return output.grad
    sums = [parent for parent in output.parents if len(output.parents) == 1]
    return sums[0].grad if sums else float("nan")
