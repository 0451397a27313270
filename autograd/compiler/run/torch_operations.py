"""The operations of the table on tensors: PyTorch's functions, with the table's own derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from autograd.compiler.run.functional.library import Library, functions, slope
from autograd.compiler.run.functional.places import Slices
from autograd.ops import OPS, Op

__all__ = ["TorchLibrary"]

# PyTorch's derivative of these is the table's, wherever there is one.
_OWN = ["copy", "+", "-", "neg"]


class TorchLibrary(Library):
    """PyTorch, whose tape either sees nothing of it or, ``differentiable``, the table's derivatives."""

    name = "PyTorch"

    def __init__(self, torch: Any, differentiable: bool) -> None:
        self.torch = torch
        self.functions = _differentiable(torch) if differentiable else _functions(torch)

    def concat(self, arrays: Sequence[Any]) -> Any:
        return self.torch.cat(list(arrays))

    def broadcast(self, x: Any, shape: tuple[int, ...]) -> Any:
        return x.expand(shape)

    def permute(self, x: Any, axes: tuple[int, ...]) -> Any:
        return x.permute(axes)

    def take(self, x: Any, index: Any) -> Any:
        return x[index]

    def scatter(self, size: int, index: Any, rows: Any) -> Any:
        return rows.new_zeros((size, rows.shape[1])).index_add(0, index, rows)

    def laid(self, size: int, parts: dict[Slices, Any]) -> Any:
        width = max(value.shape[-1] for value in parts.values())
        whole = next(iter(parts.values())).new_zeros(size, width)
        for rows, value in parts.items():
            at = tuple(map(slice, rows.start, rows.stop))
            whole.view(*rows.block, width)[at] = value.reshape(*rows.sizes, -1)
        return whole

    def columns(self, x: Any, index: Any) -> Any:
        return x[:, index]

    def scattered(self, size: int, index: Any, columns: Any) -> Any:
        return columns.new_zeros((len(columns), size)).index_add(1, index, columns)

    def zeros(self, rows: int, like: Any) -> Any:
        return like.new_zeros((rows, like.shape[1]))

    def along(self, x: Any, index: Any) -> Any:
        return x.gather(1, index)

    def along_first(self, x: Any, index: Any) -> Any:
        return x.gather(0, index)

    def softmax(self, x: Any, axis: int) -> Any:
        return self.torch.softmax(x, axis)

    def log_softmax(self, x: Any) -> Any:
        return self.torch.log_softmax(x, 0)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return _choose(self.torch, condition, x, y)

    def einsum(self, equation: str, *arrays: Any) -> Any:
        return self.torch.einsum(equation, *arrays)

    def numbers_to(self, x: Any, size: int) -> Any:
        return self.torch.arange(size, dtype=x.dtype, device=x.device)

    def largest(self, x: Any) -> Any:
        return x.amax(0)


def _choose(torch: Any, condition: Any, x: Any, y: Any) -> Any:
    """`torch.where`, whose condition may be of numbers, and whose numbers are as precise as tensors."""
    if condition.dtype != torch.bool:
        condition = condition != 0
    if not torch.is_tensor(x) and not torch.is_tensor(y) and not isinstance(y, bool):
        x = torch.full((), x, dtype=torch.float64, device=condition.device)
    return torch.where(condition, x, y)


@cache
def _functions(torch: Any) -> dict[str, Callable[..., Any]]:
    """PyTorch's function for each row of the table, by name."""
    functional = torch.nn.functional

    def of_two(function: Callable[..., Any]) -> Callable[..., Any]:
        def numbers_too(a: Any, b: Any) -> Any:
            like = a if torch.is_tensor(a) else b
            given = (x if torch.is_tensor(x) else torch.full_like(like, x) for x in (a, b))
            return function(*given)

        return numbers_too

    return functions(torch, lambda c, x, y: _choose(torch, c, x, y), of_two) | {
        "erf": torch.erf, "erfc": torch.erfc, "sigmoid": torch.sigmoid, "relu": torch.relu,
        "relu6": functional.relu6, "silu": functional.silu, "mish": functional.mish,
        "gelu": functional.gelu, "softplus": lambda x: functional.softplus(x, threshold=700.0),
    }  # fmt: skip


@cache
def _differentiable(torch: Any) -> dict[str, Callable[..., Any]]:
    return {
        name: function if name in _OWN else _with_rules(torch, OPS[name])
        for name, function in _functions(torch).items()
    }


@cache
def _with_rules(torch: Any, op: Op) -> Callable[..., Any]:
    """An operation whose derivative is the table's; what `where` leaves out stays out."""
    forward = _functions(torch)[op.name]

    class WithRules(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, *inputs: Any) -> Any:
            out = forward(*inputs)
            context.save_for_backward(*inputs, out)
            return out

        @staticmethod
        def backward(context: Any, gradient: Any) -> tuple[Any, ...]:
            library = TorchLibrary(torch, torch.is_grad_enabled())
            *inputs, out = context.saved_tensors
            found: list[Any] = []
            for i in range(op.arity):
                if not context.needs_input_grad[i]:
                    found.append(None)
                    continue
                part = gradient * slope(library, op, i, inputs, out)
                part = torch.where(gradient == 0, 0.0, part)
                found.append(part.sum_to_size(context.saved_tensors[i].shape))
            return tuple(found)

    def tensors_only(*inputs: Any) -> Any:
        like = next(x for x in inputs if torch.is_tensor(x) and x.is_floating_point())
        return WithRules.apply(*(x if torch.is_tensor(x) else like.new_tensor(x) for x in inputs))

    return tensors_only
