"""Which nodes belong to which neuron: those between its output and its inputs and parameters."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.value import Value

__all__ = ["layers", "owners"]


def owners(order: Sequence[Value]) -> dict[int, Value]:
    """The output of the neuron that each node belongs to, by ``id(node)``; other nodes are absent.

    A neuron marks its output (``note.scope``). Inside it are the nodes that its output reaches without
    leaving through another neuron's output, and that a parameter reaches the same way: so an input
    computed outside, like ``x * x``, stays outside.

    Args:
        order: the graph, parents before children (`topological_order`).
    """
    made_of_parameters: set[int] = set()
    for node in order:
        for parent in (node._a, node._b):
            if parent is None:
                continue
            note = parent.note
            if note.parameter or (id(parent) in made_of_parameters and note.scope is None):
                made_of_parameters.add(id(node))
    owner: dict[int, Value] = {}
    for node in reversed(order):
        if node.note.scope is not None:
            owner[id(node)] = node
        output = owner.get(id(node))
        if output is None:
            continue
        for parent in (node._a, node._b):
            if (
                parent is not None
                and id(parent) in made_of_parameters
                and parent.note.scope is None
            ):
                owner.setdefault(id(parent), output)
    return owner


def layers(order: Sequence[Value]) -> dict[int, int]:
    """How many neurons deep each neuron's output is, by ``id(node)``: 1 for the first layer.

    Args:
        order: the graph, parents before children (`topological_order`).
    """
    depth: dict[int, int] = {}
    outputs: dict[int, int] = {}
    for node in order:
        d = max((depth[id(parent)] for parent in node.parents), default=0)
        if node.note.scope is not None:
            d += 1
            outputs[id(node)] = d
        depth[id(node)] = d
    return outputs
