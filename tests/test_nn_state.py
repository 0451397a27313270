"""Saved parameters: complete or not there, the same bytes each time, and clear words for all else."""

from __future__ import annotations

import io
import math
import os
import threading
import tracemalloc
import zipfile

import numpy as np
import pytest

import nn
from autograd import Value
from nn import (
    GRU,
    LSTM,
    MLP,
    SGD,
    Adam,
    Conv2d,
    Embedding,
    Flatten,
    Layer,
    LayerNorm,
    Linear,
    Sequential,
)


def network(seed):
    return Sequential(
        Conv2d(1, 2, 2, rng=seed), Flatten(), LayerNorm(8),
        Layer(8, 3, connections=[[0, 1], [2], [3, 4, 5]], rng=seed), Linear(3, 2, bias=False, rng=seed),
    )  # fmt: skip


IMAGE = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]]]


@pytest.mark.parametrize(
    "make",
    [
        network,
        lambda s: MLP(3, [4, 1], rng=s),
        lambda s: LSTM(2, 3, rng=s),
        lambda s: GRU(2, 3, rng=s),
        lambda s: Embedding(5, 2, rng=s),
    ],
)
def test_a_round_trip_keeps_every_number(make, tmp_path):
    model, other = make(1), make(2)
    assert nn.save(model, tmp_path / "m.npz") == tmp_path / "m.npz"
    nn.load(tmp_path / "m.npz", into=other)
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    assert os.listdir(tmp_path) == ["m.npz"]


def test_shapes_and_names():
    state = network(0).state_dict()
    assert {name: array.shape for name, array in state.items() if ".3." not in name} == {
        "layers.0.neurons.0.w": (4,), "layers.0.neurons.0.b": (),
        "layers.0.neurons.1.w": (4,), "layers.0.neurons.1.b": (),
        "layers.2.weight": (8,), "layers.2.bias": (8,),
        "layers.4.neurons.0.w": (3,), "layers.4.neurons.1.w": (3,),
    }  # fmt: skip
    assert Embedding(5, 2, rng=0).state_dict()["weight"].shape == (5, 2)


def test_ragged_lists_keep_their_numbers():
    class Odd(nn.Module):
        def __init__(self):
            self.rows = [[Value(1.0)], [Value(2.0), Value(3.0)]]

    state = Odd().state_dict()
    assert {name: float(a) for name, a in state.items()} == {
        "rows.0.0": 1,
        "rows.1.0": 2,
        "rows.1.1": 3,
    }
    other = Odd()
    other.load_state_dict({name: a * 2 for name, a in state.items()})
    assert [p.data for p in other.parameters()] == [2.0, 4.0, 6.0]


def test_the_same_numbers_are_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        nn.save(network(0), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with np.load(tmp_path / "a", allow_pickle=False) as archive:
        assert "layers.0.neurons.0.w" in archive.files


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(share, tmp_path):
    content = nn.save(network(0), tmp_path / "m.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[: int(share * len(content))])
    model = network(1)
    before = model.state_dict()
    with pytest.raises(ValueError, match=r"cut.npz cannot be read as saved parameters") as caught:
        nn.load(tmp_path / "cut.npz", into=model)
    assert "\n" not in str(caught.value)
    assert all(np.array_equal(before[k], a) for k, a in model.state_dict().items())


def test_a_flipped_bit_is_noticed(tmp_path):
    content = bytearray(nn.save(network(0), tmp_path / "m.npz").read_bytes())
    content[len(content) // 3] ^= 1
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read"):
        nn.load(tmp_path / "m.npz")


def test_a_damaged_file_is_a_value_error_or_as_good_as_new(tmp_path):
    whole = nn.save({"w": np.array([1.5, -2.0])}, tmp_path / "m.npz").read_bytes()
    damaged, refused = tmp_path / "damaged.npz", 0
    for at in range(len(whole)):
        content = bytearray(whole)
        content[at] ^= 1 + 37 * at % 255
        damaged.write_bytes(content)
        try:
            found = nn.load(damaged)
        except ValueError:
            refused += 1
        else:  # a date, a system's name: what no number depends on
            assert {name: array.tolist() for name, array in found.items()} == {"w": [1.5, -2.0]}
    assert refused > len(whole) / 2


def archive(path, entries):
    """An archive as NumPy writes it, with what our own writer refuses."""
    np.savez(path, chainrule=np.array(1), **entries)
    return path


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (np.array(["1", "2"]), "<U1"),
        (np.array([b"1"]), r"\|S1"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
        (np.array([1, 2], dtype="timedelta64[s]"), "timedelta64"),
        (np.array([1 + 2j]), "complex128"),
        (np.zeros(2, dtype=[("a", float)]), "'a', '<f8'"),
    ],
)
def test_what_is_no_number_is_neither_saved_nor_loaded(array, kind, tmp_path):
    with pytest.raises(ValueError, match=f"only numbers are saved: 'w' holds .*{kind}"):
        nn.save({"w": array}, tmp_path / "m.npz")
    path = archive(tmp_path / "m.npz", {"w": array})
    with pytest.raises(ValueError, match=f"m.npz .*w.npy holds no numbers but .*{kind}"):
        nn.load(path)
    if array.shape == (2,):
        with pytest.raises(ValueError, match=f"'w' holds no numbers but .*{kind}"):
            nn.Neuron(2, bias=False, rng=0).load_state_dict({"w": array})


@pytest.mark.parametrize("version", [2, 0, [1], 1.5])
def test_another_version_is_refused(version, tmp_path):
    np.savez(tmp_path / "m.npz", chainrule=np.array(version), w=np.zeros(2))
    with pytest.raises(ValueError, match=r"m.npz is of version .*; this one reads version 1"):
        nn.load(tmp_path / "m.npz")


def test_a_file_of_the_first_version_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.npz", "w") as file:  # as it was written by hand
        for key, array in (("chainrule", np.array(1)), ("w", np.array([1.0, 2.0]))):
            with file.open(zipfile.ZipInfo(f"{key}.npy"), "w", force_zip64=True) as out:
                np.lib.format.write_array(out, array, allow_pickle=False)
    assert nn.load(tmp_path / "m.npz")["w"].tolist() == [1.0, 2.0]


def test_a_file_that_asks_for_far_more_than_it_holds_is_refused_before(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as file:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 24,)}
        )
        file.writestr("w.npy", header.getvalue() + bytes(1 << 27))
    assert (tmp_path / "bomb.npz").stat().st_size < 1 << 18  # for 128 MiB
    announced = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        announced, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40,)}
    )
    with zipfile.ZipFile(tmp_path / "header.npz", "w") as file:
        file.writestr("w.npy", announced.getvalue() + bytes(8))
    for name, message in (
        ("bomb", "far more than a file of its size"),
        ("header", "w.npy holds 8"),
    ):
        tracemalloc.start()
        with pytest.raises(ValueError, match=message):
            nn.load(tmp_path / f"{name}.npz")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 21


def test_foreign_files_are_refused(tmp_path):
    np.savez(tmp_path / "foreign.npz", a=np.zeros(2))
    with pytest.raises(ValueError, match=r"an archive of arrays, but save\(\) did not write it"):
        nn.load(tmp_path / "foreign.npz")
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"array.npy"):
        nn.load(tmp_path / "array.npy")
    pickled = io.BytesIO()
    np.save(pickled, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(tmp_path / "pickle.npz", "w") as archive:
        archive.writestr("a.npy", pickled.getvalue())
    with pytest.raises(ValueError, match=r"pickle.npz"):
        nn.load(tmp_path / "pickle.npz")
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "nowhere.npz")
    with pytest.raises(IsADirectoryError):
        nn.load(tmp_path)


def test_another_models_state_is_refused_whole(tmp_path):
    path = nn.save(MLP(2, [3, 1], rng=0), tmp_path / "m.npz")
    narrow, deep = MLP(4, [3, 1], rng=1), MLP(2, [3, 3, 1], rng=1)
    before = [p.data for p in narrow.parameters()]
    with pytest.raises(
        ValueError, match=r"'layers.0.neurons.0.w' has shape \(2,\) in this state, \(4,\)"
    ):
        nn.load(path, into=narrow)
    assert [p.data for p in narrow.parameters()] == before
    with pytest.raises(ValueError, match=r"lacks 'layers.1.neurons.1.w'.* and 3 more"):
        nn.load(path, into=deep)


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = nn.save({"a": np.zeros(3)}, tmp_path / "m.npz")
    content = path.read_bytes()
    with pytest.raises(ValueError, match="only numbers are saved: 'b' holds object"):
        nn.save({"a": np.ones(3), "b": np.array([object()])}, path)
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["m.npz"]
    for name in ("file", "allow_pickle"):
        with pytest.raises(ValueError, match=f"no array under the name '{name}': rename it"):
            nn.save({name: np.ones(3)}, path)
    assert path.read_bytes() == content


def test_readers_never_see_half_a_file(tmp_path):
    path = nn.save({"a": np.zeros(20_000)}, tmp_path / "m.npz")
    stop, seen = threading.Event(), []

    def read():
        while not stop.is_set():
            seen.append(set(nn.load(path)["a"].tolist()))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 20):
        nn.save({"a": np.full(20_000, float(number))}, path)
    stop.set()
    reader.join()
    assert seen
    assert all(len(numbers) == 1 for numbers in seen)


@pytest.mark.parametrize(
    "kind", [lambda p: Adam(p, lr=0.1), lambda p: SGD(p, lr=0.1, momentum=0.9)]
)
def test_an_optimizer_goes_on_where_it_was(kind, tmp_path):
    def train(model, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            (model([1.0, -2.0]) ** 2).backward()
            optimizer.step()

    straight, resumed = MLP(2, [2, 1], rng=0), MLP(2, [2, 1], rng=0)
    optimizer = kind(straight.parameters())
    train(straight, optimizer, 6)
    first = kind(resumed.parameters())
    train(resumed, first, 3)
    nn.save(resumed, tmp_path / "model.npz")
    nn.save(first, tmp_path / "optimizer.npz")
    again = MLP(2, [2, 1], rng=9)
    second = kind(again.parameters())
    nn.load(tmp_path / "model.npz", into=again)
    nn.load(tmp_path / "optimizer.npz", into=second)
    train(again, second, 3)
    assert [p.data for p in again.parameters()] == [p.data for p in straight.parameters()]


def test_a_wrong_optimizer_state_is_refused():
    optimizer = Adam([Value(1.0)])
    with pytest.raises(ValueError, match="no 'steps'"):
        optimizer.load_state_dict({"a": np.zeros(1)})
    good = {"steps": 1, "lr": 0.1, "mean": np.zeros(1), "square": np.zeros(1)}
    for change, message in [
        ({"mean": np.zeros(3)}, "'mean' holds 3 numbers for 1 parameters"),
        ({"lr": math.nan}, "'lr' holds nan or infinite numbers"),
        ({"lr": -0.1}, "lr is a number of 0 or more, not -0.1"),
        ({"lr": np.array([0.1])}, "no 'lr'"),
        ({"lr": "0.1"}, "'lr' holds no numbers but <U3"),
        ({"steps": -1}, "'steps' is a whole number of 0 or more, not -1"),
        ({"steps": 1.5}, "'steps' is a whole number of 0 or more, not 1.5"),
        ({"square": np.array([math.nan])}, "'square' holds nan or infinite numbers"),
        ({"square": np.array(["1"])}, "'square' holds no numbers but <U1"),
        ({"centre": np.zeros(1)}, "not of this kind of Adam: it has the unknown 'centre'"),
    ]:
        with pytest.raises(ValueError, match=message):
            optimizer.load_state_dict(good | change)
    assert (optimizer.steps, optimizer.lr, optimizer.state) == (0, 1e-3, {})
    optimizer.load_state_dict(good)
    assert (optimizer.steps, optimizer.lr, list(optimizer.state)) == (1, 0.1, ["mean", "square"])


KINDS = {
    "sgd": lambda p: SGD(p, 0.1),
    "momentum": lambda p: SGD(p, 0.1, momentum=0.5),
    "adam": Adam,
    "rmsprop": nn.RMSprop,
    "rmsprop with momentum": lambda p: nn.RMSprop(p, momentum=0.5),
    "rmsprop centered": lambda p: nn.RMSprop(p, centered=True),
}


def test_a_state_of_whole_numbers_and_of_no_step_yet():
    w = Value(1.0)
    adam = Adam([w], lr=0.5)
    adam.load_state_dict({"steps": 3, "lr": 1, "mean": np.zeros(1, int), "square": np.ones(1, int)})
    assert {array.dtype.kind for array in adam.state.values()} == {"f"}
    w.grad = 2.0
    adam.step()
    m, v = 0.1 * 2.0, 0.999 + 0.001 * 4.0
    expected = 1.0 - (m / (1 - 0.9**4)) / (math.sqrt(v / (1 - 0.999**4)) + 1e-8)
    assert math.isclose(w.data, expected, rel_tol=1e-13)
    adam.load_state_dict({"steps": 1, "lr": 1} | dict.fromkeys(adam.keeps, np.ones(1, np.float32)))
    assert {array.dtype.name for array in adam.state.values()} == {"float32"}
    adam.load_state_dict(Adam([w]).state_dict())
    assert (adam.steps, adam.lr, adam.state) == (0, 1e-3, {})


@pytest.mark.parametrize("there", KINDS)
@pytest.mark.parametrize("here", KINDS)
def test_an_optimizer_takes_its_own_kind_of_state_only(here, there):
    w = Value(1.0)
    w.grad = 1.0
    first, second = KINDS[there]([w]), KINDS[here]([w])
    first.step()
    if here == there:
        second.load_state_dict(first.state_dict())
        assert second.state_dict() == first.state_dict()
    else:
        with pytest.raises(ValueError, match="not of this kind of"):
            second.load_state_dict(first.state_dict())
