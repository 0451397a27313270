"""A program as a `torch.nn.Module`, for engines that train on other devices or several machines.

The module holds the parameters as one `torch.nn.Parameter` in the program's order and runs the same
instructions as tensor operations, which PyTorch differentiates. Outputs and gradients agree with the
program's, at kinks and poles too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Plan,
    Products,
    Select,
    Terms,
    indices,
    operands,
)
from autograd.compiler.program import Program, sample_shape_fits
from autograd.compiler.read.arrays import Array
from autograd.compiler.run.torch_operations import operations

__all__ = ["to_torch"]


def to_torch(program: Program) -> Any:
    """A module whose call takes the arguments of `Program.run` as tensors, and returns each output as
    a tensor [batch]. It can be copied, pickled and given to `torch.save`.

    Raises:
        ModuleNotFoundError: without PyTorch.
        ValueError: naming an operation that PyTorch has no function for.
    """
    module = _module(program.plan, program.names, program.shapes)
    return module.filled(program.parameters)


def _module(plan: Plan, names: list[str], shapes: list[tuple[int, ...]]) -> Any:
    """A module without its weights; a pickle calls this and fills in the rest."""
    try:
        import torch
    except ModuleNotFoundError:
        raise ModuleNotFoundError("to_torch() needs PyTorch: pip install torch") from None
    return _module_class(torch)(plan, names, shapes)


@dataclass(frozen=True, slots=True)
class _Read:
    """How to find the rows that an instruction reads.

    Attributes:
        space: where they are.
        pieces: which results of that space hold them, one after the other.
        start, stop: the rows of these pieces, if they follow each other,
        index: else the name of the buffer with their numbers.
        shape: of the operand.
    """

    space: int
    pieces: tuple[int, ...]
    start: int
    stop: int
    index: str
    shape: tuple[int, ...]


def _numbers(instruction: Instruction) -> Iterator[Array]:
    """The numbers that an instruction holds, in the order in which `_Run` takes them."""
    if isinstance(instruction, Matrix):
        yield from (part.scale for part in instruction.parts if part.scale is not None)
    if isinstance(instruction, Terms) and instruction.scale is not None:
        yield instruction.scale
    yield from (o.number for o in operands(instruction) if o.number is not None)
    yield from (b.scale for b in getattr(instruction, "biases", ()) if b.scale is not None)


def _used(plan: Plan) -> set[tuple[str, bool]]:
    """The operations of a plan, and whether they are masked."""
    found = {("*", False), ("maximum", False)}
    for i in plan.instructions:
        if isinstance(i, Elementwise):
            found.add((i.operation, i.masked))
        elif isinstance(i, Terms):
            found.add(("*", i.masked))
    return found


# A class within a function: its base is there only when PyTorch is, and only when it is asked for.
@cache
def _module_class(torch: Any) -> Any:
    class Compiled(torch.nn.Module):  # type: ignore[misc]
        """A compiled program; ``weights`` are its parameters, in the program's order."""

        def __init__(self, plan: Plan, names: list[str], shapes: list[tuple[int, ...]]) -> None:
            super().__init__()
            self.plan, self.names, self.shapes = plan, list(names), list(shapes)
            self.weights = torch.nn.Parameter(torch.zeros(len(plan.order), dtype=torch.float64))
            self._operations = operations(torch, _used(plan))
            self._selects = {i.argument for i in plan.instructions if isinstance(i, Select)}
            given = [(start, plan.arguments[k]) for k, start in plan.copied.items()]
            self._pieces = {  # by space, where each result begins and how many rows it has
                STATIC: [(0, len(plan.order)), (len(plan.order), len(plan.constants))],
                BATCHED: [(0, len(plan.batched_constants)), *given],
            }
            self._keep("static", plan.constants[:, None])
            self._keep("batched", plan.batched_constants[:, None])
            self._reads: list[list[_Read]] = []
            self._scales: list[list[str]] = []
            for number, i in enumerate(plan.instructions):
                reads = [self._read(f"index{number}_{k}", *x) for k, x in enumerate(indices(i))]
                scales = [self._keep(f"number{number}_{k}", x) for k, x in enumerate(_numbers(i))]
                self._reads.append(reads)
                self._scales.append(scales)
                self._pieces[i.space].append((i.start, i.count))
            self._outputs = [
                self._read(f"output{k}", o.space, np.array([o.row]))
                for k, o in enumerate(plan.outputs)
            ]

        def _keep(self, name: str, array: Array) -> str:
            """Make a buffer, once: it moves with the module, and is no part of its state."""
            self.register_buffer(name, torch.tensor(array), persistent=False)
            return name

        def _read(self, name: str, space: int, index: Array) -> _Read:
            flat = index.ravel()
            pieces: tuple[int, ...] = ()
            if space < INPUT:
                held = [
                    (number, start + np.arange(size))
                    for number, (start, size) in enumerate(self._pieces[space])
                    if ((flat >= start) & (flat < start + size)).any()
                ]
                places = np.concatenate([rows for _, rows in held])
                order = np.argsort(places)
                flat = order[np.searchsorted(places[order], flat)]
                pieces = tuple(number for number, _ in held)
            first, last = int(flat[0]), int(flat[0]) + len(flat)
            regular = np.array_equal(flat, np.arange(first, last))
            kept = "" if regular else self._keep(name, flat)
            return _Read(space, pieces, first, last, kept, index.shape)

        def filled(self, parameters: Array) -> Any:
            """With these weights, and numbers of their dtype."""
            self.weights = torch.nn.Parameter(torch.tensor(parameters))
            return self.to(self.weights.dtype)

        def forward(self, *inputs: Any) -> tuple[Any, ...]:
            run = _Run(self, torch, self._given(inputs))
            for instruction, reads, scales in zip(
                self.plan.instructions, self._reads, self._scales
            ):
                run.add(instruction, iter(reads), iter([getattr(self, name) for name in scales]))
            return tuple(
                run.rows(read)[0].expand(run.batch if read.space else 1) for read in self._outputs
            )

        def _given(self, inputs: tuple[Any, ...]) -> list[Any]:
            """The arguments as [columns, batch], checked."""
            if len(inputs) != len(self.shapes):
                raise ValueError(
                    f"this program takes {len(self.shapes)} tensors, not {len(inputs)}"
                )
            for k, (x, shape) in enumerate(zip(inputs, self.shapes)):
                if not sample_shape_fits(tuple(x.shape), shape) or len(x) != len(inputs[0]):
                    wish = ", ".join(map(str, ("batch", *shape)))
                    raise ValueError(f"argument {k} is a tensor [{wish}], not {list(x.shape)}")
                if k in self._selects and x.is_floating_point():
                    raise TypeError(f"argument {k} selects: give whole numbers, not {x.dtype}")
            return [
                x.reshape(len(x), -1).T.to(
                    torch.int64 if k in self._selects else self.weights.dtype
                )
                for k, x in enumerate(inputs)
            ]

        def extra_repr(self) -> str:
            return f"{len(self.plan.instructions)} instructions, {self.weights.numel()} parameters"

        def __reduce__(self) -> Any:
            state = {name: x for name, x in self.__dict__.items() if name != "_operations"}
            return _module, (self.plan, self.names, self.shapes), state

    return Compiled


class _Run:
    """One pass: the results so far, by space, each [rows, batch], or [rows, 1] if it is static."""

    def __init__(self, module: Any, torch: Any, inputs: list[Any]) -> None:
        self.module, self.torch, self.inputs = module, torch, inputs
        self.batch = inputs[0].shape[1] if inputs else 1
        copies = [inputs[argument] for argument in module.plan.copied]
        self.results = {
            STATIC: [module.weights[:, None], module.static],
            BATCHED: [module.batched.expand(-1, self.batch), *copies],
        }

    def rows(self, read: _Read) -> Any:
        """Rows as a tensor [*shape, batch or 1]."""
        if read.space >= INPUT:
            source = self.inputs[read.space - INPUT]
        elif len(read.pieces) == 1:
            source = self.results[read.space][read.pieces[0]]
        else:
            source = self.torch.cat([self.results[read.space][piece] for piece in read.pieces])
        index = getattr(self.module, read.index) if read.index else slice(read.start, read.stop)
        return source[index].reshape(*read.shape, -1)

    def add(self, instruction: Instruction, reads: Iterator[_Read], numbers: Iterator[Any]) -> None:
        out = self._compute(instruction, reads, numbers)
        for bias in getattr(instruction, "biases", ()):
            added = self.rows(next(reads))
            out = out + (added if bias.scale is None else added * next(numbers)[..., None])
        self.results[instruction.space].append(out.reshape(instruction.count, -1))

    def _compute(
        self, instruction: Instruction, reads: Iterator[_Read], numbers: Iterator[Any]
    ) -> Any:
        """All but the biases."""
        if isinstance(instruction, Matrix):
            return self._matrix(instruction, reads, numbers)
        if isinstance(instruction, Select):
            return self._select(instruction, reads)
        operation = self.module._operations
        given = [
            next(numbers)[:, None] if operand.index is None else self.rows(next(reads))
            for operand in ([] if isinstance(instruction, Terms) else operands(instruction))
        ]
        if isinstance(instruction, Elementwise):
            out = operation[instruction.operation, instruction.masked](*given)
            detached = instruction.operation == "copy" and not instruction.needs
            return out.detach() if detached else out
        if isinstance(instruction, Products):
            return self.torch.einsum("gmkb,gknb->gmnb", *given)
        if isinstance(instruction, Largest):
            if instruction.needs:
                return reduce(operation["maximum", False], given[0])
            return given[0].amax(0).detach()
        assert isinstance(instruction, Terms)
        terms = [self.rows(next(reads)) for _ in operands(instruction)]
        out = reduce(operation["*", instruction.masked], terms)
        if instruction.scale is not None:
            out = out * next(numbers)[..., None]
        return out.sum(0)[:, None]

    def _matrix(self, instruction: Matrix, reads: Iterator[_Read], numbers: Iterator[Any]) -> Any:
        out = 0.0
        for part in instruction.parts:
            column = self.rows(next(reads))
            weight = None if part.weight is None else self.rows(next(reads))[..., 0]
            if part.scale is not None:
                scale = next(numbers)
                weight = scale if weight is None else weight * scale
            out = out + self.torch.einsum("fk,kpb->fpb", weight, column)
        return out

    def _select(self, instruction: Select, reads: Iterator[_Read]) -> Any:
        table, chosen = (
            self.rows(next(reads)),
            self.rows(next(reads)),
        )  # [rows, V, ·], [rows, batch]
        table = table.expand(-1, -1, chosen.shape[1])
        return table.gather(1, chosen[:, None, :])[:, 0]
