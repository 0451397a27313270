"""What newcomers type first: a mistake is told what to type instead, and the lecture's code works."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

import nn.lecture
from autograd import Value
from nn import MLP, SGD, Adam, Layer, Neuron, fit
from viz import draw_dot, plot_loss

DATA = ([[1.0, 2.0], [2.0, 1.0]], [1.0, -1.0])


def trained(epochs: int = 3, **settings: Any) -> Any:
    model = MLP(2, [1], rng=0)
    return fit(
        model, DATA, "mse", SGD(model.parameters()), epochs=epochs, progress=False, **settings
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (lambda: SGD(MLP(2, [1])), r"SGD\(model\.parameters\(\)\)"),  # type: ignore[arg-type]
        (lambda: Adam(Neuron(2)), r"Adam\(model\.parameters\(\)\)"),  # type: ignore[arg-type]
        (lambda: fit(MLP(2, [1]), DATA, "mse", "adam"), r"Adam\(model\.parameters\(\), lr="),  # type: ignore[arg-type]
        (lambda: Neuron(3)(1.0), r"3 inputs in one list, like \[x1, x2, x3\], not 1\.0"),  # type: ignore[arg-type]
        (lambda: Layer(4, 2)(1.0), r"in one list, like \[x1, x2, x3, …\]"),  # type: ignore[arg-type]
        (lambda: MLP(2, [1])(Value(1.0)), "2 inputs, not 1"),  # type: ignore[arg-type]
        (lambda: MLP(2, 1), r"like \[16, 1\]"),  # type: ignore[arg-type]
        (lambda: Value([1.0]), "one real number"),  # type: ignore[arg-type]
        (lambda: Value(1.0) * [1.0], "one at a time"),  # type: ignore[operator]
        (lambda: type("Mine", (Value,), {}), "Keep a Value in an attribute of your class"),
        (lambda: Value(1.0, (Value(2.0),), "+"), r"autograd\.Op"),  # type: ignore[arg-type]
    ],
)
def test_a_mistake_is_told_what_to_type(typed: Callable[[], Any], told: str) -> None:
    with pytest.raises((TypeError, ValueError), match=told):
        typed()


def test_a_value_takes_no_attributes_and_its_help_says_where_to_keep_them() -> None:
    with pytest.raises(AttributeError, match="momentum"):
        Value(1.0).momentum = 0.0  # type: ignore[attr-defined]
    assert "dictionary by Value" in (Value.__doc__ or "")


def test_the_loss_of_a_training_is_drawn_from_what_fit_returned() -> None:
    history = trained()
    (line,) = plot_loss(history).axes[0].lines[:1]
    assert list(line.get_ydata()) == history["loss"]
    both = plot_loss(trained(validation=DATA)).axes[0]
    assert [text.get_text() for text in both.get_legend().get_texts()] == ["training", "held out"]


def test_a_drawing_says_in_a_repl_what_it_is_and_how_to_look_at_it() -> None:
    assert repr(draw_dot(Value(2.0) * Value(3.0))) == (
        '<drawing of 4 nodes and 3 edges; .save("picture.svg") writes it>'
    )


def test_the_lectures_hand_stepping_steps() -> None:
    a, b = Value(2.0), Value(-3.0)
    out = a * b
    out.grad = 1.0
    out._backward()
    assert (a.grad, b.grad) == (-3.0, 2.0)


def lecture_loss(seed: int) -> float:
    """Its training, as it is typed there: four samples, 41 parameters, 20 steps of 0.05."""
    random.seed(seed)
    n = nn.lecture.MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    for _ in range(20):
        ypred: list[Any] = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred))
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.05 * p.grad
    return float(loss.data)


def test_the_lectures_training_succeeds_as_typed_whatever_the_seed() -> None:
    assert max(lecture_loss(seed) for seed in range(20)) < 1.0  # it begins at 4 to 8


def test_the_lectures_classes_are_nns_with_another_activation() -> None:
    assert [repr(kind(2, 1) if kind is not nn.lecture.Neuron else kind(2))
            for kind in (nn.lecture.Neuron, nn.lecture.Layer)] == [
        "Neuron(2, activation='tanh')", "Layer(2, 1, activation='tanh')"]  # fmt: skip
    assert isinstance(nn.lecture.MLP(2, [1]), MLP)
