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
    number: Array  # [n] the number of a node that never changes; of others when the graph was built
    zero: int  # the node of the number 0
    nodes: Nodes
    roots: list[int]  # the node of each output


def fuse(graph: Graph) -> Fused:
    """Gather what each sum, product and maximum is made of.

    Takes a graph, with `needs` as `detach_maxima` left it.
    Finds the summands of each row, and the constants among them, which become nodes.
    Gives back rows, each of one kind, and the operations that are left.
    """
    shape = classify(graph)
    home = absorb(graph, shape)
    copied = sorted({r for r in graph.roots if graph.code[r] == 0 or graph.constant[r]})
    copies = {root: len(graph) + i for i, root in enumerate(copied)}
    summands = Summands.joined(
        [
            *_of_sums(graph, shape, home),
            _of_lone_products(graph, shape, home),
            *_of_maxima(graph, shape, home),
            _of_copies(len(graph), np.array(copied, dtype=np.int64)),
        ]
    ).in_order(len(graph) + len(copied))
    added = _added_numbers(graph, shape, home)
    constants = _Constants(len(graph) + len(copied), added, summands)
    nodes = _nodes(graph, shape, np.array(copied, dtype=np.int64), len(constants.numbers))
    rows, nodes = split(summands, constants.biases, nodes)
    rest = (graph.code > 0) & ~graph.constant & ~shape.linear & ~shape.product & ~shape.maximum
    number = np.zeros(len(nodes))
    number[: len(graph)] = graph.data
    number[constants.first : constants.first + len(constants.numbers)] = constants.numbers
    return Fused(
        graph, rows, np.flatnonzero(rest), number, constants.zero, nodes,
        [copies.get(r, r) for r in graph.roots],
    )  # fmt: skip


def _of_sums(graph: Graph, shape: Shape, home: Home) -> list[Summands]:
    """What sums hold: absorbed products, and nodes that have a row of their own or none."""
    found = []
    holders = np.flatnonzero(shape.linear)
    for slot, (operand, factor) in enumerate(
        ((graph.a, shape.factor_a), (graph.b, shape.factor_b))
    ):
        held = holders[operand[holders] >= 0]
        child = operand[held]
        scale = home.scale[held] * factor[held]
        taken = home.absorbed[child]
        pair = taken & shape.product[child]
        found.append(
            _products(
                graph, shape, child[pair], home.row[held[pair]], held[pair] * 2 + slot, scale[pair]
            )
        )
        held, child, scale = held[~taken], child[~taken], scale[~taken]
        found.append(Summands.plain(home.row[held], held * 2 + slot, scale, child))
    return found


def _of_lone_products(graph: Graph, shape: Shape, home: Home) -> Summands:
    alone = np.flatnonzero(shape.product & ~home.absorbed)
    return _products(graph, shape, alone, alone, alone * 2, np.ones(len(alone)))


def _products(
    graph: Graph, shape: Shape, node: Array, row: Array, key: Array, scale: Array
) -> Summands:
    weighted = shape.weighted[node]
    a, b = graph.a[node], graph.b[node]
    first = np.where(weighted & (a < 0), b, a)
    return Summands(row, key, scale, first, np.where(weighted, -1, b), shape.number[node])


def _of_maxima(graph: Graph, shape: Shape, home: Home) -> list[Summands]:
    maxima = np.flatnonzero(shape.maximum)
    found = []
    for slot, operand in enumerate((graph.a, graph.b)):
        held = maxima[~home.absorbed[operand[maxima]]]
        found.append(
            Summands.plain(home.row[held], held * 2 + slot, np.ones(len(held)), operand[held])
        )
    return found


def _of_copies(first: int, copied: Array) -> Summands:
    """A root that nothing computes becomes a row of its own."""
    made = first + np.arange(len(copied))
    return Summands.plain(made, made * 2, np.ones(len(copied)), copied)


def _added_numbers(graph: Graph, shape: Shape, home: Home) -> Array:
    """[graph nodes] The sum of the numbers that are added to each row."""
    added = np.zeros(len(graph))
    holders = np.flatnonzero(shape.add)
    for operand, factor, number in (
        (graph.a, shape.factor_a, graph.ca),
        (graph.b, shape.factor_b, graph.cb),
    ):
        held = holders[operand[holders] < 0]
        numbers = home.scale[held] * factor[held] * number[held]
        added += np.bincount(home.row[held], numbers, len(graph))
    return added


class _Constants:
    """Numbers become nodes, keyed by their bits, so that equal ones are one.

    Attributes:
        first: the first of these nodes.
        numbers: [constants] the number of each.
        zero: the node of the number 0.
        biases: the numbers that are added to rows.
    """

    def __init__(self, first: int, added: Array, summands: Summands) -> None:
        """Number those that are added to rows, and those in ``summands``, which are changed."""
        row = np.flatnonzero(added)
        bare = np.flatnonzero(summands.second < 0)
        numbers = np.concatenate([[0.0], added[row], summands.number[bare]])
        bits, name = np.unique(numbers.view(np.int64), return_inverse=True)
        self.first, self.numbers = first, bits.view(np.float64)
        nodes = first + name.ravel()
        self.zero = int(nodes[0])
        self.biases = Biases(row, np.ones(len(row)), nodes[1 : 1 + len(row)])
        summands.second[bare] = nodes[1 + len(row) :]


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
