"""A program as a `torch.nn.Module`, for engines that train on other devices or several machines.

The module holds the parameters as one `torch.nn.Parameter` in the program's order and runs the same
instructions as tensor operations, which PyTorch differentiates itself. Outputs and gradients agree with
the program's, except where a derivative does not exist and PyTorch chose another one.
"""

from __future__ import annotations

from collections.abc import Callable
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
    Operand,
    Part,
    Plan,
    Products,
    Select,
    Terms,
)
from autograd.compiler.read.lift import Array
from autograd.ops import OPS

__all__ = ["to_torch"]


def to_torch(program: Any) -> Any:
    """A module whose call takes the arguments of `Program.run` as tensors, and returns each output as
    a tensor [batch].

    Raises:
        ModuleNotFoundError: without PyTorch.
    """
    try:
        import torch
    except ModuleNotFoundError:
        raise ModuleNotFoundError("to_torch() needs PyTorch: pip install torch") from None

    class Compiled(torch.nn.Module):  # type: ignore[misc]
        """A compiled program; ``weights`` are its parameters, in the program's order."""

        def __init__(self) -> None:
            super().__init__()
            self.weights = torch.nn.Parameter(torch.tensor(program.parameters))
            self.names = list(program.names)
            self._run = _Runner(torch, program.plan, program.parameters.dtype)

        def forward(self, *inputs: Any) -> tuple[Any, ...]:
            return self._run(self.weights, inputs)

        def extra_repr(self) -> str:
            return (
                f"{len(program.plan.instructions)} instructions, {self.weights.numel()} parameters"
            )

    return Compiled()


class _Runner:
    """Runs the instructions; tensors are [rows, batch], or [rows, 1] for what is static."""

    def __init__(self, torch: Any, plan: Plan, dtype: Any) -> None:
        self.torch, self.plan, self.dtype = torch, plan, dtype
        self.operations = _operations(torch)

    def __call__(self, weights: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        torch, plan = self.torch, self.plan
        if len(inputs) != len(plan.arguments):
            raise ValueError(f"this program takes {len(plan.arguments)} tensors, not {len(inputs)}")
        given = [x.reshape(len(x), -1).T for x in inputs]
        batch = given[0].shape[1] if given else 1
        self.device, self.inputs = weights.device, given
        kind = {"dtype": weights.dtype, "device": self.device}
        constants = torch.tensor(plan.constants, **kind)[:, None]
        self.pieces: dict[int, list[tuple[int, Any]]] = {
            STATIC: [(0, weights[:, None]), (len(weights), constants)],
            BATCHED: [(0, torch.tensor(plan.batched_constants, **kind)[:, None].expand(-1, batch))],
        }
        for argument, start in plan.copied.items():
            self.pieces[BATCHED].append((start, given[argument].to(**kind)))
        self.kind = kind
        for instruction in plan.instructions:
            out = self._compute(instruction)
            out = out.reshape(instruction.count, -1)
            self.pieces[instruction.space].append((instruction.start, out))
        return tuple(
            self._rows(space, np.array([row]))[0].expand(batch if space else 1)
            for space, row in plan.outputs
        )

    def _rows(self, space: int, index: Array) -> Any:
        """Rows as a tensor [*index.shape, width]."""
        torch = self.torch
        flat = index.ravel()
        if space >= INPUT:
            source = self.inputs[space - INPUT].to(**self.kind)
        else:
            low, high = int(flat.min()), int(flat.max())
            held = [
                (s, t) for s, t in self.pieces[space] if s <= high and s + len(t) > low and len(t)
            ]
            source = held[0][1] if len(held) == 1 else torch.cat([t for _, t in held])
            places = np.concatenate([s + np.arange(len(t)) for s, t in held])
            flat = (
                np.searchsorted(places, flat)
                if (np.diff(places) > 0).all()
                else _find(places, flat)
            )
        if not np.array_equal(flat, np.arange(len(source))):
            source = source[torch.as_tensor(flat, device=self.device)]
        return source.reshape(*index.shape, -1)

    def _tensor(self, numbers: Array) -> Any:
        return self.torch.tensor(numbers, **self.kind)

    def _compute(self, instruction: Instruction) -> Any:
        torch = self.torch
        if isinstance(instruction, Matrix):
            out = sum(self._part(part) for part in instruction.parts)
        elif isinstance(instruction, Terms):
            out = self._operand(instruction.second)
            if instruction.first is not None:
                out = self._operand(instruction.first) * out
            if instruction.scale is not None:
                out = out * self._tensor(instruction.scale)[..., None]
            out = out.sum(0)[:, None]
        elif isinstance(instruction, Products):
            first, second = self._operand(instruction.first), self._operand(instruction.second)
            out = torch.einsum("gmkb,gknb->gmnb", first, second)
        elif isinstance(instruction, Largest):
            out = self._operand(instruction.second).amax(0)
            out = out if instruction.needs else out.detach()
        elif isinstance(instruction, Elementwise):
            inputs = [self._operand(operand) for operand in instruction.operands]
            out = self.operations[instruction.operation](*inputs)
        else:
            assert isinstance(instruction, Select)
            out = self._select(instruction)
        for bias in getattr(instruction, "biases", ()):
            added = self._rows(STATIC, bias.index)
            if bias.scale is not None:
                added = added * self._tensor(bias.scale)[..., None]
            out = out + added
        return out

    def _part(self, part: Part) -> Any:
        column = self._rows(part.space, part.column)
        weight = None
        if part.weight is not None:
            weight = self._rows(STATIC, part.weight)[..., 0]
        if part.scale is not None:
            scale = self._tensor(part.scale)
            weight = scale if weight is None else weight * scale
        return self.torch.einsum("fk,kpb->fpb", weight, column)

    def _operand(self, operand: Operand) -> Any:
        if operand.index is not None:
            return self._rows(operand.space, operand.index)
        assert operand.number is not None
        return self._tensor(operand.number)[:, None]

    def _select(self, instruction: Select) -> Any:
        torch = self.torch
        table = self._operand(instruction.candidates)  # [rows, V, width]
        numbers = self.inputs[instruction.argument].to(torch.int64)
        chosen = numbers[torch.as_tensor(instruction.column, device=self.device)]  # [rows, batch]
        table = table.expand(-1, -1, chosen.shape[1])
        return table.gather(1, chosen[:, None, :])[:, 0]


def _find(places: Array, flat: Array) -> Array:
    """Where each number stands among ``places``, which are in no order."""
    order = np.argsort(places)
    return np.asarray(order[np.searchsorted(places[order], flat)])


def _operations(torch: Any) -> dict[str, Callable[..., Any]]:
    """PyTorch's function for each row of the table."""
    functional = torch.nn.functional
    same = {
        name: getattr(torch, name, None) or getattr(functional, name)
        for name in OPS
        if hasattr(torch, name) or hasattr(functional, name)
    }
    return {
        **same,
        "copy": lambda x: x,
        "+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div, "**": torch.pow,
        "%": torch.remainder, "//": torch.floor_divide, "neg": torch.neg,
        "<": lambda a, b: (a < b).to(a.dtype), "<=": lambda a, b: (a <= b).to(a.dtype),
        ">": lambda a, b: (a > b).to(a.dtype), ">=": lambda a, b: (a >= b).to(a.dtype),
        "==": lambda a, b: (a == b).to(a.dtype),
        "where": lambda c, a, b: torch.where(c != 0, a, b),
        "leaky_relu": lambda a, b: torch.where(a > 0, a, b * a),
        "elu": lambda a, b: torch.where(a > 0, a, b * torch.expm1(a)),
        "softplus": lambda x: functional.softplus(x, threshold=700.0),
        "step": lambda x: (x >= 0).to(x.dtype),
        "round_to": lambda a, b: torch.round(a * 10**b) / 10**b,
        "clamp_min": torch.maximum, "clamp_max": torch.minimum,
    }  # fmt: skip
