"""Every kind of picture, from real models, into docs/pictures.

python examples/gallery.py                   # about ten seconds
python examples/gallery.py --out pictures
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import nn
from autograd import Value, compile
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    SGD,
    Adam,
    Conv2d,
    Dataset,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Neuron,
    ReLU,
    Sequential,
    Tanh,
    cross_entropy,
    fit,
    mse_loss,
)  # fmt: skip
from nn.datasets import mnist_5k
from viz import draw_graph, draw_network, plot_activation, plot_decision_boundary, plot_loss

ROOT = Path(__file__).parents[1]


def tanh_neuron() -> tuple[Value, Value]:
    """o = tanh(x₁·w₁ + x₂·w₂ + b), the neuron of the lectures; o and w₁."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    n = x1 * w1 + x2 * w2 + Value(6.8813735870195432, label="b")
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    o.backward()
    return o, w1


def shared_value() -> Value:
    """d = tanh((a + a)·k·a): a is used three times."""
    a, k = Value(0.4, label="a"), Value(2.0, label="k")
    b = a + a
    b.label = "b"
    d = (b * k * a).tanh()
    d.label = "d"
    d.backward()
    return d


def flowers() -> tuple[np.ndarray, np.ndarray]:
    """Fisher's irises, standardised [150, 4], and +1 for each setosa, −1 for the others."""
    with (Path(nn.__file__).parent / "files" / "iris.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        rows = list(csv.reader(file))[1:]
    x = np.array([row[:4] for row in rows], dtype=float)
    return (x - x.mean(0)) / x.std(0), np.array([1.0 if "setosa" in r[4] else -1.0 for r in rows])


def trained_iris() -> tuple[MLP, Any]:
    """The lectures' 4×3×1 network after some epochs, with the gradients of one more flower."""
    x, y = flowers()
    model = MLP(4, [3, 1], activation="tanh", out_activation="tanh", rng=4)
    optimizer = SGD(model.parameters(), lr=0.05)
    history = fit(model, (x, y), mse_loss, optimizer, epochs=6, validation=0.3, progress=False)
    one_pass(model, x[70].tolist(), y[70])
    return model, history


def one_pass(model: Callable[[Any], Any], x: Any, target: float) -> Value:
    """One forward and one backward pass; the loss."""
    if hasattr(model, "zero_grad"):
        model.zero_grad()
    out = model(x)
    errors = [(y - target) ** 2 for y in (out if isinstance(out, list) else [out])]
    loss = sum(errors[1:], errors[0])
    loss.label = "loss"
    loss.backward()
    return loss


def moons(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other [n, 2], and their classes."""
    rng = np.random.default_rng(3)
    angle = np.linspace(0.0, math.pi, n // 2)
    upper = np.c_[np.cos(angle), np.sin(angle)]
    lower = np.c_[1.0 - np.cos(angle), 0.5 - np.sin(angle)]
    x = np.r_[upper, lower] + rng.normal(scale=0.08, size=(n, 2))
    return x, np.r_[np.ones(n // 2), -np.ones(n // 2)]


def expression_graphs() -> Iterator[tuple[str, Any]]:
    o, w1 = tanh_neuron()
    yield "expression", draw_graph(o)
    yield "expression-merged", draw_graph(o, merged=True)
    yield "expression-backward", draw_graph(o, backward=True)
    yield "expression-dark", draw_graph(o, theme="dark", title="One tanh neuron")
    yield "expression-path", draw_graph(o, highlight=w1)
    yield "expression-shared", draw_graph(shared_value(), highlight="a")
    model = MLP(2, [2, 1], activation="tanh", rng=1)
    loss = one_pass(model, [Value(1.0, label="x₁"), Value(-2.0, label="x₂")], 1.0)
    yield "expression-framed", draw_graph(loss, names=model, merged=True, rankdir="TB")
    yield "expression-folded", draw_graph(loss, names=model, fold="neurons", merged=True)
    yield "expression-depth", draw_graph(loss, names=model, depth=3, merged=True)
    model, loss = lecture_loss()
    yield (
        "expression-samples",
        draw_graph(
            loss, names=model, fold=["samples", "neurons"], merged=True, edge_labels=False, digits=3
        ),
    )


def lecture_loss() -> tuple[MLP, Value]:
    """The loss of micrograd's lecture: 41 parameters, 4 samples."""
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    model = MLP(3, [4, 4, 1], activation="tanh", out_activation="tanh", rng=0)
    samples = [
        [Value(x, label=name) for x, name in zip(sample, ["x₁", "x₂", "x₃"])] for sample in xs
    ]
    loss = sum((model(x) - y) ** 2 for x, y in zip(samples, [1.0, -1.0, -1.0, 1.0]))
    loss.label = "loss"
    loss.backward()
    return model, loss


def lecture_neuron() -> Neuron:
    """Weights that dismiss, amplify and tame their inputs: σ(0.5) = 0.6225."""
    neuron = Neuron(4, "sigmoid", rng=0)
    for weight, number in zip(neuron.parameters(), [0.0, 500.0, 2.0, 0.001, 2350.0]):
        weight.data = number
    neuron([0.1, -4.7, 0.0, 500.0]).backward()
    return neuron


def digits() -> tuple[MLP, Dataset]:
    """784×16×10 trained on MNIST's digits, and one held-out digit forwards and backwards."""
    train, test = mnist_5k().split(test=0.2, rng=0)
    model = MLP(784, [16, 10], activation="relu", init="he_normal", rng=0)
    optimizer = Adam(model.parameters(), lr=0.003, weight_decay=3e-3)
    fit(model, train, "cross_entropy", optimizer, epochs=10, compiled=True, progress=False)
    model.zero_grad()
    cross_entropy(model(test.x[0].tolist()), int(test.y[0])).backward()
    return model, test


def networks(iris: MLP) -> Iterator[tuple[str, Any]]:
    rng = np.random.default_rng(0)
    names = ["sepal length", "sepal width", "petal length", "petal width"]
    yield "network-4-3-1", draw_network(iris, title="Is it a setosa?", input_names=names)
    small = MLP(4, [3, 1], activation="tanh", rng=0)
    program = compile(lambda x, y: (small(x) - y) ** 2, small, inputs=([0.0] * 4, 1.0))
    one_pass(small, [0.5, -1.2, 0.8, 2.0], 1.0)
    title = "Each layer, and its lines of print(program.backward)"
    yield "network-backward", draw_network(small, title=title, backward=program)
    deep = MLP(3, [4, 4, 1], activation="tanh", rng=2)
    one_pass(deep, rng.normal(size=3).tolist(), 1.0)
    yield "network-3-4-4-1", draw_network(deep)
    yield "network-gradient", draw_network(deep, color_by="gradient", theme="dark")
    yield "network-neuron", draw_network(lecture_neuron(), title="One neuron: σ(0.5) = 0.6225")
    layer = Layer(4, 3, "linear", rng=0)
    one_pass(layer, [0.5, -1.2, 0.8, 2.0], 1.0)
    yield (
        "network-neurons",
        draw_network(layer, color_by="neuron", title="4×3: one colour a neuron"),
    )
    shown, test = digits()
    yield "network-784-16-10", draw_network(
        shown, title=f"784×16×10 is shown a {test.y[0]}", output_names=test.classes,
        image_shape=(28, 28), probabilities=True, max_neurons=8,
    )  # fmt: skip
    hundred = MLP(2, [3] * 100 + [1], activation="tanh", init="xavier_uniform", rng=0)
    one_pass(hundred, [1.0, -0.5], 1.0)
    yield "network-hundred", draw_network(hundred, max_layers=5)
    partly = Layer(4, 2, "tanh", connections=[[0, 1], [2, 3]], rng=0)
    one_pass(partly, [0.5, -1.2, 0.8, 2.0], 1.0)
    yield "network-partly", draw_network(partly)
    yield "network-convolution", draw_network(convolution())
    rnn = RNN(1, 2, rng=0)
    lstm, gru = LSTM(1, 1, rng=0), GRU(1, 1, rng=0)
    for layer in (rnn, lstm):
        outputs, _ = layer([[1.0], [0.5], [-0.25]])
        (outputs[-1][0] ** 2).backward()
    yield "network-rnn", draw_network(rnn)
    yield "network-rnn-unrolled", draw_network(rnn, unroll=True)
    yield "network-lstm", draw_network(lstm)
    for name, gated in (("lstm", lstm), ("gru", gru)):
        outputs, _ = gated([[1.0], [0.5]])
        gated.zero_grad()
        (outputs[-1][0] ** 2).backward()
        yield f"network-{name}-unrolled", draw_network(gated, unroll=True)


def convolution() -> Sequential:
    """Two filters, one set by hand to find vertical edges, over a handwritten 7."""
    seven = [
        "........",
        ".######.",
        ".....##.",
        "....##..",
        "...##...",
        "..##....",
        "..##....",
        "........",
    ]
    image = [[[float(pixel == "#") for pixel in row] for row in seven]]
    model = Sequential(
        Conv2d(1, 2, 3, rng=2),
        ReLU(),
        MaxPool2d(3),
        Flatten(),
        Linear(8, 1, rng=1),
        Tanh(),
    )
    for weight, value in zip(model[0].neurons[0].w, [-1.0, 0.0, 1.0] * 3):
        weight.data = value
    one_pass(model, image, 1.0)
    return model


def plots(history: Any) -> Iterator[tuple[str, Any]]:
    yield "plot-activation", plot_activation("tanh")
    yield "plot-kink", plot_activation("relu")
    losses = {"training": history["loss"], "validation": history["val_loss"]}
    yield "plot-loss", plot_loss(losses)
    x, y = moons()
    model = MLP(2, [6, 1], activation="tanh", out_activation="tanh", rng=2)
    fit(model, (x, y), mse_loss, SGD(model.parameters(), lr=0.3, momentum=0.9), epochs=40,
        batch_size=20, progress=False)  # fmt: skip
    right = sum((model(p.tolist()).data > 0) == (t > 0) for p, t in zip(x, y))
    assert right >= 0.95 * len(x), f"only {right} of {len(x)} points on the right side"
    yield "plot-boundary", plot_decision_boundary(model, x, y, classes=("lower", "upper"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    out = parser.parse_args().out
    iris, history = trained_iris()
    for name, drawing in (*expression_graphs(), *networks(iris)):
        print(drawing.save(out / f"{name}.svg"))
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "chainrule", "svg.fonttype": "none"}):
        for name, figure in plots(history):
            figure.savefig(out / f"{name}.svg", metadata={"Date": None})
            print(out / f"{name}.svg")


if __name__ == "__main__":
    main()
