"""An expression graph as a scene: a card for each value, a circle for each operator."""

from __future__ import annotations

from autograd import Value
from autograd.stepping.steps import factor
from autograd.value import Choice
from viz.escape import shorten
from viz.graph.frames import frame_sample, frames, in_order
from viz.graph.graph import FORMULA_UP_TO, Graph, box_id
from viz.graph.groups import Group
from viz.graph.kinds import NUMBER
from viz.graph.samples import Samples
from viz.scene import Edge, Line, Node, Row, Scene, Text
from viz.style import number, text_width, tone

__all__ = ["Graph", "scene_of"]

_SHORT = 6  # characters of a name: x₁, h₁₂⁽¹⁾


def scene_of(graph: Graph) -> Scene:
    """The nodes and edges of everything that is shown."""
    scene = Scene("expression", spacing=(0.22, 0.55 if graph.merged else 0.42))
    boxes: set[Group] = set()
    for i in sorted(graph.shown):
        box = graph.box.get(i)
        if box is None:
            _add_value(scene, graph, i)
        else:
            boxes.add(box)
    for box in sorted(boxes, key=lambda box: box.outputs[-1]):
        _add_box(scene, graph, box)
    scene.clusters = frames(scene, graph) if graph.framing else []
    if len(graph.groups) > 1 and not graph.backward:
        in_order(scene, graph)
    if graph.samples is not None:
        frame_sample(scene, graph, graph.samples)
    return scene


def _add_value(scene: Scene, graph: Graph, i: int) -> None:
    node = graph.order[i]
    op = node.operation
    if graph.samples is not None and i == graph.samples.total:
        _add_total(scene, graph, graph.samples)
        return
    hidden = [p for p in node.parents if graph.index[id(p)] not in graph.shown]
    scene.nodes.append(_card(graph, i, cut=bool(hidden)))
    if op is None or hidden:
        return
    highlighted = i in graph.highlighted
    head = f"v{i}"
    if not graph.merged:
        head = f"o{i}"
        scene.nodes.append(
            Node(
                head, "operator", shape="circle", lines=((Text(op.symbol),),),
                size=max(24.5, text_width(op.symbol, 12) + 10),
                tooltip=f"{op.name}: {op.formula}", highlighted=highlighted and bool(node.parents),
            )
        )  # fmt: skip
        scene.edges.append(Edge(f"m{i}", head, f"v{i}", weight=4, highlighted=highlighted))
    local = iter(zip(node.parents, node.partials))
    chosen = isinstance(node.operands, Choice)
    parent = next(local, None)
    for slot, operand in enumerate(node.operands):
        if parent is not None and operand is parent[0] and (not chosen or slot):
            place = graph.index[id(operand)]
            lit = highlighted and place in graph.highlighted
            tail = graph.element(place)
            arrow = _arrow(graph, f"e{i}_{slot}", tail, head, parent[1], lit, i)
            arrow.length = _between_frames(graph, place, i)
            if arrow.label and graph.framed.get(i) not in (None, graph.framed.get(place)):
                arrow.label = _from_afar(graph, place, arrow.label)
            scene.edges.append(arrow)
            parent = next(local, None)
        elif not chosen and isinstance(operand, float) and not graph.backward:
            scene.nodes.append(_constant(f"c{i}_{slot}", operand, graph.digits))
            scene.edges.append(Edge(f"e{i}_{slot}", f"c{i}_{slot}", head, style="dashed"))


def _between_frames(graph: Graph, source: int, target: int) -> int:
    """Ranks that an arrow spans at least: so many that its frame begins below the one it comes from."""
    frames = graph.framed.get(source), graph.framed.get(target)
    return 2 if None not in frames and frames[0] is not frames[1] else 0


def _from_afar(graph: Graph, place: int, label: Text) -> Text:
    """The label of an arrow into a frame says where it comes from: other arrows may pass nearer."""
    name = graph.title(place)
    return label._replace(text=f"{name}: {label.text}") if 0 < len(name) <= _SHORT else label


def _arrow(
    graph: Graph, id: str, tail: str, head: str, local: float, highlighted: bool, user: int
) -> Edge:
    """From an operand to node ``user`` with its local derivative; backward: what comes back."""
    local = float(local)
    if graph.backward:
        upstream = graph.order[user].grad
        brought = local * upstream
        said = f"{factor(local)} · {factor(upstream)} = {number(brought, 3)}"
        return Edge(
            id, head, tail, tooltip=f"{local!r} · {upstream!r} = {brought!r}", highlighted=highlighted,
            label=Text(said, tone(brought)) if graph.edge_labels else None,
        )  # fmt: skip
    label = Text("×" + number(local, 3), tone(local)) if graph.edge_labels else None
    return Edge(
        id, tail, head, label=label, tooltip=f"local derivative {local!r}", highlighted=highlighted
    )


def _constant(id: str, x: float, digits: int) -> Node:
    return Node(id, "constant", lines=((Text(number(x, digits)),),), tooltip=f"constant {x!r}")


def _card(graph: Graph, i: int, cut: bool = False) -> Node:
    """The card of one value; ``cut`` where its own operands are left out."""
    node, kind = graph.order[i], graph.kinds[i]
    name = shorten(graph.title(i))
    op = node.operation
    lines: list[Line] = [(Text(name, bold=True),)] if name else []
    if op is not None and (graph.merged or cut):
        lines += _made_by(graph, i, name)
    if cut:
        lines.append((Text("of values not shown", "muted", size=10),))
    if graph.backward and i in graph.step:
        lines.append((Text(f"step {graph.step[i]}", "muted", size=10),))
    grad = graph.gradient(i)
    exact = "not computed" if grad is None else repr(grad)
    return Node(
        f"v{i}", kind, lines=tuple(lines), rows=_rows(graph, node, grad),
        tooltip=f"{shorten(graph.names[node], 200)} ({kind}): data = {node.data!r}, grad = {exact}",
        emphasis=kind in ("parameter", "output"), highlighted=i in graph.highlighted,
    )  # fmt: skip


def _made_by(graph: Graph, i: int, name: str) -> list[Line]:
    """What a node computes, where its name does not say it: a short formula, or the operation."""
    node, group = graph.order[i], graph.framed.get(i)
    assert node.operation is not None
    formula = graph.names.expression(node, group.path if group else "").text
    if name == formula:
        return []
    symbol = node.operation.symbol
    if not name or len(formula) > FORMULA_UP_TO or NUMBER.search(formula):
        return [] if name.startswith("… ") else [(Text(symbol, bold=not name),)]
    return [(Text(f"= {formula}", "muted", size=10),)]


def _rows(graph: Graph, node: Value, grad: float | None) -> tuple[Row, ...]:
    room = [grad, *graph.reserve.get(node, ())]
    widest = max((number(x, graph.digits) for x in room), key=lambda text: text_width(text, 11))
    slope = Row("grad", Text(widest, tone(grad or 0.0)))
    return (
        (slope,) if graph.backward else (Row("data", Text(number(node.data, graph.digits))), slope)
    )


def _add_box(scene: Scene, graph: Graph, box: Group) -> None:
    """A folded group as one card, and what flows into it from outside."""
    order, single = graph.order, len(box.outputs) == 1
    leaves = sum(not order[i].parents for i in box.members)
    inside = f"{len(box.members) - leaves} operations", f"{leaves} parameters"
    lines: list[Line] = [(Text(shorten(box.title), bold=True),)]
    lines += [(Text(text, "muted", size=10),) for text in inside]
    if not single:
        lines.append((Text(f"{len(box.outputs)} outputs", "muted", size=10),))
    out = box.outputs[-1]
    grad, name = graph.gradient(out), box_id(box)
    scene.nodes.append(
        Node(
            name, "folded", lines=tuple(lines), emphasis=True,
            rows=_rows(graph, order[out], grad) if single else (),
            tooltip=f"{shorten(box.title, 200)}: {', '.join(inside)}",
            highlighted=bool(graph.highlighted.intersection(box.outputs)),
        )
    )  # fmt: skip
    members = set(box.members)
    slopes = {out: 1.0} if single else {}
    entering: dict[str, tuple[int, float]] = {}
    for i in sorted(members, reverse=True):
        for parent, local in zip(order[i].parents, order[i].partials):
            p = graph.index[id(parent)]
            slopes[p] = slopes.get(p, 0.0) + float(local) * slopes.get(i, 0.0)
            if p not in members:
                entering[graph.element(p)] = (p, slopes[p])
    for k, (tail, (p, slope)) in enumerate(sorted(entering.items(), key=lambda arrow: arrow[1])):
        lit = p in graph.highlighted and any(i in graph.highlighted for i in members)
        if single:
            scene.edges.append(_arrow(graph, f"{name}_{k}", tail, name, slope, lit, out))
        else:
            scene.edges.append(Edge(f"{name}_{k}", tail, name, highlighted=lit, width=1.6))


def _add_total(scene: Scene, graph: Graph, found: Samples) -> None:
    """The sum over samples: one operator, whatever the number of its terms."""
    i, many = found.total, len(found.each)
    node, grad = graph.order[i], graph.gradient(i)
    name = graph.title(i) if node.label else f"Σ of {many} samples"
    lines: list[Line] = [(Text(shorten(name), bold=True),)]
    if node.label and graph.merged:
        lines.append((Text(f"Σ of {many}", "muted", size=10),))
    scene.nodes.append(
        Node(
            f"v{i}", graph.kinds[i], rows=_rows(graph, node, grad), emphasis=graph.kinds[i] == "output",
            lines=tuple(lines), highlighted=i in graph.highlighted,
            tooltip=f"the sum over {many} samples: data = {node.data!r}",
        )
    )  # fmt: skip
    lit = i in graph.highlighted
    head = f"v{i}"
    if not graph.merged:
        head = f"o{i}"
        scene.nodes.append(
            Node(head, "operator", shape="circle", lines=((Text("Σ"),),), size=24.5, highlighted=lit,
                 tooltip=f"the sum over {many} samples")
        )  # fmt: skip
        scene.edges.append(Edge(f"m{i}", head, f"v{i}", weight=4, highlighted=lit))
    for k, term in enumerate([found.each[0], *([] if found.rest is None else [found.rest])]):
        tail = graph.element(term)
        scene.edges.append(
            _arrow(graph, f"e{i}_{k}", tail, head, 1.0, lit and term in graph.highlighted, i)
        )
