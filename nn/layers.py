"""Neuron, Layer and MLP, with micrograd's names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Real
from typing import Any

import numpy as np

from autograd import Number, Value, dot
from autograd.value import Note
from nn.activations import Activation, activation_name, resolve_activation
from nn.architecture import subscript, superscript, weight_symbol, weights_into
from nn.counterpart import activated
from nn.init import Init, Rng, generator, initial
from nn.module import Module
from nn.settings import positive
from nn.signatures import Answer

__all__ = [
    "MLP",
    "Layer",
    "Linear",
    "Neuron",
    "as_list",
    "dense_layout",
    "number_layers",
    "numbers",
    "parameter",
]

_ONE_SAMPLE = "; a model takes one sample at a time: [model(x) for x in X], or predict(model, X)"


class Neuron(Module):
    """act(Σ wᵢ·xᵢ + b): one weight an input, one bias, one activation.

    Args:
        nin: how many inputs, 1 or more.
        activation: a name ("tanh", "relu", "sigmoid", "linear" …) or a function of a Value.
        init: the initial weights: "uniform" (−1 … 1), "normal", "xavier_uniform", "he_normal" …
            (`nn.init.INITS`) or a function.
        bias: False for a neuron without one; `b` is then None.
        inputs: the numbers of the inputs it is connected to, counted from 0; None for all of them.
        fan_out: how many neurons share the inputs, for the initial weights of Xavier's kind.
        rng: where the initial weights come from: a seed, a NumPy Generator, or None for Python's
            `random`, as in micrograd.
        nonlin: micrograd's argument: True for relu, False for linear.

    Attributes:
        w: the weights, Values: one for each connected input.
        b: the bias, a Value.

    Raises:
        TypeError: when called with something else than a list.
        ValueError: when called with another number of inputs.

    >>> n = Neuron(2, activation="tanh", rng=0)
    >>> n.w[0].data, n.w[1].data, n.b.data = -3.0, 1.0, 6.8813735870195432
    >>> y = n([2.0, 0.0]); y.backward()
    >>> print(f"{y:.4f} {n.w[0].grad:.4f}")
    0.7071 1.0000
    """

    b: Value | None
    symbol = ""  # what its answer is called in a network of layers: h₁⁽²⁾

    def __init__(
        self,
        nin: int,
        activation: Activation = "relu",
        *,
        init: Init = "uniform",
        bias: bool = True,
        inputs: Sequence[int] | None = None,
        fan_out: int = 1,
        rng: Rng = None,
        nonlin: bool | None = None,
    ) -> None:
        self.nin = positive("nin", nin)
        if isinstance(activation, bool):  # micrograd's second argument
            nonlin, activation = activation, "relu"
        self.activation = "linear" if nonlin is False else activation
        self._function = resolve_activation(self.activation)
        if isinstance(self.activation, str):  # a sum is a Value: its method needs no dispatch
            self._function = getattr(Value, self.activation.lower(), self._function)
        self.inputs = None if inputs is None else connected(inputs, self.nin)
        seen = range(self.nin) if self.inputs is None else self.inputs
        weights, start = initial(init, generator(rng), len(seen), fan_out)
        self.w = [parameter(w, f"w{i + 1}") for i, w in zip(seen, weights)]
        self.b = parameter(start, "b") if bias else None
        self._mark = Note(scope=self)

    def __call__(self, x: Sequence[Number]) -> Value:
        out = self.answer(x)
        self.last_input = [xi.data if type(xi) is Value else float(xi) for xi in x]
        return out

    def answer(self, x: Sequence[Number]) -> Value:
        """What calling it gives; the input is not kept, as the layer around it keeps that."""
        try:
            given = len(x)
        except TypeError:
            like = ", ".join([*["x1", "x2", "x3"][: self.nin], *["…"] * (self.nin > 3)])
            raise TypeError(
                f"a neuron takes its {self.nin} inputs in one list, like [{like}], not {x!r:.60}"
            ) from None
        if given != self.nin:
            several = isinstance(x, (list, tuple)) and any(
                isinstance(xi, (list, tuple)) for xi in x
            )
            hint = _ONE_SAMPLE if several else ""
            raise ValueError(f"this neuron takes {self.nin} inputs, not {given}{hint}")
        if self.inputs is not None:
            x = [x[i] for i in self.inputs]
        try:
            out: Value = dot(self.w, x, self.b)
        except TypeError:
            refuse(x)
            raise
        if self._function is not None:
            out = self._function(out)
            if type(out) is not Value:
                raise TypeError(
                    f"an activation answers a Value, not {out!r:.40}: it is made of operations on "
                    "Values, like autograd.tanh, not math.tanh"
                )
        how = out._how
        if type(how) is not Note:  # one note serves every output: where it came from
            if self._mark.op is not how:
                self._mark = Note(how, scope=self)
            out._how = self._mark
        elif how.scope is None and how.op is not None:
            out._how = how._replace(scope=self)
        self.last_output = out.data
        return out

    def __repr__(self) -> str:
        return f"Neuron({self.nin}, activation={activation_name(self.activation)!r})"

    def torch_module(self, torch: Any) -> Any:
        return _torch_linear(torch, [self])

    def torch_layout(self) -> dict[str, Any]:
        return dense_layout([self])


class Layer(Module):
    """``nout`` neurons that see the same ``nin`` inputs: f(W x + b).

    Returns a list of ``nout`` Values when called, or the Value itself when ``nout`` is 1.

    Args:
        nin: how many inputs.
        nout: how many neurons.
        activation: of each neuron.
        init: the initial weights, see `Neuron`.
        bias: False for neurons without one.
        connections: for a partly connected layer: for each neuron, the inputs it sees, from 0.
        rng: a seed or a NumPy Generator, see `Neuron`.
        nonlin: micrograd's argument: True for relu, False for linear.

    Attributes:
        neurons: the neurons, in order.

    Raises:
        ValueError: for sizes below 1 and unknown names; when called with another number of
            inputs.

    >>> len(Layer(4, 3, activation="tanh", rng=0).parameters())      # 3 · (4 weights + 1 bias)
    15
    >>> len(Layer(4, 2, connections=[[0, 1], [2, 3]], rng=0).parameters())
    6
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = "relu",
        *,
        init: Init = "uniform",
        bias: bool = True,
        connections: Sequence[Sequence[int]] | None = None,
        rng: Rng = None,
        nonlin: bool | None = None,
    ) -> None:
        self.nin, self.nout = positive("nin", nin), positive("nout", nout)
        if connections is not None and len(connections) != nout:
            raise ValueError(
                f"connections lists the inputs of each of {nout} neurons, not of {len(connections)}"
            )
        source = generator(rng)
        self.neurons = [
            Neuron(
                nin,
                activation,
                init=init,
                bias=bias,
                inputs=inputs,
                fan_out=nout,
                rng=source,
                nonlin=nonlin,
            )
            for inputs in (connections if connections is not None else [None] * nout)
        ]
        number_weights(self.neurons)

    def __call__(self, x: Sequence[Number]) -> Answer:
        if isinstance(x, np.ndarray):
            x = numbers(x)
        out = [neuron.answer(x) if type(neuron) is Neuron else neuron(x) for neuron in self.neurons]
        self.last_input = [xi.data if type(xi) is Value else float(xi) for xi in x]
        return out[0] if len(out) == 1 else out  # type: ignore[return-value]

    def __repr__(self) -> str:
        name = activation_name(self.neurons[0].activation)
        return f"Layer({self.nin}, {self.nout}, activation={name!r})"

    def torch_module(self, torch: Any) -> Any:
        return _torch_linear(torch, self.neurons)

    def torch_layout(self) -> dict[str, Any]:
        return dense_layout(self.neurons)


class Linear(Layer):
    """W x + b, with PyTorch's name, initial weights and habit of always returning a list.

    Args:
        in_features: how many inputs.
        out_features: how many outputs.
        bias: False for none.
        init: the initial weights, see `Neuron`; PyTorch's are the default.
        rng: a seed or a NumPy Generator, see `Neuron`.

    Raises:
        ValueError: for sizes below 1; when called with another number of inputs.

    >>> Linear(3, 1, rng=0)([1.0, 2.0, 3.0])[0].op
    '+'
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Init = "torch",
        rng: Rng = None,
    ) -> None:
        super().__init__(in_features, out_features, "linear", init=init, bias=bias, rng=rng)

    def __call__(self, x: Sequence[Number]) -> list[Value]:  # type: ignore[override]
        return as_list(super().__call__(x))

    def __repr__(self) -> str:
        bias = "" if self.neurons[0].b is not None else ", bias=False"
        return f"Linear({self.nin}, {self.nout}{bias})"

    @classmethod
    def like_torch(cls, module: Any) -> Linear:
        return Linear(module.in_features, module.out_features, module.bias is not None, rng=0)


class MLP(Module):
    """Layers one after the other: a multi-layer perceptron.

    As in micrograd, the package, the last layer is linear. Micrograd's lecture has tanh there too, and
    learns its four samples because of it: `nn.lecture.MLP`, or ``out_activation="tanh"``.

    Args:
        nin: how many inputs.
        nouts: how many neurons in each layer, hidden layers first, the output layer last.
        activation: of the hidden layers.
        out_activation: of the output layer.
        init: the initial weights, see `Neuron`.
        rng: a seed or a NumPy Generator; the same seed gives the same weights.

    Raises:
        ValueError: for sizes below 1 and unknown names; when called with another number of
            inputs.

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
        init: Init = "uniform",
        rng: Rng = None,
    ) -> None:
        if isinstance(nouts, (int, np.integer)) or len(nouts) == 0:
            raise ValueError(f"nouts lists the size of each layer, like [16, 1], not {nouts!r}")
        resolve_activation(activation)  # a wrong name is an error without hidden layers too
        source = generator(rng)
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [
            Layer(a, b, out_activation if i == last else activation, init=init, rng=source)
            for i, (a, b) in enumerate(pairwise(sizes))
        ]
        number_layers(self.layers)

    def __call__(self, x: Sequence[Number]) -> Answer:
        out: Any = x
        for layer in self.layers:
            out = layer([out] if type(out) is Value else out)
        return out  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        first, last = self.layers[0], self.layers[-1]
        return (
            f"MLP({first.nin}, {[layer.nout for layer in self.layers]}, "
            f"activation={activation_name(first.neurons[0].activation)!r}, "
            f"out_activation={activation_name(last.neurons[0].activation)!r})"
        )


def dense_layout(neurons: Sequence[Neuron]) -> dict[str, Any]:
    """The weights [neuron][input], None where there is no connection, and the biases if there are."""
    rows = []
    for neuron in neurons:
        weights = weights_into(neuron)
        rows.append([weights.get(i) for i in range(neuron.nin)])
    biases = [neuron.b for neuron in neurons]
    return {"weight": rows} if biases[0] is None else {"weight": rows, "bias": biases}


def _torch_linear(torch: Any, neurons: Sequence[Neuron]) -> Any:
    first = neurons[0]
    linear = torch.nn.Linear(first.nin, len(neurons), bias=first.b is not None)
    return activated(torch, linear, first.activation)


def number_layers(modules: Sequence[Any]) -> None:
    """Let weights and answers of several layers be told apart: w₁₁⁽¹⁾ … w₁₁⁽²⁾, h₁ … y₁.

    Where an activation follows by itself, a neuron's answer is its sum s₁.
    """
    layers = [module for module in modules if isinstance(module, Layer)]
    for k, layer in enumerate(layers, 1):
        last, mark = k == len(layers), superscript(k)
        if len(layers) > 1:
            number_weights(layer.neurons, mark)
        after = modules[modules.index(layer) + 1 :]
        sums = after and not isinstance(after[0], Layer) and layer.neurons[0].activation == "linear"
        letter = "s" if sums else "y" if last else "h"
        unmarked = len(layers) == 1 if sums else last or len(layers) == 2
        for j, neuron in enumerate(layer.neurons):
            neuron.symbol = f"{letter}{subscript(j + 1)}{'' if unmarked else mark}"


def number_weights(neurons: Sequence[Neuron], mark: str = "") -> None:
    """Call the weights as in W x + b, by neuron and input: w₁₁, w₁₂ …; the biases b₁ …"""
    wide = max(len(neurons), neurons[0].nin)
    for j, neuron in enumerate(neurons):
        seen = range(neuron.nin) if neuron.inputs is None else neuron.inputs
        for i, w in zip(seen, neuron.w):
            w._how = Note(label=weight_symbol(j, i, wide, mark), parameter=True)
        if neuron.b is not None:
            neuron.b._how = Note(label=f"b{subscript(j + 1)}{mark}", parameter=True)


def parameter(data: float, label: str) -> Value:
    """A leaf that training changes."""
    value = Value(data)
    value._how = Note(label=label, parameter=True)
    return value


def connected(inputs: Sequence[int], nin: int) -> tuple[int, ...]:
    """The numbers of the inputs that a partly connected neuron sees, checked."""
    chosen = tuple(int(i) for i in inputs)
    if not chosen or len(set(chosen)) != len(chosen) or not all(0 <= i < nin for i in chosen):
        raise ValueError(
            f"inputs lists different input numbers from 0 to {nin - 1}, at least one, not {inputs!r}"
        )
    return chosen


def refuse(x: Sequence[Any]) -> None:
    """Say what among the inputs is no number.

    Raises:
        TypeError: for the first such input; nothing if there is none.
    """
    for xi in x:
        if isinstance(xi, (list, tuple, np.ndarray)):
            raise TypeError(f"an input is a number, not {xi!r:.40}{_ONE_SAMPLE}") from None
        if not isinstance(xi, (Value, Real)):
            raise TypeError(
                f"an input is a number or a Value, not {type(xi).__name__} ({xi!r:.40})"
            ) from None


def numbers(x: Any) -> list[Any]:
    """A NumPy vector as a plain list: Values multiply Python's floats fastest."""
    if x.ndim != 1:
        raise ValueError(f"a layer takes a vector, not an array of shape {x.shape}{_ONE_SAMPLE}")
    return x.tolist()  # type: ignore[no-any-return]


def as_list(out: Answer) -> list[Value]:
    """What a layer answered as a list, also where that is a single Value."""
    return out if isinstance(out, list) else [out]
