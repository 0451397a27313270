"""What newcomers type first: a mistake is told what to type instead, and the lecture's code works."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn.lecture
from autograd import (
    Value,
    check_lines,
    compare,
    dot,
    leaves,
    no_grad,
    numerical_gradient,
    paths,
    tanh,
)  # fmt: skip
from nn import (
    MLP,
    SGD,
    Adam,
    Dataset,
    Embedding,
    Layer,
    Neuron,
    Sequential,
    Tanh,
    binary_cross_entropy,
    fit,
    load,
    save,
    softmax,
)
from viz import draw_dot, draw_graph, draw_network, live, plot_loss
from viz.tour.tour import tour

MODEL = MLP(2, [1])
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
        (
            lambda: Neuron(2, activation=lambda x: 1.0)([1.0, 2.0]),
            "an activation answers a Value",
        ),
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
        (lambda: MLP(2, [1])([[1.0, 2.0], [3.0, 4.0]]), r"one sample at a time: \[model\(x\) for"),  # type: ignore[list-item]
        (lambda: MLP(2, [1])([[1.0, 2.0]]), r"2 inputs, not 1; .* predict\(model, X\)"),  # type: ignore[list-item]
        (lambda: MLP(2, [1])(np.zeros((3, 2))), "one sample at a time"),  # type: ignore[arg-type]
        (lambda: MLP(2, [1])(["1", "2"]), r"number or a Value, not str \('1'\)"),  # type: ignore[list-item]
        (lambda: tanh([Value(1.0)]), r"\[tanh\(v\) for v in values\]"),
        (lambda: softmax(Value(1.0)), "of a list of numbers"),  # type: ignore[call-overload]
        (lambda: Sequential([Neuron(2)]), r"Sequential\(\*layers\)"),  # type: ignore[call-overload]
        (lambda: Sequential(Tanh), r"Tanh\(…\) makes one"),
        (lambda: Sequential("tanh"), r"Activate\('tanh'\)"),  # type: ignore[call-overload]
        (lambda: fit(MODEL, *DATA, SGD(MODEL.parameters())), r"\(X, y\)"),  # type: ignore[arg-type]
        (lambda: binary_cross_entropy([2.0], [1.0]), "end the model with a sigmoid"),
        (lambda: load(MLP(2, [1])), r"into=model"),  # type: ignore[arg-type]
        (lambda: save(Value(1.0), "model.npz"), "a model or an optimizer"),  # type: ignore[arg-type]
        (lambda: MLP(2, [1]).load_state_dict(3), r"load\(path\)"),  # type: ignore[arg-type]
        (lambda: draw_graph(MLP(2, [1])), "draw_network draws a model"),  # type: ignore[arg-type]
        (lambda: draw_network(Value(1.0)), "draw_graph draws the graph"),  # type: ignore[arg-type]
        (lambda: live(Value(1.0)).save("a.pdf"), "a page is HTML, like page.html, not 'a.pdf'"),
        (lambda: tour().save("a.svg"), "not 'a.svg'"),
        (lambda: leaves(3.0), "of a Value, not of float"),  # type: ignore[arg-type]
        (lambda: dot(Value(1.0), Value(2.0)), r"two Values is a \* b"),  # type: ignore[call-overload]
        (lambda: numerical_gradient(Value(1.0), []), "takes a function and the list"),  # type: ignore[arg-type]
        (lambda: numerical_gradient(lambda a: a, 3.0), "takes a function and the list"),  # type: ignore[arg-type]
        (lambda: compare(Value(1.0) * 2, {}), "what did you derive"),
        (lambda: Embedding(3, 2)("a"), r"Embedding\(3, 2\) takes a whole number .* not 'a'"),  # type: ignore[call-overload]
    ],
)
def test_a_mistake_is_told_what_to_type(typed: Callable[[], Any], told: str) -> None:
    with pytest.raises((TypeError, ValueError), match=told):
        typed()


def test_an_index_that_an_embedding_has_not_is_told_which_it_has() -> None:
    with pytest.raises(IndexError, match=r"Embedding\(3, 2\) .* 0 to 2, not 5"):
        Embedding(3, 2)([0, 5])


@pytest.mark.parametrize("lines", ["", "dx = y", "# nothing yet"])
def test_a_derivation_without_a_derivative_is_not_right(lines: str) -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    found = check_lines(x * y, lines)
    assert not found.ok
    assert "no line is a derivative, like dL/dw = 2*x" in str(found)


def test_paths_may_be_asked_for_by_name() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    assert paths(x * y, "x").total == 3.0
    with pytest.raises(KeyError, match="no value is called 'z'; there are x, y"):
        paths(x * y, "z")


@pytest.mark.parametrize("name", ["m", "v", "momentum", "velocity", "_vis_color"])
def test_a_value_takes_no_attributes_and_says_where_to_keep_them(name: str) -> None:
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; .*dictionary by Value, like"):
        setattr(Value(1.0), name, 0.0)
    assert "dictionary by Value" in (Value.__doc__ or "")


def test_a_users_module_may_have_what_other_libraries_models_have() -> None:
    class Mine(MLP):
        def __init__(self) -> None:
            super().__init__(2, [1])
            self.weights = [1.0]

    assert Mine().weights == [1.0]


@pytest.mark.parametrize("name", ["name", "requires_grad"])
def test_what_a_value_has_by_another_name_cannot_be_set_and_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=r"x\.label|every Value has a gradient"):
        setattr(Value(1.0), name, "a")


@pytest.mark.parametrize(
    ("put", "told"),
    [
        (
            lambda p: p - 0.1 * p.grad,
            r"of w must be a number, not Value: .*w\.data - 0\.1 \* w\.grad",
        ),
        (lambda p: np.array([1.0, 2.0]), "number, not ndarray"),
        (lambda p: "1", "number, not str"),
    ],
)
def test_what_is_no_number_cannot_be_the_data_of_a_leaf_at_backward(put: Any, told: str) -> None:
    w = Value(3.0, label="w")
    (w * w).backward()
    w.data = put(w)
    with pytest.raises(TypeError, match=told):
        (w + 1.0 if isinstance(w.data, (Value, np.ndarray)) else w).backward()


def test_an_int_and_a_numpy_number_are_data_as_good_as_any() -> None:
    w = Value(3.0)
    for number in (3, np.float32(3.0), np.int64(3), True):
        w.data, w.grad = number, 0.0  # type: ignore[assignment]
        (w * 2.0).backward()
        assert w.grad == 2.0


@pytest.mark.parametrize(
    ("name", "told"), [("zero_grad", "x.grad = 0.0"), ("numpy", "x.data"), ("shape", "one number")]
)
def test_what_only_a_tensor_has_is_told_what_a_value_has(name: str, told: str) -> None:
    x = Value(1.0)
    assert name not in dir(x)  # a completion offers what is there
    assert not hasattr(x, name)
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; .*{told}"):
        getattr(x, name)


@pytest.mark.parametrize(
    ("name", "told"), [("fit", r"fit\(model, \(X, y\)"), ("backward", r"loss\.backward\(\)")]
)
def test_what_only_other_libraries_models_have_is_told(name: str, told: str) -> None:
    assert name not in dir(MODEL)
    with pytest.raises(AttributeError, match=f"'MLP' object has no attribute '{name}'; .*{told}"):
        getattr(MODEL, name)


def gradient_forgotten() -> None:
    SGD(MLP(2, [1], rng=0).parameters()).step()


def step_on_the_name() -> None:
    w = Value(3.0, label="w")
    (w * w).backward()
    w -= 0.1 * w.grad


def step_on_the_name_of_a_parameter() -> None:
    model = MLP(2, [1], rng=0)
    model([1.0, 2.0]).backward()
    for p in model.parameters()[:1]:
        p += -0.1 * p.grad


def compared_with_a_number() -> None:
    assert not Value(2.0) == 2.0  # noqa: SIM201


def backward_under_no_grad() -> None:
    with no_grad():
        (Value(2.0) * 3).backward()


def zero_grad_forgotten() -> None:
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    optimizer = SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        loss = model([1.0, 2.0]) ** 2
        loss.backward()
        optimizer.step()


def cell_run_again() -> None:
    w = Value(3.0)
    y = w * 2 + 1
    for _ in range(2):
        y.backward()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (zero_grad_forgotten, r"last step\(\) are still there.*optimizer\.zero_grad\(\)"),
        (cell_run_again, r"an earlier pass .* still there, .* set x\.grad = 0\.0"),
        (gradient_forgotten, r"every gradient is 0 at this first step.*backward\(\)"),
        (step_on_the_name, r"w\.data -= …"),
        (step_on_the_name_of_a_parameter, r"was w₁₁ stays.* p\.data \+= …"),
        (compared_with_a_number, r"x\.data == 2\.0"),
        (backward_under_no_grad, r"within no_grad\(\)"),
    ],
)
def test_what_would_be_wrong_in_silence_is_warned_of(wrong: Callable[[], None], told: str) -> None:
    with pytest.warns(UserWarning, match=told):
        wrong()


def test_sums_and_comparisons_that_are_right_are_not_warned_of() -> None:
    w, b = Value(3.0), Value(1.0)
    out = b
    out += w * 2.0  # a sum that begins with a parameter
    out += 1.0
    out.backward()
    total = Value(0.0)
    total += 1.0
    assert (out.data, total.data, w in {w: 1}, w == w, w != b) == (8.0, 1.0, True, True, True)


def test_passes_that_are_meant_to_add_up_are_not_warned_of() -> None:
    w = Value(3.0)
    for x in (1.0, 2.0):  # samples of a batch
        (w * x).backward()
    y = w * w
    for _ in range(2):
        w.grad = 0.0
        y.backward()
    for _ in range(2):  # a leaf is its own root
        w.backward()
    assert w.grad == 8.0


@pytest.mark.parametrize("zero", ["optimizer", "model", "by hand"])
def test_a_loop_that_sets_gradients_to_0_is_not_warned_of(zero: str) -> None:
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(3):
        for sample in ([1.0, 2.0], [2.0, 1.0]):  # two passes a step
            (model(sample) ** 2).backward()
        optimizer.step()
        norm = sum(p.grad * p.grad for p in model.parameters()) + model.parameters()[0].grad
        assert type(norm) is float
        assert all(type(p.grad) is float for p in copy.deepcopy(model).parameters())
        if zero == "optimizer":
            optimizer.zero_grad()
        elif zero == "model":
            model.zero_grad()
        else:
            for p in model.parameters():
                p.grad = 0.0


def test_gradients_that_end_up_in_the_other_of_two_networks_are_not_warned_of() -> None:
    forger, judge = (MLP(1, [2, 1], activation="tanh", rng=seed) for seed in (0, 1))
    forges, judges = (Adam(model.parameters(), lr=0.01) for model in (forger, judge))
    for _ in range(3):
        judges.zero_grad()
        ((judge([1.0]) - 1) ** 2 + judge([forger([0.5]).data]) ** 2).backward()
        judges.step()
        forges.zero_grad()
        ((judge([forger([0.5])]) - 1) ** 2).backward()  # adds to the judge's, which nobody uses
        forges.step()


def test_one_pass_may_move_a_parameter_of_two_optimizers() -> None:
    w = Value(3.0)
    both = SGD([w], lr=0.1), Adam([w], lr=0.1)
    for _ in range(2):
        both[0].zero_grad()
        (w * w).backward()
        for optimizer in both:
            optimizer.step()


def test_the_line_that_is_told_of_is_the_users() -> None:
    with pytest.warns(UserWarning, match="last step") as told:
        zero_grad_forgotten()
    assert told[0].filename == __file__


def test_a_gradient_of_none_is_told_what_to_set() -> None:
    w = Value(3.0, label="w")
    w.grad = None  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"gradient of w is None, .* set it to 0\.0"):
        (w * w).backward()


def test_forward_is_what_calling_does_also_where_only_call_is_written() -> None:
    model = MLP(2, [1], rng=0)
    assert model.forward([1.0, 2.0]).data == model([1.0, 2.0]).data


def test_a_dataset_of_plain_lists_is_shown_and_split() -> None:
    data = Dataset([[1.0, 2.0], [3.0, 5.0]], [0, 1])  # type: ignore[arg-type]
    train, test = data.split(test=0.5)
    assert (repr(data), len(train.x), len(test.x)) == ("<Dataset: 2 samples of 2 numbers>", 1, 1)
    assert data.standardized().x.tolist() == [[-1.0, -1.0], [1.0, 1.0]]
    assert ">5</td>" in data._repr_html_()


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


def test_a_drawing_that_is_asked_to_show_itself_says_how() -> None:
    drawing = draw_graph(Value(1.0, label="x") * 2)
    with pytest.raises(AttributeError, match=r"has no attribute 'show'; .*\.view\(\) opens it"):
        drawing.show()
