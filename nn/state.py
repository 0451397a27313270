"""Parameters as named arrays, and those arrays in a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import numpy as np

from autograd import Value
from autograd.grouped import grouped
from autograd.text.archives import pack, unpack
from autograd.text.files import write

__all__ = ["Array", "load", "load_parameters", "parameter_arrays", "save"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
_MARK = "chainrule"  # the entry that tells our files from other archives of arrays
_VERSION = 1


class Stateful(Protocol):
    """A model or an optimizer."""

    def state_dict(self) -> dict[str, Array]: ...

    def load_state_dict(self, state: dict[str, Array]) -> None: ...


def parameter_arrays(named: Iterable[tuple[str, Value]]) -> dict[str, Array]:
    """One float64 array for each Value, or (nested) list of Values, by the path of the list."""
    return {
        name: np.array([value.data for value in values]).reshape(shape)
        for name, shape, values in grouped(named)
    }


def load_parameters(
    named: Iterable[tuple[str, Value]],
    state: Mapping[str, Any],
    kept: Mapping[str, Array] = MappingProxyType({}),
) -> None:
    """Write the numbers of `state` into the Values, and into the arrays that are kept beside them.

    Nothing is written unless everything fits.
    """
    if not isinstance(state, Mapping):
        raise TypeError(
            f"a state is what state_dict() or load(path) gave, not {type(state).__name__}"
        )
    groups = list(grouped(named))
    known = [*(name for name, _, _ in groups), *kept]
    missing = [name for name in known if name not in state]
    unknown = [name for name in state if name not in known]
    if missing or unknown:
        raise ValueError(
            "this state belongs to another model: "
            + "; ".join(
                f"{what} {', '.join(map(repr, names[:3]))}"
                + (f" and {len(names) - 3} more" if len(names) > 3 else "")
                for what, names in (("it lacks", missing), ("it has the unknown", unknown))
                if names
            )
        )
    arrays = [np.asarray(state[name]) for name in known]
    shapes = [*(shape for _, shape, _ in groups), *(array.shape for array in kept.values())]
    for name, shape, array in zip(known, shapes, arrays):
        if array.shape != shape:
            raise ValueError(
                f"{name!r} has shape {array.shape} in this state, {shape} in the model"
            )
        if array.dtype.kind not in "biuf":
            raise ValueError(f"{name!r} holds no numbers but {array.dtype}")
    for (_, _, values), array in zip(groups, arrays):
        for value, number in zip(values, array.astype(float).ravel().tolist()):
            value.data = number
    for mine, array in zip(kept.values(), arrays[len(groups) :]):
        mine[...] = array


def save(state: Stateful | Mapping[str, Any], path: str | os.PathLike[str]) -> Path:
    """Write a model's or an optimizer's state as an .npz archive: all of it, or nothing.

    The file appears under its name only when it is complete, holds no pickle, and is the same, byte
    for byte, for the same numbers. `numpy.load` reads it too. Missing folders are made.

    Args:
        state: a model, an optimizer, or what their `state_dict()` gave.
        path: the file; an existing one is replaced.

    Raises:
        OSError: if the file cannot be written.
        TypeError: for what is no model and no optimizer.
        ValueError: for arrays of anything but numbers; a file that was there stays as it is.

    >>> from nn import MLP
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save(MLP(2, [1], rng=0), Path(folder) / "model.npz").name
    'model.npz'
    """
    if not isinstance(state, Mapping) and not hasattr(state, "state_dict"):
        raise TypeError(f"save takes a model or an optimizer, not {type(state).__name__}")
    arrays = dict(state if isinstance(state, Mapping) else state.state_dict())
    return write(path, pack({_MARK: np.array(_VERSION), **arrays}))


def load(path: str | os.PathLike[str], into: Stateful | None = None) -> dict[str, Array]:
    """Read what `save` wrote; with ``into``, hand it to that model or optimizer as well.

    Args:
        path: the file.
        into: a model or an optimizer that takes the numbers over.

    Raises:
        OSError: if there is no such file, or it cannot be read.
        TypeError: for a model in place of the file.
        ValueError: if it is truncated, damaged, no file of `save`, of a later version, or of another
            model.

    >>> from nn import MLP
    >>> model = MLP(2, [1], rng=0)
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = save(model, Path(folder) / "model.npz")
    ...     state = load(path, into=MLP(2, [1], rng=1))
    >>> sorted(state)
    ['layers.0.neurons.0.b', 'layers.0.neurons.0.w']
    """
    if hasattr(path, "state_dict"):
        raise TypeError("load takes the file first: load('model.npz', into=model)")
    name, content = os.fspath(path), Path(path).read_bytes()
    try:
        arrays = unpack(content)
    except Exception as error:  # zipfile, zlib and NumPy each have their own for a damaged file
        raise ValueError(
            f"{name} cannot be read as saved parameters: truncated, damaged or not a file that save() "
            f"wrote ({error or type(error).__name__})"
        ) from error
    version = arrays.pop(_MARK, None)
    if version is None:
        raise ValueError(f"{name} is an archive of arrays, but save() did not write it")
    if version.shape != () or version != _VERSION:
        raise ValueError(f"{name} is of version {version}; this one reads version {_VERSION}")
    if into is not None:
        into.load_state_dict(arrays)
    return arrays
