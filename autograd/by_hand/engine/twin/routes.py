"""Ways to build one operation from others: the first is taken unless the traits say otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.twin.traits import Traits
from autograd.ops import OPS, ieee, run_rule

if TYPE_CHECKING:
    from autograd.by_hand.engine.twin.twin import Node

__all__ = ["COMPOSED", "ROUTES", "own"]


def own(a: Node, other: Any, key: str) -> Node:
    """A node of its own, by the row of the table."""
    a.used.add(key)
    row = OPS[METHODS[key].row]
    operands: tuple[Any, ...] = (
        (a,) if other is None else (other, a) if key.startswith("__r") else (a, other)
    )
    numbers = [x.data if isinstance(x, type(a)) else float(x) for x in operands]
    traits = a.traits
    try:
        value = traits.values.get(key)
        data = float(value(*numbers) if value else ieee(row, *numbers))
    except (ArithmeticError, ValueError, TypeError):
        data = math.nan
    inputs = tuple((x, slot) for slot, x in enumerate(operands) if isinstance(x, type(a)))
    out = type(a)(data, key, inputs)
    out.locals = out.last[key] = tuple(
        _local(traits, key, slot, (*numbers, data)) for _, slot in inputs
    )
    return out


def _local(traits: Traits, key: str, slot: int, numbers: tuple[float, ...]) -> float:
    rule = traits.rules.get((key, slot))
    try:
        found = rule(*numbers) if rule else run_rule(OPS[METHODS[key].row], slot, *numbers)
        return float(found)
    except (ArithmeticError, ValueError, TypeError):
        return math.nan


def _wrapped(a: Node, k: Any, key: str) -> Node:
    """The number becomes a leaf, and the operation is that of two Values."""
    return a.call(key.removesuffix(" number"), type(a)(k))


def _mirrored(name: str) -> Callable[..., Node]:
    """2 + a as a + 2."""
    return lambda a, k, key: a.call(name, k)


def _in_order(name: str) -> Callable[..., Node]:
    """2 − a as Value(2) − a."""
    return lambda a, k, key: type(a)(k).call(name, a)


Way: TypeAlias = "Callable[[Any, Any, str], Any]"  # of the two operands and the key
ROUTES: dict[str, tuple[Way, ...]] = {
    "__add__ number": (_wrapped, own),
    "__mul__ number": (_wrapped, own),
    "__radd__": (_mirrored("__add__"), own, _in_order("__add__")),
    "__rmul__": (_mirrored("__mul__"), own, _in_order("__mul__")),
    "__neg__": (own, lambda a, _, key: a * -1, lambda a, _, key: 0 - a),
    "__sub__": (
        own,
        lambda a, b, key: a + (-b),
        lambda a, b, key: a + b * -1,
        lambda a, b, key: a + -1 * b,
    ),
    "__sub__ number": (_wrapped, own, lambda a, k, key: a + -k),
    "__rsub__": (
        own,
        lambda a, k, key: -a + k,
        _in_order("__sub__"),
        lambda a, k, key: -(a - k),
        lambda a, k, key: a * -1 + k,
        lambda a, k, key: _in_order("__add__")(-a, k, key),
    ),
    "__truediv__": (own, lambda a, b, key: a * b**-1),
    "__truediv__ number": (
        _wrapped,
        own,
        lambda a, k, key: a * (1 / k),
        lambda a, k, key: a * type(a)(k) ** -1,
    ),
    "__rtruediv__": (
        own,
        lambda a, k, key: a**-1 * k,
        _in_order("__truediv__"),
        lambda a, k, key: type(a)(k) * a**-1,
    ),
    "__pow__": (own, lambda a, b, key: (b * a.log()).exp()),
    "__pow__ number": (own, _wrapped),
    "__rpow__": (own, _in_order("__pow__"), lambda a, k, key: (a * math.log(k)).exp()),
    "tanh": (
        own,
        lambda a, _, key: ((2 * a).exp() - 1) / ((2 * a).exp() + 1),
        lambda a, _, key: _halves((2 * a).exp()),
        lambda a, _, key: (a.exp() - (-a).exp()) / (a.exp() + (-a).exp()),
    ),
    "sigmoid": (
        own,
        lambda a, _, key: 1 / (1 + (-a).exp()),
        lambda a, _, key: (1 + (-a).exp()) ** -1,
    ),
    "sqrt": (own, lambda a, _, key: a**0.5),
    "__abs__": (own, lambda a, _, key: a.abs()),
}


COMPOSED = Traits(  # as micrograd has them: four operations, and the others made of these
    routes={
        "__neg__": 1,
        "__sub__": 1,
        "__sub__ number": 2,
        "__rsub__": 1,
        "__truediv__": 1,
        "__rtruediv__": 1,
    }
)


def _halves(e: Any) -> Any:
    return (e - 1) / (e + 1)
