"""Which kind of leaf each node is, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from autograd import Value
from autograd.formulas.names import Names
from autograd.ops import OPS

__all__ = ["NUMBER", "kinds", "titles"]

# What lectures call weights and biases: w, w1, w_2, W12, weight, θ₁; b, b3, bias, θ₀.
_NUMBER = r"[_.]?[0-9₀-₉,.\[\]_]*[⁽⁰¹²³⁴⁵⁶⁷⁸⁹⁾]*"
_WEIGHT = re.compile(rf"(w|weights?|θ|theta){_NUMBER}", re.IGNORECASE)
_ADDED = re.compile(rf"(b|bias|w|θ|theta){_NUMBER}", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(.*\.)?[a-z_]+[0-9]+"
)  # what Names calls a node with nothing better to say


_WORDS = "|".join(sorted({"v", *(re.escape(op.word or op.name) for op in OPS.values())}))
NUMBER = re.compile(rf"\b(?:{_WORDS})[0-9]+\b")  # in a formula, a name with nothing better to say


def titles(order: Sequence[Value], names: Names) -> list[str]:
    """The name on each node: given, its label, or how it was made where that is short ("x1·w1").

    Other nodes have a number for a name; it is left to tables and hover texts, and here is "".

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> y = (x * w).tanh() + 1.5
    >>> from autograd import topological_order
    >>> titles(topological_order(y), Names(y, limit=10))
    ['x', 'w', 'x·w', 'tanh(x·w)', '']
    """
    found: list[str] = []
    shown: set[int] = set()
    for node in order:
        name = names[node]
        chosen = names.named(node)
        if not chosen and not _NUMBERED.fullmatch(name):
            chosen = all(id(parent) in shown for parent in node.parents)
        if chosen:
            shown.add(id(node))
        found.append(name if chosen else "")
    return found


def kinds(
    order: Sequence[Value], names: Sequence[str], parameters: Iterable[Value] = ()
) -> list[str]:
    """What each node is: "input", "parameter", "value", and "output" for the last.

    A leaf is a parameter when a model made it, when it is listed, or by what it does: called like
    a weight it is multiplied, called like a bias it is added where there are weights. Other leaves
    are inputs.

    Raises:
        TypeError: for ``parameters`` that are no Values.

    >>> a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    >>> from autograd import topological_order
    >>> kinds(topological_order(a * b + c), ["a", "b", "", "c", ""])
    ['input', 'input', 'value', 'input', 'output']
    """
    given = list(parameters) if isinstance(parameters, Iterable) else [None]
    if not all(isinstance(value, Value) for value in given):
        raise TypeError(f"parameters lists Values, not {parameters!r:.40}; of a model: names=model")
    acting = {id(value) for value in given} | _weights_and_biases(order, names)
    found = []
    for node in order:
        if node.operation is not None:
            found.append("value")
        else:
            parameter = id(node) in acting or node.note.parameter
            found.append("parameter" if parameter else "input")
    if order and order[-1].operation is not None:
        found[-1] = "output"
    return found


def _weights_and_biases(order: Sequence[Value], names: Sequence[str]) -> set[int]:
    """The leaves that both are called so and do so."""
    used: dict[int, set[str]] = {}
    for node in order:
        if node.operation is not None:
            for parent in node.parents:
                used.setdefault(id(parent), set()).add(node.operation.name)
    leaves = [(x, name) for x, name in zip(order, names) if x.operation is None and id(x) in used]
    weights = {id(x) for x, name in leaves if _WEIGHT.fullmatch(name) and "*" in used[id(x)]}
    if not weights:
        return set()
    added = {id(x) for x, name in leaves if _ADDED.fullmatch(name) and "+" in used[id(x)]}
    return weights | added
