"""The other engine for the tests: headless Firefox, driven by its own Marionette protocol."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

EXECUTABLE = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
MISSING = "no Firefox here: apt-get install firefox-esr"
_SETTINGS = """user_pref("marionette.port", 0);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
"""


class Page:
    """One page of a running Firefox: open, look, drag."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel, self._buffer, self._number = channel, b"", 0
        self._read()  # who speaks
        self("WebDriver:NewSession")

    def __call__(self, command: str, **params: Any) -> Any:
        """Send a command of the protocol and return its result."""
        self._number += 1
        text = json.dumps([0, self._number, command, params])
        self._channel.sendall(f"{len(text)}:{text}".encode())
        _, number, error, result = self._read()
        assert number == self._number
        assert error is None, error
        return result

    def _read(self) -> Any:
        """The next message: its length in bytes, a colon, JSON."""
        while b":" not in self._buffer:
            self._more()
        length, self._buffer = self._buffer.split(b":", 1)
        while len(self._buffer) < int(length):
            self._more()
        text, self._buffer = self._buffer[: int(length)], self._buffer[int(length) :]
        return json.loads(text)

    def _more(self) -> None:
        found = self._channel.recv(1 << 20)
        assert found, "Firefox is gone"
        self._buffer += found

    def open(self, url: str, width: int = 1200, height: int = 800) -> None:
        self("WebDriver:Navigate", url="about:blank")
        self("WebDriver:SetWindowRect", width=width, height=height)
        lost = self.value("[outerWidth - innerWidth, outerHeight - innerHeight]")
        self("WebDriver:SetWindowRect", width=width + lost[0], height=height + lost[1])
        self("WebDriver:Navigate", url=url)

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript comes to."""
        return self("WebDriver:ExecuteScript", script=f"return {expression}", args=[])["value"]

    def wait(self, condition: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not self.value(condition):
            assert time.monotonic() < end, f"never came true: {condition}"
            time.sleep(0.02)

    def drag(self, selector: str, dx: float) -> None:
        """Press on the middle of an element, move the mouse so far, let go."""
        x, y = self.value(f"""(() => {{
            const box = document.querySelector({selector!r}).getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2] }})()""")
        moves = [
            {"type": "pointerMove", "x": round(x + dx * k / 5), "y": round(y)} for k in range(6)
        ]
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self("WebDriver:PerformActions", actions=[
            {"type": "pointer", "id": "mouse", "actions": [moves[0], down, *moves[1:], up]}
        ])  # fmt: skip

    def screenshot(self, path: str) -> None:
        found = self("WebDriver:TakeScreenshot", full=False)["value"]
        Path(path).write_bytes(base64.b64decode(found))


@contextmanager
def firefox() -> Iterator[Page]:
    """A page of a fresh headless Firefox that is gone afterwards."""
    assert EXECUTABLE, MISSING
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        (Path(profile) / "user.js").write_text(_SETTINGS)
        process = subprocess.Popen(
            [EXECUTABLE, "--headless", "--marionette", "--no-remote", "--profile", profile],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = _port(Path(profile) / "MarionetteActivePort", process)
            with socket.create_connection(("127.0.0.1", port), timeout=120) as channel:
                yield Page(channel)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(file: Path, process: subprocess.Popen[bytes], seconds: float = 60.0) -> int:
    """Where it listens, once it does; where it is a stub, or sees no temporary files, it never does."""
    end = time.monotonic() + seconds
    while not (file.exists() and file.read_text().strip()):
        if process.poll() is not None or time.monotonic() > end:
            pytest.skip("this Firefox does not start: apt-get install firefox-esr")
        time.sleep(0.05)
    return int(file.read_text())
