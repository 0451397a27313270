"""Network drawings: what is drawn, and that no label covers another, measured on the picture."""

from __future__ import annotations

import copy
import itertools
import re

import numpy as np
import pytest

from autograd import Value, compile
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Module,
    Neuron,
    ReLU,
    Sequential,
    Tanh,
)  # fmt: skip
from nn.architecture import Column
from viz import draw_network
from viz.network.architecture import architecture
from viz.network.draw_network import network_scene
from viz.network.placement import Box, overlap


def trained(nin: int, nouts: list[int], seed: int = 0) -> MLP:
    """A network after one forward and one backward pass."""
    rng = np.random.default_rng(seed)
    model = MLP(nin, nouts, activation="tanh", rng=seed)
    out = model(rng.normal(size=nin).tolist())
    total = Value(0.0)
    for y in out if isinstance(out, list) else [out]:
        total = total + (y - 1.0) ** 2
    total.backward()
    return model


def boxes(drawing, *prefixes: str) -> dict[str, Box]:
    """Where Graphviz itself put the nodes, and how large its fonts made them, in points."""
    found = {}
    for line in drawing.pipe("plain", encoding="utf-8").replace("\\\n", "").splitlines():
        word = line.split(maxsplit=6)
        if word and word[0] == "node" and word[1].startswith(prefixes):
            x, y, width, height = (72 * float(number) for number in word[2:6])
            found[word[1]] = Box(x, y, width, height)
    return found


SHAPES = [
    (a, b) for a, b in itertools.product(range(1, 25), repeat=2) if a * b <= 24 and max(a, b) <= 12
]


@pytest.mark.parametrize(
    "shape", [(4, [3, 1]), (3, [4, 4, 1]), (4, [6, 4]), (1, [12, 2]), (8, [3, 8])]
)
def test_no_label_covers_another_nor_a_neuron(shape):
    drawing = draw_network(trained(*shape))
    found = boxes(drawing, "l", "n", "b", "h")
    labels = {name: box for name, box in found.items() if re.match(r"l\d", name)}
    sizes = [shape[0], *shape[1]]
    assert len(labels) == sum(a * b for a, b in itertools.pairwise(sizes))
    for (name, box), (other, second) in itertools.combinations(found.items(), 2):
        if name in labels or other in labels:
            assert overlap(box, second) == 0, (name, other)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("nin", "nout"), SHAPES)
def test_no_label_covers_another_in_any_layer_of_up_to_24_edges(nin, nout, seed):
    found = boxes(draw_network(trained(nin, [nout], seed)), "l", "n", "b")
    labels = {name: box for name, box in found.items() if re.match(r"l\d", name)}
    assert len(labels) == nin * nout
    for name, other in itertools.combinations(found, 2):
        if name in labels or other in labels:
            assert overlap(found[name], found[other]) == 0, (name, other)


def test_the_lecture_network_has_its_numbers_on_every_edge():
    model = trained(4, [3, 1])
    scene = draw_network(model).scene
    labels = {node.id: node for node in scene.nodes}
    weight = model.layers[0].neurons[2].w[3]
    ((data, _, grad),) = (tuple(span.text for span in line) for line in labels["l1_2_3"].lines)
    assert float(data.replace("−", "-")) == pytest.approx(weight.data, rel=5e-3)
    assert float(grad.removeprefix("∇ ").replace("−", "-")) == pytest.approx(weight.grad, rel=5e-3)
    assert labels["b2_0"].lines[0][0].text == "b "
    assert labels["n0_0"].kind == "input"
    assert labels["n2_0"].kind == "output"
    assert labels["h1"].lines[1][0].text == "3 neurons · tanh"


def test_the_thickest_line_is_the_largest_weight_and_is_drawn_last():
    model = MLP(2, [1], rng=0)
    model.layers[0].neurons[0].w[0].data, model.layers[0].neurons[0].w[1].data = -2.0, 1.0
    edges = [edge for edge in network_scene(model).edges if edge.id.startswith("w")]
    assert [(edge.id, edge.tone, edge.width) for edge in edges] == [
        ("w1_0_1", "positive", 0.5 + 4.5 / 2),
        ("w1_0_0", "negative", 5.0),
    ]
    assert network_scene(model).nodes[0].lines[1][0].text == "∇ –"


def test_color_by_gradient():
    model = trained(2, [2, 1])
    edges = {e.id: e for e in network_scene(model, color_by="gradient").edges}
    for j, neuron in enumerate(model.layers[0].neurons):
        for i, w in enumerate(neuron.w):
            assert edges[f"w1_{j}_{i}"].tone == ("positive" if w.grad > 0 else "negative")


def test_large_layers_keep_the_real_numbers_of_their_neurons():
    scene = draw_network(trained(784, [16, 10])).scene
    ids = [node.id for node in scene.nodes if node.id.startswith("n0_")]
    assert ids == [f"n0_{i}" for i in (0, 1, 2, 3, 4, 5, 779, 780, 781, 782, 783)]
    dots = {node.id: node.lines[1][0].text for node in scene.nodes if node.id.startswith("d")}
    assert dots == {"d0": "773 more", "d1": "5 more"}
    assert scene.title == "MLP 784–16–10 (12\u202f730 parameters)"
    assert not [node for node in scene.nodes if re.match(r"l\d", node.id)]
    hover = next(edge for edge in scene.edges if edge.id == "hit2_9_15")
    assert hover.tooltip.startswith("h₁₆ → y₁₀: weight w₁₀,₁₆⁽²⁾ = ")
    few = network_scene(trained(20, [2]), max_neurons=5)
    assert [n.id for n in few.nodes if n.id.startswith("n0_")] == ["n0_0", "n0_1", "n0_2", "n0_19"]


def test_a_hundred_layers_collapse():
    scene = draw_network(trained(3, [4] * 100 + [1])).scene
    headers = [node.lines[0][0].text for node in scene.nodes if node.id.startswith("h")]
    assert headers == [
        "input", "hidden 1", "hidden 2", "hidden 3", "hidden 99", "hidden 100", "output"
    ]  # fmt: skip
    more = next(node for node in scene.nodes if node.id == "more")
    assert more.lines[1][0].text == "95 more layers"  # 102 columns, 7 drawn


def test_before_any_pass_there_are_no_activations_and_no_gradients():
    scene = network_scene(MLP(2, [2, 1], rng=0))
    texts = [span.text for node in scene.nodes for line in node.lines for span in line]
    assert {text for text in texts if text.startswith("∇")} == {"∇ –"}
    assert all(len(node.lines) == 1 for node in scene.nodes if re.match(r"n\d", node.id))


def test_partly_connected_layers_draw_only_their_connections():
    layer = Layer(3, 2, rng=0, connections=[[0, 1], [2]])
    edges = [edge.id for edge in network_scene(layer).edges if edge.id.startswith("w")]
    assert sorted(edges) == ["w1_0_0", "w1_0_1", "w1_1_2"]


def test_convolution_shares_one_kernel_an_edge():
    model = Sequential(Conv2d(2, 3, 3, rng=0), MaxPool2d(2), Flatten(), Linear(3, 1, rng=1))
    image = [[[float(r == c) for c in range(4)] for r in range(4)]] * 2
    (model(image)[0] * 1.0).backward()
    scene = network_scene(model)
    kernels = [node for node in scene.nodes if node.id.startswith("l1_")]
    assert len(kernels) == 6
    first = model[0].neurons[0]
    assert kernels[0].grid.cells[0] == tuple(w.data for w in first.w[:3])
    assert kernels[1].grid.cells[0] == tuple(w.data for w in first.w[9:12])
    pictures = {node.id: node.grid for node in scene.nodes if node.id.startswith("n0_")}
    assert pictures["n0_0"].cells[1] == (0.0, 1.0, 0.0, 0.0)
    titles = [node.lines[0][0].text for node in scene.nodes if node.id.startswith("h")]
    assert titles == ["input", "convolution", "pooling", "flatten", "output"]


def test_recurrent_layers_show_what_comes_back():
    rnn = RNN(2, 2, rng=0)
    rnn([[1.0, 0.5], [0.25, -1.0]])
    scene = network_scene(rnn)
    back = {edge.id: (edge.tail, edge.head) for edge in scene.edges if edge.id.startswith("back")}
    assert back == {"back0_2_0": ("n1_0", "n0_2"), "back0_3_1": ("n1_1", "n0_3")}
    kinds = {node.id: node.kind for node in scene.nodes}
    assert (kinds["n0_1"], kinds["n0_2"]) == ("input", "constant")
    cell = network_scene(LSTM(1, 1, rng=0))
    names = [node.lines[0][0].text for node in cell.nodes if node.id.startswith("n1_")]
    assert names == ["i₁", "f₁", "g₁", "o₁"]
    assert any(edge.tail == edge.head == "n2_0" for edge in cell.edges)


def test_a_gru_shows_its_gates_and_what_they_see():
    gru = GRU(2, 1, rng=0)
    outputs, _ = gru([[1.0, 0.5], [0.25, -1.0]])
    scene = network_scene(gru)
    names = {n.id: n.lines[0][0].text for n in scene.nodes if re.match(r"n\d", n.id)}
    assert [names[f"n1_{j}"] for j in range(4)] == ["r₁", "z₁", "p₁", "q₁"]
    into = {j: {e.tail for e in scene.edges if e.head == f"n1_{j}"} for j in range(4)}
    assert into[0] == into[1] == {"n0_0", "n0_1", "n0_2"}  # both inputs, and h′
    assert (into[2], into[3]) == ({"n0_0", "n0_1"}, {"n0_2"})  # p of the inputs, q of h′
    assert {e.tail for e in scene.edges if e.head == "n2_0"} == {"n1_0", "n1_2", "n1_3"}
    assert {e.tail for e in scene.edges if e.head == "n3_0"} == {"n2_0", "n1_1", "n0_2"}
    shown = next(n for n in scene.nodes if n.id == "n3_0").lines[1][0].text
    assert float(shown.replace("−", "-")) == pytest.approx(outputs[-1][0].data, rel=5e-3)


def test_a_layer_of_ones_own_says_what_it_is_made_of():
    class Scale(Module):
        def __init__(self):
            self.factors = [Value(2.0), Value(-1.0)]

        def describe(self, network):
            source = network.source(2)
            target = network.add(Column("scale", "2 factors", "neuron", "s", 2))
            network.link(source, target, lambda j: {j: self.factors[j]})
            return True

    scene = network_scene(Sequential(Linear(1, 2, rng=0), Scale()))
    titles = [node.lines[0][0].text for node in scene.nodes if node.id.startswith("h")]
    assert titles == ["input", "hidden", "scale"]
    assert {e.id for e in scene.edges if e.id.startswith("w2")} == {"w2_0_0", "w2_1_1"}


def test_neurons_in_attributes_form_columns():
    class Xor(Module):
        def __init__(self):
            self.h1, self.h2 = Neuron(2, rng=0), Neuron(2, rng=1)
            self.out = Neuron(2, rng=2)

    scene = network_scene(Xor())
    assert scene.title == "Xor 2–2–1"
    assert {edge.id for edge in scene.edges if edge.id.startswith("w2")} == {"w2_0_0", "w2_0_1"}


def test_each_layer_has_its_own_letters_and_weights_are_called_as_in_every_table():
    model = trained(4, [4, 4, 1])
    scene = network_scene(model)
    names = {n.id: n.lines[0][0].text for n in scene.nodes if re.match(r"n\d", n.id)}
    assert (names["n1_0"], names["n2_3"], names["n3_0"]) == ("h₁⁽¹⁾", "h₄⁽²⁾", "y₁")
    hover = {e.id: e.tooltip for e in scene.edges if e.id.startswith("hit")}
    assert "weight w₂₃⁽¹⁾ = " in hover["hit1_1_2"]  # neuron 2, input 3
    assert model.layers[0].neurons[1].w[2].label == "w₂₃⁽¹⁾"
    unnamed = Sequential(Linear(2, 2, rng=0), Linear(2, 1, rng=0))
    assert unnamed[1].neurons[0].w[1].label == "w₁₂⁽²⁾"
    alone = network_scene(trained(4, [3, 1]))
    assert "h₁" in [n.lines[0][0].text for n in alone.nodes if n.id == "n1_0"]


def test_a_label_beside_its_line_points_to_it():
    scene = network_scene(trained(4, [2], seed=1))
    lines = {e.id[1:]: e for e in scene.edges if re.match(r"w\d", e.id)}
    leaders = [e for e in scene.edges if e.id.startswith("leader")]
    assert leaders
    for leader in leaders:
        (x, y), line = leader.path[0], lines[leader.id.removeprefix("leader")]
        (x0, y0), (x1, y1) = line.path[0], line.path[-1]
        assert abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) < 1e-6 * np.hypot(x1 - x0, y1 - y0)
        assert leader.tone == line.tone
        assert leader.dot


def test_one_colour_a_neuron():
    layer = Layer(2, 3, rng=0)
    layer.neurons[1].w[0].data = -0.5
    drawing = draw_network(layer, color_by="neuron")
    edges = {e.id: e for e in drawing.scene.edges if re.match(r"w\d", e.id)}
    tones = [{edges[f"w1_{j}_{i}"].tone for i in range(2)} for j in range(3)]
    assert [len(t) for t in tones] == [1, 1, 1]
    assert len(set.union(*tones)) == 3
    assert edges["w1_1_0"].style == "dashed"
    colours = re.findall(r'n0_0 -> n1_\d \[id="w1_.*?color="(#\w+)"', drawing.source)
    assert len(set(colours)) == 3


def test_bold_is_the_number_that_the_line_shows():
    model = trained(2, [1])
    for by, bold in (("weight", 0), ("gradient", 1)):
        scene = network_scene(model, color_by=by)
        tones = {e.id: e.tone for e in scene.edges if re.match(r"w\d", e.id)}
        for label in (n for n in scene.nodes if re.match(r"l\d", n.id)):
            assert [line[-1].bold for line in label.lines] == [bold == 0, bold == 1]
            assert label.lines[bold][-1].tone == tones[f"w{label.id[1:]}"]


def test_a_neuron_by_itself_shows_its_inputs():
    neuron = Neuron(4, "sigmoid", rng=0)
    neuron([0.1, -4.7, 0.0, Value(500.0)])
    shown = [n.lines[1][0].text for n in network_scene(neuron).nodes if n.id.startswith("n0_")]
    assert shown == ["0.1", "−4.7", "0", "500"]


def test_each_stage_of_a_convolution_shows_its_own_numbers():
    model = Sequential(Conv2d(1, 1, 2, rng=0), ReLU(), MaxPool2d(2), Flatten(), Linear(1, 1, rng=1))
    for w, x in zip(model[0].neurons[0].w, [1.0, 0.0, 0.0, -1.0]):
        w.data = x
    model[0].neurons[0].b.data = 0.0
    (model([[[0.0, 5.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 9.0]]])[0] ** 2).backward()
    scene = network_scene(model)
    maps = {n.id: n.grid.cells for n in scene.nodes if n.grid and n.id.startswith("n")}
    assert maps["n1_0"] == ((-2.0, 5.0), (1.0, -7.0))  # by hand: x[r][c] − x[r+1][c+1]
    assert maps["n2_0"] == ((0.0, 5.0), (1.0, 0.0))
    assert maps["n3_0"] == ((5.0,),)
    titles = [n.lines[0][0].text for n in scene.nodes if n.id.startswith("h")]
    assert titles == ["input", "convolution", "relu", "pooling", "flatten", "output"]
    kernel = next(n for n in scene.nodes if n.id == "l1_0_0")
    assert kernel.gradient.cells[0] == tuple(w.grad for w in model[0].neurons[0].w[:2])
    assert any(w.grad for w in model[0].neurons[0].w)
    said = next(e.tooltip for e in scene.edges if e.id == "hit1_0_0")
    assert said.endswith(
        f"gradient {'; '.join(' '.join(f'{x:.4g}' for x in row) for row in kernel.gradient.cells)}"
    )


def test_an_activation_by_itself_shows_what_comes_out():
    model = Sequential(Linear(1, 1, rng=0), Tanh(), Linear(1, 1, rng=0))
    model([3.0])
    hidden = next(n for n in network_scene(model).nodes if n.id == "n1_0")
    right = np.tanh(3 * model[0].neurons[0].w[0].data + model[0].neurons[0].b.data)
    assert float(hidden.lines[1][0].text.replace("−", "-")) == pytest.approx(right, rel=5e-3)


def test_what_a_convolution_saw_leads_into_the_recurrent_layer():
    class Reads(Module):
        def __init__(self):
            self.look, self.remember = Conv2d(1, 2, 3, rng=0), LSTM(4, 2, rng=1)

        def __call__(self, image):
            seen = self.look(image)
            return self.remember([[p for m in seen for p in m[row]] for row in range(2)])

    model = Reads()
    model([[[0.5] * 4] * 4])
    into = {(e.tail, e.head) for e in network_scene(model).edges if e.head.startswith("n2_")}
    assert {("n1_0", "n2_0"), ("n1_0", "n2_1"), ("n1_1", "n2_2"), ("n1_1", "n2_3")} <= into


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_unrolled_the_steps_add_up_to_each_weight_s_gradient(kind):
    layer = kind(2, 2, rng=0)
    outputs, _ = layer([[1.0, 0.5], [0.25, -1.0], [0.75, 2.0]])
    (outputs[-1][0] * 2 + outputs[1][1]).backward()
    found = architecture(layer, unroll=True)
    sums = {}
    for link in found.links:
        for j in range(found.columns[link.target].size):
            for share in link.into(j).values():
                if share is not None:
                    key = (j, share.label)
                    sums[key] = sums.get(key, 0.0) + share.grad
    neurons = [layer for layer in layer.modules() if isinstance(layer, Neuron)]
    right = {(j, w.label): w.grad for j, neuron in enumerate(neurons) for w in neuron.w}
    assert sums == pytest.approx(right, rel=1e-12)
    with pytest.raises(ValueError, match="give the layer a sequence first"):
        network_scene(copy.deepcopy(layer), unroll=True)


@pytest.mark.parametrize(("kind", "first", "columns"), [(RNN, 0, 4), (LSTM, 1, 7), (GRU, 1, 7)])
def test_unrolled_each_step_shows_its_numbers_and_their_gradients(kind, first, columns):
    layer = kind(1, 1, rng=0)
    outputs, _ = layer([[1.0], [0.25], [0.75]])
    (outputs[-1][0] * 2 + outputs[1][0]).backward()
    scene = network_scene(layer, unroll=True)
    assert sum(n.id.startswith("h") for n in scene.nodes) == columns
    texts = {n.id: n.lines for n in scene.nodes}
    for t, last in ((3, columns - 1), (2, columns - (2 if kind is RNN else 3))):
        out = outputs[t - 1][0]
        for text, right in (
            (texts[f"n{last}_{first}"][1][0].text, out.data),
            (texts[f"g{last}_{first}"][0][0].text[2:], out.grad),
        ):
            assert float(text.replace("−", "-")) == pytest.approx(right, rel=5e-3)
        assert texts[f"n{last}_{first}"][0][0].text == f"h⁽{'⁰¹²³'[t]}⁾"


def test_a_large_recurrent_layer_shows_some_of_each_gate_with_all_their_numbers():
    layer = LSTM(3, 6, rng=0)
    outputs, _ = layer([[1.0, 0.5, -1.0], [0.25, -1.0, 2.0]])
    sum(outputs[-1], Value(0.0)).backward()
    scene = network_scene(layer, unroll=True)
    names = {n.id: n.lines[0][0].text for n in scene.nodes if re.match(r"n1_", n.id)}
    assert list(names.values()) == [f"{g}{i}⁽¹⁾" for g in "ifgo" for i in "₁₂"]
    more = {n.id: n.lines[1][0].text for n in scene.nodes if re.match(r"d\d", n.id)}
    assert more["d1"] == "16 more"  # of 24 gates
    drawn = {e.id[1:] for e in scene.edges if re.match(r"w[13]_", e.id)}
    labelled = {n.id[1:] for n in scene.nodes if re.match(r"l\d", n.id)}
    assert drawn == labelled


def polyline(edge):
    """Points along an edge, a point apart."""
    turns = edge.path
    for (x0, y0), (x1, y1) in itertools.pairwise(turns):
        for k in range(steps := 1 + int(np.hypot(x1 - x0, y1 - y0))):
            yield x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps


def hidden_points(drawing):
    """Of every line, its points under a label or bias but its own, as Graphviz itself sets those."""
    sizes = boxes(drawing, "l", "b")
    labels = [n for n in drawing.scene.nodes if re.match(r"[lb]\d", n.id)]
    plates = {n.id: Box(*n.position, *sizes[n.id][2:]) for n in labels}
    lines = [e for e in drawing.scene.edges if re.match(r"w\d|leader", e.id)]
    found = []
    for edge in lines:
        own = f"l{edge.id.removeprefix('leader').removeprefix('w')}"
        points = np.array(list(polyline(edge)))
        for name, box in plates.items():
            away = np.abs(points - [box.x, box.y]) - [box.width / 2, box.height / 2]
            if name != own and (away < -1).all(1).any():
                found.append((edge.id, name, int((away < -1).all(1).sum())))
    return found


@pytest.mark.parametrize(
    "shape",
    [(4, [3, 1]), (3, [4, 4, 1]), (4, [4, 4, 1]), (8, [3]), (4, [6]), (12, [2]), (2, [12, 2])],
)
def test_no_label_hides_the_line_of_another(shape):
    assert hidden_points(draw_network(trained(*shape))) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("nin", "nout"), SHAPES)
def test_no_label_hides_the_line_of_another_in_any_layer(nin, nout, seed):
    assert hidden_points(draw_network(trained(nin, [nout], seed))) == []


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_no_label_of_an_unrolled_layer_hides_a_line(kind):
    layer = kind(2, 2, rng=0)
    outputs, _ = layer([[1.0, 0.5], [0.25, -1.0], [0.75, 2.0]])
    outputs[-1][0].backward()
    assert hidden_points(draw_network(layer, unroll=True)) == []


def test_names_of_inputs_and_outputs():
    scene = network_scene(
        MLP(2, [1], rng=0), input_names=["age", "a long name"], output_names=["p"]
    )
    nodes = {node.id: node for node in scene.nodes}
    assert nodes["n0_0"].lines[0][0].text == "x₁"  # all inside or all beside
    assert nodes["t0_0"].lines[0][0].text == "age"
    assert nodes["n0_1"].lines[0][0].text == "x₂"
    assert nodes["t0_1"].lines[0][0].text == "a long name"
    assert nodes["n1_0"].lines[0][0].text == "p"


def test_nan_weights_and_zero_weights_are_drawn():
    model = MLP(2, [1], rng=0)
    model.layers[0].neurons[0].w[0].data, model.layers[0].neurons[0].w[1].data = float("nan"), 0.0
    assert b"nan" in draw_network(model).pipe("svg")


def test_same_seed_same_bytes():
    first, second = (draw_network(trained(4, [3, 1], seed=7)) for _ in range(2))
    assert first.source == second.source
    assert first.pipe("svg") == second.pipe("svg")


def test_errors_say_what_is_accepted():
    with pytest.raises(TypeError, match=r"takes a model \(an nn.Module\), not list"):
        draw_network([1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no layer of neurons"):
        draw_network(Flatten())
    with pytest.raises(ValueError, match="'weight', 'gradient' or 'neuron', not 'size'"):
        draw_network(MLP(1, [1], rng=0), color_by="size")
    with pytest.raises(ValueError, match="light, dark"):
        draw_network(MLP(1, [1], rng=0), theme="pink")
    with pytest.raises(ValueError, match="from 1 to 17, not 0"):
        draw_network(MLP(1, [1], rng=0), digits=0)
    with pytest.raises(ValueError, match="max_neurons is a whole number of 3 or more"):
        draw_network(MLP(1, [1], rng=0), max_neurons=1)


def seen_by(model: MLP, pixels: list[float]):
    model(pixels)
    return draw_network(
        model, image_shape=(4, 4), probabilities=True, output_names=["0", "1", "2"], max_neurons=5
    )


def test_an_image_is_drawn_with_lit_pixels_and_weights_as_pictures():
    model = MLP(16, [3, 3], activation="tanh", rng=0)
    pixels = [0.0] * 16
    pixels[5] = pixels[6] = pixels[9] = 1.0
    scene = seen_by(model, pixels).scene
    nodes = {n.id: n for n in scene.nodes}
    assert [n for n in nodes if n.startswith("n0_")] == ["n0_5", "n0_6", "n0_9"]
    assert nodes["image"].grid.cells[1] == (0.0, 1.0, 1.0, 0.0)
    assert nodes["d0"].lines[1][0].text == "13 more"
    weights = [w.data for w in model.layers[0].neurons[2].w]
    assert nodes["n1_2"].grid.cells == tuple(tuple(weights[k : k + 4]) for k in (0, 4, 8, 12))
    lines = [e for e in scene.edges if e.id.startswith("pixel")]
    assert {e.head for e in lines} == {"n0_5", "n0_6", "n0_9"}
    ring = nodes["ring5"].position  # row 2, column 2 of an image around (x, 0)
    x, _ = nodes["image"].position
    assert ring == (x - 14.0, 14.0)  # half a cell of 28 points
    with pytest.raises(ValueError, match=r"16 inputs, not \(3, 3\)"):
        draw_network(model, image_shape=(3, 3))


def test_the_winner_is_marked_and_classes_have_their_own_numbers():
    model = MLP(16, [3, 3], activation="tanh", rng=0)
    drawing = seen_by(model, [0.5] * 16)
    logits = np.array([n.last_output for n in model.layers[1].neurons])
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    nodes = {n.id: n for n in drawing.scene.nodes}
    texts = [nodes[f"n2_{i}"].lines[1][0].text for i in range(3)]
    assert texts == [f"{100 * share:.0f} %" for share in shares]
    assert [i for i in range(3) if nodes[f"n2_{i}"].tone] == [int(logits.argmax())]
    assert [nodes[f"n2_{i}"].lines[0][0].text for i in range(3)] == ["0", "1", "2"]
    ten = MLP(16, [10], rng=0)
    ten([1.0] * 16)
    many = network_scene(ten, probabilities=True, max_neurons=4)
    assert sum(n.id.startswith("n1_") for n in many.nodes) == 10
    assert drawing.pipe("svg").count(b"<svg") == 1


def under(drawing, column):
    (node,) = [node for node in drawing.scene.nodes if node.id == f"f{column}"]
    return "".join(f"{span.text}\n" for line in node.lines for span in line)


def test_the_reverse_pass_stands_under_the_layers_that_it_belongs_to():
    model = MLP(4, [3, 1], activation="tanh", rng=0)
    program = compile(lambda x, y: (model(x) - y) ** 2, model, inputs=([0.0] * 4, 1.0))
    drawing = draw_network(model, backward=program)
    assert "∂W₂ = ∂layers.1 @ layers.0ᵀ\n∂b₂ = Σ ∂layers.1\n" in under(drawing, 2)
    assert under(drawing, 2).startswith("∂a1 = 1/batch\n")
    assert under(drawing, 1).startswith("∂layers.0 = W₂ᵀ @ ∂layers.1")
    assert under(drawing, 1).endswith("∂W₁ = ∂layers.0 @ xᵀ\n∂b₁ = Σ ∂layers.0\n")
    assert not any(node.id == "f0" for node in drawing.scene.nodes)
    found = boxes(drawing, "f", "legend", "b")
    for a, b in itertools.combinations(found, 2):
        assert overlap(found[a], found[b]) == 0.0, (a, b)


@pytest.mark.parametrize("shape", [(784, [16, 10]), (2, [16, 16, 1]), (3, [4, 4, 4, 1])])
def test_formulas_under_neighbours_do_not_meet(shape):
    model = MLP(*shape, activation="relu", rng=0)
    inputs = ([0.0] * shape[0],)
    program = compile(lambda x: sum(nn_list(model(x))), model, inputs=inputs, check=False)
    drawing = draw_network(model, backward=program)
    found = boxes(drawing, "f", "legend", "n")
    assert sum(name.startswith("f") for name in found) == len(shape[1])
    for a, b in itertools.combinations(found, 2):
        if a[0] in "fl":
            assert overlap(found[a], found[b]) == 0.0, (a, b)


def nn_list(answer):
    return answer if isinstance(answer, list) else [answer]


def test_a_convolution_has_its_lines_too():
    model = Sequential(
        Conv2d(1, 2, 3, rng=0), ReLU(), MaxPool2d(2), Flatten(), Linear(18, 3, rng=0)
    )
    image = np.zeros((1, 8, 8))
    program = compile(lambda x: sum(model(x)), model, inputs=(image,), check=False)
    drawing = draw_network(model, backward=program)
    assert "∂W₁ = ∂layers.0" in under(drawing, 1)
    assert "∂W₂ = ∂" in under(drawing, 5)


def test_a_program_of_another_model_is_refused():
    model, w = MLP(2, [2, 1], rng=0), Value(1.0)
    with pytest.raises(ValueError, match="compile it with the model"):
        draw_network(model, backward=compile(lambda x: w * x, [w], inputs=(1.0,)))
    with pytest.raises(TypeError, match="a compiled program, not MLP"):
        draw_network(model, backward=model)


def test_every_map_leads_into_a_large_recurrent_layer():
    class Reads(Module):
        def __init__(self):
            self.look, self.remember = Conv2d(1, 4, 3, rng=0), LSTM(24, 16, rng=1)

        def __call__(self, image):
            seen = self.look(image)
            return self.remember([[p for m in seen for p in m[row]] for row in range(6)])

    model = Reads()
    model([[[0.5] * 8] * 8])
    scene = network_scene(model, max_neurons=8)
    into = {e.tail: e.head for e in scene.edges if e.id.startswith("w2")}
    assert set(into) == {"n1_0", "n1_1", "n1_2", "n1_3"}
    back = {
        edge.head
        for edge in scene.edges
        if edge.id.startswith("back0") or edge.id.startswith("back2")
    }
    assert back == {"n2_24", "n2_25", "n2_26"}  # and what is remembered comes back


def test_a_network_of_many_stages_fits_a_page():
    stages = [Conv2d(1, 8, 3, rng=0), ReLU(), MaxPool2d(2), Conv2d(8, 8, 3, rng=1), ReLU()]
    model = Sequential(
        *stages, MaxPool2d(2), Flatten(), Linear(32, 16, rng=2), Linear(16, 4, rng=3)
    )
    model(np.zeros((1, 14, 14)).tolist())
    scene = network_scene(model, max_layers=12)
    assert len([n for n in scene.nodes if n.id.startswith("h")]) == 10
    places = [n.position[0] for n in scene.nodes]
    assert max(places) - min(places) < 815
    subtitle = [line[0].text for line in next(n for n in scene.nodes if n.id == "h3").lines]
    assert subtitle == ["pooling", "largest of", "2\u00a0×\u00a02 → 6\u00a0×\u00a06"]
