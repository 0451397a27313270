"""Both passes as the source of two PyTorch functions: a plan run on names instead of tensors.

What the runner does on tensors it does here once on `_Name`s, each of which writes a line when it is
computed with: no step of a plan is looked at again when the functions run. A line is written once, and
only if it is needed; sizes that grow with the batch are recognized by its stand-in, a large prime.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from autograd.compiler.run.functional.library import Library, functions
from autograd.compiler.run.functional.runner import Runner

__all__ = ["Source", "source_of"]

_BATCH = 1_000_003  # stands for the batch size in shapes
_FUNCTIONAL = ("relu6", "silu", "mish", "gelu")


@dataclass(frozen=True, slots=True)
class Source:
    """The texts of ``forward(weights, inputs, numbers)`` and ``backward(seed, kept)``."""

    forward: str
    backward: str

    def __str__(self) -> str:
        return f"{self.forward}\n\n\n{self.backward}"

    def functions(
        self, torch: Any, sinc_slope: Callable[..., Any]
    ) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The two, to call."""
        names: dict[str, Any] = {"torch": torch, "sinc_slope": sinc_slope}
        exec(compile(str(self), "<the program, in PyTorch>", "exec"), names)
        return names["forward"], names["backward"]


class _Writer:
    """Lines, each with the names it uses; equal lines are one."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, tuple[str, ...]]] = []  # name, expression, names in it
        self._names: dict[str, _Name] = {}

    def write(self, text: str, used: Sequence[_Name], shape: tuple[int, ...], kind: str) -> _Name:
        """A name for what ``text`` computes, in which ``{}`` stands for each name used."""
        expression = text.format(*(x.name for x in used))
        if expression not in self._names:
            name = _Name(self, f"t{len(self.lines)}", shape, kind)
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


def _size(n: int) -> str:
    """A size, in terms of the batch."""
    if n % _BATCH:
        return str(n)
    return "batch" if n == _BATCH else f"{n // _BATCH} * batch"


def _sizes(shape: Sequence[int]) -> str:
    """Sizes for a reshape: the one that grows is left to PyTorch."""
    return ", ".join("-1" if n and not n % _BATCH else str(n) for n in shape)


class _Name:
    """A tensor that will be computed: its name, its shape, its numbers, and of what it is a reshape."""

    __slots__ = ("base", "kind", "name", "shape", "truth", "writer")

    def __init__(
        self, writer: _Writer, name: str, shape: tuple[int, ...], kind: str, base: Any = None
    ) -> None:
        self.writer, self.name, self.shape, self.kind, self.base = writer, name, shape, kind, base
        self.truth: _Name | None = None  # of 1 where something holds, and 0 elsewhere, what holds

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[_Name]:
        return (self[k] for k in range(len(self)))

    def reshape(self, *shape: int) -> _Name:
        known = prod(n for n in shape if n != -1)
        shape = tuple(prod(self.shape) // known if n == -1 else n for n in shape)
        source: _Name = self if self.base is None else self.base
        if shape == source.shape:
            return source
        if shape == self.shape:
            return self
        out = self.writer.write(f"{{}}.reshape({_sizes(shape)})", [source], shape, self.kind)
        out.base = source
        return out

    def __getitem__(self, key: Any) -> _Name:
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

    def _rows(self, start: int, stop: int) -> _Name:
        if self.base is not None and self.base.shape[0] == self.shape[0]:
            rows: _Name = self.base._rows(start, stop)
            return rows.reshape(stop - start, *self.shape[1:])
        shape = (stop - start, *self.shape[1:])
        return self.writer.write(f"{{}}[{start}:{stop}]", [self], shape, self.kind)

    @property
    def T(self) -> _Name:  # noqa: N802
        return self.writer.write("{}.T", [self], self.shape[::-1], self.kind)

    def sum(self, axes: Any, keepdims: bool = False) -> _Name:
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

    def __matmul__(self, other: _Name) -> _Name:
        shape = (self.shape[0], other.shape[1])
        return self.writer.write("{} @ {}", [self, other], shape, "float")

    def __neg__(self) -> _Name:
        return self.writer.write("-{}", [self], self.shape, self.kind)

    def __abs__(self) -> _Name:
        return self.writer.write("{}.abs()", [self], self.shape, self.kind)


def _joint(*inputs: Any) -> tuple[int, ...]:
    """The shape that names have together; the stand-in of the batch is a size like any other."""
    shape: list[int] = []
    for x in inputs:
        if isinstance(x, _Name):
            own = [1] * (len(shape) - len(x.shape)) + list(x.shape)
            shape = [1] * (len(own) - len(shape)) + shape
            shape = [max(a, b) for a, b in zip(shape, own)]
    return tuple(shape)


def _call(text: str, inputs: Sequence[Any], kind: str = "float") -> _Name:
    """A line in which numbers stand as they are."""
    names = [x for x in inputs if isinstance(x, _Name)]
    filled = text.format(*("{}" if isinstance(x, _Name) else _literal(x) for x in inputs))
    return names[0].writer.write(filled, names, _joint(*inputs), kind)


def _literal(x: Any) -> str:
    """A number as Python writes it."""
    plain = x is None or isinstance(x, bool) or np.isfinite(x)
    return repr(x) if plain else f"float('{x}')"


def _operator(sign: str, kind: str, swapped: bool) -> Callable[[_Name, Any], _Name]:
    def method(self: _Name, other: Any) -> _Name:
        a, b = (other, self) if swapped else (self, other)
        if sign == "*":  # a truth value times a number needs no conversion
            a, b = (x if getattr(x, "truth", None) is None else x.truth for x in (a, b))
        return _call(f"{{}} {sign} {{}}", [a, b], kind)

    return method


for _method, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**",
                       "mod": "%", "floordiv": "//"}.items():  # fmt: skip
    setattr(_Name, f"__{_method}__", _operator(_sign, "float", False))
    setattr(_Name, f"__r{_method}__", _operator(_sign, "float", True))
for _method, _sign in {
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}.items():
    setattr(_Name, f"__{_method}__", _operator(_sign, "bool", False))
_Name.__hash__ = object.__hash__  # type: ignore[method-assign]


class _Functions:
    """``torch``, whose functions of names write lines."""

    def __getattr__(self, name: str) -> Callable[..., _Name]:
        module = "torch.nn.functional" if name in _FUNCTIONAL else "torch"
        return lambda *inputs: _call(f"{module}.{name}({', '.join(['{}'] * len(inputs))})", inputs)


class _TorchSource(Library):
    """PyTorch, in writing."""

    name = "PyTorch"

    def __init__(self, writer: _Writer, weights: _Name) -> None:
        self.writer, self.weights, torch = writer, weights, _Functions()
        self.functions = functions(torch, self.where, self._of_two) | {
            name: getattr(torch, name) for name in ("erf", "erfc", "sigmoid", "relu", *_FUNCTIONAL)
        }
        self.functions["sinc_slope"] = lambda x, n: _call("sinc_slope({}, {})", [x, n])
        self.functions["softplus"] = lambda x: _call(
            "torch.nn.functional.softplus({}, threshold=700.0)", [x]
        )

    def _of_two(self, function: Callable[..., _Name]) -> Callable[..., _Name]:
        return lambda a, b: function(*(self._tensor(x) for x in (a, b)))

    def _tensor(self, x: Any) -> _Name:
        """A number as a tensor as precise as the weights."""
        if isinstance(x, _Name):
            return x
        return self.writer.write(f"{{}}.new_tensor({_literal(x)})", [self.weights], (), "float")

    def where(self, condition: _Name, x: Any, y: Any) -> _Name:
        if condition.truth is not None:
            condition = condition.truth
        elif condition.kind != "bool":
            condition = _call("{} != {}", [condition, 0.0], "bool")
        if not isinstance(x, _Name) and not isinstance(y, _Name) and (x, y) == (1.0, 0.0):
            mask = self.writer.write(
                "{}.to({}.dtype)", [condition, self.weights], condition.shape, "float"
            )
            mask.truth = condition
            return mask
        numbers = not isinstance(x, _Name) and not isinstance(y, (_Name, bool))
        kind = "bool" if isinstance(y, bool) else "float"
        if kind == "bool" and isinstance(x, _Name) and x.truth is not None:
            x = x.truth
        return _call(
            "torch.where({}, {}, {})", [condition, self._tensor(x) if numbers else x, y], kind
        )

    def concat(self, arrays: Sequence[_Name]) -> _Name:
        shape = (sum(len(x) for x in arrays), *arrays[0].shape[1:])
        text = f"torch.cat([{', '.join(['{}'] * len(arrays))}])"
        return self.writer.write(text, arrays, shape, "float")

    def broadcast(self, x: _Name, shape: tuple[int, ...]) -> _Name:
        if x.shape == shape:
            return x
        sizes = ", ".join(map(_size, shape))
        return self.writer.write(f"{{}}.expand({sizes})", [x], shape, x.kind)

    def permute(self, x: _Name, axes: tuple[int, ...]) -> _Name:
        shape = tuple(x.shape[a] for a in axes)
        return self.writer.write(f"{{}}.permute{axes}", [x], shape, x.kind)

    def take(self, x: _Name, index: _Name) -> _Name:
        return self.writer.write("{}[{}]", [x, index], (*index.shape, *x.shape[1:]), x.kind)

    def scatter(self, size: int, index: _Name, rows: _Name) -> _Name:
        text = f"{{}}.new_zeros({size}, {_size(rows.shape[1])}).index_add(0, {{}}, {{}})"
        return self.writer.write(text, [self.weights, index, rows], (size, rows.shape[1]), "float")

    def pad(self, x: _Name, before: int, after: int) -> _Name:
        shape = (before + len(x) + after, x.shape[1])
        return self.writer.write(
            f"torch.nn.functional.pad({{}}, (0, 0, {before}, {after}))", [x], shape, "float"
        )

    def zeros(self, rows: int, like: _Name) -> _Name:
        shape = (rows, like.shape[1])
        return self.writer.write(
            f"{{}}.new_zeros({rows}, {_size(shape[1])})", [self.weights], shape, "float"
        )

    def along(self, x: _Name, index: _Name) -> _Name:
        return self.writer.write("{}.gather(1, {})", [x, index], index.shape, x.kind)

    def along_first(self, x: _Name, index: _Name) -> _Name:
        return self.writer.write("{}.gather(0, {})", [x, index], index.shape, x.kind)

    def log_softmax(self, x: _Name) -> _Name:
        return self.writer.write("torch.log_softmax({}, 0)", [x], x.shape, "float")

    def einsum(self, equation: str, *arrays: _Name) -> _Name:
        given, out = equation.split("->")
        sizes: dict[str, int] = {}
        for letters, x in zip(given.split(","), arrays):
            for letter, n in zip(letters, x.shape):
                sizes[letter] = max(n, sizes.get(letter, 1))
        shape = tuple(sizes[letter] for letter in out)
        return self.writer.write(f"torch.einsum('{equation}', {{}}, {{}})", arrays, shape, "float")

    def affine(self, bias: _Name, weight: _Name, x: _Name) -> _Name:
        shape = (len(weight), x.shape[1])
        return self.writer.write("torch.addmm({}, {}, {})", [bias, weight, x], shape, "float")

    def numbers_to(self, x: _Name, size: int) -> _Name:
        return self.writer.write(
            f"torch.arange({size}, device={{}}.device)", [self.weights], (size,), "whole"
        )

    def largest(self, x: _Name) -> _Name:
        return self.writer.write("{}.amax(0)", [x], x.shape[1:], x.kind)


def source_of(runner: Runner) -> Source:
    """The two functions for a plan, which take and give what `Runner` does, as lists.

    Raises:
        KeyError: naming an operation that cannot be written.
    """
    writer = _Writer()

    def given(name: str, shape: tuple[int, ...], kind: str) -> _Name:
        return _Name(writer, name, shape, kind)

    weights = given("weights", (len(runner.plan.order),), "float")
    inputs = [given(f"x{k}", (n, _BATCH), "float") for k, n in enumerate(runner.plan.arguments)]
    library = _TorchSource(writer, weights)
    numbers = [
        given(f"n{k}", x.shape, "float" if x.dtype.kind == "f" else "whole")
        for k, x in enumerate(runner.numbers)
    ]
    state = runner.forward(library, weights, inputs, numbers)
    answers = runner.answers(library, state)
    middle = len(writer.lines)
    seed = given("seed", answers[0].shape, "float")
    gradient = runner.backward(library, state, 0, seed)
    if gradient is None:
        gradient = writer.write("torch.zeros_like({})", [weights], weights.shape, "float")
    backward, kept = writer.needed({gradient.name}, middle, len(writer.lines))
    kept.discard("seed")
    order = sorted(kept)
    results = {x.name for x in answers} | kept
    forward, _ = writer.needed(results, 0, middle)
    batch = "    batch = x0.shape[1]" if inputs else "    batch = 1"
    unpack = [
        f"    {', '.join(x.name for x in names)}, = {what}"
        for names, what in ((inputs, "inputs"), (numbers, "numbers"))
        if names
    ]
    return Source(
        "\n".join(["def forward(weights, inputs, numbers):", *unpack, batch, *forward,
                   f"    return [{', '.join(x.name for x in answers)}], [{', '.join(order)}]"]),
        "\n".join(["def backward(seed, kept):",
                   *([f"    {', '.join(order)}, = kept"] if order else []),
                   "    batch = seed.shape[0]", *backward, f"    return {gradient.name}"]),
    )  # fmt: skip
