"""What is the same in every program: its functions' arguments, its memory, the loop over blocks.

The memory of a program is a table of addresses, the frame: static rows, gradients, sums of gradients
a lane, their totals, rows of a block, outputs; then how many samples there are, the gradient of the
loss of each, and whether they are in blocks already; then for each argument a buffer of blocks
[columns, lanes], the caller's array, and how many bytes its samples and columns lie apart.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograd.compiler.plan.instructions import Plan, Select
from autograd.compiler.run.native.choice import from_tables, summed
from autograd.compiler.run.native.llvm.code import Types
from autograd.compiler.run.native.shared import SHARED, named

__all__ = [
    "ARGUMENTS",
    "ARRANGED",
    "BATCH",
    "FIXED",
    "WEIGHT",
    "begin_block",
    "begin_weights",
    "function",
    "selecting",
    "step",
]

FIXED = ["static", "gradient", "sums", "totals", "values", "outputs"]
BATCH, WEIGHT, ARRANGED, ARGUMENTS = range(len(FIXED), len(FIXED) + 4)  # 4 an argument
_TAKES = ", ".join(
    [f"ptr noalias %{name}" for name in FIXED] + ["ptr %frame", "i64 %number", "i64 %blocks"]
)


def function(name: str, lines: Iterable[str], scalar: str) -> str:
    body = "\n".join(lines)
    head = f"define internal void @{name}({_TAKES}, {scalar} %seed) #1 {{"
    return f"{head}\n{body}\nbr label %out\nout:\nret void\n}}"


def selecting(plan: Plan) -> set[int]:
    """The arguments that are whole numbers."""
    return {i.argument for i in plan.instructions if isinstance(i, Select)}


def begin_block(plan: Plan, t: Types) -> list[str]:
    """The lines that find a block's inputs and outputs."""
    lines, whole = [], selecting(plan)
    if t.lanes > 1 and from_tables(plan):
        lines += _real(t)
    for k, columns in enumerate(plan.arguments):
        lines += [
            f"%at{k} = getelementptr ptr, ptr %frame, i64 {ARGUMENTS + 4 * k}",
            f"%buffer{k} = load ptr, ptr %at{k}",
            f"%skip{k} = mul i64 %number, {columns}",
            f"%{'whole' if k in whole else 'input'}{k} = getelementptr "
            f"{t.whole if k in whole else t.value}, ptr %buffer{k}, i64 %skip{k}",
        ]
    for k in range(len(plan.outputs)):
        lines += [
            f"%from{k} = mul i64 %blocks, {k}",
            f"%to{k} = add i64 %from{k}, %number",
            f"%output{k} = getelementptr {t.value}, ptr %outputs, i64 %to{k}",
        ]
    return lines


def _real(t: Types) -> list[str]:
    """The lines that find which lanes hold a sample: the first ones of the first block may be free."""
    lane = ", ".join(f"i64 {k}" for k in range(t.lanes))
    return [
        f"%batch.p = getelementptr i64, ptr %frame, i64 {BATCH}\n%batch = load i64, ptr %batch.p",
        f"%short = sub i64 0, %batch\n%missing = and i64 %short, {t.lanes - 1}",
        "%is_first = icmp eq i64 %number, 0\n%free = select i1 %is_first, i64 %missing, i64 0",
        f"%one = insertelement {t.whole} poison, i64 %free, i64 0",
        f"%all = shufflevector {t.whole} %one, {t.whole} poison, <{t.lanes} x i32> zeroinitializer",
        f"%real = icmp uge {t.whole} <{lane}>, %all",
    ]


def begin_weights(plan: Plan, t: Types) -> list[str]:
    """The lines that find the values and inputs of a block, and of the next one: these end in .2."""
    lines = [
        *begin_block(plan, t),
        f"%values.2 = getelementptr {t.value}, ptr %values, i64 {2 * plan.batched_size}",
    ]
    whole = selecting(plan)
    return lines + [
        f"%input{k}.2 = getelementptr {t.value}, ptr %input{k}, i64 {columns}"
        for k, columns in enumerate(plan.arguments)
        if k not in whole
    ]


def step(plan: Plan, t: Types, later: bool = False) -> str:
    """The function that is called, `step(frame)`; it returns the sum of the first output.

    Args:
        later: whether there are functions `weights1` and `weights2` for one block and for two.
    """
    wanted = np.flatnonzero(plan.needs.static)
    high = plan.static_size + len(plan.outputs)
    low = int(wanted[0]) if len(wanted) else plan.static_size
    batched = any(i.batched for i in plan.instructions)
    lines = []
    for k, name in enumerate(FIXED):
        lines += [
            f"%p{k} = getelementptr ptr, ptr %frame, i64 {k}",
            f"%{name} = load ptr, ptr %p{k}",
        ]
    own = ("batch", BATCH, "i64"), ("weight", WEIGHT, "double"), ("arranged", ARRANGED, "i64")
    for name, at, kind in own:
        lines += [
            f"%{name}.p = getelementptr i64, ptr %frame, i64 {at}",
            f"%{name} = load {kind}, ptr %{name}.p",
        ]
    given = ", ".join([*(f"ptr %{name}" for name in FIXED), "ptr %frame"])
    mask = t.lanes - 1
    lines += [
        f"%short = sub i64 0, %batch\n%missing = and i64 %short, {mask}",
        "%filled = add i64 %batch, %missing",
        f"%blocks = udiv i64 %filled, {t.lanes}",
        "%seed = fptrunc double %weight to float" if t.size < 8 else "%seed = fadd double %weight, 0.0",
        f"call void @before({given}, i64 0, i64 %blocks, {t.scalar} %seed)",
    ]  # fmt: skip
    if not batched:
        lines.append(f"call void @after({given}, i64 0, i64 %blocks, {t.scalar} %seed)")
        return _whole(lines, plan, t)
    whole = selecting(plan)
    lines.append("%known = icmp ne i64 %arranged, 0\nbr i1 %known, label %ready, label %arrange")
    lines.append("arrange:")
    for k, columns in enumerate(plan.arguments):
        kind = "whole" if k in whole else "number"
        for n, name in enumerate(("buffer", "from", "apart", "beside")):
            lines += [
                f"%{name}{k}.p = getelementptr ptr, ptr %frame, i64 {ARGUMENTS + 4 * k + n}",
                f"%{name}{k} = load {'i64' if n > 1 else 'ptr'}, ptr %{name}{k}.p",
            ]
        lines.append(
            f"call void @{named(f'arrange_{kind}', t)}(ptr %buffer{k}, ptr %from{k}, i64 %missing, "
            f"i64 %batch, i64 {columns}, i64 %apart{k}, i64 %beside{k})"
        )
    lines.append("br label %ready\nready:")
    runs = summed(plan, low, high)
    lines += [*_zeros("totals", t.scalar, low, (high - low) * t.size)]
    for first, last in runs:
        lines += _zeros("sums", t.value, first, (last - first) * t.lanes * t.size)
    lines += [*_blocks(plan, t, given, runs, later), "done:"]
    lines += [
        f"call void @{named('reduce', t)}(ptr %sums, ptr %totals, i64 {first}, i64 {last})"
        for first, last in runs
    ]
    lines.append(f"call void @after({given}, i64 0, i64 %blocks, {t.scalar} %seed)")
    return _whole(lines, plan, t)


def _zeros(name: str, kind: str, first: int, size: int) -> list[str]:
    """So many bytes of an array become 0, from an element on."""
    place = f"%{name}.{first}"
    return [
        f"{place} = getelementptr {kind}, ptr %{name}, i64 {first}",
        f"call void @llvm.memset.p0.i64(ptr {place}, i8 0, i64 {size}, i1 0)",
    ]


def _blocks(
    plan: Plan, t: Types, given: str, runs: list[tuple[int, int]], later: bool
) -> list[str]:
    """The loop over the blocks; the first has lanes without a sample, whose sums are taken out."""
    call = f"i64 %blocks, {t.scalar} %seed)"
    second = given.replace("%values", "%values.2")
    return [
        f"%values.2 = getelementptr {t.value}, ptr %values, i64 {2 * plan.batched_size}",
        "br label %next",
        "next:",
        "%b = phi i64 [ 0, %ready ], [ %after, %again ]",
        f"call void @block({given}, i64 %b, {call}",
        "%b.1 = add i64 %b, 1",
        "%is_first = icmp eq i64 %b, 0",
        "%some = icmp ne i64 %missing, 0",
        "%fills = and i1 %is_first, %some",
        "%two = icmp ult i64 %b.1, %blocks",
        f"%pair = and i1 %two, {'true' if later else 'false'}",
        "%single = xor i1 %pair, true",
        "%one = or i1 %fills, %single",
        "br i1 %one, label %first.block, label %both",
        "first.block:",
        *[f"call void @weights1({given}, i64 %b, {call}"] * later,
        "br i1 %fills, label %fill, label %again",
        "fill:",
        *[
            f"call void @{named('mask', t)}(ptr %sums, i64 {low}, i64 {high}, i64 %missing)"
            for low, high in runs
        ],
        "br label %again",
        "both:",
        f"call void @block({second}, i64 %b.1, {call}",
        *[f"call void @weights2({given}, i64 %b, {call}"] * later,
        "%b.2 = add i64 %b, 2",
        "br label %again",
        "again:",
        "%after = phi i64 [ %b.1, %first.block ], [ %b.1, %fill ], [ %b.2, %both ]",
        "%more = icmp ult i64 %after, %blocks",
        "br i1 %more, label %next, label %done",
    ]


def _whole(lines: list[str], plan: Plan, t: Types) -> str:
    lines += [
        f"%total.p = getelementptr {t.scalar}, ptr %totals, i64 {plan.static_size}",
        f"%total = load {t.scalar}, ptr %total.p",
        "%found = fpext float %total to double" if t.size < 8 else "%found = fadd double %total, 0.0",
        "ret double %found",
    ]  # fmt: skip
    body = "\n".join(lines)
    declared = [
        "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
        *(f"declare void @{named(name, t)}({takes})" for name, takes in SHARED.items()),
    ]
    return "\n".join([*declared, f"define internal double @step(ptr %frame) #1 {{\n{body}\n}}"])
