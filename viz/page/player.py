"""The step-through page: one HTML file that walks through the forward and the backward pass."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from autograd import Backprop, Names, Value
from autograd.formulas.formula import Formula, infix
from autograd.ops import Binding
from autograd.restored import restored
from autograd.stepping.steps import Step
from autograd.text.files import write
from autograd.text.format import clean, number
from viz.arguments import check_seconds, check_text
from viz.drawing import Drawing
from viz.graph.draw_graph import check_size, expression_scene
from viz.style import tone

__all__ = ["Change", "Frame", "Player", "frames", "player"]

_HERE = Path(__file__).parent
_FORWARD, _BACKWARD = "forward", "backward"


class Change(NamedTuple):
    """A number on a card that becomes another one.

    Attributes:
        id: of the card.
        field: "data" or "grad".
        text: the number as it is written.
        tone: its colour.
        exact: the number with all its digits.
    """

    id: str
    field: str
    text: str
    tone: str
    exact: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of the page.

    Attributes:
        phase: "forward" or "backward".
        lines: the caption: what happens, then the arithmetic.
        on: the ids of the nodes and edges that take part.
        set: the numbers that change.
    """

    phase: str
    lines: tuple[str, ...]
    on: tuple[str, ...]
    set: tuple[Change, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Player:
    """A step-through page: ``save("steps.html")`` it, or look at it in a notebook.

    Attributes:
        html: the page; it needs nothing but itself.
        frames: its steps.
    """

    html: str
    frames: tuple[Frame, ...]

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page, whole or not at all; missing folders are made. Returns the path.

        Raises:
            OSError: one line that names the path and says what is wrong with it.
        """
        return str(write(Path(path), self.html.encode()))

    def _repr_html_(self) -> str:
        page = html.escape(self.html, quote=True)
        return f'<iframe srcdoc="{page}" width="100%" height="640" style="border: 0"></iframe>'

    def __repr__(self) -> str:
        return f"<step-through page of {len(self.frames)} steps: .save('steps.html')>"


def player(
    root: Value,
    *,
    names: Any = None,
    parameters: Iterable[Value] = (),
    title: str = "",
    force: bool = False,
    rankdir: str = "LR",
    timeout: float = 60.0,
) -> Player:
    """A page that steps forward and then backward through the graph of ``root``.

    It is one file of HTML with the drawing, the numbers of every step and a few lines of script; it
    loads nothing, and its content policy forbids loading anything. The gradients of the graph stay as
    they are: the page starts from zero.

    Args:
        root: what is differentiated.
        names: what to call the nodes (see `Names`).
        parameters: leaves to draw as parameters (see `draw_graph`).
        title: stands above the drawing.
        force: draw more than 1500 values, however long that takes.
        rankdir: where the arrows point: "LR", "TB", "RL" or "BT".
        timeout: seconds after which the layout is given up.

    Raises:
        TypeError: if ``root`` is no Value.
        TooLargeError: for more than 1500 values.

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> page = player((x * w).tanh())
    >>> page
    <step-through page of 6 steps: .save('steps.html')>
    >>> print(*page.frames[-1].lines, sep="\\n")
    Backward: x·w passes its gradient on
    ∂(x·w)/∂x = w; ∂(x·w)/∂w = x
    x.grad += ∂(x·w)/∂x · (x·w).grad = −3 · 2.458e−5 = −7.373e−5
    w.grad += ∂(x·w)/∂w · (x·w).grad = 2 · 2.458e−5 = 4.915e−5
    """
    if type(root) is not Value:
        raise TypeError(f"player() takes the Value to differentiate, not {type(root).__name__}")
    check_text("title", title)
    check_seconds(timeout)
    called = names if isinstance(names, Names) else Names(root, names=names)
    check_size(len(called.order), force)
    with restored(called.order, "grad"):
        for node in called.order:
            node.grad = 0.0
        steps = frames(root, called)
        reserve = dict(zip(called.order, _gradients(steps, len(called.order))))
        scene = expression_scene(
            root, names=names, parameters=parameters, force=force, rankdir=rankdir,
            clusters=False, reserve=reserve,
        )  # fmt: skip
    svg = Drawing(scene, timeout=timeout).pipe("svg", encoding="utf-8")
    heading = clean(title, 200) or f"Backpropagation through {called[root]}"
    return Player(_page(heading, svg, steps, called), tuple(steps))


def frames(root: Value, names: Names) -> list[Frame]:
    """The steps of the page: the leaves, each node forward, then each step of the backward pass.

    Takes the pass: afterwards the gradients are those of ``root.backward()``.
    """
    ids = {id(node): f"v{i}" for i, node in enumerate(names.order)}
    leaves = [node for node in names.order if not node.parents]
    started = tuple(_change(ids, node, "data", node.data) for node in leaves)
    found = [
        Frame(_FORWARD, ("Forward: the inputs and parameters have their numbers",), (), started)
    ]
    for node in names.order:
        if node.parents:
            path = names.path(node)
            lines = (
                f"Forward: {names.equation(node, path)}{_inside(path)}",
                _arithmetic(node, names),
            )
            change = _change(ids, node, "data", node.data)
            found.append(Frame(_FORWARD, lines, _elements(node, ids), (change,)))
    for step in Backprop(root, names=names):
        found.append(_backward(step, root, names, ids))
    return found


def _backward(step: Step, root: Value, names: Names, ids: dict[int, str]) -> Frame:
    lines: tuple[str, ...]
    if step.node is None:
        zeros = [_change(ids, node, "grad", 0.0) for node in names.order if node is not root]
        lines = ("Backward: every gradient starts from 0, and " + names[root] + ".grad from 1",
                 step.products[0].rule)  # fmt: skip
        change = _change(ids, root, "grad", 1.0)
        return Frame(_BACKWARD, lines, (ids[id(root)],), (*zeros, change))
    name = names.formula(step.node, step.path).text
    lines = (f"Backward: {name}{_inside(step.path)} passes its gradient on", step.rules,
             *(product.text for product in step.products))  # fmt: skip
    changes = {p.parent: _change(ids, p.parent, "grad", p.after) for p in step.products}
    return Frame(_BACKWARD, lines, _elements(step.node, ids), tuple(changes.values()))


def _inside(path: str) -> str:
    return f" (in {path})" if path else ""


def _change(ids: dict[int, str], node: Value, field: str, x: float) -> Change:
    return Change(ids[id(node)], field, number(x), tone(x), repr(x))


def _elements(node: Value, ids: dict[int, str]) -> tuple[str, ...]:
    """The ids of a node, its operator, its operands and the edges between them."""
    i = ids[id(node)][1:]
    operands = list(enumerate(node.operands))
    return (
        f"v{i}", f"o{i}", f"m{i}", *(f"e{i}_{slot}" for slot, _ in operands),
        *(f"c{i}_{slot}" for slot, x in operands if type(x) is float),
        *(ids[id(parent)] for parent in node.parents),
    )  # fmt: skip


def _arithmetic(node: Value, names: Names) -> str:
    """The operation with its numbers: ``2·(−3) = −6``."""
    op = node.operation
    assert op is not None
    if op.name == "where":
        return f"{names[node.parents[0]]} is chosen: {number(node.data)}"
    given = [x.data if isinstance(x, Value) else float(x) for x in node.operands]
    shown = [Formula(number(x), Binding.CHOICE if x < 0 else Binding.ATOM) for x in given]
    # A factor of 0 or 1 is part of the arithmetic; in a formula it would be left out.
    written = infix(op, shown[0], shown[1]) if op.sign == "·" else op(*shown)
    return f"{written} = {number(node.data)}"


def _gradients(steps: Sequence[Frame], nodes: int) -> list[list[float]]:
    """Every gradient that each node shows, to keep room for."""
    found: list[list[float]] = [[] for _ in range(nodes)]
    for frame in steps:
        for change in frame.set:
            if change.field == "grad":
                found[int(change.id[1:])].append(float(change.exact))
    return found


def _page(title: str, svg: str, steps: Sequence[Frame], names: Names) -> str:
    style, script = ((_HERE / name).read_text("utf-8") for name in ("player.css", "player.js"))
    data = {
        "start": {f"v{i}": names[node] for i, node in enumerate(names.order)},
        "frames": [{"phase": f.phase, "lines": f.lines, "on": f.on, "set": f.set} for f in steps],
    }
    items = (f'<li><a href="#step={i}">{_item(f)}</a></li>' for i, f in enumerate(steps))
    parts = {
        "title": html.escape(title),
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "svg": svg[svg.index("<svg") :],
        "last": str(len(steps) - 1),
        "list": "\n".join(items),
        "steps": json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"),
    }
    template = (_HERE / "player.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _item(frame: Frame) -> str:
    head, *rest = map(html.escape, frame.lines)
    return "<br>".join([head, *rest])


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
