"""Lines of source, written by computing with names in place of tensors.

A line is written once, and given out only if it is needed; sizes that grow with the batch are
recognized by its stand-in, a large prime.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from autograd.compiler.run.functional.lines import Line, tidied

__all__ = ["BATCH", "Name", "Writer", "size_text"]

BATCH = 1_000_003  # stands for the batch size in shapes


class Writer:
    """Lines, each with the names it uses; equal lines are one."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._names: dict[str, Name] = {}

    def write(self, text: str, used: Sequence[Name], shape: tuple[int, ...], kind: str) -> Name:
        """A name for what ``text`` computes, in which ``{}`` stands for each name used, and ``$`` in
        lines that follow for the new one."""
        expression = text.format(*(x.name for x in used))
        if expression not in self._names:
            name = Name(self, f"t{len(self.lines)}", shape, kind)
            names, grows = tuple(x.name for x in used), not prod(shape) % BATCH
            line = Line(name.name, expression.replace("$", name.name), names, grows)
            self.lines.append(line)
            self._names[expression] = name
        return self._names[expression]

    def needed(self, wanted: set[str], start: int, stop: int) -> tuple[list[str], set[str]]:
        """The lines from ``start`` to ``stop`` behind these names, and what they need from before."""
        left, lines = set(wanted), []
        for line in reversed(self.lines[start:stop]):
            if line.name in left:
                left.discard(line.name)
                left.update(line.used)
                lines.append(line)
        return tidied(lines[::-1], wanted), left


def size_text(n: int) -> str:
    """A size, in terms of the batch."""
    if n % BATCH:
        return str(n)
    return "batch" if n == BATCH else f"{n // BATCH} * batch"


def _sizes(shape: Sequence[int]) -> str:
    """Sizes for a reshape: the one that grows is left to PyTorch."""
    return ", ".join("-1" if n and not n % BATCH else str(n) for n in shape)


class Name:
    """A tensor that will be computed: its name, its shape, its numbers, of what it is a reshape, of
    what it repeats rows, of what, in which order, it turns the axes, and what computes it in place."""

    __slots__ = ("base", "filled", "kind", "name", "shape", "spread", "truth", "turned", "writer")

    def __init__(
        self, writer: Writer, name: str, shape: tuple[int, ...], kind: str, base: Any = None
    ) -> None:
        self.writer, self.name, self.shape, self.kind, self.base = writer, name, shape, kind, base
        self.filled: tuple[str, list[Name]] | None = None  # the call, less where to, and its names
        self.spread: Name | None = None
        self.turned: tuple[Name, tuple[int, ...]] | None = None
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
        if isinstance(key, tuple) and all(isinstance(k, slice) for k in key):
            return self._part(key)
        if isinstance(key, int):
            shape = self.shape[1:]
            if len(self) == 1:
                return self.reshape(*shape)
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

    def _part(self, key: tuple[slice, ...]) -> Name:
        if len(key) == 1:
            return self._rows(key[0].start, key[0].stop)
        whole = [k.start == 0 and k.stop == n for k, n in zip(key, self.shape)]
        text = [":" if all_ else f"{k.start}:{k.stop}" for k, all_ in zip(key, whole)]
        shape = (*(k.stop - k.start for k in key), *self.shape[len(key) :])
        return self.writer.write(f"{{}}[{', '.join(text)}]", [self], shape, self.kind)

    def expand(self, *shape: int) -> Name:
        """Dimensions of 1 repeated: it is written where it meets what cannot do without."""
        if self.shape == shape:
            return self
        sizes = ", ".join(map(size_text, shape))
        out = self.writer.write(f"{{}}.expand({sizes})", [self], shape, self.kind)
        out.spread = self if self.spread is None else self.spread
        return out

    def permute(self, *axes: int) -> Name:
        if self.turned is not None:
            source, before = self.turned
            return source.permute(*(before[a] for a in axes))
        if axes == tuple(range(len(axes))):
            return self
        shape = tuple(self.shape[a] for a in axes)
        out = self.writer.write(f"{{}}.permute{axes}", [self], shape, self.kind)
        out.turned = self, axes
        return out

    def _rows(self, start: int, stop: int) -> Name:
        if self.base is not None and self.base.shape[0] == self.shape[0]:
            rows: Name = self.base._rows(start, stop)
            return rows.reshape(stop - start, *self.shape[1:])
        shape = (stop - start, *self.shape[1:])
        return self.writer.write(f"{{}}[{start}:{stop}]", [self], shape, self.kind)

    @property
    def T(self) -> Name:  # noqa: N802
        return self.writer.write("{}.T", [self], self.shape[::-1], self.kind)

    @property
    def mT(self) -> Name:  # noqa: N802
        shape = (*self.shape[:-2], self.shape[-1], self.shape[-2])
        return self.writer.write("{}.mT", [self], shape, self.kind)

    def sum(self, axes: Any, keepdims: bool = False) -> Name:
        axes = axes if isinstance(axes, tuple) else (axes,)
        places = {a % len(self.shape) for a in axes}
        if all(self.shape[a] == 1 for a in places):
            left = [n for a, n in enumerate(self.shape) if keepdims or a not in places]
            return self.reshape(*left)
        shape = tuple(
            1 if a in places else n for a, n in enumerate(self.shape) if keepdims or a not in places
        )
        last = len(self.shape) - 1
        if self.base is not None and places == {last} and self.base.shape[-1] == self.shape[-1]:
            by_row: Name = self.base.sum(-1, keepdims)
            return by_row.reshape(*shape)
        lying = [a for a, n in enumerate(self.shape) if n != 1]
        if self.base is not None and tuple(self.shape[a] for a in lying) == self.base.shape:
            found: Name = self.base.sum(tuple(map(lying.index, places)), keepdims)
            return found.reshape(*shape)
        along = str(axes) if len(axes) > 1 else str(axes[0])
        along += ", keepdim=True" if keepdims else ""
        out = self.writer.write(f"{{}}.sum({along})", [self], shape, self.kind)
        out.filled = f"torch.sum({{}}, {along}", [self]
        return out

    def __matmul__(self, other: Name) -> Name:
        shape = (self.shape[0], other.shape[1])
        out = self.writer.write("{} @ {}", [self, other], shape, "float")
        out.filled = "torch.mm({}, {}", [self, other]
        return out
