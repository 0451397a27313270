"""From Values to arrays: a graph in topological order, one number a node and a column a property."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from autograd import ops
from autograd.compiler.errors import TraceError
from autograd.compiler.read.order import Places, ordered
from autograd.compiler.select import DETACH, SELECT, Index
from autograd.ops import Op
from autograd.value import Note, Value

__all__ = ["CHUNK", "CODE", "OPERATIONS", "PARAMETER", "Array", "Graph", "lift"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

OPERATIONS: list[Op | None] = [None, *ops.OPS.values(), SELECT, DETACH]  # None: a leaf


class _Codes(dict["Op | Note | None", int]):
    """A number for each operation; rows that are added to the table later get the next ones."""

    def __missing__(self, op: Op | Note) -> int:
        if type(op) is Note:
            return self[op.op]
        assert isinstance(op, Op)
        if ops.OPS.get(op.name) is not op:
            raise TraceError(
                f"{op!r} is in no table: register it, autograd.OPS[{op.name!r}] = the operation"
            )
        OPERATIONS.append(op)
        self[op] = len(OPERATIONS) - 1
        return self[op]


CODE = _Codes({op: code for code, op in enumerate(OPERATIONS)})

CHUNK = 1 << 12  # so many nodes are Python's numbers at a time

PARAMETER, INPUT = 1, 2  # what a node depends on: bits of `Graph.depends`


@dataclass
class Graph:
    """Nodes in topological order, counted from 0: n of them, and [n] is one entry for each.

    An operand that is a number, or depends on neither a parameter nor an input, is no node: it has -1
    in its column ``a`` or ``b`` and its number in ``ca`` or ``cb``.
    """

    values: list[Value]  # [n]
    code: Array  # [n] the place of its operation in OPERATIONS, 0 for a leaf
    a: Array  # [n] the first operand's node, -1 for a number or none
    b: Array  # [n] the second operand's, likewise
    ca: Array  # [n] the number that is the first operand, where there is one
    cb: Array  # [n] the number that is the second, likewise
    data: Array  # [n] the number when the graph was built
    depends: Array  # [n] bits: PARAMETER, INPUT
    needs: Array  # [n] whether the loss has a derivative by it that someone asks for
    roots: list[int]  # the node of each output; the first is the loss
    parameters: Array  # [parameters] the node of each, -1 where the graph does not have it
    inputs: list[Array]  # by argument, [columns]: the node of each input, -1 likewise
    more: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    # node: all its operands, where two slots do not hold them; ints are nodes, floats numbers
    masked: Array = field(default_factory=lambda: np.empty(0, dtype=bool))
    # [n] whether it is above a branch of `where`

    def __len__(self) -> int:
        return len(self.values)

    @property
    def batched(self) -> Array:
        """[n] Which nodes have a number of their own for each sample."""
        batched: Array = np.not_equal(self.depends & INPUT, 0)
        return batched

    @property
    def constant(self) -> Array:
        """[n] Which nodes never change."""
        constant: Array = np.equal(self.depends, 0)
        return constant

    @property
    def parameter(self) -> Array:
        """[n] Which nodes are trained."""
        parameter: Array = (self.code == 0) & (self.depends == PARAMETER)
        return parameter


def lift(
    roots: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Sequence[Value]] = ()
) -> Graph:
    """Read the graph above ``roots`` into arrays.

    Takes the Values to compute, the loss first, and the leaves that may change: parameters, inputs.
    Finds an order of the nodes, what each depends on, and which of them are numbers for good.
    Gives back the graph; a Value that is a parameter or an input is a leaf of it, whatever made it.
    """
    values, more_operands = ordered(roots)
    n = len(values)
    places = Places(values)
    a, b = (places.of(map(attrgetter(slot), values), n) for slot in ("_a", "_b"))
    code = np.fromiter(map(CODE.__getitem__, map(attrgetter("_how"), values)), np.int16, n)
    parameter_nodes, *input_nodes = (
        places.of(leaves, len(leaves)).astype(np.int64) for leaves in (parameters, *inputs)
    )
    leaves = _leaves(n, parameter_nodes, input_nodes)
    a[leaves > 0] = b[leaves > 0] = -1
    code[leaves > 0] = 0
    more = {
        i: tuple(places.operands(operands))
        for i, operands in more_operands.items()
        if not leaves[i]
    }
    a[list(more)] = b[list(more)] = -1
    output_nodes = places.of(roots, len(roots)).tolist()
    del places
    depends = _depends(leaves, a, b, more)
    graph = Graph(
        values, code, a, b, np.zeros(n), np.zeros(n),
        np.fromiter(map(attrgetter("data"), values), np.float64, n), depends, depends > 0,
        output_nodes, parameter_nodes, input_nodes, more,
    )  # fmt: skip
    _fold(graph)
    branches = [
        x for operands in graph.more.values() if type(operands[0]) is not Index for x in operands
    ]
    graph.masked = _above(branches, graph.a, graph.b, graph.more)
    graph.needs = _needs(graph, leaves)
    return graph


def _leaves(count: int, parameters: Array, inputs: list[Array]) -> Array:
    """[n] PARAMETER or INPUT where a node is one, else 0."""
    leaves = np.zeros(count, dtype=np.uint8)
    leaves[parameters[parameters >= 0]] = PARAMETER
    for nodes in inputs:
        leaves[nodes[nodes >= 0]] = INPUT
    return leaves


def _needs(graph: Graph, leaves: Array) -> Array:
    """[n] Whether a derivative of the loss flows through it: on a way from a parameter to the loss that
    nothing has detached."""
    a, b, more = graph.a, graph.b, graph.more
    detached = np.flatnonzero(graph.code == CODE[DETACH])
    if len(detached):
        a = a.copy()
        a[detached] = -1
    needs: Array = (
        _depends(leaves, a, b, more) if len(detached) else graph.depends
    ) & PARAMETER > 0
    if len(detached) or len(graph.roots) > 1:
        needs &= _above(graph.roots[:1], a, b, more)
    return needs


def _above(nodes: list[Any], a: Array, b: Array, more: dict[int, tuple[Any, ...]]) -> Array:
    """[n] Which nodes these were made from, themselves included."""
    found = bytearray(len(a) + 1)  # and what -1 finds
    for x in nodes:
        if type(x) is int:
            found[x] = 1
    for start in range((len(a) - 1) // CHUNK * CHUNK if any(found) else -1, -1, -CHUNK):
        first, second = (x[start : start + CHUNK].tolist() for x in (a, b))
        for i in range(len(first) - 1, -1, -1):
            if found[start + i]:
                found[first[i]] = found[second[i]] = 1
                for x in more.get(start + i, ()) if more else ():
                    if type(x) is int:
                        found[x] = 1
    found.pop()
    return np.frombuffer(found, dtype=bool)


def _depends(leaves: Array, a: Array, b: Array, more: dict[int, tuple[Any, ...]]) -> Array:
    """[n] What each node depends on: a bit for parameters, one for inputs."""
    kind = bytearray(leaves.tobytes() + b"\0")  # and what -1 finds
    for start in range(0, len(a), CHUNK):
        chunk = slice(start, start + CHUNK)
        for i, (x, y) in enumerate(zip(a[chunk].tolist(), b[chunk].tolist()), start):
            if x >= 0 or y >= 0:
                kind[i] = kind[x] | kind[y]
            elif i in more:
                kind[i] = _select_depends(kind, more[i])
    kind.pop()
    return np.frombuffer(kind, dtype=np.uint8)


def _select_depends(kind: bytearray, operands: tuple[Any, ...]) -> int:
    found = 0
    for x in operands:
        if type(x) is int:
            found |= kind[x]
        elif type(x) is Index:
            found |= INPUT
    return found


def _fold(graph: Graph) -> None:
    """Turn what never changes into numbers in the operand columns."""
    values = graph.values
    arities = np.array([0 if op is None else op.arity for op in OPERATIONS])
    arity = arities[graph.code]
    for column, numbers, slot, least in (
        (graph.a, graph.ca, "_da", 1),
        (graph.b, graph.cb, "_db", 2),
    ):
        plain = np.flatnonzero((column < 0) & (arity >= least) & (arity <= 2))
        plain = plain[graph.depends[plain] > 0]
        numbers[plain] = np.fromiter(
            map(attrgetter(slot), map(values.__getitem__, plain.tolist())), np.float64, len(plain)
        )
        folded = np.flatnonzero((column >= 0) & graph.constant[column])
        numbers[folded] = graph.data[column[folded]]
        column[folded] = -1
    for i, operands in graph.more.items():
        if type(operands[0]) is Index:
            continue
        graph.more[i] = tuple(
            float(graph.data[x]) if type(x) is int and not graph.depends[x] else x for x in operands
        )
