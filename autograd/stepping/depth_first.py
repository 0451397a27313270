"""Why the backward pass goes in reverse topological order: what a depth-first pass gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.derivatives.evaluation import Evaluation
from autograd.formulas.names import Names
from autograd.text.format import number, table
from autograd.value import Value

__all__ = ["Early", "Naive", "naive"]

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Early:
    """A node that a naive pass left too early.

    Attributes:
        node: the node.
        passed: the gradient that it passed on.
        complete: what its gradient came to later.
        missing: the node that had not added its contribution yet.
    """

    node: Value
    passed: float
    complete: float
    missing: Value


@dataclass(frozen=True, slots=True)
class Naive:
    """What a depth-first pass did to a graph.

    Attributes:
        early: the nodes that passed an incomplete gradient on, in the order of the pass.
        wrong: leaf, its naive gradient, its true gradient, where they differ.
        text: the same for readers.
    """

    early: tuple[Early, ...]
    wrong: tuple[tuple[Value, float, float], ...]
    text: str

    def __bool__(self) -> bool:
        return bool(self.early)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def naive(root: Value, names: Any = None) -> Naive:
    """Go depth first, each node once and at once, and report where that goes wrong.

    The naive pass takes a node, adds to its first parent, goes on into that parent, then to the second.
    A node that is used twice is left before its second contribution has come. The gradients of the
    graph stay as they are.

    Args:
        root: what is differentiated.
        names: as for `Names`.

    >>> a = Value(1.0, label="a")
    >>> b = a + a
    >>> b.label = "b"
    >>> c = b + b
    >>> c.label = "c"
    >>> naive(c)
    depth first, b passes 1 on before the second contribution of c has come: complete it is 2
    leaf  depth first  reverse topological order
    a               2                          4
    """
    if type(root) is not Value:
        raise TypeError(f"naive() takes a Value, not {type(root).__name__}")
    called = names if isinstance(names, Names) else Names(root, names=names)
    evaluation = Evaluation(root, called.order)
    here = evaluation.here()
    true = evaluation.upstream(here)
    grads = [0.0] * len(true)
    grads[-1] = 1.0
    passed: dict[int, float] = {}  # in the order of the visits
    added: set[int] = set()
    missing: dict[int, int] = {}  # a use whose contribution had not come when the node was visited
    uses: list[list[int]] = [[] for _ in true]
    for e, edge in enumerate(evaluation.edges):
        uses[edge.parent].append(e)
    stack = [(len(true) - 1, -1)]  # nodes to visit, or edges to add along
    while stack:
        node, e = stack.pop()
        if e >= 0:
            edge = evaluation.edges[e]
            grads[edge.parent] += here.locals[e] * passed[edge.child]
            added.add(e)
            node = edge.parent
        if node in passed:
            continue
        passed[node] = grads[node]
        if late := [use for use in uses[node] if use not in added]:
            missing[node] = late[0]
        stack.extend((-1, edge_in) for edge_in in reversed(evaluation.into[node]))
    order = called.order
    early = tuple(
        Early(order[i], grad, true[i], order[evaluation.edges[missing[i]].child])
        for i, grad in passed.items()
        if i in missing and evaluation.into[i]
    )
    wrong = tuple(
        (order[i], grads[i], true[i])
        for i in range(len(true))
        if not evaluation.into[i] and grads[i] != true[i]
    )
    return Naive(early, wrong, _text(early, wrong, called))


def _text(
    early: tuple[Early, ...], wrong: tuple[tuple[Value, float, float], ...], names: Names
) -> str:
    if not early:
        return "no intermediate value is used twice: here depth first goes well"
    first = early[0]
    name, missing = (names.formula(node).within_all() for node in (first.node, first.missing))
    again = any(p is first.node for p in first.missing.parents[:1])
    which = f"the second contribution of {missing}" if again else f"the contribution of {missing}"
    lines = [
        f"depth first, {name} passes {number(first.passed)} on before {which} has come: "
        f"complete it is {number(first.complete)}"
    ]
    if len(early) > 1:
        lines.append(f"so do {len(early) - 1} more")
    if wrong:
        rows = [(names[leaf], number(bad), number(good)) for leaf, bad, good in wrong[:_SHOWN]]
        if len(wrong) > _SHOWN:
            rows.append((f"… {len(wrong) - _SHOWN} more", "", ""))
        header = ("leaf", "depth first", "reverse topological order")
        lines.append(table(rows, header, ">>"))
    return "\n".join(lines)
