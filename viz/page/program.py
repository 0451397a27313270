"""A graph as data that the page computes with: nodes, operands, steps, and what may be folded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import OPS, Names, Value
from autograd.formulas.javascript import written
from autograd.ops import Op
from autograd.text.format import clean
from autograd.value import Choice
from viz.graph.groups import Group
from viz.page.captions import Caption, Hole, edges

__all__ = ["folds", "json_number", "own_rows", "program", "rows_of", "table"]

_LONGEST = 200  # characters of a name


def table(ops: Iterable[Op]) -> str:
    """Rows as an object of JavaScript, by name."""
    rows = (f'"{op.name}": {written(op)}' for op in ops)
    return "{" + ",\n".join(rows) + "}"


def rows_of(order: Sequence[Value], own: Mapping[int, str]) -> str:
    """The rows of the user's own as an object of JavaScript; "" if there are none."""
    ops = {id(node.operation): node.operation for node in order if id(node.operation) in own}
    rows = (f'"{own[key]}": {written(op)}' for key, op in ops.items() if op is not None)
    return "{" + ", ".join(rows) + "}" if own else ""


def own_rows(order: Sequence[Value]) -> dict[int, str]:
    """The rows that are no part of the table but can be written, by ``id(row)``: name in the page."""
    found: dict[int, str] = {}
    for node in order:
        op = node.operation
        if op is not None and OPS.get(op.name) is not op and id(op) not in found and _can(op):
            found[id(op)] = f"own{len(found)}"
    return found


def _can(op: Op) -> bool:
    try:
        return bool(written(op))
    except (TypeError, ValueError, AttributeError):  # no text, or a rule that runs on floats only
        return False


def program(
    names: Names,
    steps: Sequence[Caption],
    kinds: Sequence[str],
    titles: Sequence[str],
    own: Mapping[int, str],
) -> dict[str, Any]:
    """Nodes in topological order, and the steps."""
    place = {id(node): i for i, node in enumerate(names.order)}
    nodes = [
        _node(node, names, place, own) | {"kind": kind, "name": title}
        for node, kind, title in zip(names.order, kinds, titles)
    ]
    return {
        "nodes": nodes,
        "steps": [
            {"phase": s.phase, "lines": [list(map(_part, line)) for line in s.lines], "on": s.on}
            for s in steps
        ],
    }


def _part(part: str | Hole) -> Any:
    if isinstance(part, str):
        return part
    return [part.kind, part.node, part.slot, int(part.signed)]


def _node(
    node: Value, names: Names, place: Mapping[int, int], own: Mapping[int, str]
) -> dict[str, Any]:
    op, path = node.operation, names.path(node)
    found: dict[str, Any] = {"full": clean(names[node], _LONGEST)}
    if node.note.compared:
        found["note"] = (
            "A comparison in Python looked at this number: what it decided stays as it was."
        )
    if op is None or not node.operands:
        return found | {"data": json_number(node.data)}
    found |= {"op": op.name, "equation": clean(names.equation(node, path), 4 * _LONGEST)}
    found["in"] = [
        place[id(x)] if isinstance(x, Value) else [json_number(float(x))] for x in node.operands
    ]
    found["slots"] = [slot for _, slot, _ in edges(node)]
    if any(isinstance(x, Choice) for x in (node._da, node._db)):
        chosen: list[Any] = [place[id(x)] for x in node.parents] or [[json_number(node.data)]]
        return found | {
            "op": "copy", "in": chosen,
            "note": "The branch was chosen in Python, and stays.",
        }  # fmt: skip
    if OPS.get(op.name) is not op:
        found["op"] = own.get(id(op), "")
        if not found["op"]:
            found["held"] = [json_number(x) for x in (node.data, *node.partials)]
            found["note"] = (
                f"{op.name} has no text in JavaScript: it keeps its number, and the leaves theirs."
            )
    return found


def json_number(x: float) -> float | str:
    """What JSON cannot say as a text that `Number` reads."""
    if math.isfinite(x) and not (x == 0 and math.copysign(1, x) < 0):
        return int(x) if x == int(x) and abs(x) < 1e15 else x
    return repr(float(x)).replace("nan", "NaN").replace("inf", "Infinity")


def folds(names: Names, found: Sequence[Group], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """What can be folded: layers, neurons, and what only a named value is made of."""
    order: list[Group] = []
    for group in found:
        if group.parent is not None and group.parent not in order and len(group.parent.outputs) > 1:
            order.append(group.parent)
    order += found
    folded = [
        {
            "title": clean(g.title), "kind": g.kind, "members": sorted(g.members),
            "outputs": g.outputs, "parent": order.index(g.parent) if g.parent in order else -1,
        }
        for g in order
    ]  # fmt: skip
    inside = {i for group in found for i in group.members}
    return folded + [part for part in _parts(names, kinds) if inside.isdisjoint(part["members"])]


def _parts(names: Names, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """For each named value, itself and the nodes that lead to nothing else; no inputs."""
    order, users = names.order, _users(names.order)
    found = []
    for i, node in enumerate(order[:-1]):
        if not node.label or not node.parents:
            continue
        inside = {i}
        for j in reversed(range(i)):
            if users[j] and users[j] <= inside and kinds[j] != "input":
                inside.add(j)
        if sum(bool(order[j].parents) for j in inside) > 1:
            found.append(
                {"title": clean(names[node]), "kind": "part", "members": sorted(inside),
                 "outputs": [i], "parent": -1}
            )  # fmt: skip
    return found


def _users(order: Sequence[Value]) -> list[set[int]]:
    place = {id(node): i for i, node in enumerate(order)}
    users: list[set[int]] = [set() for _ in order]
    for i, node in enumerate(order):
        for parent in node.parents:
            users[place[id(parent)]].add(i)
    return users
