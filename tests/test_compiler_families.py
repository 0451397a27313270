"""Families of programs that are no layers: as few instructions as by hand, and NumPy's gradients."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, compile, dot, maximum, no_grad, stop_gradient, tanh

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import families
import families_numpy

MOST = {  # instructions: a few more than there are
    "factorisation_machine": 10, "ising": 5, "binomial_tree": 90, "matrix_factorisation": 6,
    "skip_gram": 8, "ctc": 240,
}  # fmt: skip


@pytest.mark.parametrize("name", families_numpy.TWINS)
def test_a_family_has_the_gradients_of_numpy_in_two_steps(name):
    family = getattr(families, name)()
    function, values = families.built(family)
    rng = np.random.default_rng(1)
    example = tuple(x[0] for x in family.sample(1))
    program = compile(function, values, inputs=example or None, check=False)
    assert len(program.plan.instructions) <= MOST.get(name, 1000)
    numbers = family.parameters.copy()
    for batch in (3, 5):
        given = family.sample(batch)
        loss, gradient = families_numpy.TWINS[name](numbers, *(family.data or given))
        assert program.run(*given)[0] == pytest.approx(loss, rel=1e-10)
        found = np.empty_like(gradient)
        found[program.order] = program.gradients
        np.testing.assert_allclose(found, gradient, rtol=1e-9, atol=1e-9 * abs(gradient).max())
        numbers += rng.normal(size=len(numbers)) * 0.01
        program.parameters[:] = numbers[program.order]


def gradients_agree(function, values, samples):
    """The program's mean and gradients are the engine's; the program."""
    program = compile(function, values, inputs=(samples[0],))
    for _ in range(2):
        mean = sum(function([Value(x) for x in sample]) for sample in samples) * (1 / len(samples))
        mean.backward()
        expected = [p.grad for p in values]
        assert program.run(samples)[0] == pytest.approx(mean.data, rel=1e-12)
        program.sync()
        np.testing.assert_allclose([p.grad for p in values], expected, rtol=1e-12, atol=1e-12)
        for p in values:
            p.grad, p.data = 0.0, 1.1 * p.data + 0.05
        program.refresh()
    return program


SAMPLES = [[0.3, -1.2, 0.8, 1.4], [1.1, 0.4, -0.7, 0.2], [-0.6, 0.9, 0.5, -1.0]]


def test_what_is_written_twice_is_computed_once():
    u, v = Value(0.7), Value(-0.4)

    def loss(x):
        return sum((u * xi + v).tanh() * (u * xi + v).tanh().exp() for xi in [*x, *x])

    once = gradients_agree(loss, [u, v], SAMPLES)
    assert len(once.plan.instructions) == 4  # u·x + v, tanh, exp, and the sum


def test_what_is_equal_but_for_its_gradient_stays_two():
    u = Value(0.7)

    def loss(x):
        with no_grad():
            still = (u * x[0]).tanh()
        return still * (u * x[0]).tanh() + (stop_gradient(u) * x[1]).sin() * (u * x[1]).sin()

    program = compile(loss, [u], inputs=(SAMPLES[0],))
    program.run(SAMPLES[:1])
    a, b = (0.7 * x for x in SAMPLES[0][:2])
    slope = np.tanh(a) * 0.3 / np.cosh(a) ** 2 + np.sin(b) * np.cos(b) * -1.2
    assert program.gradients[0] == pytest.approx(slope, rel=1e-12)


def test_zeros_of_two_signs_are_not_equal():
    u = Value(1.0)
    program = compile(lambda x: 1.0 / (u * x[0]) ** 0.0 * (x[1] / 0.0 + x[1] / -0.0), [u],
                      inputs=(SAMPLES[0],), check=False)  # fmt: skip
    assert np.isnan(program.run(SAMPLES[:1])[0])  # ∞ − ∞


def test_equal_numbers_share_the_gradient_of_a_maximum():
    u, v = Value(0.7), Value(0.2)
    gradients_agree(
        lambda x: maximum(u * x[0] + v, (u * x[0] + v) * 1.0) * x[1] + maximum(u * x[2], u * x[2]),
        [u, v], SAMPLES,
    )  # fmt: skip


@pytest.mark.parametrize("count", [16, 10])
@pytest.mark.parametrize("swap", [False, True])
def test_a_bilinear_form_is_a_matrix(count, swap):
    """Σ over pairs of Jᵢⱼ xᵢ yⱼ: all pairs, or some; whichever factor comes first."""
    j = [Value(0.1 * k - 0.7) for k in range(16)]
    pairs = [(a, b) for a in range(4) for b in range(4)][:count]

    def loss(x):
        products = ((j[4 * a + b] * x[a], x[b].sin()) for a, b in pairs)
        total = 0.0
        for left, right in products:
            total = total - (right * left if swap else left * right)
        return total.tanh()

    program = gradients_agree(loss, j, SAMPLES)
    assert len(program.plan.instructions) <= 5


def test_a_product_that_others_use_is_left_alone():
    w = [Value(0.3), Value(-0.8), Value(0.5)]

    def loss(x):
        inner = [wi * xi for wi, xi in zip(w, x)]
        return sum(u * x[3] for u in inner) + inner[1].tanh() * inner[2]

    gradients_agree(loss, w, SAMPLES)


def test_a_table_whose_rows_meet_at_random_is_one_instruction():
    rng = np.random.default_rng(0)
    table = [[Value(x) for x in row] for row in rng.normal(size=(40, 3)).tolist()]
    pairs = rng.integers(0, 40, (200, 2)).tolist()
    flat = [x for row in table for x in row]
    loss = sum(tanh(dot(table[a], table[b])) for a, b in pairs)
    program = compile(loss, flat)
    program.run()
    assert len(program.plan.instructions) <= 6
    rows = np.array([[x.data for x in row] for row in table])
    by = np.zeros_like(rows)
    for a, b in pairs:
        slope = 1.0 - np.tanh(rows[a] @ rows[b]) ** 2
        by[a] += slope * rows[b]
        by[b] += slope * rows[a]
    found = np.empty(len(flat))
    found[program.order] = program.gradients
    np.testing.assert_allclose(found, by.ravel(), rtol=1e-12)


def test_powers_of_many_exponents_are_one_instruction():
    u = Value(1.3)
    exponents = [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 2.5]
    program = gradients_agree(
        lambda x: sum((u * x[0] * x[0] + 1.0) ** n * x[1] for n in exponents), [u], SAMPLES
    )
    assert sum("^" in line for line in str(program).splitlines()) == 1


@pytest.mark.parametrize("count", [16, 64, 400])
@pytest.mark.parametrize("name", ["matrix_factorisation", "skip_gram"])
def test_a_batch_through_a_table_has_as_many_instructions_at_any_size(name, count):
    function, values = families.built(getattr(families, name)(count))
    assert len(compile(function, values, check=False).plan.instructions) <= 6


@pytest.mark.parametrize("step", [lambda w, x: w * x, lambda w, x: w * x - w])
def test_a_long_calculation_that_was_written_twice_is_followed_to_its_end(step):
    w = Value(0.9)

    def chain(x):
        for _ in range(300):
            x = step(w, x).sin() + 0.1
        return x

    program = compile(lambda x: chain(x) * chain(x), [w], inputs=(0.3,), check=False)
    assert sum(i.count for i in program.plan.instructions) == 901  # rows: 300 times three, and one
    once = compile(chain, [w], inputs=(0.3,), check=False)
    (last,) = once.run([0.3])
    assert program.run([0.3])[0] == pytest.approx(last**2, rel=1e-12)
    assert program.gradients[0] == pytest.approx(2 * last * once.gradients[0], rel=1e-9)
