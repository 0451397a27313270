"""Which kind of leaf each node is, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value
from autograd.formulas.names import Names

__all__ = ["kinds", "titles"]

# By convention of every lecture: w, w1, w_2, W12, weight, b, b3, bias.
_PARAMETER = re.compile(r"(w|b|weights?|bias)[_.]?[0-9₀-₉,.\[\]_]*", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(.*\.)?[a-z_]+[0-9]+"
)  # what Names calls a node with nothing better to say


def titles(order: Sequence[Value], names: Names, given: Any) -> list[str]:
    """The name on each node: given, its label, or how it was made where that is short ("x1·w1").

    Other nodes have a number for a name; it is left to tables and hover texts, and here is "".

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> y = (x * w).tanh() + 1.5
    >>> from autograd import topological_order
    >>> titles(topological_order(y), Names(y, limit=10), None)
    ['x', 'w', 'x·w', 'tanh(x·w)', '']
    """
    called = set()
    if given is not None:
        pairs = given.named_parameters() if hasattr(given, "named_parameters") else given.items()
        called = {id(value) for _, value in pairs}
    found: list[str] = []
    shown: set[int] = set()
    for node in order:
        name = names[node]
        chosen = bool(node.label) or id(node) in called
        if not chosen and not _NUMBERED.fullmatch(name):
            derived = bool(node.parents) and name != names.path(node)
            chosen = not derived or all(id(parent) in shown for parent in node.parents)
        if chosen:
            shown.add(id(node))
        found.append(name if chosen else "")
    return found


def kinds(
    order: Sequence[Value], names: Sequence[str], parameters: Iterable[Value] = ()
) -> list[str]:
    """What each node is: "input", "parameter", "constant", "value", and "output" for the last.

    A leaf is a parameter when a model made it, when it is listed, or when its name begins like that
    of a weight or bias (w1, b, w_2); a leaf without a name is a constant.

    Raises:
        TypeError: for ``parameters`` that are no Values.
    """
    given = list(parameters) if isinstance(parameters, Iterable) else [None]
    if not all(isinstance(value, Value) for value in given):
        raise TypeError(f"parameters lists Values, not {parameters!r:.40}; of a model: names=model")
    listed = {id(value) for value in given}
    found = []
    for node, name in zip(order, names):
        if node.operation is not None:
            found.append("value")
        elif id(node) in listed or node.note.parameter or _PARAMETER.fullmatch(name):
            found.append("parameter")
        else:
            found.append("input" if name else "constant")
    if order and order[-1].operation is not None:
        found[-1] = "output"
    return found
