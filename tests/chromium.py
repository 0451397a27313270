"""A real browser for the tests: headless Chromium, driven over a pipe by the DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

EXECUTABLE = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
_KEYS = {
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35,
    "Enter": 13, "Escape": 27, "Tab": 9, "Delete": 46,
}  # fmt: skip
MISSING = "no Chromium here: apt-get install chromium"
_PATIENCE = 60.0  # seconds for one answer


class Page:
    """One page of a running Chromium: open, look, press keys, and hear what it complained about."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._buffer = b""
        self._number = 0
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = ""
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **params: Any) -> Any:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if getattr(self, "_session", ""):
            message["sessionId"] = self._session
        end = time.monotonic() + _PATIENCE
        self._write(json.dumps(message).encode() + b"\0", end)
        while True:  # events come in between: the deadline is that of the answer
            answer = self._read(end)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _write(self, text: bytes, end: float) -> None:
        while text:  # a pipe takes so much at once, and a browser that hangs takes nothing
            left = max(0.0, end - time.monotonic())
            assert select.select([], [self._to], [], left)[1], "Chromium does not listen"
            text = text[os.write(self._to, text[: select.PIPE_BUF]) :]

    def _read(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            left = max(0.0, end - time.monotonic())
            assert select.select([self._back], [], [], left)[0], "Chromium does not answer"
            found = os.read(self._back, 1 << 20)
            assert found, "Chromium is gone"
            self._buffer += found
        first, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(first)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, params: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif event == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])
        elif event == "Runtime.consoleAPICalled" and params["type"] in (
            "error",
            "warning",
            "assert",
        ):
            self.complaints.append(json.dumps(params["args"]))

    def open(self, url: str, width: int = 1200, height: int = 800, mobile: bool = False) -> None:
        self("Emulation.setDeviceMetricsOverride", width=width, height=height,
             deviceScaleFactor=2 if mobile else 1, mobile=mobile)  # fmt: skip
        self("Page.navigate", url="about:blank")
        self("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'", _PATIENCE)
        self.frame()

    def wait(self, condition: str, seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not self.value(condition):
            assert time.monotonic() < end, f"never came true: {condition}"
            time.sleep(0.02)

    def frame(self) -> None:
        """Wait until what was asked for so far is drawn."""
        self.value("""window.drawn = false;
            requestAnimationFrame(() => requestAnimationFrame(() => window.drawn = true))""")
        self.wait("window.drawn")

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript comes to."""
        result = self("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press and release a key: a character, or a name such as "ArrowLeft" or "Enter"."""
        code = _KEYS.get(key) or ord(key.upper())
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code="Space" if key == " " else key,
                windowsVirtualKeyCode=code,
                modifiers=modifiers,
                **(text if kind == "keyDown" else {}),
            )

    def click(self, selector: str) -> None:
        """Click the middle of an element, as a mouse would."""
        x, y = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self("Input.insertText", text=text)

    def drag(self, selector: str, dx: float, dy: float = 0.0, steps: int = 5) -> None:
        """Press on the middle of an element, move the mouse so far, let go."""
        x, y = self.middle(selector)
        self._mouse("mouseMoved", x, y, 0)
        self._mouse("mousePressed", x, y, 1)
        for k in range(1, steps + 1):
            self._mouse("mouseMoved", x + dx * k / steps, y + dy * k / steps, 1)
        self._mouse("mouseReleased", x + dx, y + dy, 0)

    def point(self, selector: str) -> None:
        """Move the mouse onto the middle of an element."""
        self._mouse("mouseMoved", *self.middle(selector), 0)

    def wheel(self, selector: str, dy: float) -> None:
        """Turn the wheel over the middle of an element."""
        x, y = self.middle(selector)
        self("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=dy)

    def touch(self, *paths: tuple[float, float, float, float], steps: int = 8) -> None:
        """A finger along each path, from x and y by so much; the first comes down before the others."""
        for count in range(1, len(paths) + 1):
            self._fingers("touchStart", [(x, y) for x, y, _, _ in paths[:count]])
        for k in range(1, steps + 1):
            at = [(x + dx * k / steps, y + dy * k / steps) for x, y, dx, dy in paths]
            self._fingers("touchMove", at)
        self._fingers("touchEnd", [])

    def _fingers(self, kind: str, at: list[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(at)]
        self("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def _mouse(self, kind: str, x: float, y: float, pressed: int) -> None:
        self("Input.dispatchMouseEvent", type=kind, x=x, y=y, clickCount=1, buttons=pressed,
             button="left" if pressed or kind == "mouseReleased" else "none")  # fmt: skip

    def middle(self, selector: str) -> tuple[float, float]:
        """Where the middle of an element is in the window, scrolled into sight."""
        x, y = self.value(f"""(() => {{
            const element = document.querySelector({selector!r});
            element.scrollIntoView({{block: 'nearest'}});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2] }})()""")
        return x, y

    def inside_frame(self) -> Callable[[str], Any]:
        """What gives the value of an expression in the first frame of the page."""
        frame = self("Page.getFrameTree")["frameTree"]["childFrames"][0]["frame"]["id"]
        context = self("Page.createIsolatedWorld", frameId=frame)["executionContextId"]

        def inner(expression: str) -> Any:
            found = self(
                "Runtime.evaluate", expression=expression, returnByValue=True, contextId=context
            )
            return found["result"].get("value")

        return inner

    def emulate(self, **features: str) -> None:
        """Media features: ``prefers_color_scheme="dark"``; ``media="print"`` for paper."""
        media = features.pop("media", "")
        listed = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self("Emulation.setEmulatedMedia", media=media, features=listed)

    def screenshot(self, path: str) -> None:
        with open(path, "wb") as file:
            file.write(base64.b64decode(self("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def chromium() -> Iterator[Page]:
    """A page of a fresh headless Chromium that is gone afterwards."""
    assert EXECUTABLE, MISSING
    read_by_browser, to = os.pipe()
    back, written_by_browser = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:

        def channels() -> None:  # the protocol speaks over descriptors 3 and 4
            os.dup2(read_by_browser, 103)
            os.dup2(written_by_browser, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        arguments = [
            EXECUTABLE, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={profile}",
            "--no-first-run", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--mute-audio", "--disable-background-networking", "--disable-component-update",
            "--disable-extensions", "--disable-sync", "--disable-features=IsolateSandboxedIframes",
        ]  # fmt: skip
        # A shell waits for it, and tidies up also where the tests were killed: then the pipe ends, so
        # does Chromium, and its profile goes.
        process = subprocess.Popen(
            ["/bin/sh", "-c", '"$@"; rm -rf "$0"', profile, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=channels, start_new_session=True,
        )  # fmt: skip
        os.close(read_by_browser)
        os.close(written_by_browser)
        try:
            yield Page(to, back)
        finally:
            os.close(to)
            os.close(back)
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that should end by itself, and let nobody of its group stay."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def watched() -> Iterator[Page]:
    """A page of Chromium that must complain of nothing and ask for nothing beyond its files."""
    with chromium() as page:
        yield page
        assert page.complaints == [], page.complaints[0][:900]
        assert [r for r in page.requests if not r.startswith(("file://", "about:", "data:"))] == []
