"""What compiling refuses, and what its errors say; files that are damaged; the listing."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
import operator
import sys
import warnings
from collections import Counter
from functools import reduce

import numpy as np
import pytest

import nn
from autograd import (
    Program,
    TraceError,
    Value,
    clamp,
    compile,
    dot,
    elu,
    grad,
    hessian,
    jvp,
    leaky_relu,
    log,
    maximum,
    minimum,
    no_grad,
    relu,
    select,
    tanh,
    where,
)
from autograd.compiler.read import trace


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: w * x if x > 0 else -x,
        lambda w, x: w * (1.0 if float(x) > 0 else 2.0),
        lambda w, x: w * x if x else w,
        lambda w, x: w * int(x),
        lambda w, x: max(w, x),
        lambda w, x: w * (x > 0 and x),
        lambda w, x: sorted([w * x, w + x, x])[0],
    ],
)
def test_a_look_at_a_number_is_refused_and_says_what_to_write(function):
    w = Value(2.0)
    with pytest.raises(TraceError, match=r"where\(condition, a, b\), maximum, minimum"):
        compile(lambda x: function(w, x), [w], inputs=(1.0,))


def test_a_frozen_branch_in_a_finished_graph_is_refused():
    w, x = Value(2.0), Value(1.0)
    with pytest.raises(TraceError, match="compile the function that builds it"):
        compile(where(x * w > 0, w * x, w), [w], inputs=[x])


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: w * x.data,
        lambda w, x: x * w.data,
        lambda w, x: w * x if x.data > 1.4 else w + x + 1,
        lambda w, x: w * x if x.data > 0 else w - x,
        lambda w, x: w * x if x.data > 4 else w - x,
        lambda w, x: w * x if w.data > 0 else w - x,
        lambda w, x: w * x if w.data * x.data > 0 else w - x,
        lambda w, x: [w * x, Value(x.data)],
        lambda w, x: where(x > 0, w, x.data),
        lambda w, x: sum(w * x for _ in range(int(10 + x.data))),
    ],
)
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0, -1.0])
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_what_depends_on_data_is_noticed_wherever_the_example_lies(function, at, start):
    w = Value(start)
    with pytest.raises(TraceError, match="traced with two examples"):
        compile(lambda x: function(w, x), [w], inputs=(at,))
    assert w.data == start
    compile(lambda x: function(w, x), [w], inputs=(at,), check=False)


def test_a_branch_between_two_parameters_or_two_inputs_is_noticed():
    w, v = Value(1.0), Value(2.0)
    for function in (
        lambda x, y: (w if x.data > 1 else v) * y,
        lambda x, y: (x if x.data > 1 else y) * w,
        lambda x, y: [w * x, w * y][:: 1 if x.data > 1 else -1],
    ):
        with pytest.raises(TraceError, match="stands in the same place"):
            compile(function, [w, v], inputs=(1.25, 0.5))


def test_a_choice_told_by_another_input_is_noticed():
    w = [Value(1.0), Value(2.0)]
    with pytest.raises(TraceError, match="told by another input what to choose"):
        compile(
            lambda x, i: select([v * x for v in w], i[0] if x.data > 1 else i[1]),
            w, inputs=(1.25, [0, 1]),
        )  # fmt: skip


def test_a_number_drawn_at_random_is_noticed():
    w, rng = Value(2.0), np.random.default_rng(0)
    with pytest.raises(TraceError, match="drawn at random"):
        compile(lambda x: w * x * float(rng.normal()), [w], inputs=(1.5,))


def reverse(w, x):
    x.reverse()
    return w[0] * x[0] + w[1] * x[1] * x[2]


def assign(w, x):
    x[0] = w[0] * x[2]
    return w[1] * x[0] + x[1]


def lengthen(w, x):
    x.append(w[0])
    return w[1] * x.pop(0) + sum(x)


@pytest.mark.parametrize(
    ("function", "loss", "slopes"),
    [  # of w = (2, 3), by hand, at x = (1, 10, 100)
        (reverse, 2 * 100 + 3 * 10 * 1, (100, 10)),
        (assign, 3 * 2 * 100 + 10, (3 * 100, 2 * 100)),
        (lengthen, 3 * 1 + 10 + 100 + 2, (1, 1)),
    ],
)
def test_a_function_may_change_the_list_that_it_is_given(function, loss, slopes):
    w = [Value(2.0), Value(3.0)]
    program = compile(lambda x: function(w, x), w, inputs=([0.25, 0.5, 0.75],))
    assert program.run([[1.0, 10.0, 100.0]]) == (loss,)
    assert program.gradients[np.argsort(program.order)].tolist() == list(slopes)


KEPT = []


def counted(x):
    KEPT.append(x)
    return w_of_hints * x * float(len(KEPT))


w_of_hints = Value(2.0)


@pytest.mark.parametrize(
    ("function", "example", "error", "hint"),
    [
        (
            lambda x: w_of_hints if 0 < x < 2 else x,
            1.0,
            TraceError,
            "join conditions with &, | and ~",
        ),
        (lambda x: w_of_hints * math.exp(x), 1.0, TraceError, r"exp\(x\), not math.exp\(x\)"),
        (lambda x: w_of_hints * x[0, 1], np.ones((2, 2)), TypeError, r"Write x\[i\]\[j\]"),
        (lambda i: w_of_hints * np.ones(3)[i], 1, TraceError, r"Write select\(values, index\)"),
        (lambda x: w_of_hints * [1.0, 2.0][x], 1.0, TypeError, r"write select\(values, index\)"),
        (lambda x: None, 1.0, TypeError, "a traced function returns a Value .* not None"),
        (counted, 1.0, TraceError, "kept from the call before"),
        (
            lambda x: where(x, w_of_hints, 0.0),
            True,
            TypeError,
            "give 1.0 for what is calculated with",
        ),
    ],
)
def test_what_is_refused_says_what_to_write(function, example, error, hint):
    with pytest.raises(error, match=hint):
        compile(function, [w_of_hints], inputs=(example,))


def test_every_move_moves_every_number():
    numbers = np.concatenate([np.linspace(-20, 20, 8001), [1e300, -1e300, 1e-300, 0.5, 1.0, -0.0]])
    for move in {move for pair in trace.MOVES for move in pair}:
        for x in (numbers, *(np.array([number]) for number in (0.0, 0.5, 1.0, -1.0, 2.0))):
            assert (move(x) != x).all()
    inside = np.linspace(0, 1, 1001)
    assert (trace.near(inside) >= 0).all()
    assert (trace.near(inside) <= 1).all()


def test_a_loop_that_asks_for_a_number_ends_where_it_would_not():
    def root(x):  # Newton's square root: of what is negative there is none
        guess = x
        while abs(guess.data**2 - x.data) > 1e-9:
            guess = (guess + x / guess) * 0.5
        return guess

    with pytest.raises(TraceError, match="a branch or a length depends on the numbers"):
        compile(lambda x: w * root(x), [w := Value(1.0)], inputs=(2.0,))


def test_a_function_may_refuse_other_domains_while_it_is_traced_again():
    def checked(x):
        if not 0 <= x.data <= 1:
            raise ValueError("a probability")
        return x.log()

    assert compile(lambda x: w * checked(x), [w := Value(1.0)], inputs=(0.5,)).run([1.0]) == (0.0,)


# Finished graphs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "build",
    [
        lambda w, x: y if (y := w * x) > 0 else -y,
        lambda w, x: w if x > 0 else -x,
        lambda w, x: w * grad(lambda t: t * t if t * 3 > 0 else -t)(x),
        lambda w, x: w * grad(lambda t: where(t * t > 0, t * t, -t))(x),
        lambda w, x: w * jvp(lambda t: max(t * t, t), (x,), (1.0,))[1],
        lambda w, x: max(w * x, x * x),
        lambda w, x: min([w * x, x * x, w]),
        lambda w, x: sorted([w * x, x * x])[0],
        lambda w, x: where(x > 0, 1.0, 0.0) * w * x,
        lambda w, x: where(w < 3, 1.0, 0.0) * w * x,
        lambda w, x: w * x if x else w,
        lambda w, x: w * x * int(w),
    ],
)
@pytest.mark.parametrize("labels", [("", ""), ("w", "x")])
def test_a_comparison_in_a_finished_graph_is_noticed(build, labels):
    w, x = map(Value, (2.0, 1.0), labels)
    loss = build(w, x)
    with pytest.warns(UserWarning, match=r"was compared \(an if, while, max"):
        compile(loss, [w], inputs=[x])


@pytest.mark.parametrize(("label", "called"), [("rate", "rate"), ("", "a leaf")])
def test_a_leaf_that_was_compared_is_called_by_its_name(label, called):
    w, x = Value(2.0, label=label), Value(1.0)
    assert w > 0
    with pytest.warns(UserWarning, match=f"^{called}, a part of this graph, was compared"):
        compile(w * x, [w], inputs=[x])


def test_a_comparison_of_something_else_is_not_noticed():
    w, x = Value(2.0), Value(1.0)
    data, unused = Value(3.0), w * 5
    assert data > 0  # a constant of the graph: nothing that follows from it can change
    assert unused > 0
    loss = w * x * data
    assert loss.item() == 6.0
    assert loss.data > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compile(loss, [w], inputs=[x]).run([2.0]) == (12.0,)


def test_comparing_keeps_labels_and_operations():
    x = Value(1.0, label="x")
    y = x.relu()
    assert x > y or y >= x
    assert (x.label, x.op, y.label, y.op, y.operation.name) == ("x", "", "", "relu", "relu")
    y.backward()
    assert x.grad == 1.0


RULES = {
    "relu": relu,
    "maximum": lambda t: maximum(t, 0.3 * t + 0.2),
    "minimum": lambda t: minimum(t, 0.3 * t + 0.2),
    "maximum with a constant": lambda t: maximum(t, 0.1),
    "clamp": lambda t: clamp(t, -1.0, 1.0),
    "elu": elu,
    "leaky_relu": leaky_relu,
    "log": lambda t: log(t + 3.0),
    "abs": abs,
    "power": lambda t: (t + 3.0) ** 2.5,
    "mod": lambda t: t % 1.5,
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("take", [grad, lambda f: grad(grad(f)), lambda f: hessian(f)], ids=str)
@pytest.mark.parametrize(("at", "to"), [(2.0, -2.0), (-2.0, 2.0), (0.5, 0.2)])
def test_a_derivative_inside_a_finished_graph_follows_the_parameters(rule, take, at, to):
    def build(number):
        w, b, x = Value(number), Value(3.0), Value(1.0)
        return w, b, b * take(lambda t: rule(w * t) * t * t)(x) + w

    w, b, loss = build(at)
    program = compile(loss, [w, b])
    program.parameters[...] = np.array([to, 3.0])[program.order]
    w, b, loss = build(to)
    loss.backward()
    assert program.run()[0] == pytest.approx(loss.data, rel=1e-12)
    found = np.empty(2)
    found[program.order] = program.gradients
    assert found == pytest.approx([w.grad, b.grad], rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: w * grad(lambda t: where(t > 0, t * t, -t))(x),
        lambda w, x: w * grad(lambda t: where(t > 0, t.log() * t * w, 1.0))(x),
        lambda w, x: w * grad(grad(lambda t: where(t * w > 0, t**3, w / t)))(x),
        lambda w, x: w * jvp(lambda t: where(t > 0, t.log() * t, -t * w), (x,), (2.0,))[1],
        lambda w, x: w * grad(lambda t: where(t > 0, where(t > 1, t.log(), t * w), t**2) * t)(x),
    ],
)
def test_a_derivative_inside_a_compiled_function_follows_both_branches(function):
    w = Value(2.0)
    program = compile(lambda x: function(w, x), [w], inputs=(1.3,))
    for number in (1.3, 0.4, -3.0):
        w.grad = 0.0
        expected = function(w, Value(number))
        expected.backward()
        assert program.run([number])[0] == pytest.approx(expected.data, rel=1e-12)
        assert program.gradients[0] == pytest.approx(w.grad, rel=1e-12)


def test_a_condition_on_data_alone_is_no_branch():
    w, x = Value(2.0), Value(1.0)
    assert compile(w * grad(lambda t: relu(t) * w)(x), [w]).run() == (4.0,)


# What compiled functions may do -------------------------------------------------------------------


def test_detach_and_no_grad_stop_the_gradient_and_follow_the_number():
    w, b = Value(2.0), Value(0.5)

    def function(x, y):
        h = (w * x + b).tanh()
        target = (h * w + y).detach()
        with no_grad():
            weight = w * h * b + w
        return (h - target) ** 2 * weight + b * target

    program = compile(function, [w, b], inputs=(0.3, 0.7))
    for sample in ((0.3, 0.7), (-1.1, 0.2)):
        w.grad = b.grad = 0.0
        expected = function(*map(Value, sample))
        expected.backward()
        assert program.run(*[[number] for number in sample])[0] == pytest.approx(
            expected.data, rel=1e-12
        )
        found = np.empty(2)
        found[program.order] = program.gradients
        assert found == pytest.approx([w.grad, b.grad], rel=1e-12)


def test_what_is_reached_through_detach_alone_gets_no_gradient():
    w, b = Value(2.0), Value(0.5)
    program = compile(lambda x: (w * x).detach() * b, [w, b], inputs=(0.3,))
    assert program.run([1.5]) == (1.5,)
    assert sorted(program.gradients) == [0.0, 3.0]


def test_conditions_are_joined():
    w = Value(2.0)
    cases = [
        (lambda x: (x > 0) & (x < 2), lambda x: 0 < x < 2),
        (lambda x: (x < 0) | (x > 2), lambda x: x < 0 or x > 2),
        (lambda x: ~(x > 0), lambda x: not x > 0),
        (lambda x: ((x > 0) & ~(x > 1)) | (x > 2), lambda x: 0 < x <= 1 or x > 2),
        (lambda x: True & (x > 0) & (x < w), lambda x: 0 < x < 2),
    ]
    xs = [-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
    for condition, meaning in cases:
        program = compile(lambda x, c=condition: where(c(x), w * x, -w), [w], inputs=(0.5,))
        expected = [2 * x if meaning(x) else -2.0 for x in xs]
        assert program.forward(xs)[0].tolist() == expected
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of ~ on a bool, since Python 3.12
            eager = [where(condition(Value(x)), w * x, -w).data for x in xs]
        assert eager == expected
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for &"):
        Value(1.0) & Value(2.0)
    with pytest.raises(TypeError, match="~ is for conditions"):
        ~Value(1.0)


def test_a_dict_of_results():
    w = Value(2.0)
    program = compile(
        lambda x: {"loss": w * x, "parts": [x, {"square": x * x}]}, [w], inputs=(3.0,)
    )
    assert program.run([1.0, 2.0]) == (3.0, 1.5, 2.5)
    with pytest.raises(TypeError, match="a Value or a list of Values"):
        compile(lambda x: {}, [w], inputs=(3.0,))


def test_a_list_for_two_arguments_is_refused():
    w = Value(2.0)
    with pytest.raises(TypeError, match=r"for 2 arguments give a tuple, inputs=\(...\)"):
        compile(lambda x, y: w * x * y, [w], inputs=[1.0, 2.0])
    assert compile(lambda x: w * x[0], [w], inputs=[1.0, 2.0]).run([[3.0, 1.0]]) == (6.0,)


def test_a_remainder_inside_a_derivative_is_one_program():
    w = Value(2.0)
    program = compile(lambda x: w * grad(lambda t: t % 1.5)(x), [w], inputs=(1.0,))
    assert program.run([7.0]) == (2.0,)


def test_a_derivative_of_select_is_refused_and_says_what_to_write():
    w = [Value(1.0), Value(2.0)]
    with pytest.raises(TraceError, match=r"write dot\(choice, values\)"):
        compile(lambda x, i: grad(lambda t: select([t * a for a in w], i))(x), w, inputs=(1.0, 0))
    program = compile(
        lambda x, c: grad(lambda t: dot(c, [t * a for a in w]))(x), w, inputs=(1.0, [1.0, 0.0])
    )
    assert program.run([5.0, 5.0], [[0.0, 1.0], [1.0, 0.0]]) == (1.5,)


# Numbers at the edges -----------------------------------------------------------------------------

INF, NAN = float("inf"), float("nan")


def chain(*values):
    """The largest, by two-way maxima from the left."""
    largest = values[0]
    for value in values[1:]:
        largest = maximum(largest, value)
    return largest


@pytest.mark.parametrize(
    ("function", "numbers"),
    [
        (lambda w: w.exp() * 1e200 * 1e-200 * 1e-200 * 1e200, [0.3]),
        (lambda w, v: (w + v * 1e-160) * 1e-160 * 1e160 * 1e160, [0.3, 2.0]),
        (lambda w: w.exp() / 1e308 / 1e-300, [0.3]),
        (lambda w: sum([w.exp() * 1e-90] * 4) * 1e-90 * 1e-90 * 1e-90 * 1e270, [0.3]),
        (lambda w: w.sigmoid().log(), [-720.0]),
        (lambda w: w.sigmoid(), [-743.0]),
        (lambda w: w.sigmoid(), [-INF]),
        (lambda w: w**0.5, [-INF]),
        (lambda w: w**0.5, [-0.0]),
        (lambda w: w**-0.5, [-INF]),
        (lambda w: w**-0.5, [-0.0]),
        (lambda w: w**-0.5, [4.0]),
        (lambda w: w.tanh() / 1e308 * 1e300, [3.0]),
        (lambda w: where(w > 0, w.log(), float("nan") * w), [2.0]),
        (chain, [1.0, NAN, 3.0, 2.0]),
        (chain, [NAN, 1.0, 3.0, 2.0]),
        (chain, [3.0, 2.0, 1.0, NAN]),
        (chain, [3.0, 3.0, 2.0, 3.0]),
        (lambda *w: sum(tanh(sum(w[:i])) for i in range(2, 6)), [1.0, 2.0, 3.0, INF, 2.0]),
        (lambda *w: sum(sum(w[:i]) * (1 / i) for i in range(2, 6)), [1.0, 2.0, 3.0, INF, 2.0]),
    ],
)
def test_the_edges_are_those_of_the_engine(function, numbers):
    values = [Value(x) for x in numbers]
    expected = function(*values)
    expected.backward()
    program = compile(lambda: function(*values), values, check=False)
    (found,) = program.run()
    assert found == pytest.approx(expected.data, rel=1e-12, nan_ok=True)
    gradients = np.empty(len(values))
    gradients[program.order] = program.gradients
    assert gradients == pytest.approx([v.grad for v in values], rel=1e-12, nan_ok=True)


INFINITE = np.linspace(0.2, 1.5, 16)
INFINITE[10] = INF


def over_what_came_before(w, x):
    """Products of computed numbers, over more and more of them: a later one is in no earlier sum."""
    keys = [[tanh(w[0] * xi + w[j]) * xi for xi in x] for j in range(3)]
    queries = [[(w[1] * xi + w[i]).sigmoid() for xi in x] for i in range(16)]
    sums = [sum(a * b for a, b in zip(queries[t][:t], key)) for t in range(4, 16) for key in keys]
    return [sums[8], *sums]


def a_window_each(w, x):
    """A partly connected layer."""
    sums = [w[i] * x[i] + w[(i + 1) % 16] * x[(i + 1) % 16] for i in range(16)]
    return [tanh(sums[3]) + tanh(sums[9] * 0.1), *sums]


def fewer_windows_than_numbers(w, x):
    """The same, over computed numbers, to which gradients go on."""
    x = [xi + tanh(wi) for wi, xi in zip(w, x)]
    sums = [sum(w[i + d] * x[i + d] for d in (0, 1, 2, 4)) for i in range(12)]
    return [sum(tanh(0.1 * y) for y in sums), *sums]


def windows_moved_down(w, x):
    """The same, after a constant that is less than the zeros of the empty places."""
    return [y + (w[i] - 3.0) for i, y in enumerate(fewer_windows_than_numbers(w, x))]


@pytest.mark.parametrize(
    "function",
    [over_what_came_before, a_window_each, fewer_windows_than_numbers, windows_moved_down],
)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("engine", ["auto", "numpy"])
def test_what_is_infinite_spoils_only_what_it_is_part_of(function, batch, engine):
    w = [Value(x) for x in np.linspace(0.1, 1.0, 16)]
    program = compile(lambda x: function(w, x), w, inputs=(INFINITE,), check=False, engine=engine)
    expected = function(w, [Value(x) for x in INFINITE])
    expected[0].backward()
    found = program.run(np.tile(INFINITE, (batch, 1)))
    assert found == pytest.approx([y.data for y in expected], rel=1e-12, nan_ok=True)
    gradients = np.empty(16)
    gradients[program.order] = program.gradients
    assert gradients == pytest.approx([v.grad for v in w], rel=1e-12, nan_ok=True)
    assert np.isfinite([y.data for y in expected]).sum() > 8


def test_a_whole_number_selects():
    w = [Value(1.0), Value(2.0)]
    with pytest.raises(TraceError, match=r"select\(values, index\)"):
        compile(lambda i: w[i], w, inputs=(1,))
    with pytest.raises(TraceError, match=r"give 1\.0 as the example"):
        compile(lambda i: w[0] * i, w, inputs=(1,))
    program = compile(lambda i: select(w, i), w, inputs=(1,))
    assert program.run([0, 1, 1]) == (5 / 3,)
    for wrong in ([2], [-1], [0.5]):
        with pytest.raises(IndexError, match="a whole number from 0 to 1"):
            program.run(wrong)


def test_select_on_plain_numbers():
    assert select([1.0, 2.0], 1) == 2.0
    with pytest.raises(IndexError, match="0 to 1, not 2"):
        select([1.0, 2.0], 2)
    with pytest.raises(TypeError, match="whole number, not float"):
        select([1.0, 2.0], 0.5)


def test_wrong_arguments_of_compile():
    w = Value(1.0)
    with pytest.raises(TypeError, match="a Value or a list of Values"):
        compile("loss", [w])
    with pytest.raises(TypeError, match="params are Values, not float"):
        compile(w * w, [1.0])
    with pytest.raises(ValueError, match="params are leaves"):
        compile(w * w, [w * 2])
    with pytest.raises(ValueError, match="listed twice"):
        compile(w * w, [w, w])
    with pytest.raises(TypeError, match="nested list of numbers"):
        compile(lambda x: w * x, [w], inputs=("text",))
    with pytest.raises(TypeError, match="leaf Values"):
        compile(w * w, [w], inputs=[1.0])
    with pytest.raises(ValueError, match="float64 or float32, not int64"):
        compile(w * w, [w], dtype=np.int64)


def test_wrong_arguments_of_run():
    w = Value(1.0)
    program = compile(lambda x, y: w * x[0] + x[1] - y, [w], inputs=([1.0, 2.0], 0.5))
    with pytest.raises(ValueError, match="takes 2 arrays, not 1"):
        program.run([[1.0, 2.0]])
    with pytest.raises(
        ValueError, match=r"\[batch, 2\] with one sample or more, not of shape \(2, 1\)"
    ):
        program.run([[1.0], [2.0]], [1.0, 2.0])
    with pytest.raises(ValueError, match="argument 0 has 2 samples, argument 1 1"):
        program.run([[1.0, 2.0], [3.0, 4.0]], [1.0])
    with pytest.raises(ValueError, match="one sample or more"):
        program.run(np.zeros((0, 2)), [])
    with pytest.raises(TypeError, match="array of numbers"):
        program.run([["a", "b"]], [1.0])


def test_parameters_are_as_they_were_after_tracing():
    model = nn.MLP(2, [3, 1], rng=0)
    before = [p.data for p in model.parameters()]
    compile(lambda x: model(x) ** 2, model, inputs=([1.0, 2.0],))
    assert [p.data for p in model.parameters()] == before
    assert Value(2.0) > 1.0  # comparing is comparing again
    assert (Value(2.0) > 1.0) is True


def example():
    model = nn.MLP(4, [6, 3], activation="tanh", rng=0)
    program = compile(
        lambda x, y: nn.cross_entropy(model(x), y), model, inputs=([0.1, 0.2, 0.3, 0.4], 1)
    )
    x = np.random.default_rng(0).normal(size=(5, 4))
    return model, program, x, np.array([0, 1, 2, 1, 0])


def test_a_saved_program_runs_without_what_built_it(tmp_path):
    _, program, x, y = example()
    expected, gradients = program.run(x, y), program.gradients.copy()
    program.save(tmp_path / "program.npz")
    loaded = Program.load(tmp_path / "program.npz")
    assert loaded.run(x, y) == expected
    assert np.array_equal(loaded.gradients, gradients)
    assert str(loaded) == str(program)
    assert loaded.names == program.names
    loaded.update(nn.SGD([], lr=0.1))
    assert loaded.run(x, y)[0] < expected[0]
    with pytest.raises(ValueError, match="was loaded and has no Values"):
        loaded.sync()


def test_damaged_files_are_refused(tmp_path):
    _, program, _, _ = example()
    path = tmp_path / "program.npz"
    program.save(path)
    whole = path.read_bytes()
    for damaged in (b"", b"nothing", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="no program that can be loaded"):
            Program.load(path)
    np.savez(path, other=np.zeros(3))
    with pytest.raises(ValueError, match="no program that can be loaded"):
        Program.load(path)
    with pytest.raises(FileNotFoundError):
        Program.load(tmp_path / "missing.npz")


def test_a_row_number_outside_of_the_storage_is_refused(tmp_path):
    _, program, _, _ = example()
    path = tmp_path / "program.npz"
    program.plan.instructions[0].parts[0].weight[0, 0] = 10**6
    program.save(path)
    with pytest.raises(ValueError, match="lies outside of the storage"):
        Program.load(path)


def reversed_instructions(plan):
    plan.instructions.reverse()


def another_order(plan):
    plan.order[0] = plan.order[1]


def a_row_twice(plan):
    plan.instructions[1].start = plan.instructions[0].start


def a_longer_storage(plan):
    plan.batched_size += 1


def a_narrower_matrix(plan):
    plan.instructions[0].parts[0].weight = plan.instructions[0].parts[0].weight[:, 1:]


def an_unknown_operation(plan):
    next(i for i in plan.instructions if hasattr(i, "operation")).operation = "sinus"


def an_operation_of_one_too_many(plan):
    operands = next(i for i in plan.instructions if hasattr(i, "operation")).operands
    operands.append(operands[0])


def an_output_nowhere(plan):
    plan.outputs[0] = plan.outputs[0]._replace(row=plan.batched_size)


def no_output(plan):
    plan.outputs.clear()


def an_output_in_no_storage(plan):
    plan.outputs.append(plan.outputs[0]._replace(space=7))


def whole_numbers(plan):
    plan.constants = np.arange(len(plan.constants))


def needs_of_another_size(plan):
    plan.needs = plan.needs._replace(static=plan.needs.static[1:])


def a_copy_elsewhere(plan):
    plan.copied[1] = 3


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (reversed_instructions, "read before it is written"),
        (another_order, "order of the parameters"),
        (a_row_twice, "written twice"),
        (a_longer_storage, "storage has another size"),
        (a_narrower_matrix, "operands of another shape"),
        (an_unknown_operation, "no operation 'sinus'"),
        (an_operation_of_one_too_many, "operands of another shape"),
        (an_output_nowhere, "outside of the storage"),
        (no_output, "there is no output"),
        (an_output_in_no_storage, "an output lies in no storage"),
        (whole_numbers, "the constants are no numbers"),
        (needs_of_another_size, "the storage has another size"),
        (a_copy_elsewhere, "a copy lies elsewhere"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(damage, message, tmp_path):
    _, program, _, _ = example()
    program.plan.check()
    damage(program.plan)
    with pytest.raises(ValueError, match=message):
        program.plan.check()
    program.save(tmp_path / "program.npz")
    with pytest.raises(ValueError, match=message):
        Program.load(tmp_path / "program.npz")


def arrays_of(part):
    """Where an instruction keeps what it reads: objects and the names of their arrays."""
    for name, x in vars(part).items():
        if isinstance(x, np.ndarray) and name != "node":
            yield part, name, x
        for inner in x if isinstance(x, list) else [x]:
            if dataclasses.is_dataclass(inner):
                yield from arrays_of(inner)


def test_no_operand_may_have_another_shape():
    w = [Value(0.1 * i + 0.3) for i in range(24)]

    def function(x, i):
        a, b = (
            [[tanh(w[3 * r + c + k] * x[c]) for c in range(3)] for r in range(4)] for k in (0, 9)
        )
        products = [sum(y * z for y, z in zip(p, q)) for p in a for q in b]
        chosen = select([wi * x[0] for wi in w[:4]], i)
        largest = reduce(maximum, [y * x[1] for y in a[0]])
        layer = [tanh(sum(v * xi for v, xi in zip(w[j:], x)) + w[j]) for j in range(5)]
        return sum(products) + chosen + largest + sum(layer) * (2.0 / (1.5 + x[2] * x[2]))

    plan = compile(function, w, inputs=(np.array([0.3, -0.4, 0.7]), 1)).plan
    kinds = {type(instruction).__name__ for instruction in plan.instructions}
    assert kinds >= {"Matrix", "Terms", "Products", "Largest", "Elementwise", "Select"}
    for instruction in plan.instructions:
        node = instruction.node.shape
        for part, name, array in arrays_of(instruction):
            for axis in range(array.ndim):
                longer = np.concatenate([array, array.take([-1], axis)], axis)
                free = (type(instruction).__name__, axis) in {("Largest", 0), ("Select", 1)}
                if free or longer.shape in (node, (*node, 1)):
                    continue
                setattr(part, name, longer)
                with pytest.raises(ValueError, match="operands of another shape"):
                    plan.check()
                setattr(part, name, array)
    plan.check()


def test_saving_leaves_no_half_written_file(tmp_path):
    _, program, _, _ = example()
    (tmp_path / "a file").touch()
    with pytest.raises(OSError, match="cannot write"):
        program.save(tmp_path / "a file" / "program.npz")
    program.save(tmp_path / "folder" / "program.npz")
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["program.npz"]


def test_the_listing_reads_like_the_lecture():
    model = nn.MLP(784, [16, 10], activation="tanh", rng=0)
    program = compile(lambda x, y: nn.cross_entropy(model(x), y), model, inputs=([0.5] * 784, 3))
    assert str(program).splitlines() == [
        "given x[784] y[1], for each sample",
        "12730 parameters, 10 instructions",
        "layers.0[16] = tanh(W₁[16×784] @ x + b₁)",
        "layers.1[10] = W₂[10×16] @ layers.0 + b₂",
        "m1[1]        = max over 10 of layers.1",
        "e1[1]        = layers.1[y]",
        "s1[10]       = layers.1 − m1",
        "a1[10]       = exp(s1)",
        "s2[1]        = log(Σ a1)",
        "s3[1]        = m1 + s2 − e1",
        "returns s3",
    ]
    assert repr(program).startswith(
        "<Program: 10 instructions, 12730 parameters, 785 inputs, float64, engine "
    )


def test_parameters_given_by_name_keep_their_names_and_signs_in_the_listing():
    w, bias, rate = Value(1.0), Value(2.0), Value(3.0)
    program = compile(
        lambda x: (w * w + bias * x - rate) ** 2 + tanh(rate * x),
        {"w": w, "bias": bias, "rate": rate}, inputs=(0.5,),
    )  # fmt: skip
    assert str(program).splitlines()[2:] == [
        "c1[1] = w · w",
        "s1[1] = rate · x",
        "s2[1] = bias · x + c1 − rate",
        "a1[1] = tanh(s1)",
        "a2[1] = s2²",
        "s3[1] = a2 + a1",
        "returns s3",
    ]
    labelled = [Value(1.0, label=f"a{i}") for i in range(3)]
    program = compile(
        lambda x: labelled[0] / labelled[1] + labelled[2] * x, labelled, inputs=(0.5,)
    )
    assert str(program).splitlines()[2:] == ["a3[1] = a0 / a1", "s1[1] = a2 · x + a3", "returns s1"]


@pytest.mark.parametrize(
    ("join", "layer"), [(operator.add, " W[5×7] @ x"), (operator.sub, " −W[5×7] @ x")]
)
def test_a_layer_that_is_taken_away_has_a_minus_in_the_listing(join, layer):
    w = [[Value(1.0) for _ in range(7)] for _ in range(5)]

    def loss(x):
        h = [0.5 * x[0]] * 5
        for j, xj in enumerate(x):
            h = [join(v, row[j] * xj) for v, row in zip(h, w)]
        return sum(tanh(v) for v in h)

    program = compile(loss, [v for row in w for v in row], inputs=(np.ones(7),))
    assert layer in str(program)


def test_constants_and_tables_in_the_listing():
    w = [Value(0.5 + 0.1 * i, label=f"w{i}") for i in range(8)]
    program = compile(lambda x: dot(w[:4], [x[0], 1.0, x[1], 2.0]).tanh(), w, inputs=([0.3, 0.4],))
    assert str(program).splitlines()[2] == "s1[1] = w0 · x[0] + w1 · 1 + w2 · x[1] + w3 · 2"
    samples = compile(sum((w[0] * x + w[1]).tanh() for x in (1.0, 2.0, 3.0)), w[:2])
    assert str(samples).splitlines()[1] == "s1[3] = w0 · constants + w1"  # a list is no table
    rows = [list(pair) for pair in zip(w[:4], w[4:])]  # four rows of two
    program = compile(lambda i, x: sum((a * x).tanh() for a in select(rows, i)), w, inputs=(0, 1.0))
    assert str(program).splitlines()[2] == "e1[2] = table[4×2][i]"
    w = [Value(0.1 * i) for i in range(1, 17)]  # rows that are met again and again are copied
    program = compile(lambda x: over_what_came_before(w, x), w, inputs=(np.ones(16),))
    assert "Σ over 15 of gather(a3)[15×11] · gather(s4, s5)[15×11]" in str(program)


def test_the_same_graph_gives_the_same_file(tmp_path):
    texts = []
    for name in ("one", "other"):
        _, program, _, _ = example()
        program.save(tmp_path / name)
        with np.load(tmp_path / name) as file:
            texts.append({key: file[key].tobytes() for key in file.files})
    assert texts[0] == texts[1]


torch_missing = importlib.util.find_spec("torch") is None


@pytest.mark.skipif(not torch_missing, reason="needs a system without PyTorch")
def test_without_torch_the_error_says_what_to_install():
    with pytest.raises(ModuleNotFoundError, match="pip install torch"):
        example()[1].to_torch()


@pytest.mark.slow
def test_lifting_grows_linearly():
    """Calls of functions a node, at 30 thousand and at a million nodes: at most twice as many."""
    calls = []
    for samples in (12, 400):
        rng = np.random.default_rng(0)
        w = [[Value(x) for x in row] for row in rng.normal(size=(16, 78)).tolist()]
        data = rng.normal(size=(samples, 78)).tolist()
        hidden = [tanh(sum(a * b for a, b in zip(row, x))) for x in data for row in w]
        loss = relu(sum(hidden))
        events = Counter()
        sys.setprofile(lambda frame, event, argument, events=events: events.update([event]))
        try:
            compile(loss, [a for row in w for a in row])
        finally:
            sys.setprofile(None)
        calls.append((events["call"] + events["c_call"]) / (samples * 16 * 157))
    assert calls[1] < 2 * calls[0]
