"""What each step of the page says, with holes for the numbers: Python fills them, and so does the page.

>>> from autograd import Value
>>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
>>> o = (x * w).tanh()
>>> for caption in captions(Names(o))[-2:]:
...     print(*(filled(line, readings(Names(o).order)) for line in caption.lines), sep="\\n")
Backward: tanh(x·w) passes its gradient on
∂tanh(x·w)/∂(x·w) = 1 − tanh(x·w)²
(x·w).grad += ∂tanh(x·w)/∂(x·w) · tanh(x·w).grad = 2.458e−5 · 1 = 2.458e−5
Backward: x·w passes its gradient on
∂(x·w)/∂x = w; ∂(x·w)/∂w = x
x.grad += ∂(x·w)/∂x · (x·w).grad = −3 · 2.458e−5 = −7.373e−5
w.grad += ∂(x·w)/∂w · (x·w).grad = 2 · 2.458e−5 = 4.915e−5
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from autograd import Names, Value
from autograd.formulas.formula import Formula, infix
from autograd.ops import Binding
from autograd.stepping.steps import ordinal, rule_of
from autograd.text.format import number

__all__ = ["Caption", "Hole", "Line", "captions", "edges", "filled", "readings"]

_FORWARD, _BACKWARD = "forward", "backward"


class Hole(NamedTuple):
    """Where a number stands.

    Attributes:
        kind: "data" or "grad" of a node; along an edge its "local" derivative, the "product" with the
            gradient at its head, and what the sum at its tail is "before" and "after" that is added.
        node: the node's place in topological order; of an edge, that of its head.
        slot: which operand of the head the edge comes from.
        signed: whether a negative number stands in parentheses.
    """

    kind: str
    node: int
    slot: int = 0
    signed: bool = False


Line: TypeAlias = "tuple[str | Hole, ...]"


@dataclass(frozen=True, slots=True)
class Caption:
    """One step: what it says, which elements take part, and which numbers it makes known.

    Attributes:
        phase: "forward" or "backward".
        lines: what happens, then the arithmetic.
        on: the ids of the nodes and edges that take part.
        sets: (node, "data" or "grad") of each number that changes.
    """

    phase: str
    lines: tuple[Line, ...]
    on: tuple[str, ...]
    sets: tuple[tuple[int, str], ...]


def captions(names: Names) -> list[Caption]:
    """The steps of a page: the leaves, each node forward, then each step of the backward pass."""
    order = names.order
    place = {id(node): i for i, node in enumerate(order)}
    leaves = tuple((i, "data") for i, node in enumerate(order) if not node.parents)
    head = "Forward: the inputs and parameters have their numbers"
    found = [Caption(_FORWARD, ((head,),), (), leaves)]
    for i, node in enumerate(order):
        if node.parents:
            path = names.path(node)
            said = f"Forward: {names.equation(node, path)}{_inside(names.called(path))}"
            lines = ((said,), _arithmetic(i, names, place))
            found.append(Caption(_FORWARD, lines, _elements(i, node, place), ((i, "data"),)))
    root = len(order) - 1
    name = names.formula(order[root]).within_all()
    start = f"Backward: every gradient starts from 0, and {names[order[root]]}.grad from 1"
    zeros = tuple((i, "grad") for i in range(root + 1))
    found.append(Caption(_BACKWARD, ((start,), (f"∂{name}/∂{name} = 1",)), (f"v{root}",), zeros))
    counts: dict[int, int] = {}
    for i in reversed(range(root + 1)):
        if order[i].parents:
            found.append(_passed_on(i, names, place, counts))
    return found


def edges(node: Value) -> list[tuple[Value, int, bool]]:
    """For each Value that went into a node: that Value, its slot, and whether it is `_b`."""
    slots = [k for k, x in enumerate(node.operands) if isinstance(x, Value)]
    if node.op == "where":
        slots = [1 if node._a is not None else 2]
    seconds = [second for second, x in ((False, node._a), (True, node._b)) if x is not None]
    return list(zip(node.parents, slots, seconds))


def _passed_on(i: int, names: Names, place: dict[int, int], counts: dict[int, int]) -> Caption:
    node = names.order[i]
    path = names.path(node)
    inside = _inside(names.called(path))
    said = f"Backward: {names.formula(node, path).text}{inside} passes its gradient on"
    lines: list[Line] = []
    rules: list[str] = []
    for parent, slot, second in edges(node):
        p = place[id(parent)]
        counts[p] = counts.get(p, 0) + 1
        rule, by = rule_of(node, second, names, path)
        rules.append(rule)
        over, under, n = (
            x.within_all() for x in (names.formula(parent, path), by, names.formula(node, path))
        )
        head = f"{over}.grad += ∂{n}/∂{under} · {n}.grad = "
        product = Hole("product", i, slot)
        line: list[str | Hole] = [
            head, Hole("local", i, slot), " · ", Hole("grad", i, signed=True), " = ", product
        ]  # fmt: skip
        if counts[p] > 1:
            line += [
                f", {ordinal(counts[p])} contribution: ", Hole("before", i, slot), " + ",
                product._replace(signed=True), " = ", Hole("after", i, slot),
            ]  # fmt: skip
        lines.append(tuple(line))
    sets = tuple(dict.fromkeys((place[id(parent)], "grad") for parent in node.parents))
    heads: tuple[Line, ...] = ((said,), (_on_one_line(rules),))
    return Caption(_BACKWARD, (*heads, *lines), _elements(i, node, place), sets)


def _on_one_line(rules: Sequence[str]) -> str:
    """The local derivatives; what their letters stand for only once, at the end."""
    parts = [rule.partition(", where ") for rule in rules]
    return "; ".join(dict.fromkeys(rule for rule, _, _ in parts)) + "".join(parts[-1][1:])


def _inside(path: str) -> str:
    return f" (in {path})" if path else ""


def _elements(i: int, node: Value, place: dict[int, int]) -> tuple[str, ...]:
    """The ids of a node, its operator, its operands and the edges between them."""
    operands = list(enumerate(node.operands))
    return (
        f"v{i}", f"o{i}", *(f"e{i}_{slot}" for slot, _ in operands),
        *(f"c{i}_{slot}" for slot, x in operands if type(x) is float),
        *(f"v{place[id(parent)]}" for parent in node.parents),
    )  # fmt: skip


def _arithmetic(i: int, names: Names, place: dict[int, int]) -> Line:
    """The operation with its numbers: ``2·(−3) = −6``."""
    node = names.order[i]
    op, result = node.operation, Hole("data", i)
    assert op is not None
    if op.name == "where":
        return (f"{names[node.parents[0]]} is chosen: ", result)
    if op.name == "copy":
        return (Hole("data", place[id(node.parents[0])]), " = ", result)
    holes: list[tuple[str, int]] = []
    shown: list[list[Formula]] = [[], []]  # as a positive number stands there, and as a negative
    for x in node.operands:
        if isinstance(x, Value):
            mark = chr(0xE000 + len(holes))
            holes.append((mark, place[id(x)]))
            shown[0].append(Formula(mark))
            shown[1].append(Formula(mark, Binding.CHOICE))
        else:
            given = float(x)
            for formulas in shown:
                binding = Binding.CHOICE if given < 0 else Binding.ATOM
                formulas.append(Formula(number(given), binding))
    # A factor of 0 or 1 is part of the arithmetic; in a formula it would be left out.
    plain, negative = (infix(op, x[0], x[1]) if op.sign == "·" else op(*x) for x in shown)
    return (*_with_holes(plain.text, negative.text, holes), " = ", result)


def _with_holes(plain: str, negative: str, holes: list[tuple[str, int]]) -> Line:
    line: list[str | Hole] = []
    for text in re.split("([\ue000-\uf8ff])", plain):
        known = dict(holes).get(text)
        if known is None:
            line.append(text)
        else:
            # twice as many parentheses where a negative number would need its own
            signed = negative.count(f"({text})") > plain.count(f"({text})")
            line.append(Hole("data", known, signed=signed))
    return tuple(part for part in line if part != "")


def filled(line: Line, reading: Callable[[Hole], float]) -> str:
    """A line with its numbers."""
    return "".join(part if isinstance(part, str) else _written(part, reading) for part in line)


def _written(hole: Hole, reading: Callable[[Hole], float]) -> str:
    text = number(reading(hole))
    return f"({text})" if hole.signed and text.startswith("−") else text


def readings(order: Sequence[Value]) -> Callable[[Hole], float]:
    """The engine's own numbers for the holes: those of a pass from the last node of ``order``."""
    grads = [0.0] * len(order)
    grads[-1] = 1.0
    place = {id(node): i for i, node in enumerate(order)}
    known: dict[Hole, float] = {}
    for i in reversed(range(len(order))):
        known[Hole("data", i)] = order[i].data
        known[Hole("grad", i)] = grads[i]
        for (parent, slot, _), local in zip(edges(order[i]), order[i].partials):
            p = place[id(parent)]
            known[Hole("local", i, slot)] = local
            known[Hole("product", i, slot)] = product = local * grads[i]
            known[Hole("before", i, slot)] = grads[p]
            grads[p] += product
            known[Hole("after", i, slot)] = grads[p]
    return lambda hole: known[hole._replace(signed=False)]
