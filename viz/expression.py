"""The expression graph of a Value: what was computed from what, with every local derivative."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from autograd import Value, topological_order
from autograd.value import Choice
from viz.drawing import Drawing
from viz.naming import Names, given_names, kinds, written_names
from viz.scene import Edge, Node, Row, Scene, Span
from viz.style import FONT, Palette, number, shorten, text_width, tone

__all__ = ["TooLargeError", "draw_dot", "draw_graph", "expression_scene"]

OPERATORS_UP_TO, LABELS_UP_TO, NODES_UP_TO = 150, 600, 1500


class TooLargeError(ValueError):
    """A graph that nobody could read and that would take minutes to lay out."""


class Look(NamedTuple):
    """How much of a graph is shown."""

    merged: bool
    edge_labels: bool
    digits: int


def draw_graph(
    root: Value,
    *,
    names: Names = None,
    parameters: Iterable[Value] = (),
    title: str = "",
    merged: bool | None = None,
    edge_labels: bool | None = None,
    depth: int | None = None,
    force: bool = False,
    digits: int = 4,
    rankdir: str = "LR",
    theme: str | Palette = "light",
    font: str = FONT,
    format: str = "svg",
    timeout: float = 60.0,
) -> Drawing:
    """The graph that made ``root``: values, operators, and the local derivative on each edge.

    A gradient is visibly the sum, over the arrows that leave a value, of local derivative ×
    gradient at the arrow's head. Before ``backward()`` gradients read –.
    """
    scene = expression_scene(
        root,
        names=names,
        parameters=parameters,
        title=title,
        merged=merged,
        edge_labels=edge_labels,
        digits=digits,
        rankdir=rankdir,
        force=force,
    )
    return Drawing(scene, theme, font=font, format=format, timeout=timeout)


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:
    """micrograd's name for `draw_graph`."""
    return draw_graph(root, format=format, rankdir=rankdir)


def expression_scene(
    root: Value,
    *,
    names: Names = None,
    parameters: Iterable[Value] = (),
    title: str = "",
    merged: bool | None = None,
    edge_labels: bool | None = None,
    digits: int = 4,
    rankdir: str = "LR",
    force: bool = False,
    reserve: Mapping[Value, Iterable[float]] | None = None,
) -> Scene:
    """The graph as plain data; node ``v7`` is the eighth value in topological order.

    ``o7`` is the operator that made it, ``e7_0`` the edge of its first operand, ``m7`` the edge from
    the operator, ``c7_1`` a constant operand. ``reserve`` lists gradients to keep room for.
    """
    if not isinstance(root, Value):
        raise TypeError(f"draw_graph takes a Value, not {type(root).__name__}")
    if rankdir not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"rankdir is LR, TB, RL or BT, not {rankdir!r}")
    order = topological_order(root)
    size = len(order)
    if size > NODES_UP_TO and not force:
        raise TooLargeError(
            f"a graph of {size} values is too large to read (the limit is {NODES_UP_TO}): draw the "
            "part near the root with depth=5, draw anyway with force=True, or write the text with "
            "force=True and .save('graph.dot')"
        )
    look = Look(
        merged=size > OPERATORS_UP_TO if merged is None else merged,
        edge_labels=size <= LABELS_UP_TO if edge_labels is None else edge_labels,
        digits=digits,
    )
    named = written_names(order, given_names(names))
    leaf_kinds = kinds(order, named, parameters)
    computed = any(node.grad != 0 for node in order if node.operation is not None or node is root)
    scene = Scene(
        "expression", title=title, direction=rankdir, spacing=(0.22, 0.55 if look.merged else 0.42)
    )
    index = {id(node): i for i, node in enumerate(order)}
    for i, node in enumerate(order):
        name, kind = named[i][0], leaf_kinds[i]
        grad = node.grad if computed or (node.operation is None and node.grad) else None
        room = list(reserve.get(node, ())) if reserve else []
        scene.nodes.append(_card(f"v{i}", node, name, kind, grad, look, room))
        if node.operation is not None:
            _operation(scene, i, node, index, look)
    return scene


def _card(
    id: str, node: Value, name: str, kind: str, grad: float | None, look: Look, room: list[float]
) -> Node:
    shown = shorten(name)
    op = node.operation
    title: tuple[Span, ...] = (Span(shown, bold=True),) if shown else ()
    if op is not None and look.merged:
        made = Span(op.symbol, bold=True)
        title = (Span(f"{shown} = "), made) if shown else (made,)
    grads = [number(x, look.digits) for x in [grad, *room]]
    widest = max(grads, key=lambda text: text_width(text, 11))
    rows = (
        Row("data", Span(number(node.data, look.digits))),
        Row("grad", Span(widest, tone(grad or 0.0))),
    )
    exact = "not computed" if grad is None else repr(grad)
    what = f"{clean_name(name, kind)}: data = {node.data!r}, grad = {exact}"
    return Node(
        id, kind, lines=(title,) if title else (), rows=rows, tooltip=what,
        emphasis=kind in ("parameter", "output"),
    )  # fmt: skip


def clean_name(name: str, kind: str) -> str:
    """How hover texts and screen readers call a node."""
    return shorten(name, 200) or kind


def _operation(scene: Scene, i: int, node: Value, index: Mapping[int, int], look: Look) -> None:
    """The operator that made node ``i``, and an edge from each operand."""
    op = node.operation
    assert op is not None
    head = f"v{i}"
    if not look.merged:
        head = f"o{i}"
        width = max(24.5, text_width(op.symbol, 12) + 12)
        scene.nodes.append(
            Node(
                head,
                "operator",
                shape="circle",
                lines=((Span(op.symbol),),),
                size=width,
                tooltip=f"{op.name}: {op.formula}",
            )
        )
        scene.edges.append(Edge(f"m{i}", head, f"v{i}", weight=4))
    partials = iter(node.partials)
    for slot, operand in enumerate(node.operands):
        if isinstance(operand, Value) and id(operand) in index and operand in node.parents:
            local = next(partials)
            label = Span("×" + number(local, 3), tone(local)) if look.edge_labels else None
            scene.edges.append(
                Edge(
                    f"e{i}_{slot}",
                    f"v{index[id(operand)]}",
                    head,
                    label=label,
                    tooltip=f"local derivative {local!r}",
                )
            )
        elif isinstance(operand, float) and not isinstance(node.operands, Choice):
            name = f"c{i}_{slot}"
            scene.nodes.append(
                Node(
                    name,
                    "constant",
                    lines=((Span(number(operand, look.digits)),),),
                    tooltip=f"constant {operand!r}",
                )
            )
            scene.edges.append(Edge(f"e{i}_{slot}", name, head, style="dashed"))
