"""A model and its data as a script that trains: `export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Value
from autograd.compiler.run.javascript.script import to_javascript
from autograd.grouped import grouped
from nn import Module
from nn.compiled import Compiled
from nn.data import Array, Dataset
from nn.inference import arrays, mode
from nn.losses import resolve_loss
from nn.nested import flat
from viz.page.program import json_number
from viz.playground.watched import Watched

__all__ = ["Export", "export"]

_HERE = Path(__file__).parent
_SCRIPTS = ("random", "optimizers", "history", "training", "program", "weights")
_MOST = 4_000_000  # numbers of a data set: as text they are about five times as many bytes


@dataclass(frozen=True, slots=True)
class Export:
    """What a page needs.

    Attributes:
        script: JavaScript that defines ``createProgram()``, ``createTraining(program, data, settings)``
            and ``weightsFile(program)``.
        facts: of the model, as JSON has it: ``names`` of the parameters in the order of
            ``program.parameters``, numbers of ``inputs``, ``targets`` and ``outputs`` a sample,
            ``layers`` (path, kind, width, shape, activation), ``loss``, and ``threshold``, of answers
            and of targets, where there are two classes ([] for more, None for numbers).
        data: ``{"train": {x, y, n}, "test": {x, y, n}}``, numbers one sample after the other.
    """

    script: str
    facts: dict[str, Any]
    data: dict[str, dict[str, Any]]


def export(
    model: Module,
    data: Any,
    loss: str | Callable[[Any, Any], Any] | None = None,
    *,
    test: Any = None,
    rng: int = 0,
) -> Export:
    """Compile a model for a page in which it trains.

    Args:
        model: answers one sample; its numbers are what training begins with. The layers that a page can
            look into are those of an `MLP` and of a `Sequential`; another Module is one layer.
        data: samples and targets, ``(x, y)``: arrays or lists, or a `Dataset`.
        loss: a name (`nn.losses.LOSSES`) or a function of (answer, target) for one sample. By default
            "cross_entropy" for class numbers and several outputs; for one output "hinge" if the targets
            are −1 and 1, "binary_cross_entropy" (of a sigmoid) or "binary_cross_entropy_with_logits" if
            they are 0 and 1; else "mse".
        test: held-out data, likewise; or the share of ``data`` to hold out; None for none.
        rng: the seed that draws what is held out.

    Raises:
        TypeError: for what is no Module, an operation that has no text in JavaScript, and data that are
            no numbers.
        ValueError: for data of unequal lengths, too many of them for a page, or a class that the model
            has no output for.

    >>> from nn import MLP
    >>> made = export(MLP(2, [3, 1], activation="tanh", rng=0), ([[0.0, 1.0], [1.0, 0.0]], [1, -1]))
    >>> made.facts["loss"], made.facts["outputs"], [layer["width"] for layer in made.facts["layers"]]
    ('hinge', 1, [3, 1])
    """
    if not isinstance(model, Module):
        raise TypeError(f"a page trains a Module of nn, not {type(model).__name__} ({model!r:.40})")
    train, held = _parts(data, test, rng)
    x, y = train
    if x.size + y.size > _MOST:
        raise ValueError(
            f"a page holds {_MOST} numbers at most, and these are {x.size + y.size}: take fewer samples"
        )
    watched = Watched(model)
    with mode(model, training=False):
        outputs = len(flat(watched(x[0].tolist())[0]))
    loss = loss or _fitting(outputs, watched.layers(0)[-1]["activation"], y)
    program = _compiled(watched, loss, train, held)
    facts = {
        "outputs": outputs,
        "loss": loss if isinstance(loss, str) else getattr(loss, "__name__", "loss"),
        "threshold": _threshold(loss, outputs, y),
        "layers": watched.layers(1 + outputs),
    } | _of_program(program, model)
    text = to_javascript(program.training())
    created = f"const createProgram = () => createModel({text}, {_json(facts)});"
    facts["names"] = _names(program, model)  # which the script has in arrays
    files = [(_HERE / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    return Export(
        "\n".join([*files, created]), facts, {"train": _listed(*train), "test": _listed(*held)}
    )


def _compiled(watched: Watched, loss: Any, *parts: tuple[Array, Array]) -> Compiled:
    """The model compiled, when it has answered every sample: what selects, selects what there is."""
    measure = resolve_loss(loss)
    found = Compiled(watched, lambda found, target: measure(found[0], target), None, *parts[0])
    with mode(watched, training=True):
        found.training()
    with mode(watched, training=False):
        for x, y in parts:
            if len(x):
                found.evaluate(x, y)
    return found


def _of_program(program: Compiled, model: Module) -> dict[str, Any]:
    """What a compiled model takes, and where its parameters are."""
    compiled = program.training()
    return {
        "inputs": compiled.plan.arguments[0],
        "targets": compiled.plan.arguments[1],
        "drops": [{"size": n, "p": drop.p} for n, drop in zip(program.sizes, program.drops)],
        "arrays": _arrays(model, list(model.named_parameters()), compiled.order),
    }


def _names(program: Compiled, model: Module) -> list[str]:
    names = [name for name, _ in model.named_parameters()]
    return [names[i] for i in program.training().order.tolist()]


def _parts(data: Any, test: Any, rng: int) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Samples and targets to train on, and those held out."""
    x, y = arrays(data)
    if test is None:
        return (x, y), (x[:0], y[:0])
    if not isinstance(test, (int, float)):
        return (x, y), arrays(test)
    classes = getattr(data, "classes", ())
    train, held = Dataset(x, y, classes=classes).split(test, rng)
    return (train.x, train.y), (held.x, held.y)


def _fitting(outputs: int, activation: str, y: Array) -> str:
    """The loss that suits these targets."""
    if outputs > 1:
        classes = y[0].size == 1 and np.isin(y, np.arange(outputs)).all()
        return "cross_entropy" if classes else "mse"
    if np.isin(y, (-1, 1)).all():
        return "hinge"
    if np.isin(y, (0, 1)).all():
        entropy = "binary_cross_entropy"
        return entropy if activation == "sigmoid" else f"{entropy}_with_logits"
    return "mse"


def _threshold(loss: Any, outputs: int, y: Array) -> list[float] | None:
    """From which answer, and from which target on it is the second of two classes."""
    if outputs > 1:
        return [] if loss == "cross_entropy" and y[0].size == 1 else None
    if np.isin(y, (-1, 1)).all():
        return [0.0, 0.0]
    if np.isin(y, (0, 1)).all():
        return [0.0 if loss == "binary_cross_entropy_with_logits" else 0.5, 0.5]
    return None


def _arrays(model: Module, named: list[tuple[str, Value]], order: Array) -> list[dict[str, Any]]:
    """What `nn.save` would write: for each array its shape, and where its numbers are."""
    place = {id(named[i][1]): k for k, i in enumerate(order.tolist())}
    found = [
        {"name": name, "shape": list(shape), "from": _run([place[id(value)] for value in values])}
        for name, shape, values in grouped(named)
    ]
    return found + [
        {"name": name, "shape": list(array.shape), "numbers": array.ravel().tolist()}
        for name, array in model.named_buffers()
    ]


def _run(places: list[int]) -> int | list[int]:
    """The first of places that follow each other, else all of them."""
    first = places[0]
    return first if places == list(range(first, first + len(places))) else places


def _listed(x: Array, y: Array) -> dict[str, Any]:
    x_numbers, y_numbers = (
        [json_number(z) for z in np.ravel(part).astype(float)] for part in (x, y)
    )
    return {"x": x_numbers, "y": y_numbers, "n": len(x)}


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
