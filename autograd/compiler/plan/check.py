"""Whether a plan can be run at all: sizes, that every row is written before it is read, and that every
gradient is begun before it is added to."""

from __future__ import annotations

import numpy as np

from autograd.compiler.plan.instructions import (
    BATCHED,
    INPUT,
    STATIC,
    Clear,
    Contribution,
    Elementwise,
    Instruction,
    Largest,
    Matrix,
    Plan,
    Products,
    Select,
    Tape,
    Terms,
    indices,
    operands,
)
from autograd.compiler.plan.reverse import contributions, needed, target
from autograd.compiler.read.arrays import Array
from autograd.ops import OPS

__all__ = ["check"]


def check(plan: Plan) -> None:
    """Raise ValueError unless a plan can be run; engines make views of its rows without looking."""
    _check_storage(plan)
    written = _given_rows(plan)
    for instruction in plan.instructions:
        _check_shapes(instruction)
        for space, index in indices(instruction):
            _check_read(written, space, index)
        _write(written, instruction)
    for space in (STATIC, BATCHED):
        _require(bool(written[space].all()), "a row is never written")
    for output in plan.outputs:
        _require(output.space in (STATIC, BATCHED), "an output lies in no storage")
        _check_read(written, output.space, np.array([output.row]))
    _check_backward(plan)


def _check_backward(plan: Plan) -> None:
    """Walk the reverse pass: an instruction passes on when all has arrived, which the order tells."""
    begun = (np.zeros(plan.static_size, dtype=bool), np.zeros(plan.batched_size, dtype=bool))
    space, row = plan.outputs[0]
    begun[space][row] = True
    of, passed = len(plan.instructions), set[tuple[str, int, int]]()
    for entry in plan.backward:
        if isinstance(entry, Clear):
            _require(entry.space in (STATIC, BATCHED), "a gradient lies in no storage")
            _check_read({entry.space: ~begun[entry.space]}, entry.space, entry.rows)
            begun[entry.space][entry.rows] = True
            continue
        _require(isinstance(entry.of, int) and 0 <= entry.of <= of, "a contribution comes too late")
        if entry.of < of:
            of = entry.of
            passed = {_place(c) for c in contributions(of, plan.instructions[of])}
        _require(_place(entry) in passed, f"an instruction passes nothing to {entry.to!r}")
        space, index = target(plan, entry)
        index = needed(plan.needs, space, index)
        _require(index.size > 0, "a contribution goes to rows that nobody asks for")
        before = begun[space][index]
        _require(
            bool(not before.any() if entry.begins else before.all()),
            "a gradient is added to before it is begun, or begun twice",
        )
        begun[space][index] = True


def _place(contribution: Contribution) -> tuple[str, int, int]:
    """What a contribution goes to, of all that its instruction read."""
    return contribution.to, contribution.place, contribution.term


def _require(fine: bool, otherwise: str) -> None:
    if not fine:
        raise ValueError(otherwise)


def _check_storage(plan: Plan) -> None:
    order = plan.order
    _require(
        order.ndim == 1 and np.array_equal(np.sort(order), np.arange(len(order))),
        "the order of the parameters is none",
    )
    _require(
        plan.constants.ndim == plan.batched_constants.ndim == 1
        and plan.constants.dtype.kind == plan.batched_constants.dtype.kind == "f",
        "the constants are no numbers",
    )
    for needs, size in zip(plan.needs, (plan.static_size, plan.batched_size)):
        _require(
            needs.shape == (size,) and needs.dtype == np.dtype(bool),
            "the storage has another size",
        )
    _require(bool(plan.outputs), "there is no output")


def _given_rows(plan: Plan) -> dict[int, Array]:
    """By space, [rows]: whether each is there before the first instruction."""
    written = {STATIC: np.arange(plan.static_size) < len(plan.order) + len(plan.constants)}
    given = len(plan.batched_constants)
    for k, start in plan.copied.items():
        _require(0 <= k < len(plan.arguments) and start == given, "a copy lies elsewhere")
        given += plan.arguments[k]
    written[BATCHED] = np.arange(plan.batched_size) < given
    _require(
        plan.static_size >= len(plan.order) + len(plan.constants) and plan.batched_size >= given,
        "the storage has another size",
    )
    for k, size in enumerate(plan.arguments):
        written[INPUT + k] = np.broadcast_to(np.True_, size)  # of any size, in no memory
    return written


def _check_read(written: dict[int, Array], space: int, index: Array) -> None:
    outside = "a row number lies outside of the storage"
    _require(space in written and index.dtype.kind == "i" and index.size > 0, outside)
    there, rows = written[space], index.ravel()
    low, high = (rows[0], rows[0]) if len(rows) == 1 else (rows.min(), rows.max())
    _require(bool(low >= 0 and high < len(there)), outside)
    _require(
        bool(there[low] if low == high else there[rows].all()),
        "a row is read before it is written",
    )


def _write(written: dict[int, Array], instruction: Instruction) -> None:
    rows = written[instruction.space]
    start, end = instruction.start, instruction.start + instruction.count
    _require(
        0 <= start < end <= len(rows) and not rows[start:end].any(),
        "a row number lies outside of the storage, or a row is written twice",
    )
    rows[start:end] = True


def _check_shapes(instruction: Instruction) -> None:
    """Raise ValueError unless the operands have the shapes that the instruction says."""
    node = instruction.node.shape
    if isinstance(instruction, Matrix):
        fits = len(node) == 2 and bool(instruction.parts)
        for part in instruction.parts:
            table = (node[0], len(part.column))
            fits &= part.column.ndim == 2 and part.column.shape[1] == node[1]
            fits &= part.weight is not None or part.scale is not None
            fits &= all(x is None or x.shape == table for x in (part.weight, part.scale))
    elif isinstance(instruction, Products):
        first, second = (_shape(operand.index) for operand in operands(instruction))
        fits = len(node) == len(first) == len(second) == 3
        fits &= first == (*node[:2], first[-1]) and second == (node[0], first[-1], node[2])
    elif isinstance(instruction, (Terms, Largest)):
        shape = _shape(instruction.second.index)
        fits = len(shape) == 2 and shape[1:] == node
        fits &= all(_shape(operand.index) == shape for operand in operands(instruction))
        scale = instruction.scale if isinstance(instruction, Terms) else None
        fits &= scale is None or scale.shape == shape
    elif isinstance(instruction, Elementwise):
        op = OPS.get(instruction.operation)
        _require(op is not None, f"there is no operation {instruction.operation!r}")
        fits = op is not None and len(instruction.operands) == op.arity
        for operand in instruction.operands:
            found = operand.number if operand.index is None else operand.index
            fits &= _shape(found) in ((node, (1,)) if operand.index is None else (node,))
    elif isinstance(instruction, Tape):
        fits = _is_tape(instruction)
    else:
        assert isinstance(instruction, Select)
        fits = instruction.column.shape == node
        fits &= _shape(instruction.candidates.index)[:1] == node
    for bias in getattr(instruction, "biases", ()):
        rows = (*node, 1)[:2]
        fits &= bias.index.shape in (rows, (rows[0], 1))
        fits &= bias.scale is None or bias.scale.shape == bias.index.shape
    _require(bool(fits), "an instruction has operands of another shape")


def _is_tape(tape: Tape) -> bool:
    """Whether every number is made of those before it, by operations that there are."""
    for name in tape.names:
        _require(name in OPS, f"there is no operation {name!r}")
    (count,) = tape.node.shape if tape.node.ndim == 1 else (-1,)
    most = max([OPS[name].arity for name in tape.names], default=0)
    fits = tape.code.shape == tape.masked.shape == (count,) and tape.operand.shape[1:] == (count,)
    fits &= tape.code.dtype.kind == tape.operand.dtype.kind == "i" and tape.masked.dtype.kind == "b"
    fits &= 0 < most <= len(tape.operand) and 0 <= tape.code.min() <= tape.code.max() < len(
        tape.names
    )
    fits &= tape.batched or bool((tape.operand >= 0).all())
    return fits and bool((tape.operand < tape.start + np.arange(count)).all())


def _shape(array: Array | None) -> tuple[int, ...]:
    return () if array is None else array.shape
