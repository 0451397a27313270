"""Where in a backward pass each neuron and each layer begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd.formulas.names import Names
from autograd.neurons import layers
from autograd.value import Value

__all__ = ["Extent", "Spans"]


class Extent(NamedTuple):
    """A neuron or layer: its first and last node in the pass, and the values it passes to."""

    name: str
    first: int
    last: int
    receivers: list[Value]


class Spans:
    """The neurons and layers of a graph, each as a span of the pass.

    A layer is all the neurons that are equally many neurons deep, so it needs no model to be found.

    Args:
        order: the nodes in the order of the pass.
        names: the names of the graph.
    """

    def __init__(self, order: Sequence[Value], names: Names) -> None:
        self._order = order
        self._names = names
        self._owner = names.owners
        self._depth = layers(names.order)
        self._members: dict[str, dict[int, list[int]]] = {"neuron": {}, "layer": {}}
        for i, node in enumerate(order):
            output = self._owner.get(id(node))
            if output is not None:
                self._members["neuron"].setdefault(id(output), []).append(i)
                self._members["layer"].setdefault(self._depth[id(output)], []).append(i)

    def extent(self, index: int, unit: str) -> Extent | None:
        """The neuron or layer of the node at ``index``; None if it is in none."""
        output = self._owner.get(id(self._order[index]))
        if output is None:
            return None
        depth = self._depth[id(output)]
        members = self._members[unit][id(output) if unit == "neuron" else depth]
        nodes = [self._order[i] for i in members]
        inside = {id(node) for node in nodes}
        receivers: dict[int, Value] = {}
        for node in nodes:
            for parent in node.parents:
                if id(parent) not in inside:
                    receivers.setdefault(id(parent), parent)
        path = self._names.path(output)
        if unit == "neuron":
            name = f"neuron {self._names.called(path) or self._names[output]}"
        else:
            name = f"layer {self._names.layer(path) or depth}"
        return Extent(name, members[0], members[-1], list(receivers.values()))
