"""Both passes as the source of two PyTorch functions: a plan run on names instead of tensors.

What the runner does on tensors it does here once on `Name`s, each of which writes a line when it is
computed with: no step of a plan is looked at again when the functions run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from autograd.compiler.run.functional.elementwise import call, literal
from autograd.compiler.run.functional.library import Library, functions
from autograd.compiler.run.functional.lines import split
from autograd.compiler.run.functional.places import Slices
from autograd.compiler.run.functional.runner import Runner
from autograd.compiler.run.functional.written import BATCH, Name, Writer, size_text

__all__ = ["Source", "source_of"]

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


class _Functions:
    """``torch``, whose functions of names write lines."""

    def __getattr__(self, name: str) -> Callable[..., Name]:
        module = "torch.nn.functional" if name in _FUNCTIONAL else "torch"
        return lambda *inputs: call(f"{module}.{name}({', '.join(['{}'] * len(inputs))})", inputs)


class _TorchSource(Library):
    """PyTorch, in writing."""

    name = "PyTorch"
    slopes: ClassVar[
        dict[str, Callable[[Any], Any]]
    ] = {  # 1 above 0, however little, and nan of nan
        "relu": lambda y: call("{}.clamp(max=1.0).ceil_()", [y])
    }

    def __init__(self, writer: Writer, weights: Name) -> None:
        self.writer, self.weights, torch = writer, weights, _Functions()
        self.functions = functions(torch, self.where, self._of_two) | {
            name: getattr(torch, name) for name in ("erf", "erfc", "sigmoid", "relu", *_FUNCTIONAL)
        }
        self.functions["sinc_slope"] = lambda x, n: call("sinc_slope({}, {})", [x, n])
        self.functions["softplus"] = lambda x: call(
            "torch.nn.functional.softplus({}, threshold=700.0)", [x]
        )

    def _of_two(self, function: Callable[..., Name]) -> Callable[..., Name]:
        return lambda a, b: function(*(self._tensor(x) for x in (a, b)))

    def _tensor(self, x: Any) -> Name:
        """A number as a tensor as precise as the weights."""
        if isinstance(x, Name):
            return x
        return self.writer.write(f"{{}}.new_tensor({literal(x)})", [self.weights], (), "float")

    def where(self, condition: Name, x: Any, y: Any) -> Name:
        if condition.truth is not None:
            condition = condition.truth
        elif condition.kind != "bool":
            condition = call("{} != {}", [condition, 0.0], "bool")
        if not isinstance(x, Name) and not isinstance(y, Name) and (x, y) == (1.0, 0.0):
            mask = call("{}.to({}.dtype)", [condition], also=[self.weights])
            mask.truth = condition
            return mask
        numbers = not isinstance(x, Name) and not isinstance(y, (Name, bool))
        kind = "bool" if isinstance(y, bool) else "float"
        if kind == "bool" and isinstance(x, Name) and x.truth is not None:
            x = x.truth
        return call(
            "torch.where({}, {}, {})", [condition, self._tensor(x) if numbers else x, y], kind
        )

    def concat(self, arrays: Sequence[Name]) -> Name:
        shape = (sum(len(x) for x in arrays), *arrays[0].shape[1:])
        if shape[1:] == (1,):
            return self._in_place(arrays).reshape(*shape)
        text = f"torch.cat([{', '.join(['{}'] * len(arrays))}])"
        return self.writer.write(text, arrays, shape, "float")

    def _in_place(self, arrays: Sequence[Name]) -> Name:
        """Columns end to end: products and sums are computed where they belong."""
        sources = [x if x.base is None else x.base for x in arrays]
        if not any(source.filled for source in sources):
            return self.concat([x.reshape(len(x)) for x in arrays])
        size = sum(map(len, arrays))
        text, used, start = f"{{}}.new_empty({size})", [self.weights], 0
        for x, source in zip(arrays, sources):
            stop = start + len(x)
            if source.filled is None:
                text += f"\n    $[{start}:{stop}] = {{}}"
                used.append(x.reshape(len(x)))
            else:
                call, names = source.filled
                text += f"\n    {call}, out=$.as_strided({_lying(source.shape)}, {start}))"
                used += names
            start = stop
        return self.writer.write(text, used, (size,), "float")

    def broadcast(self, x: Name, shape: tuple[int, ...]) -> Name:
        return x.expand(*shape)

    def permute(self, x: Name, axes: tuple[int, ...]) -> Name:
        return x.permute(*axes)

    def take(self, x: Name, index: Name) -> Name:
        return self.writer.write("{}[{}]", [x, index], (*index.shape, *x.shape[1:]), x.kind)

    def scatter(self, size: int, index: Name, rows: Name) -> Name:
        text = f"{{}}.new_zeros({size}, {size_text(rows.shape[1])}).index_add(0, {{}}, {{}})"
        return self.writer.write(text, [self.weights, index, rows], (size, rows.shape[1]), "float")

    def laid(self, size: int, parts: dict[Slices, Name]) -> Name:
        shape = (size, max(value.shape[-1] for value in parts.values()))
        full = sum(prod(rows.sizes) for rows in parts) == size
        text = f"{{}}.new_{'empty' if full else 'zeros'}({size}, {size_text(shape[1])})"
        used = [self.weights]
        for rows, value in parts.items():
            at = ", ".join(f"{start}:{stop}" for start, stop in zip(rows.start, rows.stop))
            text += f"\n    $.view({', '.join(map(str, rows.block))}, -1)[{at}] = {{}}"
            used.append(value.reshape(*rows.sizes, value.shape[-1]))
        return self.writer.write(text, used, shape, "float")

    def columns(self, x: Name, index: Name) -> Name:
        return self.writer.write("{}[:, {}]", [x, index], (len(x), *index.shape), x.kind)

    def scattered(self, size: int, index: Name, columns: Name) -> Name:
        text = f"{{}}.new_zeros({len(columns)}, {size}).index_add(1, {{}}, {{}})"
        used = [self.weights, index, columns]
        return self.writer.write(text, used, (len(columns), size), "float")

    def zeros(self, rows: int, like: Name) -> Name:
        shape = (rows, like.shape[1])
        return self.writer.write(
            f"{{}}.new_zeros({rows}, {size_text(shape[1])})", [self.weights], shape, "float"
        )

    def along(self, x: Name, index: Name) -> Name:
        return self.writer.write("{}.gather(1, {})", [x, index], index.shape, x.kind)

    def along_first(self, x: Name, index: Name) -> Name:
        return self.writer.write("{}.gather(0, {})", [x, index], index.shape, x.kind)

    def errors(self, logarithms: Name, index: Name) -> Name:
        text = "torch.exp({}).scatter_(0, {}, -1.0, reduce='add')"
        return self.writer.write(text, [logarithms, index], logarithms.shape, "float")

    def softmax(self, x: Name, axis: int) -> Name:
        return self.writer.write(f"torch.softmax({{}}, {axis})", [x], x.shape, "float")

    def log_softmax(self, x: Name) -> Name:
        return self.writer.write("torch.log_softmax({}, 0)", [x], x.shape, "float")

    def einsum(self, equation: str, *arrays: Name) -> Name:
        """As products of as many matrices as there are groups in a batch."""
        given, out = equation.split("->")
        letters = given.split(",")
        (inner,) = {*letters[0]} - {*out}
        width = max(x.shape[-1] for x in arrays)
        matrices = []
        for x, own, axes in zip(arrays, letters, (out[1] + inner, inner + out[2])):
            x = x.expand(*x.shape[:-1], width).permute(3, 0, 1, 2)
            x = x.reshape(-1, *x.shape[2:])
            matrices.append(x if own[1:3] == axes else x.mT)
        (count, rows, _), columns = matrices[0].shape, matrices[1].shape[2]
        product = self.writer.write("torch.bmm({}, {})", matrices, (count, rows, columns), "float")
        return product.reshape(width, -1, rows, columns).permute(1, 2, 3, 0)

    def affine(self, bias: Name, weight: Name, x: Name) -> Name:
        shape = (len(weight), x.shape[1])
        return self.writer.write("torch.addmm({}, {}, {})", [bias, weight, x], shape, "float")

    def numbers_to(self, x: Name, size: int) -> Name:
        return self.writer.write(
            f"torch.arange({size}, device={{}}.device)", [self.weights], (size,), "whole"
        )

    def largest(self, x: Name) -> Name:
        return self.writer.write("{}.amax(0)", [x], x.shape[1:], x.kind)


def _lying(shape: tuple[int, ...]) -> str:
    """The sizes and strides of an array without gaps, as `as_strided` takes them: one call, not two."""
    steps = tuple(prod(shape[k + 1 :]) for k in range(len(shape)))
    return f"{shape}, {steps}"


def source_of(runner: Runner) -> Source:
    """The two functions for a plan, which take and give what `Runner` does, as lists.

    Raises:
        KeyError: naming an operation that cannot be written.
    """
    writer = Writer()

    def given(name: str, shape: tuple[int, ...], kind: str) -> Name:
        return Name(writer, name, shape, kind)

    weights = given("weights", (len(runner.plan.order),), "float")
    inputs = [given(f"x{k}", (n, BATCH), "float") for k, n in enumerate(runner.plan.arguments)]
    library = _TorchSource(writer, weights)
    numbers = [
        given(f"n{k}", x.shape, {"f": "float", "b": "bool"}.get(x.dtype.kind, "whole"))
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
    forward = split(forward, len(runner.plan.order))
    unpack = [
        f"    {', '.join(x.name for x in names)}, = {what}"
        for names, what in ((inputs, "inputs"), (numbers, "numbers"))
        if names
    ]
    sizes = ["    batch = x0.shape[1]" if inputs else "    batch = 1", "    batch = seed.shape[0]"]
    for k, lines in enumerate((forward, backward)):
        if any("batch" in line for line in lines):
            lines.insert(0, sizes[k])
    return Source(
        "\n".join(["def forward(weights, inputs, numbers):", *unpack, *forward,
                   f"    return [{', '.join(x.name for x in answers)}], [{', '.join(order)}]"]),
        "\n".join(["def backward(seed, kept):",
                   *([f"    {', '.join(order)}, = kept"] if order else []),
                   *backward, f"    return {gradient.name}"]),
    )  # fmt: skip
