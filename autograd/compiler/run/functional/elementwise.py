"""Names computed with element by element: operators, and functions that PyTorch has.

What is a reshape is computed with as it lies, and what is repeated once, if all operands agree: what
need not be copied is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.run.functional.written import Name

__all__ = ["call", "literal"]


def _joint(*inputs: Any) -> tuple[int, ...]:
    """The shape that names have together; the stand-in of the batch is a size like any other."""
    shape: list[int] = []
    for x in inputs:
        if isinstance(x, Name):
            own = [1] * (len(shape) - len(x.shape)) + list(x.shape)
            shape = [1] * (len(own) - len(shape)) + shape
            shape = [max(a, b) for a, b in zip(shape, own)]
    return tuple(shape)


def call(text: str, inputs: Sequence[Any], kind: str = "float", also: Sequence[Name] = ()) -> Name:
    """A line that computes element by element, in which numbers stand as they are.

    Args:
        also: names that are in the text, after the inputs.
    """
    names = [x for x in inputs if isinstance(x, Name)]
    block = _block(names)
    if block is not None:
        inputs = [_lying(x, block) if isinstance(x, Name) and x.shape else x for x in inputs]
    inputs = _bare(inputs)
    used = [x for x in inputs if isinstance(x, Name)]
    given = ["{}" if isinstance(x, Name) else literal(x) for x in inputs]
    filled = text.format(*given, *["{}"] * len(also))
    out = used[0].writer.write(filled, [*used, *also], _joint(*inputs), kind)
    return out if block is None else out.expand(*block).reshape(*_joint(*names))


def _block(names: Sequence[Name]) -> tuple[int, ...] | None:
    """The dimensions in which what is given lies or is repeated, None where nothing is won by them."""
    given = [x for x in names if x.shape]
    if any(x.shape != given[0].shape for x in given):
        return None
    sources = [x if x.base is None else x.base for x in given]
    repeated = [s.shape for s in sources if s.spread is not None]
    lying = [s.shape for s, x in zip(sources, given) if s is not x]
    found = next(iter(repeated or lying), None)
    fits = all(s.shape == found or s is x for s, x in zip(sources, given))
    wins = fits and found is not None and len(found) > len(given[0].shape)
    return found if repeated or wins or all(s.shape == found for s in sources) else None


def _bare(inputs: Sequence[Any]) -> list[Any]:
    """Without reshapes that put ones in front, which broadcasting does by itself."""
    bare = [
        x.base
        if isinstance(x, Name) and x.base is not None
        and x.shape == (1,) * (len(x.shape) - len(x.base.shape)) + x.base.shape
        else x
        for x in inputs
    ]  # fmt: skip
    return bare if _joint(*bare) == _joint(*inputs) else list(inputs)


def _lying(x: Name, block: tuple[int, ...]) -> Name:
    """The same in these dimensions, 1 where it is repeated."""
    found = x.reshape(*block)
    return found if found.spread is None else found.spread


def literal(x: Any) -> str:
    """A number as Python writes it."""
    plain = x is None or isinstance(x, bool) or np.isfinite(x)
    return repr(x) if plain else f"float('{x}')"


def _operator(sign: str, kind: str, swapped: bool) -> Callable[[Name, Any], Name]:
    def method(self: Name, other: Any) -> Name:
        a, b = (other, self) if swapped else (self, other)
        if sign == "*":  # a truth value times a number needs no conversion
            a, b = (x if getattr(x, "truth", None) is None else x.truth for x in (a, b))
        return call(f"{{}} {sign} {{}}", [a, b], kind)

    return method


for _method, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**",
                       "mod": "%", "floordiv": "//"}.items():  # fmt: skip
    setattr(Name, f"__{_method}__", _operator(_sign, "float", False))
    setattr(Name, f"__r{_method}__", _operator(_sign, "float", True))
for _method, _sign in {
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}.items():
    setattr(Name, f"__{_method}__", _operator(_sign, "bool", False))
for _method, _text in {"neg": "-{}", "abs": "{}.abs()"}.items():
    setattr(Name, f"__{_method}__", lambda x, text=_text: call(text, [x]))
Name.__hash__ = object.__hash__  # type: ignore[method-assign]
