"""Frames in expression graphs, measured on the picture: in order, apart, nothing foreign inside."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from autograd import Value
from nn import MLP
from viz import Drawing, draw_graph

Corners = tuple[float, float, float, float]  # left, bottom, right, top
SIZES = [(2, [2, 1]), (3, [3, 2]), (2, [2, 2, 1]), (4, [3, 1]), (1, [4, 1])]
WAYS = ["LR", "TB", "RL", "BT"]


def network(nin: int, nouts: list[int]) -> tuple[MLP, Value]:
    model = MLP(nin, nouts, activation="tanh", rng=1)
    out = model([Value(0.5 - 0.3 * i, label=f"x{i}") for i in range(1, nin + 1)])
    loss = sum((y - 1.0) ** 2 for y in (out if isinstance(out, list) else [out]))
    loss.label = "loss"
    loss.backward()
    return model, loss


def measured(drawing: Drawing) -> tuple[dict[str, Corners], dict[str, Corners]]:
    """Where Graphviz put frames and nodes, by title and by id."""
    titles = {f"cluster_{c.id}": c.title for c in drawing.scene.every_cluster()}
    frames, nodes = {}, {}
    for found in json.loads(drawing.pipe("json"))["objects"]:
        if found["name"] in titles:
            frames[titles[found["name"]]] = tuple(map(float, found["bb"].split(",")))
        elif "pos" in found:
            x, y = map(float, found["pos"].split(","))
            w, h = (36 * float(found[side]) for side in ("width", "height"))
            nodes[found["name"]] = (x - w, y - h, x + w, y + h)
    return frames, nodes


def apart(a: Corners, b: Corners) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def along(corners: Corners, way: str) -> tuple[float, float]:
    """From where to where, in the direction of the arrows."""
    left, bottom, right, top = corners
    return {"LR": (left, right), "RL": (-right, -left), "BT": (bottom, top), "TB": (-top, -bottom)}[
        way
    ]


def across(corners: Corners, way: str) -> float:
    """How far down, or where arrows run up or down, how far to the right."""
    left, bottom, right, top = corners
    return -(bottom + top) / 2 if way in ("LR", "RL") else (left + right) / 2


def named(drawing: Drawing, kind: str) -> dict[str, str]:
    return {n.id: n.lines[0][0].text for n in drawing.scene.nodes if n.kind == kind}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sizes", SIZES)
def test_frames_are_apart_and_in_order(sizes: Any, way: str) -> None:
    model, loss = network(*sizes)
    drawing = draw_graph(loss, names=model, merged=True, rankdir=way)
    frames, nodes = measured(drawing)
    assert len(frames) == sum(sizes[1])
    for one, other in itertools.combinations(frames.values(), 2):
        assert apart(one, other)
    layers = [[n.symbol for n in layer.neurons] for layer in model.layers]
    for layer in layers:
        places = [across(frames[title], way) for title in layer]
        assert places == sorted(places)
    for before, after in itertools.pairwise(layers):
        assert max(along(frames[t], way)[1] for t in before) < min(
            along(frames[t], way)[0] for t in after
        )
    inside = {id for cluster in drawing.scene.every_cluster() for id in cluster.nodes}
    for id, corners in nodes.items():
        if id not in inside:
            assert all(apart(corners, frame) for frame in frames.values()), id
    inputs = [across(nodes[id], way) for id in named(drawing, "input")]
    assert inputs == sorted(inputs)


@pytest.mark.parametrize("sizes", [(3, [4, 4, 1]), (2, [3, 1]), (4, [4, 2]), (5, [3, 3, 1])])
@pytest.mark.parametrize("way", ["LR", "RL"])
def test_one_sample_of_many_stands_in_the_order_of_the_lecture(sizes: Any, way: str) -> None:
    nin, nouts = sizes
    model = MLP(nin, nouts, activation="tanh", rng=0)
    samples = [[Value(0.1 * i * k, label=f"x{i}") for i in range(1, nin + 1)] for k in (1, 2, 3)]
    answers = [model(sample) for sample in samples]
    loss = sum(((y[0] if isinstance(y, list) else y) - 1.0) ** 2 for y in answers)
    drawing = draw_graph(
        loss, names=model, fold=["samples", "neurons"], merged=True, edge_labels=False, rankdir=way
    )
    _, nodes = measured(drawing)
    for kind in ("input", "folded"):
        ranks: dict[float, list[tuple[float, str]]] = {}
        for id, name in named(drawing, kind).items():
            letter = name[0], name[2:]
            ranks.setdefault(letter, []).append((across(nodes[id], way), name))
        for column in ranks.values():
            assert [name for _, name in sorted(column)] == sorted(name for _, name in column)


def test_every_card_of_a_network_has_a_name() -> None:
    model, loss = network(3, [3, 2])
    drawing = draw_graph(loss, names=model)
    cards = [n for n in drawing.scene.nodes if n.rows]
    assert all(n.lines for n in cards)
    titles = [n.lines[0][0].text for n in cards]
    assert {"h₁", "y₂", "w₁₂⁽²⁾·h₂", "… + w₁₃⁽¹⁾·x3", "(y₁ − 1)²"} <= set(titles)


def test_an_arrow_into_a_frame_says_where_it_comes_from() -> None:
    model, loss = network(2, [2, 1])
    scene = draw_graph(loss, names=model, merged=True, rankdir="TB").scene
    named = {n.id: n.lines[0][0].text for n in scene.nodes if n.lines}
    said = {(named[e.tail], named[e.head]): e.label.text for e in scene.edges if e.label}
    weight = model.layers[0].neurons[0].w[1].data
    assert said["x2", "w₁₂⁽¹⁾·x2"] == f"x2: ×{weight:.3g}"
    assert said["w₁₂⁽¹⁾", "w₁₂⁽¹⁾·x2"].startswith("×")
    assert said["h₂", "w₁₂⁽²⁾·h₂"].startswith("h₂: ×")
