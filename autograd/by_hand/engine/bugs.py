"""The table of bugs: what learners write, and how the twin does the same.

A bug says in a sentence what is the matter, and changes the traits of a correct engine into those of an
engine that has it. A wrong rule is a row of the same form as those of the table of operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from autograd import ops
from autograd.by_hand.engine.programs import METHODS
from autograd.by_hand.engine.twin import ROUTES, Again, Rule, Traits, Walk, own
from autograd.formulas.formula import Formula, derivative, formula
from autograd.ops import OPS, apply

__all__ = ["Bug", "bugs"]

Change: TypeAlias = "Callable[[Traits], Traits]"


@dataclass(frozen=True, slots=True)
class Bug:
    """One thing that can be different from a correct engine.

    Attributes:
        key: the operation it is in, "backward" for the pass itself.
        sentence: what is the matter; ``{op}`` stands for the name of the method.
        changes: the traits of a correct engine, made those of one with the bug, in one or more
            variants.
        kind: as of a `Finding`; "" for what is no bug: a way to build one operation from others.
    """

    key: str
    sentence: str
    changes: tuple[Change, ...]
    kind: str = "wrong"


class WrongRule(NamedTuple):
    """A derivative remembered wrongly: the row of the operation, the input, the rule used instead."""

    row: str
    slot: int
    rule: Rule


def bugs(keys: Iterable[str]) -> Iterator[Bug]:
    """Every bug there may be in an engine that has these operations, likeliest first."""
    known = [key for key in keys if key in METHODS and METHODS[key].row]
    for key in known:
        for way in range(1, len(ROUTES.get(key, ()))):
            yield Bug(key, "", (_routed(key, way),), "")
    for key in known:
        yield from _remembered(key)
        yield from _written(key)
        yield from _computed(key)
    yield _bug(
        "every operation assigns `grad =` where it must add: `+=`", lambda t: t.assigning(("", 0))
    )
    yield from _PASS


# In one operation ------------------------------------------------------------------------------------


def _routed(key: str, way: int) -> Change:
    return lambda t: t.route(key, way)


def _alone(key: str) -> Change:
    """A bug in an operation shows where the operation is a node of its own."""
    ways = ROUTES.get(key, (own,))
    return lambda t: t.route(key, ways.index(own))


def _in(key: str, sentence: str, *changes: Change) -> Bug:
    ways = [_after(_alone(key), change) for change in changes]
    form = f"{key} number"
    if (
        form in ROUTES and ROUTES[form][0] is not own
    ):  # it may have a rule of its own, without the bug
        ways += [_after(_alone(form), way) for way in ways]
    return Bug(key, sentence, tuple(ways))


def _after(first: Change, then: Change) -> Change:
    return lambda t: then(first(t))


def _ruled(key: str, slot: int, rule: Rule) -> Change:
    return lambda t: t.rule(key, slot, rule)


def _assigned(key: str, *slots: int) -> Change:
    return lambda t: t.assigning(*((key, slot) for slot in slots))


def _slots(key: str) -> range | tuple[int]:
    """The inputs that are Values."""
    if key.endswith(" number"):
        return (0,)
    return (1,) if key.startswith("__r") else range(OPS[METHODS[key].row].arity)


def _remembered(key: str) -> Iterator[Bug]:
    """The derivative of this operation, remembered wrongly."""
    row = OPS[METHODS[key].row]
    names = ("a", "b") if row.arity == 2 else ("x",)
    inputs = [Formula(name) for name in names]
    for name, slot, rule in _RULES:
        if name == row.name and slot in _slots(key):
            by = f" by {names[slot]}" if row.arity == 2 else ""
            used = formula(rule(*inputs, apply(inputs[0], row, tuple(inputs))))
            sentence = (
                f"`{{op}}` takes {used} for the derivative{by} of {row.formula}; "
                f"right is {derivative(row, *names, index=slot)}"
            )
            yield _in(key, sentence, _ruled(key, slot, rule))


# A list to read from top to bottom: one entry a bug, so that adding one is adding an entry.
def _written(key: str) -> Iterator[Bug]:
    """What can go wrong in writing the rule of any operation down."""
    slots = _slots(key)
    row = OPS[METHODS[key].row]
    own_grad = ("self", "other") if len(slots) == 2 else ("self", "self")
    yield _in(key, "`{op}` assigns `grad =` where it must add: `+=`", _assigned(key, *slots))
    if len(slots) == 2:
        for slot, name in enumerate(own_grad):
            yield _in(
                key,
                f"`{{op}}` assigns `{name}.grad =` where it must add: `+=`",
                _assigned(key, slot),
            )
        yield _in(
            key,
            "`{op}` has its two derivatives exchanged: self gets the one that is other's",
            lambda t: t.rule(key, 0, row.partials[1]).rule(key, 1, row.partials[0]),
        )
    nothing = "`{op}` passes no gradient on: is its rule kept in `out._backward`, and without ()?"
    yield _in(key, nothing, _everywhere(key, slots, lambda *x: 0.0))
    yield _in(
        key,
        "`{op}` forgets `out.grad`: it passes only its local derivative on (the chain "
        "rule multiplies by out.grad)",
        lambda t: t.passing(key, lambda local, grad, data, own: local),
    )
    yield _in(
        key,
        "`{op}` forgets its local derivative: it passes `out.grad` on as it is",
        _everywhere(key, slots, lambda *x: 1.0),
    )
    yield _in(
        key,
        "`{op}` adds the local derivative and `out.grad` where the chain rule multiplies them",
        lambda t: t.passing(key, lambda local, grad, data, own: local + grad),
    )
    yield _in(
        key,
        "`{op}` multiplies by `out.data` where the chain rule has `out.grad`",
        lambda t: t.passing(key, lambda local, grad, data, own: local * data),
    )
    yield _in(
        key,
        "`{op}` multiplies by the gradient of its own input, `self.grad`, where the chain rule has "
        "`out.grad`",
        lambda t: t.passing(key, lambda local, grad, data, own: local * own),
    )
    yield _in(
        key,
        "`{op}` keeps its inputs where all its calls share them (on the class?): backward() finds "
        "those of the last call. Keep them with each result",
        lambda t: replace(t, lasting=t.lasting | {key}),
    )
    if key == "relu":
        yield _in(
            key,
            "`{op}` looks at the sign of `out.grad`, where it should look at that of its input",
            lambda t: t.passing(key, lambda local, grad, data, own: max(grad, 0.0)),
        )
    for slot in slots:
        yield from _one_input(key, slot, row, own_grad[slot] if len(slots) == 2 else "self")
    if len(slots) == 2:
        yield _in(key, "the sign of both derivatives of `{op}` is flipped", _negated(key, row))


def _one_input(key: str, slot: int, row: ops.Op, name: str) -> Iterator[Bug]:
    rule = row.partials[slot]
    both = len(_slots(key)) == 2
    if both:
        yield _in(
            key,
            f"`{{op}}` passes no gradient to `{name}`",
            _ruled(key, slot, lambda *x: 0.0),
        )
        yield _in(
            key,
            f"`{{op}}` forgets the local derivative by `{name}`: `{name}.grad` gets out.grad as it is",
            _ruled(key, slot, lambda *x: 1.0),
        )
        other = row.partials[1 - slot]
        yield _in(
            key,
            f"`{{op}}` gives `{name}` the derivative that is the other input's",
            _ruled(key, slot, other),
        )
    of = f" by `{name}`" if both else ""
    yield _in(
        key,
        f"the sign of the derivative{of} of `{{op}}` is flipped",
        _ruled(key, slot, _times(-1.0, rule)),
    )
    for factor, says in ((2.0, "twice"), (0.5, "half")):
        yield _in(
            key,
            f"the derivative{of} of `{{op}}` is {says} what it should be",
            _ruled(key, slot, _times(factor, rule)),
        )


def _everywhere(key: str, slots: Iterable[int], rule: Rule) -> Change:
    def change(t: Traits) -> Traits:
        for slot in slots:
            t = t.rule(key, slot, rule)
        return t

    return change


def _times(factor: float, rule: Rule) -> Rule:
    return lambda *x: factor * rule(*x)


def _negated(key: str, row: ops.Op) -> Change:
    def change(t: Traits) -> Traits:
        for slot, rule in enumerate(row.partials):
            t = t.rule(key, slot, _times(-1.0, rule))
        return t

    return change


def _computed(key: str) -> Iterator[Bug]:
    """A value computed wrongly: its derivative either follows, or is that of the right one."""
    for name, sentence, value in _VALUES:
        if name == key:
            yield _in(
                key, sentence, *(_valued(key, value, how) for how in (_following, None, _unaware))
            )


def _valued(key: str, value: Rule, how: Callable[[Traits, str, Rule], Traits] | None) -> Change:
    def change(t: Traits) -> Traits:
        t = t.value(key, value)
        return how(t, key, value) if how else t

    return change


def _following(t: Traits, key: str, value: Rule) -> Traits:
    """The derivative of the wrong value, as a difference quotient."""
    for slot in _slots(key):
        t = t.rule(key, slot, _quotient(value, slot))
    return t


def _quotient(value: Rule, slot: int) -> Rule:
    def rule(*x: float) -> float:
        high, low = ([*x[:slot], x[slot] + h, *x[slot + 1 : -1]] for h in (1e-6, -1e-6))
        return (value(*high) - value(*low)) / 2e-6

    return rule


def _unaware(t: Traits, key: str, value: Rule) -> Traits:
    """The derivative of the right value, whatever was computed."""
    for slot in _slots(key):
        t = t.rule(key, slot, _of_the_right(OPS[METHODS[key].row], slot))
    return t


def _of_the_right(row: ops.Op, slot: int) -> Rule:
    return lambda *x: row.partials[slot](*x[:-1], ops.ieee(row, *x[:-1]))


_RULES = (
    WrongRule("+", 0, lambda a, b, z: a),
    WrongRule("+", 0, lambda a, b, z: b),
    WrongRule("+", 1, lambda a, b, z: b),
    WrongRule("+", 1, lambda a, b, z: a),
    WrongRule("*", 0, lambda a, b, z: z),
    WrongRule("*", 1, lambda a, b, z: z),
    WrongRule("-", 1, lambda a, b, z: 1.0),
    WrongRule("/", 0, lambda a, b, z: b),
    WrongRule("/", 0, lambda a, b, z: a / b),
    WrongRule("/", 0, lambda a, b, z: 1.0 / ops.POW(b, 2.0)),
    WrongRule("/", 1, lambda a, b, z: a / ops.POW(b, 2.0)),
    WrongRule("/", 1, lambda a, b, z: -a / b),
    WrongRule("/", 1, lambda a, b, z: -a),
    WrongRule("/", 1, lambda a, b, z: a),
    WrongRule("/", 1, lambda a, b, z: -1.0 / ops.POW(b, 2.0)),
    WrongRule("/", 1, lambda a, b, z: 1.0 / ops.POW(b, 2.0)),
    WrongRule("/", 1, lambda a, b, z: a / b),
    WrongRule("/", 1, lambda a, b, z: -1.0 / b),
    WrongRule("/", 1, lambda a, b, z: ops.LOG(b)),
    WrongRule("**", 0, lambda a, b, z: b * ops.POW(a, b)),
    WrongRule("**", 0, lambda a, b, z: ops.POW(a, b - 1.0)),
    WrongRule("**", 0, lambda a, b, z: b * a),
    WrongRule("**", 0, lambda a, b, z: b * ops.POW(a, b) - 1.0),
    WrongRule("**", 0, lambda a, b, z: ops.ABS(b) * ops.POW(a, b - 1.0)),
    WrongRule("**", 0, lambda a, b, z: (b - 1.0) * ops.POW(a, b - 1.0)),
    WrongRule("**", 0, lambda a, b, z: (b - 1.0) * ops.POW(a, b)),
    WrongRule("**", 0, lambda a, b, z: b * ops.POW(a, b + 1.0)),
    WrongRule("**", 0, lambda a, b, z: ops.POW(a, b + 1.0) / (b + 1.0)),
    WrongRule("**", 0, lambda a, b, z: a * ops.POW(b, a - 1.0)),
    WrongRule("**", 0, lambda a, b, z: ops.POW(a, b) * ops.LOG(a)),
    WrongRule("**", 0, lambda a, b, z: b),
    WrongRule("**", 1, lambda a, b, z: a * ops.POW(b, a - 1.0)),
    WrongRule("**", 1, lambda a, b, z: b * ops.POW(a, b - 1.0)),
    WrongRule("**", 1, lambda a, b, z: z),
    WrongRule("**", 1, lambda a, b, z: ops.LOG(a)),
    WrongRule("**", 1, lambda a, b, z: z * ops.LOG(b)),
    WrongRule("**", 1, lambda a, b, z: z / ops.LOG(a)),
    WrongRule("**", 1, lambda a, b, z: z * b),
    WrongRule("neg", 0, lambda x, y: 1.0),
    WrongRule("abs", 0, lambda x, y: 1.0),
    WrongRule("abs", 0, lambda x, y: x),
    WrongRule("exp", 0, lambda x, y: x * ops.EXP(x - 1.0)),
    WrongRule("exp", 0, lambda x, y: x * y),
    WrongRule("exp", 0, lambda x, y: x),
    WrongRule("exp", 0, lambda x, y: ops.EXP(y)),
    WrongRule("log", 0, lambda x, y: 1.0 / y),
    WrongRule("log", 0, lambda x, y: y),
    WrongRule("log", 0, lambda x, y: x),
    WrongRule("log", 0, lambda x, y: -1.0 / ops.POW(x, 2.0)),
    WrongRule("log", 0, lambda x, y: ops.EXP(x)),
    WrongRule("log", 0, lambda x, y: 1.0 / (x * math.log(10))),
    WrongRule("sqrt", 0, lambda x, y: 1.0 / y),
    WrongRule("sqrt", 0, lambda x, y: 0.5 * y),
    WrongRule("sqrt", 0, lambda x, y: 0.5 / x),
    WrongRule("sqrt", 0, lambda x, y: 2.0 / y),
    WrongRule("sqrt", 0, lambda x, y: 0.5 * x),
    WrongRule("sin", 0, lambda x, y: y),
    WrongRule("cos", 0, lambda x, y: ops.SIN(x)),
    WrongRule("cos", 0, lambda x, y: y),
    WrongRule("tan", 0, lambda x, y: 1.0 / ops.COS(x)),
    WrongRule("tan", 0, lambda x, y: 1.0 - y * y),
    WrongRule("sinh", 0, lambda x, y: y),
    WrongRule("cosh", 0, lambda x, y: y),
    WrongRule("tanh", 0, lambda x, y: 1.0 - y),
    WrongRule("tanh", 0, lambda x, y: 1.0 - x * x),
    WrongRule("tanh", 0, lambda x, y: 1.0 + y * y),
    WrongRule("tanh", 0, lambda x, y: y * (1.0 - y)),
    WrongRule("tanh", 0, lambda x, y: y * y - 1.0),
    WrongRule("tanh", 0, lambda x, y: 1.0 - ops.POW(ops.TANH(y), 2.0)),
    WrongRule("tanh", 0, lambda x, y: ops.POW(1.0 - y, 2.0)),
    WrongRule("tanh", 0, lambda x, y: y * (1.0 - y * y)),
    WrongRule("tanh", 0, lambda x, y: y * y),
    WrongRule("tanh", 0, lambda x, y: y),
    WrongRule("tanh", 0, lambda x, y: ops.SQRT(1.0 - y * y)),
    WrongRule("sigmoid", 0, lambda x, y: y),
    WrongRule("sigmoid", 0, lambda x, y: 1.0 - y),
    WrongRule("sigmoid", 0, lambda x, y: y * (1.0 + y)),
    WrongRule("sigmoid", 0, lambda x, y: y * (y - 1.0)),
    WrongRule("sigmoid", 0, lambda x, y: x * (1.0 - x)),
    WrongRule("sigmoid", 0, lambda x, y: 1.0 - y * y),
    WrongRule("sigmoid", 0, lambda x, y: ops.SIGMOID(y) * (1.0 - ops.SIGMOID(y))),
    WrongRule("sigmoid", 0, lambda x, y: y * y),
    WrongRule("sigmoid", 0, lambda x, y: y * (1.0 - x)),
    WrongRule("sigmoid", 0, lambda x, y: x * (1.0 - y)),
    WrongRule("sigmoid", 0, lambda x, y: ops.EXP(-x)),
    WrongRule("relu", 0, lambda x, y: 1.0),
    WrongRule("relu", 0, lambda x, y: y),
    WrongRule("relu", 0, lambda x, y: ops.where(x < 0.0, 1.0, 0.0)),
    WrongRule("relu", 0, lambda x, y: x),
)


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


# In the pass ------------------------------------------------------------------------------------------


def _bug(sentence: str, *changes: Change, kind: str = "wrong") -> Bug:
    return Bug("backward", sentence, changes, kind)


def _walk(walk: Walk) -> tuple[Change, ...]:
    adding = _walking(walk, Again.ALL_ADD)
    plain = (_walking(walk, Again.LEAVES_ADD), adding)
    if walk in (Walk.EVERY_PATH, Walk.EVERY_LEVEL, Walk.EVERY_USE):  # inputs may be kept in a set
        return (*plain, *(_after(change, lambda t: t.switch("distinct")) for change in plain))
    return plain


def _walking(walk: Walk, again: Again) -> Change:
    return lambda t: replace(t, walk=walk, again=again)


def _seed(seed: Callable[[float], float]) -> Change:
    return lambda t: replace(t, seed=seed)


def _switch(name: str, walk: Walk = Walk.TOPOLOGICAL) -> tuple[Change, ...]:
    return tuple(_after(change, lambda t: t.switch(name)) for change in _walk(walk))


_EARLY = (
    "a node passes its gradient on before all its uses have added to it. "
    "Go through the nodes in reverse topological order: each after all that use it"
)
_PASS: tuple[Any, ...] = (
    _bug(
        "backward() does not begin with 1: set `self.grad = 1` for d root/d root, after all that sets "
        "gradients to 0",
        _seed(lambda data: 0.0),
    ),
    _bug("backward() begins with the root's data: d root/d root is 1", _seed(lambda data: data)),
    _bug("backward() goes one level deep: only the root's own rule runs", *_walk(Walk.ROOT_ONLY)),
    _bug(
        "backward() goes two levels deep: the rules of the root and of its inputs run, "
        "the others never",
        *_walk(Walk.TWO_LEVELS),
    ),
    _bug("backward() follows the first input of each node only", *_walk(Walk.FIRST_INPUT)),
    _bug("backward() follows the last input of each node only", *_walk(Walk.LAST_INPUT)),
    _bug(
        "the order is leaves first: the topological order must be gone through "
        "backwards, `reversed(topo)`, with a node put into it after its inputs",
        *_walk(Walk.FROM_LEAVES),
    ),
    _bug(
        "a node's inputs are kept in a set (or a dictionary), so that in a·a one of the "
        "two is lost: use a tuple",
        *_switch("set of inputs"),
    ),
    _bug(
        "every node that backward() calls sets its own gradient to 1: only the root's is 1",
        *_switch("seeds", Walk.EVERY_PATH),
        *_switch("seeds", Walk.DEPTH_FIRST),
        *_switch("seeds"),
    ),
    _bug(
        "the rule is kept on the input, `self._backward`, where a second use replaces "
        "it: keep it on the result, "
        "`out._backward`",
        *_switch("attached"),
    ),
    _bug(
        "a rule reads the gradient of the node that used its input last, not that of its "
        "own result: the closure "
        "must hold its own `out`",
        *_switch("late"),
    ),
    _bug(f"the order is depth first, each node once: {_EARLY}", *_walk(Walk.DEPTH_FIRST)),
    _bug(
        "the order is depth first, along every path: a node that is used twice passes "
        "its gradient on twice, and the "
        "second time what it passed before once more. Visit each node once, after all its uses: is "
        "`visited.add(node)` missing?",
        *_walk(Walk.EVERY_PATH),
    ),
    _bug(
        "the order has a node that is used twice in it twice, and it passes its gradient on twice. "
        "Visit each node once",
        *_walk(Walk.EVERY_USE),
    ),
    _bug(
        f"the order is breadth first (a queue), each node once: {_EARLY}",
        *_walk(Walk.BREADTH_FIRST),
    ),
    _bug(
        "the order is breadth first (a queue), and a node that is used twice is visited twice. "
        "Visit each node once, after all its uses",
        *_walk(Walk.EVERY_LEVEL),
    ),
    _bug(
        "nodes with equal data count as the same: one of them is taken for visited. Does "
        "`__eq__` or `__hash__` "
        "compare the data? Remember nodes by identity",
        *_walk(Walk.BY_VALUE),
    ),
    _bug(
        "`visited` is kept between two passes (a default argument, a class attribute?): "
        "nodes of the first are left "
        "out of the second",
        *_walk(Walk.SEEN_BEFORE),
    ),
    _bug(
        "the list of nodes is kept between two passes (a default argument, a class "
        "attribute?): the nodes of the first "
        "pass on once more in the second",
        *_walk(Walk.ONCE_MORE),
        *_walk(Walk.TAPE),
    ),
    _bug(
        "all nodes share one list of inputs (a default argument `[]` or a class "
        "attribute that is changed in place)",
        *_walk(Walk.CREATION),
    ),
    _bug(
        "all nodes share one gradient: it is kept in the class, or in a default argument",
        *_switch("shared"),
    ),
    _bug(
        "an operation sets the gradients of its inputs to 0 when it is computed: what an earlier pass "
        "added is lost. Only a new Value begins with 0",
        *_switch("resets all"),
        *_switch("resets"),
    ),
    _bug(
        "backward() empties the tape: what was computed before serves for one pass. Build the graph "
        "anew for each",
        lambda t: t.switch("emptied"),
        kind="limit",
    ),
    _bug(
        "a second backward() over the same graph adds to what the first left in the "
        "nodes between, 45 for 27. "
        "Build the graph anew for each pass, or let backward() begin by setting them to 0",
        lambda t: replace(t, again=Again.ALL_ADD),
        lambda t: replace(t, again=Again.SEED_ADDS),
        kind="limit",
    ),
    _bug(
        "backward() sets the gradients of leaves afresh, too: those of two losses do not "
        "add up, as they do in "
        "micrograd and PyTorch",
        lambda t: replace(t, again=Again.AFRESH),
        kind="limit",
    ),
)
