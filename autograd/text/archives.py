"""Arrays of numbers as NumPy's npz, without pickle; nothing is unpacked before it is known how much."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

__all__ = ["most", "pack", "unpack"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

SMALL, RATIO = 1 << 24, 50  # what a file may unpack to: 16 MiB and 50 times its size
END = 22  # bytes of the record that ends a zip file: [10:12] is the number of its entries
RESERVED = {
    "file",
    "allow_pickle",
}  # arguments of `numpy.savez`, where the names of arrays stand too


def most(size: int) -> int:
    """How many bytes a file of ``size`` may unpack to."""
    return SMALL + RATIO * size


def pack(arrays: Mapping[str, Any], compress: bool = False) -> bytes:
    """The content of an npz file: for the same numbers the same bytes.

    What would be compressed so well that `unpack` could refuse it is written as it is.

    Raises:
        ValueError: for what is no array of numbers, and for a name that NumPy cannot save under.
    """
    for name, array in arrays.items():
        kind = np.asarray(array).dtype
        if kind.kind not in "biuf":
            raise ValueError(f"only numbers are saved: {name!r} holds {kind}")
        if name in RESERVED:
            raise ValueError(f"NumPy saves no array under the name {name!r}: rename it")
    try:
        return _packed(arrays, compress)
    except ValueError as error:  # of zipfile, which cannot close what a Ctrl-C cut short
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def _packed(arrays: Mapping[str, Any], compress: bool) -> bytes:
    file = io.BytesIO()
    if compress:
        np.savez_compressed(file, **arrays)
        if sum(np.asarray(array).nbytes for array in arrays.values()) <= most(file.tell()) // 2:
            return file.getvalue()
        file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def unpack(content: bytes) -> dict[str, Array]:
    """The arrays of an npz file, by name.

    Raises:
        Exception: of any kind, for content that is damaged or something else.
        ValueError: if it asks for far more memory than its size, or holds anything but numbers.

    >>> unpack(pack({"w": [1.0, 2.0]}))
    {'w': array([1., 2.])}
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries, end = archive.infolist(), len(content) - END - len(archive.comment)
        if int.from_bytes(content[end + 10 : end + 12], "little") != len(entries) & 0xFFFF:
            raise ValueError("its directory is damaged")  # which zipfile reads as a shorter one
        if sum(entry.file_size for entry in entries) > most(len(content)):
            raise ValueError("it unpacks to far more than a file of its size holds")
        return {
            entry.filename.removesuffix(".npy"): _array(entry.filename, archive.read(entry))
            for entry in entries
        }


def _array(name: str, content: bytes) -> Array:
    """An array of numbers from the bytes of an npy file, which have to be all of it."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"{name} is written in version {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.kind not in "biuf":
        raise ValueError(f"{name} holds no numbers but {dtype}")
    numbers = content[file.tell() :]
    if len(numbers) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{name} holds {len(numbers)} bytes for shape {shape}")
    return np.frombuffer(numbers, dtype).reshape(shape, order="F" if fortran else "C").copy()
