"""Compiled programs against the eager engine: loss and gradients to 1e-12, over two steps."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, compile, exp, log, maximum, select, tanh, where


def in_order(program, array):
    """An array in the program's order, in the order of the given parameters."""
    out = np.empty_like(array)
    out[program.order] = array
    return out


def close(a, b):
    scale = max(1.0, float(np.max(np.abs(b))))
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * scale)


def eager(function, parameters, arrays):
    """The mean loss over a batch and its gradients, node by node."""
    for p in parameters:
        p.grad = 0.0
    total, batch = 0.0, len(arrays[0])
    for sample in zip(*arrays):
        loss = function(*(np.asarray(x).tolist() for x in sample))
        loss.backward()
        total += loss.data / batch
    return total, np.array([p.grad / batch for p in parameters])


def agree(function, parameters, *arrays, graph=True):
    """Compile a function of one sample, and the finished graph of a batch; take two steps with each."""
    begin = [p.data for p in parameters]
    program = compile(function, parameters, inputs=tuple(a[0] for a in arrays))
    program.plan.check()
    for _ in range(2):
        loss, gradients = eager(function, parameters, arrays)
        (found,) = program.run(*arrays)
        close(found, loss)
        close(in_order(program, program.gradients), gradients)
        program.parameters[...] -= 0.05 * program.gradients
        program.sync()
    for p, number in zip(parameters, begin):
        p.data = number
    if not graph:
        return program

    def batch():
        losses = [function(*(np.asarray(x).tolist() for x in sample)) for sample in zip(*arrays)]
        return sum(losses[1:], losses[0]) * (1.0 / len(losses))

    whole = compile(batch(), parameters)
    whole.plan.check()
    for _ in range(2):
        for p in parameters:
            p.grad = 0.0
        loss = batch()
        loss.backward()
        (found,) = whole.run()
        close(found, loss.data)
        close(in_order(whole, whole.gradients), [p.grad for p in parameters])
        whole.parameters[...] -= 0.05 * whole.gradients
        whole.sync()
    return program


RNG = np.random.default_rng


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "gelu", "softplus", "elu"])
def test_mlp_with_cross_entropy(activation):
    model = nn.MLP(5, [8, 4], activation=activation, rng=0)
    agree(
        lambda x, y: nn.cross_entropy(model(x), y), model.parameters(),
        RNG(0).normal(size=(6, 5)), RNG(1).integers(0, 4, 6),
    )  # fmt: skip


@pytest.mark.parametrize("nouts", [[1], [7, 1], [3, 3, 3, 1]])
def test_mlp_with_squared_error(nouts):
    model = nn.MLP(3, nouts, activation="tanh", rng=0)
    agree(
        lambda x, y: nn.mse_loss(model(x), y), model.parameters(),
        RNG(0).normal(size=(6, 3)), RNG(1).normal(size=6),
    )  # fmt: skip


def test_one_input_and_one_weight():
    w, b = Value(0.5), Value(0.1)
    agree(lambda x, y: (w * x + b - y) ** 2, [w, b], RNG(0).normal(size=5), RNG(1).normal(size=5))


def test_penalties_on_parameters():
    model = nn.MLP(3, [4, 1], activation="relu", rng=0)

    def loss(x, y):
        squares = sum(p * p for p in model.parameters())
        return (model(x) - y) ** 2 + 1e-2 * squares + 1e-3 * sum(abs(p) for p in model.parameters())

    agree(loss, model.parameters(), RNG(0).normal(size=(6, 3)), RNG(1).normal(size=6))


def test_convolutions_with_padding_stride_and_pooling():
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, activation="relu", rng=0), nn.MaxPool2d(2),
        nn.Conv2d(3, 4, 3, stride=2, activation="tanh", rng=1), nn.Flatten(), nn.MLP(16, [3], rng=2),
    )  # fmt: skip
    program = agree(
        lambda x, y: nn.cross_entropy(model(x), y), model.parameters(),
        RNG(0).normal(size=(3, 1, 10, 10)), RNG(1).integers(0, 3, 3),
    )  # fmt: skip
    shapes = [i.node.shape for i in program.plan.instructions[:4]]
    assert shapes == [(3, 100), (300,), (75,), (4, 4)]  # one product a layer, the border included


def test_a_sum_over_the_outputs_of_a_convolution_keeps_it_one_product():
    first, second = nn.Conv2d(1, 3, 3, padding=1, rng=0), nn.Conv2d(3, 2, 3, padding=1, rng=1)

    def loss(x, y):
        h = second([[[tanh(v) for v in row] for row in channel] for channel in first(x)])
        return (sum(v for channel in h for row in channel for v in row) * 0.1 - y) ** 2

    program = agree(
        loss, first.parameters() + second.parameters(),
        RNG(0).normal(size=(3, 1, 6, 6)), RNG(1).normal(size=3),
    )  # fmt: skip
    assert len(program.plan.instructions) == 6


def test_max_pooling_shares_ties_as_the_engine_does():
    w = [Value(0.5), Value(0.25), Value(1.0)]
    x = np.array([[1.0, 2.0, 0.5], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [2.0, 4.0, 1.0]])
    agree(lambda x: reduce(maximum, [a * b for a, b in zip(w, x)]) ** 2, w, x)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM])
def test_recurrent_networks(kind):
    memory, out = kind(3, 5, rng=0), nn.MLP(5, [1], rng=1)
    agree(
        lambda xs, y: (out(memory(xs)[0][-1]) - y) ** 2, memory.parameters() + out.parameters(),
        RNG(0).normal(size=(4, 7, 3)), RNG(1).normal(size=4),
    )  # fmt: skip


def test_a_gated_network_written_by_hand():
    rng = RNG(0)

    def matrix(rows, columns):
        return [[Value(w) for w in row] for row in rng.normal(size=(rows, columns))]

    z_weights, h_weights, out = matrix(4, 6), matrix(4, 6), matrix(1, 4)

    def linear(w, x):
        return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]

    def loss(xs, y):
        h = [0.0] * 4
        for x in xs:
            gate = [autograd.sigmoid(v) for v in linear(z_weights, [*x, *h])]
            new = [tanh(v) for v in linear(h_weights, [*x, *h])]
            h = [(1 - g) * a + g * b for g, a, b in zip(gate, new, h)]
        return (linear(out, h)[0] - y) ** 2

    parameters = [w for m in (z_weights, h_weights, out) for row in m for w in row]
    agree(loss, parameters, rng.normal(size=(3, 5, 2)), rng.normal(size=3))


def attention_loss(rng, vocabulary=5, length=6, size=8, heads=2):
    """Embeddings, RMS norm, causal attention and stable cross-entropy as loops over Values."""

    def matrix(rows, columns):
        return [[Value(w) for w in row] for row in rng.normal(size=(rows, columns)) * 0.5]

    letters, places, *weights = (
        matrix(vocabulary, size),
        matrix(length, size),
        *(matrix(size, size) for _ in range(4)),
    )
    head = matrix(vocabulary, size)

    def linear(w, x):
        return [sum((a * b for a, b in zip(row[1:], x[1:])), row[0] * x[0]) for row in w]

    def norm(x):
        scale = (sum(v * v for v in x) * (1 / len(x)) + 1e-5) ** -0.5
        return [v * scale for v in x]

    def loss(tokens, targets):
        xs = [[a + b for a, b in zip(select(letters, i), p)] for i, p in zip(tokens, places)]
        q, k, v = ([linear(w, norm(x)) for x in xs] for w in weights[:3])
        out, d = [], size // heads
        for t in range(length):
            row = []
            for h in range(0, size, d):
                scores = [
                    sum(a * b for a, b in zip(q[t][h : h + d], k[j][h : h + d]))
                    for j in range(t + 1)
                ]
                top = reduce(maximum, scores)
                e = [exp(s * d**-0.5 - top * d**-0.5) for s in scores]
                shares = [a / sum(e) for a in e]
                row += [sum(a * v[j][i] for j, a in enumerate(shares)) for i in range(h, h + d)]
            out.append(linear(weights[3], row))
        xs = [[a + b for a, b in zip(x, o)] for x, o in zip(xs, out)]
        losses = []
        for x, target in zip(xs, targets):
            logits = linear(head, norm(x))
            top = reduce(maximum, logits)
            losses.append(top + log(sum(exp(z - top) for z in logits)) - select(logits, target))
        return sum(losses) * (1 / length)

    matrices = [letters, places, *weights, head]
    return loss, [w for m in matrices for row in m for w in row]


def test_causal_attention():
    loss, parameters = attention_loss(RNG(0))
    program = agree(loss, parameters, RNG(1).integers(0, 5, (3, 6)), RNG(2).integers(0, 5, (3, 6)))
    kinds = [type(i).__name__ for i in program.plan.instructions]
    assert kinds.count("Products") == 2  # queries · keys, and weights · values
    assert len(kinds) < 40


def test_the_table_row_by_row():
    """Each operation on values away from kinks, inputs and parameters on either side."""
    rng = RNG(0)
    for op in autograd.OPS.values():
        if op.name in ("<", "<=", ">", ">=", "==", "where"):
            continue
        w = [Value(0.6), Value(0.3)]
        arguments = [(0, 1)] if op.arity == 1 else [(0, 1), (1, 0)]

        def loss(x, y, op=op, arguments=arguments, w=w):
            total = Value(0.0)
            for i, j in arguments:
                pair = (w[i] * x, w[j] + y)
                value = op(*pair[: op.arity]) * (w[0] + 0.1)
                total = total + value * value
            constant = op(*(w[0] + x, 2.0)[: op.arity]) if op.name != "round_to" else 0.0
            return total + constant

        agree(loss, w, rng.uniform(0.2, 0.7, 5), rng.uniform(0.2, 0.45, 5), graph=False)


def test_where_selects_by_a_recorded_condition_and_shields_the_other_branch():
    w = Value(1.0)
    program = compile(lambda x: where(x > 0, w * log(x), w * x * x), [w], inputs=(1.0,))
    loss, = program.run([math.e, -2.0, 0.0])  # fmt: skip
    assert loss == pytest.approx((1.0 + 4.0) / 3)
    assert program.gradients[0] == pytest.approx(5.0 / 3)


def test_select_scatters_into_rows_that_are_met_twice():
    table = [[Value(float(3 * i + j)) for j in range(3)] for i in range(4)]
    parameters = [v for row in table for v in row]

    def loss(i, j):
        return sum(a * b for a, b in zip(select(table, i), select(table, j)))

    agree(loss, parameters, np.array([0, 1, 1, 3]), np.array([1, 1, 2, 3]), graph=False)


def test_stable_cross_entropy_far_out():
    w = [Value(1.0), Value(2.0)]
    program = compile(lambda x, y: nn.cross_entropy([w[0] * x, w[1] * x], y), w, inputs=(1.0, 0))
    loss, = program.run([1000.0, -1000.0], [0, 0])  # fmt: skip
    assert loss == 500.0  # 1000 and 0
    assert in_order(program, program.gradients).tolist() == [-500.0, 500.0]


def test_several_outputs_and_forward_only():
    model = nn.MLP(2, [3, 2], activation="tanh", rng=0)

    def answer(x, y):
        logits = model(x)
        return [nn.cross_entropy(logits, y), *logits]

    program = compile(answer, model, inputs=([0.0, 0.0], 1))
    x, y = RNG(0).normal(size=(5, 2)), np.array([0, 1, 1, 0, 1])
    means = program.run(x, y)
    assert len(means) == 3
    loss, first, second = program.forward(x, y)
    for i in range(5):
        expected = answer(x[i].tolist(), int(y[i]))
        close([loss[i], first[i], second[i]], [v.data for v in expected])
    for mean, each in zip(means, program.outputs):
        assert mean == pytest.approx(each.mean(), abs=1e-15)
    _, gradients = eager(lambda x, y: answer(x, y)[0], model.parameters(), (x, y))
    close(in_order(program, program.gradients), gradients)


def test_a_large_batch_runs_in_pieces():
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    function = lambda x, y: (model(x) - y) ** 2 + 0.01 * model.layers[0].neurons[0].b  # noqa: E731
    program = compile(function, model, inputs=([0.0, 0.0], 0.0))
    x, y = RNG(0).normal(size=(9000, 2)), RNG(1).normal(size=9000)
    loss, = program.run(x, y)  # fmt: skip
    gradients = program.gradients.copy()
    parts = [slice(i, i + 3000) for i in range(0, 9000, 3000)]
    losses, grads = zip(*((program.run(x[s], y[s])[0], program.gradients.copy()) for s in parts))
    close(loss, np.mean(losses))
    close(gradients, np.mean(grads, axis=0))
    program.run(x, y)
    np.testing.assert_array_equal(program.outputs[0], program.forward(x, y)[0])


def test_single_precision():
    model = nn.MLP(4, [8, 3], activation="tanh", rng=0)
    function = lambda x, y: nn.cross_entropy(model(x), y)  # noqa: E731
    x, y = RNG(0).normal(size=(16, 4)), RNG(1).integers(0, 3, 16)
    double = compile(function, model, inputs=(x[0], y[0]))
    single = compile(function, model, inputs=(x[0], y[0]), dtype=np.float32)
    assert single.run(x, y)[0] == pytest.approx(double.run(x, y)[0], rel=1e-5)
    assert single.gradients.dtype == np.float32
    np.testing.assert_allclose(single.gradients, double.gradients, atol=1e-6)


def test_what_depends_on_no_input_and_what_is_not_reached():
    w, unused = Value(2.0), Value(7.0)
    program = compile(lambda x: w * w + 0.0 * x, [w, unused], inputs=(1.0,))
    assert program.run([1.0, 2.0]) == (4.0,)
    assert in_order(program, program.gradients).tolist() == [4.0, 0.0]
    program = compile(w * w, [w])
    assert program.run() == (4.0,)
    assert compile(w, [w]).run() == (2.0,)


def test_training_with_an_optimizer_equals_eager_training():
    x, y = RNG(0).normal(size=(20, 3)), RNG(1).normal(size=20)
    for make in (
        lambda p: nn.SGD(p, lr=0.05, momentum=0.9),
        lambda p: nn.Adam(p, lr=0.01),
    ):
        one, other = (nn.MLP(3, [5, 1], activation="tanh", rng=0) for _ in range(2))
        optimizer = make(other.parameters())
        for _ in range(10):
            optimizer.zero_grad()
            losses = [(other(xi.tolist()) - float(yi)) ** 2 for xi, yi in zip(x, y)]
            (sum(losses[1:], losses[0]) * (1 / 20)).backward()
            optimizer.step()
        optimizer = make(one.parameters())
        with compile(lambda x, y, one=one: (one(x) - y) ** 2, one, inputs=(x[0], y[0])) as program:
            for _ in range(10):
                program.run(x, y)
                program.update(optimizer)
        close([p.data for p in one.parameters()], np.array([p.data for p in other.parameters()]))


def test_refresh_reads_values_that_were_changed():
    w = Value(1.0)
    program = compile(lambda x: w * x, [w], inputs=(1.0,))
    w.data = 3.0
    program.refresh()
    assert program.run([2.0]) == (6.0,)


def test_the_batch_of_a_finished_graph_is_found():
    rng = RNG(0)
    model = nn.MLP(2, [16, 16, 1], rng=0)
    samples = rng.normal(size=(20, 2)).tolist()
    scores = [model([Value(a) for a in x]) for x in samples]
    losses = [(1 - (-1.0) ** i * s).relu() for i, s in enumerate(scores)]
    loss = sum(losses) * (1 / 20) + 1e-4 * sum(p * p for p in model.parameters())
    program = compile(loss, model)
    shapes = [i.node.shape for i in program.plan.instructions if type(i).__name__ == "Matrix"]
    assert [shape for shape in shapes if shape != (1, 1)] == [(16, 20), (16, 20), (1, 20)]


def test_a_long_chain_needs_no_stack():
    w = Value(0.999)
    x = w
    for _ in range(20_000):
        x = (x * 1.0001).tanh() if _ % 1000 == 0 else x * 0.9999 + 1e-5
    program = compile(x, [w])
    x.backward()
    assert program.run()[0] == pytest.approx(x.data, rel=1e-12)
    assert program.gradients[0] == pytest.approx(w.grad, rel=1e-10)


def test_layers_of_nn():
    """Layer norm, embedding, average pooling, a convolution that feeds an LSTM, partial connection."""
    rng = RNG(0)
    norm, model = nn.LayerNorm(4), nn.MLP(4, [5, 2], activation="gelu", rng=0)
    agree(
        lambda x, y: nn.cross_entropy(model(norm(x)), y), norm.parameters() + model.parameters(),
        rng.normal(size=(4, 4)), rng.integers(0, 2, 4),
    )  # fmt: skip
    letters, memory, out = nn.Embedding(6, 3, rng=0), nn.RNN(3, 4, rng=1), nn.MLP(4, [6], rng=2)
    agree(
        lambda x, y: nn.cross_entropy(out(memory(letters(x))[0][-1]), y),
        letters.parameters() + memory.parameters() + out.parameters(),
        rng.integers(0, 6, (5, 4)), rng.integers(0, 6, 5), graph=False,
    )  # fmt: skip
    convolution, pool, lstm = (
        nn.Conv2d(1, 2, 2, activation="relu", rng=0),
        nn.AvgPool2d(2),
        nn.LSTM(4, 3, rng=1),
    )

    def loss(image, y):
        rows = pool(convolution(image))
        steps = [[v for channel in rows for v in channel[t]] for t in range(2)]
        return nn.binary_cross_entropy_with_logits(sum(lstm(steps)[0][-1]), y)

    agree(
        loss, convolution.parameters() + lstm.parameters(),
        rng.normal(size=(3, 1, 5, 5)), rng.integers(0, 2, 3).astype(float),
    )  # fmt: skip


def test_a_partly_connected_layer_is_one_matrix():
    rng = RNG(0)
    sees = [sorted(rng.choice(12, size=int(rng.integers(3, 9)), replace=False)) for _ in range(10)]
    model = nn.Sequential(
        nn.Layer(12, 10, "tanh", connections=[[int(i) for i in s] for s in sees], rng=0),
        nn.Layer(10, 3, "linear", rng=1),
    )
    program = agree(
        lambda x, y: nn.cross_entropy(model(x), y), model.parameters(),
        rng.normal(size=(5, 12)), rng.integers(0, 3, 5), graph=False,
    )  # fmt: skip
    first = program.plan.instructions[0]
    assert type(first).__name__ == "Matrix"
    assert first.node.shape == (10, 1)
    assert first.parts[0].weight.shape == (10, 12)
