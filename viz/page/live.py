"""The live graph: one HTML file in which any number can be changed, and everything follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd import Names, Value
from autograd.text.format import clean
from viz.arguments import check_seconds, check_text
from viz.graph.groups import Group, groups
from viz.graph.kinds import kinds, titles
from viz.graph.limits import check_page
from viz.page.answers import wrong_answers
from viz.page.captions import Caption, captions, filled, readings
from viz.page.document import document
from viz.page.drawing import drawn
from viz.page.program import folds, own_rows, program, rows_of
from viz.page.shown import Shown
from viz.page.widget import two_way

__all__ = ["Live", "live", "page"]

_NAME_WIDTH = 22


@dataclass(frozen=True, slots=True, repr=False)
class Live(Shown):
    """A live page: ``save("neuron.html")`` it, or look at it in a notebook.

    Attributes:
        html: the page; it needs nothing but itself.
        steps: how many steps its two passes have.
        root: what is differentiated in it.
    """

    html: str
    steps: int
    root: Value

    def widget(self) -> Any:
        """The page with the kernel behind it: what is dragged sets ``Value.data``, and the other way.

        What a cell does to the leaves shows when the cell has run; after ``backward()`` the page plays
        the pass. ``widget.value``, the number of the root, can be observed.

        Raises:
            ImportError: without anywidget, the extra ``notebook``.
        """
        return two_way(self.root, self.html)

    def __repr__(self) -> str:
        return f"<live page of {self.steps} steps: .save('live.html')>"


def live(
    root: Value,
    *,
    names: Any = None,
    parameters: Iterable[Value] = (),
    title: str = "",
    force: bool = False,
    rankdir: str = "LR",
    timeout: float = 60.0,
) -> Live:
    """A page in which any leaf of ``root`` can be dragged or typed, and everything follows at once.

    The page computes with the table of operations, printed as JavaScript: values, local derivatives,
    gradients, the arithmetic. It says why a gradient is what it is, steps through both passes on the
    numbers of now, folds neurons and layers, and judges answers as `compare` does. It is one file that
    loads nothing. The gradients of the graph stay as they are.

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
    >>> live((x * w).tanh())
    <live page of 6 steps: .save('live.html')>
    """
    if type(root) is not Value:
        raise TypeError(f"live() takes the Value to differentiate, not {type(root).__name__}")
    made = page(
        root, names=names, parameters=parameters, title=title, force=force, rankdir=rankdir,
        timeout=timeout, heading="What moves {root}", live=True,
    )  # fmt: skip
    return Live(made.html, len(made.steps), root)


class Page(NamedTuple):
    """A page, and what its steps say."""

    html: str
    steps: list[Caption]
    names: Names


def page(
    root: Value,
    *,
    names: Any,
    parameters: Iterable[Value],
    title: str,
    force: bool,
    rankdir: str,
    timeout: float,
    heading: str,
    live: bool,
) -> Page:
    """The page of `live`, and of `player`, which begins at the first step."""
    check_text("title", title)
    check_seconds(timeout)
    if rankdir not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"rankdir is LR, TB, RL or BT, not {rankdir!r}")
    called = names if isinstance(names, Names) else Names(root, names=names, limit=_NAME_WIDTH)
    order = called.order
    check_page(len(order), True, force)
    found = groups(order, called)
    check_page(len(order), bool(found), force)
    shown = [clean(text, 200) for text in _titles(called, found)]
    sorts = kinds(order, titles(order, called), parameters)
    steps, reading = captions(called), readings(order)
    text = clean(title, 200) or heading.format(root=called[root])
    parts = folds(called, found, sorts)
    picture = drawn(
        order, shown, sorts, found, parts, reading, rankdir=rankdir, label=text, timeout=timeout
    )
    own = own_rows(order)
    answers, sentences = wrong_answers(called)
    data = program(called, steps, sorts, shown, own) | {
        "groups": parts, "places": picture.places, "live": live, "bridge": False,
        "start": len(steps) - 1 if live else 0, "answers": answers, "texts": sentences,
    }  # fmt: skip
    items = [[filled(line, reading) for line in step.lines] for step in steps]
    return Page(document(text, picture.svg, items, data, rows_of(order, own)), steps, called)


def _titles(names: Names, found: Sequence[Group]) -> list[str]:
    """The name on each box: the one that the captions say, short inside a neuron."""
    inside = {i: group for group in found for i in group.members}
    texts = []
    for i, node in enumerate(names.order):
        path = names.path(node)
        if not path and i in inside:
            path = inside[i].path
        texts.append(names.formula(node, path).text)
    return texts
