"""The operations of the table on tensors: PyTorch's functions, with the table's own derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from autograd.ops import OPS, Op, apply

__all__ = ["operations"]

# PyTorch's derivative of these is the table's, wherever there is one.
_OWN = ["copy", "+", "-", "*", "neg", "exp", "tanh", "sigmoid", "sin", "cos"]
_SAME = [  # what they compute goes by the same name there
    "abs", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "sin", "cos", "tan", "asin",
    "acos", "atan", "atan2", "hypot", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc",
    "sigmoid", "relu", "floor", "round", "maximum", "minimum", "rad2deg", "deg2rad", "sinc",
    "logaddexp",
]  # fmt: skip


def operations(
    torch: Any, used: set[tuple[str, bool]]
) -> dict[tuple[str, bool], Callable[..., Any]]:
    """A function on tensors for each operation that is used, by name and whether it is masked.

    Masked: where the gradient that arrives is exactly 0 the one that leaves is, whatever the slope.

    Raises:
        ValueError: naming an operation that PyTorch has no function for.
    """
    found = {}
    for name, masked in used:
        forward = _functions(torch).get(name)
        if forward is None or name not in OPS:
            raise ValueError(
                f"to_torch() has no PyTorch function for the operation {name!r}: compile a function "
                "that writes it with operations of the table"
            )
        own = name in _OWN and not masked
        found[name, masked] = forward if own else _with_rules(torch, OPS[name], masked)
    return found


@cache
def _functions(torch: Any) -> dict[str, Callable[..., Any]]:
    """PyTorch's function for each row of the table, by name."""
    functional = torch.nn.functional
    found = {name: getattr(torch, name) for name in _SAME}
    return found | {
        "copy": lambda x: x,
        "<": _comparison(torch.lt), "<=": _comparison(torch.le), "==": _comparison(torch.eq),
        ">": _comparison(torch.gt), ">=": _comparison(torch.ge),
        "+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div, "**": torch.pow,
        "%": torch.remainder, "//": torch.floor_divide, "neg": torch.neg,
        "where": lambda c, a, b: torch.where(c != 0, a, b),
        "leaky_relu": lambda a, b: torch.where(a > 0, a, b * a),
        "elu": lambda a, b: torch.where(a > 0, a, b * torch.expm1(a)),
        "softplus": lambda x: functional.softplus(x, threshold=700.0),
        "gelu": functional.gelu, "silu": functional.silu, "mish": functional.mish,
        "relu6": functional.relu6, "squareplus": partial(_squareplus, torch),
        "logaddexp2": partial(_logaddexp2, torch),
        "sign": lambda x: torch.where(x == x, torch.sign(x), x),
        "step": lambda x: torch.where(x == x, (x >= 0).to(x.dtype), x),
        "one_minus_square": lambda x: (1 - x) * (1 + x),
        "sinc_slope": lambda x, n: torch.as_tensor(
            OPS["sinc_slope"].array(x.detach().cpu().numpy(), n.cpu().numpy())
        ).to(x),
        "round_to": lambda a, b: torch.round(a * 10**b) / 10**b,
        "clamp_min": torch.maximum, "clamp_max": torch.minimum,
    }  # fmt: skip


def _squareplus(torch: Any, x: Any, b: Any) -> Any:
    h = torch.hypot(x, torch.sqrt(b))
    return torch.where(x >= 0, (x + h) / 2, b / (h - x) / 2)


def _logaddexp2(torch: Any, a: Any, b: Any) -> Any:
    """PyTorch's own is off by a rounding at equal inputs."""
    apart = torch.where(a == b, torch.zeros_like(a - b), (a - b).abs())
    return torch.maximum(a, b) + torch.log1p(torch.exp2(-apart)) / math.log(2)


def _comparison(compare: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: compare(a, b).to(a.dtype)


class _Tensor:
    """A tensor as a number system of the table: what a rule computes with it, PyTorch computes."""

    __slots__ = ("tensor", "torch")

    def __init__(self, torch: Any, tensor: Any) -> None:
        self.torch, self.tensor = torch, tensor


@apply.register(_Tensor)
def _apply_tensor(x: _Tensor, op: Op, inputs: tuple[Any, ...]) -> _Tensor:
    like, torch = x.tensor, x.torch
    given = [
        i.tensor if isinstance(i, _Tensor)
        else torch.full((), float(i), dtype=like.dtype, device=like.device)
        for i in inputs
    ]  # fmt: skip
    if (
        torch.is_grad_enabled()
    ):  # a derivative of this derivative: what `where` leaves out stays out
        return _Tensor(torch, _with_rules(torch, op, masked=True)(*given))
    return _Tensor(torch, _functions(torch)[op.name](*given))


def _operator(op: Op) -> tuple[Callable[..., _Tensor], Callable[..., _Tensor]]:
    """An operation as a method, and with its inputs exchanged."""
    return (
        lambda x, *others: _apply_tensor(x, op, (x, *others)),
        lambda x, other: _apply_tensor(x, op, (other, x)),
    )


for _name, _sign in {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}.items():
    _forward, _reflected = _operator(OPS[_sign])
    setattr(_Tensor, f"__{_name}__", _forward)
    setattr(_Tensor, f"__r{_name}__", _reflected)
for _name, _sign in {"neg": "neg", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(_Tensor, f"__{_name}__", _operator(OPS[_sign])[0])


@cache
def _with_rules(torch: Any, op: Op, masked: bool) -> Callable[..., Any]:
    """An operation whose derivative is the table's."""
    forward = _functions(torch)[op.name]

    class WithRules(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, *inputs: Any) -> Any:
            out = forward(*inputs)
            context.save_for_backward(*inputs, out)
            return out

        @staticmethod
        def backward(context: Any, gradient: Any) -> tuple[Any, ...]:
            values = [_Tensor(torch, x) for x in context.saved_tensors]
            found: list[Any] = []
            for i, rule in enumerate(op.partials):
                if not context.needs_input_grad[i]:
                    found.append(None)
                    continue
                slope = rule(*values)
                part = gradient * (slope.tensor if isinstance(slope, _Tensor) else slope)
                if masked:
                    part = torch.where(gradient == 0, torch.zeros_like(part), part)
                found.append(part.sum_to_size(context.saved_tensors[i].shape))
            return tuple(found)

    apply_function: Callable[..., Any] = WithRules.apply
    return apply_function
