"""What nodes are called, and which kind of leaf each is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd import Value
from autograd.formula import Formula
from autograd.ops import apply
from nn import Module

__all__ = ["Names", "given_names", "kinds", "written_names"]

Names: TypeAlias = Mapping[Value, str] | Mapping[str, Any] | Module | None

# By convention of every lecture: w, w1, w_2, W12, weight, b, b3, bias.
_PARAMETER = re.compile(r"(w|b|weights?|bias)[_.]?[0-9₀-₉,.\[\]_]*", re.IGNORECASE)


def given_names(names: Names) -> dict[Value, str]:
    """The names a user gave: ``{value: "name"}``, ``{"name": value}`` (like ``locals()``), or a model.

    Raises:
        TypeError: for anything else.
    """
    if names is None:
        return {}
    if isinstance(names, Module):
        return {value: name for name, value in names.named_parameters()}
    if not isinstance(names, Mapping):
        raise TypeError(
            f"names is a mapping of Values to names, or a model, not {type(names).__name__}"
        )
    found: dict[Value, str] = {}
    for key, item in names.items():
        if isinstance(key, Value):
            found[key] = str(item)
        elif isinstance(item, Value):
            found.setdefault(item, str(key))
    return found


def written_names(
    order: Sequence[Value], given: Mapping[Value, str], width: int = 18
) -> list[tuple[str, bool]]:
    """The name of each node in topological order, and whether a user chose it.

    A node without a label is called by how it was made ("x1·w1") where that is short.

    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> [name for name, _ in written_names([x, w, x * w], {})]
    ['x', 'w', 'x·w']
    """
    formulas: dict[int, Formula] = {}
    names = []
    for node in order:
        name = given.get(node) or node.label
        if name:
            formulas[id(node)] = Formula(name if len(name) <= width else "")
            names.append((name, True))
            continue
        formula = _formula(node, formulas)
        if formula is not None and 0 < len(formula.text) <= width:
            formulas[id(node)] = formula
            names.append((formula.text, False))
        else:
            names.append(("", False))
    return names


def _formula(node: Value, formulas: Mapping[int, Formula]) -> Formula | None:
    op = node.operation
    if op is None or op.name == "where":
        return None
    inputs: list[Any] = []
    for operand in node.operands:
        part = formulas.get(id(operand)) if isinstance(operand, Value) else operand
        if part is None or (isinstance(part, Formula) and not part.text):
            return None
        inputs.append(part)
    first = next(part for part in inputs if isinstance(part, Formula))
    formula = apply(first, op, tuple(inputs))
    return formula if isinstance(formula, Formula) else None


def kinds(
    order: Sequence[Value], names: Sequence[tuple[str, bool]], parameters: Iterable[Value] = ()
) -> list[str]:
    """What each node is: "input", "parameter", "constant", "value", and "output" for the last.

    A leaf is a parameter when a model made it, when it is listed, or when its name begins like one of a
    weight or bias (w1, b, w_2); a leaf without a name is a constant.
    """
    listed = set(parameters)
    found = []
    for node, (name, _) in zip(order, names):
        if node.operation is not None:
            found.append("value")
        elif node in listed or node.note.parameter or _PARAMETER.fullmatch(name):
            found.append("parameter")
        else:
            found.append("input" if name else "constant")
    if order and order[-1].operation is not None:
        found[-1] = "output"
    return found
