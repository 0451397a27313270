"""What all programs call: inputs into blocks, gradients of lanes into sums; compiled once."""

from __future__ import annotations

from autograd.compiler.run.native.llvm.code import ATTRIBUTES, Types

__all__ = ["SHARED", "named", "shared"]

SHARED = {  # these functions, and what they take
    "arrange_number": "ptr, ptr, i64, i64, i64, i64, i64",
    "arrange_whole": "ptr, ptr, i64, i64, i64, i64, i64",
    "mask": "ptr, i64, i64, i64",
    "reduce": "ptr, ptr, i64, i64",
}


def named(name: str, t: Types) -> str:
    """What one of them is called for these types."""
    return f"chainrule_{name}_{t.scalar}_{t.lanes}"


def shared(t: Types) -> str:
    """The text of their module."""
    parts = [_arrange("number", t.scalar, t), _arrange("whole", "i64", t), _mask(t), _reduce(t)]
    return "\n".join([*parts, ATTRIBUTES])


def _loop(lines: str, start: str, end: str, step: int = 1) -> str:
    """Lines for every ``step``-th i from start to end, which is more than start."""
    return f"""br label %loop
loop:
%i = phi i64 [ {start}, %0 ], [ %i.next, %next ]
{lines}
br label %next
next:
%i.next = add i64 %i, {step}
%more = icmp ult i64 %i.next, {end}
br i1 %more, label %loop, label %done
done:
ret void
}}"""


def _arrange(name: str, kind: str, t: Types) -> str:
    """Copy an array of samples into blocks; the first lanes of the first block stay free."""
    lanes = t.lanes
    return f"""
define void @{named(f"arrange_{name}", t)}(ptr noalias %to, ptr noalias %from, i64 %missing,
    i64 %batch, i64 %columns, i64 %apart, i64 %beside) #1 {{
""" + _loop(
        f"""%place = add i64 %i, %missing
%block = udiv i64 %place, {lanes}
%lane = urem i64 %place, {lanes}
%skip = mul i64 %block, %columns
%sample = mul i64 %i, %apart
%source = getelementptr i8, ptr %from, i64 %sample
br label %column
column:
%c = phi i64 [ 0, %loop ], [ %c.next, %column ]
%offset = mul i64 %c, %beside
%x.p = getelementptr i8, ptr %source, i64 %offset
%x = load {kind}, ptr %x.p, align 1
%row = add i64 %skip, %c
%first = mul i64 %row, {lanes}
%at = add i64 %first, %lane
%y.p = getelementptr {kind}, ptr %to, i64 %at
store {kind} %x, ptr %y.p
%c.next = add i64 %c, 1
%c.more = icmp ult i64 %c.next, %columns
br i1 %c.more, label %column, label %end
end:""",
        "0",
        "%batch",
    )


def _mask(t: Types) -> str:
    """Take the lanes that hold no sample out of the sums."""
    lane = ", ".join(f"i64 {k}" for k in range(t.lanes))
    takes = "ptr %sums, i64 %low, i64 %high, i64 %missing"
    head = f"define void @{named('mask', t)}({takes}) #1 {{"
    if t.lanes == 1:
        return f"{head} ret void\n}}"
    return f"""
{head}
%one = insertelement {t.whole} poison, i64 %missing, i64 0
%all = shufflevector {t.whole} %one, {t.whole} poison, <{t.lanes} x i32> zeroinitializer
%real = icmp uge {t.whole} <{lane}>, %all
""" + _loop(
        f"""%p = getelementptr {t.value}, ptr %sums, i64 %i
%x = load {t.value}, ptr %p
%y = select {t.truth} %real, {t.value} %x, {t.value} zeroinitializer
store {t.value} %y, ptr %p""",
        "%low",
        "%high",
    )


def _reduce(t: Types) -> str:
    """Add the sums over the lanes to totals, of as many rows at a time as there are lanes."""
    lines, kind = [], t.value
    for k in range(t.lanes):
        lines += [f"%i{k} = add i64 %i, {k}", f"%p{k} = getelementptr {kind}, ptr %sums, i64 %i{k}"]
        lines.append(f"%x{k} = load {kind}, ptr %p{k}")
    names = [f"%x{k}" for k in range(t.lanes)]
    while len(names) > 1:  # the sums of neighbours, of two vectors side by side
        pairs = list(zip(names[::2], names[1::2]))
        names = []
        for a, b in pairs:
            name = f"{a}_{len(pairs)}"
            for first, which in enumerate((".a", ".b")):
                mask = ", ".join(f"i32 {k}" for k in range(first, 2 * t.lanes, 2))
                lines.append(
                    f"{name}{which} = shufflevector {kind} {a}, {kind} {b}, <{t.lanes} x i32> <{mask}>"
                )
            lines.append(f"{name} = fadd {kind} {name}.a, {name}.b")
            names.append(name)
    lines += [
        f"%q = getelementptr {t.scalar}, ptr %totals, i64 %i",
        f"%old = load {kind}, ptr %q, align {t.size}",
        f"%new = fadd {kind} %old, {names[0]}",
        f"store {kind} %new, ptr %q, align {t.size}",
    ]
    takes = "ptr %sums, ptr noalias %totals, i64 %low, i64 %high"
    head = f"define void @{named('reduce', t)}({takes}) #1 {{"
    return f"{head}\n{_loop(chr(10).join(lines), '%low', '%high', t.lanes)}"
