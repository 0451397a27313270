"""Somebody's engine, run where it can do no harm: in a copy of this process that has a time limit.

A copy made by `fork` knows the classes of notebooks and sessions too, keeps what is printed to itself,
and leaves nothing behind. Each program runs in a copy of the copy, so that what a class keeps from one
graph does not reach the next program. One line is sent for each; when none comes in time both copies
are ended, and others go on with the next program. Where there is no fork (Windows), the programs run
in this process, and a trace function ends those that take too long.
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
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from autograd.by_hand.engine.programs import OPERATIONS, Program, programs
from autograd.by_hand.engine.reasons import Case
from autograd.by_hand.engine.trial import Failure, Trial, maker, run

__all__ = ["Exercise", "Profile", "exercise"]

ALL_SECONDS = 8.0
LOADING_SECONDS = 4.0
PROGRAM_SECONDS = 1.0
_MOST_HANGS = 3
_MORE = ("zero_grad", "__iadd__", "__lt__", "__gt__", "__repr__")
_HANG = Trial(failure=Failure("hang"))


@dataclass(frozen=True, slots=True)
class Profile:
    """What a class looks like from outside.

    Attributes:
        name: of the class.
        has: its operations, and what they are called.
        failure: why it cannot be tried at all, if so.
    """

    name: str
    has: dict[str, str]
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """A class that was put through its programs."""

    profile: Profile
    cases: tuple[Case, ...]


def exercise(load: Callable[[], Any], fork: bool = hasattr(os, "fork")) -> Exercise:
    """Run every program of the exercise; never takes more than ten seconds.

    Args:
        load: gives the class. It may take its time, and fail.
        fork: whether to do it in a copy of the process.
    """
    end = time.monotonic() + ALL_SECONDS
    if not fork:
        return _here(load, end)
    profile, cases, todo, hangs = None, list[Case](), list[Program](), 0
    while profile is None or (len(cases) < len(todo) and hangs < _MOST_HANGS):
        with contextlib.closing(_copy(load, len(cases), end)) as lines:
            answer = next(lines)
            if profile is None:
                profile = _profile_of(answer)
                todo = [] if profile.failure else list(programs(profile.has))
            for program in todo[len(cases) :]:
                answer = next(lines)
                cases.append(
                    Case(program, answer if isinstance(answer, Trial) else Trial.from_json(answer))
                )
                if isinstance(answer, Trial):
                    hangs += 1
                    break
        if time.monotonic() > end:
            break
    return Exercise(profile, tuple(cases))


def _profile_of(answer: Any) -> Profile:
    if isinstance(answer, Trial):
        return Profile("Value", {}, answer.failure)
    failure = answer["failure"]
    return Profile(answer["name"], answer["has"], Failure(**failure) if failure else None)


def _copy(load: Callable[[], Any], start: int, end: float) -> Generator[Any, None, None]:
    """What a copy of the process answers, line by line; a `Trial` that failed where nothing comes
    in time."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which the copy does not have
        child = os.fork()
    if not child:
        _serve(load, start, writer)
    with contextlib.suppress(OSError):  # so that one signal ends it and its copies
        os.setpgid(child, child)
    os.close(writer)
    try:
        buffer, seconds = b"", LOADING_SECONDS
        while True:
            limit = min(end, time.monotonic() + seconds)
            while b"\n" not in buffer:
                ready, _, _ = select.select([reader], [], [], max(0.0, limit - time.monotonic()))
                more = os.read(reader, 65536) if ready else b""
                if not more:
                    yield Trial(failure=Failure("crash")) if ready else _HANG
                buffer += more
            line, _, buffer = buffer.partition(b"\n")
            yield json.loads(line)
            seconds = PROGRAM_SECONDS
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(load: Callable[[], Any], start: int, writer: int) -> None:
    """The copy: load, answer, end. Nothing is printed and nothing of the original's is tidied up."""
    try:
        os.setpgid(0, 0)
        sys.settrace(None)
        faulthandler.disable()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), io.StringIO(), io.StringIO()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        warnings.simplefilter("ignore")
        engine, profile = _loaded(load)
        _send(writer, asdict(profile))
        for program in list(programs(profile.has))[start:]:
            child = os.fork()
            if not child:
                trial = run(engine, program.source, program.leaves, BaseException)
                _send(writer, trial.to_json())
                return
            if os.waitpid(child, 0)[1]:
                return  # it crashed
    finally:
        os._exit(0)


def _send(writer: int, answer: dict[str, Any]) -> None:
    os.write(writer, json.dumps(answer).encode() + b"\n")


def _loaded(load: Callable[[], Any]) -> tuple[Any, Profile]:
    try:
        engine = load()
    except BaseException as error:
        return None, Profile("Value", {}, Failure(type(error).__name__, str(error)))
    name = getattr(engine, "__name__", "Value")
    trial = run(engine, "a = Value(3.0)\na.data, a.grad, a.backward", ("a",))
    if trial.failure:
        return engine, Profile(name, {}, trial.failure)
    kind = engine if isinstance(engine, type) else type(maker(engine)(3.0))
    has: dict[str, str] = {}
    for operation in OPERATIONS:
        for method in (operation.method, *operation.aliases):
            if callable(getattr(kind, method, None)):
                has.setdefault(operation.method, method)
    for method in _MORE:
        if getattr(kind, method, None) is not getattr(object, method, None):
            has[method] = method
    return engine, Profile(name, has)


# Without fork ----------------------------------------------------------------------------------------


class _TimeIsUpError(BaseException):
    """Raised within a program that takes too long; no `except Exception` of theirs catches it."""


def _here(load: Callable[[], Any], end: float) -> Exercise:
    cases: list[Case] = []
    hangs = 0
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        engine, profile = _loaded(load)
        todo = () if profile.failure else programs(profile.has)
        for program in todo:
            with _limited(min(end, time.monotonic() + PROGRAM_SECONDS)), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                trial = run(engine, program.source, program.leaves, BaseException)
            if trial.failure and trial.failure.error == _TimeIsUpError.__name__:
                trial = _HANG
                hangs += 1
            cases.append(Case(program, trial))
            if hangs == _MOST_HANGS or time.monotonic() > end:
                break
    return Exercise(profile, tuple(cases))


@contextlib.contextmanager
def _limited(end: float) -> Iterator[None]:
    """End what runs in here after its time, at the next line of Python."""

    def trace(frame: Any, event: str, argument: Any) -> Any:
        if time.monotonic() > end:
            raise _TimeIsUpError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    except _TimeIsUpError:
        pass
    finally:
        sys.settrace(before)
