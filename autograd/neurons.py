"""Which nodes belong to which neuron: those between its output and its inputs and parameters."""

from __future__ import annotations

from collections.abc import Sequence

from autograd.value import Note, Value

__all__ = ["layers", "owners"]


def owners(order: Sequence[Value]) -> dict[int, Value]:
    """The output of the neuron that each node belongs to, by ``id(node)``; other nodes are absent.

    A neuron marks its output (``note.scope``). Inside it are the nodes that its output reaches without
    leaving through another neuron's output, and that a parameter reaches the same way: so an input
    computed outside, like ``x * x``, stays outside.

    Args:
        order: the graph, parents before children (`topological_order`).
    """
    inside: set[int] = set()  # made of parameters, up to the output of a neuron
    outputs: set[int] = set()
    for node in order:
        how = node._how
        if type(how) is Note and how.scope is not None:
            outputs.add(id(node))
        for parent in (node._a, node._b):
            if parent is None:
                continue
            made = parent._how
            parameter = type(made) is Note and made.parameter
            if (parameter or id(parent) in inside) and id(parent) not in outputs:
                inside.add(id(node))
    owner: dict[int, Value] = {}
    for node in reversed(order):
        if id(node) in outputs:
            owner[id(node)] = node
        output = owner.get(id(node))
        if output is not None:
            for parent in (node._a, node._b):
                if parent is not None and id(parent) in inside and id(parent) not in outputs:
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
        a, b, how = node._a, node._b, node._how
        d = max(0 if a is None else depth[id(a)], 0 if b is None else depth[id(b)])
        if type(how) is Note and how.scope is not None:
            outputs[id(node)] = d = d + 1
        depth[id(node)] = d
    return outputs
