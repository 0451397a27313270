"""Where things stand when all neurons, or all layers, are folded: the layout of what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import Value
from viz.page.captions import edges
from viz.page.layout import Arrow, Box, lay_out

__all__ = ["KINDS", "folded_places"]

KINDS = ("neuron", "layer")
_FEW, _AIR, _WIDEST = 4, 6.0, 220.0  # more lines side by side have more room, in pixels
_LABELLED = 40  # lines


def folded_places(
    order: Sequence[Value],
    parts: Sequence[Mapping[str, Any]],
    boxes: Mapping[str, Box],
    kind: str,
    **layout: Any,
) -> dict[str, Any]:
    """Corners and lines by id, and whether labels wait to be pointed at.

    A line into or out of a group is called by both its ends: ``dv3_v9``.

    Args:
        order: the graph.
        parts: what can be folded (see `folds`).
        boxes: every card, by id.
        kind: "neuron" or "layer"; neurons in no layer of several fold with the layers.
        layout: what else `lay_out` takes.
    """
    folded = [p for p in parts if p["kind"] == kind or (kind, p["kind"], p["parent"]) == _LONE]
    inside = {i: part for part in folded for i in part["members"]}
    place = {id(node): i for i, node in enumerate(order)}
    stands = [_speaker(inside[i]) if i in inside else i for i in range(len(order))]
    kept = [box for box in boxes.values() if _stays(box.id, stands, inside)]
    known = {box.id for box in kept}
    arrows: dict[str, Arrow] = {}
    for i, node in enumerate(order):
        for parent, slot, _ in edges(node):
            p = place[id(parent)]
            tail, head = f"v{stands[p]}", f"v{stands[i]}"
            if tail != head:
                plain = i not in inside and len(inside.get(p, _ONE)["outputs"]) == 1
                name = f"e{i}_{slot}" if plain else f"d{tail}_{head}"
                arrows.setdefault(name, Arrow(name, tail, head))
        for slot in range(len(node.operands)):
            if f"c{i}_{slot}" in known:
                name = f"e{i}_{slot}"
                arrows[name] = Arrow(name, f"c{i}_{slot}", f"v{i}")
    most = _side_by_side(list(arrows.values()))
    layers = min(_WIDEST, layout.pop("spacing")[1] + _AIR * max(0, most - _FEW))
    laid = lay_out(kept, list(arrows.values()), (), spacing=(18.0, layers), plain=True, **layout)
    return {
        "boxes": {b.id: [round(b.x, 1), round(b.y, 1)] for b in laid.boxes},
        "lines": {
            a.id: [[round(x, 1) for p in a.path for x in p], [round(x, 1) for x in a.label]]
            for a in laid.arrows
        },
        "quiet": len(arrows) > _LABELLED,
    }


def _side_by_side(arrows: Sequence[Arrow]) -> int:
    """The most lines that arrive at one rank; arrows into a card stand before those out of it."""
    rank: dict[str, int] = {}
    for arrow in arrows:
        rank[arrow.head] = max(rank.get(arrow.head, 0), rank.get(arrow.tail, 0) + 1)
    return max(Counter(rank[arrow.head] for arrow in arrows).values(), default=0)


_LONE = ("layer", "neuron", -1)
_ONE = {"outputs": [0]}


def _speaker(part: Mapping[str, Any]) -> int:
    """The node whose card stands for a folded part."""
    outputs: list[int] = part["outputs"]
    return outputs[len(outputs) // 2]


def _stays(box: str, stands: Sequence[int], inside: Mapping[int, Any]) -> bool:
    i = int(box[1:].partition("_")[0])
    return stands[i] == i if box.startswith("v") else i not in inside
