"""The reverse pass as data: right whoever runs it, refused when wrong, and written like a lecture."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from test_compiler_random import close, data, eager, fresh, random_function

import nn
from autograd import OPS, Value, compile, dot, select
from autograd.compiler.plan.instructions import (
    INPUT,
    STATIC,
    Clear,
    Elementwise,
    Largest,
    Matrix,
    Products,
    Select,
    Terms,
)
from autograd.ops import MAXIMUM


class Engine:
    """A second engine, as short as it gets: the table in `reverse`, row by row, and nothing else."""

    def __init__(self, program, inputs):
        self.plan, plan = program.plan, program.plan
        self.inputs = [np.asarray(x, dtype=float).reshape(len(x), -1).T for x in inputs]
        self.batch = self.inputs[0].shape[1] if inputs else 1
        static = np.zeros((plan.static_size, 1))
        static[: len(plan.order), 0] = program.parameters
        static[len(plan.order) : len(plan.order) + len(plan.constants), 0] = plan.constants
        batched = np.zeros((plan.batched_size, self.batch))
        batched[: len(plan.batched_constants)] = plan.batched_constants[:, None]
        for k, start in plan.copied.items():
            batched[start : start + plan.arguments[k]] = self.inputs[k]
        self.values, self.gradients = (
            (static, batched),
            (np.zeros_like(static), np.zeros_like(batched)),
        )

    def rows(self, space, index):
        return self.inputs[space - INPUT][index] if space >= INPUT else self.values[space][index]

    def number(self, operand, shape):
        if operand.index is not None:
            return self.rows(operand.space, operand.index)
        return np.broadcast_to(operand.number, shape)[..., None]

    def run(self):
        with np.errstate(all="ignore"):
            for i in self.plan.instructions:
                out = self.forward(i)
                for bias in getattr(i, "biases", ()):
                    scale = 1.0 if bias.scale is None else bias.scale[..., None]
                    out = out + scale * self.values[STATIC][bias.index]
                rows = self.values[i.space][i.start : i.start + i.count]
                rows[...] = out.reshape(i.count, -1)
            space, row = self.plan.outputs[0]
            self.gradients[space][row] = 1 / self.gradients[space].shape[1]
            for entry in self.plan.backward:
                if isinstance(entry, Clear):
                    self.gradients[entry.space][entry.rows] = 0.0
                else:
                    self.contribute(entry)
        return self.gradients[STATIC][: len(self.plan.order), 0]

    def forward(self, i):
        if isinstance(i, Matrix):
            return sum(
                np.einsum("fkb,kpb->fpb", self.scaled(part), self.rows(part.space, part.column))
                for part in i.parts
            )
        if isinstance(i, Terms):
            first = 1.0 if i.first is None else self.number(i.first, ())
            scale = 1.0 if i.scale is None else i.scale[..., None]
            out = (scale * first * self.number(i.second, ())).sum(0)
            return out[:, None] if i.biases else out
        if isinstance(i, Products):
            first, second = self.number(i.first, ()), self.number(i.second, ())
            out = np.einsum("gmkb,gknb->gmnb", first, second)
            return np.where(i.node[..., None] < 0, 0.0, out)
        if isinstance(i, Largest):
            return self.number(i.second, ()).max(0)
        if isinstance(i, Elementwise):
            return OPS[i.operation].array(*(self.number(o, i.node.shape) for o in i.operands))
        assert isinstance(i, Select)
        table, chosen = self.number(i.candidates, ()), self.inputs[i.argument][i.column].astype(int)
        table = np.broadcast_to(table, (*table.shape[:2], self.batch))
        return np.take_along_axis(table, chosen[:, None], 1)[:, 0]

    def scaled(self, part):
        scale = 1.0 if part.scale is None else part.scale[..., None]
        return scale * (1.0 if part.weight is None else self.values[STATIC][part.weight])

    def contribute(self, entry):
        i = self.plan.instructions[entry.of]
        width = self.values[i.space].shape[1]
        g = self.gradients[i.space][i.start : i.start + i.count].reshape(*i.node.shape, width)
        space, index, value = getattr(self, entry.to)(i, entry, g)
        value = np.broadcast_to(value, (*index.shape, max(value.shape[-1], width)))
        value = value.reshape(index.size, -1)
        index = index.ravel()
        if self.gradients[space].shape[1] == 1:
            value = value.sum(1, keepdims=True)
        needed = self.plan.needs[space][index]
        index, value = index[needed], value[needed]
        if entry.begins:
            self.gradients[space][index] = np.nan  # whoever adds to what nobody began gets this
            self.gradients[space][index] = 0.0
        np.add.at(self.gradients[space], index, value)

    def bias(self, i, entry, g):
        bias = i.biases[entry.place]
        g = g.reshape(len(bias.index), -1, g.shape[-1])
        g = g if bias.index.shape[1] > 1 else g.sum(1, keepdims=True)
        return STATIC, bias.index, g * (1.0 if bias.scale is None else bias.scale[..., None])

    def weight(self, i, entry, g):
        part = i.parts[entry.place]
        value = np.einsum("fpb,kpb->fkb", g, self.rows(part.space, part.column))
        return STATIC, part.weight, value * (1.0 if part.scale is None else part.scale[..., None])

    def column(self, i, entry, g):
        part = i.parts[entry.place]
        return part.space, part.column, np.einsum("fkb,fpb->kpb", self.scaled(part), g)

    def first(self, i, entry, g):
        if isinstance(i, Products):
            second = self.number(i.second, ())
            return i.first.space, i.first.index, np.einsum("gmnb,gknb->gmkb", g, second)
        return self.factor(i, entry, g, i.first, i.second)

    def second(self, i, entry, g):
        if isinstance(i, Products):
            first = self.number(i.first, ())
            return i.second.space, i.second.index, np.einsum("gmkb,gmnb->gknb", first, g)
        if isinstance(i, Largest):
            return i.second.space, i.second.index, self.shares(i, g)
        return self.factor(i, entry, g, i.second, i.first)

    def factor(self, i, entry, g, own, other):
        terms = slice(None) if entry.term < 0 else [entry.term]
        value = np.broadcast_to(g, (len(own.index[terms]), *g.shape))
        value = value if i.scale is None else value * i.scale[terms][..., None]
        if other is not None:
            value = value * self.rows(other.space, other.index[terms])
            value = np.where(g == 0.0, 0.0, value) if i.masked else value
        return own.space, own.index[terms], value

    def shares(self, i, g):
        """As a chain of two-way maxima."""
        table = self.number(i.second, ())
        running, out = np.maximum.accumulate(table, 0), np.empty((len(table), *g.shape))
        for k in range(len(table) - 1, 0, -1):
            by_rest, by_own = (
                rule(running[k - 1], table[k], running[k]) for rule in MAXIMUM.partials
            )
            out[k], g = by_own * g, by_rest * g
        out[0] = g
        return out

    def operand(self, i, entry, g):
        inputs = [self.number(o, i.node.shape) for o in i.operands]
        y = self.values[i.space][i.start : i.start + i.count]
        value = OPS[i.operation].partials[entry.place](*inputs, y) * g
        own = i.operands[entry.place]
        return own.space, own.index, np.where(g == 0.0, 0.0, value) if i.masked else value

    def candidates(self, i, entry, g):
        table, chosen = i.candidates.index, self.inputs[i.argument][i.column].astype(int)
        value = np.zeros((*table.shape, g.shape[-1]))
        np.put_along_axis(value, chosen[:, None], g[:, None], 1)
        return i.candidates.space, table, value


def another_answer(program, inputs):
    gradients = Engine(program, inputs).run()
    program.run(*inputs)
    return gradients


def program_of(seed):
    """A random program, what to give it, the gradients that the engine finds."""
    function, parameters, inputs, indices = random_function(seed, traced=True)
    rng = np.random.default_rng(seed)
    p = fresh(rng.normal(size=parameters).tolist())
    x, chosen = data(rng, 3, inputs or 1), rng.integers(0, 3, (3, indices))
    given = [x.astype(float), chosen][: 1 + bool(indices)]
    program = compile(
        lambda x, i=(): function(p, x[:inputs], i), p, inputs=tuple(array[0] for array in given)
    )
    return program, given, *eager(function, p, given[0][:, :inputs], chosen)


@pytest.mark.parametrize("first", [0, pytest.param(50, marks=pytest.mark.slow)])
def test_another_engine_reads_the_two_lists_of_random_programs(first):
    for seed in range(first, 4 * first + 50):
        program, given, loss, expected = program_of(seed)
        assert len(str(program.backward).splitlines()) > 0
        if np.isfinite(loss) and np.abs(expected).max() < 1e4:
            assert close(another_answer(program, given), expected[program.order]), seed
            assert close(program.gradients, expected[program.order]), seed


def attention(p, x):
    """One head over three positions, causal."""
    w, n = p[:12], 3
    q, k, v = ([[dot(w[4 * m + 2 * i : 4 * m + 2 * i + 2], x[2 * t : 2 * t + 2]) for i in range(2)]
                for t in range(n)] for m in range(3))  # fmt: skip
    out = 0.0
    for t in range(n):
        scores = [dot(q[t], k[s]).exp() for s in range(t + 1)]
        total = sum(scores)
        out = out + sum(s / total * v[j][0] * (t + 1) for j, s in enumerate(scores))
    return out


def layers(case):
    """A program with one kind of layer, and what to give it."""
    rng = np.random.default_rng(0)
    if case == "attention":
        p = fresh(rng.normal(size=12).tolist())
        program = compile(lambda x: attention(p, x), p, inputs=(rng.normal(size=6),))
        given = [rng.normal(size=(4, 6))]
    elif case == "embedding":
        table = [fresh(row) for row in rng.normal(size=(5, 3)).tolist()]
        flat = [v for row in table for v in row]
        program = compile(
            lambda i: dot(select(table, i[0]), select(table, i[1])), flat, inputs=([0, 1],)
        )
        given = [rng.integers(0, 5, (6, 2))]
    elif case == "finished":
        model = nn.MLP(2, [4, 4, 1], rng=0)
        X, Y = rng.normal(size=(7, 2)).tolist(), rng.choice([-1.0, 1.0], 7).tolist()
        loss = sum((1 - y * model(x)).relu() for x, y in zip(X, Y))
        program = compile(loss + 1e-3 * sum(p * p for p in model.parameters()), model)
        given = []
    else:
        model = {
            "mlp": lambda: nn.MLP(6, [5, 3], activation="relu", rng=0),
            "convolution": lambda: nn.Sequential(
                nn.Conv2d(1, 2, 2, rng=0), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                nn.Linear(2, 3, rng=0),
            ),
            "recurrent": lambda: nn.LSTM(2, 3, rng=0),
        }[case]()  # fmt: skip
        shape = {"mlp": (6,), "convolution": (1, 4, 4), "recurrent": (3, 2)}[case]

        def loss(x, y):
            out = model(x)
            out = out[0][-1] if case == "recurrent" else out
            return nn.cross_entropy(out, y)

        program = compile(loss, model, inputs=(rng.normal(size=shape), 1))
        given = [rng.normal(size=(4, *shape)), rng.integers(0, 3, 4)]
    return program, given


@pytest.mark.parametrize(
    "case", ["mlp", "convolution", "recurrent", "embedding", "attention", "finished"]
)
def test_another_engine_reads_the_two_lists_of_layers(case):
    program, given = layers(case)
    found = another_answer(program, given)
    assert np.abs(program.gradients).max() > 1e-6
    np.testing.assert_allclose(found, program.gradients, rtol=1e-12, atol=1e-15)


def network():
    model = nn.MLP(4, [3, 1], activation="tanh", rng=0)
    return compile(lambda x, y: (model(x) - y) ** 2, model, inputs=([0.1] * 4, 1.0))


def test_the_lists_are_checked_wherever_a_plan_comes_from():
    plan = network().plan
    plan.check()
    for change, message in [
        (lambda b: b.reverse(), "too late"),
        (lambda b: b.append(b[-1]), "begun twice"),
        (lambda b: setattr(b[0], "begins", False), "added to before it is begun"),
        (lambda b: setattr(b[0], "to", "column"), "passes nothing to 'column'"),
        (lambda b: setattr(b[0], "of", 99), "too late"),
        (lambda b: b.insert(0, Clear(STATIC, np.array([99]))), "outside of the storage"),
        (lambda b: b.append(Clear(STATIC, np.array([0]))), "before it is written"),
        (lambda b: b.append(Clear(INPUT, np.array([0]))), "a gradient lies in no storage"),
    ]:
        wrong = copy.deepcopy(plan)
        change(wrong.backward)
        with pytest.raises(ValueError, match=message):
            wrong.check()


def test_four_three_one_reads_like_the_lecture():
    """The four formulas of backpropagation, derived by hand in docs/compile.md."""
    assert str(network().backward).splitlines() == [
        "∂a1[1]        = 1/batch",
        "∂s1[1]        = ∂a1 · 2·s1",
        "∂layers.1[1]  = ∂s1",
        "∂W₂[1×3]      = ∂layers.1 @ layers.0ᵀ",
        "∂b₂[1]        = Σ ∂layers.1",
        "∂layers.0[3]  = W₂ᵀ @ ∂layers.1 ∘ (1 − layers.0²)",
        "∂W₁[3×4]      = ∂layers.0 @ xᵀ",
        "∂b₁[3]        = Σ ∂layers.0",
    ]
    assert repr(network().backward) == "<Backward: 15 contributions>"


def test_cross_entropy_passes_down_what_everybody_knows():
    """softmax(z) − onehot(y): Bishop, Pattern Recognition and Machine Learning, (4.109)."""
    model = nn.MLP(784, [16, 10], activation="sigmoid", rng=0)
    program = compile(lambda x, y: nn.cross_entropy(model(x), y), model, inputs=([0.5] * 784, 3))
    assert str(program.backward).splitlines() == [
        "∂s3[1]         = 1/batch",
        "∂layers.1[10]  = ∂s3 · (softmax(layers.1) − onehot(y))",
        "∂W₂[10×16]     = ∂layers.1 @ layers.0ᵀ",
        "∂b₂[10]        = Σ ∂layers.1",
        "∂layers.0[16]  = W₂ᵀ @ ∂layers.1 ∘ (layers.0·(1 − layers.0))",
        "∂W₁[16×784]    = ∂layers.0 @ xᵀ",
        "∂b₁[16]        = Σ ∂layers.0",
    ]


def test_a_penalty_beside_a_cross_entropy_is_in_the_listing():
    model = nn.MLP(3, [3], rng=0)
    program = compile(
        lambda x, y: nn.cross_entropy(model(x), y) + 0.5 * sum(p * p for p in model.parameters()),
        model, inputs=([1.0] * 3, 2),
    )  # fmt: skip
    text = str(program.backward)
    assert "(softmax(" in text
    assert "∂w[12]" in text
    assert "∂squares[1]" in text


def test_what_looks_like_a_cross_entropy_and_is_none_is_written_out():
    def loss(x, y, wrong):
        z = [w * x for w in p]
        top = z[0]
        for other in z[1:]:
            top = top.maximum(other)
        total = sum((zi - top).exp() * (2.0 if wrong and i == 1 else 1.0) for i, zi in enumerate(z))
        return top + total.log() - select(z, y)

    p = fresh([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    for wrong in (False, True):
        program = compile(lambda x, y: loss(x, y, wrong), p, inputs=(1.0, 2))  # noqa: B023
        assert ("softmax" in str(program.backward)) is not wrong


def test_a_constant_has_its_sign_before_it():
    w = Value(2.0, label="w")
    program = compile(lambda x: (w * x - 1.5) ** 2, [w], inputs=(1.0,))
    assert "w · x − 1.5" in str(program)


def test_a_penalty_beside_a_layer():
    """By hand: the penalty's 2cw arrives at every weight, and c once."""
    model = nn.MLP(2, [1], rng=0)
    program = compile(
        lambda x: model(x) + 0.5 * sum(p * p for p in model.parameters()),
        model,
        inputs=([1.0, 2.0],),
    )
    lines = dict(line.split("=", 1) for line in str(program.backward).splitlines())
    assert [right for left, right in lines.items() if left.startswith("∂w[3]")] == [
        " 2 · ∂squares · w"
    ]
    assert [right for left, right in lines.items() if left.startswith("∂squares")] == [" 0.5 · ∂c1"]


def test_sums_and_shared_weights_in_the_listing():
    w, b = Value(1.0, label="w"), Value(2.0, label="b")
    program = compile(sum((w * x + b).tanh() for x in (1.0, 2.0, 3.0)), [w, b])
    text = str(program.backward)
    assert "∂w" in text
    assert "∂b" in text
    assert len(program.backward) == len(program.plan.backward) > 0


def test_each_factor_of_a_sum_gets_its_own_partner():
    """s = a₁b₁ + a₂b₂: ∂s/∂a₁ = b₁, ∂s/∂b₁ = a₁, and so for the second."""
    a1, b1, a2, b2 = (Value(1.0, label=name) for name in ("a1", "b1", "a2", "b2"))
    program = compile(a1 * b1 + a2 * b2, [a1, b1, a2, b2])
    assert [line.split() for line in str(program.backward).splitlines()[1:]] == [
        ["∂a1[1]", "=", "∂s1", "·", "b1"],
        ["∂b1[1]", "=", "∂s1", "·", "a1"],
        ["∂a2[1]", "=", "∂s1", "·", "b2"],
        ["∂b2[1]", "=", "∂s1", "·", "a2"],
    ]


def test_a_logarithm_that_adds_up_nothing_is_no_cross_entropy():
    """max + log exp − z[y]: as many terms as a cross-entropy, but no sum."""
    p = fresh([0.1, 0.2, 0.3])

    def loss(x, y):
        z = [w * x for w in p]
        return z[0].maximum(z[1]).maximum(z[2]) + z[0].exp().log() - select(z, y)

    program = compile(loss, p, inputs=(1.0, 2))
    assert "softmax" not in str(program.backward)


def test_a_bias_is_summed_where_a_whole_batch_is_in_the_graph():
    """s = tanh(W X + b) for five samples, the columns of X: ∂W = ∂s Xᵀ, ∂b = Σ ∂s over the columns."""
    layer = nn.Layer(3, 4, "tanh", rng=0)
    samples = np.random.default_rng(0).normal(size=(5, 3)).tolist()
    program = compile(sum(v for x in samples for v in layer(x)), layer)
    assert [line.split() for line in str(program.backward).splitlines()[-3:]] == [
        ["∂s1[4×5]", "∘=", "(1", "−", "s1²)"],
        ["∂W[4×3]", "=", "∂s1", "@", "data[3×5]ᵀ"],
        ["∂b[4]", "=", "Σ", "∂s1"],
    ]


def test_the_bias_of_a_single_term():
    """y = tanh(s), s = w sin x + b: ∂b = ∂s, summed over the samples; of one graph alone, just ∂s."""
    w, b = Value(2.0, label="w"), Value(0.5, label="b")
    program = compile(lambda x: (w * x.sin() + b).tanh(), [w, b], inputs=(1.0,))
    assert "∂b[1] = Σ ∂s1" in " ".join(str(program.backward).split())
    program = compile((w * w.sin() + b).tanh(), [w, b])
    assert "∂b[1] = ∂s1" in " ".join(str(program.backward).split())
