"""Layer norm: each sample brought to mean 0 and variance 1, then scaled and shifted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from autograd import Number, Value, sqrt
from nn.counterpart import refuse_other
from nn.layers import parameter
from nn.module import Module
from nn.nested import plain
from nn.settings import positive, within

__all__ = ["LayerNorm"]


class LayerNorm(Module):
    """(x − mean) / √(variance + eps) · weight + bias, over the numbers of one list.

    Args:
        normalized_shape: how many numbers.
        eps: keeps the division finite where all numbers are equal.
        elementwise_affine: False for no weight and bias.

    Called with a list of numbers, or a list of such lists, each of which is brought to its own norm.

    Raises:
        ValueError: when called with another number of numbers.

    Source: Ba, Kiros & Hinton, arXiv:1607.06450; names and defaults are PyTorch's.

    >>> [round(x.data, 3) for x in LayerNorm(2)([1.0, 3.0])]
    [-1.0, 1.0]
    """

    def __init__(
        self, normalized_shape: int, eps: float = 1e-5, elementwise_affine: bool = True
    ) -> None:
        self.normalized_shape = n = positive("normalized_shape", normalized_shape)
        self.eps = within("eps", eps)
        self.elementwise_affine = elementwise_affine
        self.weight = [parameter(1.0, f"w{i}") for i in range(1, n + 1) if elementwise_affine]
        self.bias = [parameter(0.0, f"b{i}") for i in range(1, n + 1) if elementwise_affine]

    @overload
    def __call__(self, x: Sequence[Number]) -> list[Value]: ...
    @overload
    def __call__(self, x: Sequence[Sequence[Number]]) -> list[list[Value]]: ...
    @overload
    def __call__(self, x: Any) -> list[Any]: ...
    def __call__(self, x: Any) -> list[Any]:
        x = plain(x)
        if x and isinstance(x[0], (list, tuple)):
            return [self(xi) for xi in x]
        n = self.normalized_shape
        if len(x) != n:
            raise ValueError(f"this norm takes {n} numbers, not {len(x)}")
        mean = sum(x[1:], x[0]) * (1.0 / n)
        centred = [xi - mean for xi in x]
        squares = [c * c for c in centred]
        scale = 1.0 / sqrt(sum(squares[1:], squares[0]) * (1.0 / n) + self.eps)
        normal = [c * scale for c in centred]
        if not self.elementwise_affine:
            return normal
        return [c * w + b for c, w, b in zip(normal, self.weight, self.bias)]

    def __repr__(self) -> str:
        return f"LayerNorm({self.normalized_shape})"

    def torch_module(self, torch: Any) -> Any:
        return torch.nn.LayerNorm(self.normalized_shape, self.eps, self.elementwise_affine)

    def torch_layout(self) -> dict[str, Any]:
        return {"weight": self.weight, "bias": self.bias} if self.elementwise_affine else {}

    @classmethod
    def like_torch(cls, module: Any) -> LayerNorm:
        refuse_other(module, normalized_shape=module.normalized_shape[:1])
        return LayerNorm(module.normalized_shape[0], module.eps, module.elementwise_affine)
