"""`fit`: what it learns, what it says, and what is left after each way to stop."""

from __future__ import annotations

import io
import math
import signal

import numpy as np
import pytest

import nn
from autograd import Value
from nn import (
    GRU,
    LSTM,
    MLP,
    RNN,
    SGD,
    Adam,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    Linear,
    MaxPool2d,
    Module,
    Neuron,
    ReLU,
    Sequential,
    evaluate,
    fit,
    predict,
)  # fmt: skip
from nn.progress import Progress

RNG = np.random.default_rng(0)
LINE = (np.linspace(-1, 1, 24).reshape(24, 1), 2 * np.linspace(-1, 1, 24) + 3)
BOTH = pytest.mark.parametrize("compiled", [False, True])


def line(**settings):
    """A neuron and the history of its training on y = 2x + 3."""
    neuron = Neuron(1, "linear", rng=0)
    optimizer = SGD(neuron.parameters(), lr=settings.pop("lr", 0.1))
    settings = {"epochs": 40, "batch_size": 8, "progress": False} | settings
    return neuron, fit(neuron, LINE, "mse", optimizer, **settings)


@BOTH
def test_a_line_is_found(compiled):
    neuron, history = line(compiled=compiled)
    assert math.isclose(neuron.w[0].data, 2, abs_tol=0.01)
    assert math.isclose(neuron.b.data, 3, abs_tol=0.01)
    assert len(history) == 40
    assert history.stopped == "finished"
    assert history["loss"][0] > history["loss"][-1]
    assert set(history.last) == {"loss", "lr", "seconds"}
    np.testing.assert_allclose(
        predict(neuron, LINE[0], compiled=compiled)[:, 0], LINE[1], atol=0.02
    )
    assert evaluate(neuron, LINE, "mse", "r2", compiled=compiled)["r2"] > 0.999


def test_one_epoch_of_one_batch_by_hand():
    neuron = Neuron(1, "linear", init="zeros", rng=0)
    data, steps = ([[1.0], [2.0]], [1.0, 3.0]), SGD(neuron.parameters(), lr=0.5)
    history = fit(neuron, data, "mse", steps, epochs=1, shuffle=False, progress=False)
    assert history["loss"] == [(1 + 9) / 2]
    # d/dw = mean of −2·1·1 and −2·3·2, d/db = mean of −2·1 and −2·3
    assert (neuron.w[0].data, neuron.b.data) == (3.5, 2.0)


@BOTH
def test_a_loss_of_ones_own(compiled):
    neuron = Neuron(1, "linear", init="zeros", rng=0)
    data, steps = ([[1.0], [2.0]], [1.0, 3.0]), SGD(neuron.parameters(), lr=0.5)
    settings = {"epochs": 1, "shuffle": False, "progress": False, "compiled": compiled}
    history = fit(neuron, data, lambda answer, y: 3.0 * y - answer, steps, **settings)
    assert history["loss"] == [(3 + 9) / 2]
    # d/dw = the mean of −1 and −2, d/db = −1
    assert (neuron.w[0].data, neuron.b.data) == (0.75, 0.5)


class Reader(Module):
    def __init__(self, cell):
        self.letters = Embedding(11, 3, rng=0)
        self.cell = cell(3, 4, rng=1)
        self.norm = LayerNorm(4)
        self.drop = Dropout(0.3, rng=2)
        self.out = Linear(4, 2, rng=3)

    def __call__(self, x):
        return self.out(self.drop(self.norm(self.cell(self.letters(x))[0][-1])))


IMAGES = RNG.normal(size=(20, 1, 6, 6))
WORDS = RNG.integers(0, 11, size=(20, 5))
CLASSES = RNG.integers(0, 2, size=20)
MODELS = {
    "mlp": (lambda: MLP(6, [5, 2], "tanh", rng=0), IMAGES[:, 0, 0], CLASSES, "cross_entropy"),
    "one output, whole targets": (
        lambda: MLP(6, [4, 1], "sigmoid", rng=0), IMAGES[:, 0, 0], CLASSES,
        "binary_cross_entropy_with_logits",
    ),
    "hinge": (lambda: MLP(6, [4, 1], rng=0), IMAGES[:, 0, 0], 2 * CLASSES - 1, "hinge"),
    "several targets": (
        lambda: MLP(6, [3, 6], "tanh", rng=0), IMAGES[:, 0, 0], IMAGES[:, 0, 1], "huber",
    ),
    "convolution": (
        lambda: Sequential(Conv2d(1, 2, 3, padding=1, rng=0), ReLU(), MaxPool2d(2), Flatten(),
                           Dropout(0.2, rng=1), Linear(18, 2, rng=2)),
        IMAGES, CLASSES, "cross_entropy",
    ),
    "rnn": (lambda: Reader(RNN), WORDS, CLASSES, "cross_entropy"),
    "lstm": (lambda: Reader(LSTM), WORDS, CLASSES, "cross_entropy"),
    "gru": (lambda: Reader(GRU), WORDS, CLASSES, "cross_entropy"),
}  # fmt: skip


class Memory(Module):
    """Three steps of two recurrent neurons, and one that answers."""

    def __init__(self):
        self.memory = RNN(1, 2, rng=0)
        self.answer = Linear(2, 1, rng=1)

    def __call__(self, x):
        return self.answer(self.memory([[xi] for xi in x])[1])

    def shown(self):
        """What a drawing shows of the last call."""
        steps = [[value.data for value in row["h"]] for row in self.memory.last_steps.rows]
        return self.memory.last_output, steps, self.answer.last_input


def test_a_drawing_shows_a_call_and_no_example_that_was_compiled_with():
    model, x, y = Memory(), RNG.normal(size=(4, 3)), RNG.normal(size=4)
    model(x[1].tolist())
    before = model.shown()
    predict(model, x, compiled=True)
    evaluate(model, (x, y), "mse", compiled=True)
    assert model.shown() == before
    neuron, _ = line(compiled=True, epochs=1)
    assert neuron.last_input in LINE[0].tolist()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "optimizer",
    [
        lambda p: Adam(p, lr=0.01),
        lambda p: SGD(p, 0.1, momentum=0.9),
        lambda p: nn.RMSprop(p, lr=0.003, momentum=0.5),
    ],
)
def test_compiled_and_eager_are_the_same_training(name, optimizer):
    make, x, y, loss = MODELS[name]
    runs = []
    for compiled in (False, True):
        model = make()
        steps = optimizer(model.parameters())
        settings = {"epochs": 2, "batch_size": 6, "validation": 0.2, "clip_grad_norm": 0.5}
        history = fit(model, (x, y), loss, steps, compiled=compiled, progress=False, **settings)
        runs.append((model, steps, history))
    (eager, eager_steps, slow), (compiled, compiled_steps, fast) = runs
    close = {"rtol": 1e-10, "atol": 1e-12}
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(slow[name], fast[name], **close)
    for name, array in eager.state_dict().items():
        np.testing.assert_allclose(array, compiled.state_dict()[name], **close)
    for name, array in eager_steps.state_dict().items():
        np.testing.assert_allclose(array, compiled_steps.state_dict()[name], **close)
    np.testing.assert_allclose(predict(eager, x), predict(eager, x, compiled=True), **close)


def test_a_seed_repeats_the_order():
    first, second, other = (line(rng=seed, epochs=3)[1]["loss"] for seed in (1, 1, 2))
    assert first == second != other
    assert (
        line(rng=1, epochs=3, shuffle=False)[1]["loss"]
        == line(rng=2, epochs=3, shuffle=False)[1]["loss"]
    )


@BOTH
def test_validation_and_metrics(compiled):
    _, history = line(validation=0.25, metrics=["mae", "r2"], epochs=5, compiled=compiled)
    assert {"val_loss", "mae", "val_mae", "r2", "val_r2"} <= set(history.last)
    _, given = line(validation=LINE, metrics={"worst": lambda o, t: float(np.abs(o[:, 0] - t).max())},
                    epochs=5, compiled=compiled)  # fmt: skip
    assert given.last["val_worst"] > 0


@BOTH
def test_patience_brings_the_best_weights_back(compiled):
    neuron, history = line(
        lr=1.05,
        validation=LINE,
        patience=3,
        epochs=30,
        compiled=compiled,
        batch_size=24,
        metrics={},
    )  # a learning rate that is too large: the loss only grows
    assert history.stopped == "patience"
    assert len(history) == 4
    assert history.best_epoch == 0
    assert math.isclose(
        evaluate(neuron, LINE, "mse")["loss"], history.best["val_loss"], rel_tol=1e-12
    )
    assert history.last["val_loss"] > history.best["val_loss"]


@BOTH
def test_ctrl_c_keeps_the_best_weights(compiled, request):
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # whoever runs this may ignore it
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    def interrupt(history):
        if len(history) == 3:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored here
    try:
        neuron, history = line(callbacks=[interrupt], compiled=compiled)
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.stopped == "interrupted"
    assert len(history) == 3
    again, _ = line(epochs=3)
    np.testing.assert_allclose(
        [p.data for p in neuron.parameters()], [p.data for p in again.parameters()]
    )


def test_a_callback_may_stop_it():
    _, history = line(callbacks=[lambda h: len(h) == 2, lambda h: None])
    assert history.stopped == "callback"
    assert len(history) == 2


@BOTH
def test_a_nan_stops_it_and_says_where_it_began(compiled):
    neuron = Neuron(2, lambda v: v.log(), init="zeros", rng=0)
    neuron.b.data = 1.0
    x = np.array([[1.0, 1.0]] * 5 + [[1.0, -9.0]] + [[1.0, 1.0]] * 6)
    neuron.w[1].data = 0.2
    steps = SGD(neuron.parameters(), lr=1e-3)
    settings = {"epochs": 3, "batch_size": 4, "shuffle": False, "progress": False}
    with pytest.raises(nn.NonFiniteLossError) as caught:
        fit(neuron, (x, np.zeros(12)), "mse", steps, compiled=compiled, **settings)
    message = str(caught.value)
    assert message.startswith("epoch 1, batch 2: the loss is nan; in sample 2 of the batch log(")
    assert "gave nan" in message
    assert "test_nn_train.py" in message
    assert "\n" not in message
    assert all(math.isfinite(p.data) for p in neuron.parameters())


@BOTH
def test_weights_that_explode_are_named(compiled):
    with pytest.raises(nn.NonFiniteLossError, match=r"the loss is (inf|nan); ") as caught:
        line(lr=1e200, compiled=compiled, batch_size=24, epochs=10)
    assert "epoch" in str(caught.value)


def test_dropout_is_on_in_training_only():
    seen = []

    class Spy(Dropout):
        def __call__(self, x):
            seen.append(self.training)
            return super().__call__(x)

    model = Sequential(Linear(1, 4, rng=0), Spy(0.5, rng=0), Linear(4, 1, rng=1))
    fit(model, LINE, "mse", SGD(model.parameters()), epochs=1, validation=LINE, progress=False)
    assert seen == [True] * 24 + [False] * 24
    assert model.training is False
    model.train()
    predict(model, LINE[0])
    assert model.training is True


def test_a_function_of_values_can_be_trained():
    a, b = Value(0.0), Value(0.0)
    steps = SGD([a, b], lr=0.3)
    fit(lambda x: a * x[0] + b, LINE, "mse", steps, epochs=60, compiled=True, progress=False)
    assert abs(a.data - 2) < 0.01
    assert abs(b.data - 3) < 0.01
    with pytest.raises(TypeError, match="needs an optimizer or to be a Module"):
        predict(lambda x: a * x[0], LINE[0], compiled=True)


def test_a_second_training_goes_on_with_the_optimizers_state():
    runs = []
    for parts in ([(True, 4)], [(True, 2), (False, 1), (True, 1)]):
        model = MLP(1, [3, 1], "tanh", rng=0)
        steps = Adam(model.parameters(), lr=0.05)
        for compiled, epochs in parts:
            fit(
                model,
                LINE,
                "mse",
                steps,
                epochs=epochs,
                shuffle=False,
                compiled=compiled,
                progress=False,
            )
        runs.append([p.data for p in model.parameters()])
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-10)


def test_a_schedule_goes_along():
    neuron = Neuron(1, "linear", rng=0)
    steps = SGD(neuron.parameters(), lr=0.4)
    halve = nn.ExponentialLR(steps, 0.5)
    history = fit(neuron, LINE, "mse", steps, epochs=3, scheduler=halve, progress=False)
    assert history["lr"] == [0.4, 0.2, 0.1]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"data": (np.zeros((3, 1)), np.zeros(2))},
            ValueError,
            r"\(3, 1\) and targets of shape \(2,\)",
        ),
        ({"data": ([], [])}, ValueError, "do not match"),
        (
            {"data": ([[1.0], [2.0, 3.0]], [1, 2])},
            TypeError,
            "unequal lengths do not make an array",
        ),
        ({"data": (np.array([["a"]]), [1.0])}, TypeError, "the samples are not numbers"),
        ({"data": ([[math.nan]], [1.0])}, ValueError, "the samples hold nan or infinite numbers"),
        ({"data": 3}, TypeError, r"data is \(samples, targets\)"),
        ({"loss": "mean"}, ValueError, "unknown loss 'mean'; known are: mse"),
        ({"metrics": "acc"}, ValueError, "unknown metric 'acc'; known are: accuracy"),
        ({"epochs": 0}, ValueError, "epochs is a whole number of 1 or more, not 0"),
        ({"batch_size": 0}, ValueError, "batch_size is a whole number of 1 or more"),
        (
            {"validation": 1.5},
            ValueError,
            "validation is data, or a share between 0 and 1, not 1.5",
        ),
        ({"validation": 0.99}, ValueError, "too few to hold out"),
        ({"epochs": 1.5}, ValueError, "epochs is a whole number of 1 or more, not 1.5"),
        ({"epochs": True}, ValueError, "epochs is a whole number .* not True"),
        ({"batch_size": 2.0}, ValueError, "batch_size is a whole number .* not 2.0"),
        ({"batch_size": -3}, ValueError, "batch_size is a whole number .* not -3"),
        ({"patience": -1}, ValueError, "patience is a whole number of 1 or more, not -1"),
        ({"patience": 0}, ValueError, "patience is a whole number of 1 or more, not 0"),
        ({"min_delta": -0.1}, ValueError, "min_delta is a number of 0 or more, not -0.1"),
        ({"min_delta": math.nan}, ValueError, "min_delta .* not nan"),
        ({"min_delta": "0"}, TypeError, "min_delta .* not '0'"),
        ({"clip_grad_norm": -1}, ValueError, "clip_grad_norm is a number above 0, not -1"),
        ({"clip_grad_norm": 0}, ValueError, "clip_grad_norm is a number above 0, not 0"),
        ({"clip_grad_norm": math.nan}, ValueError, "clip_grad_norm .* not nan"),
        ({"clip_grad_norm": "1"}, TypeError, "clip_grad_norm .* not '1'"),
        ({"callbacks": print}, TypeError, "callbacks is a list of functions"),
        ({"callbacks": [1]}, TypeError, "callbacks is a list of functions"),
        ({"scheduler": "cosine"}, TypeError, "scheduler is one of nn's, .* not 'cosine'"),
        ({"scheduler": nn.StepLR(SGD([]), 1)}, ValueError, "changes another optimizer"),
        ({"optimizer": "adam"}, TypeError, r"like Adam\(model.parameters\(\), .* not 'adam'"),
        ({"optimizer": Adam}, TypeError, "fit takes an optimizer, like .* not <class"),
        ({"optimizer": None}, TypeError, "fit takes an optimizer, like .* not None"),
        ({"optimizer": SGD([])}, ValueError, "changes none of the model's parameters: make it"),
        (
            {"optimizer": Adam(MLP(1, [1], rng=0).parameters())},
            ValueError,
            "changes none of the model's parameters: make it",
        ),
        ({"model": 3}, TypeError, "fit takes a model: .* not 3"),
        ({"loss": None}, ValueError, "unknown loss None; known are: mse"),
        ({"loss": ["mse"]}, ValueError, "unknown loss"),
        ({"metrics": 3}, ValueError, "unknown metric 3; known are: accuracy"),
        ({"metrics": [["mae"]]}, ValueError, "unknown metric"),
    ],
)
def test_bad_input_is_one_clear_line(settings, error, message):
    neuron = Neuron(1, "linear", rng=0)
    usual = {"model": neuron, "data": LINE, "loss": "mse", "optimizer": SGD(neuron.parameters())}
    before = neuron.state_dict()
    with pytest.raises(error, match=message) as caught:
        fit(**(usual | {"progress": False} | settings))
    assert "\n" not in str(caught.value)
    assert neuron.state_dict() == before


@BOTH
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([], ValueError, r"one sample or more, not an array of shape \(0,\)"),
        (np.zeros((0, 1)), ValueError, r"one sample or more, not an array of shape \(0, 1\)"),
        (3.0, ValueError, "a list of samples, not the number 3.0"),
        ([["a"]], TypeError, "the samples are not numbers but <U1"),
        ([[1.0], [1.0, 2.0]], TypeError, "samples of unequal lengths"),
    ],
)
def test_predict_of_what_is_no_list_of_samples(x, error, message, compiled):
    with pytest.raises(error, match=message):
        predict(Neuron(1, rng=0), x, compiled=compiled)


KINDS_OF_LABELS = {
    "int": lambda y: y,
    "float": lambda y: y.astype(float),
    "bool": lambda y: y.astype(bool),
    "uint8": lambda y: y.astype(np.uint8),
}


@pytest.mark.parametrize("kind", KINDS_OF_LABELS)
@pytest.mark.parametrize("name", ["mlp", "one output, whole targets", "hinge", "rnn", "gru"])
def test_labels_of_every_kind_train_alike_both_ways(name, kind):
    make, x, y, loss = MODELS[name]
    y = KINDS_OF_LABELS[kind](y if loss != "hinge" else (y + 1) // 2)
    runs = []
    for compiled in (False, True):
        model = make()
        history = fit(model, (x, y), loss, SGD(model.parameters(), 0.1), epochs=2, validation=0.2,
                      compiled=compiled, progress=False)  # fmt: skip
        runs.append((history["loss"], history["val_loss"], *model.state_dict().values()))
    for eager, compiled in zip(*runs):
        np.testing.assert_allclose(eager, compiled, rtol=1e-10, atol=1e-12)


@BOTH
@pytest.mark.parametrize("at", [0, 7])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (2, "a target is a class number from 0 to 1, .* not 2"),
        (-1, "a target is a class number from 0 to 1, .* not -1"),
        (3.0, "a target is a class number from 0 to 1, .* not 3.0"),
        (0.5, "a target is a class number from 0 to 1, .* not 0.5"),
    ],
)
def test_a_label_out_of_range_is_one_error_both_ways(wrong, message, at, compiled):
    model = MLP(6, [3, 2], "tanh", rng=0)
    y = CLASSES.astype(type(wrong))
    y[at] = wrong
    settings = {"epochs": 1, "shuffle": False, "compiled": compiled, "progress": False}
    with pytest.raises(ValueError, match=message):
        fit(model, (IMAGES[:, 0, 0], y), "cross_entropy", SGD(model.parameters()), **settings)
    with pytest.raises(ValueError, match=message):
        evaluate(model, (IMAGES[:, 0, 0], y), "cross_entropy", compiled=compiled)
    held = (IMAGES[:, 0, 0], CLASSES)
    with pytest.raises(ValueError, match=message):
        fit(model, held, "cross_entropy", SGD(model.parameters()),
            validation=(IMAGES[:, 0, 0], y), **settings)  # fmt: skip


@BOTH
def test_a_word_that_is_not_in_the_table_is_one_error_both_ways(compiled):
    words = WORDS.copy()
    words[9, 2] = 11
    model = Reader(RNN)
    with pytest.raises(IndexError, match=r"Embedding\(11, 3\) takes .* 0 to 10, not 11"):
        fit(model, (words, CLASSES), "cross_entropy", SGD(model.parameters()), epochs=1,
            compiled=compiled, progress=False)  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_progress_bar(monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    clock = iter(range(100))
    monkeypatch.setattr("nn.progress.time.monotonic", lambda: float(next(clock)))
    screen = Terminal()
    bar = Progress(4, screen)
    bar.batch(0, 0.5, {"loss": 0.123456})
    bar.epoch(3, {"loss": 0.5, "accuracy": 0.987})
    bar.close()
    first, last = screen.getvalue().rstrip("\n").split("\r")[1:]
    assert first.startswith("epoch 1/4 ━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  12 %  loss 0.1235")
    assert last.startswith("epoch 4/4 ━━━━━━━━━━━━━━━━━━━━ 100 %  loss 0.5  accuracy 98.7 %")
    assert all(len(text) <= 69 for text in (first, last.rstrip()))


def test_progress_in_a_file_is_a_few_lines():
    file = io.StringIO()
    bar = Progress(100, file)
    for epoch in range(100):
        bar.batch(epoch, 0.5, {"loss": 1.0})
        bar.epoch(epoch, {"loss": 1.0})
    bar.close()
    assert len(file.getvalue().splitlines()) == 10
    assert "\r" not in file.getvalue()


def test_progress_on_a_stream_of_few_letters():
    raw = io.BytesIO()
    bar = Progress(1, io.TextIOWrapper(raw, encoding="ascii"))
    bar.epoch(0, {"loss": 1.0})
    assert b"100 %" in raw.getvalue()


def test_fit_speaks_only_when_asked(capfd):
    line(epochs=2)
    assert capfd.readouterr() == ("", "")
    line(epochs=2, progress=True)
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 2


def test_confusion_and_accuracy():
    outputs, targets = [[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [0.0, 3.0, 1.0]], [0, 1, 2]
    assert nn.confusion(outputs, targets, 3).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert nn.accuracy(outputs, targets) == 2 / 3
    assert nn.accuracy(outputs, np.eye(3)) == 2 / 3
    assert nn.accuracy([-1.0, 2.0], [-1, 1], threshold=0.0) == 1.0
