"""Which nodes melt into the sum that uses them: each node's row, and its scale there.

A node that is used once, by a sum, is absorbed into it. In a product a trainable leaf is the
coefficient, even against a constant; chains of two-way maxima melt in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd import ops
from autograd.compiler.read.arrays import CODE, Array, Graph

__all__ = ["Home", "Shape", "absorb", "classify"]

_ADD, _SUB, _MUL, _DIV = (CODE[op] for op in (ops.ADD, ops.SUB, ops.MUL, ops.DIV))
_NEG, _COPY, _MAX = (CODE[op] for op in (ops.NEG, ops.IDENTITY, ops.MAXIMUM))

_SCALES = 500.0  # bits by which the scales that are multiplied may shift a number, all together
_SHORT = 2  # a sum with more plain operands than these is not scaled within another


@dataclass
class Shape:
    """What each node of a graph can become; [n] is one entry for each, as in `Graph`."""

    add: Array  # [n] a sum or difference
    difference: Array  # [n] one that is taken from another
    scaling: Array  # [n] its operand, not a parameter, times a number
    product: Array  # [n] of two nodes, or `weighted`
    weighted: Array  # [n] a parameter times a number
    maximum: Array  # [n] of two nodes that are both batched, or both not
    number: Array  # [n] what a scaling or weighted node multiplies with

    @property
    def linear(self) -> Array:
        """[n] Whether it can hold others."""
        linear: Array = self.add | self.scaling
        return linear

    def factor(self, node: Array, second: bool | Array) -> Array:
        """What each of these nodes multiplies its first operand with, or its second."""
        factor = np.where(self.scaling[node], self.number[node], 1.0)
        factor[self.difference[node] & second] = -1.0
        return factor


@dataclass
class Home:
    """Where each node of a graph went; [n] is one entry for each."""

    row: Array  # [n] the node whose row it is part of; itself, if it is not absorbed
    scale: Array  # [n] what it is multiplied with there
    absorbed: Array  # [n] whether it is part of another's row


def classify(graph: Graph) -> Shape:
    a, b, code = graph.a, graph.b, graph.code
    interior = ~graph.constant & (code > 0)
    has_a, has_b = a >= 0, b >= 0
    difference = interior & (code == _SUB)
    multiplication = interior & (code == _MUL)
    with np.errstate(all="ignore"):
        reciprocal = 1.0 / graph.cb
    exact = np.isfinite(reciprocal) & (np.abs(reciprocal) >= np.finfo(float).tiny)
    division = interior & (code == _DIV) & has_a & ~has_b & exact
    number = np.where(division, reciprocal, np.where(has_a, graph.cb, graph.ca))
    del reciprocal
    # nan · x in a branch that is not taken must stay an operation: as a scale it would meet g = 0
    by_number = (multiplication & (has_a ^ has_b) & np.isfinite(number)) | division
    weighted = by_number & graph.parameter[np.where(has_a, a, b)]
    number[code == _NEG] = -1.0
    number[code == _COPY] = 1.0
    return Shape(
        add=difference | (interior & (code == _ADD)),
        difference=difference,
        scaling=(by_number & ~weighted) | (interior & ((code == _NEG) | (code == _COPY))),
        product=(multiplication & has_a & has_b) | weighted,
        weighted=weighted,
        maximum=interior & (code == _MAX) & has_a & has_b & (graph.batched[a] == graph.batched[b]),
        number=number,
    )


def absorb(graph: Graph, shape: Shape) -> Home:
    """Find for each node the row that it is part of.

    Takes a graph, and what each node can become.
    Finds what is used once and fits into its user; some sums only if what they hold allows it.
    Gives back where each node went.
    """
    itself = _numbers(graph)
    user = _only_user(graph)
    once, user = user >= 0, np.maximum(user, 0)
    slot_a = graph.a[user] == itself
    factor = shape.factor(user, ~slot_a)
    inside = once & _fits(graph, shape, user)
    inside &= ~_too_far(shape, user, inside)
    largest = once & shape.maximum & shape.maximum[user] & slot_a
    largest &= graph.needs == graph.needs[user]
    doubtful = _doubtful(graph, shape, user, inside, factor != 1.0)

    sure = (inside & ~doubtful.any) | largest
    home = Home(np.where(sure, user, itself), np.where(inside, factor, 1.0), sure)
    del factor, slot_a, once, sure
    _jump(home)
    kept = doubtful.any & _too_much(graph, shape, home, inside, doubtful)
    inside &= ~kept
    home.scale[kept] = 1.0
    late = doubtful.any & inside
    home.row[late] = user[late]
    home.absorbed = inside | largest
    del user
    _jump(home)
    return home


def _numbers(graph: Graph) -> Array:
    """[n] Of each node its own."""
    return np.arange(len(graph), dtype=np.int32)


def _only_user(graph: Graph) -> Array:
    """[n] The node that uses each, -1 if none or several do, or an output, `where` or `select`."""
    n = len(graph)
    interior = np.flatnonzero(~graph.constant & (graph.code > 0)).astype(np.int32)
    used, several = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    user = np.full(n, -1, dtype=np.int32)
    for operand in (graph.b, graph.a):
        by = interior[operand[interior] >= 0]
        node = operand[by]
        user[node] = by  # of several the last
        several[node[(user[node] != by) | used[node]]] = True
        used[node] = True
    more = [x for operands in graph.more.values() for x in operands if type(x) is int]
    several[np.array([*more, *graph.roots], dtype=np.int64)] = True
    user[several] = -1
    return user


def _fits(graph: Graph, shape: Shape, user: Array) -> Array:
    """[n] Whether each node can be a part of its user's sum.

    A sum keeps its own row unless it is added as it is, and a product is never scaled: the weights of a
    row are then rows of storage as they are.
    """
    fits: Array = (shape.linear | shape.product) & shape.linear[user]
    fits &= shape.linear | (shape.product & ~shape.scaling[user])
    fits &= (graph.batched == graph.batched[user]) | shape.weighted | ~graph.batched
    return fits


def _too_far(shape: Shape, user: Array, inside: Array) -> Array:
    """[n] Whether the scales from a node to its row could together become 0 or infinite: they are
    multiplied with each other first, where the graph multiplies one after the other."""
    bits = np.zeros(len(user))
    bits[shape.scaling] = _bits(shape.number[shape.scaling])
    own = np.where(inside, bits[user], 0.0)
    if own.sum() + 2.0 * bits.max(initial=0.0) <= _SCALES:
        return np.zeros(len(user), dtype=bool)
    reach, up = own, np.where(inside, user, np.arange(len(user)))
    while not np.array_equal(up, up[up]):
        reach, up = reach + reach[up], up[up]
    far: Array = reach + bits > _SCALES
    return far & ((bits[user] > 0.0) | (bits > 0.0))


def _bits(factor: Array) -> Array:
    """By how many bits a factor shifts a number; 0 for 0, which shifts it out of the range at once."""
    with np.errstate(all="ignore"):
        bits: Array = np.abs(np.log2(np.abs(factor)))
    return np.where(factor == 0.0, 0.0, bits)


@dataclass
class _Doubtful:
    """Sums that are absorbed only if what they hold allows it; [n] is one entry for each node."""

    static: Array  # [n] no input reaches it, but one reaches its user
    added: Array  # [n] to another sum, or scaled
    scaled: Array  # [n] within another sum

    @property
    def any(self) -> Array:
        doubtful: Array = self.static | self.added
        return doubtful


def _doubtful(graph: Graph, shape: Shape, user: Array, inside: Array, factored: Array) -> _Doubtful:
    static = inside & ~graph.batched & graph.batched[user] & ~shape.weighted
    added = inside & shape.add & shape.add[user] & (graph.b[user] == _numbers(graph))
    added &= (graph.a[user] >= 0) & (graph.code[graph.a[user]] > 0)
    scaled = inside & shape.add & (shape.scaling[user] | factored)
    return _Doubtful(static, added | scaled, scaled)


def _too_much(graph: Graph, shape: Shape, home: Home, inside: Array, doubtful: _Doubtful) -> Array:
    """[n] Whether what a sum holds speaks against absorbing it, one of three ways.

    A static one may hold constants and parameters alone (the border of a padded image); one that is
    added may hold no products (else a layer's rows would melt into the sum over samples or positions);
    one that is scaled must be short besides (a mean stays a plain sum).
    """
    n = len(graph)
    pairs, impure = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    pair = shape.product & inside & ~doubtful.any
    pairs[home.row[pair]] = True
    impure[home.row[pair & ~shape.weighted]] = True
    plain = np.zeros(n, dtype=np.int64)
    for operand in (graph.a, graph.b):
        held = np.flatnonzero(shape.linear & (operand >= 0))
        child = operand[held]
        held = held[(graph.code[child] > 0) & (~inside[child] | doubtful.any[child])]
        impure[home.row[held]] = True
        plain += np.bincount(home.row[held], minlength=n)
    too_much: Array = doubtful.static & (impure | ~shape.add)
    too_much |= doubtful.added & pairs
    too_much |= doubtful.scaled & (plain > _SHORT)
    return too_much


def _jump(home: Home) -> None:
    """Follow rows to the end, multiplying scales: each round doubles how far up a node sees."""
    row, scale = home.row, home.scale
    absorbed = np.flatnonzero(home.absorbed).astype(np.int32)
    factor = np.ones(len(row))
    moved = row[absorbed] != absorbed
    factor[absorbed[moved]] = scale[absorbed[moved]]
    moving = absorbed
    while len(moving):
        up = row[moving]
        further = row[up]
        going = up != further
        moving, up, further = moving[going], up[going], further[going]
        factor[moving] *= factor[up]
        row[moving] = further
    scale[absorbed] = factor[absorbed]
