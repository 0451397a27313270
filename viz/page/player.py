"""The step-through page: the live page, from the first step of the forward pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd import Names, Value
from autograd.text.format import number
from viz.page.captions import Caption, Hole, captions, edges, filled, readings
from viz.page.live import page
from viz.page.shown import Shown
from viz.style import tone

__all__ = ["Change", "Frame", "Player", "frames", "player"]


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
class Player(Shown):
    """A step-through page: ``save("steps.html")`` it, or look at it in a notebook.

    Attributes:
        html: the page; it needs nothing but itself.
        frames: its steps.
    """

    html: str
    frames: tuple[Frame, ...]

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
        force: draw more than 1500 values, or 5000 of a network, however long that takes.
        rankdir: where the arrows point: "LR", "TB", "RL" or "BT".
        timeout: seconds after which the layout is given up.

    Raises:
        TypeError: if ``root`` is no Value.
        TooLargeError: for more than 1500 values, or 5000 of a network.

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
    made = page(
        root, names=names, parameters=parameters, title=title, force=force, rankdir=rankdir,
        timeout=timeout, heading="Backpropagation through {root}", live=False,
    )  # fmt: skip
    return Player(made.html, tuple(_frames(made.steps, made.names.order)))


def frames(root: Value, names: Names) -> list[Frame]:
    """The steps of the page: the leaves, each node forward, then each step of the backward pass."""
    assert names.order[-1] is root
    return _frames(captions(names), names.order)


def _frames(steps: Sequence[Caption], order: Sequence[Value]) -> list[Frame]:
    """The captions with the engine's numbers, and what each changes."""
    place = {id(node): i for i, node in enumerate(order)}
    reading = readings(order)
    begun = False
    found = []
    for step in steps:
        lines = tuple(filled(line, reading) for line in step.lines)
        grads: dict[int, float] = {}
        if step.phase == "backward" and not begun:
            grads, begun = {i: float(i == len(order) - 1) for i, _ in step.sets}, True
        elif step.phase == "backward":
            head = int(step.on[0][1:])
            for parent, slot, _ in edges(order[head]):
                grads[place[id(parent)]] = reading(Hole("after", head, slot))
        changes = [
            _change(i, field, order[i].data if field == "data" else grads[i])
            for i, field in step.sets
        ]
        found.append(Frame(step.phase, lines, step.on, tuple(changes)))
    return found


def _change(i: int, field: str, x: float) -> Change:
    return Change(f"v{i}", field, number(x), tone(x), repr(x))
