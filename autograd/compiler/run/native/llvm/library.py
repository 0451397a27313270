"""The C library's functions, a vector at a time where it has them so, else a lane at a time."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

from autograd.compiler.run.native.llvm.code import Code, Types

__all__ = ["address", "function"]

# glibc's vector functions by bytes of a register; documented to be within 4 units in the last place
_FAMILIES = {16: "_ZGVbN", 32: "_ZGVdN", 64: "_ZGVeN"}


def function(name: str, arity: int, code: Code) -> str:
    """What to call for a function of the C library on these values; it may be written first."""
    t = code.types
    scalar = name if t.size == 8 else f"{name}f"
    if t.lanes == 1:
        return scalar
    family = _FAMILIES.get(t.lanes * t.size)
    vector = f"{family}{t.lanes}{'v' * arity}_{scalar}"
    if family and address(vector):
        return vector
    lanes = f"{scalar}.lanes"
    code.calls[scalar] = f"declare {t.scalar} @{scalar}({', '.join([t.scalar] * arity)}) #0"
    code.calls[lanes] = _by_lanes(lanes, scalar, arity, t)
    return lanes


def _by_lanes(name: str, scalar: str, arity: int, t: Types) -> str:
    """A function that calls another one for each lane."""
    lines, out = [], "poison"
    for lane in range(t.lanes):
        for k in range(arity):
            lines.append(f"%x{lane}_{k} = extractelement {t.value} %a{k}, i64 {lane}")
        given = ", ".join(f"{t.scalar} %x{lane}_{k}" for k in range(arity))
        lines.append(f"%y{lane} = call {t.scalar} @{scalar}({given})")
        lines.append(f"%z{lane} = insertelement {t.value} {out}, {t.scalar} %y{lane}, i64 {lane}")
        out = f"%z{lane}"
    takes = ", ".join(f"{t.value} %a{k}" for k in range(arity))
    body = "\n".join([*lines, f"ret {t.value} {out}"])
    return f"define internal {t.value} @{name}({takes}) #1 {{\n{body}\n}}"


@cache
def _libraries() -> list[ctypes.CDLL]:
    names = ["ucrtbase"] if sys.platform == "win32" else [None, "libm.so.6", "libmvec.so.1"]
    found: list[ctypes.CDLL] = [ctypes.pythonapi]
    for name in names:
        try:
            found.append(ctypes.CDLL(name))
        except OSError:
            continue
    return found


@cache
def address(name: str) -> int:
    """Where a function of the C library lies, 0 if it has none of this name."""
    for library in _libraries():
        try:
            return ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
        except AttributeError:
            continue
    return 0
