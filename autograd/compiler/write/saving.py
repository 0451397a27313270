"""Programs as files: NumPy's npz with the structure as JSON, no pickle, checked when read."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from autograd.compiler.plan.instructions import (
    Bias,
    Clear,
    Contribution,
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
    Tape,
    Terms,
)
from autograd.compiler.plan.reverse import reverse
from autograd.compiler.read.arrays import Array
from autograd.text.archives import pack, unpack
from autograd.text.files import write

__all__ = ["Saved", "load", "save"]

FORMAT = "chainrule program 2"
FORWARD_ONLY = "chainrule program 1"  # before the reverse pass was a list
_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Plan,
        Matrix,
        Part,
        Bias,
        Terms,
        Products,
        Largest,
        Elementwise,
        Operand,
        Select,
        Tape,
        Contribution,
        Clear,
    )
}


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file holds."""

    plan: Plan
    parameters: Array  # [parameters] in the plan's order
    names: list[str]  # of the given parameters, "" where none is known
    shapes: list[tuple[int, ...]]  # of each argument, that of one sample
    inputs: list[str]  # the names of the arguments, none where they are not known
    results: list[str]  # those of the outputs, likewise


def save(path: str | os.PathLike[str], program: Saved) -> None:
    """Write a whole file, or leave the one that was there."""
    arrays: dict[str, Array] = {"parameters": program.parameters}
    described = {
        "format": FORMAT,
        "plan": _encode(program.plan, arrays),
        "names": program.names,
        "shapes": program.shapes,
        "inputs": program.inputs,
        "results": program.results,
    }
    text = json.dumps(described, sort_keys=True)
    arrays["structure"] = np.frombuffer(text.encode(), dtype=np.uint8)
    write(path, pack(arrays, compress=True))


def load(path: str | os.PathLike[str]) -> Saved:
    """Read a file and check that its program can be run.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is truncated, damaged or something else, or asks for too much memory.
    """
    content = Path(path).read_bytes()
    try:
        return _checked(unpack(content))
    except Exception as error:  # a damaged file can fail in any way: unpacking, as text, as numbers
        raise ValueError(
            f"{os.fspath(path)!r} is no program that can be loaded: {error or type(error).__name__}"
        ) from None


def _checked(arrays: dict[str, Array]) -> Saved:
    text = arrays["structure"].tobytes().decode()
    described = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    if described["format"] not in (FORMAT, FORWARD_ONLY):
        raise ValueError(f"its format is {described['format']!r}, not {FORMAT!r}")
    plan = _decode(described["plan"], arrays)
    parameters = arrays["parameters"]
    if not isinstance(plan, Plan) or parameters.shape != plan.order.shape:
        raise ValueError("the parameters do not fit the instructions")
    if parameters.dtype not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise ValueError(f"the parameters are of {parameters.dtype}")
    plan.outputs = [Output(*output) for output in plan.outputs]
    plan.needs = Needs(*plan.needs)
    plan.check()
    if described["format"] == FORWARD_ONLY:
        plan.backward = reverse(plan)
    shapes = [tuple(shape) for shape in described.get("shapes", [[n] for n in plan.arguments])]
    if list(map(math.prod, shapes)) != plan.arguments:
        raise ValueError("the shapes do not fit the arguments")
    names, inputs, results = (
        [str(name) for name in described.get(key, ())] for key in ("names", "inputs", "results")
    )
    return Saved(plan, parameters, names, shapes, inputs, results)


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} stands where whole numbers do")


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
