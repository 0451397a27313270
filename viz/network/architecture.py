"""From a model to columns: each module says what it is made of, in the order of assignment."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Value
from nn import Module
from nn.architecture import Architecture, superscript

__all__ = ["architecture"]


def architecture(
    model: Module,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    unroll: bool = False,
) -> Architecture:
    """The columns of a model, numbered and named.

    Raises:
        TypeError: for what is no model.
        ValueError: for a model without a layer that could be drawn.
    """
    if not isinstance(model, Module):
        hint = "; draw_graph draws the graph of one" if isinstance(model, Value) else ""
        raise TypeError(
            f"draw_network takes a model (an nn.Module), not {type(model).__name__}{hint}"
        )
    found = Architecture(unroll=unroll)
    inside: set[int] = set()
    for module in model.modules():
        if id(module) not in inside and module.describe(found):
            inside.update(map(id, module.modules()))
    if not any(column.kind == "neuron" for column in found.columns):
        raise ValueError(f"{type(model).__name__} has no layer of neurons to draw")
    hidden = [column for column in found.columns if column.title == "hidden"]
    _name_ends(found, input_names, output_names)
    hidden = [column for column in hidden if column.title != "output"]
    for k, column in enumerate(hidden, 1):
        if len(hidden) > 1:
            column.title, column.mark = f"hidden {k}", superscript(k)
    return found


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
