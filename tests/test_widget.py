"""A live page with a kernel behind it: numbers go both ways."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chromium import EXECUTABLE, MISSING, Page, chromium

from autograd import Value, where
from nn import MLP
from viz import live, playground
from viz.playground.moons import moons

pytest.importorskip("anywidget", reason="no anywidget here: pip install 'chainrule[notebook]'")
ESM = Path(live.__code__.co_filename).parent / "widget.js"


def graph() -> tuple[Value, Value, Value]:
    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    return x, w, where(x > 0, (x * w + 1.0).tanh() * x, x) + 3.0 / w


def test_what_the_page_sends_sets_the_values_and_all_that_is_made_of_them() -> None:
    x, w, root = graph()
    widget = live(root).widget()
    assert (widget.numbers, widget.value) == (["2.0", "-3.0"], root.data)
    seen: list[float] = []
    widget.observe(lambda change: seen.append(change.new), "value")
    widget.numbers = ["0.25", "-1.5"]
    x2, w2 = Value(0.25), Value(-1.5)
    right = (x2 * w2 + 1.0).tanh() * x2 + 3.0 / w2
    assert (x.data, w.data, root.data) == (0.25, -1.5, right.data)
    assert seen == [right.data]
    root.backward()
    right.backward()
    assert (x.grad, w.grad) == (x2.grad, w2.grad)


def test_special_numbers_pass() -> None:
    x, _, root = graph()
    widget = live(root).widget()
    for text in ("inf", "nan", "-0"):
        widget.numbers = [text, "1"]
        assert repr(x.data) == repr(float(text))


CELLS = [
    "from autograd import Value\nfrom viz import live\nx = Value(2.0, label='x')\ny = x * x\n"
    "w = live(y).widget()",
    "x.data = 3.0",
    "y.backward()",
]


def test_what_a_cell_does_shows_when_it_has_run() -> None:
    pytest.importorskip("IPython", reason="no IPython here: pip install ipython")
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {CELLS!r}:\n"
        "    shell.run_cell(cell)\n"
        "    w = shell.user_ns['w']\n"
        "    print(w.numbers, w.value, w.passes)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["['2.0'] 4.0 0", "['3.0'] 9.0 0", "['3.0'] 9.0 1"]


# The notebook's side of a widget, as anywidget gives it to `render`: no kernel is needed for it.
HOST = """<!DOCTYPE html><title>notebook</title><div id="cell"></div><script>
const listeners = {}, state = STATE;
window.model = { get: (name) => state[name], set: (name, x) => { state[name] = x },
  on: (event, run) => { listeners[event] = run },
  save_changes: () => { window.saved = state.numbers } };
window.fromKernel = (name, x) => { state[name] = x; listeners["change:" + name]() };
ESM.render({ model, el: document.getElementById("cell") });
</script>"""


@contextmanager
def hosted(widget: Any, folder: Path) -> Iterator[tuple[Page, Callable[[str], Any]]]:
    """A page around a widget; and what gives the value of an expression in the widget's own."""
    state = json.dumps({"page": widget.page, "numbers": widget.numbers, "passes": 0})
    module = ESM.read_text("utf-8").replace("export default", "const ESM =")
    host = HOST.replace("STATE", state.replace("<", "\\u003c"))
    host = host.replace("<script>", f"<script>{module}", 1)
    (folder / "host.html").write_text(host, "utf-8")
    with chromium() as page:
        page.open((folder / "host.html").as_uri())
        yield page, page.inside_frame()
        assert page.complaints == []


def until(inner: Callable[[str], Any], condition: str) -> None:
    end = time.monotonic() + 20
    while not inner(condition):
        assert time.monotonic() < end, f"never came true: {condition}"
        time.sleep(0.02)


@pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)
def test_the_page_and_the_kernel_hear_each_other(tmp_path: Path) -> None:
    _, _, root = graph()
    with hosted(live(root).widget(), tmp_path) as (page, inner):
        assert (
            inner("document.querySelector('#v0 > .grad').textContent") == "–"
        )  # before backward()
        inner("""(() => { const dial = document.querySelector('#dials input'); dial.value = 1;
            dial.dispatchEvent(new Event('input')) })()""")
        page.wait("window.saved?.[0] === '1'")
        page.value("fromKernel('numbers', ['0.5', '-2'])")
        until(inner, "document.querySelector('#v1 > .data').textContent === '−2'")
        page.value("fromKernel('passes', 1)")
        until(inner, "document.querySelector('#v0 > .grad').textContent !== '–'")
        assert inner("document.getElementById('play').textContent") == "pause"


@pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)
def test_weights_that_came_from_the_kernel_stay_when_a_setting_follows(tmp_path: Path) -> None:
    widget = playground(MLP(2, [3, 1], "tanh", rng=1), moons(20)).widget()
    with hosted(widget, tmp_path) as (page, inner):
        inner("document.querySelector('#text').open = true")
        page.value(f"fromKernel('numbers', Array({len(widget.numbers)}).fill('5'))")
        until(inner, "document.querySelector('#rows input')?.value === '5'")
        inner("""(() => { const rate = document.querySelector('#settings select');
            rate.value = '0.001'; rate.dispatchEvent(new Event('change'));
            document.getElementById('step').click() })()""")
        page.wait(
            "window.saved.some((x) => x !== '5') && saved.every((x) => Math.abs(x - 5) < 0.1)"
        )


def test_weights_of_a_playground_go_both_ways() -> None:
    model = MLP(2, [3, 1], "tanh", rng=1)
    widget = playground(model, moons(20)).widget()
    named = dict(model.named_parameters())
    before = {name: value.data for name, value in named.items()}
    assert sorted(map(float, widget.numbers)) == sorted(before.values())
    widget.numbers = [str(k / 4) for k in range(len(named))]
    assert sorted(value.data for value in named.values()) == [k / 4 for k in range(len(named))]
    model.layers[0].neurons[0].b.data = 7.5
    widget.take()
    assert "7.5" in widget.numbers
