"""A network's drawing as data for the page: where units stand, and which parameter an edge shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograd.text.format import clean
from nn import Module
from nn.architecture import Kernel, Weight
from viz.network.architecture import architecture
from viz.network.geometry import Geometry
from viz.network.placement import Plate
from viz.network.units import DETAILED, Connection

__all__ = ["network"]

_MOST = 20, 8  # units of a column, columns
_LONGEST = 40  # characters of a name


def network(
    model: Module, places: Mapping[int, int], features: Sequence[str], outputs: Sequence[str]
) -> dict[str, Any]:
    """Columns, edges and what comes back, where `draw_network` has them, in points; y points down.

    Args:
        model: what is drawn.
        places: which parameter of the program a Value is, by its ``id``.
        features: what the inputs are called, x₁, x₂ … if not given.
        outputs: what the outputs are called.
    """
    first = architecture(model).columns[0]
    inputs = sum(first.kind_of(i) == "input" for i in range(first.size))  # the rest is remembered
    found = architecture(model, [clean(name, _LONGEST) for name in features[:inputs]],
                         [clean(name, _LONGEST) for name in outputs])  # fmt: skip
    drawn = Geometry(found, lambda weight: weight.data, lambda _: "−1.23e−5", *_MOST, digits=3)
    columns = _columns(drawn, places)
    for link in found.links:  # of every input, whether it is drawn or not
        for unit in columns[1]["units"] if (link.source, link.target) == (0, 1) else ():
            into = link.into(unit["unit"]) if unit["unit"] >= 0 else {}
            unit["into"] = [p for i in sorted(into) for p in _places(into[i], places)]
    where = {
        (column["column"], unit["unit"]): [k, j]
        for k, column in enumerate(columns)
        for j, unit in enumerate(column["units"])
    }
    lines: list[tuple[Connection, Plate | None]] = [(line, None) for line in drawn.crossing]
    for connections, plates in drawn.gaps:
        nothing: list[Plate | None] = [None] * len(connections)
        lines += zip(connections, plates if plates and drawn.sizes is DETAILED else nothing)
    edges = [
        {"from": where[line.source], "to": where[line.target], "of": _places(line.weight, places)}
        | _label(plate)
        for line, plate in lines
    ]
    back = [{"from": where[line.source], "to": where[line.target]} for line in drawn.back]
    return {"columns": columns, "edges": edges, "back": back}


def _columns(drawn: Geometry, places: Mapping[int, int]) -> list[dict[str, Any]]:
    """The columns that are drawn, with the units in them."""
    found = []
    for c in drawn.shown:
        if c < 0:
            continue
        column = drawn.columns[c]
        units = [
            {
                "unit": slot.unit, "y": -slot.y, "name": column.name(slot.unit),
                "kind": column.kind_of(slot.unit), "bias": _places(column.bias(slot.unit), places),
            }
            if slot.unit is not None
            else {"unit": -1, "y": -slot.y, "name": f"{slot.hidden} more", "kind": "dots"}
            for slot in drawn.slots[c]
        ]  # fmt: skip
        found.append(
            {"title": column.title, "subtitle": column.subtitle, "x": drawn.x[c], "column": c,
             "size": drawn.extent(c), "width": column.size, "maps": column.maps,
             "units": units, "after": c > 0 and c - 1 not in drawn.shown}
        )  # fmt: skip
    return found


def _label(plate: Plate | None) -> dict[str, Any]:
    """Where an edge's numbers stand, and the point of the edge that a leader goes to."""
    if plate is None:
        return {}
    there = {} if plate.anchor is None else {"anchor": [plate.anchor[0], -plate.anchor[1]]}
    return {"label": [plate.box.x, -plate.box.y]} | there


def _places(weight: Weight, places: Mapping[int, int]) -> list[int]:
    """The parameters that an edge shows: one, those of a kernel, or none."""
    weights = weight.weights if isinstance(weight, Kernel) else [weight]
    return [places[id(one)] for one in weights if id(one) in places]
