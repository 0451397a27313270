"""The process that draws: started when first needed, kept warm, replaced when anything goes wrong."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

__all__ = ["RenderError", "Worker", "draw", "first_error"]

_CHILD = Path(__file__).with_name("child.py")
_PICTURES = 200  # after so many a child is replaced, with whatever the library leaked
_ENDED_BY_OTHERS = (-9, -15)  # SIGKILL, SIGTERM: whoever sent them means it
_IDLE = 240.0  # seconds after which it is replaced, before it ends by itself


class RenderError(RuntimeError):
    """Graphviz crashed, took too long, or could not read the text; the session goes on.

    >>> from viz.process.render import render
    >>> try:
    ...     render("digraph {", "svg")
    ... except RenderError as error:
    ...     print(error)
    Graphviz could not draw this: Error: syntax error in line 1
    """


class BrokenError(RenderError):
    """The library crashed by itself: perhaps over what an earlier picture left behind."""


class Worker:
    """A child process that turns DOT into pictures, one after the other."""

    def __init__(self) -> None:
        self._child = _started()
        self._pictures, self._used = 0, time.monotonic()

    @property
    def fit(self) -> bool:
        """Whether the child can be given another picture."""
        rested = time.monotonic() - self._used
        return self._pictures < _PICTURES and rested < _IDLE and self._child.poll() is None

    def draw(self, text: bytes, format: str, timeout: float) -> bytes:
        """The picture; where this raises, Ctrl-C included, the child is of no more use."""
        late = threading.Event()
        stopwatch = threading.Timer(timeout, self._stop, (late,))
        stopwatch.daemon = True
        word, answer = "", b""
        try:
            stopwatch.start()
            word, answer = _exchange(self._child, text, format, timeout)
        except OSError:
            pass  # it died while it was being told what to do
        finally:
            stopwatch.cancel()
        if word == "error":
            raise RenderError(f"Graphviz could not draw this: {first_error(answer)}")
        if word != "ok":
            raise self._failure(late.is_set(), timeout)
        self._pictures, self._used = self._pictures + 1, time.monotonic()
        return answer

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self._child.kill()

    def _failure(self, late: bool, timeout: float) -> RenderError:
        """Why there is no answer."""
        self.close()
        if late:
            return RenderError(
                f"Graphviz gave no picture within {timeout:g} s. Draw less (depth=…), allow more "
                "time (timeout=…), or save the .dot and lay it out elsewhere."
            )
        code = self._child.returncode
        ending = f"signal {-code}" if code < 0 else f"exit status {code}"
        return (RenderError if code in _ENDED_BY_OTHERS else BrokenError)(
            f"Graphviz crashed ({ending}): no picture was written; the next call starts afresh"
        )

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        with suppress(OSError), self._child:  # closes the pipes and waits
            pass


def draw(text: bytes, format: str, timeout: float) -> bytes:
    """The picture, by the process kept warm, or by one of its own while another thread uses that.

    Raises:
        RenderError: when Graphviz crashes, takes too long, or cannot read the text.
    """
    warm = _taken()
    if warm is not None:
        with suppress(BrokenError):
            return _drawn(warm, text, format, timeout)
    return _drawn(Worker(), text, format, timeout)


def _taken() -> Worker | None:
    """The process kept warm, which from now on is nobody else's."""
    try:
        worker = _idle.pop()
    except IndexError:
        return None
    if worker.fit:
        return worker
    worker.close()
    return None


def _drawn(worker: Worker, text: bytes, format: str, timeout: float) -> bytes:
    """The picture. Only who has given a whole answer is kept: however often Ctrl-C comes."""
    try:
        picture = worker.draw(text, format, timeout)
    except BaseException:
        worker.close()
        raise
    if _idle:
        worker.close()
    else:
        _idle.append(worker)
    return picture


def first_error(complaint: bytes) -> str:
    """The line that says what is wrong, of all that Graphviz wrote."""
    lines = [line.strip() for line in complaint.decode(errors="replace").splitlines()]
    errors = [line for line in lines if line.startswith("Error")]
    return (errors or lines[-1:] or ["it does not say why"])[0]


def _exchange(
    child: subprocess.Popen[bytes], text: bytes, format: str, timeout: float
) -> tuple[str, bytes]:
    """Ask, and read the answer; ("", b"") if the child ends instead."""
    ask, answer = _pipes(child)
    ask.write(f"{format} {timeout} {len(text)}\n".encode())
    ask.write(text)
    ask.flush()
    head = answer.readline().split()
    if len(head) != 2:
        return "", b""
    picture = answer.read(int(head[1]))
    return (head[0].decode(), picture) if len(picture) == int(head[1]) else ("", b"")


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert child.stdin is not None
    assert child.stdout is not None
    return child.stdin, child.stdout


def _started() -> subprocess.Popen[bytes]:
    found = find_spec("pygraphviz")
    if found is None or not found.submodule_search_locations:
        raise RenderError(
            "pygraphviz, which carries the Graphviz library, is not installed: pip install "
            "pygraphviz (or save the .dot, or pass executable='dot' to use a Graphviz of your own)"
        )
    folder = str(next(iter(found.submodule_search_locations)))
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(_CHILD), folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to answer: the library would not hear it
    )


_idle: list[Worker] = []  # at most one, which waits for a request
_foreign: list[Worker] = []


def _close_all() -> None:
    while _idle:
        _idle.pop().close()


def _after_fork() -> None:
    """In a forked process: the child belongs to the parent, leave it alone."""
    _foreign.extend(_idle)
    _idle.clear()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
