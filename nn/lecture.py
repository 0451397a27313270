"""The networks of micrograd's lecture: its Neuron, Layer and MLP have tanh everywhere, the output too.

The package micrograd, and `nn` with it, has relu inside and nothing at the end. A program typed as in
the lecture needs one line changed:

>>> from nn.lecture import MLP
>>> MLP(3, [4, 4, 1], rng=0)
MLP(3, [4, 4, 1], activation='tanh', out_activation='tanh')

Source: A. Karpathy, The spelled-out intro to neural networks and backpropagation (2022), from 1:43:55.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nn.layers as layers
from nn.activations import Activation

__all__ = ["MLP", "Layer", "Neuron"]


class Neuron(layers.Neuron):
    """`nn.Neuron` with the lecture's tanh.

    >>> Neuron(2, rng=0)
    Neuron(2, activation='tanh')
    """

    def __init__(self, nin: int, activation: Activation = "tanh", **settings: Any) -> None:
        super().__init__(nin, activation, **settings)


class Layer(layers.Layer):
    """`nn.Layer` with the lecture's tanh.

    >>> Layer(2, 3, rng=0)
    Layer(2, 3, activation='tanh')
    """

    def __init__(
        self, nin: int, nout: int, activation: Activation = "tanh", **settings: Any
    ) -> None:
        super().__init__(nin, nout, activation, **settings)


class MLP(layers.MLP):
    """`nn.MLP` with the lecture's tanh in every layer, the last one included.

    >>> model = MLP(3, [4, 4, 1], rng=0)
    >>> len(model.parameters())                     # as many as in the lecture
    41
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "tanh",
        out_activation: Activation = "tanh",
        **settings: Any,
    ) -> None:
        super().__init__(nin, nouts, activation, out_activation, **settings)
