"""The playground: one HTML file in which a model trains on its data."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograd.text.files import write
from autograd.text.format import clean
from nn import SGD, Adam, AdamW, Module, Optimizer, RMSprop, predict
from nn.inference import arrays
from nn.losses import resolve_loss
from nn.settings import positive
from nn.train import held_out
from viz.arguments import check_text
from viz.page.document import embedded, filled, scripts, sheets
from viz.page.live import framed
from viz.playground.model import export
from viz.playground.network import network
from viz.playground.showing import showing

__all__ = ["Playground", "playground"]

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "page"
_SCRIPTS = (
    "session", "colours", "grid", "plane", "line", "samples", "network", "units", "card",
    "curves", "play", "settings", "past", "points", "home", "start",
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Playground:
    """A playground: ``save("moons.html")`` it, or look at it in a notebook.

    Attributes:
        html: the page; it needs nothing but itself.
        model: what is trained in it.
    """

    html: str
    model: Module

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page, whole or not at all; missing folders are made. Returns the path.

        Raises:
            OSError: one line that names the path and says what is wrong with it.
        """
        return str(write(Path(path), self.html.encode()))

    def _repr_html_(self) -> str:
        return framed(self.html)

    def __repr__(self) -> str:
        return f"<playground of {type(self.model).__name__}: .save('playground.html')>"


def playground(
    model: Module,
    data: Any,
    *,
    loss: str | Callable[[Any, Any], Any] = "mse",
    optimizer: Optimizer | None = None,
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
        loss: a name (`nn.losses.LOSSES`) or a function of (answer, target) for one sample.
        optimizer: what the page begins with; None: SGD with a learning rate of 0.1.
        batch_size: how many samples a step looks at, to begin with.
        validation: data to hold out: ``(x, y)``, or a share of ``data``; None for nothing.
        rng: the seed: it splits the data, and orders the samples.
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
    function = resolve_loss(loss)
    shape = image_shape
    x, y = arrays(data)
    train_x, train_y, held = held_out(x, y, validation, np.random.default_rng(rng))
    inputs, targets = train_x.reshape(len(train_x), -1), train_y.reshape(len(train_y), -1)
    width = predict(model, train_x[:1]).shape[1]
    if optimizer is None:
        optimizer = SGD(model.parameters(), lr=0.1)
    code, parameters = export(model, train_x, train_y, function)
    shown = showing(
        inputs, targets, width, function, shape,
        getattr(data, "features", ()), getattr(data, "classes", ()),
    )  # fmt: skip
    places = {id(value): k for k, value in enumerate(parameters)}
    drawn = network(model, places, shown["features"] if shown["view"] != "pairs" else (), ())
    sets = {"train": _set(train_x, train_y), "test": _set(*held) if held else _set([], [])}
    named = clean(title, 200) or "Training {} {}".format(
        type(model).__name__, "–".join(str(column["width"]) for column in drawn["columns"])
    )
    settings = _settings(optimizer, batch_size, rng)
    given = shown | {
        "network": drawn, "data": sets, "settings": settings, "optimizers": list(_OPTIMIZERS.values()),
    }  # fmt: skip
    parts = {
        "title": html.escape(named),
        "heading": html.escape(shown["heading"]),
        "data": embedded(given),
    }
    looks = sheets(_SHARED / "base.css", _HERE / "playground.css")
    files = [_SHARED / "format.js", *(_HERE / f"{name}.js" for name in _SCRIPTS)]
    return Playground(filled(_HERE / "playground.html", parts, looks, scripts(code, *files)), model)


_OPTIMIZERS: dict[type[Optimizer], str] = {
    SGD: "sgd", Adam: "adam", AdamW: "adamw", RMSprop: "rmsprop"
}  # fmt: skip


def _settings(optimizer: Optimizer, batch_size: int, rng: int) -> dict[str, Any]:
    """What training begins with, by the names of the page."""
    kind = _OPTIMIZERS.get(type(optimizer))
    if kind is None:
        known = ", ".join(kind.__name__ for kind in _OPTIMIZERS)
        raise TypeError(f"the page knows {known}, not {type(optimizer).__name__}")
    return {
        "optimizer": kind, "rate": optimizer.lr, "momentum": getattr(optimizer, "momentum", 0.0),
        "batch": positive("batch_size", batch_size), "penalty": optimizer.weight_decay,
        "seed": rng, "schedule": "constant",
    }  # fmt: skip


def _set(x: Any, y: Any) -> dict[str, Any]:
    """Samples as the page has them: flat, row by row."""
    return {"x": np.ravel(x).tolist(), "y": np.ravel(y).tolist(), "n": len(x)}
