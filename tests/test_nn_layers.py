"""Layers by hand and by NumPy: shapes, numbers, names, and what they refuse."""

from __future__ import annotations

import copy
import importlib.util
import math
import pickle

import numpy as np
import pytest

import nn
from autograd import Value, compile, topological_order
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    Conv2d,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    Linear,
    MaxPool2d,
    Neuron,
    Sequential,
)
from nn.init import INITS, generator, initial
from nn.nested import data_of, each


def weights(neurons):
    return np.array([[w.data for w in n.w] for n in neurons]), np.array([n.b.data for n in neurons])


def test_a_layer_is_a_matrix():
    layer = Layer(4, 3, "tanh", rng=3)
    W, b = weights(layer.neurons)
    x = np.array([0.1, -4.7, 0.0, 2.0])
    np.testing.assert_allclose(data_of(layer(x)), np.tanh(W @ x + b), rtol=1e-14)
    assert layer.last_input == x.tolist()
    assert [n.last_output for n in layer.neurons] == data_of(layer(x))


def test_the_lectures_sizes():
    assert sum(len(n.w) for n in Layer(4, 1, rng=0).neurons) == 4
    assert sum(len(n.w) for n in Layer(4, 3, rng=0).neurons) == 12
    mlp = MLP(4, [3, 1], rng=0)
    assert sum(len(n.w) for layer in mlp.layers for n in layer.neurons) == 15
    assert len(mlp.parameters()) == 15 + 4
    assert len(MLP(784, [16, 10], rng=0).parameters()) == 784 * 16 + 16 * 10 + 26


def test_a_partly_connected_neuron_has_only_its_own_weights():
    layer = Layer(4, 2, "linear", connections=[[0, 3], [1]], rng=0)
    first, second = layer.neurons
    first.w[0].data, first.w[1].data, second.w[0].data = 2.0, 3.0, 5.0
    inputs = [Value(x) for x in (1.0, 10.0, 100.0, 1000.0)]
    a, b = layer(inputs)
    assert (a.data, b.data) == (2.0 + 3000.0, 50.0)
    (a + b).backward()
    assert [x.grad for x in inputs] == [2.0, 5.0, 0.0, 3.0]
    assert [w.label for w in first.w] == ["w₁₁", "w₁₄"]
    for wrong in ([[0], [4]], [[0], [-1]], [[0], [1, 1]], [[0], []]):
        with pytest.raises(ValueError, match="from 0 to 3"):
            Layer(4, 2, connections=wrong, rng=0)
    with pytest.raises(ValueError, match="each of 2 neurons, not of 1"):
        Layer(4, 2, connections=[[0]], rng=0)


def test_a_neuron_without_bias():
    neuron = Neuron(2, "linear", bias=False, rng=0)
    neuron.w[0].data, neuron.w[1].data = 2.0, -1.0
    assert neuron([3.0, 4.0]).data == 2.0
    assert len(neuron.parameters()) == 2


def test_activations_by_name_and_by_function():
    x, expected = [1.0], {"tanh": math.tanh(0.5), "relu": 0.5, "step": 1.0, "linear": 0.5}
    for name, y in expected.items():
        neuron = Neuron(1, name, rng=0)
        neuron.w[0].data = 0.5
        assert neuron(x).data == y
    own = Neuron(1, lambda v: v * v, rng=0)
    own.w[0].data = 3.0
    assert own(x).data == 9.0
    with pytest.raises(ValueError, match="unknown activation 'rellu'; known are: linear, tanh"):
        Neuron(1, "rellu")
    with pytest.raises(TypeError, match="a name or a function, not int"):
        Neuron(1, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Neuron(2, rng=0)([1.0]), "takes 2 inputs, not 1"),
        (
            lambda: Layer(2, 3, rng=0)(np.zeros((4, 2))),
            "a vector, not an array of shape",
        ),
        (lambda: Neuron(0), "nin is a whole number of 1 or more, not 0"),
        (lambda: Layer(2, 2.5), "nout is a whole number of 1 or more, not 2.5"),
        (lambda: MLP(2, 3), "nouts lists the size of each layer"),
        (lambda: MLP(2, []), "nouts lists the size of each layer"),
        (lambda: Neuron(2, init="xavir"), "unknown initial weights 'xavir'; known are: uniform"),
        (lambda: Neuron(2, init=lambda rng, n, m: [1.0]), "gave 1 weights for 2 inputs"),
        (lambda: Conv2d(1, 1, 3, rng=0)([[[1.0]]]), "the window is larger than the image of 1 × 1"),
        (lambda: Conv2d(2, 1, 1, rng=0)([[[1.0]]]), r"2 channels here, not of shape \(1, 1, 1\)"),
        (lambda: Conv2d(3, 2, 1, groups=2), "do not divide into 2 groups"),
        (lambda: Conv2d(1, 1, (1, 2, 3)), "kernel_size is one whole number"),
        (lambda: MaxPool2d(2, padding=2), "more than half the kernel"),
        (lambda: RNN(2, 1, rng=0)([[1.0]]), r"2 numbers at each time, not of shape \(1, 1\)"),
        (lambda: LSTM(1, 2, rng=0)([[1.0]], ([0.0], [0.0])), "h has 2 numbers, not 1"),
        (lambda: GRU(1, 2, rng=0)([[1.0]], [0.0]), "hidden has 2 numbers, not 1"),
        (lambda: GRU(0, 2), "input_size is a whole number of 1 or more"),
        (lambda: LayerNorm(3)([1.0]), "takes 3 numbers, not 1"),
        (lambda: nn.Dropout(1.0), "a probability from 0 up to below 1"),
        (lambda: nn.Unflatten(2, 2)([1.0]), "1 numbers do not fill the shape"),
    ],
)
def test_bad_input_is_one_clear_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_rng_must_be_a_seed():
    with pytest.raises(TypeError, match="rng is a seed"):
        Neuron(1, rng="0")
    with pytest.raises(TypeError, match="rng is a seed"):
        Neuron(1, rng=-1)


@pytest.mark.parametrize("name", INITS)
def test_initial_weights_follow_their_formula(name):
    n, m = 400, 100
    drawn = np.array([initial(name, generator(i), n, m)[0] for i in range(50)])
    std = {
        "uniform": 1 / math.sqrt(3), "normal": 1.0, "zeros": 0.0,
        "xavier_uniform": math.sqrt(2 / (n + m)), "xavier_normal": math.sqrt(2 / (n + m)),
        "he_uniform": math.sqrt(2 / n), "he_normal": math.sqrt(2 / n),
        "kaiming_uniform": math.sqrt(2 / n), "kaiming_normal": math.sqrt(2 / n),
        "torch": math.sqrt(1 / (3 * n)),
    }[name]  # fmt: skip
    assert abs(drawn.std() - std) <= 0.02 * std
    assert abs(drawn.mean()) <= 0.03 * std
    if "normal" not in name:  # a uniform distribution ends at √3 standard deviations
        assert np.abs(drawn).max() <= math.sqrt(3) * std * (1 + 1e-12)


def test_the_same_seed_gives_the_same_weights():
    a, b, c = (MLP(3, [4, 2], rng=seed).state_dict() for seed in (5, 5, 6))
    assert all(np.array_equal(a[k], b[k]) for k in a)
    assert not all(np.array_equal(a[k], c[k]) for k in a)


def test_neurons_mark_what_they_made():
    model = MLP(2, [2, 1], "tanh", rng=0)
    scopes = {id(v.note.scope) for v in topological_order(model([1.0, 2.0])) if v.note.scope}
    assert scopes == {id(n) for layer in model.layers for n in layer.neurons}


def test_one_filter_at_every_place():
    conv = Conv2d(1, 1, 2, bias=False, rng=0)
    for w, number in zip(conv.neurons[0].w, (1.0, 2.0, 3.0, 4.0)):
        w.data = number
    image = [[[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 5.0]]]
    out = conv(image)
    assert data_of(out) == [[[1 + 12, 4 + 9], [6 + 12, 3 + 20]]]
    assert conv.last_output == data_of(out)
    sum(pixel for row in out[0] for pixel in row).backward()
    # Each weight sees the four pixels of the image that it was laid over.
    assert [w.grad for w in conv.neurons[0].w] == [
        1 + 0 + 0 + 3,
        0 + 2 + 3 + 0,
        0 + 3 + 4 + 0,
        3 + 5.0,
    ]


def test_a_recurrent_network_remembers_the_order():
    rnn = RNN(1, 2, rng=0)
    assert data_of(rnn([[1.0], [0.0]])[1]) != data_of(rnn([[0.0], [1.0]])[1])
    W, b = weights(rnn.cell.neurons)
    h = np.zeros(2)
    for x in (1.0, -2.0, 0.5):
        h = np.tanh(W @ np.array([x, *h]) + b)
    outputs, last = rnn([[1.0], [-2.0], [0.5]])
    np.testing.assert_allclose(data_of(last), h, rtol=1e-14)
    assert outputs[-1] == last


def test_an_lstm_by_numpy():
    lstm = LSTM(2, 3, rng=0)
    gates = [
        weights(g.neurons)
        for g in (lstm.input_gate, lstm.forget_gate, lstm.cell_gate, lstm.output_gate)
    ]
    x = np.random.default_rng(0).normal(size=(4, 2))
    h, c = np.zeros(3), np.zeros(3)
    for xt in x:
        i, f, g, o = (W @ [*xt, *h] + b for W, b in gates)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
    _, (h_here, c_here) = lstm(x)
    np.testing.assert_allclose(data_of(h_here), h, rtol=1e-13)
    np.testing.assert_allclose(data_of(c_here), c, rtol=1e-13)


def test_a_gru_by_numpy():
    gru = GRU(2, 3, init="torch", rng=0)
    (Wr, br), (Wz, bz), (Wp, bp), (Wq, bq) = (
        weights(g.neurons)
        for g in (gru.reset_gate, gru.update_gate, gru.from_input, gru.from_hidden)
    )
    h = np.zeros(3)
    x = np.random.default_rng(0).normal(size=(4, 2))
    for xt in x:
        r = 1 / (1 + np.exp(-(Wr @ [*xt, *h] + br)))
        z = 1 / (1 + np.exp(-(Wz @ [*xt, *h] + bz)))
        n = np.tanh(Wp @ xt + bp + r * (Wq @ h + bq))
        h = (1 - z) * n + z * h
    outputs, last = gru(x)
    np.testing.assert_allclose(data_of(last), h, rtol=1e-13)
    assert outputs[-1] == last
    assert data_of(gru(x[2:], gru(x[:2])[1])[0]) == data_of(outputs[2:])


def test_a_state_goes_on_where_it_was():
    lstm, x = LSTM(1, 2, rng=0), [[1.0], [2.0], [3.0]]
    _, state = lstm(x[:2])
    assert data_of(lstm(x[2:], state)[0]) == data_of(lstm(x)[0][2:])


def test_embedding_rows_get_their_own_gradient():
    table = Embedding(4, 2, rng=0)
    rows = table([1, 3, 1])
    sum(x for row in rows for x in row).backward()
    assert each(lambda v: v.grad, table.weight) == [[0, 0], [2, 2], [0, 0], [1, 1]]
    for wrong in (4, -1):
        with pytest.raises(IndexError, match=str(wrong)):
            table(wrong)
    with pytest.raises(TypeError, match=r"takes a whole number from 0 to 3, not 1\.0$"):
        compile(lambda i: sum(table(i)), table, inputs=(1.0,))


def test_dropout_in_training_and_in_use():
    drop = nn.Dropout(0.25, rng=0)
    kept = drop([1.0] * 4000)
    assert set(kept) == {0.0, 1 / 0.75}
    assert abs(sum(kept) / 4000 - 1.0) < 0.05
    model = Sequential(Linear(2, 2, rng=0), drop)
    assert model.eval().training is False
    assert drop([1.0, 2.0]) == [1.0, 2.0]
    assert model.train().layers[1].training is True


def test_layer_norm_by_hand():
    out = data_of(LayerNorm(4, eps=0.0)([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_allclose(out, (np.arange(4) - 1.5) / math.sqrt(1.25), rtol=1e-14)
    assert len(LayerNorm(4)([[1.0, 2, 3, 4], [0.0, 0, 0, 1]])) == 2


def test_sequential_is_a_list_of_modules():
    model = Sequential(Linear(2, 3, rng=0), nn.Tanh(), Linear(3, 1, rng=1))
    assert len(model) == 3
    assert model[1] is list(model)[1]
    names = [name for name, _ in model.named_parameters()]
    assert names[0] == "layers.0.neurons.0.w.0"
    assert len(model.modules()) == 1 + 3 + 3 + 1
    single = Sequential(Layer(2, 1, rng=0), Layer(1, 2, rng=0))
    assert len(single([1.0, 2.0])) == 2


def test_a_module_may_say_forward_and_is_found_in_lists_and_dicts():
    class Own(nn.Module):
        def __init__(self):
            self.parts = {"a": [Linear(1, 1, rng=0)], "b": (Value(2.0),)}
            self.shared = self.parts["b"][0]

        def forward(self, x):
            return self.parts["a"][0]([x])[0] * self.shared

    own = Own()
    assert [name for name, _ in own.named_parameters()] == [
        "parts.a.0.neurons.0.w.0", "parts.a.0.neurons.0.b", "parts.b.0",
    ]  # fmt: skip
    own(3.0).backward()
    assert own.shared.grad != 0
    own.zero_grad()
    assert [p.grad for p in own.parameters()] == [0.0, 0.0, 0.0]
    with pytest.raises(NotImplementedError, match="neither __call__ nor forward"):
        nn.Module()()


def test_models_are_copied_and_pickled():
    model = Sequential(
        Conv2d(1, 2, 2, activation="tanh", rng=0), Flatten(), Linear(8, 3, rng=1), nn.LeakyReLU(0.2),
        nn.ELU(0.5), LayerNorm(3), nn.Dropout(0.5, rng=2),
    )  # fmt: skip
    image = [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]]
    answer = data_of(model.eval()(image))
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert data_of(other(image)) == answer
        assert not {id(p) for p in other.parameters()} & {id(p) for p in model.parameters()}
        other.parameters()[0].data += 1.0
        assert data_of(other(image)) != answer
    assert data_of(model(image)) == answer


def test_a_deep_network_is_no_recursion():
    model = MLP(1, [1] * 3000, "tanh", init="xavier_uniform", rng=0)
    model([1.0]).backward()
    assert len(model.parameters()) == 6000


def test_without_pytorch_the_message_says_so():
    if importlib.util.find_spec("torch"):
        pytest.skip("needs a system without PyTorch")
    with pytest.raises(
        ModuleNotFoundError, match="needs PyTorch, which is not installed: pip install torch"
    ):
        nn.to_torch(Linear(1, 1, rng=0))


def test_an_unknown_activation_is_refused_without_hidden_layers_too() -> None:
    with pytest.raises(ValueError, match="unknown activation 'tan'"):
        MLP(3, [1], activation="tan")
