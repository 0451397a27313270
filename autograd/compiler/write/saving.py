"""Programs as files: NumPy's npz with the structure as JSON, no pickle, checked when read."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    Bias,
    Elementwise,
    Largest,
    Matrix,
    Needs,
    Operand,
    Output,
    Part,
    Plan,
    Products,
    Select,
    Terms,
)
from autograd.compiler.read.lift import Array
from autograd.text.files import write

__all__ = ["load", "save"]

FORMAT = "chainrule program 1"
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Plan, Matrix, Part, Bias, Terms, Products, Largest, Elementwise, Operand, Select)
}


def save(path: str | os.PathLike[str], plan: Plan, parameters: Array, names: list[str]) -> None:
    """Write a whole file, or leave the one that was there."""
    arrays: dict[str, Array] = {"parameters": parameters}
    structure = json.dumps(
        {"format": FORMAT, "plan": _encode(plan, arrays), "names": names}, sort_keys=True
    )
    arrays["structure"] = np.frombuffer(structure.encode(), dtype=np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    write(path, file.getvalue())


def load(path: str | os.PathLike[str]) -> tuple[Plan, Array, list[str]]:
    """The plan, the parameters in the plan's order and their names."""
    try:
        with open(path, "rb") as source, np.load(source, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        structure = json.loads(bytes(arrays["structure"]).decode())
        if structure["format"] != FORMAT:
            raise ValueError(f"its format is {structure['format']!r}, not {FORMAT!r}")
        plan: Plan = _decode(structure["plan"], arrays)
        parameters = arrays["parameters"]
        _check(plan, parameters)
        return plan, parameters, [str(name) for name in structure["names"]]
    except FileNotFoundError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, EOFError,
            zipfile.BadZipFile) as error:  # fmt: skip
        raise ValueError(f"{os.fspath(path)!r} is no program that can be loaded: {error}") from None


def _encode(x: Any, arrays: dict[str, Array]) -> Any:
    """``x`` as JSON; arrays go into ``arrays`` and leave their name."""
    if isinstance(x, np.ndarray):
        name = f"array{len(arrays)}"
        arrays[name] = x
        return {"array": name}
    if is_dataclass(x):
        named = {field.name: _encode(getattr(x, field.name), arrays) for field in fields(x)}
        return {"kind": type(x).__name__, "fields": named}
    if isinstance(x, (list, tuple)):
        return [_encode(item, arrays) for item in x]
    if isinstance(x, dict):
        return {"pairs": [[key, value] for key, value in x.items()]}
    return x.item() if isinstance(x, np.generic) else x


def _decode(x: Any, arrays: dict[str, Array]) -> Any:
    if isinstance(x, list):
        return [_decode(item, arrays) for item in x]
    if not isinstance(x, dict):
        return x
    if "array" in x:
        return arrays[x["array"]]
    if "pairs" in x:
        return {int(key): int(value) for key, value in x["pairs"]}
    return _KINDS[x["kind"]](**{name: _decode(f, arrays) for name, f in x["fields"].items()})


def _check(plan: Plan, parameters: Array) -> None:
    """Raise ValueError unless these parameters and instructions can be run."""
    plan.outputs = [Output(int(space), int(row)) for space, row in plan.outputs]
    plan.needs = Needs(*plan.needs)
    if parameters.shape != plan.order.shape or parameters.dtype.kind != "f":
        raise ValueError("the parameters do not fit the instructions")
    plan.check()
