"""Neuron, Layer and MLP, with micrograd's names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from autograd import Number, Value
from autograd.value import Note
from nn.activations import Activation, activation_name, resolve_activation
from nn.module import Module

__all__ = ["MLP", "Layer", "Neuron", "Rng"]

Rng: TypeAlias = int | np.random.Generator | None


class Neuron(Module):
    """act(Σ wᵢ·xᵢ + b): one weight an input, one bias, one activation.

    Args:
        nin: how many inputs, 1 or more.
        activation: a name ("tanh", "relu", "sigmoid", "linear" …) or a function of a Value.
        rng: where the initial weights come from (uniform in −1 … 1): a seed or a NumPy Generator.
        nonlin: micrograd's argument: True for relu, False for linear.

    Attributes:
        w: the weights, `nin` Values.
        b: the bias, a Value.
        last_output: the number it answered last, for drawings; None before the first call.

    >>> n = Neuron(2, activation="tanh", rng=0)
    >>> n.w[0].data, n.w[1].data, n.b.data = -3.0, 1.0, 6.8813735870195432
    >>> y = n([2.0, 0.0]); y.backward()
    >>> print(f"{y:.4f} {n.w[0].grad:.4f}")
    0.7071 1.0000
    """

    def __init__(
        self,
        nin: int,
        activation: Activation = "relu",
        *,
        rng: Rng = None,
        nonlin: bool | None = None,
    ) -> None:
        self.nin = positive("nin", nin)
        if isinstance(activation, bool):  # micrograd's second argument
            nonlin, activation = activation, "relu"
        self.activation = "linear" if nonlin is False else activation
        self._function = resolve_activation(self.activation)
        weights = np.random.default_rng(rng).uniform(-1.0, 1.0, nin)
        self.w = [parameter(w, f"w{i}") for i, w in enumerate(weights, 1)]
        self.b = parameter(0.0, "b")
        self.last_output: float | None = None
        self._mark = Note(scope=self)

    def __call__(self, x: Sequence[Number]) -> Value:
        if len(x) != self.nin:
            raise ValueError(f"this neuron takes {self.nin} inputs, not {len(x)}")
        out = self.b
        for w, xi in zip(self.w, x):
            out = out + w * xi
        if self._function is not None:
            out = self._function(out)
        how = out._how
        if type(how) is not Note:  # one note serves every output: where it came from
            if self._mark.op is not how:
                self._mark = Note(how, scope=self)
            out._how = self._mark
        self.last_output = out.data
        return out

    def __repr__(self) -> str:
        return f"Neuron({self.nin}, activation={activation_name(self.activation)!r})"


class Layer(Module):
    """``nout`` neurons that see the same ``nin`` inputs: f(W x + b).

    Returns a list of ``nout`` Values when called, or the Value itself when ``nout`` is 1.

    >>> len(Layer(4, 3, activation="tanh", rng=0).parameters())      # 3 · (4 weights + 1 bias)
    15
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = "relu",
        *,
        rng: Rng = None,
        nonlin: bool | None = None,
    ) -> None:
        self.nin, self.nout = positive("nin", nin), positive("nout", nout)
        generator = np.random.default_rng(rng)
        self.neurons = [Neuron(nin, activation, rng=generator, nonlin=nonlin) for _ in range(nout)]
        self.last_input: list[float] | None = None

    def __call__(self, x: Sequence[Number]) -> Any:
        out = [neuron(x) for neuron in self.neurons]
        self.last_input = [xi.data if type(xi) is Value else float(xi) for xi in x]
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        name = activation_name(self.neurons[0].activation)
        return f"Layer({self.nin}, {self.nout}, activation={name!r})"


class MLP(Module):
    """Layers one after the other: a multi-layer perceptron.

    Args:
        nin: how many inputs.
        nouts: how many neurons in each layer, hidden layers first, the output layer last.
        activation: of the hidden layers.
        out_activation: of the output layer.
        rng: a seed or a NumPy Generator; the same seed gives the same weights.

    >>> MLP(4, [3, 1], activation="tanh", rng=0)
    MLP(4, [3, 1], activation='tanh', out_activation='linear')
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        out_activation: Activation = "linear",
        *,
        rng: Rng = None,
    ) -> None:
        if isinstance(nouts, (int, np.integer)) or len(nouts) == 0:
            raise ValueError(f"nouts lists the size of each layer, like [16, 1], not {nouts!r}")
        generator = np.random.default_rng(rng)
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [
            Layer(a, b, out_activation if i == last else activation, rng=generator)
            for i, (a, b) in enumerate(pairwise(sizes))
        ]

    def __call__(self, x: Sequence[Number]) -> Any:
        out: Any = x
        for layer in self.layers:
            out = layer([out] if type(out) is Value else out)
        return out

    def __repr__(self) -> str:
        first, last = self.layers[0], self.layers[-1]
        return (
            f"MLP({first.nin}, {[layer.nout for layer in self.layers]}, "
            f"activation={activation_name(first.neurons[0].activation)!r}, "
            f"out_activation={activation_name(last.neurons[0].activation)!r})"
        )


def parameter(data: float, label: str) -> Value:
    """A leaf that training changes."""
    value = Value(data)
    value._how = Note(label=label, parameter=True)
    return value


def positive(name: str, n: int) -> int:
    """``n`` if it is a whole number of 1 or more."""
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"{name} is a whole number of 1 or more, not {n!r}")
    return int(n)
