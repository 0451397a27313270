"""The worked examples: published numbers, derivations by hand, and the pages that show them."""

from __future__ import annotations

import html
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
STEPS = re.compile(r'<li><a href="#step=\d+">(.*?)</a></li>')


def steps(page: Path) -> list[list[str]]:
    """The captions of a page, step by step."""
    found = STEPS.findall(page.read_text("utf-8"))
    assert found
    return [[html.unescape(line) for line in step.split("<br>")] for step in found]


def test_the_pages_are_made_and_those_in_the_repository_say_the_same(tmp_path: Path) -> None:
    command = [sys.executable, EXAMPLES / "worked.py", "--out", tmp_path / "pages"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert b"wrong" not in done.stdout
    made = sorted((tmp_path / "pages").glob("*.html"))
    kept = sorted((EXAMPLES / "pages").glob("*.html"))
    assert [page.name for page in made] == [page.name for page in kept]
    assert len(made) == 5
    assert [steps(page) for page in made] == [steps(page) for page in kept]


def test_the_neuron_ends_in_what_the_lecture_says() -> None:
    last = steps(EXAMPLES / "pages" / "neuron.html")[-1]
    assert last[-2:] == [
        "x1.grad += ∂(x1·w1)/∂x1 · (x1·w1).grad = −3 · 0.5 = −1.5",
        "w1.grad += ∂(x1·w1)/∂w1 · (x1·w1).grad = 2 · 0.5 = 1",
    ]


def test_a_wrong_derivation_stops_the_script() -> None:
    module = runpy.run_path(str(EXAMPLES / "worked.py"))
    example = module["EXAMPLES"][1]
    wrong = type(example)(**{**vars(example), "by_hand": {"x": "-z"}})
    root = module["parse"](example.formula)(
        {k: module["Value"](x, k) for k, x in example.numbers.items()}
    )
    with pytest.raises(AssertionError, match="hand and machine differ"):
        module["check"](wrong, root)
