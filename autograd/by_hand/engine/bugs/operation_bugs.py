"""Bugs in one operation: its rule remembered wrongly, or written down wrongly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from autograd import ops
from autograd.by_hand.engine.bugs.bug import Bug, Change, in_operation, ruled, slots_of
from autograd.by_hand.engine.bugs.wrong_rules import wrong_rules
from autograd.by_hand.engine.bugs.wrong_values import wrong_values
from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.twin.traits import Rule, Traits
from autograd.formulas.formula import Formula, derivative, formula
from autograd.ops import OPS, apply, ieee

__all__ = ["operation_bugs", "routed"]

_POINTS = ((0.7, 1.3), (1.9, 0.6), (-0.4, 0.8))  # where two rules are the same rule


def routed(key: str, way: int) -> Change:
    """An operation built another way."""
    return lambda t: t.route(key, way)


def operation_bugs(key: str) -> Iterator[Bug]:
    """What can be wrong in one operation, likeliest first; what comes to the same rule is said once."""
    told: set[object] = {()}
    for bug in (*_remembered(key), *_written(key)):
        rules = _rules(key, bug)
        if rules is None or rules not in told:
            told.add(rules)
            yield bug
    for sentence, changes in wrong_values(key):
        yield in_operation(key, sentence, *changes)


def _rules(key: str, bug: Bug) -> tuple[object, ...] | None:
    """The local derivatives that a bug changes, as numbers; None if it changes more than these."""
    traits = bug.changes[0](Traits())
    if traits.passes or traits.assigns or traits.lasting or traits.hidden or not traits.rules:
        return None
    row, found = OPS[METHODS[key].row], []
    for (_, slot), rule in sorted(traits.rules.items(), key=lambda item: item[0][1]):
        for point in _POINTS:
            x = (*point[: row.arity], ieee(row, *point[: row.arity]))
            wrong, right = _number(rule, x), _number(row.partials[slot], x)
            if not math.isclose(wrong, right, rel_tol=1e-9):
                found.append((slot, *point, f"{wrong:.9g}"))
    return tuple(found)


def _number(rule: Rule, x: tuple[float, ...]) -> float:
    try:
        return float(rule(*x))
    except (ArithmeticError, ValueError):
        return math.nan


def _remembered(key: str) -> Iterator[Bug]:
    """The derivative of this operation, remembered wrongly."""
    op = OPS[METHODS[key].row]
    names = ("a", "b") if op.arity == 2 else ("x",)
    inputs = [Formula(name) for name in names]
    for row in wrong_rules(op):
        for slot, rule in enumerate(row.slopes):
            if rule is not None and slot in slots_of(key):
                by = f" by {names[slot]}" if op.arity == 2 else ""
                used = formula(rule(*inputs, apply(inputs[0], op, tuple(inputs))))
                right = derivative(op, *names, index=slot)
                if op is ops.POW:  # its cases at 0 say nothing here
                    right = right.rpartition(" else ")[2]
                sentence = (
                    f"`{{op}}` takes {used} for the derivative{by} of {op.formula}: {row.says}. "
                    f"Right is {right}"
                )
                yield in_operation(key, sentence, ruled(key, slot, rule), slot=slot)


_PASSED: tuple[tuple[str, Rule], ...] = (
    (
        "`{op}` forgets `out.grad`: it passes only its local derivative on (the chain rule multiplies "
        "by out.grad)",
        lambda local, grad, data, own: local,
    ),
    (
        "`{op}` adds the local derivative and `out.grad` where the chain rule multiplies them",
        lambda local, grad, data, own: local + grad,
    ),
    (
        "`{op}` multiplies by `out.data` where the chain rule has `out.grad`",
        lambda local, grad, data, own: local * data,
    ),
    (
        "`{op}` multiplies by the gradient of its own input, `self.grad`, where the chain rule has "
        "`out.grad`",
        lambda local, grad, data, own: local * own,
    ),
)
_SIGN_OF_GRAD = "`{op}` looks at the sign of `out.grad`, where it should look at that of its input"
_NOTHING = "`{op}` passes no gradient on: is its rule kept in `out._backward`, and without ()?"
_BARE = "`{op}` forgets its local derivative: it passes `out.grad` on as it is"
_LASTING = (
    "`{op}` keeps its inputs where all its calls share them (on the class?): backward() finds those of "
    "the last call. Keep them with each result"
)
_EXCHANGED = "`{op}` has its two derivatives exchanged: self gets the one that is other's"
_ASSIGNS = "assigns `{name} =` where it must add: `+=`"


def _written(key: str) -> Iterator[Bug]:
    """What can go wrong in writing the rule of any operation down."""
    slots, row = slots_of(key), OPS[METHODS[key].row]
    both = len(slots) == 2
    yield in_operation(key, _assigning("grad"), _assigned(key, *slots))
    if both:
        yield in_operation(key, _assigning("self.grad"), _assigned(key, 0))
        yield in_operation(key, _assigning("other.grad"), _assigned(key, 1))
        rules = (row.partials[1], row.partials[0])
        yield in_operation(key, _EXCHANGED, _everywhere(key, slots, lambda slot: rules[slot]))
    yield in_operation(key, _NOTHING, _everywhere(key, slots, lambda slot: _constant(0.0)))
    for sentence, share in _PASSED:
        yield in_operation(key, sentence, _passing(key, share))
    yield in_operation(key, _BARE, _everywhere(key, slots, lambda slot: _constant(1.0)))
    yield in_operation(key, _LASTING, lambda t: replace(t, lasting=t.lasting | {key}))
    if key == "relu":
        yield in_operation(key, _SIGN_OF_GRAD, _passing(key, _positive))
    for slot in slots:
        yield from _one_input(key, slot, row, ("self", "other")[slot] if both else "self")
    if both:
        yield in_operation(
            key,
            "the sign of both derivatives of `{op}` is flipped",
            _everywhere(key, slots, lambda slot: _times(-1.0, row.partials[slot])),
        )


def _one_input(key: str, slot: int, row: ops.Op, name: str) -> Iterator[Bug]:
    def bug(sentence: str, rule: Rule) -> Bug:
        return in_operation(key, sentence, ruled(key, slot, rule), slot=slot)

    right = row.partials[slot]
    both = len(slots_of(key)) == 2
    if both:
        yield bug(f"`{{op}}` passes no gradient to `{name}`", _constant(0.0))
        yield bug(
            f"`{{op}}` forgets the local derivative by `{name}`: `{name}.grad` gets out.grad as it is",
            _constant(1.0),
        )
        yield bug(
            f"`{{op}}` gives `{name}` the derivative that is the other input's",
            row.partials[1 - slot],
        )
        yield in_operation(
            key,
            f"`{{op}}` does not remember `{name}` as its input, so that backward() never comes to what "
            f"`{name}` was made of: keep both, `(self, other)`",
            lambda t: replace(t, hidden=t.hidden | {(key, slot)}),
        )
    of = f" by `{name}`" if both else ""
    yield bug(f"the sign of the derivative{of} of `{{op}}` is flipped", _times(-1.0, right))
    for factor, says in ((2.0, "twice"), (0.5, "half")):
        yield bug(
            f"the derivative{of} of `{{op}}` is {says} what it should be", _times(factor, right)
        )
    if row.arity == 2 and not both:
        yield bug(
            "`{op}` with a number takes the derivative by the number for that by the Value",
            row.partials[1 - slot],
        )
        yield bug(
            "`{op}` with a number takes the number itself for the derivative",
            lambda *x: x[1 - slot],
        )


def _assigning(name: str) -> str:
    return "`{op}` " + _ASSIGNS.format(name=name)


def _assigned(key: str, *slots: int) -> Change:
    return lambda t: t.assigning(*((key, slot) for slot in slots))


def _passing(key: str, share: Rule) -> Change:
    return lambda t: t.passing(key, share)


def _everywhere(key: str, slots: Iterable[int], rule: Callable[[int], Rule]) -> Change:
    def change(t: Traits) -> Traits:
        for slot in slots:
            t = t.rule(key, slot, rule(slot))
        return t

    return change


def _constant(value: float) -> Rule:
    return lambda *x: value


def _times(factor: float, rule: Rule) -> Rule:
    return lambda *x: factor * rule(*x)


def _positive(local: float, grad: float, data: float, own: float) -> float:
    return max(grad, 0.0)
