"""Lines of source, written by computing with names in place of tensors.

A line is written once, and given out only if it is needed; sizes that grow with the batch are
recognized by its stand-in, a large prime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

__all__ = ["BATCH", "Name", "Writer", "call", "literal", "size_text"]

BATCH = 1_000_003  # stands for the batch size in shapes


class Writer:
    """Lines, each with the names it uses; equal lines are one."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, tuple[str, ...]]] = []  # name, expression, names in it
        self._names: dict[str, Name] = {}

    def write(self, text: str, used: Sequence[Name], shape: tuple[int, ...], kind: str) -> Name:
        """A name for what ``text`` computes, in which ``{}`` stands for each name used."""
        expression = text.format(*(x.name for x in used))
        if expression not in self._names:
            name = Name(self, f"t{len(self.lines)}", shape, kind)
            self.lines.append((name.name, expression, tuple(x.name for x in used)))
            self._names[expression] = name
        return self._names[expression]

    def needed(self, wanted: set[str], start: int, stop: int) -> tuple[list[str], set[str]]:
        """The lines from ``start`` to ``stop`` behind these names, and what they need from before."""
        wanted, found = set(wanted), []
        for name, expression, used in reversed(self.lines[start:stop]):
            if name in wanted:
                wanted.discard(name)
                wanted.update(used)
                found.append(f"    {name} = {expression}")
        return found[::-1], wanted


def size_text(n: int) -> str:
    """A size, in terms of the batch."""
    if n % BATCH:
        return str(n)
    return "batch" if n == BATCH else f"{n // BATCH} * batch"


def _sizes(shape: Sequence[int]) -> str:
    """Sizes for a reshape: the one that grows is left to PyTorch."""
    return ", ".join("-1" if n and not n % BATCH else str(n) for n in shape)


class Name:
    """A tensor that will be computed: its name, its shape, its numbers, and of what it is a reshape."""

    __slots__ = ("base", "kind", "name", "shape", "truth", "writer")

    def __init__(
        self, writer: Writer, name: str, shape: tuple[int, ...], kind: str, base: Any = None
    ) -> None:
        self.writer, self.name, self.shape, self.kind, self.base = writer, name, shape, kind, base
        self.truth: Name | None = None  # of 1 where something holds, and 0 elsewhere, what holds

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Name]:
        return (self[k] for k in range(len(self)))

    def reshape(self, *shape: int) -> Name:
        known = prod(n for n in shape if n != -1)
        shape = tuple(prod(self.shape) // known if n == -1 else n for n in shape)
        source: Name = self if self.base is None else self.base
        if shape == source.shape:
            return source
        if shape == self.shape:
            return self
        out = self.writer.write(f"{{}}.reshape({_sizes(shape)})", [source], shape, self.kind)
        out.base = source
        return out

    def __getitem__(self, key: Any) -> Name:
        if isinstance(key, slice):
            return self._rows(key.start, key.stop)
        if key is None:
            return self.reshape(1, *self.shape)
        if isinstance(key, int):
            shape = self.shape[1:]
            return self.writer.write(f"{{}}[{key}]", [self], shape, self.kind)
        kept = list(self.shape)
        if key in ((..., 0), (slice(None), 0)):
            axis = len(kept) - 1 if key[0] is ... else 1
            size = kept.pop(axis)
            if size == 1:
                return self.reshape(*kept)
            text = "{}[..., 0]" if key[0] is ... else "{}[:, 0]"
            return self.writer.write(text, [self], tuple(kept), self.kind)
        if key == (..., None):
            return self.reshape(*kept, 1)
        if key == (slice(None), None):
            return self.reshape(kept[0], 1, *kept[1:])
        places = iter(kept)
        return self.reshape(*(1 if k is None else next(places) for k in key))

    def _rows(self, start: int, stop: int) -> Name:
        if self.base is not None and self.base.shape[0] == self.shape[0]:
            rows: Name = self.base._rows(start, stop)
            return rows.reshape(stop - start, *self.shape[1:])
        shape = (stop - start, *self.shape[1:])
        return self.writer.write(f"{{}}[{start}:{stop}]", [self], shape, self.kind)

    @property
    def T(self) -> Name:  # noqa: N802
        return self.writer.write("{}.T", [self], self.shape[::-1], self.kind)

    def sum(self, axes: Any, keepdims: bool = False) -> Name:
        axes = axes if isinstance(axes, tuple) else (axes,)
        places = {a % len(self.shape) for a in axes}
        if all(self.shape[a] == 1 for a in places):
            left = [n for a, n in enumerate(self.shape) if keepdims or a not in places]
            return self.reshape(*left)
        shape = tuple(
            1 if a in places else n for a, n in enumerate(self.shape) if keepdims or a not in places
        )
        text = f"{{}}.sum({', '.join(map(str, axes))}{', keepdim=True' if keepdims else ''})"
        if len(axes) > 1:
            text = f"{{}}.sum({axes}{', keepdim=True' if keepdims else ''})"
        return self.writer.write(text, [self], shape, self.kind)

    def __matmul__(self, other: Name) -> Name:
        shape = (self.shape[0], other.shape[1])
        return self.writer.write("{} @ {}", [self, other], shape, "float")

    def __neg__(self) -> Name:
        return self.writer.write("-{}", [self], self.shape, self.kind)

    def __abs__(self) -> Name:
        return self.writer.write("{}.abs()", [self], self.shape, self.kind)


def _joint(*inputs: Any) -> tuple[int, ...]:
    """The shape that names have together; the stand-in of the batch is a size like any other."""
    shape: list[int] = []
    for x in inputs:
        if isinstance(x, Name):
            own = [1] * (len(shape) - len(x.shape)) + list(x.shape)
            shape = [1] * (len(own) - len(shape)) + shape
            shape = [max(a, b) for a, b in zip(shape, own)]
    return tuple(shape)


def call(text: str, inputs: Sequence[Any], kind: str = "float") -> Name:
    """A line in which numbers stand as they are."""
    names = [x for x in inputs if isinstance(x, Name)]
    filled = text.format(*("{}" if isinstance(x, Name) else literal(x) for x in inputs))
    return names[0].writer.write(filled, names, _joint(*inputs), kind)


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
Name.__hash__ = object.__hash__  # type: ignore[method-assign]
