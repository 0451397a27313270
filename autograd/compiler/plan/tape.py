"""A graph as it is, as one instruction: where nothing in it can run at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    STATIC,
    Elementwise,
    Instruction,
    Needs,
    Operand,
    Output,
    Plan,
    Tape,
)
from autograd.compiler.plan.reverse import reverse
from autograd.compiler.read.arrays import OPERATIONS, Array, Graph
from autograd.compiler.read.simplify.once import once
from autograd.compiler.select import DETACH
from autograd.ops import OPS

__all__ = ["tape", "untaped"]

MOST = 20_000  # numbers that are instructions of their own in PyTorch and JAX


def tape(graph: Graph) -> Plan:
    """A plan for a graph in which every output is computed.

    Takes a graph.
    Finds a row for each node: parameters, constants, then what is computed, static or of each sample.
    Gives back one `Tape` for what depends on no sample, one for the rest, and the reverse pass.
    """
    computed = once(graph)
    parts = [np.flatnonzero(computed & (graph.batched == space)) for space in (STATIC, BATCHED)]
    columns, constants = _operands(graph)
    copied, given = {}, 0
    rows = np.zeros(len(graph), dtype=np.int32)
    for k, nodes in enumerate(graph.inputs):
        found = np.flatnonzero(nodes >= 0)
        copied[k] = given
        rows[nodes[found]] = given + found
        given += len(nodes)
    there = np.flatnonzero(graph.parameters >= 0)
    rows[graph.parameters[there]] = there
    starts = len(graph.parameters) + len(constants), given
    needs = []
    for start, nodes in zip(starts, parts):
        rows[nodes] = start + np.arange(len(nodes))
        needs.append(np.zeros(start + len(nodes), dtype=bool))
        needs[-1][start:] = graph.needs[nodes]
    needs[STATIC][there] = graph.needs[graph.parameters[there]]
    plan = Plan(
        [
            _tape(graph, nodes, start, [(x[nodes], y[nodes]) for x, y in columns], rows)
            for start, nodes in zip(starts, parts)
            if len(nodes)
        ],
        np.arange(len(graph.parameters)), constants, len(needs[STATIC]), np.empty(0),
        len(needs[BATCHED]), list(map(len, graph.inputs)), copied,
        [Output(int(graph.batched[root]), int(rows[root])) for root in graph.roots], Needs(*needs),
    )  # fmt: skip
    plan.backward = reverse(plan)
    plan.check()
    return plan


def _operands(graph: Graph) -> tuple[list[tuple[Array, Array]], Array]:
    """For each place of an operand, [n] twice: its node, −1 for a number, and that number's static row;
    and the numbers."""
    nodes, numbers = [graph.a, graph.b], [graph.ca, graph.cb]
    if graph.more:
        nodes, numbers = ([x.copy() for x in columns] for columns in (nodes, numbers))
        nodes.append(np.full(len(graph), -1, dtype=np.int32))
        numbers.append(np.zeros(len(graph)))
    for i, operands in graph.more.items():
        for place, x in enumerate(operands):
            is_node = type(x) is int
            nodes[place][i], numbers[place][i] = (x, 0.0) if is_node else (-1, x)
    arity = np.array([0 if op is None else op.arity for op in OPERATIONS])[graph.code]
    used = [(arity > place) & (column < 0) for place, column in enumerate(nodes)]
    bits, name = np.unique(
        np.concatenate([x[own] for x, own in zip(numbers, used)]).view(np.int64),
        return_inverse=True,
    )
    found: list[tuple[Array, Array]] = []
    done = 0
    for place, (column, own) in enumerate(zip(nodes, used)):
        row = np.zeros(len(graph), dtype=np.int32)
        end = done + int(np.count_nonzero(own))
        row[own], done = len(graph.parameters) + name.ravel()[done:end], end
        if place:  # where there is none: the first once more
            missing = arity <= place
            row[missing] = found[0][1][missing]
            column = np.where(missing, found[0][0], column)
        found.append((column, row))
    return found, bits.view(np.float64)


def _tape(
    graph: Graph, nodes: Array, start: int, columns: list[tuple[Array, Array]], rows: Array
) -> Tape:
    """The nodes of one space, which are numbered ``start`` and on."""
    batched = bool(graph.batched[nodes[0]])
    operand = np.empty((len(columns), len(nodes)), dtype=np.int32)
    for out, (column, number) in zip(operand, columns):
        out[...] = np.where(column >= 0, rows[column], number)
        if batched:
            static = (column < 0) | ~graph.batched[column]
            out[static] = ~out[static]
    codes, code = np.unique(graph.code[nodes], return_inverse=True)
    found = [OPERATIONS[c] for c in codes.tolist()]
    names = ["copy" if op is DETACH else op.name for op in found if op is not None]
    return Tape(
        batched, bool(graph.needs[nodes].any()), start, nodes.astype(np.int32), names,
        code.ravel().astype(np.int16), operand, graph.masked[nodes],
    )  # fmt: skip


def untaped(plan: Plan) -> Plan:
    """The same plan with an instruction for each number, for engines that have no way for a tape.

    Raises:
        ValueError: if there are so many that an engine would take hours to begin.
    """
    count = sum(own.count for own in plan.instructions if isinstance(own, Tape))
    if not count:
        return plan
    if count > MOST:
        raise ValueError(
            f"this program computes {count} numbers one by one, and PyTorch and JAX take at most "
            f"{MOST}, each as a call of its own: compile(..., engine='torch') or engine='jax' finds "
            "more arrays; what stays one by one all the same runs on engine='native' or 'python'"
        )
    instructions: list[Instruction] = []
    for own in plan.instructions:
        instructions += _steps(own, plan.needs) if isinstance(own, Tape) else [own]
    found = replace(plan, instructions=instructions)
    found.backward = reverse(found)
    return found


def _steps(own: Tape, needs: Needs) -> list[Instruction]:
    found: list[Instruction] = []
    wanted = needs[own.space][own.start :].tolist()
    for k, code in enumerate(own.code.tolist()):
        name = own.names[code]
        rows = own.operand[: OPS[name].arity, k].tolist()
        found.append(
            Elementwise(
                own.batched, wanted[k], own.start + k, own.node[k : k + 1], name,
                [Operand(own.space if r >= 0 else STATIC, np.array([max(r, ~r)])) for r in rows],
                bool(own.masked[k]),
            )
        )  # fmt: skip
    return found
