"""Names for the nodes of a graph."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Names, Value, tanh, topological_order, where
from nn import MLP, Linear, Module, Neuron, Sequential, Tanh


def named(root: Value, **options: object) -> list[str]:
    names = Names(root, **options)  # type: ignore[arg-type]
    return [names[node] for node in topological_order(root)]


def test_labels_formulas_and_numbers() -> None:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    n = x * w + Value(1.0)
    n.label = "n"
    assert named((n.tanh() - 1) ** 2 / 2) == [
        "x", "w", "x·w", "v4", "n", "tanh(n)", "tanh(n) − 1", "(tanh(n) − 1)²", "(tanh(n) − 1)²/2",
    ]  # fmt: skip


def test_a_long_formula_gives_way_to_operation_and_number() -> None:
    x = Value(1.0, label="temperature")
    y = Value(2.0, label="humidity")
    assert named(tanh(x * y + x * x)) == [
        "temperature", "humidity", "temperature·humidity", "temperature²", "sum5", "tanh(sum5)",
    ]  # fmt: skip


def test_names_are_distinct() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="a")
    twice = (a * b) + (a * b) + 1.0 * a
    names = named(twice)
    assert names[:2] == ["a", "a#2"]
    assert len(set(names)) == len(names)


def test_a_label_that_looks_like_a_formula_stands_in_parentheses() -> None:
    s = Value(3.0, label="a + b")
    assert named(s * 2)[1] == "(a + b)·2"


def test_given_names_and_paths_of_a_model() -> None:
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    x = [Value(1.0), Value(2.0)]
    y = model(x)
    names = Names(y, names=model)
    hidden = model.layers[0].neurons[1]
    assert names[hidden.w[0]] == "w₂₁⁽¹⁾"
    assert names.find("layers.0.neurons.1.w.0") is hidden.w[0]
    assert names[y] == "y₁"
    assert names.called("layers.0.neurons.1") == "h₂"
    product = hidden.w[0] * 1.0  # not in the graph
    assert product not in names
    inside = next(node for node in topological_order(y) if hidden.w[0] in node.parents)
    assert names.path(inside) == "layers.0.neurons.1"
    assert (
        names.formula(inside, "layers.0.neurons.1").text == "w₂₁⁽¹⁾·v5"
    )  # fifth: after B, W0, and this layer's first b and w.0
    assert named(x[0] * x[1], names={"left": x[0], "right": x[1]}) == [
        "left",
        "right",
        "left·right",
    ]


def test_a_network_is_numbered_as_in_the_lecture() -> None:
    deep = MLP(2, [2, 2, 1], activation="tanh", rng=0)
    mixed = Sequential(Linear(2, 2, rng=0), Tanh(), Linear(2, 1, rng=1))
    alone = MLP(2, [1], rng=0)
    for model, called in (
        (deep, ["h₁⁽¹⁾", "h₂⁽¹⁾", "h₁⁽²⁾", "h₂⁽²⁾", "y₁"]),
        (mixed, ["s₁⁽¹⁾", "s₂⁽¹⁾", "y₁"]),  # tanh comes after: these are sums
        (alone, ["y₁"]),
    ):
        out = model([0.5, -1.0])
        root = out[0] if isinstance(out, list) else out
        assert [n for n in named(root) if re.fullmatch("[hsy][₁₂](⁽[¹²]⁾)?", n)] == called
        assert named(root) == named(root, names=model)
    assert Names(root, names=model).layer("layers.0.neurons.0") == "y"


def test_two_networks_in_one_are_told_apart_by_their_paths() -> None:
    class Both(Module):
        def __init__(self) -> None:
            self.left, self.right = (MLP(1, [1, 1], "tanh", rng=k) for k in (0, 1))

    both = Both()
    y = both.left([1.0]) + both.right([1.0])
    names = Names(y, names=both)
    assert names[both.right.layers[1].neurons[0].w[0]] == "right.layers.1.neurons.0.w.0"
    assert names[y.parents[0]] == "left.layers.1.neurons.0"


def test_a_neuron_ends_at_its_inputs_whatever_made_them() -> None:
    neuron = Neuron(2, activation="tanh", rng=0)
    x = Value(0.5, label="x")
    square, cube = x * x, x * x * x
    h = neuron([square, cube])
    again = neuron([h, h * 2.0])  # the same parameters, one step later
    names = Names(again)
    inside = {id(node) for node in topological_order(h)} & set(names.owners)
    assert {names.owners[key] for key in inside} == {h}
    assert len(inside) == 5  # two products, two sums, tanh
    assert id(square) not in names.owners
    assert id(cube) not in names.owners
    assert sum(output is again for output in names.owners.values()) == 5


def test_find_knows_every_name_and_what_comes_close() -> None:
    w1, x1 = Value(1.0, label="w1"), Value(2.0, label="x1")
    f = w1 * x1
    names = Names(f)
    assert [names.find(names[node]) for node in topological_order(f)] == topological_order(f)
    with pytest.raises(KeyError, match=r"no value is called 'w2'; did you mean 'w1'\?"):
        names.find("w2")


def test_where_is_named_by_its_number() -> None:
    x = Value(1.0, label="x")
    assert named(where(x > 0, x, 0.0)) == ["x", "where2"]


def test_a_large_graph_has_numbers_and_finds_them() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(20_000):
        y = y + 1.0
    names = Names(y)
    assert (names[y], names[y.parents[0]], names[x]) == ("sum20001", "sum20000", "x")
    assert names.find("sum777") is topological_order(y)[776]


def test_what_is_no_name_source_is_refused() -> None:
    with pytest.raises(TypeError, match="a model or a dictionary"):
        Names(Value(1.0), names=["x"])


@given(st.text(min_size=1, max_size=100))
def test_any_label_is_one_printable_line(label: str) -> None:
    name = (
        Names(Value(1.0, label=label))[Value(1.0)] if False else named(Value(1.0, label=label))[0]
    )
    assert "\n" not in name
    assert "\x1b" not in name
    assert len(name) <= 60
    name.encode("utf-8")


def test_namesakes_are_numbered_each_once_however_many() -> None:
    total = Value(0.0)
    for _ in range(20_000):  # took half a minute when each looked for the first number that is free
        total = total + Value(1.0, label="x")
    names = Names(total)
    called = [names[node] for node in names.order if node.label]
    assert called == ["x", *(f"x#{n}" for n in range(2, 20_001))]
    taken = [Value(1.0, label=name) for name in ("x#2", "x", "x", "x")]
    names = Names(sum(taken[1:], taken[0]))
    assert [names[node] for node in taken] == ["x#2", "x", "x#3", "x#4"]
