"""The loss of several samples: the same computation for each, so that one of them stands for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value

__all__ = ["Samples", "samples"]


@dataclass(frozen=True)
class Samples:
    """A sum over samples, places in topological order.

    ``total`` is the sum, ``each`` the loss of every sample, the first of which is drawn; ``rest`` what
    else is added (None: nothing). ``hidden`` are the nodes that only other samples need.
    """

    total: int
    each: tuple[int, ...]
    rest: int | None
    hidden: frozenset[int]
    inside: frozenset[int]


def samples(order: Sequence[Value]) -> Samples | None:
    """The outermost sum of terms that compute the same of the same parameters; None if there is none.

    >>> from autograd import topological_order
    >>> from nn import Neuron
    >>> n = Neuron(1, "tanh", rng=0)
    >>> found = samples(topological_order(sum((n([x]) - 1.0) ** 2 for x in (1.0, 2.0, 3.0))))
    >>> len(found.each)
    3
    """
    index = {id(node): i for i, node in enumerate(order)}
    same, made = _signatures(order)
    for i in reversed(range(len(order))):
        each, rest, spine = _terms(order, index, same, i)
        if len(each) > 1 and made[same[each[0]]]:
            needed = _reached(order, index, [each[-1], *([] if rest is None else [rest])])
            others = _reached(order, index, each[:-1]) - needed
            after = set(range(len(order))) - _reached(order, index, [i])
            return Samples(
                i, tuple(reversed(each)), rest, frozenset((others | spine) - after - {i}),
                frozenset(_reached(order, index, [each[-1]])),
            )  # fmt: skip
    return None


def _terms(
    order: Sequence[Value], index: dict[int, int], same: Sequence[int], i: int
) -> tuple[list[int], int | None, set[int]]:
    """The equal terms of the sum ``i``, last first; what is left of it; the sums in between."""
    each: list[int] = []
    spine: set[int] = set()
    node: Any = order[i]
    while isinstance(node, Value) and node.operation is not None and node.operation.name == "+":
        left, right = node.operands
        if not isinstance(right, Value):  # 0 + the first
            left, right = right, left
        if each and same[index[id(right)]] != same[each[0]]:
            break
        each.append(index[id(right)])
        spine.add(index[id(node)])
        node = left
    if not isinstance(node, Value):
        return each, None, spine
    place = index[id(node)]
    if each and same[place] == same[each[0]]:
        return [*each, place], None, spine
    return each, place, spine


def _signatures(order: Sequence[Value]) -> tuple[list[int], dict[int, bool]]:
    """A number for each node, equal where two compute the same; and whether parameters take part."""
    known: dict[Any, int] = {}
    made: dict[int, bool] = {}
    found: dict[int, int] = {}
    for node in order:
        if node.operation is None:
            key: Any = id(node) if node.note.parameter else "leaf"
            parameter = node.note.parameter
        else:
            parts = [
                found.get(id(x), "leaf") if isinstance(x, Value) else "leaf" for x in node.operands
            ]
            key = (node.operation.name, *parts)
            parameter = any(made[found[id(parent)]] for parent in node.parents)
        number = known.setdefault(key, len(known))
        found[id(node)] = number
        made[number] = parameter
    return [found[id(node)] for node in order], made


def _reached(order: Sequence[Value], index: dict[int, int], start: Sequence[int]) -> set[int]:
    """The places of everything that these were made from, themselves included."""
    found = set(start)
    stack = list(start)
    while stack:
        for parent in order[stack.pop()].parents:
            place = index[id(parent)]
            if place not in found:
                found.add(place)
                stack.append(place)
    return found
