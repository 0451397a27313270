"""LLVM: text in, machine code for this processor out."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from typing import Any

from autograd.compiler.run.native.llvm import library

__all__ = ["Machine", "assemble", "available", "lanes"]

KEPT = 64  # programs whose code is kept for the next one that is alike


@cache
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def available() -> bool:
    """Whether LLVM is installed."""
    try:
        _llvm()
    except ImportError:
        return False
    return True


@cache
def _features() -> Any:
    """What this processor can do, by name; nothing special where LLVM cannot tell."""
    llvm = _llvm()
    try:
        return llvm.get_host_cpu_features()
    except RuntimeError:
        return llvm.FeatureMap()


def lanes(size: int) -> int:
    """How many numbers of so many bytes a register of this processor holds."""
    features = _features()
    width = 64 if features.get("avx512f") else 32 if features.get("avx2") else 16
    return width // size


class Machine:
    """Machine code that stays where it is as long as this object is.

    Attributes:
        step: the address of the function of this name.
    """

    def __init__(self, text: str) -> None:
        llvm = _llvm()
        called = re.findall(r"^declare .*@(\w+)\(", text, re.MULTILINE)
        for name in (*called, "memcpy", "memset"):
            if found := library.address(name):
                llvm.add_symbol(name, found)
        module = llvm.parse_assembly(text)
        self._target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=_features().flatten(), opt=1, jit=True
        )
        self._engine = llvm.create_mcjit_compiler(module, self._target)
        self._engine.finalize_object()
        self.step = self._engine.get_function_address("step")


_kept: dict[bytes, Machine] = {}


def assemble(text: str) -> Machine:
    """Compile a module; the same text again is the same machine code."""
    key = sha256(text.encode()).digest()
    if key not in _kept:
        if len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = Machine(text)
    return _kept[key]
