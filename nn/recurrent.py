"""Recurrent networks: neurons that are given their own last outputs beside the next input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value, tanh
from nn.activations import Activation, activation_name
from nn.architecture import Architecture, Column, Weight, described, subscript, weights_into
from nn.counterpart import refuse_other
from nn.init import Init, Rng, generator
from nn.layers import Layer, Neuron, as_list
from nn.module import Module
from nn.nested import data_of, plain, shape_of
from nn.settings import positive
from nn.unrolled import unroll_gru, unroll_lstm, unroll_rnn

__all__ = ["GRU", "LSTM", "RNN"]


class Steps:
    """The Values of each time step of the last call, by letter; neither copied nor saved."""

    __slots__ = ("rows",)

    def __init__(self, rows: Sequence[dict[str, list[Any]]] = ()) -> None:
        self.rows = rows

    def __deepcopy__(self, memo: Any) -> Steps:
        return Steps()

    def __reduce__(self) -> tuple[Any, ...]:
        return Steps, ()


class _Recurrent(Module):
    """What recurrent layers share: their sizes, and where their weights stand in PyTorch."""

    last_steps = Steps()

    def __init__(self, input_size: int, hidden_size: int) -> None:
        self.input_size = positive("input_size", input_size)
        self.hidden_size = positive("hidden_size", hidden_size)

    def _gate(
        self, activation: Activation, init: Init | None, rng: Any, inputs: int | None = None
    ) -> Layer:
        """``hidden_size`` neurons; they see the input and all last outputs if nothing else is said."""
        inputs = inputs if inputs is not None else self.input_size + self.hidden_size
        init = init if init is not None else _torch_init(self.hidden_size)
        return Layer(inputs, self.hidden_size, activation, init=init, rng=rng)

    def _hears_itself(self, network: Architecture, source: int, out: int) -> None:
        """The outputs come back as the last units of the column that the layer sees."""
        n = self.input_size
        network.link(out, source, lambda j: {j - n: None} if j >= n else {}, back=True)

    @classmethod
    def like_torch(cls, module: Any) -> _Recurrent:
        refuse_other(module, num_layers=1, bidirectional=False, proj_size=0)
        return cls(module.input_size, module.hidden_size, rng=0)  # type: ignore[call-arg]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"


class RNN(_Recurrent):
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

    Raises:
        ValueError: for sizes below 1; when called with what is no sequence of so many numbers
            each.

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
        super().__init__(input_size, hidden_size)
        self.cell = self._gate(nonlinearity, init, generator(rng))

    def __call__(
        self, x: Any, hidden: Sequence[Any] | None = None
    ) -> tuple[list[list[Value]], list[Value]]:
        state = _state("hidden", hidden, self.hidden_size)
        outputs, steps = [], []
        for xt in _sequence(x, self.input_size):
            before, state = state, as_list(self.cell([*xt, *state]))
            outputs.append(state)
            steps.append({"x": xt, "before": before, "h": state})
        self.last_output, self.last_steps = data_of(outputs), Steps(steps)
        return outputs, state

    def describe(self, network: Architecture) -> bool:
        if network.unroll:
            unroll_rnn(network, self.last_steps.rows, self.cell.neurons)
            return True
        units = self.cell.neurons
        source = network.with_memory(self.input_size, self.hidden_size, self.cell.last_input)
        target = network.add(
            Column(
                "recurrent", described(units), "neuron", "h", self.hidden_size,
                outputs=[unit.last_output for unit in units], biases=[unit.b for unit in units],
            )
        )  # fmt: skip
        network.link(source, target, lambda j: weights_into(units[j]))
        self._hears_itself(network, source, target)
        return True

    def torch_module(self, torch: Any) -> Any:
        name = activation_name(self.cell.neurons[0].activation)
        if name not in ("tanh", "relu"):
            raise TypeError(f"PyTorch's RNN has no {name!r}, only 'tanh' and 'relu'")
        return torch.nn.RNN(self.input_size, self.hidden_size, nonlinearity=name, batch_first=True)

    def torch_layout(self) -> dict[str, Any]:
        return _side_by_side(self.cell.neurons, self.input_size)

    @classmethod
    def like_torch(cls, module: Any) -> RNN:
        made = super().like_torch(module)
        return RNN(made.input_size, made.hidden_size, module.nonlinearity, rng=0)


class LSTM(_Recurrent):
    """Long short-term memory: a recurrent layer with a memory cell behind three gates.

    With z = [xₜ, hₜ₋₁]: i = σ(Wᵢ z + bᵢ), f = σ(W_f z + b_f), g = tanh(W_g z + b_g),
    o = σ(Wₒ z + bₒ); cₜ = f·cₜ₋₁ + i·g, hₜ = o·tanh(cₜ).

    Raises:
        ValueError: for sizes below 1; when called with what is no sequence of so many numbers
            each.

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
        super().__init__(input_size, hidden_size)
        source = generator(rng)
        self.input_gate = self._gate("sigmoid", init, source)
        self.forget_gate = self._gate("sigmoid", init, source)
        self.cell_gate = self._gate("tanh", init, source)
        self.output_gate = self._gate("sigmoid", init, source)

    def __call__(
        self, x: Any, state: tuple[Sequence[Any], Sequence[Any]] | None = None
    ) -> tuple[list[list[Value]], tuple[list[Value], list[Value]]]:
        h0, c0 = (None, None) if state is None else state
        h, c = _state("h", h0, self.hidden_size), _state("c", c0, self.hidden_size)
        outputs, steps = [], []
        for xt in _sequence(x, self.input_size):
            z = [*xt, *h]
            i, f = as_list(self.input_gate(z)), as_list(self.forget_gate(z))
            g, o = as_list(self.cell_gate(z)), as_list(self.output_gate(z))
            before, c = c, [fk * ck + ik * gk for fk, ck, ik, gk in zip(f, c, i, g)]
            h = [ok * tanh(ck) for ok, ck in zip(o, c)]
            outputs.append(h)
            steps.append({"x": xt, "before": z[self.input_size :], "c before": before,
                          "i": i, "f": f, "g": g, "o": o, "c": c, "h": h})  # fmt: skip
        self.last_output, self.last_steps = data_of(outputs), Steps(steps)
        return outputs, (h, c)

    def describe(self, network: Architecture) -> bool:
        size, units = self.hidden_size, self._neurons()
        if network.unroll:
            unroll_lstm(network, self.last_steps.rows, units)
            return True
        source = network.with_memory(self.input_size, size, self.input_gate.last_input)
        gate = network.add(
            Column(
                "gates", "i, f, o: sigmoid · g: tanh", "neuron", "z", 4 * size,
                names=_named("ifgo", size), outputs=[unit.last_output for unit in units],
                biases=[unit.b for unit in units],
            )
        )  # fmt: skip
        network.link(source, gate, lambda j: weights_into(units[j]))
        rows = self.last_steps.rows
        cells = data_of(rows[-1]["c"]) if rows else ()
        cell = network.add(
            Column("memory cell", "c = f·c′ + i·g", "value", "c", size, outputs=cells)
        )
        network.link(gate, cell, lambda j: {j: None, size + j: None, 2 * size + j: None})
        network.link(cell, cell, lambda j: {j: None}, back=True)
        last = self.last_output[-1] if self.last_output else ()
        out = network.add(Column("recurrent", "h = o·tanh(c)", "neuron", "h", size, outputs=last))
        network.link(cell, out, lambda j: {j: None})
        network.link(gate, out, lambda j: {3 * size + j: None})
        self._hears_itself(network, source, out)
        return True

    def _neurons(self) -> list[Neuron]:
        gates = (self.input_gate, self.forget_gate, self.cell_gate, self.output_gate)
        return [neuron for gate in gates for neuron in gate.neurons]

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.LSTM(self.input_size, self.hidden_size, batch_first=True)

    def torch_layout(self) -> dict[str, Any]:
        return _side_by_side(self._neurons(), self.input_size)


class GRU(_Recurrent):
    """Gated recurrent unit: a recurrent layer whose outputs are kept or renewed by two gates.

    With v = [xₜ, hₜ₋₁]: r = σ(W_r v + b_r), z = σ(W_z v + b_z); with p = W_p xₜ + b_p and
    q = W_q hₜ₋₁ + b_q: n = tanh(p + r·q); hₜ = (1 − z)·n + z·hₜ₋₁.

    Raises:
        ValueError: for sizes below 1; when called with what is no sequence of so many numbers
            each.

    Source: Cho et al., arXiv:1406.1078, in PyTorch's form: r weighs q with its bias, so that the two
    biases of n stay apart; r and z have one where PyTorch has two to add.

    Args:
        input_size: how many numbers come at each time.
        hidden_size: how many outputs.
        init: the initial weights, see `Neuron`; PyTorch's by default.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Called with a sequence [time][input], and a first hidden state if it is not 0; returns the outputs
    [time][hidden] and the last hidden state, as in PyTorch.

    >>> outputs, last = GRU(3, 2, rng=0)([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> len(outputs), len(outputs[0]), outputs[-1] == last
    (2, 2, True)
    """

    def __init__(
        self, input_size: int, hidden_size: int, *, init: Init | None = None, rng: Rng = None
    ) -> None:
        super().__init__(input_size, hidden_size)
        source = generator(rng)
        self.reset_gate = self._gate("sigmoid", init, source)
        self.update_gate = self._gate("sigmoid", init, source)
        self.from_input = self._gate("linear", init, source, input_size)
        self.from_hidden = self._gate("linear", init, source, hidden_size)

    def __call__(
        self, x: Any, hidden: Sequence[Any] | None = None
    ) -> tuple[list[list[Value]], list[Value]]:
        h = _state("hidden", hidden, self.hidden_size)
        outputs, steps = [], []
        for xt in _sequence(x, self.input_size):
            v = [*xt, *h]
            r, z = as_list(self.reset_gate(v)), as_list(self.update_gate(v))
            p, q = as_list(self.from_input(xt)), as_list(self.from_hidden(h))
            n = [tanh(pk + rk * qk) for pk, rk, qk in zip(p, r, q)]
            h = [(1.0 - zk) * nk + zk * hk for nk, zk, hk in zip(n, z, h)]
            outputs.append(h)
            steps.append({"x": xt, "before": v[self.input_size :], "r": r, "z": z, "p": p, "q": q,
                          "n": n, "h": h})  # fmt: skip
        self.last_output, self.last_steps = data_of(outputs), Steps(steps)
        return outputs, h

    def describe(self, network: Architecture) -> bool:
        if network.unroll:
            unroll_gru(network, self.last_steps.rows, self._neurons())
            return True
        n, size = self.input_size, self.hidden_size
        units = self._neurons()
        source = network.with_memory(n, size, self.reset_gate.last_input)
        gate = network.add(
            Column(
                "gates", "r, z: sigmoid · p, q: linear", "neuron", "z", 4 * size,
                names=_named("rzpq", size), outputs=[unit.last_output for unit in units],
                biases=[unit.b for unit in units],
            )
        )  # fmt: skip
        after = 3 * size  # from here on the units see the last outputs only

        def into(j: int) -> dict[int, Weight]:
            weights = weights_into(units[j])
            return {n + i: w for i, w in weights.items()} if j >= after else weights

        network.link(source, gate, into)
        new = network.add(Column("new", "n = tanh(p + r·q)", "value", "n", size))
        network.link(gate, new, lambda j: {j: None, 2 * size + j: None, 3 * size + j: None})
        last = self.last_output[-1] if self.last_output else ()
        out = network.add(
            Column("recurrent", "h = (1 − z)·n + z·h′", "neuron", "h", size, outputs=last)
        )
        network.link(new, out, lambda j: {j: None})
        network.link(gate, out, lambda j: {size + j: None})
        network.link(source, out, lambda j: {n + j: None})
        self._hears_itself(network, source, out)
        return True

    def _neurons(self) -> list[Neuron]:
        gates = (self.reset_gate, self.update_gate, self.from_input, self.from_hidden)
        return [neuron for gate in gates for neuron in gate.neurons]

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.GRU(self.input_size, self.hidden_size, batch_first=True)

    def torch_layout(self) -> dict[str, Any]:
        gates = _side_by_side(self.reset_gate.neurons + self.update_gate.neurons, self.input_size)
        own, heard = self.from_input.neurons, self.from_hidden.neurons
        return {
            "weight_ih_l0": gates["weight_ih_l0"] + [neuron.w for neuron in own],
            "weight_hh_l0": gates["weight_hh_l0"] + [neuron.w for neuron in heard],
            "bias_ih_l0": gates["bias_ih_l0"] + [neuron.b for neuron in own],
            "bias_hh_l0": gates["bias_hh_l0"] + [neuron.b for neuron in heard],
        }


def _torch_init(hidden_size: int) -> Init:
    """PyTorch's initial weights of recurrent layers: uniform within 1/√hidden_size."""
    return lambda rng, fan_in, _: hidden_size**-0.5 * rng.uniform(-1.0, 1.0, fan_in)


def _side_by_side(neurons: list[Neuron], input_size: int) -> dict[str, Any]:
    """Neurons that see input and last outputs, as PyTorch arranges their weights.

    The one bias of each is the sum of PyTorch's two.
    """
    biases = [neuron.b for neuron in neurons]
    return {
        "weight_ih_l0": [neuron.w[:input_size] for neuron in neurons],
        "weight_hh_l0": [neuron.w[input_size:] for neuron in neurons],
        "bias_ih_l0": biases,
        "bias_hh_l0": biases,
    }


def _named(letters: str, size: int) -> list[str]:
    """What the units of several gates are called: i₁, i₂, f₁, f₂ …"""
    return [f"{letter}{subscript(k + 1)}" for letter in letters for k in range(size)]


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
