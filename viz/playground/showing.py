"""What the page shows of a model's answers: a plane, a line, images, or how they meet the targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.text.format import clean
from nn.architecture import subscript
from nn.data import Array
from viz.playground.model import Export

__all__ = ["showing"]

_HEADINGS = {
    "plane": "What it answers, where",
    "line": "The fitted line",
    "images": "What it takes them for",
    "reconstruction": "What goes in, and what comes out",
    "pairs": "Answers against targets",
    "confusion": "What is taken for what",
}
_MARGIN = 0.12  # of the points' reach, around them
_LONGEST = 40  # characters of a name
_MOST = 100  # inputs that have a name


def showing(
    made: Export,
    image_shape: tuple[int, int] | None,
    features: Sequence[str],
    classes: Sequence[str],
) -> dict[str, Any]:
    """How to draw it, as data for the page.

    Args:
        made: the model's script, what is known of it, and its data.
        image_shape: rows and columns, where the inputs are the pixels of an image.
        features, classes: what inputs and classes are called.
    """
    x, y = (
        np.concatenate([part[name] for part in made.data.values()]).reshape(-1, made.facts[width])
        for name, width in (("x", "inputs"), ("y", "targets"))
    )
    inputs, outputs = made.facts["inputs"], made.facts["outputs"]
    view = {1: "line", 2: "plane"}.get(inputs, "pairs")
    if image_shape is not None:
        view = "reconstruction" if outputs == inputs else "images"
    answer = _answer(y, made.facts)
    if view == "pairs" and answer["kind"] != "numbers":
        view = "confusion"
    names = [clean(name, _LONGEST) for name in features][:inputs]
    names += [f"x{subscript(k + 1)}" for k in range(len(names), min(inputs, _MOST))]
    count = outputs if answer["kind"] == "classes" else 2
    called = [clean(str(name), _LONGEST) for name in classes][:count]
    return {
        "view": view, "heading": _HEADINGS[view], "answer": answer, "range": _range(view, x, y),
        "features": names, "shape": image_shape,
        "axes": ["target", "answer"] if view == "pairs" else [*names, "answer"][:2],
        "classes": called + [str(k) for k in range(len(called), count)],
    }  # fmt: skip


def _answer(y: Array, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer means: one of two kinds, one of several, or a number."""
    loss, threshold = facts["loss"], facts["threshold"]
    low, high = float(y.min()), float(y.max())
    found = {
        "width": y.shape[1], "middle": (low + high) / 2, "half": (high - low) / 2 or 1.0,
        "logits": loss in ("cross_entropy", "binary_cross_entropy_with_logits"),
    }  # fmt: skip
    one_hot = y.shape[1] > 1 and bool(np.all(np.isin(y, (0, 1))) and np.all(y.sum(1) == 1))
    if threshold == [] or one_hot:
        return found | {"kind": "classes"}
    return found | {"kind": "binary" if threshold else "numbers"}


def _range(view: str, x: Array, y: Array) -> list[list[float]]:
    """From where to where the picture reaches, across and up; as wide as high if both are alike."""
    across, up = (
        (x[:, 0], x[:, -1]) if view == "plane" else (x[:, 0], y) if view == "line" else (y, y)
    )
    middles = [(float(z.min()) + float(z.max())) / 2 for z in (across, up)]
    halves = [(float(np.ptp(z)) / 2 or 1.0) * (1 + 2 * _MARGIN) for z in (across, up)]
    if view != "line" and max(halves) < 3 * min(halves):
        halves = [max(halves)] * 2
    return [[round(m - h, 6), round(m + h, 6)] for m, h in zip(middles, halves)]
