"""The backward pass step by step: the same numbers as backward(), and the way back."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Backprop, Value, leaves, topological_order, where
from autograd.stepping.moves import Moves
from autograd.stepping.steps import Span
from nn import MLP


def neuron() -> dict[str, Value]:
    """The tanh neuron of micrograd's lecture: o = 0.7071, gradients −1.5, 1, 0.5, 0."""
    data = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    v = {name: Value(x, label=name) for name, x in data.items()}
    v["n"] = v["x1"] * v["w1"] + v["x2"] * v["w2"] + v["b"]
    v["n"].label = "n"
    v["o"] = v["n"].tanh()
    v["o"].label = "o"
    return v


def test_the_lectures_neuron() -> None:
    v = neuron()
    Backprop(v["o"]).run()
    assert v["o"].data == pytest.approx(0.7071067811865476, rel=1e-15)
    for name, grad in {
        "x1": -1.5,
        "w1": 1.0,
        "x2": 0.5,
        "w2": 0.0,
        "b": 0.5,
        "n": 0.5,
        "o": 1.0,
    }.items():
        assert v[name].grad == pytest.approx(grad, abs=1e-14)


def test_a_step_as_text() -> None:
    v = neuron()
    bp = Backprop(v["o"])
    assert str(bp.step()) == "step 1 of 6: start at o\n  ∂o/∂o = 1\n  o.grad = 1"
    assert str(bp.step()) == (
        "step 2 of 6: o = tanh(n)\n"
        "  ∂tanh(n)/∂n = 1 − tanh(n)²\n"
        "  n.grad += ∂o/∂n · o.grad = 0.5 · 1 = 0.5"
    )
    x2 = Value(0.0, label="x2")
    n = x2 + 1.0
    n.label = "n"
    bp = Backprop(n * 0.5)
    bp.goto(2)
    (product,) = bp.step().products
    assert str(product) == "x2.grad += ∂n/∂x2 · n.grad = 1 · 0.5 = 0.5"


def test_a_second_contribution_is_shown_as_a_sum() -> None:
    x = Value(3.0, label="x")
    half, quarter = x * 0.5, x * 0.25
    bp = Backprop(half + quarter)
    *_, last = bp
    assert last.products[0].text.endswith("= 0.5 · 1 = 0.5, second contribution: 0.25 + 0.5 = 0.75")
    assert last.products[0].nth == 2
    assert x.grad == 0.75


def test_a_factor_used_twice_says_which_derivative_it_takes() -> None:
    x = Value(3.0, label="x")
    bp = Backprop(x * x)
    bp.step()
    step = bp.step()
    assert [p.rule for p in step.products] == [
        "∂(a·b)/∂a = b, where a = b = x",
        "∂(a·b)/∂b = a, where a = b = x",
    ]
    assert [p.after for p in step.products] == [3.0, 6.0]
    assert "∂(a·b)/∂a = b; ∂(a·b)/∂b = a, where a = b = x\n" in str(step)


def test_a_step_as_data() -> None:
    v = neuron()
    bp = Backprop(v["o"])
    bp.goto(5)
    step = bp.step()
    assert (step.number, step.total, step.equation) == (6, 6, "x1·w1")
    (by_x1, by_w1) = step.products
    assert (by_x1.parent, by_w1.parent) == (v["x1"], v["w1"])
    assert (by_x1.local, by_w1.local) == (-3.0, 2.0)
    assert by_x1.upstream == by_w1.upstream == v["n"].grad
    assert (by_x1.before, by_x1.after) == (0.0, v["x1"].grad)


def test_the_start_as_data() -> None:
    x = Value(3.0, label="x")
    x.grad = 0.25
    step = Backprop(x * 2.0).step()
    (seed,) = step.products  # type: ignore[union-attr]
    assert (seed.node, seed.local, seed.upstream, seed.contribution) == (None, 1.0, 1.0, 1.0)
    assert (seed.before, seed.after, seed.nth) == (0.0, 1.0, 1)
    step = Backprop(x).step()
    (seed,) = step.products  # type: ignore[union-attr]
    assert (seed.before, seed.after) == (0.25, 1.25)


def test_contributions_are_counted_in_english() -> None:
    x = Value(1.0, label="x")
    total = x * 2.0
    for _ in range(112):
        total = total + x * 2.0
    texts = [step.products[0].text for step in Backprop(total) if step.products[0].parent is x]
    counted = [text.split(", ")[1].split(" contribution")[0] for text in texts[1:]]
    assert (counted[-3:], len(counted)) == (["111th", "112th", "113th"], 112)
    assert " ".join(counted[:22]) == (
        "second third fourth fifth sixth seventh eighth ninth 10th 11th 12th 13th 14th 15th 16th "
        "17th 18th 19th 20th 21st 22nd 23rd"
    )


values = st.floats(-3.0, 3.0)


@st.composite
def graphs(draw: st.DrawFn) -> Value:
    """Random graphs with shared values, constants, choices and every kind of operand order."""
    pool = [Value(draw(values)) for _ in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(1, 25))):
        a, b = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
        made = (
            a + b,
            a * b,
            a - b,
            a / (b * b + 1.0),
            a.tanh(),
            2.0 - a,
            where(a > b, a, b * 0.5),
            a.maximum(b),
            1.5 * a,
        )
        pool.append(draw(st.sampled_from(made)))
    return pool[-1]


def gradients(root: Value) -> list[float]:
    return [node.grad for node in topological_order(root)]


@given(graphs(), values)
def test_run_is_backward_to_the_last_bit(root: Value, before: float) -> None:
    for leaf in leaves(root):
        leaf.grad = before
    root.backward()
    expected = gradients(root)
    for leaf in leaves(root):
        leaf.grad = before
    Backprop(root).run()
    assert [g.hex() for g in gradients(root)] == [g.hex() for g in expected]


@given(graphs(), st.data())
def test_back_restores_exactly(root: Value, data: st.DataObject) -> None:
    for leaf in leaves(root):
        leaf.grad = 0.1
    bp = Backprop(root)
    seen = [gradients(root)]
    texts = []
    for step in bp:
        seen.append(gradients(root))
        texts.append(str(step))
    for _ in range(8):
        position = data.draw(st.integers(0, bp.total))
        bp.goto(position)
        assert gradients(root) == seen[position]
        if position < bp.total:
            assert str(bp.step()) == texts[position]
            bp.back()
            assert gradients(root) == seen[position]
    assert gradients(bp.restart().root) == seen[0]


@given(graphs())
def test_one_product_at_a_time_there_and_back(root: Value) -> None:
    bp = Backprop(root)
    seen = [gradients(root)]
    while bp.position < bp.total:
        assert len(bp.step("product").products) == 1
        seen.append(gradients(root))
    assert len(seen) == 2 + sum(len(node.parents) for node in topological_order(root))
    for state in reversed(seen[:-1]):
        bp.back("product")
        assert gradients(root) == state


@given(graphs(), st.data())
def test_the_last_moves_are_the_end_of_them_all(root: Value, data: st.DataObject) -> None:
    moves = Moves(topological_order(root))
    moves.forward(data.draw(st.integers(0, moves.total)))
    every = moves.first(moves.total)
    assert [len(step) for step in every] == [1] * bool(every) + [
        len(node.parents) for node in moves.order[: moves.done - 1] if moves.done
    ]
    for k in range(len(every) + 1):
        assert moves.last(k) == every[len(every) - k :]
    seen: Counter[Value] = Counter()
    for move in (move for step in every for move in step):
        seen[move.parent] += 1
        assert move.nth == seen[move.parent]


def test_until_a_value_a_name_and_a_breakpoint() -> None:
    v = neuron()
    bp = Backprop(v["o"])
    step = bp.until(v["b"])
    assert step is not None
    assert (step.number, v["b"].grad, v["x1"].grad) == (3, v["n"].grad, 0.0)
    assert bp.until("w1").number == 6  # type: ignore[union-attr]
    with pytest.raises(ValueError, match=r"the gradient of b is complete since step 3: goto\(3\)"):
        bp.until(v["b"])
    hit = bp.restart().until(lambda value: value is v["x2"])
    assert hit is not None
    assert hit.number == 5
    assert bp.until(lambda value: not math.isfinite(value.grad)) is None
    assert bp.position == bp.total


def test_until_waits_for_the_last_contribution() -> None:
    x = Value(2.0, label="x")
    root = (x * 3.0) * (x + 1.0) * x
    expected = 3 * (3 * x.data**2 + 2 * x.data)  # d(3x³ + 3x²)/dx = 9x² + 6x
    Backprop(root).until(x)
    assert x.grad == pytest.approx(expected)


def test_the_ends_and_wrong_turns_say_what_to_do() -> None:
    v = neuron()
    bp = Backprop(v["o"])
    with pytest.raises(IndexError, match=r"at its start: step\(\) or run\(\)"):
        bp.back()
    bp.run()
    with pytest.raises(IndexError, match=r"at its end, step 6: back\(\) or restart\(\)"):
        bp.step()
    with pytest.raises(ValueError, match="a position is 0 to 6, not 7"):
        bp.goto(7)
    with pytest.raises(ValueError, match="one of product, node, neuron, layer, not 'line'"):
        bp.step("line")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not in the graph of o"):
        bp.until(Value(1.0))
    with pytest.raises(KeyError, match="no value is called 'w3'"):
        bp.until("w3")
    with pytest.raises(TypeError, match="takes the Value to differentiate, not list"):
        Backprop([v["o"]])  # type: ignore[arg-type]


def test_where_it_is_survives_printing() -> None:
    v = neuron()
    bp = Backprop(v["o"])
    assert repr(bp) == "Backprop(o): before step 1 of 6, start at o"
    bp.goto(2)
    assert repr(bp) == repr(bp) == "Backprop(o): after step 2 of 6, next: n = x1·w1 + x2·w2 + b"
    assert bp.position == 2
    bp.step("product")
    assert bp.where == "in step 3 of 6, after the first of two products"
    assert bp.last is not None
    assert bp.last.number == 3
    assert bp.run().where == "after step 6 of 6, the end"


def test_leaves_add_to_what_they_hold_and_say_so() -> None:
    x = Value(2.0, label="x")
    x.grad = 0.5
    bp = Backprop(x * 3.0)
    *_, last = bp
    assert last.products[0].text.endswith("= 3 · 1 = 3, onto what was there: 0.5 + 3 = 3.5")
    bp.restart()
    assert x.grad == 0.5


def test_a_root_that_is_a_leaf_has_one_step() -> None:
    x = Value(2.0, label="x")
    x.grad = 2.0
    bp = Backprop(x)
    assert [str(step) for step in bp] == [
        "step 1 of 1: start at x\n  ∂x/∂x = 1\n  x.grad += 1, onto what was there: 2 + 1 = 3"
    ]
    assert x.grad == 3.0
    bp.back()
    assert x.grad == 2.0


def mlp_loss() -> tuple[MLP, Value]:
    model = MLP(2, [3, 1], activation="tanh", rng=1)
    y = model([Value(0.5, label="x1"), Value(-1.0, label="x2")])
    return model, (y - 1.0) ** 2


def test_a_neuron_is_stepped_over_as_one() -> None:
    model, loss = mlp_loss()
    bp = Backprop(loss, names=model)
    bp.until(lambda value: value.note.scope is not None)  # the output neuron's gradient is there
    span = bp.step("neuron")
    output = model.layers[1].neurons[0]
    names = dict(span.gradients)
    assert span.name == "neuron y₁"
    assert {"w₁₁⁽²⁾", "w₁₂⁽²⁾", "w₁₃⁽²⁾", "b₁⁽²⁾"} < set(names)
    assert names["w₁₃⁽²⁾"] == output.w[2].grad == output.w[2].grad
    first = bp.position
    bp.back("neuron")
    assert bp.position == span.first - 1 < first
    assert all(w.grad == 0.0 for w in output.w)


def test_layers_are_stepped_over_as_one_and_found_without_a_model() -> None:
    model, loss = mlp_loss()
    loss.backward()
    expected = [p.grad for p in model.parameters()]
    model.zero_grad()
    for names, called in (
        (model, ["layer y", "layer h"]),
        (None, ["layer 2", "layer 1"]),
    ):
        bp = Backprop(loss, names=names)
        moves = list(units(bp, "layer"))
        assert [m.name for m in moves if hasattr(m, "name")] == called
        assert [p.grad for p in model.parameters()] == expected
        bp.back("layer")
        assert all(p.grad == 0.0 for p in model.layers[0].neurons[0].parameters())
        bp.restart()


def units(bp: Backprop, unit: str) -> Iterator[object]:
    while bp.position < bp.total:
        yield bp.step(unit)  # type: ignore[arg-type]


def test_the_table_has_a_row_a_node() -> None:
    v = neuron()
    bp = Backprop(v["o"])
    bp.run()
    assert bp.table() == (
        "step  node                   gradient  its parents get\n"
        "1     o                             1\n"
        "2     o = tanh(n)                   1  n: 0.5 · 1 = 0.5\n"
        "3     n = x1·w1 + x2·w2 + b       0.5  x1·w1 + x2·w2: 1 · 0.5 = 0.5  b: 1 · 0.5 = 0.5\n"
        "4     x1·w1 + x2·w2               0.5  x1·w1: 1 · 0.5 = 0.5          x2·w2: 1 · 0.5 = 0.5\n"
        "5     x2·w2                       0.5  x2: 1 · 0.5 = 0.5             w2: 0 · 0.5 = 0\n"
        "6     x1·w1                       0.5  x1: −3 · 0.5 = −1.5           w1: 2 · 0.5 = 1"
    )
    assert "3 more" in bp.table(limit=3)
    assert len(bp.table(limit=3).splitlines()) == 5


def test_the_table_shows_what_a_gradient_grew_to() -> None:
    x = Value(3.0, label="x")
    y = Value(2.0, label="y")
    x.grad, y.grad = 0.0, 5.0
    bp = Backprop((x * 0.5 + x * 0.25) + y).run()
    assert bp.table() == (
        "step  node                gradient  its parents get\n"
        "1     x·0.5 + x·0.25 + y         1\n"
        "2     x·0.5 + x·0.25 + y         1  x·0.5 + x·0.25: 1 · 1 = 1  y: 1 · 1 = 1 → 6\n"
        "3     x·0.5 + x·0.25             1  x·0.5: 1 · 1 = 1           x·0.25: 1 · 1 = 1\n"
        "4     x·0.25                     1  x: 0.25 · 1 = 0.25\n"
        "5     x·0.5                      1  x: 0.5 · 1 = 0.5 → 0.75"
    )


def test_the_table_shows_a_second_contribution_onto_nothing_as_one() -> None:
    x = Value(3.0, label="x")
    rows = Backprop(x * 0.5 + x * 0.0).run().table().splitlines()
    assert rows[-2].endswith("x: 0 · 1 = 0")
    assert rows[-1].endswith("x: 0.5 · 1 = 0.5 → 0.5")


@pytest.mark.parametrize("half", [False, True])
def test_a_shortened_table_has_the_rows_of_the_whole_one(half: bool) -> None:
    x, y = Value(3.0, label="x"), Value(0.5, label="y")
    total = x * y
    for k in range(1, 9):
        total = total * x + y * float(k)
    bp = Backprop(total).goto(18)
    if half:
        assert bp.node is not None
        bp.step("product")
    whole = [line.split() for line in bp.table().splitlines()]
    assert [row[0] for row in whole] == ["step", *map(str, range(1, 19))]
    for limit in range(2, 18):
        rows = [line.split() for line in bp.table(limit).splitlines()]
        head, tail = limit - limit // 2, limit // 2
        assert rows[: head + 1] == whole[: head + 1]
        assert rows[head + 1] == ["…", str(18 - limit), "more"]
        assert rows[head + 2 :] == whole[-tail:]


def test_back_where_there_is_no_neuron_is_one_step() -> None:
    bp = Backprop(neuron()["o"]).goto(4)
    assert bp.back("neuron").position == 3
    bp.step("product")
    assert bp.back("layer").position == 3
    assert bp.where.startswith("after step 3 of 6")


def test_a_neuron_that_is_the_root_is_one_span() -> None:
    model = MLP(2, [1], activation="tanh", rng=1)
    bp = Backprop(model([1.0, 2.0]), names=model)
    bp.step()
    span = bp.step("neuron")
    assert (type(span), bp.position) == (Span, bp.total)


def test_a_span_as_text() -> None:
    gradients = tuple((f"w{i}", float(i)) for i in range(13))
    lines = str(Span("neuron n", 3, 9, gradients)).splitlines()
    assert lines[0] == "steps 3 to 9: neuron n"
    assert lines[1:] == [f"  w{i}.grad = {i}" for i in range(12)] + ["  … and 1 more"]
    assert len(str(Span("neuron n", 3, 9, gradients[:12])).splitlines()) == 13
    assert str(Span("neuron n", 3, 3, ())) == "step 3: neuron n"


@pytest.mark.slow
def test_a_step_costs_the_same_anywhere_in_half_a_million_nodes() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(250_000):
        y = y * 0.999 + x
    y.backward()
    expected = x.grad
    x.grad = 0.0
    bp = Backprop(y)

    def work() -> int:
        """How many functions run during a step there and back: Python's and C's."""
        calls = 0

        def count(frame: FrameType, event: str, argument: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            str(bp.step())
            bp.back()
        finally:
            sys.setprofile(None)
        return calls

    bp.goto(10)
    early = work()
    bp.goto(bp.total - 9)  # again before a sum
    assert abs(work() - early) < early / 10  # a copy or a search would be 100 000 times more
    bp.run()
    assert x.grad == expected
    bp.restart()
    assert x.grad == 0.0


def test_the_rules_of_the_table_are_those_of_the_steps() -> None:
    x = Value(0.5, label="x")
    sigmoid = "∂sigmoid(x)/∂x = sigmoid(x)·(1 − sigmoid(x))"
    rules = [
        (x.exp(), "∂exp(x)/∂x = exp(x)"),
        (x.log(), "∂log(x)/∂x = 1/x"),
        (x.sigmoid(), sigmoid),
        (x**3, "∂(x³)/∂x = 3·x²"),
        (x / 2, "∂(x/2)/∂x = 0.5"),
        (1 / x, "∂(1/x)/∂x = −1/x²"),
        (1 - x, "∂(1 − x)/∂x = −1"),
        (x.relu(), "∂relu(x)/∂x = 1 if x > 0 else 0"),
        (-x, "∂(−x)/∂x = −1"),
    ]
    for made, rule in rules:
        bp = Backprop(made)
        bp.step()
        assert bp.step().products[0].rule == rule
