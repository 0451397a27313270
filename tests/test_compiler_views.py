"""Rows that lie regularly are read and written where they lie: what is a view, and what is copied."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import nn
from autograd import Value, compile, dot, tanh
from autograd.compiler.run.numpy.binder import Binder
from autograd.compiler.run.numpy.calls import Calls
from autograd.compiler.run.numpy.products import cube
from autograd.compiler.run.numpy.replay import Replay
from autograd.compiler.run.numpy.scatter import passes, ranked
from autograd.compiler.run.numpy.strides import Dim, align, distinct, plane, strides, view


@pytest.mark.parametrize(
    ("index", "dims"),
    [
        ([4], []),
        ([4, 5], [(2, 1)]),
        ([4, 2], [(2, -2)]),
        ([7, 7, 7], [(3, 0)]),
        ([0, 2, 4, 10, 12, 14], [(2, 10), (3, 2)]),
        ([0, 0, 5, 5, 1, 1, 6, 6], [(2, 1), (2, 5), (2, 0)]),
        ([0, 1, 3], None),
        ([0, 1, 10, 11, 30, 31], None),
        ([0, 1, 10, 12], None),
        ([0, 1, 10, 11, 12], None),
    ],
)
def test_strides_by_hand(index, dims):
    assert strides(np.array(index)) == dims
    rows = np.arange(100.0).reshape(50, 2)
    if dims is not None:
        found = view(rows, index[0], [Dim(*d) for d in dims])
        assert found.reshape(-1, 2)[:, 0].tolist() == [2.0 * i for i in index]


def test_more_dimensions_than_are_worth_it_are_none():
    five = np.array([0])
    for step in (1000, 200, 30, 5, 1):
        five = (five[:, None] + np.array([0, step])).ravel()
    assert strides(five) is None
    assert strides(five, most=5) == [(2, 1000), (2, 200), (2, 30), (2, 5), (2, 1)]


@pytest.mark.parametrize(
    ("index", "steps"),
    [
        ([[3]], (1, 1)),
        ([[3], [5], [7]], (2, 1)),
        ([[3, 5, 7]], (3, 2)),
        ([[0, 1], [10, 11], [20, 21]], (10, 1)),
        ([[0, 4], [1, 5]], (1, 4)),
        ([[0, 1], [2, 4]], None),
        ([[0, 1], [3, 4], [7, 8]], None),
    ],
)
def test_planes_by_hand(index, steps):
    assert plane(np.array(index)) == steps


@pytest.mark.parametrize(
    ("dims", "is_distinct"),
    [
        ([], True),
        ([(3, 0)], False),
        ([(1, 0)], True),
        ([(2, 3), (3, 1)], True),
        ([(2, 2), (3, 1)], False),
        ([(3, 1), (2, -3)], True),
        ([(2, 1), (3, 2), (2, 6)], True),
        ([(2, 1), (3, 2), (2, 5)], False),
    ],
)
def test_distinct_by_hand(dims, is_distinct):
    assert distinct([Dim(*d) for d in dims]) is is_distinct


def test_align_by_hand():
    one, two = [Dim(6, 1)], [Dim(2, 10), Dim(3, 1)]
    assert align([one, two], 6) == ((2, 3), [[(2, 3), (3, 1)], [(2, 10), (3, 1)]])
    assert align([one, [Dim(3, 10), Dim(2, 0)], two], 6) == (
        (3, 2), [[(3, 2), (2, 1)], [(3, 10), (2, 0)], None],
    )  # fmt: skip
    assert align([None, one], 6) == ((6,), [None, [(6, 1)]])
    assert align([[], []], 1) == ((1,), [[(1, 0)], [(1, 0)]])
    three = [Dim(2, 100), Dim(2, 10), Dim(3, 1)]
    assert align([three, [Dim(12, 1)]], 12) == (
        (2, 2, 3), [[(2, 100), (2, 10), (3, 1)], [(2, 6), (2, 3), (3, 1)]],
    )  # fmt: skip


def test_cubes_by_hand():
    rows = np.arange(40.0)[:, None]
    index = np.arange(24).reshape(2, 3, 4)
    for regular in (
        index,
        index[:, ::1, ::2],
        index.transpose(0, 2, 1),
        index[:1],
        2 + index[:, :, :1],
    ):
        found = cube(rows, regular)
        assert found is not None
        assert np.array_equal(found, regular)
        assert np.shares_memory(found, rows)
    assert cube(rows, index[:, ::-1]) is None
    other = index.copy()
    other[1, 2, 3] += 1
    assert cube(rows, other) is None


def test_contributions_are_sorted_into_passes_and_tables():
    index = np.array([4, 9, 4, 4, 2])
    assert [(t.tolist(), c.tolist()) for t, c in passes(index)] == [
        ([2, 4, 9], [4, 0, 1]), ([4], [2]), ([4], [3]),
    ]  # fmt: skip
    table, empty = ranked(index)
    assert table.tolist() == [[4, 0, 1], [0, 2, 0], [0, 3, 0]]
    assert empty.tolist() == [3, 5, 6, 8]


def calls(program, batch=4):
    """What the two passes of a replay call, by name."""
    replay = Replay(program.plan, program._static, program._gradient, batch)
    return [
        Counter(getattr(function, "__name__", "") for function, _ in one.pairs)
        for one in (replay._forward, replay._backward)
    ]


def test_a_dense_network_copies_no_row():
    """Forward a product, an addition and a tanh a layer; no gather, no scatter."""
    model = nn.MLP(9, [8, 7, 6], activation="tanh", rng=0)
    program = compile(lambda x: sum(v * v for v in model(x)), model, inputs=(np.zeros(9),))
    forward, backward = calls(program)
    assert forward["dot"] == 3
    assert forward["add"] == 3
    assert forward["take"] == backward["take"] == 0
    assert backward["set_rows"] == backward["add_rows"] == backward["copyto"] == 0
    assert backward["dot"] == 3 + 3 + 2  # a bias, a weight, an input of each layer but the first


def test_a_layer_and_its_transpose_copy_no_row():
    """An autoencoder with tied weights reads the same numbers down and across."""
    weights = [[Value(0.1 * (i - j)) for j in range(9)] for i in range(6)]

    def loss(x):
        low = [dot(row, x).tanh() for row in weights]
        return sum(dot(column, low).tanh() for column in zip(*weights))

    program = compile(loss, [w for row in weights for w in row], inputs=(np.zeros(9),))
    forward, backward = calls(program)
    assert forward["dot"] == 2
    assert forward["take"] == backward["take"] == 0


def test_constants_are_gathered_once():
    w = [Value(0.5), Value(-0.5)]
    numbers = np.random.default_rng(0).normal(size=(40, 2)).tolist()
    whole = compile(sum(tanh(w[0] * a + w[1] * b) for a, b in numbers), w)
    forward, backward = calls(whole, 1)
    assert forward["take"] == backward["take"] == 0


def test_a_binder_knows_its_constants_and_begins_with_them():
    w = [Value(2.0), Value(0.5), Value(-1.0), Value(3.0)]
    program = compile(
        lambda x: (x[0] * 3.0 + 7.0) ** 2.5 * w[0] + dot(w, [x[0], 1.0, x[1], 2.0]).sin(),
        w, inputs=([0.5, 0.7],),
    )  # fmt: skip
    plan = program.plan
    assert len(plan.constants)
    assert len(plan.batched_constants)
    binder = Binder(plan, program._static, program._gradient, 3)
    batched = len(plan.batched_constants)
    for space, first, count in ((0, len(plan.order), len(plan.constants)), (1, 0, batched)):
        for row in range((plan.static_size, plan.batched_size)[space]):
            assert binder.fixed(space, np.array([row])) is (first <= row < first + count)
    assert not binder.values[1][batched:].any()
    assert binder.values[1][:batched].tolist() == [[c] * 3 for c in plan.batched_constants]


@pytest.mark.parametrize(
    "function",
    [
        *(lambda x, name=name: getattr(x, name)() for name in
          ("relu", "tanh", "sigmoid", "exp", "log", "sqrt")),
        *(lambda x, n=n: x**n for n in (2.0, -1.0, -0.5)),
        lambda x: x / (x + 1.0), lambda x: 1.0 / x,
    ],
)  # fmt: skip
def test_what_is_met_most_runs_without_a_temporary(function):
    """No call of the table's rule, which makes arrays on the way."""
    w = Value(1.5)
    program = compile(lambda x: function(w * x), [w], inputs=(0.5,))
    forward, backward = calls(program)
    assert forward["_evaluate"] == backward["_pull"] == 0


def test_scratch_is_used_again_by_the_next_instruction():
    calls = Calls(np.dtype(float))
    one, other = calls.scratch(3, 4), calls.scratch(12)
    assert not np.shares_memory(one, other)
    calls.next_instruction()
    assert np.shares_memory(calls.scratch(2, 6), one)
    assert np.shares_memory(calls.scratch(4, 3), other)
    assert not np.shares_memory(calls.scratch(3), one)


def test_a_line_says_the_names_of_many_scalars():
    given = {name: Value(0.5) for name in "abcdefgh"}
    a, b, c, d, e, f, g, h = given.values()

    def loss(x):
        products = [(p * q).exp() for p, q in zip((a, b, c, d), (e, f, g, h))]
        return sum(products) * x + (a + b + c + e + f).exp()

    text = str(compile(loss, given, inputs=1.0))
    assert "a…d · e…h" in text
    assert "Σ over 5 of a, …, f" in text
