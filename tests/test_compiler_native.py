"""Machine code beside the NumPy replay of the same program: every operation, lane and edge."""

from __future__ import annotations

import copy
import functools
import itertools
import math
import pickle
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from test_compiler_random import random_function

import autograd
import nn
from autograd import OPS, Value, compile, log, maximum, select, tanh, where
from autograd.compiler.run.native import loops, shape
from autograd.compiler.run.native.calls import exact_calls
from autograd.compiler.run.native.llvm import jit, library
from autograd.compiler.run.numpy import replay
from autograd.ops import Op

pytest.importorskip("llvmlite", reason='needs LLVM: pip install "chainrule[native]"')

RNG = np.random.default_rng
EDGES = [0.0, -0.0, 0.5, 1.0, -1.0, 2.0, -3.5, 36.0, 720.0, -720.0, 1e-310, -1e-310, 1e200, -1e200,
         math.inf, -math.inf, math.nan]  # fmt: skip
# Of these the second input is a number that is known while the code is written.
KNOWN = {"sinc_slope": 1.0, "round_to": 2.0}
BATCHES = [1, 2, 7, 8, 9, 33]  # one lane; a part of a block; a whole one; more than one


def close(found, expected, rtol=1e-12, message=""):
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol, err_msg=message)


def agree(function, values, *arrays, rtol=1e-12, dtype=np.float64):
    """Run both engines on batches of several sizes, after two steps of training as well."""
    native, numpy = (
        compile(
            function, values, inputs=tuple(a[0] for a in arrays), check=False, dtype=dtype,
            engine=engine,
        )
        for engine in ("native", "numpy")
    )  # fmt: skip
    assert native.engine.name == "native"
    for batch in [n for n in BATCHES if n <= len(arrays[0])] if arrays else [1, 1]:
        given = [a[:batch] for a in arrays]
        found, expected = native.run(*given), numpy.run(*given)
        close(found, expected, rtol)
        scale = max(1.0, np.abs(numpy.gradients).max(initial=0.0))
        close(native.gradients / scale, numpy.gradients / scale, rtol)
        for one, other in zip(native.outputs, numpy.outputs):
            close(one, other, rtol)
        for one, other in zip(native.forward(*given), numpy.forward(*given)):
            close(one, other, rtol)
        for program in (native, numpy):
            program.parameters[...] -= 0.01 * numpy.gradients
    return native


# Operations ---------------------------------------------------------------------------------------


def same(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    with np.errstate(all="ignore"):
        near = np.abs(found - expected) <= 1e-12 * np.maximum(np.abs(expected), 1e-300)
    return bool(((found == expected) | near | (np.isnan(found) & np.isnan(expected))).all())


def masked(op):
    return lambda *x: where(x[-1] > 0.75, op(*x), x[0] * 2.0)


@pytest.mark.parametrize("name", [n for n in OPS if n not in KNOWN])
def test_operations_at_the_edges(name):
    """Values and derivatives, alone and in a branch of `where`, in one lane and in all of them."""
    op = OPS[name]
    edges = EDGES[:: op.arity]  # 17 points, or 81, or 216
    points = np.array(list(itertools.product(edges, repeat=op.arity)))
    p = [Value(0.0) for _ in range(op.arity)]

    def shifted(x):
        return [xi + pi for xi, pi in zip(x, p)]

    for function in (lambda x: op(*shifted(x)), lambda x: masked(op)(*shifted(x))):
        native, numpy = (
            compile(function, p, inputs=([0.3] * op.arity,), check=False, engine=engine)
            for engine in ("native", "numpy")
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert same(native.forward(points)[0], numpy.forward(points)[0])
            for point in points:
                for batch in (1, 3):
                    both = []
                    for program in (native, numpy):
                        program.run(np.tile(point, (batch, 1)))
                        both.append(program.gradients.copy())
                    value = numpy.outputs[0][0]
                    assert same(*both) or math.isnan(value), (point, batch, both)


TIES = [
    0.125,
    0.375,
    2.675,
    1.005,
    0.15,
    -0.25,
    -2.5,
    1e15 + 0.3,
    2.0**52 + 0.5,
    1e17,
    12345.0,
    150.0,
]


@pytest.mark.parametrize("decimals", [0, 1, 2, 7, 22, -1, -2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_decimals_are_rounded_as_python_does(decimals, dtype):
    if abs(decimals) > 10 and dtype == np.float32:
        pytest.skip("10²² is no exact float32")
    w = Value(0.0)
    x = np.array([*EDGES, *TIES, *RNG(0).normal(size=500), *(RNG(1).normal(size=500) * 1e6)])
    with np.errstate(over="ignore"):
        x = x.astype(dtype)
    program = compile(
        lambda x: OPS["round_to"](x + w, float(decimals)), [w], inputs=(0.3,), check=False,
        engine="native", dtype=dtype,
    )  # fmt: skip
    expected = [round(v, decimals) if math.isfinite(v) else v for v in x.astype(float).tolist()]
    np.testing.assert_array_equal(program.forward(x)[0], np.array(expected).astype(dtype))
    assert [program.forward([v])[0][0] for v in x[:29]] == pytest.approx(
        np.array(expected[:29]).astype(dtype).tolist(), rel=0.0, abs=0.0, nan_ok=True
    )


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0, 5.0])
def test_derivatives_of_sinc(order):
    w = Value(0.0)
    x = np.array([*EDGES, *RNG(0).normal(size=100), *RNG(0).uniform(-9, 9, size=100)])
    native, numpy = (
        compile(
            lambda x: OPS["sinc_slope"](x + w, order),
            [w],
            inputs=(0.3,),
            check=False,
            engine=engine,
        )
        for engine in ("native", "numpy")
    )
    with np.errstate(all="ignore"):
        close(native.forward(x)[0], numpy.forward(x)[0], 1e-11)
        for point in x:
            both = []
            for program in (native, numpy):
                program.run([point])
                both.append(program.gradients[0])
            close(*both, 1e-11)


@pytest.mark.parametrize("lanes", [1, 8])
def test_functions_are_right_to_fifteen_digits(lanes):
    """Beside Python's own, which are correct to about half a unit in the last place."""
    names = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin",
             "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc",
             "sigmoid"]  # fmt: skip
    w = Value(0.0)
    domains = {"acosh": (1.01, 9.0), "expm1": (0.1, 9.0)} | dict.fromkeys(
        ("sinh", "tan"), (0.1, 1.5)
    )
    for name in names:
        x = RNG(0).uniform(*domains.get(name, (0.01, 0.99)), 200)
        program = compile(lambda x, op=OPS[name]: op(x + w), [w], inputs=(1.1,), check=False)
        found = program.forward(x)[0] if lanes > 1 else [program.forward([y])[0][0] for y in x]
        close(found, [OPS[name].forward(y) for y in x.tolist()], 1e-15, name)


def test_a_library_without_vector_functions_is_called_a_lane_at_a_time(monkeypatch):
    monkeypatch.setattr(library, "_FAMILIES", {})
    w = Value(0.7)
    agree(lambda x: (w * x).tanh() + (w + x) ** (w * w + x) + log(x), [w], RNG(0).uniform(size=33))


@pytest.fixture
def without_llvm(monkeypatch):
    """As where it is not installed."""
    jit.available.cache_clear()
    jit._llvm.cache_clear()
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    yield
    monkeypatch.undo()
    jit.available.cache_clear()


def test_without_llvm_programs_run_and_machine_code_says_how_to_install_it(without_llvm):
    w = Value(2.0)
    assert compile(w * w, [w]).engine.name == "python"
    with pytest.raises(ModuleNotFoundError, match=r'pip install "chainrule\[native\]"'):
        compile(w * w, [w], engine="native")


def test_engines_are_named():
    w = Value(2.0)
    assert compile(w * w, [w], engine="numpy").run() == (4.0,)
    assert compile(w * w, [w]).engine.name == "native"
    assert repr(compile(w * w, [w], engine="native")).endswith("float64, engine native: 1 line>")
    with pytest.raises(ValueError, match="auto, numpy, native, python"):
        compile(w * w, [w], engine="c")
    assert compile(round(w, 30), [w]).engine.name == "numpy"
    with pytest.raises(ValueError, match="'round_to' has no form"):
        compile(round(w, 30), [w], engine="native")


def test_a_users_operation_is_made_of_numpys_functions_or_refused_by_name():
    def branching(x):
        return np.array([xi if xi > 0 else -xi for xi in x])

    x = Value(0.5)
    cube = Op(
        "cube", "cube", "x³", lambda x: x**3, lambda x: x * x * np.abs(x), (lambda x, y: 3 * x * x,)
    )
    odd = Op("odd", "odd", "|x|", abs, branching, (lambda x, y: 1.0,))
    for op in (cube, odd):
        OPS[op.name] = op
    try:
        agree(lambda a: cube(x * a), [x], RNG(0).uniform(size=9))
        program = compile(lambda a: odd(x * a), [x], inputs=(0.5,))
        assert "'odd'" in repr(program)
        assert program.engine.name == "numpy"
        with pytest.raises(ValueError, match="'odd' has no form in machine code"):
            compile(lambda a: odd(x * a), [x], inputs=(0.5,), engine="native")
    finally:
        for op in (cube, odd):
            del OPS[op.name]


# Programs -----------------------------------------------------------------------------------------


def test_networks():
    for activation in ("relu", "tanh", "gelu"):
        model = nn.MLP(3, [5, 4], activation=activation, rng=0)
        agree(
            lambda x, y, m=model: nn.cross_entropy(m(x), y) + 0.01 * sum(p * p for p in m.parameters()),
            model.parameters(), RNG(0).normal(size=(33, 3)), RNG(1).integers(0, 4, 33),
        )  # fmt: skip
    memory, out = nn.LSTM(2, 3, rng=0), nn.MLP(3, [1], rng=1)
    agree(
        lambda xs, y: (out(memory(xs)[0][-1]) - y) ** 2,
        memory.parameters() + out.parameters(),
        RNG(0).normal(size=(33, 4, 2)), RNG(1).normal(size=33),
    )  # fmt: skip
    picture = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, activation="relu", rng=0), nn.MaxPool2d(2), nn.Flatten(),
        nn.MLP(8, [3], rng=1),
    )  # fmt: skip
    agree(
        lambda x, y: nn.cross_entropy(picture(x), y), picture.parameters(),
        RNG(0).normal(size=(9, 1, 4, 4)), RNG(1).integers(0, 3, 9),
    )  # fmt: skip


@pytest.mark.parametrize("lanes", [2, 8])
def test_layers_as_loops_are_the_same(monkeypatch, lanes):
    """Whole tiles of rows and rests of them; a layer that two others read, and one that reads two."""
    monkeypatch.setattr(loops, "FROM", 2)
    lanes = min(lanes, jit.lanes(8))  # what a register holds: the C library's functions are as wide
    monkeypatch.setattr(jit, "lanes", lambda size: lanes)
    first, second = nn.Linear(3, 17, rng=0), nn.Linear(17, 17, rng=1)
    third, last = nn.Linear(34, 9, rng=2), nn.Linear(17, 1, bias=False, rng=3)

    def loss(x, y):
        h = [tanh(v) for v in first(x)]
        g = [v.relu() * u for u, v in zip(h, second(h))]
        return nn.cross_entropy(third(h + g), y) + last(g)[0] ** 2

    parameters = [p for m in (first, second, third, last) for p in m.parameters()]
    agree(loss, parameters, RNG(0).normal(size=(33, 3)), RNG(1).integers(0, 9, 33))
    agree(loss, parameters[5:], RNG(0).normal(size=(9, 3)), RNG(1).integers(0, 9, 9))


def test_choices_attention_and_ties():
    table = [[Value(0.3 * i - 0.2 * j) for j in range(2)] for i in range(3)]
    mixed = [table[2][0], table[0][1], table[1][1]]

    def loss(tokens, which):
        rows = [[tanh(v) for v in select(table, t)] for t in tokens]
        scores = [[sum(a * b for a, b in zip(p, q)) for q in rows] for p in rows]
        chosen = select([s * 2.0 for line in scores for s in line], which)
        return chosen * select(mixed, tokens[0]) + sum(s * s for line in scores for s in line)

    agree(
        loss, [v for row in table for v in row],
        RNG(0).integers(0, 3, (33, 3)), RNG(1).integers(0, 9, 33),
    )  # fmt: skip
    w = [Value(1.0), Value(1.0), Value(2.0)]
    agree(lambda x: maximum(maximum(w[0], w[1]) * x, w[2] * 0.5 * x), w, np.ones(9))
    with pytest.raises(IndexError, match="from 0 to 2"):
        compile(lambda i: select(mixed, i), mixed, inputs=(0,), engine="native").run([3])


def test_tables_whose_rows_are_chosen_and_multiplied_as_well():
    """Of what is chosen alone the samples add to the total one by one; lanes without one hold log 0."""
    table = [[Value(v) for v in row] for row in RNG(0).uniform(0.5, 1.5, (12, 3)).tolist()]
    apart = [Value(v) for v in RNG(1).uniform(0.5, 1.5, 90).tolist()]
    x, which = RNG(2).uniform(0.5, 1.5, (33, 3)), RNG(3).integers(0, 12, (33, 2))

    def tied(x, which):
        row = [select([t[k] for t in table], which[0]) for k in range(3)]
        scores = [sum((a * b for a, b in zip(t, row)), t[0] * x[0]) for t in table]
        return sum(scores) * log(select(apart, which[1]) * x[1])

    agree(tied, [v for t in table for v in t] + apart, x, which)


@pytest.mark.parametrize("first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (10, 90))])
def test_random_programs(first):
    for seed in range(first, first + (80 if first else 10)):
        function, parameters, inputs, indices = random_function(seed, traced=True)
        p = [Value(x) for x in RNG(seed).normal(size=parameters).tolist()]
        x = RNG(seed).normal(size=(9, inputs))
        chosen = RNG(seed).integers(0, 3, (9, indices))
        if indices:
            agree(lambda x, i, f=function, p=p: f(p, x, i), p, x, chosen, rtol=1e-10)
        elif inputs:
            agree(lambda x, f=function, p=p: f(p, x), p, x, rtol=1e-10)
        else:
            agree(lambda f=function, p=p: f(p, []), p, rtol=1e-10)


def test_single_precision():
    model = nn.MLP(3, [5, 4], activation="tanh", rng=0)
    program = agree(
        lambda x, y: nn.cross_entropy(model(x), y), model.parameters(),
        RNG(0).normal(size=(33, 3)).astype(np.float32), RNG(1).integers(0, 4, 33),
        rtol=2e-5, dtype=np.float32,
    )  # fmt: skip
    assert program.gradients.dtype == np.float32


def test_inputs_are_read_wherever_they_lie_and_whenever_they_change():
    w = Value(3.0)
    program = compile(
        lambda x, y: w * x[0] * x[1] + y, [w], inputs=([1.0, 2.0], 0.5), engine="native"
    )
    whole = RNG(0).normal(size=(4, 20))
    x, y = whole[:2].T, whole[3]
    for _ in range(2):
        assert program.run(x, y)[0] == pytest.approx((3.0 * x[:, 0] * x[:, 1] + y).mean())
        whole *= 0.5  # the same arrays with other numbers
    assert program.run(x[::3], y[::3])[0] == pytest.approx(
        (3 * x[::3, 0] * x[::3, 1] + y[::3]).mean()
    )
    assert program.run([[1, 2]], [True]) == (7.0,)


def test_copies_pickles_and_threads():
    w = [Value(0.5), Value(-1.5)]
    program = compile(lambda x: (tanh(w[0] * x) - w[1]) ** 2, w, inputs=(0.3,), engine="native")
    x = RNG(0).normal(size=11)
    program.run(x)
    for other in (copy.deepcopy(program), pickle.loads(pickle.dumps(program))):
        assert other.engine.name == "native"
        assert [o.tolist() for o in other.outputs] == [o.tolist() for o in program.outputs]
        other.parameters[...] *= 2.0
        other.run(x)
        assert other.gradients.tolist() != program.gradients.tolist()
        assert program.run(x) == program.run(x)
    samples = RNG(1).normal(size=(40, 11))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(program.run, samples))
    assert found == [program.run(sample) for sample in samples]


def test_large_batches_run_in_pieces():
    w = [Value(0.5), Value(-1.5)]
    agree(lambda x: [(w[0] * x - w[1]) ** 2, w[0] * w[1]], w, RNG(0).normal(size=33))
    native, numpy = (
        compile(lambda x: [(w[0] * x - w[1]) ** 2, w[0] * 2.0], w, inputs=(0.3,), engine=engine)
        for engine in ("native", "numpy")
    )
    x = RNG(0).normal(size=9001)
    close(native.run(x), numpy.run(x))
    close(native.gradients, numpy.gradients)
    assert autograd.Program is type(native)


# NumPy's calls ------------------------------------------------------------------------------------

EXACT = [np.add, np.subtract, np.multiply, np.divide, np.negative, np.absolute, np.copyto]


def arrays(shape, rng, dtype):
    """An array to write, and some to read: whole, turned, a part, repeated along an axis; a number."""

    def filled(*sizes):
        return rng.choice([*EDGES, 1.5, -0.3], sizes).astype(dtype)

    wide = filled(*(2 * n for n in shape))[tuple(slice(n) for n in shape)]
    turned = filled(*shape[::-1]).T
    thin = filled(*(1 if k % 2 else n for k, n in enumerate(shape)))
    backwards = filled(*shape)[::-1]
    return [filled(*shape), wide, turned, thin, thin[:, :1], backwards, filled(shape[-1]), 0.7, 1.0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    "shape", [(5, 1), (16, 16, 1), (3, 8, 9), (4, 1, 33), (1, 1), (7, 2, 3, 5)]
)
def test_calls_of_numpy_are_the_same_to_the_last_bit(shape, dtype):
    with np.errstate(all="ignore"):
        calls = []
        rng = RNG(0)
        pool = [x for _ in range(2) for x in arrays(shape, rng, dtype)]
        outs = [x for x in pool if isinstance(x, np.ndarray) and x.shape == shape]
        index = rng.integers(0, shape[0], shape[0])
        for _ in range(40):
            if len(shape) == 2 and not rng.integers(4):
                calls.append((np.take, [pool[0], index, 0, pool[9], "clip"]))
                continue
            function, out = EXACT[rng.integers(len(EXACT))], outs[rng.integers(len(outs))]
            one, two = (pool[k] for k in rng.integers(len(pool), size=2))
            inputs = (
                [one, two]
                if function.__name__ in ("add", "subtract", "multiply", "divide")
                else [one]
            )
            if function is np.copyto:
                calls.append((function, [out, *inputs]))
            elif rng.integers(2) or function.nin == 2:
                calls.append((function, [*inputs, out]))
            else:
                calls.append((functools.partial(function, out=out), inputs))
        before = [x.copy() for x in outs]
        for function, arguments in calls:
            function(*arguments)
        expected = [x.copy() for x in outs]
        for x, old in zip(outs, before):
            x[...] = old
        (fewer,) = exact_calls([calls], moving=set())
        assert len(fewer) == 1
        for function, arguments in fewer:
            function(*arguments)
        for x, wanted in zip(outs, expected):
            np.testing.assert_array_equal(x, wanted)
            assert (np.signbit(x) == np.signbit(wanted))[~np.isnan(wanted)].all()


def test_what_moves_overlaps_or_is_not_exact_stays_a_call_of_numpy():
    x, y, z = (RNG(k).normal(size=(4, 3)) for k in range(3))
    late = [x, y, z]
    calls = [
        (np.add, [x, y, z]), (np.multiply, [x, 2.0, z]),  # one call
        (np.add, late),
        (np.add, [x[:-1], 1.0, x[1:]]),  # each row would be read after it was written
        (np.add, [x, np.ones((4, 3), np.float32), z]), (np.exp, [x, z]),
        (np.take, [x, np.array([0, 4]), 0, z[:2], "clip"]),  # there is no row 4
        (np.add.reduce, [x, 0, None, z[0]]), (np.negative, [x, np.broadcast_to(z[0], (4, 3))]),
    ]  # fmt: skip
    (fewer,) = exact_calls([calls], moving={id(late)})
    assert [function for function, _ in fewer[1:]] == [function for function, _ in calls[2:]]
    fewer[0][0](*fewer[0][1])
    np.testing.assert_array_equal(z, x * 2.0)
    assert exact_calls([calls[:2] * 300, calls], set()) == [
        calls[:2] * 300,
        calls,
    ]  # takes too long


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_after_many_runs_exact_calls_are_machine_code(monkeypatch, dtype):
    """Equal to the last bit, with other inputs each time, at batches of their own."""
    monkeypatch.setattr(replay, "OFTEN", 2)
    monkeypatch.setattr(shape, "WEIGHTS", 0)  # a network of this size would run as machine code
    model = nn.MLP(12, [30, 30, 4], activation="tanh", rng=0)
    x, y = RNG(0).normal(size=(40, 12)).astype(dtype), RNG(1).integers(0, 4, 40)
    programs = [
        compile(
            lambda x, y: nn.cross_entropy(model(x), y) + sum(v * v for v in x), model,
            inputs=(x[0], 0), check=False, dtype=dtype, engine=engine,
        )
        for engine in ("auto", "numpy")
    ]  # fmt: skip
    assert [program.engine.name for program in programs] == ["numpy", "numpy"]
    for step in range(6):
        for batch in (1, 7, 40):
            found = [program.run(x[step:][:batch], y[step:][:batch]) for program in programs]
            assert found[0] == found[1]
            np.testing.assert_array_equal(programs[0].gradients, programs[1].gradients)
        optimizers = [nn.SGD(model.parameters(), lr=0.1) for _ in programs]
        for program, optimizer in zip(programs, optimizers):
            program.update(optimizer)
    few, many = (len(program._batches.runner(7)._backward.pairs) for program in programs)
    assert few < many
