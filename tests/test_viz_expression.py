"""Expression graphs: what is drawn, for values and derivatives known by hand."""

from __future__ import annotations

import pytest

from autograd import Backprop, Value, tanh, topological_order
from nn import MLP
from viz import TooLargeError, draw_dot, draw_graph
from viz.graph.draw_graph import expression_scene


def neuron():
    """The lecture's tanh neuron: o = 0.7071, gradients −1.5, 1, 0.5, 0, 0.5."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o, x1, w1


def rows(scene) -> dict[str, list[str]]:
    """The title of each card, and its data and grad."""
    return {
        "".join(span.text for line in node.lines for span in line): [
            r.value.text for r in node.rows
        ]
        for node in scene.nodes
        if node.rows
    }


def test_the_tanh_neuron():
    o, _, _ = neuron()
    o.backward()
    scene = expression_scene(o)
    assert rows(scene) == {
        "x1": ["2", "−1.5"], "w1": ["−3", "1"], "x1·w1": ["−6", "0.5"],
        "x2": ["0", "0.5"], "w2": ["1", "0"], "x2·w2": ["0", "0.5"],
        "x1·w1 + x2·w2": ["−6", "0.5"], "b": ["6.881", "0.5"], "n": ["0.8814", "0.5"],
        "o": ["0.7071", "1"],
    }  # fmt: skip
    kinds = {node.lines[0][0].text: node.kind for node in scene.nodes if node.rows}
    assert (kinds["x1"], kinds["w1"], kinds["b"], kinds["n"], kinds["o"]) == (
        "input", "parameter", "parameter", "value", "output",
    )  # fmt: skip
    operators = [node.lines[0][0].text for node in scene.nodes if node.kind == "operator"]
    assert operators == ["×", "×", "+", "+", "tanh"]
    locals_ = {edge.id: edge.label.text for edge in scene.edges if edge.label}
    assert (locals_["e2_0"], locals_["e2_1"], locals_["e9_0"]) == ("×−3", "×2", "×0.5")


def test_gradients_not_yet_computed_read_as_such():
    o, _, _ = neuron()
    assert {value[1] for value in rows(expression_scene(o)).values()} == {"–"}


def test_a_value_used_twice_has_two_edges():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    scene = expression_scene(y)
    edges = [(edge.id, edge.tail, edge.head) for edge in scene.edges if edge.label]
    assert edges == [("e1_0", "v0", "o1"), ("e1_1", "v0", "o1")]
    assert rows(scene) == {"x": ["3", "6"], "x²": ["9", "1"]}


def test_constants_have_data_only():
    x = Value(2.0, label="x")
    scene = expression_scene(3 - x)
    constant = next(node for node in scene.nodes if node.kind == "constant")
    assert (constant.id, constant.lines[0][0].text, constant.rows) == ("c1_0", "3", ())
    edges = {edge.id: edge for edge in scene.edges}
    assert edges["e1_0"].label is None
    assert edges["e1_1"].label.text == "×−1"


def test_merged_folds_the_operator_into_its_value():
    o, _, _ = neuron()
    scene = expression_scene(o, merged=True)
    assert not [node for node in scene.nodes if node.kind == "operator"]
    assert len(scene.nodes) == 10
    assert "o= tanh(n)" in rows(scene)
    assert "n= x1·w1 + x2·w2 + b" in rows(scene)
    assert "x1·w1" in rows(scene)  # says itself how it is made
    assert {(edge.tail, edge.head) for edge in scene.edges if edge.id.startswith("e9")} == {
        ("v8", "v9")
    }


def test_what_names_say():
    o, x1, _ = neuron()
    scene = expression_scene(o, names={"left": x1})
    assert "left·w1" in rows(scene)
    value = Value(1.0) * Value(2.0, label="plain")
    assert [node.kind for node in expression_scene(value).nodes if node.rows] == [
        "input", "input", "output"
    ]  # fmt: skip
    listed = expression_scene(value, parameters=value.parents)
    assert [node.kind for node in listed.nodes if node.rows][:2] == ["parameter", "parameter"]


def test_thresholds():
    def chain(n):
        x = Value(1.0, label="x")
        for _ in range(n - 1):
            x = -x
        return x

    def looks(n):
        scene = expression_scene(chain(n))
        operators = any(node.kind == "operator" for node in scene.nodes)
        return operators, any(edge.label for edge in scene.edges)

    assert [looks(n) for n in (150, 151, 600, 601, 1500)] == [
        (True, True), (False, True), (False, True), (False, False), (False, False)
    ]  # fmt: skip
    with pytest.raises(TooLargeError, match=r"1501 values.*limit is 1500.*depth=5.*force=True"):
        expression_scene(chain(1501))
    with pytest.raises(TooLargeError):
        draw_graph(chain(100_000))
    assert len(expression_scene(chain(10_000), depth=4).nodes) == 9
    assert len(expression_scene(chain(2000), force=True).nodes) == 2000


def recurrence(steps):
    """v = tanh(v·x + i), again and again: lines from x to every step."""
    x, v = Value(0.5, label="x"), Value(0.1, label="v")
    for i in range(steps):
        v = (v * x + i).tanh()
    return v


def test_long_lines_make_room_long_before_there_are_many_values():
    def looks(steps, **given):
        scene = expression_scene(recurrence(steps), **given)
        operators = any(node.kind == "operator" for node in scene.nodes)
        return operators, any(edge.label for edge in scene.edges), scene.crowded

    # x reaches step k across 6k ranks with operators, 3k without; a label makes two ranks of each.
    assert looks(20) == (True, True, False)
    assert looks(30) == (False, True, False)
    assert looks(40) == (False, False, False)
    assert looks(60) == (False, False, True)
    assert looks(60, merged=False, edge_labels=True) == (True, True, False)
    with pytest.raises(TooLargeError, match=r"752 values with long lines.*take minutes.*depth=5"):
        expression_scene(recurrence(250))
    assert not expression_scene(recurrence(250), depth=9).crowded


def test_a_recurrence_of_242_values_is_drawn():
    picture = draw_graph(recurrence(80)).pipe("svg", encoding="utf-8")  # a minute was not enough
    assert picture.count('class="edge"') == (2 + 2 + 1) * 80
    assert picture.count('class="node"') == 2 + (3 + 1) * 80


def test_any_depth_is_answered():
    o, _, _ = neuron()
    whole = expression_scene(o)
    assert len(expression_scene(o, depth=10**18).nodes) == len(whole.nodes)
    x = Value(1.0)
    for _ in range(3000):
        x = x + x
    assert sum(node.shape == "card" for node in expression_scene(x, depth=1000).nodes) == 1001


def test_depth_says_where_it_cuts():
    o, _, _ = neuron()
    scene = expression_scene(o, depth=1)
    assert list(rows(scene)) == ["n= x1·w1 + x2·w2 + bof values not shown", "o"]


def model_loss():
    model = MLP(3, [2, 1], activation="tanh", rng=0)
    loss = (model([Value(x, label=f"x{i}") for i, x in enumerate((1.0, -2.0, 0.5), 1)]) - 1) ** 2
    loss.label = "loss"
    loss.backward()
    return model, loss


def test_neurons_and_layers_are_framed():
    model, loss = model_loss()
    scene = expression_scene(loss, names=model)
    titles = ["h₁", "h₂", "y₁"]
    assert [frame.title for frame in scene.clusters] == titles
    folded = expression_scene(loss, names=model, fold="neurons")
    assert [frame.title for frame in folded.clusters] == ["h"]
    assert folded.clusters[0].nodes == [n.id for n in folded.nodes if n.kind == "folded"][:2]
    inputs = [n.id for n in folded.nodes if n.kind == "input"]
    assert folded.first == inputs
    assert folded.in_order == [folded.clusters[0].nodes]
    assert not expression_scene(loss, names=model, clusters=False).clusters
    inside = {id for frame in scene.clusters[:2] for id in frame.nodes}
    titles = {n.id: n.lines[0][0].text for n in scene.nodes if n.lines and n.rows}
    assert {titles[id] for id in inside if id in titles} >= {"w₁₁⁽¹⁾", "w₁₂⁽¹⁾", "w₁₃⁽¹⁾", "b₁⁽¹⁾"}
    assert not {"x1", "x2", "x3", "loss"} & {titles.get(id) for id in inside}


def test_in_a_frame_sums_and_products_have_names_as_in_the_lecture():
    model, loss = model_loss()
    titles = [n.lines[0][0].text for n in expression_scene(loss, names=model).nodes if n.lines]
    assert {"w₁₂⁽¹⁾·x2", "w₂₃⁽¹⁾·x3"} <= set(titles)
    assert not [title for title in titles if "w." in title or "product" in title]


def test_a_long_sum_is_called_by_what_was_added_last():
    weights = [Value(float(i), label=f"weight{i}") for i in range(1, 5)]
    total = sum((w * 2.0 for w in weights[1:]), weights[0] * 2.0)
    titles = [n.lines[0][0].text for n in expression_scene(total.tanh()).nodes if n.lines]
    assert "… + weight3·2" in titles


@pytest.mark.parametrize(
    ("formula", "parameters"),
    [
        ("a*b + c", set()),  # b is multiplied, and nothing is a weight: three inputs
        ("x*w + b", {"w", "b"}),
        ("w0*x0 + w1*x1 + w2", {"w0", "w1", "w2"}),
        ("b*w", {"w"}),
        ("w + b", set()),
        ("θ1*x1 + θ0", {"θ1", "θ0"}),
        ("b*x + w", set()),  # a bias is not multiplied
        ("b*x + w*a", {"w"}),
    ],
)
def test_a_leaf_is_what_it_does(formula, parameters):
    names = [
        n
        for n in ("a", "b", "c", "x", "w", "x0", "x1", "w0", "w1", "w2", "θ0", "θ1")
        if n in formula
    ]
    root = eval(formula, {n: Value(2.0, label=n) for n in names})
    kinds = {n.lines[0][0].text: n.kind for n in expression_scene(root).nodes if n.lines}
    assert {n for n in names if kinds.get(n) == "parameter"} == parameters
    assert {kinds[n] for n in names if n in kinds} <= {"parameter", "input"}


def samples_loss():
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    xs, ys = [[1.0, 2.0], [0.5, -1.0], [3.0, 0.25], [-2.0, 1.5]], [1.0, -1.0, 1.0, -1.0]
    inputs = [[Value(v, label=f"x{i}") for i, v in enumerate(x, 1)] for x in xs]
    losses = [(model(x) - y) ** 2 for x, y in zip(inputs, ys)]
    return model, losses


@pytest.mark.parametrize("mean", [False, True])
def test_the_loss_of_many_samples_is_one_picture_of_one(mean):
    model, losses = samples_loss()
    total = sum(losses) / 4 if mean else sum(losses)
    total.label = "loss"
    total.backward()
    scene = expression_scene(total, names=model, fold=["samples", "neurons"])
    assert len([n for n in scene.nodes if n.kind == "folded"]) == 4
    assert len([n for n in scene.nodes if n.kind == "input"]) == 2
    assert scene.clusters[0].title == "× 4 samples"
    assert "sum over all 4" in scene.captions[0]
    sums = [n for n in scene.nodes if n.kind == "operator" and n.lines[0][0].text == "Σ"]
    assert len(sums) == 1
    shown = {n.lines[0][0].text: n for n in scene.nodes if n.rows and n.lines}
    title = "Σ of 4 samples" if mean else "loss"
    right = sum(x.data for x in losses)
    assert float(shown[title].rows[0].value.text) == pytest.approx(right, rel=1e-3)
    drawn = draw_graph(total, names=model, fold=["samples", "neurons"]).pipe(
        "svg", encoding="utf-8"
    )
    assert "× 4 samples" in drawn


def test_samples_may_be_folded_alone_and_regularisation_stays():
    model, losses = samples_loss()
    total = sum(losses, 0.5 * sum(p * p for p in model.parameters()))
    total.backward()
    scene = expression_scene(total, names=model, fold="samples")
    titles = [n.lines[0][0].text for n in scene.nodes if n.rows and n.lines]
    assert titles.count("w₁₁⁽¹⁾") == 1  # used outside of its neuron too
    (sigma,) = [n.id for n in scene.nodes if n.lines and n.lines[0][0].text == "Σ"]
    assert len([e for e in scene.edges if e.head == sigma]) == 2  # a sample, and the squares
    assert len(scene.nodes) < len(expression_scene(total, names=model).nodes) / 2
    with pytest.raises(ValueError, match="same loss for several samples"):
        expression_scene(losses[0], names=model, fold="samples")


def test_the_backward_pass_as_a_drawing_of_its_own():
    o, _, _ = neuron()
    with pytest.raises(ValueError, match="call backward"):
        expression_scene(o, backward=True)
    o.backward()
    scene = expression_scene(o, backward=True)
    assert scene.direction == "RL"
    said = {(e.tail, e.head): e.label.text for e in scene.edges}
    assert said["v9", "v8"] == "0.5 · 1 = 0.5"
    assert said["v2", "v0"] == "(−3) · 0.5 = −1.5"
    for i, node in enumerate(topological_order(o)):
        brought = [e.label.text.split(" = ")[1] for e in scene.edges if e.head == f"v{i}"]
        if brought:
            total = sum(float(text.replace("−", "-")) for text in brought)
            assert total == pytest.approx(node.grad, abs=1e-3)
    steps = {
        n.id: n.lines[-1][0].text for n in scene.nodes if n.lines[-1][0].text.startswith("step")
    }
    bp = Backprop(o)
    index = {id(node): i for i, node in enumerate(topological_order(o))}
    by_stepper = {}
    for k, step in enumerate(bp, 1):
        if k > 1:
            by_stepper[f"v{index[id(step.node)]}"] = f"step {k}"
    assert steps == by_stepper
    assert all(row.name == "grad" for n in scene.nodes for row in n.rows)


def test_a_folded_neuron_carries_the_derivative_through_it():
    model, loss = model_loss()
    scene = expression_scene(loss, names=model, fold="neurons")
    boxes = [node for node in scene.nodes if node.kind == "folded"]
    assert [box.lines[0][0].text for box in boxes] == ["h₁", "h₂", "y₁"]
    neuron_ = model.layers[0].neurons[1]
    slope = (1 - neuron_.last_output**2) * neuron_.w[2].data  # tanh′ · w₃
    arrows = [edge for edge in scene.edges if edge.head == boxes[1].id]
    tips = [float(edge.tooltip.removeprefix("local derivative ")) for edge in arrows]
    assert any(tip == pytest.approx(slope, rel=1e-12) for tip in tips)
    assert len(arrows) == 3
    whole = expression_scene(loss, names=model, fold=["layers.0"])
    assert sum(node.kind == "folded" for node in whole.nodes) == 1
    with pytest.raises(ValueError, match=r"no 'layers.9' to fold; did you mean 'layers\.[01]'"):
        expression_scene(loss, names=model, fold="layers.9")


def test_a_highlighted_path_shows_its_product():
    o, _, w1 = neuron()
    o.backward()
    scene = expression_scene(o, highlight=w1)
    assert scene.captions == ["∂o/∂w1 = 2 · 1 · 1 · 0.5 = 1"]
    lit = {node.id for node in scene.nodes if node.highlighted}
    assert lit == {"v1", "o2", "v2", "o6", "v6", "o8", "v8", "o9", "v9"}
    assert {e.id for e in scene.edges if e.highlighted} == {
        "e2_1", "m2", "e6_0", "m6", "e8_0", "m8", "e9_0", "m9"
    }  # fmt: skip
    a = Value(3.0, label="a")
    c = a * a + 2 * a
    c.label = "c"
    assert expression_scene(c, highlight="a").captions[-1] == "∂c/∂a = 3 + 3 + 2 = 8"
    for _ in range(60):
        c = c + c
    assert "the sum over" in expression_scene(c, highlight=a).captions[0]
    with pytest.raises(ValueError, match="no part of this graph"):
        expression_scene(o, highlight=Value(1.0))
    with pytest.raises(KeyError, match="w1"):
        expression_scene(o, highlight="w11")


def test_room_is_kept_for_the_widest_number():
    o, x1, _ = neuron()
    narrow, wide = (expression_scene(o, reserve=r) for r in ({}, {x1: [0.0, -1.234e-5]}))
    assert rows(narrow)["x1"] == ["2", "–"]
    assert rows(wide)["x1"] == ["2", "−1.234e−5"]


def test_every_operation_can_be_drawn():
    x, y = Value(0.5, label="x"), Value(0.25, label="y")
    z = tanh(x / y - y**2) + (x % y) * abs(-x) + x.maximum(y) + x.exp().log().relu() + x.clamp(0, 1)
    picture = draw_dot(z).pipe("svg", encoding="utf-8")
    assert picture.count('class="node"') > 40


def test_micrograd_s_draw_dot():
    o, _, _ = neuron()
    drawing = draw_dot(o, format="png", rankdir="TB")
    assert drawing.pipe().startswith(b"\x89PNG")
    assert 'rankdir="TB"' in drawing.source
    with pytest.raises(ValueError, match="LR, TB, RL or BT, not 'XY'"):
        draw_dot(o, rankdir="XY")
    with pytest.raises(TypeError, match="takes a Value, not float"):
        draw_dot(1.0)  # type: ignore[arg-type]


def test_the_same_graph_gives_the_same_bytes():
    first, second = (draw_graph(neuron()[0]) for _ in range(2))
    assert first.source == second.source
    assert first.pipe("svg") == second.pipe("svg")
