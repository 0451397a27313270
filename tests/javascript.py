"""A JavaScript engine for the tests: Node, else headless Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from chromium import EXECUTABLE, chromium

NODE = shutil.which("node")


@contextmanager
def running() -> Iterator[Callable[[str, str], Any]]:
    """A function of declarations and an expression: what that comes to, as JSON carries it."""
    if NODE:
        yield _in_node
    elif EXECUTABLE:
        with chromium() as page:
            page.open("about:blank")
            yield lambda before, what: page.value(f"(() => {{ {before}; return {what} }})()")
    else:
        pytest.skip("no JavaScript engine here: apt-get install nodejs, or chromium")


def _in_node(before: str, what: str) -> Any:
    script = f"'use strict'; {before}; process.stdout.write(JSON.stringify({what}))"
    ran = subprocess.run([str(NODE), "-"], input=script, capture_output=True, text=True)
    assert not ran.returncode, ran.stderr[-2000:]
    return json.loads(ran.stdout)
