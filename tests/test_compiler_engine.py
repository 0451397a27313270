"""Each kind of instruction on the NumPy engine, beside matrices written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import OPS, TraceError, Value, compile, exp, log, maximum, select, sin, tanh
from autograd.compiler.read import order
from autograd.ops import Op

RNG = np.random.default_rng


def matrix(array):
    return [[Value(float(x)) for x in row] for row in array]


def flat(rows):
    return [x for row in rows for x in row]


def gradients(program):
    found = np.empty(len(program.order))
    found[program.order] = program.gradients
    return found


def kinds(program):
    return {type(i).__name__ for i in program.plan.instructions}


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("batch", [0, 1, 3])
def test_a_product_of_two_computed_matrices(batch):
    """L = Σ C ∘ (A @ B) with A = tanh(a x), B = exp(b x): dL/da = x (C Bᵀ)(1 − A²), dL/db = x (Aᵀ C) B.

    ``batch`` 0 is a finished graph, with x = 1.
    """
    rng = RNG(0)
    a, b, c = rng.normal(size=(5, 4)), rng.normal(size=(4, 6)), rng.normal(size=(5, 6))
    wa, wb = matrix(a), matrix(b)

    def loss(x):
        left = [[tanh(v * x) for v in row] for row in wa]
        right = [[exp(v * x) for v in row] for row in wb]
        columns = list(zip(*right))
        product = [[sum(p * q for p, q in zip(row, col)) for col in columns] for row in left]
        return sum(float(c[i, j]) * product[i][j] for i in range(5) for j in range(6))

    parameters = flat(wa) + flat(wb)
    if batch:
        xs = np.array([0.5, 1.0, -0.75])[:batch]
        program = compile(loss, parameters, inputs=(0.5,))
        (found,) = program.run(xs)
    else:
        xs = np.array([1.0])
        program = compile(loss(Value(1.0)), parameters)
        (found,) = program.run()
    assert "Products" in kinds(program)
    value, by_a, by_b = 0.0, np.zeros_like(a), np.zeros_like(b)
    for x in xs:
        left, right = np.tanh(a * x), np.exp(b * x)
        value += (c * (left @ right)).sum() / len(xs)
        by_a += x * (c @ right.T) * (1 - left**2) / len(xs)
        by_b += x * (left.T @ c) * right / len(xs)
    close(found, value)
    close(gradients(program), [*by_a.ravel(), *by_b.ravel()])


def test_a_loss_made_of_a_parameter_alone_beside_another_output():
    w, t = Value(0.3), math.tanh(0.3)
    twice = (1 - math.tanh(t) ** 2) * (1 - t**2)
    for function, slope in ((tanh, 1 - t**2), (lambda v: tanh(tanh(v)), twice)):
        program = compile(lambda x, f=function: [f(w), w * x], [w], inputs=(0.5,))
        program.run([2.0, 4.0])
        close(gradients(program), [slope])


@pytest.mark.parametrize("starts", [(0, 1), (0, 3), (3, 0)])
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_filters_at_two_places(starts, engine):
    """L = Σ tanh(w @ patch): dL/dw = Σ (1 − tanh²) patch."""
    rng = RNG(0)
    w, x = rng.normal(size=(3, 5)), rng.normal(size=(4, 9))
    values = matrix(w)

    def loss(x):
        return sum(
            tanh(sum(p * q for p, q in zip(row, x[s : s + 5]))) for row in values for s in starts
        )

    program = compile(loss, flat(values), inputs=(x[0],), engine=engine)
    (found,) = program.run(x)
    patches = [x[:, s : s + 5] for s in starts]
    answers = [np.tanh(patch @ w.T) for patch in patches]
    close(found, sum(answer.sum() for answer in answers) / 4)
    expected = sum((1 - answer**2).T @ patch for answer, patch in zip(answers, patches)) / 4
    close(gradients(program), expected.ravel())


def test_a_product_of_two_matrices_of_functions_of_parameters():
    """L = Σ C ∘ (exp(A) @ tanh(B)), in which no sum comes before the products."""
    rng = RNG(0)
    a, b, c = rng.normal(size=(5, 4)), rng.normal(size=(4, 6)), rng.normal(size=(5, 6))
    wa, wb = matrix(a), matrix(b)
    left, right = [[exp(v) for v in row] for row in wa], [[tanh(v) for v in row] for row in wb]
    product = [[sum(p * q for p, q in zip(row, col)) for col in zip(*right)] for row in left]
    terms = [float(c[i, j]) * product[i][j] for i in range(5) for j in range(6)]
    program = compile(sum(terms[1:], terms[0]), flat(wa) + flat(wb))
    (found,) = program.run()
    assert "Products" in kinds(program)
    close(found, (c * (np.exp(a) @ np.tanh(b))).sum())
    by_a, by_b = (c @ np.tanh(b).T) * np.exp(a), (np.exp(a).T @ c) * (1 - np.tanh(b) ** 2)
    close(gradients(program), [*by_a.ravel(), *by_b.ravel()])


@pytest.mark.parametrize("batch", [1, 4])
def test_a_layer_that_is_subtracted(batch):
    """h = s − W x, L = Σ h²: dL/dW = −2 h xᵀ, dL/ds = 2 h."""
    rng = RNG(1)
    w, s, x = rng.normal(size=(5, 7)), rng.normal(size=5), rng.normal(size=(batch, 7))
    ws, ss = matrix(w), [Value(v) for v in s.tolist()]

    def loss(x):
        h = [b - sum(a * v for a, v in zip(row, x)) for b, row in zip(ss, ws)]
        return sum(v * v for v in h)

    program = compile(loss, flat(ws) + ss, inputs=(x[0],))
    (found,) = program.run(x)
    h = s - x @ w.T
    close(found, (h**2).sum() / batch)
    by_w, by_s = -2 * h.T @ x / batch, 2 * h.sum(0) / batch
    close(gradients(program), [*by_w.ravel(), *by_s])


@pytest.mark.parametrize("batch", [1, 4])
def test_layers_one_above_the_other_with_a_scale_and_shared_weights(batch):
    """y = 3 tanh(W tanh(W x) + b) − W x, L = Σ y · k."""
    rng = RNG(2)
    w, b, k = rng.normal(size=(6, 6)) * 0.4, rng.normal(size=6), rng.normal(size=6)
    x = rng.normal(size=(batch, 6))
    ws, bs = matrix(w), [Value(v) for v in b.tolist()]

    def linear(v):
        return [sum(p * q for p, q in zip(row, v)) for row in ws]

    def loss(x):
        first = linear(x)
        second = [tanh(v + c) for v, c in zip(linear([tanh(v) for v in first]), bs)]
        return sum((3.0 * p - q) * float(r) for p, q, r in zip(second, first, k))

    program = compile(loss, flat(ws) + bs, inputs=(x[0],))
    (found,) = program.run(x)
    first = x @ w.T
    low = np.tanh(first)
    second = np.tanh(low @ w.T + b)
    close(found, ((3 * second - first) @ k).sum() / batch)
    by_second = 3 * k * (1 - second**2) / batch
    by_first = by_second @ w * (1 - low**2) - k / batch
    close(gradients(program), [*(by_second.T @ low + by_first.T @ x).ravel(), *by_second.sum(0)])


@pytest.mark.parametrize("batch", [1, 2, 9])
def test_the_largest_of_several(batch):
    """L = max(w ∘ x)²: the gradient goes to the largest; at a tie half to each, as in a chain."""
    w = [Value(1.0), Value(2.0), Value(0.5), Value(1.0)]

    def loss(x):
        top = a = w[0] * x[0]
        for v, xi in zip(w[1:], x[1:]):
            top = maximum(top, v * xi)
        return top * top + 0.0 * a

    program = compile(loss, w, inputs=([0.1, 0.2, 0.3, 0.4],))
    x = np.tile([[1.0, 1.0, 1.0, 1.0]], (batch, 1))
    x[0] = [4.0, 2.0, 8.0, 3.0]  # products 4, 4, 4, 3: a chain shares ((¼, ¼), ½)
    (found,) = program.run(x)
    close(found, (16.0 + (batch - 1) * 4.0) / batch)
    expected = np.array([8.0 * 0.25 * 4.0, 8.0 * 0.25 * 2.0, 8.0 * 0.5 * 8.0, 0.0])
    expected += (batch - 1) * np.array([0.0, 4.0, 0.0, 0.0])
    close(gradients(program), expected / batch)


@pytest.mark.parametrize("batch", [1, 5])
def test_rows_chosen_from_parameters_and_from_what_was_computed(batch):
    """L = T[i] · x + (tanh(T) x)[j]."""
    rng = RNG(3)
    t, x = rng.normal(size=(4, 3)), rng.normal(size=(batch, 3))
    i, j = rng.integers(0, 4, batch), rng.integers(0, 4, batch)
    ts = matrix(t)

    def loss(x, i, j):
        scores = [sum(tanh(a) * v for a, v in zip(row, x)) for row in ts]
        return sum(a * v for a, v in zip(select(ts, i), x)) + select(scores, j)

    program = compile(loss, flat(ts), inputs=(x[0], 0, 0))
    (found,) = program.run(x, i, j)
    close(found, ((t[i] * x).sum() + (np.tanh(t[j]) * x).sum()) / batch)
    expected = np.zeros_like(t)
    for sample in range(batch):
        expected[i[sample]] += x[sample]
        expected[j[sample]] += x[sample] * (1 - np.tanh(t[j[sample]]) ** 2)
    close(gradients(program), expected.ravel() / batch)


def test_numbers_that_are_nan_are_the_same_number_in_both_traces():
    w = Value(2.0)
    program = compile(lambda x: w * x + 0.0 * maximum(x, math.nan), [w], inputs=(0.5,))
    assert math.isnan(program.run([1.0])[0])


@pytest.mark.parametrize("batch", [1, 2, 3, 40])
@pytest.mark.parametrize("shape", ["all", "each second", "reversed", "repeated", "some", "ragged"])
def test_contributions_to_rows_in_every_order(batch, shape):
    """L = Σ c_k v[order_k] · v[order_k + 1] with v = tanh(W x): rows read regularly and otherwise."""
    rng = RNG(4)
    order = {
        "all": np.arange(11), "each second": np.arange(0, 11, 2), "reversed": np.arange(11)[::-1],
        "repeated": np.repeat([3, 4, 5], 7), "some": np.array([9, 0, 4, 5]),
        "ragged": np.array([2, 2, 2, 2, 2, 2, 2, 7, 7, 1, 9, 9, 9]),
    }[shape]  # fmt: skip
    w, c = rng.normal(size=(12, 3)) * 0.5, rng.normal(size=len(order))
    x = rng.normal(size=(batch, 3))
    ws = matrix(w)

    def loss(x):
        v = [tanh(sum(a * b for a, b in zip(row, x))) for row in ws]
        return sum(float(ck) * (v[k] * v[k + 1]).exp() for ck, k in zip(c, order.tolist()))

    program = compile(loss, flat(ws), inputs=(x[0],))
    (found,) = program.run(x)
    v = np.tanh(x @ w.T)
    terms = c * np.exp(v[:, order] * v[:, order + 1])
    close(found, terms.sum() / batch)
    by_v = np.zeros_like(v)
    for k, row in enumerate(order):
        by_v[:, row] += terms[:, k] * v[:, row + 1]
        by_v[:, row + 1] += terms[:, k] * v[:, row]
    close(gradients(program), ((by_v * (1 - v**2)).T @ x / batch).ravel())


@pytest.mark.parametrize("chosen", [[0, 2], [2, 0], [0, 4, 2], [1, 2, 3], [3, 3, 1]])
@pytest.mark.parametrize("computed", [False, True])
@pytest.mark.parametrize("others", [range(5), [1, 4], [4]])
def test_rows_chosen_with_gaps_leave_the_rows_between_alone(chosen, computed, others):
    """L = Σ exp(v[others]) + v[chosen][i]² x with v the parameters, or tanh(w) · x."""
    w, x, i = RNG(5).normal(size=5), np.array([0.5, -1.0, 2.0]), np.array([0, 1, 1])
    ws = [Value(a) for a in w.tolist()]

    def loss(x, i):
        v = [tanh(a) * x for a in ws] if computed else ws
        one = select([v[k] for k in chosen], i)
        return sum(exp(v[k]) for k in others) + one * one * x

    program = compile(loss, ws, inputs=(0.5, 0))
    (found,) = program.run(x, i)
    v = np.tanh(w) * x[:, None] if computed else np.tile(w, (3, 1))
    one = v[np.arange(3), np.array(chosen)[i]]
    close(found, (np.exp(v[:, others]).sum() + (one**2 * x).sum()) / 3)
    by_v = np.zeros_like(v)
    by_v[:, others] = np.exp(v[:, others])
    by_v[np.arange(3), np.array(chosen)[i]] += 2 * one * x
    slope = (1 - np.tanh(w) ** 2) * x[:, None] if computed else 1.0
    close(gradients(program), (by_v * slope).sum(0) / 3)


@pytest.mark.parametrize("batch", [1, 4])
def test_products_of_two_with_a_scale(batch):
    """L = Σ 0.3 p q − 2 q r + 0.5 p r at p = tanh(a x), q = exp(b x), r = sin(c x), three of each."""
    a, b, c = RNG(6).normal(size=(3, 3))
    x = RNG(7).normal(size=batch)
    was = [[Value(v) for v in row.tolist()] for row in (a, b, c)]

    def loss(x):
        p, q, r = (
            [function(w * x) for w in row]
            for function, row in zip((tanh, exp, lambda v: v.sin()), was)
        )
        terms = [0.3 * u * v - 2.0 * v * w + 0.5 * (u * w) for u, v, w in zip(p, q, r)]
        return sum(t * t for t in terms)

    program = compile(loss, flat(was), inputs=(0.5,))
    (found,) = program.run(x)
    x = x[:, None]
    p, q, r = np.tanh(a * x), np.exp(b * x), np.sin(c * x)
    t = 0.3 * p * q - 2 * q * r + 0.5 * p * r
    close(found, (t * t).sum() / batch)
    by = [
        2 * t * (0.3 * q + 0.5 * r) * (1 - p**2) * x,
        2 * t * (0.3 * p - 2 * r) * q * x,
        2 * t * (0.5 * p - 2 * q) * np.cos(c * x) * x,
    ]
    close(gradients(program), np.concatenate([g.sum(0) / batch for g in by]))


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("scale", [-1.0, 3.0, None])
def test_a_bias_with_a_scale(batch, scale):
    """h = tanh(W x + k b), L = Σ h: dL/db = k (1 − h²); without a scale, k differs from row to row."""
    rng = RNG(8)
    w, b, x = rng.normal(size=(4, 6)), rng.normal(size=4), rng.normal(size=(batch, 6))
    k = np.array([1.0, -2.0, 0.5, 3.0]) if scale is None else np.full(4, scale)
    ws, bs = matrix(w), [Value(v) for v in b.tolist()]

    def loss(x):
        rows = zip(ws, bs, k.tolist())
        return sum(tanh(sum(p * q for p, q in zip(row, x)) + f * c) for row, c, f in rows)

    program = compile(loss, flat(ws) + bs, inputs=(x[0],))
    (found,) = program.run(x)
    h = np.tanh(x @ w.T + k * b)
    close(found, h.sum() / batch)
    slope = (1 - h**2) / batch
    close(gradients(program), [*(slope.T @ x).ravel(), *(slope * k).sum(0)])


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_a_bias_that_is_subtracted(batch, engine):
    """L = Σ tanh(W x − b), with a part for rows of two summands: dL/db = −(1 − tanh²)."""
    rng = RNG(12)
    w, b, x = rng.normal(size=(6, 4)), rng.normal(size=6), rng.normal(size=(batch, 4))
    w[4:, 1:] = 0.0
    ws, bs = matrix(w), [Value(v) for v in b.tolist()]

    def loss(x):
        rows = [sum(p * q for p, q in zip(row[: 4 if i < 4 else 1], x)) for i, row in enumerate(ws)]
        return sum(tanh(row - c) for row, c in zip(rows, bs))

    used = [*flat(ws[:4]), ws[4][0], ws[5][0]]
    program = compile(loss, used + bs, inputs=(x[0],), engine=engine)
    (found,) = program.run(x)
    h = np.tanh(x @ w.T - b)
    close(found, h.sum() / batch)
    slope = (1 - h**2) / batch
    by_w = slope.T @ x
    close(gradients(program), [*by_w[:4].ravel(), *by_w[4:, 0], *-slope.sum(0)])


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("given_first", [True, False])
def test_a_product_with_what_is_computed_from_inputs_alone(batch, given_first):
    """L = Σ C ∘ (A @ B), one of them exp(w), the other tanh(x), which nobody asks a gradient of."""
    rng = RNG(9)
    x, w, c = rng.normal(size=(batch, 6, 6)), rng.normal(size=(6, 6)), rng.normal(size=(6, 6))
    ws = matrix(w)

    def loss(x, one):
        left = [[tanh(v) for v in row] for row in x]
        right = [[exp(v * one) for v in row] for row in ws]
        if not given_first:
            left, right = right, left
        columns = list(zip(*right))
        product = [[sum(p * q for p, q in zip(row, col)) for col in columns] for row in left]
        return sum(float(c[i, j]) * product[i][j] for i in range(6) for j in range(6))

    program = compile(loss, flat(ws), inputs=(x[0], 0.5))
    assert "Products" in kinds(program)
    (found,) = program.run(x, np.ones(batch))
    left, right = np.tanh(x), np.exp(w)
    products = left @ right if given_first else right @ left
    close(found, (c * products).sum() / batch)
    by = left.transpose(0, 2, 1) @ c if given_first else c @ left.transpose(0, 2, 1)
    close(gradients(program), (by.sum(0) * right / batch).ravel())


@pytest.mark.parametrize("batch", [1, 3])
def test_taps_far_apart_at_every_second_place(batch):
    """h = tanh(u x), y_q = k₁ h_2q + k₂ h_(2q+8), L = Σ y² + Σ h: ∂L/∂k = Σ 2 y h, and h gets 1
    everywhere and 2 y k where it is read."""
    x = RNG(12).normal(size=(batch, 16))
    u, k = Value(0.8), [Value(0.5), Value(-1.5)]

    def loss(x):
        h = [tanh(u * v) for v in x]
        y = [k[0] * h[2 * q] + k[1] * h[2 * q + 8] for q in range(4)]
        return sum(v * v for v in y) + sum(h), *y

    program = compile(loss, [u, *k], inputs=(x[0],), engine="numpy")
    program.run(x)
    h = np.tanh(0.8 * x)
    low, high = h[:, :8:2], h[:, 8::2]
    y = 0.5 * low - 1.5 * high
    close(np.transpose(program.outputs[1:]), y)
    by_h = np.ones((batch, 16))
    by_h[:, :8:2] += 2 * y * 0.5
    by_h[:, 8::2] += 2 * y * -1.5
    by_u, by_k = (by_h * (1 - h**2) * x).sum(), [(2 * y * v).sum() for v in (low, high)]
    close(gradients(program), np.array([by_u, *by_k]) / batch)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_a_sum_of_products_of_any_length(count):
    """L = (Σ wᵢ sin xᵢ)²: ∂L/∂wᵢ = 2 Σ · sin xᵢ, once, however many terms are written out."""
    x = RNG(13).normal(size=(3, count))
    w = [Value(0.5 + i) for i in range(count)]
    program = compile(
        lambda x: sum(a * sin(v) for a, v in zip(w, x)) ** 2, w, inputs=(x[0],), engine="numpy"
    )
    (found,) = program.run(x)
    total = np.sin(x) @ (0.5 + np.arange(count))
    close(found, (total**2).mean())
    close(gradients(program), 2 * total @ np.sin(x) / 3)


@pytest.mark.parametrize("engine", ["numpy", "auto"])
def test_powers_whose_exponent_stays_or_changes_with_the_sample(engine):
    """L = z^u + z^z at z = v x: ∂L/∂u = z^u ln z, ∂L/∂z = u z^(u−1) + z^z (ln z + 1)."""
    u, v, x = Value(1.2), Value(0.7), np.array([1.0, 2.0, 3.0])

    def loss(x):
        z = v * x
        return z**u + z**z

    program = compile(loss, [u, v], inputs=(1.5,), engine=engine)
    (found,) = program.run(x)
    z = 0.7 * x
    close(found, (z**1.2 + z**z).mean())
    by_z = 1.2 * z**0.2 + z**z * (np.log(z) + 1)
    close(gradients(program), [(z**1.2 * np.log(z)).mean(), (by_z * x).mean()])


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (log, lambda m: 1 / m),
        (exp, np.exp),
        (lambda m: exp(m) / 2.0, lambda m: np.exp(m) / 2),
        (lambda m: exp(m) - 2.0, np.exp),
        (lambda m: -m, lambda m: -1 + 0 * m),
        (lambda m: 3.0 / exp(m), lambda m: -3 * np.exp(-m)),
        (lambda m: exp(m) * exp(m), lambda m: 2 * np.exp(2 * m)),
        (lambda m: exp(m) / exp(2.0 * m), lambda m: -np.exp(-m)),
    ],
)
def test_the_derivative_of_what_depends_on_the_largest(function, slope):
    """L = f(max(w₁x, w₂x)) with w₂ = 2 the larger one: ∂L/∂w₂ = f′(2x) x."""
    w, x = [Value(1.0), Value(2.0)], np.array([0.3, 0.9])
    program = compile(lambda x: function(maximum(w[0] * x, w[1] * x)), w, inputs=(0.5,))
    program.run(x)
    close(gradients(program), [0.0, (slope(2 * x) * x).mean()])


@pytest.mark.parametrize("divide", [False, True])
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("place", [0, 2])
def test_the_largest_times_and_over_another_parameter(divide, swap, place):
    """L = u m, m u, m / u or u / m at m = max(w₁x, w₂x) = 2x: by both factors, by hand; u is a
    parameter of its own, or w₁."""
    w, x = [Value(1.0), Value(2.0), Value(3.0)], np.array([0.3, 0.9])

    def loss(x):
        one, other = maximum(w[0] * x, w[1] * x), w[place]
        one, other = (other, one) if swap else (one, other)
        return one / other if divide else one * other

    program = compile(loss, w, inputs=(0.5,))
    program.run(x)
    m, u = 2 * x, w[place].data
    if not divide:
        by_u, by_m = m, np.full(2, u)
    elif swap:
        by_u, by_m = 1 / m, -u / m**2
    else:
        by_u, by_m = -m / u**2, np.full(2, 1 / u)
    expected = np.array([0.0, (by_m * x).mean(), 0.0])
    expected[place] = by_u.mean()
    close(gradients(program), expected)


@pytest.mark.parametrize(
    "function",
    [
        lambda z, m: log(sum(exp(v - m) for v in z)) + m,
        lambda z, m: log(sum(exp(-(m - v)) for v in z)) - (-m),
        lambda z, m: log(sum(exp(v - +m) for v in z)) + +m,
        lambda z, m: exp(z[0] - m) / sum(exp(v - m) for v in z),
        lambda z, m: exp(z[0] - m) * exp(m) + exp(z[1]),
        lambda z, m: 2.0 / (exp(z[0] - m) * (0.5 * exp(m))),
    ],
)
def test_a_largest_that_cancels_out_is_asked_for_no_gradient(function):
    """Whatever is put for m, the value is the same: its derivative is 0, and nobody computes it."""
    w = [Value(0.4), Value(-0.3)]

    def loss(x):
        z = [v * x for v in w]
        return function(z, maximum(*z))

    program = compile(loss, w, inputs=(0.5,))
    assert "Largest" in kinds(program)
    largest = [type(i).__name__ for i in program.plan.instructions].index("Largest")
    assert largest not in {getattr(entry, "of", None) for entry in program.plan.backward}
    z = [Value(0.4 * 0.5), Value(-0.3 * 0.5)]
    function(z, 7.0).backward()
    program.run([0.5])
    close(gradients(program), [v.grad * 0.5 for v in z])


def test_what_only_a_largest_that_cancels_out_uses_is_passed_nothing():
    """L = log(exp(w x − m) + exp(−m)) + m = log(exp(w x) + 1): by w sigmoid(w x) x, by u nothing."""
    w, u, x = Value(0.4), Value(0.7), np.array([0.5, -1.0])

    def loss(x):
        m = maximum(tanh(u * x), tanh(u * x * x))
        return log(exp(w * x - m) + exp(-m)) + m

    program = compile(loss, [w, u], inputs=(0.5,))
    program.run(x)
    called = [getattr(i, "operation", "") for i in program.plan.instructions]
    passing = {called[entry.of] for entry in program.backward.instructions}
    assert "exp" in passing
    assert "tanh" in called
    assert "tanh" not in passing
    close(gradients(program), [(x / (1 + np.exp(-0.4 * x))).mean(), 0.0])


def test_an_operation_that_came_to_the_table_later():
    """L = (w x)³, by w 3 w² x³; by another of the same name, which is not in the table, nothing."""
    one, other = (
        Op("cube", "cube", "x³", lambda x: x**3, lambda x: x**3, (lambda x, y: 3.0 * x * x,))
        for _ in range(2)
    )
    w, x = Value(2.0), np.array([0.5, -1.0, 3.0])
    with pytest.raises(TraceError, match="is in no table"):
        compile(lambda x: other(w * x), [w], inputs=(0.5,))
    OPS["cube"] = one
    try:
        for _ in range(2):
            program = compile(lambda x: one(w * x), [w], inputs=(0.5,), engine="numpy")
            (found,) = program.run(x)
            close(found, (8.0 * x**3).mean())
            close(gradients(program), [(12.0 * x**3).mean()])
        with pytest.raises(TraceError, match="is in no table"):
            compile(lambda x: other(w * x), [w], inputs=(0.5,))
    finally:
        del OPS["cube"]


@pytest.mark.parametrize(("most", "by_sorting"), [(1 << 40, False), (0, True)])
def test_places_of_values_by_a_table_of_addresses_and_by_sorting(monkeypatch, most, by_sorting):
    monkeypatch.setattr(order, "_SPARSE", most)  # how far apart addresses of a table may lie
    values = [Value(float(i)) for i in range(200)]
    places = order.Places(values[::2])
    assert places._sorted is by_sorting
    asked = [*values, None]
    expected = [i // 2 if i % 2 == 0 else -1 for i in range(200)] + [-1]
    assert places.of(asked, len(asked)).tolist() == expected
    assert places.operands([values[6], 2.5]) == [3, 2.5]
