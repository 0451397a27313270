"""Sums of products: from `+`, `-`, `*` and `max` nodes to rows ``Σ scale · first · second + bias``.

A node that is used once, by a sum, is absorbed into it. Orientation decides what can become a matrix
later: in a product a trainable leaf is always the coefficient ``first``, even against a constant, and a
leaf that stands alone is a bias. What is left of a graph is rows and other operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.read.lift import CODE, PARAMETER, Array, Graph
from autograd.compiler.read.rows import Rows, split

__all__ = ["Fused", "fuse"]

_ADD, _SUB, _MUL, _DIV = (CODE[op] for op in (ops.ADD, ops.SUB, ops.MUL, ops.DIV))
_NEG, _COPY, _MAX = (CODE[op] for op in (ops.NEG, ops.IDENTITY, ops.MAXIMUM))


@dataclass
class Fused:
    """A graph whose nodes are leaves, constants, rows and operations."""

    graph: Graph
    rows: Rows
    operations: Array  # the nodes that are no rows
    constants: Array  # the numbers that rows use; they are the nodes from `first_constant` on
    first_constant: int
    zero: int  # the node of the number 0
    batched: Array  # of every node, constants and the parts of split rows included
    needs: Array
    masked: Array
    roots: list[int]


@dataclass
class _Shape:
    """What each node of a graph can become."""

    add: Array
    scaling: Array
    product: Array
    weighted: Array  # a parameter times a number
    maximum: Array
    factor_a: Array  # what a sum multiplies its operands with
    factor_b: Array
    number: Array  # what a weighted node multiplies the parameter with


def fuse(graph: Graph) -> Fused:
    """Absorb what is used once into the sum that uses it."""
    shape = _classify(graph)
    linear = shape.add | shape.scaling
    owner, scale, absorbed = _absorb(graph, shape)
    n = len(graph)
    batched, constant_of = graph.batched, graph.constant

    rows: list[Array] = []
    order: list[Array] = []
    scales: list[Array] = []
    firsts: list[Array] = []
    seconds: list[Array] = []
    numbers: list[Array] = []  # a constant column, where `seconds` is -1

    def collect(
        row: Array, key: Array, factor: Array, first: Array, second: Array, c: Array
    ) -> None:
        for column, part in zip((rows, order, scales, firsts, seconds, numbers),
                                (row, key, factor, first, second, c)):  # fmt: skip
            column.append(part)

    def products(node: Array, row: Array, key: Array, factor: Array) -> None:
        weighted = shape.weighted[node]
        a, b = graph.a[node], graph.b[node]
        first = np.where(weighted & (a < 0), b, a)
        collect(row, key, factor, first, np.where(weighted, -1, b), shape.number[node])

    holders = np.flatnonzero(linear)
    bias = np.zeros(n)
    for slot, (operand, factor, number) in enumerate(
        ((graph.a, shape.factor_a, graph.ca), (graph.b, shape.factor_b, graph.cb))
    ):
        child = operand[holders]
        inside = holders[(child < 0) & shape.add[holders]]
        bias += np.bincount(owner[inside], scale[inside] * factor[inside] * number[inside], n)
        held = holders[child >= 0]
        child = child[child >= 0]
        total = scale[held] * factor[held]
        taken = absorbed[child]
        pair = taken & shape.product[child]
        products(child[pair], owner[held[pair]], held[pair] * 2 + slot, total[pair])
        held, child, total = held[~taken], child[~taken], total[~taken]
        none = np.full(len(held), -1)
        collect(owner[held], held * 2 + slot, total, none, child, np.zeros(len(held)))
    alone = np.flatnonzero(shape.product & ~absorbed)
    products(alone, alone, alone * 2, np.ones(len(alone)))

    maxima = np.flatnonzero(shape.maximum)
    for slot, operand in enumerate((graph.a, graph.b)):
        child = operand[maxima]
        held, child = maxima[~absorbed[child]], child[~absorbed[child]]
        none = np.full(len(held), -1)
        collect(owner[held], held * 2 + slot, np.ones(len(held)), none, child, np.zeros(len(held)))

    # A root that nothing computes becomes a row of its own.
    plain_roots = sorted({r for r in graph.roots if graph.code[r] == 0 or constant_of[r]})
    copies = {r: n + i for i, r in enumerate(plain_roots)}
    copied = np.array(plain_roots, dtype=np.int64)
    made = n + np.arange(len(copied))
    collect(
        made,
        made * 2,
        np.ones(len(copied)),
        np.full(len(copied), -1),
        copied,
        np.zeros(len(copied)),
    )

    row, key, factor, first, second, number = map(
        np.concatenate, (rows, order, scales, firsts, seconds, numbers)
    )
    in_order = np.argsort(row * (2 * (n + len(copied))) + key, kind="stable")
    row, factor, first, second, number = (x[in_order] for x in (row, factor, first, second, number))

    # Numbers become nodes: keyed by their bits, so that equal constants are one.
    biased = np.flatnonzero(bias)
    bare = np.flatnonzero(second < 0)
    bits, name = np.unique(
        np.concatenate([[0.0], bias[biased], number[bare]]).view(np.int64), return_inverse=True
    )
    base = n + len(copied)
    zero, name = base + int(name[0]), name[1:]
    second[bare] = base + name[len(biased) :]
    constants = bits.view(np.float64)
    static = np.zeros(len(copied) + len(constants), dtype=bool)
    batched = np.concatenate([batched, static])
    batched[made] = batched[copied]
    needs = np.concatenate([graph.needs, static])
    needs[made] = needs[copied]
    masked = np.concatenate([graph.masked, static])
    maximum = np.concatenate([shape.maximum, static])
    parameter = np.concatenate([(graph.code == 0) & (graph.depends == PARAMETER), static])
    fused = split(
        base + len(constants), row, factor, first, second, maximum, batched, needs, masked, parameter,
        biased, base + name[: len(biased)],
    )  # fmt: skip
    rest = (graph.code > 0) & ~constant_of & ~linear & ~shape.product & ~shape.maximum
    return Fused(
        graph, fused[0], np.flatnonzero(rest), constants, base, zero, fused[1], fused[2], fused[3],
        [copies.get(r, r) for r in graph.roots],
    )  # fmt: skip


def _classify(graph: Graph) -> _Shape:
    a, b, code = graph.a, graph.b, graph.code
    interior = ~graph.constant & (code > 0)
    has_a, has_b = a >= 0, b >= 0
    subtraction = interior & (code == _SUB)
    multiplication = interior & (code == _MUL)
    with np.errstate(all="ignore"):
        reciprocal = 1.0 / graph.cb
    division = interior & (code == _DIV) & has_a & ~has_b & np.isfinite(reciprocal)
    by_number = (multiplication & (has_a ^ has_b)) | division
    number = np.where(division, reciprocal, np.where(has_a, graph.cb, graph.ca))
    leaf = (code == 0) & (graph.depends == PARAMETER)
    weighted = by_number & leaf[np.where(has_a, a, b)]
    scaling = (by_number & ~weighted) | (interior & ((code == _NEG) | (code == _COPY)))
    factor = np.where(scaling, number, 1.0)
    factor[code == _NEG] = -1.0
    factor[code == _COPY] = 1.0
    return _Shape(
        add=subtraction | (interior & (code == _ADD)),
        scaling=scaling,
        product=(multiplication & has_a & has_b) | weighted,
        weighted=weighted,
        maximum=interior & (code == _MAX) & has_a & has_b & (graph.batched[a] == graph.batched[b]),
        factor_a=factor,
        factor_b=np.where(subtraction, -1.0, factor),
        number=number,
    )


def _absorb(graph: Graph, shape: _Shape) -> tuple[Array, Array, Array]:
    """The row that each node belongs to, what it is multiplied with there, and whether it is inside."""
    n = len(graph)
    a, b, batched = graph.a, graph.b, graph.batched
    interior = np.flatnonzero(~graph.constant & (graph.code > 0))
    uses = np.zeros(n, dtype=np.int64)
    consumer = np.full(n, -1)
    for operand in (b, a):
        used = interior[operand[interior] >= 0]
        uses += np.bincount(operand[used], minlength=n)
        consumer[operand[used]] = used
    more = [x for operands in graph.more.values() for x in operands if type(x) is int]
    uses += np.bincount(np.array([*more, *graph.roots], dtype=np.int64), minlength=n)

    linear = shape.add | shape.scaling
    once = (uses == 1) & (consumer >= 0)
    user = np.where(once, consumer, 0)
    factor = np.where(a[user] == np.arange(n), shape.factor_a[user], shape.factor_b[user])
    inside = once & (linear | shape.product) & linear[user]
    # A sum keeps its own row unless it is added as it is, and a product is never scaled: the weights
    # of a row are then rows of storage as they are.
    inside &= shape.scaling | shape.add | (shape.product & ~shape.scaling[user])
    inside &= (batched == batched[user]) | shape.weighted | ~batched
    largest = once & shape.maximum & shape.maximum[user] & (a[user] == np.arange(n))
    largest &= graph.needs == graph.needs[user]

    # Two kinds of sum are absorbed only if what they hold allows it: one that no input reaches, into
    # one that an input does, if it holds constants and parameters alone (the border of a padded image);
    # and one that is added to another sum, if it holds no products (else a layer's rows would melt into
    # the sum over samples or positions), or scaled, if it is short besides (a mean stays a plain sum).
    leaf = graph.code == 0
    static = inside & ~batched & batched[user] & ~shape.weighted
    added = inside & shape.add & shape.add[user] & (b[user] == np.arange(n))
    added &= (a[user] >= 0) & ~leaf[a[user]]
    scaled = inside & shape.add & (shape.scaling[user] | (factor != 1.0))
    added |= scaled
    later = static | added
    owner = np.where((inside & ~later) | largest, user, np.arange(n))
    scale = np.where(inside, factor, 1.0)
    _jump(owner, scale, (inside & ~later) | largest)

    pair = shape.product & inside & ~later
    pairs = np.bincount(owner[pair], minlength=n) > 0
    impure = np.bincount(owner[pair & ~shape.weighted], minlength=n) > 0
    terms = np.zeros(n, dtype=np.int64)
    for operand in (a, b):
        held = np.flatnonzero(linear & (operand >= 0))
        child = operand[held]
        held = held[~leaf[child] & (~inside[child] | later[child])]
        impure |= np.bincount(owner[held], minlength=n) > 0
        terms += np.bincount(owner[held], minlength=n)
    kept = later & ((static & (impure | ~shape.add)) | (added & pairs) | (scaled & (terms > 2)))
    inside &= ~kept
    scale[kept] = 1.0
    late = later & inside
    owner[late] = user[late]
    _jump(owner, scale, inside | largest)
    return owner, scale, inside | largest


def _jump(owner: Array, scale: Array, inside: Array) -> None:
    """Follow owners to the end, multiplying scales: each round doubles how far up a node sees."""
    factor = np.where(owner == np.arange(len(owner)), 1.0, scale)
    moving = np.flatnonzero(inside)
    while True:
        up = owner[moving]
        further = owner[up]
        if np.array_equal(up, further):
            break
        factor[moving] *= factor[up]
        owner[moving] = further
    scale[moving] = factor[moving]
