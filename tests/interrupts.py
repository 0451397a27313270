"""Ctrl-C at a chosen bytecode: where in a block an interrupt falls is no matter of chance."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any


def interrupted(block: Callable[[], object], at: int, files: Collection[str | None]) -> bool:
    """Run a block with Ctrl-C at the ``at``-th bytecode of these files; False if it is over by then."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in files:
            return None
        frame.f_trace = trace  # Python 3.13 asks for bytecodes only of frames that have it by then
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        here = event == "opcode" and _can_be_interrupted(frame)
        count += here
        if count == at and here:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks only where somebody did before
    sys.settrace(trace)
    try:
        block()
    except KeyboardInterrupt:  # and nothing else
        pass
    finally:
        sys.settrace(before)
    return count >= at


def _can_be_interrupted(frame: FrameType) -> bool:
    """Not at NOT_TAKEN of Python 3.14: no signal is handled there, and no exception table covers it."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] != "NOT_TAKEN"
