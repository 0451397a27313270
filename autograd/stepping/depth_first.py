"""Why the backward pass goes in reverse topological order: what a depth-first pass gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd.derivatives.evaluation import Evaluation
from autograd.formulas.names import Names
from autograd.text.format import number, table
from autograd.value import Value

__all__ = ["Early", "Naive", "Wrong", "naive"]

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


class Wrong(NamedTuple):
    """A leaf whose gradient a naive pass got wrong."""

    leaf: Value
    naive: float
    true: float


@dataclass(frozen=True, slots=True)
class Naive:
    """What a depth-first pass did to a graph.

    Attributes:
        early: the nodes that passed an incomplete gradient on, in the order of the pass.
        wrong: the leaves whose gradients differ, each with the naive and the true one.
        text: the same for readers.
    """

    early: tuple[Early, ...]
    wrong: tuple[Wrong, ...]
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

    Raises:
        TypeError: for what is no Value.

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
    evaluation, order = Evaluation(root, called.order), called.order
    true = evaluation.upstream(evaluation.here())
    walk = _depth_first(evaluation)
    early = tuple(
        Early(order[i], grad, true[i], order[evaluation.edges[walk.missing[i]].child])
        for i, grad in walk.passed.items()
        if i in walk.missing and evaluation.into[i]
    )
    wrong = tuple(
        Wrong(order[i], walk.grads[i], true[i])
        for i in range(len(true))
        if not evaluation.into[i] and walk.grads[i] != true[i]
    )
    return Naive(early, wrong, _text(early, wrong, called))


class _Visit(NamedTuple):
    """What comes next: a node, and the edge there, whose product is added first (None at the root)."""

    node: int
    edge: int | None


class _Walk(NamedTuple):
    """What a depth-first pass did, by the numbers of the nodes.

    Attributes:
        grads: the gradient of each node at the end.
        passed: the gradient that each node passed on when it was visited, in the order of the visits.
        missing: the first use of a node whose product had not come when the node was visited.
    """

    grads: list[float]
    passed: dict[int, float]
    missing: dict[int, int]


def _depth_first(evaluation: Evaluation) -> _Walk:
    locals_, root = evaluation.here().locals, len(evaluation.order) - 1
    walk = _Walk([0.0] * root + [1.0], {}, {})
    added: set[int] = set()  # edges
    stack = [_Visit(root, None)]
    while stack:
        node, edge = stack.pop()
        if edge is not None:
            walk.grads[node] += locals_[edge] * walk.passed[evaluation.edges[edge].child]
            added.add(edge)
        if node in walk.passed:
            continue
        walk.passed[node] = walk.grads[node]
        if late := [use for use in evaluation.out[node] if use not in added]:
            walk.missing[node] = late[0]
        into = reversed(evaluation.into[node])
        stack.extend(_Visit(evaluation.edges[e].parent, e) for e in into)
    return walk


def _text(early: tuple[Early, ...], wrong: tuple[Wrong, ...], names: Names) -> str:
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
