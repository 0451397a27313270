"""Lines of Python beside the NumPy replay of the same program."""

from __future__ import annotations

import copy
import itertools
import math
import sys
import warnings

import numpy as np
import pytest
from test_compiler_random import random_function

from autograd import OPS, Value, compile, log, maximum, select, where
from autograd.compiler.run.native.llvm import jit

RNG = np.random.default_rng
EDGES = [0.0, -0.0, 0.5, 1.0, -3.5, 720.0, -720.0, 1e-310, 1e200, math.inf, -math.inf, math.nan]


def both(function, values, inputs):
    return [
        compile(function, values, inputs=inputs, check=False, engine=engine)
        for engine in ("python", "numpy")
    ]


def agree(function, values, *arrays):
    python, numpy = both(function, values, tuple(a[0] for a in arrays))
    for batch in (1, 3):
        given = [a[:batch] for a in arrays]
        np.testing.assert_allclose(python.run(*given), numpy.run(*given), rtol=1e-10, atol=1e-10)
        scale = max(1.0, np.abs(numpy.gradients).max(initial=0.0))
        np.testing.assert_allclose(python.gradients / scale, numpy.gradients / scale, atol=1e-10)
        for one, other in zip(python.forward(*given), numpy.forward(*given)):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)
        for program in (python, numpy):
            program.parameters[...] -= 0.01 * numpy.gradients
    return python


def test_random_programs():
    for seed in range(25):
        function, parameters, inputs, indices = random_function(seed, traced=True)
        p = [Value(x) for x in RNG(seed).normal(size=parameters).tolist()]
        x = RNG(seed).normal(size=(3, inputs))
        if inputs and not indices:
            agree(lambda x, f=function, p=p: f(p, x), p, x)
        elif not inputs:
            agree(lambda f=function, p=p: f(p, []), p)


def same(found, expected):
    with np.errstate(all="ignore"):
        near = np.abs(found - expected) <= 1e-12 * np.maximum(np.abs(expected), 1e-300)
    return bool(((found == expected) | near | (np.isnan(found) & np.isnan(expected))).all())


@pytest.mark.parametrize(
    "name",
    [n for n, op in OPS.items() if op.arity < 3 and n not in ("sinc_slope", "round_to")],
)
def test_operations_at_the_edges(name):
    """Where Python's math raises, NumPy answers."""
    op = OPS[name]
    p = [Value(0.0) for _ in range(op.arity)]
    python, numpy = both(lambda x: op(*[xi + pi for xi, pi in zip(x, p)]), p, ([0.3] * op.arity,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for point in itertools.product(EDGES, repeat=op.arity):
            python.run([point])
            numpy.run([point])
            assert same(python.outputs[0], numpy.outputs[0]), point
            value = numpy.outputs[0][0]
            assert same(python.gradients, numpy.gradients) or math.isnan(value), point
            assert same(python.forward([point])[0], numpy.forward([point])[0]), point


def test_outputs_of_all_kinds_and_copies():
    w, v = Value(2.0), Value(-1.0)
    function = lambda x: [where(x > 0.5, w * x, log(w)), w * v, maximum(w, v)]  # noqa: E731
    program = agree(function, [w, v], RNG(0).uniform(size=3))
    assert [len(o) for o in program.outputs] == [3, 1, 1]
    assert copy.deepcopy(program).run([0.7, 0.1]) == program.run([0.7, 0.1])


@pytest.fixture
def without_llvm(monkeypatch):
    """As where it is not installed."""
    jit.available.cache_clear()
    jit._llvm.cache_clear()
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    yield
    monkeypatch.undo()
    jit.available.cache_clear()


def test_few_samples_of_scalars_run_as_python_where_llvm_is_not_installed(without_llvm):
    def loop(x):
        for _ in range(30):
            x = w * x * (1.0 - x)
        return x

    w = Value(3.2)
    program = compile(loop, [w], inputs=(0.3,))
    assert "engine python: 90 lines; NumPy from 25 samples on" in repr(program)
    kinds = []
    for batch in (1, 24, 25):
        program.run(RNG(0).uniform(size=batch))
        kinds.append(type(program._batches.runners[batch]).__name__)
    assert kinds == ["Lines", "Lines", "Replay"]
    single = compile(lambda x: w * x, [w], inputs=(0.5,), engine="python", dtype=np.float32)
    assert single.run([2.0])[0] == pytest.approx(6.4)


def test_what_has_no_line_in_python_is_refused_by_name():
    table = [Value(1.0), Value(2.0)]
    with pytest.raises(ValueError, match="engine='python' cannot run this program: a value is sel"):
        compile(lambda i: select(table, i), table, inputs=(0,), engine="python")
