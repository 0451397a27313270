"""Slips of ways and factors: one forgotten, one twice, one with the wrong sign."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations

import numpy as np

from autograd.by_hand.points import Array
from autograd.by_hand.slips.case import Case, Family
from autograd.stepping.paths import Paths
from autograd.text.format import number

__all__ = ["path_slips"]

_SIGNED = ("-", "neg", "cos", "/", "acos", "erfc")  # operations whose rule carries a sign
_MOST_PATHS = 200  # listed one by one; of more, only groups that share an edge
_LISTED = 2000  # nodes of a graph whose paths are listed
_PAIRED = 40  # edges of which two may be wrong at once
_TRIED = 14  # factors of which three may be forgotten
_WORK = 400_000  # numbers worked out in search of a factor forgotten everywhere


def path_slips(case: Case) -> Iterator[Family]:
    """Everything that a way, an edge or a use of the value may suffer."""
    yield Family("sign", 10.0, -case.true[None], lambda _: "the sign is flipped")
    if len(case.edges):
        yield from _edges(case)
        yield from _alike(case)
        yield from _several(case)
        yield from _listed(case)
        yield from _nodes(case)
    yield Family("path", 30.0, 0.0 * case.true[None], lambda _: "every path is forgotten")


# A list to read from top to bottom: one entry a slip, so that adding one is adding an entry.
def _edges(case: Case) -> Iterator[Family]:
    signed = np.isin(case.plan.ops[case.child].astype(str), _SIGNED)
    local = case.locals
    none = np.full_like(local, math.nan)
    many = 0.0 if len(case.edges) < 60 else 8.0
    with np.errstate(all="ignore"):
        signs = (abs(local + 1.0) < 1e-15).all(1, keepdims=True)  # −1 lost is a flipped sign
        lost = np.where(signs, math.nan, np.ones_like(local))
        yield _about(case, "factor", 11.8 + many, lost, "the factor {} is forgotten")
        yield _about(
            case,
            "sign",
            11.0 + many,
            np.where(signed[:, None], -local, none),
            "the sign of {} is flipped",
        )
        yield _about(
            case,
            "sign",
            24.0 + many,
            np.where(signed[:, None], none, -local),
            "the sign of {} is flipped",
        )
        group = case.instead(np.zeros_like(local))
        yield Family("path", 16.0 + many, group, partial(_group, case))
        pairs = case.plan.into[case.child]
        ends = case.plan.parent[pairs]
        both = (pairs >= 0).all(1) & case.reached[ends].all(1) & (ends[:, 0] != ends[:, 1])
        for op, kind in (("*", "product"), ("/", "quotient")):
            on = both & (case.plan.ops[case.child] == op)
            term = np.where(on[:, None], group, math.nan)
            yield Family(kind, 15.3 + many, term, partial(_group, case))
        yield _about(case, "factor", 26.0 + many, local * local, "the factor {} stands twice")
        yield _about(
            case, "factor", 27.0 + many, 1.0 / local, "the factor {} divides where it multiplies"
        )
        yield _about(
            case,
            "point",
            18.0 + many,
            _other_operand(case),
            "{} is taken as that by the other operand",
        )


def _alike(case: Case) -> Iterator[Family]:
    """A factor forgotten wherever it occurs: of one operation, or one weight of several products."""
    groups: dict[str | int, list[int]] = {}
    ops = case.plan.ops[case.child]
    parents = case.plan.parent.tolist()
    for i, (e, op, pair) in enumerate(
        zip(case.edges.tolist(), ops, case.plan.into[case.child].tolist())
    ):
        if op == "*":
            other = pair[0] if pair[1] == e else pair[1]
            if other >= 0:
                groups.setdefault(parents[other], []).append(i)
        elif op not in ("+", "-", "/", "**", "neg"):
            groups.setdefault(op, []).append(i)
    several = [
        (
            f"every factor {key}′"
            if isinstance(key, str)
            else f"the factor {case.name(key)}, in all products,",
            found,
        )
        for key, found in groups.items()
        if len(found) > 1
    ]
    several = several[: _WORK // (len(case.edges) * case.data.shape[1])]
    if not several:
        return
    found = _together(case, [chosen for _, chosen in several], np.ones_like(case.locals))
    yield Family("factor", 17.2, found, lambda i: f"{several[i][0]} is forgotten")


def _several(case: Case) -> Iterator[Family]:
    """Two or three factors forgotten."""
    if len(case.edges) > _PAIRED:
        return
    factors = [i for i in range(len(case.edges)) if (abs(case.locals[i] - 1.0) > 1e-12).any()]
    for size, most, rank in ((2, _PAIRED, 36.0), (3, _TRIED, 38.0)):
        groups = list(combinations(factors, size)) if len(factors) <= most else []
        if groups:
            found = _together(case, [list(g) for g in groups], np.ones_like(case.locals))
            yield Family("factor", rank, found, partial(_lost, case, groups))


def _lost(case: Case, groups: Sequence[tuple[int, ...]], i: int) -> str:
    lost = " and ".join(case.about(int(case.edges[k])) for k in groups[i])
    return f"several factors are forgotten: {lost}"


def _together(case: Case, groups: list[list[int]], slopes: Array) -> Array:
    """(groups, points): the derivative if the local ones along all edges of a group were others."""
    count = case.data.shape[1]
    tried = np.tile(case.slopes, (1, len(groups)))
    for k, chosen in enumerate(groups):
        tried[case.edges[chosen], k * count : (k + 1) * count] = slopes[chosen]
    found: Array = case.plan.down(tried, case.value, case.batches)[case.plan.root]
    return found.reshape(len(groups), count)


def _about(case: Case, kind: str, rank: float, slopes: Array, sentence: str) -> Family:
    return Family(
        kind, rank, case.instead(slopes), lambda i: sentence.format(case.about(int(case.edges[i])))
    )


def _other_operand(case: Case) -> Array:
    """The local derivative by the other operand of a product, quotient or power; nan elsewhere."""
    pairs = case.plan.into[case.child]
    other = np.where(pairs[:, 0] == case.edges, pairs[:, 1], pairs[:, 0])
    on = (pairs >= 0).all(1) & np.isin(case.plan.ops[case.child].astype(str), ("*", "/", "**"))
    return np.where(on[:, None], case.slopes[other], math.nan)


def _group(case: Case, i: int) -> str:
    parent, child = int(case.parent[i]), int(case.child[i])
    by, of = case.names[case.plan.order[parent]], case.names[case.plan.order[child]]
    node = case.plan.order[child]
    rule = ""
    if node.op == "*" and case.reached[[case.plan.index[id(p)] for p in node.parents]].all():
        rule = "product rule, u′v + uv′: "
    if node.op == "/" and case.reached[[case.plan.index[id(p)] for p in node.parents]].all():
        rule = "quotient rule, (u′v − uv′)/v²: "
    if ((case.parent == parent) & (case.child == child)).sum() > 1:
        return f"{rule}the paths through one of the two uses of {by} in {of} are forgotten"
    return f"{rule}the paths through {by} → {of} are forgotten"


def _listed(case: Case) -> Iterator[Family]:
    """Single paths, where they are few."""
    if len(case.plan.order) > _LISTED:
        return
    order = case.plan.order
    ways = Paths(order[case.plan.root], order[case.value], case.names)
    if ways.count is None or not 1 <= ways.count <= _MOST_PATHS:
        return
    found = list(ways.edges())
    products = np.array([case.slopes[edges].prod(0) for edges in found])
    yield Family("path", 15.5, case.true - products, partial(_path, case, ways, found))
    if len(found) > 1:
        yield Family(
            "path", 20.5, products, lambda i: f"only the path {ways.way(found[i])} is left"
        )
        yield Family(
            "sign",
            23.0,
            case.true - 2 * products,
            lambda i: f"the sign of the path {ways.way(found[i])} is flipped",
        )
        uses = Counter(edge for edges in found for edge in edges)
        shared = [(k, e) for k, edges in enumerate(found) for e in edges if uses[e] > 1][
            :_MOST_PATHS
        ]
        if shared:
            lost = [products[k] / case.slopes[e] - products[k] for k, e in shared]
            yield Family(
                "factor",
                31.0,
                case.true + np.array(lost),
                lambda i: (
                    f"the factor {case.about(shared[i][1])} is forgotten on the path "
                    f"{ways.way(found[shared[i][0]])}"
                ),
                many=True,
            )
        pairs = list(combinations(range(len(found)), 2)) if 2 < len(found) <= _TRIED else []
        if pairs:
            both = case.true - np.array([products[a] + products[b] for a, b in pairs])
            yield Family("path", 25.5, both, partial(_two_paths, ways, found, pairs))


def _two_paths(ways: Paths, found: list[list[int]], pairs: list[tuple[int, int]], i: int) -> str:
    a, b = (ways.way(found[k]) for k in pairs[i])
    return f"the paths {a} and {b} are forgotten"


def _path(case: Case, ways: Paths, found: list[list[int]], i: int) -> str:
    alike = 1
    for e in found[i]:
        same = (case.parent == case.plan.parent[e]) & (case.child == case.plan.child[e])
        alike *= int(same.sum())
    which = "the only path" if ways.count == 1 else "the path"
    lost = f"one of the {alike} paths" if alike > 1 else which
    return f"{lost} {ways.way(found[i])} is forgotten"


# A list to read from top to bottom: one entry a slip, so that adding one is adding an entry.
def _nodes(case: Case) -> Iterator[Family]:
    """A node on the way taken as constant, or as the only way; its derivative forgotten."""
    inner = case.inner
    up, down = case.up[inner], case.down[inner]
    many = 0.0 if len(inner) < 60 else 8.0

    def named(i: int) -> str:
        return case.name(int(inner[i]))

    yield Family(
        "path",
        16.5 + many,
        case.true - up * down,
        lambda i: f"{named(i)} is taken as constant: the paths through it are forgotten",
    )
    yield Family(
        "path", 20.0 + many, up * down, lambda i: f"only the paths through {named(i)} are left"
    )
    sums = np.isin(case.plan.ops[inner].astype(str), ("+", "-"))
    for rank, on in ((11.9, ~sums), (17.3, sums)):  # of a sum, rather a term is forgotten
        forgotten = np.where(on[:, None], case.true + up * (1.0 - down), math.nan)
        yield Family(
            "factor",
            rank + many,
            forgotten,
            lambda i: (
                f"the inner derivative ∂{named(i)}/∂{case.name(case.value)} = "
                f"{number(float(down[i, 0]))} is forgotten"
            ),
        )
    yield Family(
        "factor",
        15.3 + many,
        case.true + (1.0 - up) * down,
        lambda i: (
            f"the outer derivative ∂{case.name(case.plan.root)}/∂{named(i)} = "
            f"{number(float(up[i, 0]))} is forgotten on the way through {named(i)}"
        ),
    )
    yield Family(
        "constant",
        21.2 + many,
        case.true + up * (case.data[inner] - down),
        lambda i: f"{named(i)} is not differentiated: it stays as it is",
    )
    uses = np.bincount(case.parent, minlength=len(case.plan.order))
    shared = inner[uses[inner] > 1][:12]
    if len(shared) > 1 and len(shared) ** 2 / 2 * case.slopes.size < _WORK:  # a mean and a variance
        rows, texts = [], []
        for i, a in enumerate(shared.tolist()):
            for b in shared[i + 1 :].tolist():
                slopes = case.slopes.copy()
                slopes[(case.plan.parent == a) | (case.plan.parent == b)] = 0.0
                rows.append(slopes)
                texts.append(f"{case.name(a)} and {case.name(b)} are taken as constants")
        count = case.data.shape[1]
        found = case.plan.down(np.concatenate(rows, 1), case.value, case.batches)[case.plan.root]
        yield Family("path", 20.2 + many, found.reshape(len(rows), count), lambda i: texts[i])
