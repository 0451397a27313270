"""Sums of products: from `+`, `-`, `*` and `max` nodes to rows ``Σ scale · first · second + bias``.

What `absorb` found to be inside a sum becomes its summands. Orientation decides what can become a
matrix later: in a product a trainable leaf is always the coefficient ``first``, even against a
constant, and a leaf that stands alone is a bias. What is left is rows and other operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.compiler.read.absorb import Home, Shape, absorb, classify
from autograd.compiler.read.arrays import Array, Graph
from autograd.compiler.read.rows import Biases, Nodes, Rows, Summands, split

__all__ = ["Fused", "fuse"]


@dataclass
class Fused:
    """A graph whose nodes are leaves, constants, rows and operations.

    Nodes are numbered: those of the graph, copies of roots that nothing computes, constants, parts of
    rows; n in all.
    """

    graph: Graph
    rows: Rows
    operations: Array  # [operations] the nodes that are no rows
    constants: Constants
    nodes: Nodes
    roots: list[int]  # the node of each output

    @property
    def zero(self) -> int:
        """The node of the number 0."""
        return self.constants.zero

    def number(self, node: Array) -> Array:
        """The number of each of these nodes, which never change."""
        graph, constants = self.graph, self.constants
        made = node >= constants.first
        found = np.empty(len(node))
        found[made] = constants.numbers[node[made] - constants.first]
        found[~made] = graph.data[node[~made]]
        return found


def fuse(graph: Graph) -> Fused:
    """Gather what each sum, product and maximum is made of.

    Takes a graph, with `needs` as `detach_maxima` left it.
    Finds the summands of each row, and the constants among them, which become nodes.
    Gives back rows, each of one kind, and the operations that are left.
    """
    shape = classify(graph)
    home = absorb(graph, shape)
    rest = (graph.code > 0) & ~graph.constant & ~shape.linear & ~shape.product & ~shape.maximum
    copied = np.array(
        sorted({r for r in graph.roots if graph.code[r] == 0 or graph.constant[r]}), dtype=np.int32
    )
    copies = {root: len(graph) + i for i, root in enumerate(copied.tolist())}
    constants, number = _constants(len(graph) + len(copied), graph, shape, home)
    nodes = _nodes(graph, shape, copied, len(constants.numbers))
    parts = [
        *_of_sums(graph, shape, home, number),
        _of_lone_products(graph, shape, home, number),
        *_of_maxima(graph, shape, home),
        _of_copies(len(graph), copied),
    ]
    del shape, home, number
    rows, nodes = split(Summands.in_order(parts), constants.biases, nodes)
    return Fused(
        graph, rows, np.flatnonzero(rest).astype(np.int32), constants, nodes,
        [copies.get(r, r) for r in graph.roots],
    )  # fmt: skip


def _of_sums(graph: Graph, shape: Shape, home: Home, number: Array) -> list[Summands]:
    """What sums hold: absorbed products, and nodes that have a row of their own or none."""
    found = []
    holders = np.flatnonzero(shape.linear).astype(np.int32)
    for slot, operand in enumerate((graph.a, graph.b)):
        held = holders[operand[holders] >= 0]
        child = operand[held]
        scale = home.scale[held] * shape.factor(held, slot == 1)
        taken = home.absorbed[child]
        pair = taken & shape.product[child]
        own = held[pair]
        found.append(
            _products(graph, shape, number, child[pair], home.row[own], own * 2 + slot, scale[pair])
        )
        held, child, scale = held[~taken], child[~taken], scale[~taken]
        found.append(Summands.plain(home.row[held], held * 2 + slot, scale, child))
    return found


def _of_lone_products(graph: Graph, shape: Shape, home: Home, number: Array) -> Summands:
    alone = np.flatnonzero(shape.product & ~home.absorbed).astype(np.int32)
    return _products(graph, shape, number, alone, alone, alone * 2, np.ones(len(alone)))


def _products(
    graph: Graph, shape: Shape, number: Array,
    node: Array, row: Array, key: Array, scale: Array,
) -> Summands:  # fmt: skip
    weighted = shape.weighted[node]
    a, b = graph.a[node], graph.b[node]
    first = np.where(weighted & (a < 0), b, a)
    b[weighted] = number[node[weighted]]
    return Summands(row, key, scale, first, b)


def _of_maxima(graph: Graph, shape: Shape, home: Home) -> list[Summands]:
    maxima = np.flatnonzero(shape.maximum).astype(np.int32)
    found = []
    for slot, operand in enumerate((graph.a, graph.b)):
        held = maxima[~home.absorbed[operand[maxima]]]
        found.append(
            Summands.plain(home.row[held], held * 2 + slot, np.ones(len(held)), operand[held])
        )
    return found


def _of_copies(first: int, copied: Array) -> Summands:
    """A root that nothing computes becomes a row of its own."""
    made = first + np.arange(len(copied), dtype=np.int32)
    return Summands.plain(made, made * 2, np.ones(len(copied)), copied)


def _added_numbers(graph: Graph, shape: Shape, home: Home) -> Array:
    """[graph nodes] The sum of the numbers that are added to each row."""
    added = np.zeros(len(graph))
    holders = np.flatnonzero(shape.add)
    for slot, (operand, number) in enumerate(((graph.a, graph.ca), (graph.b, graph.cb))):
        held = holders[operand[holders] < 0]
        numbers = home.scale[held] * shape.factor(held, slot == 1) * number[held]
        added += np.bincount(home.row[held], numbers, len(graph))
    return added


@dataclass
class Constants:
    """Numbers that became nodes, keyed by their bits, so that equal ones are one."""

    first: int  # of these nodes
    numbers: Array  # [constants] the number of each
    zero: int  # the node of the number 0
    biases: Biases  # the numbers that are added to rows


def _constants(first: int, graph: Graph, shape: Shape, home: Home) -> tuple[Constants, Array]:
    """The numbers that are added to rows, and those that parameters are multiplied with; and [n] the
    node of the latter, for weighted nodes."""
    added = _added_numbers(graph, shape, home)
    row = np.flatnonzero(added).astype(np.int32)
    numbers = np.concatenate([[0.0], added[row], shape.number[shape.weighted]])
    bits, name = np.unique(numbers.view(np.int64), return_inverse=True)
    node = (first + name.ravel()).astype(np.int32)
    zero, own, others = int(node[0]), node[1 : 1 + len(row)], node[1 + len(row) :]
    number = np.zeros(len(graph), dtype=np.int32)
    number[shape.weighted] = others
    biases = Biases(row, np.ones(len(row)), own)
    return Constants(first, bits.view(np.float64), zero, biases), number


def _nodes(graph: Graph, shape: Shape, copied: Array, constants: int) -> Nodes:
    """What is known of the nodes of the graph, of copies of roots, and of constants."""
    none, never = np.zeros(len(copied), dtype=bool), np.zeros(constants, dtype=bool)

    def joined(of_graph: Array, of_copies: Array, of_constants: Array = never) -> Array:
        return np.concatenate([of_graph, of_copies, of_constants])

    return Nodes(
        batched=joined(graph.batched, graph.batched[copied]),
        needs=joined(graph.needs, graph.needs[copied]),
        masked=joined(graph.masked, none),
        maximum=joined(shape.maximum, none),
        parameter=joined(graph.parameter, none),
        constant=joined(graph.constant, none, ~never),
    )
