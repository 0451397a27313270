"""The browser of the tests: what goes wrong in it ends a test, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest

pytestmark = pytest.mark.skipif(chromium.EXECUTABLE is None, reason=chromium.MISSING)


@pytest.fixture(autouse=True)
def profiles(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the profiles; its name is short, since the browser has a socket in it."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def running(folder: Path) -> list[str]:
    """The processes that have a profile there."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = line.read_text()
        except OSError:  # it has just ended
            continue
        if f"--user-data-dir={folder}" in text:
            found.append(text)
    return found


def gone(folder: Path) -> bool:
    """Whether browser and profile go before long."""
    end = time.monotonic() + 20
    while running(folder) or any(folder.iterdir()):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


linux = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads Linux's /proc")


def hang(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chromium.chromium() as page:
        assert running(profiles)
        monkeypatch.setattr(chromium, "_PATIENCE", 1.0)
        page.value("for (;;) {}")


@linux
def test_a_page_that_hangs_fails_and_is_gone(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError, match="Chromium does not"):
        hang(profiles, monkeypatch)
    assert gone(profiles)


def end_early() -> None:
    with chromium.chromium() as page:
        page("Browser.close")
        for _ in range(100):
            page.value("1")


def test_a_browser_that_ends_fails_at_once() -> None:
    with pytest.raises((AssertionError, OSError)):
        end_early()


@linux
def test_tests_that_are_killed_leave_nothing(profiles: Path) -> None:
    code = (
        "import chromium, time\nwith chromium.chromium(): print('up', flush=True); time.sleep(60)"
    )
    settings = os.environ | {"TMPDIR": str(profiles), "PYTHONPATH": str(Path(__file__).parent)}
    tests = subprocess.Popen([sys.executable, "-c", code], env=settings, stdout=subprocess.PIPE)
    try:
        assert tests.stdout is not None
        assert tests.stdout.readline() == b"up\n"
        assert running(profiles)
    finally:
        tests.send_signal(signal.SIGKILL)
        tests.communicate(timeout=20)
    assert gone(profiles)
