"""Compiled programs as loops of JavaScript, in a real engine, against NumPy and the scalars."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import test_compiler_tape as tapes
from javascript import running
from test_compiler_backward import layers, program_of
from test_compiler_random import close, fresh

from autograd import OPS, Op, Value, compile, where
from autograd.compiler.plan.instructions import Products, Tape
from autograd.compiler.run.javascript.script import to_javascript

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import families


@pytest.fixture(scope="module")
def engine():
    with running() as evaluate:
        yield evaluate


def ran(engine, programs):
    """Loss and gradients of each of (program, what it is given), all in one run."""
    asked = []
    for program, given in programs:
        arrays = [f"Float64Array.of({','.join(map(repr, np.ravel(x).tolist()))})" for x in given]
        n = len(given[0]) if given else 1
        asked.append(
            f"(() => {{ const p = {to_javascript(program)}, x = [{', '.join(arrays)}];"
            f" p.run(x, {n}); const loss = p.run(x, {n}), all = p.forward(x, {n}, [0]);"
            f" return [loss, all.reduce((a, b) => a + b) / {n}, ...p.gradients].map(String) }})()"
        )
    return [np.array(found, dtype=float) for found in engine("", f"[{','.join(asked)}]")]


@pytest.mark.parametrize("first", [0, pytest.param(50, marks=pytest.mark.slow)])
def test_random_programs(engine, first):
    known = [program_of(seed) for seed in range(first, 4 * first + 50)]
    compared = 0
    for found, (program, _, loss, gradients) in zip(ran(engine, [p[:2] for p in known]), known):
        if np.isfinite(loss) and np.abs(gradients).max(initial=0.0) < 1e4:
            compared += 1
            assert close(found, [loss, loss, *gradients[program.order]])
    assert compared > len(known) / 2


CASES = ["mlp", "convolution", "recurrent", "attention", "embedding", "finished"]


def test_layers(engine):
    """Each kind of instruction: products, sums, maxima, choices, two computed matrices."""
    programs = [layers(case) for case in CASES]
    for found, (program, given) in zip(ran(engine, programs), programs):
        (loss, *_) = program.run(*given)
        assert np.abs(program.gradients).max() > 1e-6
        np.testing.assert_allclose(found, [loss, loss, *program.gradients], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("causal", [False, True])
def test_products_of_computed_matrices(engine, causal):
    """L = Σ C ∘ (A @ B), A = tanh(a x), B = exp(b x); causal: of the half below the diagonal alone."""
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(5, 4)), rng.normal(size=(4, 5)), rng.normal(size=(5, 5))
    c = np.tril(c) if causal else c
    wa, wb = ([fresh(row) for row in x.tolist()] for x in (a, b))

    def loss(x):
        left = [[(v * x).tanh() for v in row] for row in wa]
        right = [[(v * x).exp() for v in row] for row in wb]
        wanted = [(i, j) for i in range(5) for j in range(i + 1 if causal else 5)]
        columns = list(zip(*right))
        return sum(
            float(c[i, j]) * sum(p * q for p, q in zip(left[i], columns[j])) for i, j in wanted
        )

    program = compile(loss, [v for row in wa + wb for v in row], inputs=(0.5,))
    (own,) = (i for i in program.plan.instructions if isinstance(i, Products))
    assert (own.node < 0).any() == causal
    xs = np.array([0.5, 1.0, -0.75])
    (found,) = ran(engine, [(program, [xs])])
    value, by_a, by_b = 0.0, 0.0, 0.0
    for x in xs:
        left, right = np.tanh(a * x), np.exp(b * x)
        value += (c * (left @ right)).sum() / 3
        by_a += x * (c @ right.T) * (1 - left**2) / 3
        by_b += x * (left.T @ c) * right / 3
    expected = np.concatenate([np.ravel(by_a), np.ravel(by_b)])[program.order]
    np.testing.assert_allclose(found, [value, value, *expected], rtol=1e-12, atol=1e-13)


@pytest.mark.slow
def test_families_that_are_no_layers(engine):
    programs = []
    for family in (make() for make in families.FAMILIES):
        function, values = families.built(family)
        example = tuple(x[0] for x in family.sample(1))
        program = compile(function, values, inputs=example or None, check=False)
        programs.append((program, family.sample(3)))
    for found, (program, given) in zip(ran(engine, programs), programs):
        (loss, *_) = program.run(*given)
        np.testing.assert_allclose(found[:2], [loss] * 2, rtol=1e-12)
        most = np.abs(program.gradients).max()
        np.testing.assert_allclose(found[2:], program.gradients, rtol=1e-12, atol=1e-12 * most)


def test_ties_share_as_in_a_chain_of_maxima(engine):
    w = [Value(1.0), Value(1.0), Value(0.0), Value(1.0)]
    program = compile(
        lambda x: (w[0] * x).maximum(w[1] * x).maximum(w[2]).maximum(w[3] * x), w, 2.0
    )
    (found,) = ran(engine, [(program, [np.array([2.0, -1.0])])])
    program.run([2.0, -1.0])
    np.testing.assert_allclose(found[2:], program.gradients, rtol=1e-15)


def test_what_has_no_text_is_refused_by_name(monkeypatch):
    silent = Op("silent", "s", "s(x)", np.sin, np.sin, (lambda x, y: np.cos(x),))
    monkeypatch.setitem(OPS, "silent", silent)
    w = Value(1.0)
    with pytest.raises(TypeError, match=r"silent.*has no text in JavaScript"):
        to_javascript(compile(lambda x: silent(w * x), [w], 1.0))


def test_what_runs_one_by_one(engine):
    """Random programs as tapes, and a long recurrence of choices."""
    w = Value(0.9)

    def choices(x):
        for _ in range(700):
            x = where(x * x > 2.0, -0.5 * x, x * w + 0.3)
        return x

    program = compile(choices, [w], inputs=(0.4,), engine="numpy", check=False)
    programs = [(program, [np.linspace(-1.0, 2.0, 9)])]
    for seed in range(120):
        found = tapes.program_of(seed, "numpy", 3)
        programs += [] if found is None else [(found[0], [found[1]])]
    assert len(programs) > 20
    for found, (program, given) in zip(ran(engine, programs), programs):
        assert any(isinstance(own, Tape) for own in program.plan.instructions)
        (loss, *_) = program.run(*given)
        assert close(found, [loss, loss, *program.gradients])
