"""Each kind of layer, loss and optimizer against PyTorch, on the same weights and inputs."""

from __future__ import annotations

import numpy as np
import pytest

import nn
from autograd import Value
from nn.interop import _parts, torch_layout
from nn.nested import data_of, each, flat

torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")

RNG = np.random.default_rng(7)
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def image(*shape):
    return RNG.normal(size=shape)


LAYERS = {
    "neuron": (nn.Neuron(5, "tanh", rng=1), image(5)),
    "layer": (nn.Layer(4, 3, "sigmoid", rng=1), image(4)),
    "layer without bias": (nn.Layer(4, 3, "relu", bias=False, rng=1), image(4)),
    "partly connected": (nn.Layer(4, 2, "tanh", connections=[[0, 2], [1, 2, 3]], rng=1), image(4)),
    "linear": (nn.Linear(4, 3, rng=1), image(4)),
    "mlp": (nn.MLP(4, [5, 4, 3], "gelu", rng=1), image(4)),
    "conv": (nn.Conv2d(2, 3, 3, rng=1), image(2, 6, 5)),
    "conv strided, padded": (nn.Conv2d(2, 4, (3, 2), (2, 1), (1, 2), rng=1), image(2, 6, 5)),
    "conv dilated, grouped": (
        nn.Conv2d(4, 2, 2, dilation=2, groups=2, bias=False, activation="relu", rng=1),
        image(4, 5, 6),
    ),
    "max pool": (nn.MaxPool2d(2), image(2, 5, 4)),
    "max pool padded": (nn.MaxPool2d(3, 1, 1), image(2, 4, 4)),
    "avg pool": (nn.AvgPool2d((2, 3), 1, 1), image(2, 5, 4)),
    "rnn": (nn.RNN(3, 4, rng=1), image(6, 3)),
    "rnn relu": (nn.RNN(3, 1, "relu", rng=1), image(4, 3)),
    "lstm": (nn.LSTM(3, 4, rng=1), image(5, 3)),
    "gru": (nn.GRU(3, 4, init="torch", rng=1), image(5, 3)),
    "gru of one unit": (nn.GRU(1, 1, rng=1), image(3, 1)),
    "layer norm": (nn.LayerNorm(6), image(6)),
    "layer norm, plain": (nn.LayerNorm(6, elementwise_affine=False), image(6)),
    "softmax": (nn.Softmax(), image(5)),
    "leaky relu": (nn.LeakyReLU(0.2), image(5)),
    "elu": (nn.ELU(0.7), image(5)),
    "mish": (nn.Mish(), image(5)),
    "relu6": (nn.ReLU6(), 6 * image(5)),
    "mlp of mish": (nn.MLP(4, [5, 3], "mish", rng=1), image(4)),
    "convolutional network": (
        nn.Sequential(
            nn.Conv2d(1, 2, 3, rng=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3, rng=2)
        ),
        image(1, 6, 6),
    ),
}  # fmt: skip


def both(model, there, x):
    """Output and gradients of here and of PyTorch, for the same random weighting of the outputs."""
    inputs = each(Value, x.tolist())
    out = model(inputs)
    ours = flat(out[0] if isinstance(out, tuple) else out)
    batch = torch.tensor(x[None], requires_grad=True)
    answer = there(batch)
    theirs = (answer[0] if isinstance(answer, tuple) else answer).reshape(-1)
    weighting = np.linspace(-1.0, 2.0, len(ours))
    model.zero_grad()
    sum(float(c) * o for c, o in zip(weighting, ours)).backward()
    (torch.tensor(weighting) * theirs).sum().backward()
    return inputs, ours, batch, theirs


@pytest.mark.parametrize("name", LAYERS)
def test_outputs_and_gradients_equal_pytorch(name):
    model, x = LAYERS[name]
    there = nn.to_torch(model)
    inputs, ours, batch, theirs = both(model, there, x)
    np.testing.assert_allclose([o.data for o in ours], theirs.detach().numpy(), **CLOSE)
    grads = np.array(flat(each(lambda v: v.grad, inputs))).reshape(x.shape)
    np.testing.assert_allclose(grads, batch.grad.numpy()[0], **CLOSE)
    parts = [m for m in _parts(model) if torch_layout(m)]
    sources = [m for m in there.modules() if any(True for _ in m.parameters(recurse=False))]
    assert len(parts) == len(sources)
    for part, source in zip(parts, sources):
        tensors = dict(source.named_parameters())
        for key, values in torch_layout(part).items():
            tensor = tensors.get(key, tensors.get(f"{key}_orig"))
            here = each(lambda v: 0.0 if v is None else v.grad, values)
            np.testing.assert_allclose(np.array(here), tensor.grad.numpy(), **CLOSE)


@pytest.mark.parametrize("name", [n for n in LAYERS if LAYERS[n][0].parameters()])
def test_weights_go_to_pytorch_and_come_back(name):
    model, _ = LAYERS[name]
    before = model.state_dict()
    there = nn.to_torch(model)
    with torch.no_grad():
        for p in there.parameters():
            p.mul_(2.0)
    nn.from_torch(there, into=model)
    for key, array in model.state_dict().items():
        np.testing.assert_array_equal(array, 2.0 * before[key])
    model.load_state_dict(before)


def test_a_pytorch_network_becomes_one_of_values():
    torch.manual_seed(0)
    there = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.ReLU(), torch.nn.AvgPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(18, 4), torch.nn.Dropout(0.5), torch.nn.LeakyReLU(0.3),
        torch.nn.Softmax(dim=-1),
    ).double().eval()  # fmt: skip
    model = nn.from_torch(there).eval()
    x = image(1, 6, 6)
    expected = there(torch.tensor(x[None])).detach().numpy()[0]
    np.testing.assert_allclose(data_of(model(x)), expected, **CLOSE)


def test_a_pytorch_rnn_of_two_biases_and_an_embedding_come_over():
    torch.manual_seed(0)
    for kind in (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU):
        there = kind(2, 3).double()
        x = image(4, 2)
        outputs, _ = nn.from_torch(there)(x)
        np.testing.assert_allclose(
            data_of(outputs), there(torch.tensor(x))[0].detach().numpy(), **CLOSE
        )
    table = torch.nn.Embedding(5, 3).double()
    np.testing.assert_array_equal(
        data_of(nn.from_torch(table)([4, 0])), table(torch.tensor([4, 0])).detach().numpy()
    )


def test_an_embedding_gets_pytorchs_gradients():
    table = nn.Embedding(5, 3, rng=1)
    there = nn.to_torch(table)
    weighting = np.arange(9.0).reshape(3, 3)
    rows = table([4, 0, 4])
    sum(float(c) * v for line, row in zip(weighting, rows) for c, v in zip(line, row)).backward()
    (there(torch.tensor([4, 0, 4])) * torch.tensor(weighting)).sum().backward()
    here = np.array(each(lambda v: v.grad, table.weight))
    np.testing.assert_allclose(here, there.weight.grad.numpy(), **CLOSE)


def test_dropout_keeps_the_same_share_and_scale():
    torch.manual_seed(0)
    ours, theirs = nn.Dropout(0.3, rng=0), torch.nn.Dropout(0.3)
    here, there = ours([1.0] * 20_000), theirs(torch.ones(20_000, dtype=torch.float64)).tolist()
    assert set(here) == set(there)
    assert abs(np.mean(here) - np.mean(there)) < 0.02
    assert nn.to_torch(ours).p == 0.3


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (lambda: torch.nn.GRU(2, 3, num_layers=2), "num_layers is 2, and only 1"),
        (lambda: torch.nn.RNN(2, 3, bidirectional=True), "bidirectional is True"),
        (lambda: torch.nn.LSTM(2, 3, proj_size=1), "proj_size is 1"),
        (lambda: torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), "'reflect'"),
        (lambda: torch.nn.MaxPool2d(2, ceil_mode=True), "ceil_mode is True"),
        (lambda: torch.nn.MaxPool2d(2, dilation=2), "dilation is 2"),
        (
            lambda: torch.nn.AvgPool2d(3, 1, 1, count_include_pad=False),
            "count_include_pad is False",
        ),
        (lambda: torch.nn.GELU(approximate="tanh"), "approximate is 'tanh'"),
        (lambda: torch.nn.Softplus(beta=2.0), "beta is 2.0"),
        (lambda: torch.nn.Softmax(dim=0), "dim is 0"),
        (lambda: torch.nn.Flatten(0), "start_dim is 0"),
        (lambda: torch.nn.Embedding(3, 2, max_norm=1.0), "max_norm is 1.0"),
        (lambda: torch.nn.LayerNorm((2, 3)), r"normalized_shape is \(2, 3\)"),
    ],
)
def test_a_setting_that_would_compute_something_else_is_refused(make, setting):
    with pytest.raises(TypeError, match=setting):
        nn.from_torch(make())


def test_a_module_of_ones_own_with_a_known_name_is_not_taken_for_it():
    class Linear(torch.nn.Linear):
        pass

    class MLP(torch.nn.Module):
        pass

    for there in (Linear(2, 2), MLP()):
        with pytest.raises(TypeError, match="no counterpart here that is known"):
            nn.from_torch(there)


def test_what_has_no_counterpart_is_named():
    with pytest.raises(TypeError, match="Bilinear"):
        nn.from_torch(torch.nn.Bilinear(2, 2, 2))
    with pytest.raises(TypeError, match="'step'"):
        nn.to_torch(nn.Layer(2, 2, "step", rng=0))
    with pytest.raises(TypeError, match="function softmax"):
        nn.to_torch(nn.Sequential(nn.Linear(2, 2, rng=0), nn.softmax))
    with pytest.raises(ValueError, match="shape"):
        nn.from_torch(torch.nn.Linear(3, 2), into=nn.Linear(2, 3, rng=0))


F = torch.nn.functional
TARGETS = [0.0, 1.0, 0.25]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(
    ("ours", "theirs", "inputs", "targets"),
    [
        (nn.mse_loss, F.mse_loss, [1.0, -2.0, 3.5], TARGETS),
        (nn.l1_loss, F.l1_loss, [1.0, -2.0, 3.5], TARGETS),
        (nn.huber_loss, F.huber_loss, [0.5, -2.0, 1.1], TARGETS),
        (nn.binary_cross_entropy, F.binary_cross_entropy, [0.1, 0.9, 0.5], TARGETS),
        (
            nn.binary_cross_entropy_with_logits, F.binary_cross_entropy_with_logits,
            [1000.0, -1000.0, 0.3], TARGETS,
        ),
        (nn.cross_entropy, F.cross_entropy, [[1000.0, -1000.0, 3.0], [0.1, 0.2, -4.0]], [1, 2]),
        (
            nn.cross_entropy, F.cross_entropy,
            [[1000.0, -1000.0, 3.0], [0.1, 0.2, -4.0]], [[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]],
        ),
    ],
)  # fmt: skip
def test_losses_equal_pytorch(ours, theirs, inputs, targets, reduction):
    values = each(Value, inputs)
    here = ours(values, targets, reduction=reduction)
    tensor = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
    dtype = torch.int64 if isinstance(targets[0], int) else torch.float64
    there = theirs(tensor, torch.tensor(targets, dtype=dtype), reduction=reduction)
    np.testing.assert_allclose(data_of(here), there.detach().numpy(), **CLOSE)
    (sum(here) if reduction == "none" else here).backward()
    there.sum().backward()
    np.testing.assert_allclose(each(lambda v: v.grad, values), tensor.grad.numpy(), **CLOSE)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {"lr": 0.1}),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
        ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
        ("Adam", {}),
        ("Adam", {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1}),
        ("AdamW", {"lr": 0.05, "weight_decay": 0.2, "maximize": True}),
        ("RMSprop", {}),
        ("RMSprop", {"lr": 0.05, "alpha": 0.8, "eps": 1e-4, "weight_decay": 0.1}),
        ("RMSprop", {"lr": 0.05, "momentum": 0.7, "maximize": True}),
        ("RMSprop", {"lr": 0.05, "alpha": 0.8, "momentum": 0.7, "centered": True}),
    ],
)
def test_optimizers_equal_pytorch(name, settings):
    start = [1.0, -0.5, 0.8]  # where tanh is not flat: its slope has all its digits
    values = [Value(x) for x in start]
    tensor = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    ours = getattr(nn, name)(values, **settings)
    theirs = getattr(torch.optim, name)([tensor], **settings)
    for _ in range(20):
        ours.zero_grad()
        theirs.zero_grad()
        (values[0].sin() + (values[1] * values[2]).tanh() + values[2].cos()).backward()
        (tensor[0].sin() + (tensor[1] * tensor[2]).tanh() + tensor[2].cos()).backward()
        ours.step()
        theirs.step()
        np.testing.assert_allclose([v.data for v in values], tensor.detach().numpy(), **CLOSE)
