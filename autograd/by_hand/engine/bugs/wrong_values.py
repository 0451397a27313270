"""The table of values computed wrongly: the derivative follows, or is that of the right value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from autograd import ops
from autograd.by_hand.engine.bugs.bug import Change, slots_of
from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.twin.traits import Rule, Traits
from autograd.ops import OPS

__all__ = ["wrong_values"]


def wrong_values(key: str) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """The sentences about one operation; the derivative follows the value, is as it is written, or
    that of the right value."""
    for name, sentence, value in _VALUES:
        if name == key:
            yield sentence, tuple(_valued(key, value, how) for how in (_following, None, _unaware))


def _valued(key: str, value: Rule, how: Callable[[Traits, str, Rule], Traits] | None) -> Change:
    def change(t: Traits) -> Traits:
        t = t.value(key, value)
        return how(t, key, value) if how else t

    return change


def _following(t: Traits, key: str, value: Rule) -> Traits:
    """The derivative of the wrong value, as a difference quotient."""
    for slot in slots_of(key):
        t = t.rule(key, slot, _quotient(value, slot))
    return t


def _quotient(value: Rule, slot: int) -> Rule:
    def rule(*x: float) -> float:
        high, low = ([*x[:slot], x[slot] + h, *x[slot + 1 : -1]] for h in (1e-6, -1e-6))
        return (value(*high) - value(*low)) / 2e-6

    return rule


def _unaware(t: Traits, key: str, value: Rule) -> Traits:
    """The derivative of the right value, whatever was computed."""
    for slot in slots_of(key):
        t = t.rule(key, slot, _of_the_right(OPS[METHODS[key].row], slot))
    return t


def _of_the_right(row: ops.Op, slot: int) -> Rule:
    return lambda *x: row.partials[slot](*x[:-1], ops.ieee(row, *x[:-1]))


class WrongValue(NamedTuple):
    """An operation that computes something else: its key, what is the matter, the value."""

    key: str
    sentence: str
    value: Rule


def _times_too(a: float, b: float, more: int) -> float:
    """A power by repeated multiplication, with so many factors more."""
    return float(a ** (b + more * math.copysign(1, b) if b == int(b) else b))


_VALUES = (
    WrongValue("__sub__", "`{op}` computes b − a for a − b", lambda a, b: b - a),
    WrongValue("__sub__", "`{op}` computes a + b for a − b", lambda a, b: a + b),
    WrongValue("__sub__ number", "`{op}` computes 2 − a for a − 2", lambda a, k: k - a),
    WrongValue("__rsub__", "`{op}` computes a − 2 for 2 − a: the order counts", lambda k, a: a - k),
    WrongValue("__rsub__", "`{op}` computes 2 + a for 2 − a", lambda k, a: a + k),
    WrongValue("__radd__", "`{op}` leaves the number out of 2 + a", lambda k, a: a),
    WrongValue("__truediv__", "`{op}` computes b / a for a / b", lambda a, b: b / a),
    WrongValue("__truediv__", "`{op}` divides with //, which rounds down", lambda a, b: a // b),
    WrongValue("__truediv__", "`{op}` multiplies", lambda a, b: a * b),
    WrongValue("__truediv__ number", "`{op}` computes 2 / a for a / 2", lambda a, k: k / a),
    WrongValue(
        "__rtruediv__", "`{op}` computes a / 2 for 2 / a: the order counts", lambda k, a: a / k
    ),
    WrongValue("__rtruediv__", "`{op}` computes 2 · a for 2 / a", lambda k, a: a * k),
    WrongValue("__rtruediv__", "`{op}` computes 1 / a for 2 / a", lambda k, a: 1 / a),
    WrongValue("__rpow__", "`{op}` computes a² for 2 ** a: the order counts", lambda k, a: a**k),
    WrongValue("__pow__", "`{op}` multiplies", lambda a, b: a * b),
    WrongValue("__pow__", "`{op}` computes bᵃ for aᵇ", lambda a, b: b**a),
    WrongValue("__pow__ number", "`{op}` multiplies", lambda a, b: a * b),
    WrongValue("__pow__ number", "`{op}` computes bᵃ for aᵇ", lambda a, b: b**a),
    WrongValue(
        "__pow__ number", "`{op}` turns the exponent into a whole number", lambda a, b: a ** int(b)
    ),
    WrongValue(
        "__pow__ number",
        "`{op}` multiplies once too often: a³ for a²",
        lambda a, b: _times_too(a, b, 1),
    ),
    WrongValue(
        "__pow__ number",
        "`{op}` multiplies once too rarely: a for a²",
        lambda a, b: _times_too(a, b, -1),
    ),
    WrongValue("__neg__", "`{op}` does not change the sign", lambda x: x),
    WrongValue("__abs__", "`{op}` does not take the sign away", lambda x: x),
    WrongValue("abs", "`{op}` does not take the sign away", lambda x: x),
    WrongValue(
        "tanh",
        "`{op}` computes tanh(x/2): (eˣ − 1)/(eˣ + 1) lacks the 2 of e²ˣ",
        lambda x: math.tanh(x / 2),
    ),
    WrongValue("tanh", "`{op}` is upside down: it computes 1/tanh(x)", lambda x: 1 / math.tanh(x)),
    WrongValue(
        "tanh",
        "`{op}` computes −tanh(x): the signs of the exponents are exchanged",
        lambda x: -math.tanh(x),
    ),
    WrongValue("tanh", "`{op}` computes the sigmoid", lambda x: 1 / (1 + math.exp(-x))),
    WrongValue(
        "sigmoid",
        "`{op}` computes 1/(1 + eˣ): the minus in e⁻ˣ is missing",
        lambda x: 1 / (1 + math.exp(x)),
    ),
    WrongValue("sigmoid", "`{op}` computes 1/(1 − e⁻ˣ)", lambda x: 1 / (1 - math.exp(-x))),
    WrongValue("sigmoid", "`{op}` computes tanh(x)", math.tanh),
    WrongValue("log", "`{op}` computes the logarithm to the base 10", math.log10),
    WrongValue("log", "`{op}` computes the logarithm to the base 2", math.log2),
    WrongValue("exp", "`{op}` computes 2ˣ", lambda x: 2.0**x),
    WrongValue("relu", "`{op}` lets negative numbers through", lambda x: x),
    WrongValue(
        "relu",
        "`{op}` keeps the negative numbers in place of the positive ones",
        lambda x: min(x, 0.0),
    ),
    WrongValue("relu", "`{op}` computes |x|", abs),
    WrongValue("relu", "`{op}` is a leaky relu", lambda x: x if x > 0 else 0.01 * x),
    WrongValue("relu", "`{op}` is a step: 1 for positive numbers", lambda x: float(x > 0)),
    WrongValue("sin", "`{op}` computes the cosine", math.cos),
    WrongValue("cos", "`{op}` computes the sine", math.sin),
)
