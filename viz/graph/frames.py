"""Frames around neurons, layers and samples, and the order in which things stand."""

from __future__ import annotations

from collections.abc import Iterator

from viz.graph.graph import Graph
from viz.graph.samples import Samples
from viz.scene import Cluster, Scene

__all__ = ["frame_sample", "frames", "in_order"]


def frames(scene: Scene, graph: Graph) -> list[Cluster]:
    """A frame around each neuron that is not folded, and around the folded ones of a layer."""
    drawn: dict[str, list[str]] = {}
    for node in scene.nodes:
        place = node.id[1:].partition("_")[0]
        drawn.setdefault(place, []).append(node.id)
    layers: dict[int, Cluster] = {}
    found = []
    for group in graph.groups:
        layer = group.parent
        if layer is not None and layer.folded:
            continue
        inside = [id for i in group.members for id in drawn.get(str(i), ())]
        if not inside:
            continue
        if not group.folded:
            found.append(Cluster(f"g{group.outputs[-1]}", group.title, nodes=inside))
        elif layer is not None and len(layer.outputs) > 1:
            if id(layer) not in layers:
                layers[id(layer)] = Cluster(f"layer{layer.outputs[-1]}", layer.title)
                found.append(layers[id(layer)])
            layers[id(layer)].nodes.extend(inside)
    return found


def frame_sample(scene: Scene, graph: Graph, found: Samples) -> None:
    """A frame around the sample that is drawn, which says how many there are."""
    framed = {id for cluster in scene.every_cluster() for id in cluster.nodes}
    inside = []
    for node in scene.nodes:
        place = int(node.id[1:].partition("_")[0])
        shared = place < len(graph.order) and graph.order[place].note.parameter
        if place in found.inside and not shared and node.id not in framed:
            inside.append(node.id)
    frame = Cluster("samples", f"× {len(found.each)} samples", inside, scene.clusters)
    scene.clusters = [frame]


def in_order(scene: Scene, graph: Graph) -> None:
    """Inputs from the first down, and in one rank; the neurons of a layer in order."""
    drawn = {node.id for node in scene.nodes}
    inputs = [graph.element(i) for i in sorted(graph.shown) if graph.kinds[i] == "input"]
    inputs = [name for name in dict.fromkeys(inputs) if name in drawn]
    layers: dict[int, list[str]] = {}
    for group in graph.groups:
        output = graph.element(group.outputs[-1])
        if group.parent is not None and output in drawn:
            layers.setdefault(id(group.parent), []).append(output)
    layered = (list(dict.fromkeys(ids)) for ids in layers.values())
    scene.in_order = [ids for ids in layered if len(ids) > 1]
    if graph.samples is None:
        scene.first = inputs
    scene.before = list(_begins_after(graph))


def _begins_after(graph: Graph) -> Iterator[tuple[str, str]]:
    """What a framed neuron sees of other frames, and its first weight: the frame begins after them."""
    for group in {id(group): group for group in graph.framed.values() if not group.folded}.values():
        seen: dict[int, None] = {}
        first: int | None = None
        for i in group.members:
            parents = [graph.index[id(parent)] for parent in graph.order[i].parents]
            outside = [p for p in parents if graph.framed.get(p, group) is not group]
            weights = [p for p in parents if not graph.order[p].parents and p in group.members]
            seen.update(dict.fromkeys(p for p in outside if p in graph.shown))
            if outside and weights and first is None:
                first = weights[0]
        if first is not None and first in graph.shown:
            yield from ((graph.element(p), f"v{first}") for p in seen)
