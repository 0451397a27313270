"""From Values to arrays: a graph in topological order, one number a node and a column a property."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from autograd import ops
from autograd.compiler.errors import TraceError
from autograd.compiler.select import SELECT, Index, Selection
from autograd.ops import Op
from autograd.value import Choice, Note, Value

__all__ = ["CODE", "OPERATIONS", "Array", "Graph", "lift"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

OPERATIONS: list[Op | None] = [None, *ops.OPS.values(), SELECT]  # None: a leaf


class _Codes(dict["Op | None", int]):
    """A number for each operation; rows that are added to the table later get the next ones."""

    def __missing__(self, op: Op) -> int:
        if ops.OPS.get(op.name) is not op:
            raise TraceError(
                f"{op!r} is in no table: register it, autograd.OPS[{op.name!r}] = the operation"
            )
        OPERATIONS.append(op)
        self[op] = len(OPERATIONS) - 1
        return self[op]


CODE = _Codes({op: code for code, op in enumerate(OPERATIONS)})

PARAMETER, INPUT = 1, 2  # what a node depends on


@dataclass
class Graph:
    """Nodes in topological order. An operand that is a number, or depends on neither a parameter nor
    an input, has -1 in its column ``a`` or ``b`` and its number in ``ca`` or ``cb``."""

    values: list[Value]
    code: Array
    a: Array
    b: Array
    ca: Array
    cb: Array
    data: Array
    depends: Array
    needs: Array  # whether the loss has a derivative by it that someone asks for
    roots: list[int]
    parameters: Array  # the node of each parameter, -1 where the graph does not have it
    inputs: list[Array]  # by argument: the node of each input, -1 likewise
    more: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # node: operands beyond two
    masked: Array = field(
        default_factory=lambda: np.empty(0, dtype=bool)
    )  # above a branch of `where`

    def __len__(self) -> int:
        return len(self.values)

    @property
    def batched(self) -> Array:
        """Which nodes have a number of their own for each sample."""
        batched: Array = np.not_equal(self.depends & INPUT, 0)
        return batched

    @property
    def constant(self) -> Array:
        """Which nodes never change."""
        constant: Array = np.equal(self.depends, 0)
        return constant


def lift(
    roots: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Sequence[Value]] = ()
) -> Graph:
    """Read the graph above ``roots`` into arrays; the first root is the loss."""
    values, index, more = _order(roots)
    n = len(values)
    number = index.__getitem__
    a, b = (
        np.fromiter(map(number, map(attrgetter(slot), values)), np.int64, n)
        for slot in ("_a", "_b")
    )
    codes = CODE
    code = np.array(
        [codes[h.op if type(h) is Note else h] for h in map(attrgetter("_how"), values)]
    )
    data = np.fromiter(map(attrgetter("data"), values), np.float64, n)

    leaves = np.zeros(len(values), dtype=np.int64)
    at = [index.get(p, -1) for p in parameters]
    found = [i for i in at if i >= 0]
    leaves[found] = PARAMETER
    places = []
    for argument in inputs:
        places.append(np.array([index.get(x, -1) for x in argument], dtype=np.int64))
        leaves[places[-1][places[-1] >= 0]] = INPUT
    a[leaves > 0] = b[leaves > 0] = -1  # what is trained or given is a leaf, whatever made it
    code[leaves > 0] = 0
    more = {i: extra for i, extra in more.items() if not leaves[i]}
    a[list(more)] = b[list(more)] = -1
    operands = {i: tuple(_operand(x, index) for x in found) for i, found in more.items()}
    depends = _depends(leaves, a, b, operands)
    graph = Graph(
        values, code, a, b, np.zeros(len(values)), np.zeros(len(values)), data, depends,
        (depends & PARAMETER) > 0, [index[root] for root in roots],
        np.array(at, dtype=np.int64), places, operands,
    )  # fmt: skip
    _fold(graph)
    graph.masked = _above(
        graph, [x for f in graph.more.values() if type(f[0]) is not Index for x in f]
    )
    if len(roots) > 1:
        graph.needs &= _above(graph, graph.roots[:1])
    return graph


def _above(graph: Graph, nodes: list[Any]) -> Array:
    """Which nodes these were made from, themselves included."""
    found = np.zeros(len(graph), dtype=bool)
    stack = [x for x in nodes if type(x) is int]
    a, b = (graph.a.tolist(), graph.b.tolist()) if stack else ([], [])
    while stack:
        node = stack.pop()
        if node >= 0 and not found[node]:
            found[node] = True
            stack += (a[node], b[node])
            stack += (x for x in graph.more.get(node, ()) if type(x) is int)
    return found


def _order(
    roots: Sequence[Value],
) -> tuple[list[Value], dict[Value | None, int], dict[int, tuple[Any, ...]]]:
    """Nodes, parents before children; the number of each; the operands of where and select."""
    index: dict[Value | None, int] = {None: -1}
    values: list[Value] = []
    more: dict[int, tuple[Any, ...]] = {}
    append = values.append
    stack: list[Value | None] = list(reversed(roots))
    push, pop = stack.append, stack.pop
    while True:
        if not stack:
            return values, index, more
        node = pop()
        if node is None:
            node = pop()
            if node not in index:
                index[node] = len(values)
                append(node)  # type: ignore[arg-type]
            continue
        if node in index:
            continue
        a = node._a
        b = node._b
        if a is None and b is None and node._how is None:  # a leaf
            index[node] = len(values)
            append(node)
            continue
        if (a is None and type(node._da) in _MORE) or (b is None and type(node._db) in _MORE):
            extra = _extra(node)  # in this order, whichever branch was taken
            missing = [x for x in extra if type(x) is Value and x not in index]
            if missing:
                push(node)
                stack.extend(reversed(missing))
                continue
            more[len(values)] = extra
            a = b = None
        if a in index and b in index:  # also a leaf
            index[node] = len(values)
            append(node)
            continue
        push(node)
        if a is None or b is None or a in index or b in index:
            # one parent to visit; the node comes back and finds both in the index
            push(b if a in index else a)
            continue
        push(None)
        push(b)
        push(a)


_MORE = {Choice, Selection}


def _extra(node: Value) -> tuple[Any, ...]:
    """The operands of a node that has more than its two slots hold: where and select."""
    slot = node._da if type(node._da) in _MORE else node._db
    return (slot.index, *slot.candidates) if type(slot) is Selection else tuple(slot)


def _operand(x: Any, index: dict[Value | None, int]) -> Any:
    """The number of a node as an int, a plain number as a float."""
    if type(x) is Value:
        return index[x]
    return x if type(x) is Index else float(x)


def _depends(leaves: Array, a: Array, b: Array, more: dict[int, tuple[Any, ...]]) -> Array:
    """What each node depends on: a bit for parameters, one for inputs."""
    kind = leaves.tolist()
    kind.append(0)  # what -1 finds
    for i, (x, y) in enumerate(zip(a.tolist(), b.tolist())):
        if x >= 0 or y >= 0:
            kind[i] = kind[x] | kind[y]
        elif i in more:
            kind[i] = _select_depends(kind, more[i])
    kind.pop()
    return np.array(kind, dtype=np.int64)


def _select_depends(kind: list[int], operands: tuple[Any, ...]) -> int:
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
        numbers[plain] = [getattr(values[i], slot) for i in plain.tolist()]
        folded = np.flatnonzero((column >= 0) & graph.constant[column])
        numbers[folded] = graph.data[column[folded]]
        column[folded] = -1
    for i, operands in graph.more.items():
        if type(operands[0]) is Index:
            continue
        graph.more[i] = tuple(
            float(graph.data[x]) if type(x) is int and not graph.depends[x] else x for x in operands
        )
