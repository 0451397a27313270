"""Wrong local derivatives: the table of misconceptions, and what only code gets wrong.

What people misremember stands in `autograd.by_hand.slips.wrong_rules`, which `compare` reads too. The
rows here have the same form: another variable of the program taken, the value in place of the slope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograd import ops
from autograd.by_hand.slips.wrong_rule import WrongRule
from autograd.by_hand.slips.wrong_rules import WRONG_RULES

__all__ = ["wrong_rules"]

_MINE = "the sum passes the gradient on as it is"
_DATA = "that is the value, not the slope"


def _row(op: ops.Op, says: str, *slopes: Callable[..., Any] | None) -> WrongRule:
    return WrongRule(op.name, says, "code", slopes)


# fmt: off
_ROWS = (
    _row(ops.ADD, _MINE,                               lambda a, b, z: a),
    _row(ops.ADD, _MINE,                               lambda a, b, z: b),
    _row(ops.ADD, _MINE,                               None, lambda a, b, z: b),
    _row(ops.ADD, _MINE,                               None, lambda a, b, z: a),
    _row(ops.MUL, _DATA,                               lambda a, b, z: z),
    _row(ops.MUL, _DATA,                               None, lambda a, b, z: z),
    _row(ops.MUL, "the factor itself, where the other one belongs", lambda a, b, z: a),
    _row(ops.MUL, "the factor itself, where the other one belongs", None, lambda a, b, z: b),
    _row(ops.SUB, "the minus is missing",              None, lambda a, b, z: 1.0),
    _row(ops.DIV, _DATA,                               lambda a, b, z: a / b),
    _row(ops.DIV, "the numerator itself, where 1/b belongs", lambda a, b, z: a),
    _row(ops.DIV, "minus and denominator are missing", None, lambda a, b, z: a),
    _row(ops.DIV, "numerator and square are missing",  None, lambda a, b, z: -1.0 / b),
    _row(ops.DIV, "that is 1/b, integrated",           None, lambda a, b, z: ops.LOG(b)),
    _row(ops.POW, "`n * x ** n - 1` is n·xⁿ less 1: write `n * x ** (n - 1)`",
         lambda a, b, z: b * z - 1.0),
    _row(ops.POW, "the sign of the exponent is lost", lambda a, b, z: ops.ABS(b) * ops.POW(a, b - 1.0)),
    _row(ops.POW, "the factor is the exponent before it is lowered, which stays as it is",
         lambda a, b, z: (b - 1.0) * z),
    _row(ops.POW, "base and exponent are exchanged",   lambda a, b, z: a * ops.POW(b, a - 1.0)),
    _row(ops.POW, "that is the rule of bˣ: here the base varies",
         lambda a, b, z: ops.LOG(b) * ops.POW(b, a)),
    _row(ops.POW, _DATA,                               lambda a, b, z: z),
    _row(ops.POW, "base and exponent are exchanged",   None, lambda a, b, z: a * ops.POW(b, a - 1.0)),
    _row(ops.NEG, "the minus is missing",              lambda x, y: 1.0),
    _row(ops.ABS, "the slope is −1 or 1",              lambda x, y: 1.0),
    _row(ops.EXP, "exp′ is exp(x), not x",             lambda x, y: x),
    _row(ops.EXP, "exp is taken twice",                lambda x, y: ops.EXP(y)),
    _row(ops.LOG, _DATA,                               lambda x, y: y),
    _row(ops.SIN, _DATA,                               lambda x, y: y),
    _row(ops.SIN, "it is cos of the input, not of sin(x)", lambda x, y: ops.COS(y)),
    _row(ops.COS, _DATA,                               lambda x, y: y),
    _row(ops.COS, "it is −sin of the input, not of cos(x)", lambda x, y: -ops.SIN(y)),
    _row(ops.SINH, _DATA,                              lambda x, y: y),
    _row(ops.COSH, _DATA,                              lambda x, y: y),
    _row(ops.TANH, _DATA,                              lambda x, y: y),
    _row(ops.TANH, "the signs are exchanged",          lambda x, y: y * y - 1.0),
    _row(ops.TANH, "the square is no factor 2",        lambda x, y: 1.0 - 2.0 * y),
    _row(ops.TANH, "tanh is taken twice",              lambda x, y: 1.0 - ops.POW(ops.TANH(y), 2.0)),
    _row(ops.TANH, "a root is taken where there is none", lambda x, y: ops.SQRT(1.0 - y * y)),
    _row(ops.SIGMOID, _DATA,                           lambda x, y: y),
    _row(ops.SIGMOID, "it is 1 − σ, not σ − 1",        lambda x, y: y * (y - 1.0)),
    _row(ops.SIGMOID, "σ is taken twice",
         lambda x, y: ops.SIGMOID(y) * (1.0 - ops.SIGMOID(y))),
    _row(ops.RELU, "below 0 the slope is 0",           lambda x, y: 1.0),
    _row(ops.RELU, _DATA,                              lambda x, y: y),
)
# fmt: on


def wrong_rules(op: ops.Op) -> Iterator[WrongRule]:
    """The rows of one operation that replace a local derivative, the likeliest first."""
    yield from (row for row in WRONG_RULES.get(op.name, ()) if row.slopes)
    yield from (row for row in _ROWS if row.op == op.name)
