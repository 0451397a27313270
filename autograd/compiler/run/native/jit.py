"""LLVM: text in, machine code for this processor out."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from autograd.compiler.run.native import library

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


def lanes(size: int) -> int:
    """How many numbers of so many bytes a register of this processor holds."""
    features = _llvm().get_host_cpu_features()
    width = 64 if features.get("avx512f") else 32 if features.get("avx2") else 16
    return width // size


class Machine:
    """Machine code that stays where it is as long as this object is.

    Attributes:
        address: by function, where it begins.
    """

    def __init__(self, text: str, functions: tuple[str, ...]) -> None:
        llvm = _llvm()
        for name in re.findall(r"^declare .*@([\w.]+)\(", text, re.MULTILINE):
            if not name.startswith("llvm.") and (found := library.address(name)):
                llvm.add_symbol(name, found)
        module = llvm.parse_assembly(text)
        self._target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=1,
            jit=True,
        )  # fmt: skip
        self._engine = llvm.create_mcjit_compiler(module, self._target)
        self._engine.finalize_object()
        self.address = {name: self._engine.get_function_address(name) for name in functions}


@lru_cache(maxsize=KEPT)
def assemble(text: str, functions: tuple[str, ...]) -> Machine:
    """Compile a module; the same text again is the same machine code."""
    return Machine(text, functions)
