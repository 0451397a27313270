"""Slips of place: another variable, node or value stands where the right one belongs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograd.by_hand.points import Array
from autograd.by_hand.slips.case import Case, Family

__all__ = ["other_slips"]

_MOST_WORK = 600_000  # numbers worked out in search of another value
_MOST_PAIRS = 2000
_SHORT = 60  # nodes of a graph in which everything is tried against everything
_RATES = (0.5, 0.1, 0.01, 1.0, 0.05, 0.2)
_NUMBERED = re.compile(r"(.*?)(\d+)")


def other_slips(case: Case) -> Iterator[Family]:
    """The right rule, applied to something else."""
    yield from _others(case)
    yield from _replaced(case)
    yield from _renamed(case)
    yield from _stepped(case)
    yield from _slopes(case)
    yield from _activations(case)
    yield from _negated(case)


# A list to read from top to bottom: one entry a slip, so that adding one is adding an entry.
def _others(case: Case) -> Iterator[Family]:
    """The derivative by another node, of another node, or from node to node."""
    root = case.plan.root
    leaves = np.array(case.plan.leaf_numbers, int)
    inner = np.flatnonzero(case.plan.ops != "")
    inner = inner[inner != root]
    of = case.name(root)
    by = case.name(case.value)
    for rank, nodes in ((17.5, leaves), (18.0, inner)):
        many = 0.0 if len(nodes) < 30 else 6.0
        yield Family(
            "other",
            rank + many,
            case.up[nodes],
            partial(_by, case, nodes),
        )
    ahead = case.inner
    many = 0.0 if len(ahead) < 30 else 6.0
    yield Family(
        "other",
        18.1 + many,
        case.down[ahead],
        lambda i: (
            f"that is ∂{case.name(int(ahead[i]))}/∂{by}, the derivative of "
            f"{case.name(int(ahead[i]))}: the way from there to {of} is missing"
        ),
    )
    rest = leaves[leaves != case.value]
    yield Family(
        "other",
        25.0 + (6.0 if len(rest) > 12 else 0.0),
        case.true + case.up[rest],
        lambda i: f"{case.name(int(rest[i]))} is differentiated too: it is a constant here",
    )
    for rank, node in ((17.4, root), (19.9, case.value)):
        yield Family("other", rank, case.data[node][None], partial(_itself, case.name(node)))
    if len(ahead) <= _SHORT:
        late, early = (np.repeat(ahead, len(ahead)), np.tile(ahead, len(ahead)))
        kept = late > early
        late, early = late[kept], early[kept]
        yield Family(
            "factor",
            19.5,
            case.up[late] * case.down[early],
            lambda i: (
                f"the factors from {case.name(int(early[i]))} to "
                f"{case.name(int(late[i]))} are left out"
            ),
        )
        yield Family(
            "factor", 26.5, case.slopes, lambda i: f"that is only the factor {case.about(i)}"
        )


def _itself(name: str, _: int) -> str:
    return f"that is {name} itself, not a derivative"


def _by(case: Case, nodes: Array, i: int) -> str:
    of, by = case.name(case.plan.root), case.name(int(nodes[i]))
    return f"that is ∂{of}/∂{by}, the derivative by {by}"


def _replaced(case: Case) -> Iterator[Family]:
    """In products: another value where the other factor belongs (z for h, x₂ for x₁)."""
    plan = case.plan
    edges, factor = _factors(case)
    if not len(edges):
        return
    change = case.up[plan.child[edges]] * case.down[plan.parent[edges]]
    kinds, which = np.unique(factor, return_inverse=True)
    sums = np.zeros((len(kinds), case.data.shape[1]))
    np.add.at(sums, which, change)
    nodes, base, near = _neighbours(case, kinds)
    for rank, (a, b, weight) in (
        (18.5, (nodes, base, sums)),
        (21.7, (near, base, sums)),
    ):
        if a is nodes:
            pairs_ = [(k, n) for k in range(len(kinds)) for n in a[k]]
        else:
            room = _MOST_WORK // (max(1, len(kinds)) * case.data.shape[1])
            everything = near if len(near) <= room else near[:0]
            pairs_ = [(k, int(n)) for k in range(len(kinds)) for n in everything if n != kinds[k]]
        if not pairs_:
            continue
        rows, cols = np.array([p[0] for p in pairs_]), np.array([p[1] for p in pairs_])
        found = case.true + weight[rows] * (case.data[cols] - case.data[b[rows]])
        yield Family("other", rank, found, partial(_instead, case, kinds[rows], cols))


def _neighbours(case: Case, factors: Array) -> tuple[list[list[int]], Array, Array]:
    """For each factor the values that stand beside it: its own input, and what is made of it."""
    plan = case.plan
    outputs: dict[int, list[int]] = {}
    for batch in plan.batches:
        if batch.op.arity == 1:
            (edges,) = batch.edges
            assert edges is not None
            for parent, node in zip(plan.parent[edges].tolist(), batch.nodes.tolist()):
                outputs.setdefault(parent, []).append(node)
    near: list[list[int]] = []
    for f in factors.tolist():
        mine = list(outputs.get(f, ()))
        operation = plan.order[f].operation
        if operation is not None and operation.arity == 1:
            mine.append(int(plan.parent[max(plan.into[f])]))
        near.append(mine)
    small = len(plan.order) <= _SHORT
    return near, factors, np.arange(len(plan.order)) if small else np.array(plan.leaf_numbers, int)


def _instead(case: Case, factors: Array, values: Array, i: int) -> str:
    right, wrong = int(factors[i]), int(values[i])
    return (
        f"{case.name(wrong)} = {case.number(wrong)} stands where {case.name(right)} = "
        f"{case.number(right)} belongs"
    )


def _stepped(case: Case) -> Iterator[Family]:
    """Weights further on that have been updated already: w₂ − η·∂L/∂w₂ where w₂ belongs."""
    edges, factor = _factors(case)
    on = (case.plan.ops[factor] == "") & (case.plan.parent[edges] != case.value)
    edges, factor = edges[on], factor[on]
    if not len(edges):
        return
    steps = -case.up[factor] * case.up[case.plan.child[edges]] * case.down[case.plan.parent[edges]]
    names = [case.name(f) for f in factor.tolist()]
    for rate in _RATES:
        new = case.true + rate * np.vstack([steps.sum(0)[None], steps])
        yield Family("update", 28.5, new, partial(_new, names, rate), many=True)


def _new(names: list[str], rate: float, i: int) -> str:
    which = names[i - 1] if i else " and ".join(dict.fromkeys(names))
    return f"the old {which} belongs here, before the step of {rate:g} times the gradient"


def _renamed(case: Case) -> Iterator[Family]:
    """In several products at once: y₁, y₂ … where x₁, x₂ … belong, or the same one further on."""
    edges, factor = _factors(case)
    numbered: dict[tuple[str, int], int] = {}
    for i, node in enumerate(case.plan.order if len(case.plan.order) <= _MOST_PAIRS else ()):
        if node.label and (match := _NUMBERED.fullmatch(node.label)):
            numbered[match[1], int(match[2])] = i
    places = {i: key for key, i in numbered.items()}
    stems = sorted({stem for stem, _ in numbered})
    found, texts = [], []
    change = case.up[case.plan.child[edges]] * case.down[case.plan.parent[edges]]
    for stem in stems:
        mine = [k for k, f in enumerate(factor.tolist()) if places.get(f, ("", 0))[0] == stem]
        if len(mine) < 2:
            continue
        for other in stems:
            for further in (-1, 0, 1):
                if other == stem and not further:
                    continue
                new = [numbered.get((other, places[int(factor[k])][1] + further)) for k in mine]
                if None not in new:
                    moved = case.data[new] - case.data[factor[mine]]  # type: ignore[index]
                    found.append(case.true + (change[mine] * moved).sum(0))
                    wrong, right = case.name(int(new[0] or 0)), case.name(int(factor[mine[0]]))
                    texts.append(f"{wrong} … stand where {right} … belong")
    if found:
        yield Family("other", 21.1, np.array(found), lambda i: texts[i])


def _slopes(case: Case) -> Iterator[Family]:
    """The derivative of a function taken at another place where the same function is applied."""
    if len(case.edges) > _MOST_PAIRS:
        return
    places: dict[str, list[int]] = {}
    for batch in case.plan.batches:
        if batch.op.arity == 1 and batch.edges[0] is not None:
            places.setdefault(batch.op.name, []).extend(batch.edges[0].tolist())
    pairs = [
        (int(e), other)
        for e in case.edges
        for other in places.get(case.plan.ops[case.plan.child[e]], ())
        if other != e
    ][:_MOST_PAIRS]
    if not pairs:
        return
    right, wrong = (np.array(x) for x in zip(*pairs))
    parent, child = case.plan.parent, case.plan.child
    change = (case.slopes[wrong] - case.slopes[right]) * case.down[parent[right]]
    yield Family(
        "other",
        20.7,
        case.true + case.up[child[right]] * change,
        lambda i: (
            f"the derivative of {case.name(int(child[right[i]]))} is taken at "
            f"{case.name(int(parent[wrong[i]]))}, in place of {case.name(int(parent[right[i]]))}"
        ),
    )


def _factors(case: Case) -> tuple[Array, Array]:
    """The edges of products on the way, and the node that is the other factor of each."""
    plan = case.plan
    edges = case.edges[plan.ops[case.child] == "*"]
    pairs = plan.into[plan.child[edges]]
    other = np.where(pairs[:, 0] == edges, pairs[:, 1], pairs[:, 0])
    return edges[other >= 0], plan.parent[other[other >= 0]]


def _activations(case: Case) -> Iterator[Family]:
    """What comes after an activation is differentiated at its input: z for h."""
    plan, count = case.plan, case.data.shape[1]
    nodes = [
        int(n)
        for batch in plan.batches
        for n in batch.nodes
        if batch.op.arity == 1 and batch.op.name != "neg" and n != plan.root
    ][:20]
    if not nodes or len(plan.order) * len(nodes) * count > _MOST_WORK:
        return
    data = np.tile(case.data, (1, len(nodes)))
    fixed = {}
    for k, node in enumerate(nodes):
        held = np.full(data.shape[1], math.nan)
        before = int(plan.parent[max(plan.into[node])])
        held[k * count : (k + 1) * count] = case.data[before]
        fixed[node] = held
    found = plan.at(data, fixed).up[case.value].reshape(len(nodes), count)

    def text(i: int) -> str:
        before = int(plan.parent[max(plan.into[nodes[i]])])
        return f"{case.name(before)} stands where {case.name(nodes[i])} belongs, in what follows it"

    yield Family("other", 19.7, found, text)


def _negated(case: Case) -> Iterator[Family]:
    """A sign lost inside: what follows a node is differentiated at its negative."""
    plan, count = case.plan, case.data.shape[1]
    nodes = [n for n in case.inner.tolist() if plan.ops[n] in ("neg", "-", "*", "/")][:20]
    if not nodes or len(plan.order) * len(nodes) * count > _MOST_WORK:
        return
    data = np.tile(case.data, (1, len(nodes)))
    fixed = {}
    for k, node in enumerate(nodes):
        fixed[node] = np.full(data.shape[1], math.nan)
        fixed[node][k * count : (k + 1) * count] = -case.data[node]
    up = plan.at(data, fixed).up
    found = np.array(
        [up[n, k * count : (k + 1) * count] * case.down[n] for k, n in enumerate(nodes)]
    )
    for sign, rank in ((1.0, 20.9), (-1.0, 21.0)):
        yield Family(
            "sign",
            rank,
            sign * found,
            lambda i: f"the sign of {case.name(nodes[i])} is lost in what follows it",
        )
