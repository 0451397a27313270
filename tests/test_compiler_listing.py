"""What `print(program)` and `print(program.backward)` call things, as a lecturer would write them."""

from __future__ import annotations

import operator
import pickle
from functools import reduce
from itertools import pairwise

import pytest

import nn
from autograd import Program, Value, compile, exp, sin, stop_gradient, tanh


def lines(text):
    return str(text).splitlines()


def test_arguments_have_the_names_that_the_function_gives_them(tmp_path):
    w = Value(2.0)
    program = compile(lambda speed, load: tanh(w * speed) * load, {"drag": w}, inputs=(1.0, 3.0))
    expected = [
        "given speed[1] load[1], for each sample",
        "1 parameter, 3 instructions",
        "s1[1] = drag · speed",
        "a1[1] = tanh(s1)",
        "s2[1] = a1 · load",
    ]
    assert lines(program)[:5] == expected
    program.save(tmp_path / "program.npz")
    assert lines(Program.load(tmp_path / "program.npz"))[:5] == expected
    model = nn.MLP(3, [4, 2], rng=0)
    program = compile(
        lambda pixels, digit: nn.cross_entropy(model(pixels), digit), model,
        inputs=([0.0] * 3, 1),
    )  # fmt: skip
    assert "∂layers.1[2]  = ∂s3 · (softmax(layers.1) − onehot(digit))" in lines(program.backward)


def test_a_program_pickled_before_arguments_had_names_calls_them_x():
    w = Value(2.0)
    program = compile(lambda speed, load: w * speed * load, [w], inputs=(1.0, 3.0))
    state = program.__getstate__()
    del state["inputs"], state["results"]
    old = Program.__new__(Program)
    old.__setstate__(state)
    assert lines(old)[0] == "given x[1] x1[1], for each sample"
    assert old.run([2.0], [5.0]) == (20.0,)


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (lambda w, y: w * y, "given x[1] y[1]"),  # a name that stands for weights
        (lambda y, rate: rate * y, "given y[1] x1[1]"),  # one that a parameter has
        (lambda x1, w: x1 * w, "given x1[1] x2[1]"),
        (lambda *xs: xs[0] * xs[1], "given x[1] x1[1]"),  # none
    ],
)
def test_arguments_without_a_name_of_their_own_are_x(function, given):
    rate = Value(1.0)
    program = compile(function, {"rate": rate}, inputs=(1.0, 2.0))
    assert lines(program)[0] == given + ", for each sample"
    assert program.run([2.0], [5.0]) == (10.0,)


class Embedding(nn.Module):
    """Three rows of two, of which one is chosen, and a place that is added."""

    def __init__(self):
        self.letter = nn.Embedding(3, 2, rng=0)
        self.place = [Value(0.5), Value(0.25)]

    def __call__(self, i):
        return sum(exp(a + p) for a, p in zip(self.letter(i), self.place))


def test_parameters_that_are_no_weights_of_a_layer_have_the_name_of_their_module():
    model = Embedding()
    program = compile(model, model, inputs=(1,))
    assert lines(program)[2:4] == ["e1[2] = letter[3×2][i]", "s1[2] = e1 + place"]
    assert "∂letter[i]" in str(program.backward)
    assert "∂place[2]" in str(program.backward)


def test_a_notebook_shows_the_listing_of_the_reverse_pass():
    w = Value(1.0)
    program = compile(lambda x: w * x, {"w": w}, inputs=(1.0,))
    assert "∂w[1]" in program.backward._repr_html_()


def test_results_have_the_names_of_the_dict_that_they_stood_in(tmp_path):
    w = Value(2.0)

    def judged(x, y):
        guess = w * x
        return {"loss": (guess - y) ** 2, "guess": guess}

    program = compile(judged, {"w": w}, inputs=(1.0, 1.0))
    assert lines(program)[-1] == "returns loss = a1, guess = s1"
    program.save(tmp_path / "program.npz")
    loaded = Program.load(tmp_path / "program.npz")
    for one in (program, loaded, pickle.loads(pickle.dumps(program))):
        assert one.run([1.0, 2.0], [5.0, 4.0]) == (4.5, 3.0)
        found = one.named_outputs()
        assert {name: array.tolist() for name, array in found.items()} == {
            "loss": [9.0, 0.0],
            "guess": [2.0, 4.0],
        }
    finished = compile({"loss": w * w, "w": w + 1.0}, [w])
    assert finished.run() == (4.0, 3.0)
    assert list(finished.named_outputs()) == ["loss", "w"]
    several = compile(lambda x: [w * x, {"inner": x}], [w], inputs=(1.0,))
    assert several.run([3.0]) == (6.0, 3.0)
    assert list(several.named_outputs()) == ["0", "1"]


def test_a_result_never_has_the_name_of_an_argument():
    w = Value(2.0)
    program = compile(lambda s1, a1: exp(w * s1) + a1, {"rate": w}, inputs=(1.0, 2.0))
    assert lines(program)[2:5] == ["s2[1] = rate · s1", "a2[1] = exp(s2)", "s3[1] = a2 + a1"]


def test_some_rows_of_a_result_are_a_slice_of_it():
    """Neighbours that are multiplied: each passes the other to it."""
    w = [Value(0.1 * i) for i in range(1, 9)]

    def loss(x):
        a = [sin(wi * x) for wi in w]
        return sum(exp(a[i] * a[i + 1]) for i in (0, 2, 4, 6)) + a[0] * a[1] * a[2] * a[3]

    program = compile(loss, w, inputs=(0.5,))
    assert "s2[4] = s1[0::2] · s1[1::2]" in lines(program)
    backward = lines(program.backward)
    assert any(
        line.startswith("∂s1[0::2] ") and line.endswith("∂s2 ∘ s1[1::2]") for line in backward
    )
    assert any(
        line.startswith("∂s1[1::2] ") and line.endswith("∂s2 ∘ s1[0::2]") for line in backward
    )
    model = nn.MLP(2, [6, 1], activation="tanh", rng=0)
    hidden = model.layers[0]
    program = compile(
        lambda x: sum(exp(h) for h in hidden(x)[:2]) + sum(h * h for h in hidden(x)[2:]),
        hidden, inputs=([0.5, 1.0],),
    )  # fmt: skip
    text = str(program)
    assert "exp(" in text
    assert "[0:2])" in text or "[4:6])" in text


def test_one_row_is_counted_on_the_right_and_is_a_slice_on_the_left():
    """``s1[1]`` on the left of a line would say how many there are."""
    w = [Value(1.0), Value(2.0)]
    program = compile(lambda x: exp(sin(w[0] * x) * 3.0) * sin(w[1] * x), w, inputs=(0.5,))
    assert "s2[1] = 3 · s1[0]" in lines(program)
    assert "∂s1[0:1]  = 3 · ∂s2" in lines(program.backward)


def test_sums_begin_with_what_has_no_minus_and_share_their_factor():
    w = {name: Value(1.0) for name in "pqr"}
    p, q, r = w.values()
    program = compile(lambda x: exp(q - p * x), w, inputs=(0.5,))
    assert lines(program)[2] == "s1[1] = q − p · x"

    def halves(x):
        return 0.5 * exp(p * x) + 0.5 * sin(q * x) + 0.5 * tanh(r * x)

    program = compile(halves, w, inputs=(0.5,))
    assert lines(program)[-2].endswith("= 0.5 · (a1 + a2 + a3)")
    program = compile(lambda x: (p * x - 1.0) ** 3 + exp(q * x) ** 2.5, w, inputs=(0.5,))
    assert any(line.endswith(" = s1³") for line in lines(program))


def test_what_is_detached_says_so():
    w, b = Value(1.0), Value(2.0)
    program = compile(lambda x: stop_gradient(w * x) * b, {"w": w, "b": b}, inputs=(1.0,))
    assert "a1[1] = stop_gradient(s1)" in lines(program)


def test_lines_have_eighty_columns():
    names = [f"coefficient_{i}" for i in range(9)]
    w = dict(zip(names, map(Value, range(1, 10))))
    program = compile(lambda x: sum(exp(v) * x**i for i, v in enumerate(w.values())), w, inputs=0.5)
    for text in (program, program.backward):
        assert max(map(len, lines(text))) <= 80
    joined = " ".join(str(program).split())
    assert all(f"x^{i}" in joined or i < 10 for i in range(9))


def test_zeroed_gradients_of_several_layers_are_named():
    model = nn.MLP(2, [3, 1], rng=0)
    points = [(0.5, 1.0), (1.5, -1.0), (2.5, 0.25)]
    penalty = sum(p * p for p in model.parameters())
    program = compile(sum(tanh(model(x)) for x in points) + 0.1 * penalty, model)
    backward = [" ".join(line.split()) for line in lines(program.backward)]
    assert "∂(W₁, b₁)[9] = 0" in backward
    assert "∂W₂[1×3] = ∂layers.1 @ layers.0ᵀ" in backward  # three samples, one layer
    assert "∂b₂[1] = Σ ∂layers.1" in backward


def test_a_sum_of_a_whole_result_is_one_line_forwards_and_backwards():
    w = [Value(0.5), Value(0.25), Value(2.0)]
    program = compile(lambda x: exp(sum(sin(wi * x) for wi in w)), w, inputs=(0.5,))
    assert "s2[1] = Σ s1" in lines(program)
    assert "∂s1[3]  = ∂s2 ∘ sin′" in lines(program.backward)


def each_taken_away(x):
    return reduce(operator.sub, (a * tanh(b) for a, b in pairwise(x)), 0.0)


def by_turns(x):
    total = 0.0
    for k, (a, b) in enumerate(pairwise(x)):
        total = total + a * b if k % 2 else total - a * b
    return total


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (each_taken_away, "s1[1] = −Σ over 8 of x[0:8] · a1"),
        (by_turns, "s1[1] = Σ over 8 of c · x[0:8] · x[1:9]"),
        (lambda x: reduce(operator.sub, map(exp, x), 0.0), "s1[1] = −Σ a1"),
    ],
)
def test_a_long_sum_keeps_its_sign_and_its_factors(function, line):
    assert line in lines(compile(function, [], inputs=([1.0] * 9,)))


@pytest.mark.parametrize(
    ("pairs", "line"),
    [
        (lambda x, y: zip(x, y[::-1]), "s1[6] = of(x) · y"),
        (lambda x, y: zip(x[:4], y[4:0:-1]), "s1[4] = of(x) · y[1:5]"),
        (lambda x, y: zip(x[:4], y[:4]), "s1[4] = x[0:4] · y[0:4]"),
        (lambda x, y: zip([exp(v) for v in x], [sin(v) for v in y][::-1]), "s1[6] = of(a1) · a2"),
    ],
)
def test_rows_in_another_order_have_not_the_name_of_the_whole(pairs, line):
    w = Value(2.0)
    program = compile(
        lambda x, y: w * sum((a * b) ** 3 for a, b in pairs(x, y)), [w],
        inputs=([0.5] * 6, [1.0] * 6),
    )  # fmt: skip
    assert line in lines(program)


def test_what_several_places_read_gets_the_sum_of_their_shares():
    """By hand: a = e / s has ∂a/∂s = −e/s² = −a/s, and there is one s for six of them."""
    w = [Value(0.1 * i) for i in range(6)]

    def shares_of_a_whole(x):
        powers = [exp(a * b) for a, b in zip(w, x)]
        whole = sum(powers)
        return sum((p / whole) ** 3 for p in powers)

    backward = lines(compile(shares_of_a_whole, w, inputs=([0.5] * 6,)).backward)
    assert [line for line in backward if line.startswith("∂s2")] == ["∂s2[1]  = −Σ ∂a2 ∘ a2/s2"]

    def two_wholes(x):
        powers = [exp(a * b) for a, b in zip(w, x)]
        wholes = [tanh(powers[0] + powers[1]), tanh(powers[2] + powers[3])]
        return sum((p * wholes[i // 3]) ** 3 for i, p in enumerate(powers))

    backward = lines(compile(two_wholes, w, inputs=([0.5] * 6,)).backward)
    assert [line for line in backward if line.startswith("∂a2")] == ["∂a2[2]      = Σ ∂s3 ∘ a1"]
