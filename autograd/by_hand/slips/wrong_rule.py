"""A wrong rule: one row of the tables of misconceptions, in the form of a right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.ops import Op

__all__ = [
    "ANY",
    "FACTOR",
    "RECIPROCAL",
    "TERM",
    "WRONG_RULES",
    "Node",
    "WrongRule",
    "whole",
    "wrong",
]

ANY, TERM, FACTOR = "any function", "a constant term", "a constant factor"
RECIPROCAL = "a constant over a function"


@dataclass(frozen=True, slots=True)
class Node:
    """One node as the rules of whole nodes see it.

    Attributes:
        a, b: the inputs; of an operation on one variable, ``a`` is that.
        z: the output.
        da, db: the derivatives of the inputs by the variable; of a constant term 1, as it must not be.
        x: the variable that is differentiated by.
        slope: the right local derivative by ``a``, taken at any place.
    """

    a: Any
    b: Any
    z: Any
    da: Any
    db: Any
    x: Any
    slope: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class WrongRule:
    """One row: a rule as people misremember it.

    Attributes:
        op: the name of the operation; `ANY` for any operation on one variable, `TERM`
            and `FACTOR` for a constant added or multiplied.
        says: the sentence of a teacher.
        kind: what sort of slip it is: "rule", "power", "product", "quotient", "chain" or "constant".
        slopes: the wrong local derivative by each input, None for a right one; () for a whole node.
        whole: the wrong derivative of a whole node.
    """

    op: str
    says: str
    kind: str
    slopes: tuple[Callable[..., Any] | None, ...] = ()
    whole: Callable[[Node], Any] | None = None


WRONG_RULES: dict[
    str, list[WrongRule]
] = {}  # by operation, the likeliest first; the tables fill it


def wrong(op: Op, says: str, *slopes: Callable[..., Any] | None, kind: str = "rule") -> None:
    """Add a row with a wrong local derivative by each input; None leaves the right one."""
    WRONG_RULES.setdefault(op.name, []).append(WrongRule(op.name, says, kind, slopes))


def whole(op: Op | str, kind: str, says: str, rule: Callable[[Node], Any]) -> None:
    """Add a row with a wrong derivative of a whole node."""
    name = op if isinstance(op, str) else op.name
    WRONG_RULES.setdefault(name, []).append(WrongRule(name, says, kind, whole=rule))
