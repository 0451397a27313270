"""JavaScript engines for the tests: V8 of Node, else of headless Chromium; SpiderMonkey of Firefox."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from chromium import EXECUTABLE, chromium
from firefox import EXECUTABLE as FIREFOX
from firefox import MISSING, firefox

NODE = shutil.which("node")
ENGINES = "V8", "SpiderMonkey"


@contextmanager
def running(engine: str = "V8") -> Iterator[Callable[[str, str], Any]]:
    """A function of declarations and an expression: what that comes to, as JSON carries it."""
    if engine == "SpiderMonkey":
        if FIREFOX is None:
            pytest.skip(MISSING)
        with firefox() as other:
            yield lambda before, what: json.loads(other.value(_called(before, what)))
    elif NODE:
        yield _in_node
    elif EXECUTABLE:
        with chromium() as page:
            page.open("about:blank")
            yield lambda before, what: json.loads(page.value(_called(before, what)))
    else:
        pytest.skip("no JavaScript engine here: apt-get install nodejs, or chromium")


def _called(before: str, what: str) -> str:
    return f"(() => {{ 'use strict'; {before}; return JSON.stringify({what}) }})()"


def _in_node(before: str, what: str) -> Any:
    script = f"process.stdout.write({_called(before, what)})"
    ran = subprocess.run(
        [str(NODE), "-"], input=script, capture_output=True, text=True, timeout=120
    )
    assert not ran.returncode, ran.stderr[-2000:]
    return json.loads(ran.stdout)
