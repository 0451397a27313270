"""The playground: one HTML file in which a model trains on its data."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.text.format import clean
from nn import (
    SGD,
    Adam,
    AdamW,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    Module,
    Optimizer,
    RMSprop,
    StepLR,
)
from nn.schedule import LRScheduler
from nn.settings import positive
from viz.arguments import check_text
from viz.page.document import embedded, filled, scripts, sheets
from viz.page.shown import Shown
from viz.page.widget import bridged
from viz.playground.model import export
from viz.playground.network import network
from viz.playground.packed import packed
from viz.playground.showing import showing

__all__ = ["Playground", "playground"]

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "page"
_SCRIPTS = (
    "session", "colours", "grid", "plane", "line", "samples", "network", "units", "card",
    "curves", "play", "settings", "past", "points", "home", "bridge", "listing", "start",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Playground(Shown):
    """A playground: ``save("moons.html")`` it, or look at it in a notebook.

    Attributes:
        html: the page; it needs nothing but itself.
        model: what is trained in it.
        parameters: the model's, in the order of the page's numbers.

    >>> from nn import Linear
    >>> page = playground(Linear(1, 1), ([[0.0], [1.0]], [1.0, 3.0]), validation=None)
    >>> page.html.startswith("<!DOCTYPE html>")
    True
    """

    html: str
    model: Module
    parameters: Sequence[Value]

    def widget(self) -> Any:
        """The page with the kernel behind it: its weights are the model's, and the other way round.

        What a cell does to the model shows when the cell has run.

        Raises:
            ImportError: without anywidget, the extra ``notebook``.
        """
        return bridged(self.html, self.parameters)

    def __repr__(self) -> str:
        return f"<playground of {type(self.model).__name__}: .save('playground.html')>"


def playground(
    model: Module,
    data: Any,
    *,
    loss: str | Callable[[Any, Any], Any] | None = None,
    optimizer: Optimizer | None = None,
    scheduler: LRScheduler | None = None,
    batch_size: int = 32,
    validation: float | tuple[Any, Any] | None = 0.2,
    rng: int = 0,
    image_shape: tuple[int, int] | None = None,
    title: str = "",
) -> Playground:
    """A page in which ``model`` trains on ``data``, as `fit` would, with everything in sight.

    The network with weight and gradient on every edge, what each neuron answers over the plane of the
    inputs, the boundary (or the fitted line, the images), the losses; points can be added and moved,
    settings changed, the training scrubbed back, the weights taken home. It is one file that loads
    nothing and computes with the model's compiled program. The model stays as it is.

    Args:
        model: an MLP, a Sequential, or any Module that can be drawn (`draw_network`) and compiled.
        data: samples and targets: ``(x, y)``, or a `Dataset`, whose features and classes are named.
        loss: a name (`nn.losses.LOSSES`) or a function of (answer, target) for one sample; None: what
            suits the targets, as of `export`.
        optimizer: what the page begins with; None: SGD with a learning rate of 0.1.
        scheduler: how its learning rate changes from epoch to epoch, as of `fit`: a StepLR,
            ExponentialLR, LinearLR or CosineAnnealingLR of nn. None: not at all.
        batch_size: how many samples a step looks at, to begin with.
        validation: data to hold out: ``(x, y)``, or a share of ``data``; None for nothing.
        rng: the seed: it splits the data and orders the samples; other than 0, it deals the
            model's first weights anew.
        image_shape: rows and columns, where the inputs are the pixels of an image, row by row.
        title: stands above the page; the model's name and sizes if not given.

    Raises:
        TypeError, ValueError: for what cannot be compiled or drawn, and data that does not fit.

    >>> from nn import MLP
    >>> from viz.playground.moons import moons
    >>> playground(MLP(2, [8, 1], "tanh", rng=0), moons())
    <playground of MLP: .save('playground.html')>
    """
    check_text("title", title)
    if optimizer is None:
        optimizer = SGD(model.parameters(), lr=0.1)
    settings = _settings(optimizer, batch_size, rng) | _schedule(scheduler, optimizer)
    made = export(model, data, loss, test=validation, rng=rng)
    shown = showing(
        made, image_shape, getattr(data, "features", ()), getattr(data, "classes", ())
    )  # fmt: skip
    named = dict(model.named_parameters())
    parameters = [named[name] for name in made.facts["names"]]
    places = {id(value): k for k, value in enumerate(parameters)}
    classes = shown["classes"] if shown["answer"]["kind"] == "classes" else ()
    drawn = network(model, places, shown["features"], classes)
    data_of = {
        name: {key: packed(part[key]) for key in "xy"} | {"n": part["n"]}
        for name, part in made.data.items()
    }
    given = shown | {"network": drawn, "data": data_of, "settings": settings, "bridge": False}
    called = clean(title, 200) or "Training {} {}".format(
        type(model).__name__, "–".join(str(column["width"]) for column in drawn["columns"])
    )
    parts = {
        "title": html.escape(called),
        "heading": html.escape(shown["heading"]),
        "data": embedded(given),
    }
    looks = sheets(_SHARED / "base.css", _HERE / "playground.css")
    files = [*map(_SHARED.joinpath, ("format.js", "link.js"))]
    files += (_HERE / f"{name}.js" for name in _SCRIPTS)
    whole = filled(_HERE / "playground.html", parts, looks, scripts(made.script, *files))
    return Playground(whole, model, parameters)


def _settings(optimizer: Optimizer, batch_size: int, rng: int) -> dict[str, Any]:
    """What training begins with, by the names of the page; what the page does not know is refused."""
    kind, momentum = type(optimizer).__name__.lower(), getattr(optimizer, "momentum", 0.0)
    if momentum:
        kind = "nesterov" if optimizer.nesterov else "momentum"  # type: ignore[attr-defined]
    if type(optimizer) not in (SGD, Adam, AdamW, RMSprop):
        raise TypeError(
            f"the page knows SGD, Adam, AdamW and RMSprop, not {type(optimizer).__name__}"
        )
    usual: Any = type(optimizer)([], lr=0.0)
    for name in ("betas", "eps", "alpha", "dampening", "maximize"):
        if getattr(optimizer, name, None) != getattr(usual, name, None):
            raise ValueError(f"the page trains with {name} as it is by default")
    return {
        "optimizer": kind, "rate": optimizer.lr, "momentum": momentum or 0.9, "seed": rng,
        "batch": positive("batch_size", batch_size), "penalty": optimizer.weight_decay / 2,
    }  # fmt: skip


_SCHEDULES: dict[type, dict[str, str]] = {  # what the page calls their settings
    StepLR: {"step_size": "epochs", "gamma": "gamma"},
    ExponentialLR: {"gamma": "gamma"},
    LinearLR: {"total_iters": "epochs", "start_factor": "start_factor", "end_factor": "end_factor"},
    CosineAnnealingLR: {"T_max": "epochs", "eta_min": "eta_min"},
}


def _schedule(scheduler: LRScheduler | None, optimizer: Optimizer) -> dict[str, Any]:
    """What the learning rate begins with, and how it changes."""
    if scheduler is None:
        return {}
    if type(scheduler) not in _SCHEDULES:
        known = ", ".join(kind.__name__ for kind in _SCHEDULES)
        raise TypeError(f"the page knows {known}, not {type(scheduler).__name__}")
    if scheduler.optimizer is not optimizer:
        raise ValueError("the scheduler changes another optimizer than the one that is given")
    found = {page: getattr(scheduler, own) for own, page in _SCHEDULES[type(scheduler)].items()}
    return found | {"schedule": type(scheduler).__name__, "rate": scheduler.base_lr}
