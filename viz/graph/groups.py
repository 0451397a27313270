"""Which nodes of an expression graph belong together: neurons, and the layers that neurons form."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from autograd import Names, Value
from autograd.neurons import layers, owners
from autograd.text.format import suggestion

__all__ = ["Group", "fold", "groups"]


@dataclass(slots=True, eq=False)
class Group:
    """A neuron (or a layer of them) in one forward pass.

    ``members`` are the places of its nodes in topological order, own parameters included;
    ``outputs`` those of its outputs; ``path`` is where it is in the model, if that is known.
    """

    title: str
    kind: str
    members: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    path: str = ""
    parent: Group | None = None
    folded: bool = False


def groups(
    order: Sequence[Value], names: Names, shown: Container[int] | None = None
) -> list[Group]:
    """The neurons in a graph, in topological order of their outputs; each knows its layer.

    A parameter belongs to a neuron when nothing outside the neuron uses it; of what is ``shown``.
    """
    owner = owners(order)
    depth = layers(order)
    index = {id(node): i for i, node in enumerate(order)}
    neurons: dict[int, Group] = {}
    above: dict[str, Group] = {}
    for i, node in enumerate(order):
        if id(node) not in depth:
            continue
        path, d = names.path(node), depth[id(node)]
        layer_path = path.rpartition(".neurons")[0] if path else f"layer {d}"
        layer = above.setdefault(
            layer_path, Group(names.layer(path) or layer_path, "layer", path=layer_path)
        )
        layer.outputs.append(i)
        symbol = getattr(node.note.scope, "symbol", "")
        title = names.called(path) or symbol or f"neuron {d}.{len(layer.outputs)}"
        above_it = layer if layer_path else None
        neurons[i] = Group(title, "neuron", outputs=[i], path=path, parent=above_it)
    users: dict[int, set[int]] = {}
    for i, node in enumerate(order):
        if shown is not None and i not in shown:
            continue
        output = owner.get(id(node))
        if output is not None:
            neurons[index[id(output)]].members.append(index[id(node)])
        for parent in node.parents:
            if not parent.parents and parent.note.parameter:
                user = -1 if output is None else index[id(output)]
                users.setdefault(index[id(parent)], set()).add(user)
    for leaf, by in users.items():
        if len(by) == 1 and -1 not in by:
            neurons[min(by)].members.append(leaf)
    for neuron in neurons.values():
        neuron.members.sort()
        if neuron.parent:
            neuron.parent.members.extend(neuron.members)
    return list(neurons.values())


def fold(found: Sequence[Group], what: str | Iterable[str]) -> None:
    """Mark the groups to be drawn as one box: "neurons", "layers", or the titles of some.

    Raises:
        TypeError: for what is no text.
        ValueError: for a title that no group has; the message names what comes close.
    """
    wanted = (
        [what] if isinstance(what, str) else list(what) if isinstance(what, Iterable) else [what]
    )
    if not all(isinstance(title, str) for title in wanted):
        raise TypeError(f"fold is 'neurons', 'layers' or a list of titles, not {what!r:.40}")
    known: dict[str, list[Group]] = {"neurons": list(found), "layers": []}
    for group in found:
        for name in {group.title, group.path}:
            known.setdefault(name, []).append(group)
        if group.parent is not None and group.parent not in known["layers"]:
            known["layers"].append(group.parent)
            for name in {group.parent.title, group.parent.path}:
                known.setdefault(name, []).append(group.parent)
    for title in wanted:
        if title not in known:
            raise ValueError(f"there is no {title!r} to fold{suggestion(title, known)}")
        for group in known[title]:
            group.folded = True
