"""Optimizers and schedules by hand; against PyTorch they stand in test_nn_torch.py."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from autograd.compiler import compile
from nn import SGD, Adam, AdamW, RMSprop


def test_momentum_by_hand():
    w = Value(0.0)
    sgd = SGD([w], lr=0.1, momentum=0.5)
    positions = []
    for _ in range(3):
        w.grad = 1.0
        sgd.step()
        positions.append(w.data)
    np.testing.assert_allclose(positions, [-0.1, -0.1 - 0.15, -0.1 - 0.15 - 0.175])


def test_adam_by_the_papers_algorithm():
    w, grads = Value(2.0), [3.0, -1.0, 0.5]
    adam = Adam([w], lr=0.01)
    p, m, v = 2.0, 0.0, 0.0
    for t, g in enumerate(grads, 1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        p -= 0.01 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        w.grad = g
        adam.step()
        assert math.isclose(w.data, p, rel_tol=1e-13)


def moved(optimizer, w, grads):
    """Where a Value is after each of these gradients."""
    positions = []
    for w.grad in grads:
        optimizer.step()
        positions.append(w.data)
    return positions


def test_nesterov_by_hand():
    w = Value(0.0)
    # v = 1, 1.5, 1.75; the step is grad + 0.5·v, by the look-ahead of Sutskever et al.
    expected = [-0.15, -0.15 - 0.175, -0.15 - 0.175 - 0.1875]
    sgd = SGD([w], lr=0.1, momentum=0.5, nesterov=True)
    np.testing.assert_allclose(moved(sgd, w, [1.0, 1.0, 1.0]), expected, rtol=1e-14)


def test_dampening_by_hand():
    w = Value(0.0)
    sgd = SGD([w], lr=0.1, momentum=0.5, dampening=0.25)
    # v = 2, then 0.5·2 + 0.75·2 = 2.5, then 0.5·2.5 + 0.75·2 = 2.75
    np.testing.assert_allclose(moved(sgd, w, [2.0] * 3), [-0.2, -0.45, -0.725], rtol=1e-14)


def test_weight_decay_and_maximize_by_hand():
    w = Value(4.0)
    assert moved(SGD([w], lr=0.5, weight_decay=0.25), w, [1.0, 0.0]) == [3.0, 2.625]
    w.data = 4.0  # up the gradient: −1 + 0.25·4 = 0 is where it stands still
    assert moved(SGD([w], lr=0.5, weight_decay=0.25, maximize=True), w, [1.0, 2.0]) == [4.0, 4.5]


@pytest.mark.parametrize(("kind", "start"), [(Adam, 3.0), (AdamW, 3.0 * (1 - 0.5 * 0.01))])
def test_eps_stands_beside_the_root(kind, start):
    w = Value(3.0)
    # The means of the first step are g and g²: lr · g / (|g| + eps), with eps as large as g.
    (after,) = moved(kind([w], lr=0.5, eps=0.25), w, [0.25])
    assert math.isclose(after, start - 0.5 * 0.25 / (0.25 + 0.25), rel_tol=1e-14)


def test_adamw_by_the_papers_algorithm():
    w, grads = Value(2.0), [3.0, -1.0, 0.5]
    p, m, v, expected = 2.0, 0.0, 0.0, []
    for t, g in enumerate(grads, 1):
        p -= 0.01 * 0.1 * p
        m = 0.8 * m + 0.2 * g
        v = 0.9 * v + 0.1 * g * g
        p -= 0.01 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.9**t)) + 1e-3)
        expected.append(p)
    adamw = AdamW([w], lr=0.01, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1)
    np.testing.assert_allclose(moved(adamw, w, grads), expected, rtol=1e-13)


@pytest.mark.parametrize("grads", [[3.0, -1.0, 0.5], [-0.3, -0.35, -0.45]])
@pytest.mark.parametrize("centered", [False, True])
def test_rmsprop_by_its_formula(centered, grads):
    w = Value(2.0)
    p, square, mean, velocity, expected = 2.0, 0.0, 0.0, 0.0, []
    for grad in grads:
        g = grad + 0.2 * p
        square = 0.75 * square + 0.25 * g * g
        mean = 0.75 * mean + 0.25 * g
        variance = square - mean * mean if centered else square
        velocity = 0.5 * velocity + g / (math.sqrt(variance) + 1e-3)
        p -= 0.1 * velocity
        expected.append(p)
    rmsprop = RMSprop([w], 0.1, 0.75, 1e-3, weight_decay=0.2, momentum=0.5, centered=centered)
    np.testing.assert_allclose(moved(rmsprop, w, grads), expected, rtol=1e-13)


def test_a_variance_that_rounding_makes_negative_is_none():
    w = Value(1.0)
    square = mean = 0.0
    for _ in range(27):  # a gradient that never changes has no variance
        square = 0.25 * square + 0.75 * 7.6 * 7.6
        mean += 0.75 * (7.6 - mean)
    assert square - mean * mean < 0.0
    rmsprop = RMSprop([w], lr=0.1, alpha=0.25, centered=True)
    assert all(math.isfinite(x) for x in moved(rmsprop, w, [7.6] * 30))


def test_a_rule_of_ones_own():
    class Sign(nn.Optimizer):
        keeps = ("votes",)

        def _rule(self, data, grad, scratch):
            self._state["votes"] += np.sign(grad)
            data -= self.lr * np.sign(self._state["votes"])

    w = Value(1.0)
    sign = Sign([w], 0.25)
    assert moved(sign, w, [3.0, 5.0, -1.0, -1.0, -0.5]) == [0.75, 0.5, 0.25, 0.25, 0.5]
    assert (sign.weight_decay, sign.maximize, sign.steps) == (0.0, False, 5)
    assert sign.state["votes"].tolist() == [-1.0]


def test_one_optimizer_for_two_programs():
    """One orders all of its parameters in its own way, the other has more than those."""

    def run(compiled):
        a, b, c = Value(0.3), Value(-0.7), Value(1.1)
        adam = Adam([a, b], lr=0.1)
        programs = (
            compile(lambda x: a * (b * x).tanh(), [b, a], inputs=(0.5,)),
            compile(products(b, c, a), [c, b, a], inputs=([0.1, 0.2],)),
        )  # fmt: skip
        samples = ([0.5, 2.0], [[0.5, -1.0]])
        for which in (0, 1, 0, 1, 1, 0):
            programs[which].refresh()
            programs[which].run(samples[which])
            if compiled:
                programs[which].update(adam)
                programs[which].sync()
            else:
                programs[which].sync()
                adam.step()
        return [v.data for v in (a, b, c)]

    np.testing.assert_allclose(run(True), run(False), rtol=1e-12)


def test_a_state_taken_back_between_compiled_steps():
    a, b, c = Value(0.3), Value(-0.7), Value(1.1)
    adam = Adam([a, b, c], lr=0.1)
    program = compile(products(b, c, a), [c, b, a], inputs=([0.1, 0.2],))

    def step():
        program.run([[0.5, -1.0]])
        program.update(adam)
        return program.parameters.copy()

    numbers, state = step(), adam.state_dict()
    second, _ = step(), step()
    adam.load_state_dict(state)
    program.parameters[...] = numbers
    np.testing.assert_array_equal(step(), second)


def test_the_defaults_are_pytorchs():
    w = Value(0.0)
    assert (SGD([w]).lr, SGD([w]).momentum, SGD([w]).weight_decay) == (1e-3, 0.0, 0.0)
    for kind, decay in ((Adam, 0.0), (AdamW, 1e-2)):
        made = kind([w])
        assert (made.lr, made.betas, made.eps) == (1e-3, (0.9, 0.999), 1e-8)
        assert made.weight_decay == decay
    made = RMSprop([w])
    assert (made.lr, made.alpha, made.eps, made.weight_decay) == (1e-2, 0.99, 1e-8, 0.0)
    assert (made.momentum, made.centered, made.maximize) == (0.0, False, False)


EVERY = [
    lambda p: SGD(p, 0.1, 0.9, nesterov=True),
    lambda p: SGD(p, 0.05, weight_decay=0.1),
    lambda p: Adam(p, 0.05),
    lambda p: AdamW(p, 0.05),
    lambda p: RMSprop(p, 0.02, momentum=0.5, centered=True),
]


ALL = [
    *EVERY,
    lambda p: SGD(p, 0.1, 0.9, dampening=0.5, weight_decay=0.1, maximize=True),
    lambda p: AdamW(p, 0.05, weight_decay=0.3, maximize=True),
    lambda p: RMSprop(p, 0.02, weight_decay=0.1),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("make", ALL)
def test_steps_as_machine_code_are_the_same_to_the_last_bit(make, dtype):
    """Whatever happens between them: another rate, setting, state, array of gradients, a copy."""
    pytest.importorskip("llvmlite", reason='needs LLVM: pip install "chainrule[native]"')
    rng = np.random.default_rng(0)
    runs = [(make([]), rng.normal(size=19).astype(dtype), np.empty(19, dtype))]
    runs.append((make([]), runs[0][1].copy(), np.empty(19, dtype)))
    compiled = 0
    for step in range(24):
        grad = rng.normal(size=19)
        for k, (optimizer, data, buffer) in enumerate(runs):
            if step == 6:
                optimizer.lr *= 0.5
            if step == 10:
                optimizer.weight_decay = 0.25
            if step == 14:
                optimizer.load_state_dict(optimizer.state_dict())
            if step == 18:
                for name in optimizer.state:
                    optimizer.state[name] = optimizer.state[name] * 0.5
            if step == 21:
                runs[k] = optimizer, data, buffer = pickle.loads(pickle.dumps(runs[k]))
            buffer[...] = grad
            (optimizer.update_fused if k else optimizer.update)(data, buffer)
            compiled += optimizer._fused is not None and optimizer._fused._rule is not None
        np.testing.assert_array_equal(runs[1][1], runs[0][1], err_msg=str(step))
    assert runs[0][0].steps == runs[1][0].steps == 24
    assert compiled > 12
    for name, array in runs[0][0].state_dict().items():
        np.testing.assert_array_equal(runs[1][0].state_dict()[name], array)


def products(a, b, c):
    """A function of a sample, of three Values; a program orders them in its own way."""
    return lambda x: (c * (b * x[0]).tanh() + a * x[1] * c - 1.0) ** 2


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(EVERY),
    st.lists(st.booleans(), min_size=2, max_size=8),
    st.permutations(range(3)),
)
def test_switching_between_eager_and_compiled_gives_the_same_numbers(make, compiled, order):
    x = [[0.5, -1.0], [2.0, 0.25]]
    runs = []
    for ways in (compiled, [False] * len(compiled)):
        values = [Value(0.3), Value(-0.7), Value(1.1)]
        function = products(*values)
        optimizer = make([values[i] for i in order])
        program = compile(function, values, inputs=([0.1, 0.2],))
        for way in ways:
            if way:
                program.refresh()
                program.run(x)
                program.update(optimizer)
                program.sync()
            else:
                optimizer.zero_grad()
                for xi in x:
                    (function(xi) * 0.5).backward()
                optimizer.step()
        runs.append(([v.data for v in values], optimizer.state_dict()))
    np.testing.assert_allclose(runs[0][0], runs[1][0], rtol=1e-11)
    for name, array in runs[1][1].items():
        np.testing.assert_allclose(runs[0][1][name], array, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("chosen", [[1], [2, 0], [2, 1, 0]])
def test_a_compiled_step_moves_the_optimizers_parameters_and_no_others(make, chosen):
    runs = []
    for way in (True, False):
        values = [Value(0.3), Value(-0.7), Value(1.1)]
        optimizer = make([values[i] for i in chosen])
        program = compile(products(*values), values, inputs=([0.1, 0.2],))
        for _ in range(3):
            program.run([[0.5, -1.0]])
            if way:
                program.update(optimizer)
                program.sync()
            else:
                program.sync()
                optimizer.step()
                program.refresh()
        runs.append([v.data for v in values])
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-13)
    assert [x for i, x in enumerate(runs[0]) if i not in chosen] == [
        x for i, x in enumerate([0.3, -0.7, 1.1]) if i not in chosen
    ]


def test_a_program_without_some_of_the_parameters_is_refused():
    a, b = Value(1.0), Value(2.0)
    program = compile(lambda x: a * x, [a], inputs=(1.0,))
    program.run([1.0])
    with pytest.raises(
        ValueError, match="1 of this optimizer's 2 parameters are not among the 1 that"
    ):
        program.update(SGD([a, b], lr=0.1))
    assert program.parameters.tolist() == [1.0]


def test_an_optimizer_of_ones_own_that_takes_arrays_only_changes_all():
    class Down:
        def update(self, data, grad):
            data -= grad

    a, b = Value(1.0), Value(2.0)
    with compile(lambda x: a * x + 3.0 * b, [a, b], inputs=(1.0,)) as program:
        program.run([5.0])
        program.update(Down())
    assert (a.data, b.data) == (-4.0, -1.0)


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_a_flat_array_moves_as_the_values_do(make, shape):
    rng = np.random.default_rng(0)
    data = rng.normal(size=shape)
    values = [Value(x) for x in data.ravel()]
    by_values, by_array = make(values), make(values)
    for _ in range(5):
        grad = rng.normal(size=shape)
        kept = grad.copy()
        for value, g in zip(values, grad.ravel()):
            value.grad = float(g)
        by_array.update(data, grad)
        np.testing.assert_array_equal(grad, kept)
        by_values.step()
        np.testing.assert_array_equal(data.ravel(), [v.data for v in values])


def test_an_array_of_single_precision_stays_single():
    data = np.ones(3, dtype=np.float32)
    adam = Adam([Value(1.0)] * 0)
    adam.update(data, np.ones(3, dtype=np.float32))
    assert data.dtype == adam.state["mean"].dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD([1.0]), TypeError, "takes Values .* not float"),
        (
            lambda: SGD(nn.MLP(1, [1])),
            TypeError,
            r"SGD\(model.parameters\(\)\), not the MLP itself",
        ),
        (lambda: Adam(nn.Sequential()), TypeError, "not the Sequential itself"),
        (lambda: Adam(Value(1.0)), TypeError, "Adam takes a list of Values .*, not Value"),
        (lambda: Adam(None), TypeError, "Adam takes a list of Values .*, not None"),
        (lambda: Adam([{"params": []}]), TypeError, "takes Values .* not dict"),
        (lambda: SGD([Value(1.0)], lr="0.1"), TypeError, "lr is a number of 0 or more, not '0.1'"),
        (lambda: SGD([Value(1.0)], lr=None), TypeError, "lr is a number of 0 or more, not None"),
        (lambda: SGD([Value(1.0)], lr=True), TypeError, "lr is a number of 0 or more, not True"),
        (lambda: SGD([Value(1.0)], lr=math.nan), ValueError, "lr .* not nan"),
        (lambda: SGD([Value(1.0)], lr=math.inf), ValueError, "lr .* not inf"),
        (lambda: setattr(SGD([]), "lr", -1.0), ValueError, "lr .* not -1.0"),
        (lambda: SGD([Value(1.0)], 0.1, 0.9, math.nan), ValueError, "dampening .* not nan"),
        (lambda: SGD([Value(1.0)], weight_decay=-1), ValueError, "weight_decay .* not -1"),
        (lambda: SGD([Value(1.0)], momentum=-1), ValueError, "momentum .* not -1"),
        (lambda: SGD([], 0.1, 0.9, 0.5, nesterov=True), ValueError, "nesterov needs .* of 0"),
        (lambda: Adam([], betas=0.9), TypeError, r"betas are two numbers, like .* not 0.9"),
        (lambda: Adam([], betas=(0.9,)), TypeError, "betas are two numbers"),
        (lambda: Adam([], betas=(1.0, 0.9)), ValueError, r"betas\[0\] .* below 1, not 1.0"),
        (lambda: Adam([], betas=(-0.1, 0.9)), ValueError, r"betas\[0\] .* not -0.1"),
        (lambda: Adam([], eps=-1e-8), ValueError, "eps .* not -1e-08"),
        (lambda: RMSprop([], alpha=-0.5), ValueError, "alpha .* not -0.5"),
        (lambda: RMSprop([], eps=-0.5), ValueError, "eps .* not -0.5"),
        (lambda: RMSprop([], momentum=-0.5), ValueError, "momentum .* not -0.5"),
        (
            lambda: SGD([Value(1.0)]).update(np.zeros(2), np.zeros(2)),
            ValueError,
            "2 numbers for 1 parameters",
        ),
        (lambda: SGD([Value(1.0)], lr=-1), ValueError, "lr is a number of 0 or more, not -1"),
        (
            lambda: Adam([Value(1.0)], betas=(0.9, 1.0)),
            ValueError,
            r"betas\[1\] .* below 1, not 1.0",
        ),
        (lambda: SGD([Value(1.0)], nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda: SGD([(v := Value(1.0)), v]), ValueError, "listed twice"),
        (lambda: SGD([], lr=0.1).update(np.zeros(2), np.zeros(3)), ValueError, "parameters, but"),
        (
            lambda: nn.Optimizer([Value(1.0)], 0.1).step(),
            NotImplementedError,
            "Optimizer has no rule",
        ),
    ],
)
def test_bad_input_is_one_clear_line(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_state_of_another_size_is_refused():
    adam = Adam([])
    adam.update(np.zeros(2), np.zeros(2))
    with pytest.raises(ValueError, match=r"keeps the state of \(2,\) parameters, not of \(3,\)"):
        adam.update(np.zeros(3), np.zeros(3))


HALF = 1 / math.sqrt(2)  # the cosine of 45°


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (lambda o: nn.StepLR(o, 2, 0.5), [1, 1, 0.5, 0.5, 0.25]),
        (lambda o: nn.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
        (lambda o: nn.LinearLR(o, 0.5, 1.0, 2), [0.5, 0.75, 1, 1, 1]),
        (lambda o: nn.LambdaLR(o, lambda epoch: 1 / (1 + epoch)), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
        (lambda o: nn.CosineAnnealingLR(o, 4, 0.2), [1, 0.6 + 0.4 * HALF, 0.6, 0.6 - 0.4 * HALF, 0.2]),
    ],
)  # fmt: skip
def test_schedules_by_hand(schedule, expected):
    optimizer = SGD([], lr=1.0)
    scheduler, rates = schedule(optimizer), []
    for _ in expected:
        rates.append(optimizer.lr)
        scheduler.step()
    np.testing.assert_allclose(rates, expected, rtol=1e-14)


def test_the_defaults_of_schedules_are_pytorchs():
    def rates(kind, *settings):
        optimizer = SGD([], lr=3.0)
        scheduler, found = kind(optimizer, *settings), []
        for _ in range(7):
            found.append(optimizer.lr)
            scheduler.step()
        return found

    np.testing.assert_allclose(rates(nn.StepLR, 3), [3.0] * 3 + [0.3] * 3 + [0.03], rtol=1e-14)
    fifth = [1.0, 1.4, 1.8, 2.2, 2.6, 3.0, 3.0]  # from a third of 3 to 3, over five epochs
    np.testing.assert_allclose(rates(nn.LinearLR), fifth, rtol=1e-14)
    assert abs(rates(nn.CosineAnnealingLR, 6)[6]) < 1e-15


def test_clipping_is_guarded_as_in_pytorch():
    a, b = Value(0.0), Value(0.0)
    a.grad, b.grad = 3e-6, 4e-6
    nn.clip_grad_norm_([a, b], 3e-6)  # 3 / (5 + 1) of it, in millionths
    np.testing.assert_allclose([a.grad, b.grad], [1.5e-6, 2e-6], rtol=1e-12)
    nn.clip_grad_norm_([a, b], 2e-6)  # 2 / (2.5 + 1)
    np.testing.assert_allclose(a.grad, 1.5e-6 * 2 / 3.5, rtol=1e-12)
    a.grad, b.grad = 3e6, 4e6
    nn.clip_grad_norm_([a, b], 4e6)  # where the guard is nothing: 0.8 of it
    np.testing.assert_allclose([a.grad, b.grad], [2.4e6, 3.2e6], rtol=1e-12)


def test_clipping_keeps_the_direction():
    values = [Value(0.0) for _ in range(3)]
    for v, g in zip(values, (2.0, -3.0, 6.0)):
        v.grad = g
    assert nn.clip_grad_norm_(values, 10.0) == 7.0
    assert [v.grad for v in values] == [2.0, -3.0, 6.0]
    assert nn.clip_grad_norm_(values, 0.7) == 7.0
    np.testing.assert_allclose([v.grad for v in values], [0.2, -0.3, 0.6], rtol=1e-6)
    nn.clip_grad_value_(values, 0.25)
    np.testing.assert_allclose([v.grad for v in values], [0.2, -0.25, 0.25], rtol=1e-6)


def test_clipping_one_value_and_none():
    v = Value(0.0)
    v.grad = -8.0
    assert nn.clip_grad_norm_(v, 2.0) == 8.0
    assert math.isclose(v.grad, -2.0, rel_tol=1e-6)
    nn.clip_grad_value_(v, 0.5)
    assert v.grad == -0.5
    assert nn.clip_grad_norm_([], 1.0) == 0.0
    assert nn.clip_grad_norm_([v], math.inf) == 0.5  # only measured
    assert v.grad == -0.5


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: nn.StepLR(o, 0), ValueError, "step_size is a whole number of 1 or more, not 0"),
        (lambda o: nn.StepLR(o, 2.5), ValueError, "step_size .* not 2.5"),
        (lambda o: nn.StepLR(o, 1, -0.5), ValueError, "gamma is a number of 0 or more, not -0.5"),
        (lambda o: nn.ExponentialLR(o, math.nan), ValueError, "gamma .* not nan"),
        (lambda o: nn.ExponentialLR(o, "0.9"), TypeError, "gamma .* not '0.9'"),
        (lambda o: nn.LinearLR(o, total_iters=0), ValueError, "total_iters .* not 0"),
        (lambda o: nn.LinearLR(o, start_factor=-1), ValueError, "start_factor .* not -1"),
        (lambda o: nn.LinearLR(o, end_factor=-1), ValueError, "end_factor .* not -1"),
        (lambda o: nn.CosineAnnealingLR(o, 0), ValueError, "T_max .* not 0"),
        (lambda o: nn.CosineAnnealingLR(o, 3, -1.0), ValueError, "eta_min .* not -1.0"),
        (lambda o: nn.LambdaLR(o, 0.9), TypeError, "lr_lambda is a function of the epoch, not 0.9"),
        (lambda o: nn.LambdaLR(o, lambda epoch: -1.0), ValueError, "lr .* 0 or more, not -1.0"),
        (lambda o: nn.LambdaLR(o, lambda epoch: math.nan), ValueError, "lr .* not nan"),
        (lambda o: nn.StepLR([Value(1.0)], 1), TypeError, "a schedule changes an optimizer, not"),
        (lambda o: nn.clip_grad_norm_([], -1), ValueError, "max_norm is a number above 0, not -1"),
        (lambda o: nn.clip_grad_norm_([], 0.0), ValueError, "max_norm .* not 0.0"),
        (lambda o: nn.clip_grad_norm_([], math.nan), ValueError, "max_norm .* not nan"),
        (lambda o: nn.clip_grad_norm_([], None), TypeError, "max_norm .* not None"),
        (lambda o: nn.clip_grad_value_([], -1), ValueError, "clip_value is .* above 0, not -1"),
        (lambda o: nn.clip_grad_norm_(nn.MLP(1, [1]), 1), TypeError, "not the MLP itself"),
        (lambda o: nn.LayerNorm(2, eps=-1.0), ValueError, "eps is a number of 0 or more, not -1.0"),
    ],
)
def test_settings_out_of_range_are_one_clear_line(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make(SGD([], lr=1.0))
    assert "\n" not in str(caught.value)


def test_the_perceptrons_rule_by_hand():
    p = nn.Perceptron(2, init="zeros", rng=0)
    assert p([1.0, 1.0]).data == 1.0  # the step fires at 0
    assert p.learn([1.0, 2.0], 0, lr=0.5) is True
    assert [v.data for v in p.parameters()] == [-0.5, -1.0, -0.5]
    assert p.learn([1.0, 2.0], 0) is False
    with pytest.raises(ValueError, match="0 or 1, not 2"):
        p.learn([1.0, 1.0], 2)
    (p([3.0, 1.0]) - 1.0).backward()
    assert [v.grad for v in p.parameters()] == [0.0, 0.0, 0.0]
