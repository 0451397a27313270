"""Copies of this process in which somebody's class runs, and what they answer.

A copy made by `fork` knows the classes of notebooks and sessions too, keeps what is printed to itself,
and leaves nothing behind. It sends one line for each program; when none comes in time it is ended.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from typing import Any

from autograd.by_hand.engine.exercise.profile import loaded
from autograd.by_hand.engine.exercise.program import Program
from autograd.by_hand.engine.exercise.programs import programs
from autograd.by_hand.engine.exercise.trial import HANG, PROGRAM_SECONDS, Failure, Trial, run_one

__all__ = ["copied"]

_LOADING_SECONDS = 4.0
_ASLEEP_SECONDS = 3.0  # by the clock: it waits for something


def copied(
    load: Callable[[], Any], alone: Sequence[int] | None, start: int, end: float
) -> Generator[Any, None, None]:
    """What a copy of the process answers, line by line; a `Trial` that failed where nothing comes
    in time, None where that is because all the time is up."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which the copy does not have
        child = os.fork()
    if not child:
        _serve(load, alone, start, writer)
    with contextlib.suppress(OSError):  # so that one signal ends it and its copies
        os.setpgid(child, child)
    os.close(writer)
    try:
        buffer, seconds = b"", _LOADING_SECONDS
        while True:
            limit = min(end, time.monotonic() + seconds)
            while b"\n" not in buffer:
                ready, _, _ = select.select([reader], [], [], max(0.0, limit - time.monotonic()))
                more = os.read(reader, 65536) if ready else b""
                if not more:
                    late = not ready and time.monotonic() >= end
                    yield None if late else _ended(child) if ready else HANG
                buffer += more
            line, _, buffer = buffer.partition(b"\n")
            yield json.loads(line)
            seconds = _ASLEEP_SECONDS
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def _ended(child: int) -> Trial:
    """Why a copy has ended: the time of a program was up, or it took the process down."""
    return HANG if _is_up(os.waitpid(child, 0)[1]) else Trial(failure=Failure("crash"))


def _is_up(status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF


def _serve(load: Callable[[], Any], alone: Sequence[int] | None, start: int, writer: int) -> None:
    """The copy: load, answer, end. Nothing is printed and nothing of the original's is tidied up."""
    try:
        _quiet()
        own = os.getpid()
        engine, profile = loaded(load)
        if os.getpid() != own:
            return  # a copy that their module made
        _send(writer, asdict(profile))
        todo = list(programs(profile.has))
        if alone is None:
            _try(engine, todo[start:], writer)
            return
        for place in alone[start:]:
            child = os.fork()
            if not child:
                _try(engine, [todo[place]], writer)
                return
            status = os.waitpid(child, 0)[1]
            if _is_up(status):
                _send(writer, HANG.to_json())
            elif status:
                return  # it crashed
    finally:
        os._exit(0)


def _quiet() -> None:
    os.setpgid(0, 0)
    sys.settrace(None)
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), io.StringIO()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")


def _try(engine: Any, todo: Sequence[Program], writer: int) -> None:
    """Programs one after the other; the system ends the process when the time of one is up."""
    own = os.getpid()
    for program in todo:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, PROGRAM_SECONDS)
        trial = run_one(engine, program)
        if os.getpid() != own:
            return  # a copy that their class made
        _send(writer, trial.to_json())


def _send(writer: int, answer: dict[str, Any]) -> None:
    os.write(writer, json.dumps(answer).encode() + b"\n")
