"""The tour: a few live pages with a word to each, in one file."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from autograd import Value, parse
from nn import MLP
from viz.page.document import embedded, filled, sheets
from viz.page.live import live
from viz.page.shown import Shown
from viz.playground.moons import moons
from viz.playground.suited import suited

__all__ = ["CHAPTERS", "Chapter", "Tour", "tour"]

_HERE = Path(__file__).parent


class Chapter(NamedTuple):
    """One page of the tour.

    Attributes:
        title: on its tab.
        text: what to try, in a sentence or two.
        page: makes the page, a whole file of HTML.
    """

    title: str
    text: str
    page: Callable[[], str]


@dataclass(frozen=True, slots=True, repr=False)
class Tour(Shown):
    """The tour: ``save("tour.html")`` it, or look at it in a notebook.

    Attributes:
        html: the page; it needs nothing but itself.
    """

    html: str

    def __repr__(self) -> str:
        return f"<tour of {len(CHAPTERS)} live pages: .save('tour.html')>"


def _neuron() -> str:
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    return _formula("n = x1*w1 + x2*w2 + b; o = tanh(n)", numbers, "o = tanh(x1·w1 + x2·w2 + b)")


def _used_twice() -> str:
    return _formula("b = a + a*a; f = b*a", {"a": 1.5}, "f = (a + a·a)·a")


def _formula(text: str, numbers: Mapping[str, float], title: str) -> str:
    root: Any = parse(text)({name: Value(x, label=name) for name, x in numbers.items()})
    return live(root, title=title).html


def _flower() -> str:
    model = MLP(4, [3, 1], activation="tanh", out_activation="sigmoid", rng=4)
    measured = (-0.9, 1.0, -1.3, -1.3)  # the first flower of Fisher's Iris, in standard deviations
    inputs = [Value(x, label=f"x{i}") for i, x in enumerate(measured, 1)]
    answer: Any = model(inputs)
    loss = (answer - 1.0) ** 2
    loss.label = "loss"
    return live(loss, names=model, title="loss = (is it a setosa? − yes)²").html


def _moons() -> str:
    return suited(moons(), [16, 16], "Two moons: 2–16–16–1").html


# One entry a chapter.
CHAPTERS = (
    Chapter(
        "One neuron",
        "The lecture's neuron. Drag x1 or w1: every number follows, and each line is as thick as the "
        "gradient that runs along it. Press play to see the pass, forwards and back.",
        _neuron,
    ),
    Chapter(
        "Used again and again",
        "Why gradients add up: a has four arrows, and its gradient is the sum of four terms. Point at "
        "a, then at each term. Then press predict, and derive ∂f/∂a before you look.",
        _used_twice,
    ),
    Chapter(
        "A flower",
        "Four measurements of an iris, three hidden neurons, one answer. + opens a neuron, − closes it "
        "again. Which weight would change the loss the most?",
        _flower,
    ),
    Chapter(
        "Two moons",
        "A network learns to tell two moons apart: press play. Each neuron shows where it says yes, "
        "the dots that run back are gradients. Pause, pull the history back, add a point, and play on.",
        _moons,
    ),
)


def tour() -> Tour:
    """The lecture's neuron, a value used again and again, a flower through 4×3×1, and two moons
    that a network learns to tell apart: each live.

    >>> tour()
    <tour of 4 live pages: .save('tour.html')>
    """
    tabs = (
        f'<button type="button" role="tab" id="tab{i}" aria-controls="stage" '
        f'aria-selected="{"true" if i == 0 else "false"}">{html.escape(chapter.title)}</button>'
        for i, chapter in enumerate(CHAPTERS)
    )
    pages = [{"text": c.text, "title": c.title, "page": c.page()} for c in CHAPTERS]
    parts = {"title": "chainrule: a tour", "tabs": "\n".join(tabs), "pages": embedded(pages)}
    return Tour(
        filled(
            _HERE / "tour.html",
            parts,
            sheets(_HERE / "tour.css"),
            (_HERE / "tour.js").read_text("utf-8"),
            [page["page"] for page in pages],
        )
    )
