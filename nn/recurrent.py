"""Recurrent networks: neurons that are given their own last outputs beside the next input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import tanh
from nn.activations import Activation
from nn.init import Init, Rng, generator
from nn.layers import Layer, as_list, positive
from nn.module import Module
from nn.nested import data_of, plain, shape_of

__all__ = ["LSTM", "RNN"]


def _torch_init(hidden_size: int) -> Init:
    """PyTorch's initial weights of recurrent layers: uniform within 1/√hidden_size."""
    return lambda rng, fan_in, _: hidden_size**-0.5 * rng.uniform(-1.0, 1.0, fan_in)


class RNN(Module):
    """A layer whose output is fed back to its input: hₜ = tanh(W·[xₜ, hₜ₋₁] + b).

    Each neuron sees the input and all last outputs. Its weights stand in this order, so `cell` is
    PyTorch's ``[weight_ih, weight_hh]`` side by side, and its bias the sum of PyTorch's two.

    Args:
        input_size: how many numbers come at each time.
        hidden_size: how many neurons.
        nonlinearity: "tanh", "relu", or any activation.
        init: the initial weights, see `Neuron`; PyTorch's by default.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Called with a sequence [time][input], and a first hidden state if it is not 0; returns the outputs
    [time][hidden] and the last hidden state, as in PyTorch.

    >>> rnn = RNN(1, 1, "linear", init="zeros", rng=0)
    >>> rnn.cell.neurons[0].w[0].data = 1.0             # the input counts
    >>> rnn.cell.neurons[0].w[1].data = 0.5             # half of the last output stays
    >>> outputs, last = rnn([[1.0], [0.0], [0.0]])
    >>> [out[0].data for out in outputs]
    [1.0, 0.5, 0.25]
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        nonlinearity: Activation = "tanh",
        *,
        init: Init | None = None,
        rng: Rng = None,
    ) -> None:
        self.input_size = positive("input_size", input_size)
        self.hidden_size = positive("hidden_size", hidden_size)
        init = init if init is not None else _torch_init(hidden_size)
        self.cell = Layer(input_size + hidden_size, hidden_size, nonlinearity, init=init, rng=rng)
        self.last_output: list[Any] | None = None

    def __call__(
        self, x: Any, hidden: Sequence[Any] | None = None
    ) -> tuple[list[list[Any]], list[Any]]:
        state = _state("hidden", hidden, self.hidden_size)
        outputs = []
        for xt in _sequence(x, self.input_size):
            state = as_list(self.cell([*xt, *state]))
            outputs.append(state)
        self.last_output = data_of(outputs)
        return outputs, state

    def __repr__(self) -> str:
        return f"RNN({self.input_size}, {self.hidden_size})"


class LSTM(Module):
    """Long short-term memory: a recurrent layer with a memory cell behind three gates.

    With z = [xₜ, hₜ₋₁]: i = σ(Wᵢ z + bᵢ), f = σ(W_f z + b_f), g = tanh(W_g z + b_g),
    o = σ(Wₒ z + bₒ); cₜ = f·cₜ₋₁ + i·g, hₜ = o·tanh(cₜ).

    Source: Hochreiter & Schmidhuber, Long short-term memory (1997), with the forget gate of Gers et
    al. (2000); the gates in PyTorch's order, with one bias where PyTorch has two to add.

    Args:
        input_size: how many numbers come at each time.
        hidden_size: how many memory cells.
        init: the initial weights, see `Neuron`; PyTorch's by default.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Called with a sequence [time][input], and (h, c) if they are not 0; returns the outputs
    [time][hidden] and the last (h, c), as in PyTorch.

    >>> outputs, (h, c) = LSTM(3, 2, rng=0)([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> len(outputs), len(outputs[0]), outputs[-1] == h
    (2, 2, True)
    """

    def __init__(
        self, input_size: int, hidden_size: int, *, init: Init | None = None, rng: Rng = None
    ) -> None:
        self.input_size = positive("input_size", input_size)
        self.hidden_size = positive("hidden_size", hidden_size)
        init = init if init is not None else _torch_init(hidden_size)
        source = generator(rng)

        def gate(activation: str) -> Layer:
            return Layer(input_size + hidden_size, hidden_size, activation, init=init, rng=source)

        self.input_gate = gate("sigmoid")
        self.forget_gate = gate("sigmoid")
        self.cell_gate = gate("tanh")
        self.output_gate = gate("sigmoid")
        self.last_output: list[Any] | None = None

    def __call__(
        self, x: Any, state: tuple[Sequence[Any], Sequence[Any]] | None = None
    ) -> tuple[list[list[Any]], tuple[list[Any], list[Any]]]:
        h0, c0 = (None, None) if state is None else state
        h, c = _state("h", h0, self.hidden_size), _state("c", c0, self.hidden_size)
        outputs = []
        for xt in _sequence(x, self.input_size):
            z = [*xt, *h]
            i, f = as_list(self.input_gate(z)), as_list(self.forget_gate(z))
            g, o = as_list(self.cell_gate(z)), as_list(self.output_gate(z))
            c = [fk * ck + ik * gk for fk, ck, ik, gk in zip(f, c, i, g)]
            h = [ok * tanh(ck) for ok, ck in zip(o, c)]
            outputs.append(h)
        self.last_output = data_of(outputs)
        return outputs, (h, c)

    def __repr__(self) -> str:
        return f"LSTM({self.input_size}, {self.hidden_size})"


def _sequence(x: Any, input_size: int) -> list[list[Any]]:
    """The sequence, if it is one: [time][input]."""
    x = plain(x)
    shape = shape_of(x)
    if len(shape) != 2 or any(len(xt) != input_size for xt in x):
        raise ValueError(
            f"a sequence is [time][input], {input_size} numbers at each time, not of shape {shape}"
        )
    return x  # type: ignore[no-any-return]


def _state(name: str, state: Sequence[Any] | None, size: int) -> list[Any]:
    numbers = [0.0] * size if state is None else list(plain(state))
    if len(numbers) != size:
        raise ValueError(f"{name} has {size} numbers, not {len(numbers)}")
    return numbers
