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
    """Graphviz crashed, took too long, or could not read the text; the session goes on."""


class Worker:
    """A child process that turns DOT into pictures, one at a time."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._pictures, self._used = 0, 0.0

    def draw(self, text: bytes, format: str, timeout: float) -> bytes:
        """The picture; the child is dead where this raises, Ctrl-C included."""
        child = self._ready()
        fresh = self._pictures == 0
        word, answer = self._ask(child, text, format, timeout)
        if word == "ok":
            self._pictures, self._used = self._pictures + 1, time.monotonic()
            return answer
        if word == "late":
            raise RenderError(
                f"Graphviz gave no picture within {timeout:g} s. Draw less (depth=…), allow more "
                "time (timeout=…), or save the .dot and lay it out elsewhere."
            )
        if word == "error":
            raise RenderError(f"Graphviz could not draw this: {first_error(answer)}")
        if not fresh and child.returncode not in _ENDED_BY_OTHERS:
            return self.draw(
                text, format, timeout
            )  # an earlier picture may have broken the library
        raise RenderError(
            f"Graphviz crashed ({_ending(child.returncode)}): no picture was written; the next call "
            "starts afresh"
        )

    def _ask(
        self, child: subprocess.Popen[bytes], text: bytes, format: str, timeout: float
    ) -> tuple[str, bytes]:
        """("ok", picture), ("error", complaint), ("late", b"") or ("", b"") if the child crashed."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        stopwatch = threading.Timer(timeout, stop)
        stopwatch.daemon = True
        word, answer = "", b""
        try:
            stopwatch.start()
            word, answer = _exchange(child, text, format, timeout)
        except OSError:
            pass  # it died while it was being told what to do
        finally:
            stopwatch.cancel()
            if word != "ok":
                self.close()
        return ("late", b"") if not word and late.is_set() else (word, answer)

    def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with suppress(OSError), child:  # closes the pipes and waits
                pass

    def forget(self) -> None:
        """In a forked process: the child belongs to the parent, leave it alone."""
        if self._child is not None:
            _foreign.append(self._child)
            self._child = None

    def _ready(self) -> subprocess.Popen[bytes]:
        """A child that waits for a request."""
        child = self._child
        stale = self._pictures >= _PICTURES or time.monotonic() - self._used > _IDLE
        if child is None or child.poll() is not None or stale:
            self.close()
            child = self._child = self._started()
            self._pictures = 0
        return child

    def _started(self) -> subprocess.Popen[bytes]:
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


def draw(text: bytes, format: str, timeout: float) -> bytes:
    """The picture, by the process kept warm, or by one of its own while another thread uses that.

    Raises:
        RenderError: when Graphviz crashes, takes too long, or cannot read the text.
    """
    if _busy.acquire(blocking=False):
        try:
            return _warm.draw(text, format, timeout)
        finally:
            _busy.release()
    worker = Worker()
    try:
        return worker.draw(text, format, timeout)
    finally:
        worker.close()


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


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


_warm, _busy = Worker(), threading.Lock()
_foreign: list[subprocess.Popen[bytes]] = []


def _after_fork() -> None:
    global _busy
    _busy = threading.Lock()
    _warm.forget()


atexit.register(_warm.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
