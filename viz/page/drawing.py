"""The drawing of a page: cards with an operator at their edge, and lines that carry derivatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import Value
from autograd.text.format import number
from viz.escape import escape, shorten
from viz.graph.groups import Group
from viz.graph.limits import NODES_UP_TO
from viz.page.captions import Hole, edges
from viz.page.folded import KINDS, folded_places
from viz.page.layout import Arrow, Box, Frame, Layout, Point, lay_out
from viz.page.storeys import lay_out_in_storeys
from viz.style import text_width, tone

__all__ = ["Drawn", "drawn"]

_HEIGHT, _ROW, _PAD = 62.0, 18.0, 10.0
_NUMBER = 68.0  # pixels: room for −1.234e−5
_TITLE = 22  # characters
_BADGE = 12.5  # radius of an operator
_ABOVE = 2 * _BADGE - 4  # an operator above a card leaves its title free
_LARGE = 150  # values


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture as markup, and where things stand in it, for the script to move."""

    svg: str
    places: dict[str, Any] = field(repr=False)


def drawn(
    order: Sequence[Value],
    titles: Sequence[str],
    kinds: Sequence[str],
    groups: Sequence[Group],
    parts: Sequence[Mapping[str, Any]],
    reading: Any,
    *,
    rankdir: str = "LR",
    label: str = "",
    timeout: float = 60.0,
) -> Drawn:
    """The cards of ``order``, laid out; ``parts`` may be folded (see `folds`)."""
    arrows, constants = _arrows(order)

    def placed(rankdir: str, between: float) -> tuple[Layout, dict[str, Any]]:
        cards = [(f"v{i}", titles[i], bool(node.operands)) for i, node in enumerate(order)]
        boxes = [_box(*card, rankdir) for card in cards] + [
            Box(id, max(30.0, text_width(number(x), 12) + 16), 24.0) for id, x in constants.items()
        ]
        how: dict[str, Any] = {"rankdir": rankdir, "spacing": (14.0, between), "timeout": timeout}
        how["large"] = len(order) > _LARGE
        lay = lay_out_in_storeys if groups and len(order) > NODES_UP_TO else lay_out
        laid = lay(boxes, arrows, _frames(groups, {b.id for b in boxes}), **how)
        folded = {
            kind: folded_places(order, parts, {b.id: b for b in boxes}, kind, **how)
            for kind in KINDS
            if any(part["kind"] == kind for part in parts)
        }
        turned = {"across": rankdir in ("LR", "RL"), "back": rankdir in ("RL", "BT")}
        return laid, _places(laid) | turned | {"folded": folded}

    laid, places = placed(rankdir, 64.0)
    if rankdir == "LR" and len(order) <= _LARGE:  # on a phone the arrows point downwards
        upright, places["tall"] = placed("TB", 40.0)
        paths = {a.id: _rounded(x for p in a.path for x in p) for a in upright.arrows}
        places["tall"]["paths"] = paths
    svg = _svg(order, titles, kinds, constants, laid, reading, rankdir, label)
    return Drawn(svg, places)


def _arrows(order: Sequence[Value]) -> tuple[list[Arrow], dict[str, float]]:
    """The lines of a graph, and the constants that some of them come from, by id."""
    place = {id(node): i for i, node in enumerate(order)}
    arrows: list[Arrow] = []
    constants: dict[str, float] = {}
    for i, node in enumerate(order):
        into = {slot: parent for parent, slot, _ in edges(node)}
        for slot, x in enumerate(node.operands):
            if slot in into:
                arrows.append(Arrow(f"e{i}_{slot}", f"v{place[id(into[slot])]}", f"v{i}"))
            elif type(x) is float and node.op != "where":
                constants[f"c{i}_{slot}"] = x
                arrows.append(Arrow(f"e{i}_{slot}", f"c{i}_{slot}", f"v{i}"))
    return arrows, constants


def _box(id: str, title: str, made: bool, rankdir: str) -> Box:
    width = max(text_width(shorten(title, _TITLE), 11.5, bold=True), 30 + _NUMBER) + 2 * _PAD
    if not made:
        return Box(id, width, _HEIGHT)
    across = rankdir in ("LR", "RL")
    return Box(id, width + _BADGE * across, _HEIGHT + _ABOVE * (not across))


def _frames(groups: Sequence[Group], ids: set[str]) -> list[Frame]:
    """A frame around each neuron, and around each layer of several; none for a single neuron."""
    if len(groups) < 2:
        return []
    by_place: dict[str, list[str]] = {}
    for box in sorted(ids):
        by_place.setdefault(box[1:].partition("_")[0], []).append(box)
    found: dict[int, Frame] = {}
    for group in groups:
        inside = tuple(box for i in group.members for box in by_place.get(str(i), ()))
        neuron = Frame(f"g{group.outputs[-1]}", group.title, inside)
        layer = group.parent
        if layer is None or len(layer.outputs) == 1:
            found[id(group)] = neuron
        else:
            frame = found.get(id(layer), Frame(f"layer{layer.outputs[-1]}", layer.title, ()))
            found[id(layer)] = frame._replace(frames=(*frame.frames, neuron))
    return list(found.values())


def _places(laid: Layout) -> dict[str, Any]:
    return {
        "boxes": {b.id: _rounded((b.x, b.y, b.width, b.height)) for b in laid.boxes},
        "lines": {a.id: [a.tail, a.head, *_rounded(a.label)] for a in laid.arrows},
        "frames": {
            f.id: _rounded((f.x, f.y, f.width, f.height))
            for outer in laid.frames
            for f in (outer, *outer.frames)
        },
    }


def _rounded(xs: Iterable[float]) -> list[float]:
    return [round(x, 1) for x in xs]


def _svg(
    order: Sequence[Value],
    titles: Sequence[str],
    kinds: Sequence[str],
    constants: Mapping[str, float],
    laid: Layout,
    reading: Any,
    rankdir: str,
    label: str,
) -> str:
    closed = ' class="closed"' if len(order) > NODES_UP_TO else ""  # until the page has folded it
    parts = [
        f'<svg id="drawing"{closed} xmlns="http://www.w3.org/2000/svg" role="graphics-document"'
        f' aria-label="{escape(label)}" viewBox="-8 -8 {laid.width + 16:.0f} {laid.height + 16:.0f}">',
        '<g id="world">', '<g id="frames">',
    ]  # fmt: skip
    for outer in laid.frames:
        parts += map(_frame, (outer, *outer.frames))
    parts.append('</g><g id="edges">')
    for arrow in laid.arrows:
        parts.append(_edge(arrow, reading))
    parts.append('</g><g id="nodes">')
    boxes = {box.id: box for box in laid.boxes}
    for i, node in enumerate(order):
        parts.append(_card(i, node, titles[i], kinds[i], boxes[f"v{i}"], reading, rankdir))
    for id, x in constants.items():
        parts.append(_constant(boxes[id], x))
    parts.append("</g></g></svg>")
    return "\n".join(parts)


def _frame(frame: Frame) -> str:
    return (
        f'<g class="frame" id="{frame.id}"><rect x="{frame.x:.1f}" y="{frame.y:.1f}" rx="10"'
        f' width="{frame.width:.1f}" height="{frame.height:.1f}"/>'
        f'<text x="{frame.x + 28:.1f}" y="{frame.y + 15:.1f}">'
        f"{escape(shorten(frame.title, 40))}</text></g>"
    )


def _path(points: Sequence[Point]) -> str:
    first, *rest = (f"{x:.1f} {y:.1f}" for x, y in points)
    return f"M{first}C{' '.join(rest)}"


def _edge(arrow: Arrow, reading: Any) -> str:
    path = _path(arrow.path)
    if arrow.tail.startswith("c"):
        return f'<g class="edge constant" id="{arrow.id}"><path class="line" d="{path}"/></g>'
    head, slot = map(int, arrow.id[1:].split("_"))
    local = reading(Hole("local", head, slot))
    x, y = arrow.label
    return (
        f'<g class="edge" id="{arrow.id}"><title>local derivative {local!r}</title>'
        f'<path class="line" d="{path}"/>'
        f'<text class="local {tone(local)}" x="{x:.1f}" y="{y + 4:.1f}">×{number(local, 3)}</text></g>'
    )


def _card(i: int, node: Value, title: str, kind: str, box: Box, reading: Any, rankdir: str) -> str:
    left = _BADGE if node.operands and rankdir == "LR" else 0.0
    top = _ABOVE if node.operands and rankdir == "TB" else 0.0
    across = rankdir in ("LR", "RL")
    width = box.width - (_BADGE if node.operands and across else 0.0)
    right = left + width - _PAD
    grad = reading(Hole("grad", i))
    said = f"{shorten(title, 200)}: data {node.data!r}, grad {grad!r}"
    rows = "".join(
        f'<text class="row" x="{left + (1.8 * _PAD if left else _PAD)}" y="{top + y}">{name}</text>'
        f'<text class="{name}{colour}" x="{right:.1f}" y="{top + y}">{number(x)}</text>'
        for name, y, x, colour in (
            ("data", 38, node.data, ""), ("grad", 54, grad, f" {tone(grad)}"),
        )
    )  # fmt: skip
    badge = ""
    if node.operation is not None:
        badge = _badge(i, node.operation.symbol, box, rankdir)
    return (
        f'<g class="node {kind}{" made" * bool(node.operands)}" id="v{i}" role="button" tabindex="0"'
        f' transform="translate({box.x:.1f} {box.y:.1f})"><title>{escape(said)}</title>'
        f'<rect class="card" x="{left}" y="{top}" rx="9" width="{width:.1f}" height="{_HEIGHT}"/>'
        f'<text class="name" x="{left + width / 2:.1f}" y="{top + 18}">'
        f"{escape(shorten(title, _TITLE))}</text>"
        f'<path class="rule" d="M{left} {top + 25.5}h{width:.1f}"/>{rows}{badge}</g>'
    )


def _badge(i: int, symbol: str, box: Box, rankdir: str) -> str:
    """The operator, at the edge of the card that it made."""
    x, y = {
        "LR": (_BADGE, box.height / 2), "RL": (box.width - _BADGE, box.height / 2),
        "TB": (box.width / 2, _BADGE), "BT": (box.width / 2, box.height - _BADGE),
    }[rankdir]  # fmt: skip
    size = 13 if len(symbol) < 3 else 9 if len(symbol) < 5 else 7
    symbol = symbol if len(symbol) < 7 else symbol[:5] + "…"
    return (
        f'<g class="operator" id="o{i}"><circle cx="{x:.1f}" cy="{y:.1f}" r="{_BADGE}"/>'
        f'<text x="{x:.1f}" y="{y + size * 0.35:.1f}" font-size="{size}">{escape(symbol)}</text></g>'
    )


def _constant(box: Box, x: float) -> str:
    return (
        f'<g class="node constant number" id="{box.id}" transform="translate({box.x:.1f} {box.y:.1f})">'
        f"<title>constant {x!r}</title>"
        f'<rect class="card" rx="9" width="{box.width:.1f}" height="{box.height}"/>'
        f'<text x="{box.width / 2:.1f}" y="16.5">{number(x)}</text></g>'
    )
