"""Samples with their targets, and the files they come from."""

from __future__ import annotations

import csv
import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np

from autograd.text.archives import most
from autograd.text.format import number
from autograd.text.html import html_table
from nn.settings import positive
from nn.standardize import Standardize

__all__ = ["Array", "Dataset", "PathLike", "batches", "one_hot", "read_csv", "read_idx"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
PathLike: TypeAlias = "str | os.PathLike[str]"

_SHOWN, _COLUMNS = 5, 8  # samples and columns of a table in a notebook
_IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class Dataset(NamedTuple):
    """Samples and targets, in the same order.

    Attributes:
        x: the samples [sample, ...].
        y: the targets [sample, ...]; class numbers from 0 where there are ``classes``.
        features: names of the columns of x.
        classes: names of the classes.
        scaling: what `standardized` did to the samples: the first layer of a model for raw ones.

    Raises:
        ValueError: by `split`, for a share out of range.

    >>> data = Dataset(np.arange(10.0).reshape(10, 1), np.arange(10))
    >>> train, test = data.split(test=0.3, rng=0)
    >>> len(train.x), len(test.x)
    (7, 3)
    """

    x: Array
    y: Array
    features: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    scaling: Standardize | None = None

    def __repr__(self) -> str:
        samples = f"{len(self.x)} samples of {' × '.join(map(str, np.shape(self.x)[1:]))} numbers"
        classes = f", {len(self.classes)} classes" if self.classes else ""
        return f"<Dataset: {samples}{classes}>"

    def _repr_html_(self) -> str:
        """The first samples, for a notebook."""
        shown = self.take(np.arange(min(_SHOWN, len(self.x))))
        rows = shown.x.reshape(len(shown.x), -1)
        names = list(self.features) or [f"x{i}" for i in range(1, rows.shape[1] + 1)]
        wide = len(names) > _COLUMNS
        table = []
        for row, y in zip(rows[:, :_COLUMNS].tolist(), shown.y.tolist()):
            target = self.classes[int(y)] if self.classes else str(y)
            table.append([*map(number, row), *["…"] * wide, target])
        head = [*names[:_COLUMNS], *["…"] * wide, "target"]
        return html_table(head, table, f"{repr(self)[10:-1]}; the first {len(table)}:")

    def split(
        self, test: float = 0.2, rng: int | np.random.Generator = 0
    ) -> tuple[Dataset, Dataset]:
        """Two parts, drawn by chance: a share of 1 − ``test`` to train on, the rest held out.

        Where there are classes each has its share in both parts.
        """
        if not 0.0 < test < 1.0:
            raise ValueError(f"test is a share between 0 and 1, not {test!r}")
        order = np.random.default_rng(rng).permutation(len(self.x))
        groups = [order]
        if self.classes:
            groups = [order[np.asarray(self.y)[order] == k] for k in range(len(self.classes))]
        held = np.concatenate([group[: round(test * len(group))] for group in groups])
        out = np.isin(order, held)
        return self.take(order[~out]), self.take(order[out])

    def take(self, chosen: Array) -> Dataset:
        """The samples of these numbers, in this order."""
        return self._replace(x=np.asarray(self.x)[chosen], y=np.asarray(self.y)[chosen])

    @overload
    def standardized(self) -> Dataset: ...

    @overload
    def standardized(self, other: Dataset, /, *others: Dataset) -> list[Dataset]: ...

    def standardized(self, *others: Dataset) -> Dataset | list[Dataset]:
        """Each column with mean 0 and standard deviation 1 here; ``others`` moved by the same.

        Columns that never change are left at 0. What was done stays in ``scaling``: put before a model
        that was trained on these samples, it takes raw ones, and is saved with the model.

        >>> from nn import Sequential, Tanh
        >>> data = Dataset(np.array([[1.0], [3.0]]), np.array([0, 1])).standardized()
        >>> data.x.tolist(), Sequential(data.scaling, Tanh())([2.0])
        ([[-1.0], [1.0]], [0.0])
        """
        mean, std = np.mean(self.x, axis=0), np.std(self.x, axis=0)
        std = np.where(std == 0, 1.0, std)
        scaling = Standardize(np.shape(self.x)[1:], mean, std)
        done = [
            data._replace(x=(np.asarray(data.x) - mean) / std, scaling=scaling)
            for data in (self, *others)
        ]
        return done if others else done[0]


def one_hot(y: Any, classes: int) -> Array:
    """Class numbers as rows of 0 with a single 1.

    Args:
        y: class numbers [sample].
        classes: how many classes there are, 1 or more.

    Raises:
        ValueError: for what is no class number from 0 to ``classes`` − 1.

    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    numbers = np.asarray(y)
    wrong = numbers[~np.isin(numbers, np.arange(positive("classes", classes)))]
    if wrong.size:
        raise ValueError(f"a class is a number from 0 to {classes - 1}, not {wrong.flat[0]}")
    rows: Array = np.eye(classes)[numbers.astype(int)]
    return rows


def batches(n: int, size: int, rng: np.random.Generator | None = None) -> Iterator[Array]:
    """The numbers 0 … n − 1 in portions of ``size`` (the last may be smaller), shuffled by ``rng``.

    >>> [batch.tolist() for batch in batches(5, 2)]
    [[0, 1], [2, 3], [4]]
    """
    order = np.arange(n) if rng is None else rng.permutation(n)
    for start in range(0, n, size):
        yield order[start : start + size]


def read_csv(path: PathLike, target: int | str = -1) -> Dataset:
    """Numbers in columns, one of them the target: a class (any text) or a number.

    A first line that holds names is recognised; a file may be packed with gzip.

    Args:
        path: the file.
        target: the number of the target's column, from 0, negative from the end; or its name.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for what cannot be read, with file and line.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "flowers.csv"
    ...     _ = path.write_text("length,width,kind\\n5.1,3.5,setosa\\n7.0,3.2,versicolor\\n")
    ...     data = read_csv(path, target="kind")
    >>> data.x.tolist(), data.y.tolist(), data.classes
    ([[5.1, 3.5], [7.0, 3.2]], [0, 1], ('setosa', 'versicolor'))
    """
    with _opened(path) as file:
        try:
            lines = file.read().decode("utf-8-sig").splitlines()
        except (EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
            raise ValueError(f"{path}: cut off, damaged or not a text file ({error})") from error
    rows = _rows(path, lines)
    if not rows:
        raise ValueError(f"{path}: the file is empty")
    width = len(rows[0][1])
    if width < 2:
        raise ValueError(f"{path}, line 1: one column only; columns are separated by commas")
    names: list[str] = []
    if not any(_is_number(cell) for cell in rows[0][1]):
        names = [cell.strip() for cell in rows.pop(0)[1]]
    if isinstance(target, str):
        if target not in names:
            known = ", ".join(names) or "it has no line of names"
            raise ValueError(f"{path}: no column {target!r}; {known}")
        target = names.index(target)
    if not -width <= target < width:
        raise ValueError(f"{path}: no column {target} among {width}")
    column = target % width
    x, y = [], []
    for line, row in rows:
        if len(row) != width:
            raise ValueError(f"{path}, line {line}: {len(row)} columns instead of {width}")
        bad = next((c for i, c in enumerate(row) if i != column and not _is_number(c)), None)
        if bad is not None:
            raise ValueError(f"{path}, line {line}: {bad!r} is not a number")
        x.append([float(cell) for i, cell in enumerate(row) if i != column])
        y.append(row[column].strip())
    features = tuple(name for i, name in enumerate(names) if i != column)
    if not x:
        raise ValueError(f"{path}: a line of names, and no data")
    if all(_is_number(cell) for cell in y):
        return Dataset(np.array(x), np.array([float(cell) for cell in y]), features)
    classes = tuple(dict.fromkeys(y))
    number = {name: i for i, name in enumerate(classes)}
    return Dataset(np.array(x), np.array([number[cell] for cell in y]), features, classes)


def read_idx(path: PathLike) -> Array:
    """An array in the IDX format of MNIST's own files, packed with gzip or not.

    Two zero bytes, a type, the number of dimensions, their sizes (4 bytes each, most significant
    first), then the numbers.

    Args:
        path: the file.

    Source: LeCun, Cortes & Burges, The MNIST database, "File formats".

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: for a file that is cut off, too long, or not IDX.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels-idx1-ubyte"
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path).tolist()
    [7, 2, 1]
    """
    size = Path(path).stat().st_size
    with _opened(path) as file:
        try:
            header = file.read(4)
            if len(header) < 4 or header[:2] != b"\0\0" or header[2] not in _IDX_TYPES:
                raise ValueError(f"{path}: not an IDX file; it begins with {header!r}")
            dtype, dimensions = np.dtype(_IDX_TYPES[header[2]]), header[3]
            lengths = file.read(4 * dimensions)
            if len(lengths) < 4 * dimensions:
                raise ValueError(f"{path}: cut off within the header")
            shape = struct.unpack(f">{dimensions}I", lengths)
            wanted = math.prod(shape) * dtype.itemsize
            if wanted > most(size):
                raise ValueError(
                    f"{path}: the header announces {wanted} bytes, far more than a file of {size} holds"
                )
            content = file.read(wanted + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{path}: cut off or damaged ({error})") from error
    if len(content) != wanted:
        found = f"{len(content)}{' or more' * (len(content) > wanted)}"
        raise ValueError(f"{path}: {found} bytes of data, but the header announces {wanted}")
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _rows(path: PathLike, lines: list[str]) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with its number."""
    reader = csv.reader([*lines, ""])  # the last line is read by itself unless a quote swallows it
    rows, line = [], 1
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{path}, line {line}: {error}") from error
    if rows[-1][1]:
        raise ValueError(f"{path}, line {rows[-1][0]}: a quote that is opened and not closed")
    return [(line, row) for line, row in rows if row]


def _opened(path: PathLike) -> Any:
    """The file, unpacked on the way if it is gzip."""
    with Path(path).open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else Path(path).open("rb")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
