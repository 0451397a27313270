"""A network, and what goes with it, that suits a data set: a beginning for a playground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nn import MLP, SGD, Dataset
from viz.playground.playground import Playground, playground

__all__ = ["suited"]


def suited(data: Dataset, hidden: Sequence[int] = (8, 8), title: str = "") -> Playground:
    """A playground of tanh layers: logits for classes, one number else.

    >>> from viz.playground.moons import moons
    >>> suited(moons(20), [3])
    <playground of MLP: .save('playground.html')>
    """
    kinds = len(data.classes)
    outputs = kinds if kinds > 2 else 1
    loss = {0: "mse", 2: "binary_cross_entropy_with_logits"}.get(kinds, "cross_entropy")
    model = MLP(int(np.prod(data.x.shape[1:])), [*hidden, outputs], "tanh", rng=1)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    return playground(model, data, loss=loss, optimizer=optimizer, title=title)
