"""A model that trains in a page, in a real engine: Python's losses, order of samples, files."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from javascript import ENGINES, running

import nn
from nn import MLP, SGD, Adam, AdamW, RMSprop, Sequential
from nn.compiled import Compiled
from viz.playground.model import export


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    with running(request.param) as evaluate:
        yield evaluate


def spirals(n=60):
    """Two arms, −1 and 1."""
    random = np.random.default_rng(1)
    angle, side = random.uniform(0.5, 3.0, n), np.where(np.arange(n) % 2, 1.0, -1.0)
    x = (side * angle)[:, None] * np.stack([np.cos(2 * angle), np.sin(2 * angle)], 1)
    return x + random.normal(0.0, 0.1, x.shape), side


def evaluated(engine, made, body):
    """What a page with this model returns from a function of ``program`` and ``data``."""
    before = f"{made.script}\nconst program = createProgram(), data = {json.dumps(made.data)}"
    return engine(before, f"(() => {{ {body} }})()")


def losses(model, loss, optimizer, x, y, batch, seed, steps=100):
    """Those of `fit`, batch by batch."""
    engine, random = Compiled(model, loss, optimizer, x, y), np.random.default_rng(seed)
    found = []
    while len(found) < steps:
        for chosen in nn.data.batches(len(x), batch, random):
            found.append(engine.step(x[chosen], y[chosen], None)[0])
    return np.array(found[:steps])


OPTIMIZERS = {
    "sgd": lambda p: SGD(p, lr=0.1, weight_decay=0.002),
    "momentum": lambda p: SGD(p, lr=0.02, momentum=0.9),
    "nesterov": lambda p: SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    "adam": lambda p: Adam(p, lr=0.01, weight_decay=0.002),
    "adamw": lambda p: AdamW(p, lr=0.01, weight_decay=0.02),
    "rmsprop": lambda p: RMSprop(p, lr=0.005),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_first_hundred_losses_are_pythons(engine, name):
    """All samples at once, and batches of 16 in the order of the same seed."""
    x, y = spirals()
    for batch in (60, 16):
        model = MLP(2, [16, 16, 1], activation="tanh", rng=3)
        made, optimizer = export(model, (x, y)), OPTIMIZERS[name](model.parameters())
        settings = {"optimizer": name, "rate": optimizer.lr, "batch": batch}
        settings |= {"penalty": optimizer.weight_decay / 2}
        found = evaluated(
            engine, made,
            f"const t = createTraining(program, data, {json.dumps(settings)});"
            "return Array.from({ length: 100 }, () => t.step().loss);",
        )  # fmt: skip
        expected = losses(model, nn.hinge_loss, optimizer, x, y, batch, seed=0)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
        assert expected[-1] < expected[0]


def test_it_is_fit_whose_losses_they_are(engine):
    x, y = spirals()
    model = MLP(2, [8, 1], activation="relu", rng=0)
    made = export(model, (x, y))
    found = evaluated(
        engine, made,
        "const t = createTraining(program, data, { optimizer: 'adam', rate: 0.02, batch: 7, seed: 0,"
        " schedule: 'CosineAnnealingLR', epochs: 5 }); const all = [];"
        "for (let i = 0; i < 45; i++) all.push(t.step().loss); return [all, ...program.parameters];",
    )  # fmt: skip
    adam = Adam(model.parameters(), lr=0.02)
    schedule = nn.CosineAnnealingLR(adam, T_max=5)
    history = nn.fit(
        model, (x, y), "hinge", adam, epochs=5, batch_size=7, scheduler=schedule, compiled=True,
        progress=False,
    )  # fmt: skip
    named = dict(model.named_parameters())
    expected = [named[name].data for name in made.facts["names"]]
    np.testing.assert_allclose(found[1:], expected, rtol=1e-10)
    sizes = [7] * 8 + [4]
    epochs = np.reshape(found[0], (5, 9)) @ sizes / 60
    np.testing.assert_allclose(epochs, [epoch["loss"] for epoch in history.epochs], rtol=1e-12)


def test_samples_come_in_numpys_order(engine):
    made = export(MLP(1, [1], rng=0), ([[1.0]], [1.0]))
    seeds = [0, 1, 7, 2**32 - 1]
    found = evaluated(
        engine, made,
        f"return {seeds}.map((s) => {{ const r = createRandom(s);"
        " return [r.permutation(10), r.uniform(), r.permutation(1000), r.uniform()] })",
    )  # fmt: skip
    for seed, drawn in zip(seeds, found):
        rng = np.random.default_rng(seed)
        assert drawn[0] == rng.permutation(10).tolist()
        assert drawn[1] == rng.random()
        assert drawn[2] == rng.permutation(1000).tolist()
        assert drawn[3] == rng.random()


def test_another_seed_deals_each_layers_numbers_anew(engine):
    made = export(MLP(2, [5, 3, 1], activation="tanh", rng=2), spirals())
    before, after, again = evaluated(
        engine, made,
        "const t = createTraining(program, data, {}), all = [[...program.parameters]];"
        "for (const seed of [4, 0]) { t.reset(seed); all.push([...program.parameters]); } return all;",
    )  # fmt: skip
    assert again == before != after
    names = np.array(made.facts["names"])
    random = np.random.default_rng(4)
    expected = np.array(before)
    keys = [name.split(".neurons")[0] + name.split(".")[4] for name in names.tolist()]
    for key in dict.fromkeys(keys):
        places = np.flatnonzero(np.array(keys) == key)
        expected[places] = expected[places][random.permutation(len(places))]
    assert after == expected.tolist()


def test_answers_layers_and_shares_of_right_answers(engine):
    x, _ = spirals()
    model = Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, 3, rng=1))
    classes = np.arange(60) % 3
    made = export(model, (x, classes), test=0.25)
    assert [layer["width"] for layer in made.facts["layers"]] == [4, 3]
    assert made.facts["layers"][0]["activation"] == "tanh"
    assert (made.data["train"]["n"], made.data["test"]["n"]) == (45, 15)
    answers, layers, accuracy, loss = evaluated(
        engine, made,
        "const t = createTraining(program, data), x = Float64Array.from(data.test.x);"
        "const layers = program.activations(x).map((a) => [...a]);"
        "return [[...program.predict(x, 15)], layers, t.accuracy('test'), t.loss('test')]",
    )  # fmt: skip
    held = np.reshape(made.data["test"]["x"], (15, 2))
    expected = nn.predict(model, held)
    np.testing.assert_allclose(np.reshape(answers, (15, 3)), expected, rtol=1e-12)
    hidden = [[value.data for value in nn.Tanh()(model[0](sample))] for sample in held.tolist()]
    np.testing.assert_allclose(np.reshape(layers[0], (15, 4)), hidden, rtol=1e-12)
    assert layers[1] == answers
    right = made.data["test"]["y"]
    assert accuracy == np.mean(expected.argmax(1) == right)
    known = nn.evaluate(model, (held, np.array(right)), "cross_entropy")
    assert loss == pytest.approx(known["loss"], rel=1e-12)


def test_nn_load_reads_the_weights(engine, tmp_path):
    model = Sequential(nn.Standardize((2,), [1.0, 2.0], [3.0, 4.0]), nn.Linear(2, 3, rng=0), nn.ReLU(),
                       nn.Linear(3, 1, rng=1))  # fmt: skip
    made = export(model, spirals())
    content, names, numbers = evaluated(
        engine, made,
        "const t = createTraining(program, data); t.step(); t.step();"
        "return [[...weightsFile(program)], program.names, [...program.parameters]]",
    )  # fmt: skip
    path = tmp_path / "weights.npz"
    path.write_bytes(bytes(content))
    nn.load(path, into=model)
    named = dict(model.named_parameters())
    assert names == made.facts["names"]
    assert [named[name].data for name in names] == numbers
    assert np.load(path)["chainrule"] == 1
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():  # the numbers of an npy file begin at a multiple of 64
            entry = archive.read(name)
            assert (10 + int.from_bytes(entry[8:10], "little")) % 64 == 0


def test_history_is_thinned_and_scrubbed_through(engine):
    made = export(MLP(2, [3, 1], activation="tanh", rng=0), spirals(10))
    found = evaluated(
        engine,
        made,
        """
        const t = createTraining(program, data, { rate: 0.05 }), seen = [[...program.parameters]];
        for (let i = 0; i < 2000; i++) { t.step(); seen.push([...program.parameters]); }
        const { steps, train, test, snapshots } = t.history;
        const lengths = [steps, train, test, snapshots].map((x) => x.length);
        const at = t.scrub(1001), same = String([...program.parameters]) === String(seen[at]);
        const loss = t.loss("train"), known = train[steps.indexOf(at)];
        const went = t.step().step, last = steps.at(-1);
        return [lengths, at, same, loss === known, went === at + 1, last <= at + 1];
        """,
    )
    lengths, at, *true = found
    assert len(set(lengths)) == 1
    assert 100 < lengths[0] <= 256
    assert 900 < at <= 1001
    assert true == [True] * 4


def test_what_is_restored_goes_on_as_if_nothing_had_happened(engine):
    made = export(MLP(2, [3, 1], activation="tanh", rng=0), spirals(10))
    one, other = evaluated(
        engine, made,
        """
        const settings = { optimizer: "adam", batch: 4 };
        const t = createTraining(program, data, settings);
        const five = (t) => Array.from({ length: 5 }, () => t.step().loss);
        five(t); t.add([1, 2], 1); t.move(0, [0.5, 0.5]); t.remove(3); five(t);
        const kept = JSON.stringify(t.state()), first = five(t);
        const fresh = createTraining(createProgram(), data);
        fresh.restore(JSON.parse(kept));
        return [first, five(fresh)];
        """,
    )  # fmt: skip
    assert one == other


def test_a_straight_way_is_one_that_settings_and_a_number_of_steps_lead_along(engine):
    """What is changed at step 0 begins anew, what is changed later is kept with its step."""
    made = export(MLP(2, [3, 1], activation="tanh", rng=0), spirals(20))
    straight, changed, *others, first, again = evaluated(
        engine, made,
        """
        const make = () => createTraining(createProgram(), data, { batch: 4 });
        const go = (t, n = 7) => { for (let i = 0; i < n; i++) t.step(); return t; };
        const t = make();
        t.change({ batch: 6 }); t.change({ batch: 5, optimizer: "adam", rate: 0.02 }); go(t, 9);
        t.change({ batch: 7 }); t.change({ rate: 0.1 });
        const { origin, changes } = t.way(), u = make();
        u.change(origin); go(u, 9);
        for (const [at, change] of changes) u.change(change);
        const scrubbed = go(make()); scrubbed.scrub(3);
        const looked = scrubbed.way(); scrubbed.step();
        const bent = [(x) => x.sample(0), (x) => x.add([1, 2], 1),
            (x) => { x.change({ rate: 1 }); x.scrub(3); },
            (x) => { x.scrub(3); x.change({ rate: 1 }); }]
            .map((bend) => { const x = go(make()); bend(x); return x.way(); });
        const all = [t, u, make()].every((x) => x.way()) && Boolean(looked);
        return [all, changes, ...bent, scrubbed.way(),
            go(t).step().loss, go(u).step().loss];
        """,
    )  # fmt: skip
    assert straight
    assert changed == [[9, {"batch": 7}], [9, {"rate": 0.1}]]
    assert others == [None] * 5
    assert first == again


def test_one_sample_teaches_by_itself(engine):
    x, y = spirals(10)
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    found = evaluated(
        engine, export(model, (x, y)),
        "const t = createTraining(program, data, { rate: 0.1 });"
        "return [t.sample(4).loss, t.loss('train')]",
    )  # fmt: skip
    sgd = SGD(model.parameters(), lr=0.1)
    loss = nn.hinge_loss(model(x[4].tolist()), y[4])
    loss.backward()
    sgd.step()
    after = nn.evaluate(model, (x, y), "hinge")["loss"]
    np.testing.assert_allclose(found, [loss.data, after], rtol=1e-12)


def test_what_is_no_module_too_much_or_no_class_is_refused():
    model = MLP(2, [3], rng=0)
    for y in ([0, 1, 3], [0.0, 0.5, 1.0]):
        with pytest.raises(ValueError, match="a class number from 0 to 2"):
            export(model, (np.zeros((3, 2)), np.array(y)), "cross_entropy")
    with pytest.raises(ValueError, match="argument 0 is an array"):
        export(model, (np.zeros((3, 2)), [0, 1, 2]), test=(np.zeros((3, 4)), [0, 1, 2]))
    with pytest.raises(TypeError, match="trains a Module"):
        export(lambda x: x, ([[1.0]], [1.0]))
    with pytest.raises(ValueError, match="take fewer samples"):
        export(MLP(2000, [1], rng=0), (np.zeros((2001, 2000)), np.zeros(2001)))


def test_schedules_are_those_of_nn(engine):
    made = export(MLP(1, [1], rng=0), ([[1.0]], [1.0]))
    sgd = SGD([], lr=0.5)
    twins = {
        "{ epochs: 3, gamma: 0.2 }": nn.StepLR(sgd, 3, 0.2),
        "{ gamma: 0.9 }": nn.ExponentialLR(sgd, 0.9),
        "{ epochs: 6, start_factor: 1, end_factor: 0.1 }": nn.LinearLR(sgd, 1.0, 0.1, 6),
        "{ epochs: 6 }": nn.LinearLR(sgd, total_iters=6),
        "{ epochs: 8, eta_min: 0.01 }": nn.CosineAnnealingLR(sgd, 8, 0.01),
    }
    names = [type(twin).__name__ for twin in twins.values()]
    found = evaluated(
        engine, made,
        f"return [{','.join(twins)}].map((given, k) => Array.from({{ length: 8 }}, (_, epoch) =>"
        f" SCHEDULES[{names}[k]](0.5, epoch, {{ ...UNSCHEDULED, ...given }})))",
    )  # fmt: skip
    for scheduler, rates in zip(twins.values(), found):
        scheduler.base_lr = 0.5
        expected = [scheduler.rate(epoch) for epoch in range(8)]
        np.testing.assert_allclose(rates, expected, rtol=1e-14)


def test_a_penalty_is_told_apart_and_a_loss_that_is_no_number_changes_nothing(engine):
    x, y = spirals(10)
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    loss, penalty, infinite, same = evaluated(
        engine, export(model, (x, y), "mse"),
        """
        const t = createTraining(program, data, { penalty: 0.5 }), { loss, penalty } = t.step();
        t.add([1e300, 1e300], 1e300);
        const all = () => String([program.parameters, t.history.steps]), before = all();
        const after = t.step();
        return [loss, penalty, Number.isFinite(after.loss), all() === before && t.run(1) === 1];
        """,
    )  # fmt: skip
    expected = nn.evaluate(model, (x, y), "mse")["loss"]
    squares = sum(p.data * p.data for p in model.parameters())
    np.testing.assert_allclose([loss, penalty], [expected, 0.5 * squares], rtol=1e-12)
    assert not infinite
    assert same


@pytest.mark.parametrize(
    ("low", "last", "loss"),
    [
        (-1.0, "tanh", "hinge"),
        (0.0, "sigmoid", "binary_cross_entropy"),
        (0.0, "linear", "binary_cross_entropy_with_logits"),
    ],
)
def test_two_classes_are_told_apart_where_their_loss_does(engine, low, last, loss):
    x, side = spirals()
    y = np.where(side > 0, 1.0, low)
    model = MLP(2, [6, 1], activation="tanh", out_activation=last, rng=1)
    made = export(model, (x, y))
    assert made.facts["loss"] == loss
    found = evaluated(engine, made, "return createTraining(program, data).accuracy('train')")
    middle = 0.5 if last == "sigmoid" else 0.0
    assert found == np.mean((nn.predict(model, x)[:, 0] > middle) == (side > 0))


def test_dropout_is_drawn_in_training_and_left_out_in_use(engine):
    """One dropout with the seed 0 draws what the page draws, too."""
    x, y = spirals()
    model = Sequential(
        nn.Linear(2, 8, rng=0), nn.Tanh(), nn.Dropout(0.5, rng=0), nn.Linear(8, 1, rng=1)
    )
    found, answers = evaluated(
        engine, export(model, (x, y)),
        "const before = [...program.predict(Float64Array.from(data.train.x))];"
        "const t = createTraining(program, data, { rate: 0.1, batch: 16 });"
        "return [Array.from({ length: 30 }, () => t.step().loss), before]",
    )  # fmt: skip
    np.testing.assert_allclose(answers, nn.predict(model, x)[:, 0], rtol=1e-12)
    sgd = SGD(model.parameters(), lr=0.1)
    expected = losses(model.train(), nn.hinge_loss, sgd, x, y, 16, seed=0, steps=30)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_every_step_is_kept_unless_looking_takes_longer_than_training(engine):
    small = export(MLP(2, [3, 1], activation="tanh", rng=0), spirals(12))
    large = export(MLP(100, [20, 1], rng=0), (np.zeros((600, 100)), np.ones(600)))
    body = (
        "const t = createTraining(program, data, { batch: 4 }); for (let i = 0; i < 9; i++) t.step();"
        "return [t.history.steps, t.history.every]"
    )
    assert evaluated(engine, small, body) == [list(range(10)), 1]
    assert evaluated(engine, large, body) == [[0], 64]  # of 600 / 3 / 4: 50


def test_it_runs_for_as_long_as_it_is_told(engine):
    made = export(MLP(2, [3, 1], activation="tanh", rng=0), spirals(12))
    done, step, took = evaluated(
        engine, made,
        "const t = createTraining(program, data), start = performance.now(), done = t.run(30);"
        "return [done, t.steps(), performance.now() - start]",
    )  # fmt: skip
    assert done == step > 1
    assert took >= 30


def test_several_targets_and_two_outputs(engine):
    """An auto-encoder's batches carry a row of targets each; two outputs are two classes."""
    x, side = spirals()
    model = MLP(2, [3, 2], activation="tanh", rng=0)
    start = [p.data for p in model.parameters()]
    for y, loss in ((x, "mse"), ((side > 0).astype(int), "cross_entropy")):
        for p, number in zip(model.parameters(), start):
            p.data = number
        made = export(model, (x, y))
        assert made.facts["loss"] == loss
        found, share = evaluated(
            engine, made,
            "const t = createTraining(program, data, { rate: 0.05, batch: 16 });"
            "const share = t.accuracy('train');"
            "return [Array.from({ length: 20 }, () => t.step().loss), share]",
        )  # fmt: skip
        right = np.mean(nn.predict(model, x).argmax(1) == y) if loss == "cross_entropy" else None
        assert share == right  # JSON has null for nan
        sgd = SGD(model.parameters(), lr=0.05)
        expected = losses(model, nn.losses.resolve_loss(loss), sgd, x, y, 16, seed=0, steps=20)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
