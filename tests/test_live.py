"""The live page: what it says, and how it behaves in a real browser."""

from __future__ import annotations

import html
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chromium import EXECUTABLE, MISSING, Page

from autograd import Op, Value, compare, parse, topological_order
from autograd.text.format import number
from nn import MLP
from viz import Live, TooLargeError, live, player
from viz.tour.tour import CHAPTERS, tour

CARDS = """Object.fromEntries([...document.querySelectorAll('g.node:not(.gone) > text.FIELD')].map(
    text => [text.closest('g').id, text.textContent]))"""
LIT = "[...document.querySelectorAll('.lit')].map(e => e.id).sort()"
WHY = "[...document.querySelectorAll('#why p')].map(p => p.textContent)"
COUNT = "document.getElementById('count').textContent"
IN_SIGHT = """(() => { const frame = document.getElementById('figure').getBoundingClientRect();
    return [...document.querySelectorAll('g.node:not(.gone)')].every(node => {
        const box = node.getBoundingClientRect();
        return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top
            && box.bottom <= frame.bottom }) })()"""
DATA = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}


def neuron(**data: float) -> Value:
    v = {name: Value(x, label=name) for name, x in (DATA | data).items()}
    root: Value = parse("n = x1*w1 + x2*w2 + b; o = tanh(n)")(v)
    return root


def shared(x: float = 3.0) -> Value:
    root: Value = parse("b = a*a + 2*a; f = b*a")({"a": Value(x, label="a")})
    return root


def network() -> tuple[Value, MLP]:
    model = MLP(4, [3, 1], activation="tanh", rng=0)
    loss = (model([Value(0.3 * k - 0.5, label=f"x{k + 1}") for k in range(4)]) - 1.0) ** 2
    loss.label = "loss"
    return loss, model


def engine(root: Value) -> dict[str, dict[str, str]]:
    """What the cards should say."""
    order = topological_order(root)
    for node in order:
        node.grad = 0.0
    root.backward()
    return {
        field: {f"v{i}": number(getattr(node, field)) for i, node in enumerate(order)}
        for field in ("data", "grad")
    }


# What it says ---------------------------------------------------------------------------------------


def test_a_file_of_its_own_with_the_same_bytes_every_time(tmp_path: Path) -> None:
    page = live(neuron(), title="One tanh neuron")
    assert isinstance(page, Live)
    assert page.html == live(neuron(), title="One tanh neuron").html
    assert page.save(tmp_path / "new" / "live.html") == str(tmp_path / "new" / "live.html")
    assert (tmp_path / "new" / "live.html").read_text("utf-8") == page.html
    assert "http" not in page.html.replace("http-equiv", "").replace(
        "http://www.w3.org", ""
    ).replace("(file|https?)", "")


def test_what_is_no_value_or_too_large_is_refused() -> None:
    with pytest.raises(TypeError, match=r"live\(\) takes the Value to differentiate, not float"):
        live(1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rankdir is LR, TB, RL or BT, not 'up'"):
        live(Value(1.0), rankdir="up")
    y = Value(1.0)
    for _ in range(1600):
        y = y + 1.0
    with pytest.raises(TooLargeError, match=r"1601 values .* one sample of the mean"):
        live(y)


def test_the_player_is_the_same_page_from_its_first_step() -> None:
    def script(page: str) -> str:
        return page[page.rindex("<script>") :]

    assert script(player(neuron()).html) == script(live(neuron()).html)


def test_the_name_in_a_caption_is_the_name_on_a_box() -> None:
    loss, model = network()
    page = live(loss, names=model).html
    boxes = set(map(html.unescape, re.findall(r'<text class="name"[^>]*>(.*?)</text>', page)))
    listed = page[page.index('id="list"') : page.index("</ol>")]
    said = re.findall(r"Backward: (.*?)(?: \(in [\w.]+\))? passes its gradient on", listed)
    assert len(said) == 35
    assert {html.unescape(name) for name in said} <= boxes


def test_the_gradients_stay_as_they_are() -> None:
    root = neuron()
    for node in topological_order(root):
        node.grad = 7.0
    live(root)
    assert {node.grad for node in topological_order(root)} == {7.0}


# How it behaves in a browser ------------------------------------------------------------------------

browser = pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)


def cards(page: Page) -> dict[str, dict[str, str]]:
    return {field: page.value(CARDS.replace("FIELD", field)) for field in ("data", "grad")}


@browser
def test_a_drag_on_a_card_moves_every_number(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("neuron", neuron()))
    assert page.value(IN_SIGHT) is True
    assert cards(page) == engine(neuron())
    page.drag("#v0", 45)
    page.wait("document.querySelector('#v0 > .data').textContent !== '2'")
    x1 = float(page.value("document.querySelector('#v0 > .data').textContent"))
    assert x1 > 2
    assert cards(page) == engine(neuron(x1=x1))
    page.value("document.getElementById('reset').click()")
    assert cards(page) == engine(neuron())


@browser
def test_a_number_is_typed_on_a_card_or_beside_a_slider(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()))
    page.click("#v1")
    page.type("−2/3")
    page.press("Enter")
    assert cards(page) == engine(neuron(w1=-2 / 3))
    page.click("#dials li:nth-child(1) input[type=text]")
    page.value("document.activeElement.select()")
    page.type("1,5")
    page.press("Enter")
    page.press("Tab")
    assert cards(page) == engine(neuron(w1=-2 / 3, x1=1.5))
    page.value("""(() => { const dial = document.querySelector('#dials li:nth-child(5) input');
        dial.value = -4; dial.dispatchEvent(new Event('input')); })()""")
    page.wait("document.querySelector('#v7 > .data').textContent !== '6.881'")
    at = float(page.value("document.querySelector('#dials li:nth-child(5) input').value"))
    assert cards(page) == engine(neuron(w1=-2 / 3, x1=1.5, b=at))
    page.click("#v1")
    page.type("alert(1)")
    page.press("Enter")
    assert cards(page) == engine(neuron(w1=-2 / 3, x1=1.5, b=at))


@browser
def test_arrows_change_a_leaf_that_has_the_focus(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("neuron", neuron()))
    page.value("document.getElementById('v0').focus()")
    page.press("ArrowUp")
    x1 = float(page.value("document.querySelector('#v0 > .data').textContent"))
    assert x1 > 2
    assert cards(page) == engine(neuron(x1=x1))
    assert page.value(COUNT) == "11 / 11"


@browser
def test_the_arithmetic_of_a_step_is_that_of_the_numbers_now(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()) + "#step=11&x1=-4&w1=0.5")
    root = neuron(x1=-4.0, w1=0.5)
    said = page.value("[...document.querySelectorAll('#caption p')].map(p => p.textContent)")
    assert said == list(player(root).frames[11].lines)
    listed = page.value("""(() => { document.querySelector('details').open = true;
        document.querySelector('details').dispatchEvent(new Event('toggle'));
        return [...document.querySelectorAll('#list li')].map(li => li.innerText.split('\\n')) })()""")
    assert listed == [list(frame.lines) for frame in player(root).frames]


@browser
def test_a_term_lights_what_it_speaks_of(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("neuron", neuron()) + "#step=11")
    page.point("#caption p:nth-child(3) .term:nth-of-type(1)")
    assert page.value(LIT) == ["e2_0", "v0", "v2"]
    page.point("#caption p:nth-child(3) .term:nth-of-type(2)")
    assert page.value(LIT) == ["v2"]
    page.point("h1")
    assert page.value(LIT) == []


@browser
def test_a_value_says_why_its_gradient_is_a_sum(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("shared", shared()))
    page.point("#v0")
    assert page.value(WHY)[-5:] == [  # by hand: f = a³ + 2a², f′ = 3a² + 4a = 39
        "∂f/∂a · f.grad = 15 · 1 = 15",
        "∂(2·a)/∂a · (2·a).grad = 2 · 3 = 6",
        "∂(a²)/∂u · (a²).grad = 3 · 3 = 9",
        "∂(a²)/∂v · (a²).grad = 3 · 3 = 9",
        "∂f/∂a = 15 + 6 + 9 + 9 = 39",
    ]


@browser
@pytest.mark.parametrize(
    "given", ["39", "-39", "24", "15", "3*a^2 + 4*a", "6*a + 21", "13*a", "40"]
)
def test_an_answer_gets_the_reply_of_compare(
    page: Page, saved: Callable[..., str], given: str
) -> None:
    page.open(saved("shared", shared()))
    page.value("document.getElementById('v0').focus()")
    page.value(f"(document.getElementById('given').value = {given!r})")
    page.value("document.getElementById('check').click()")
    said = page.value("document.getElementById('reply').textContent")
    (row,) = compare(shared(), {"a": given}).rows
    assert said.startswith("✓" if row.ok else "✗")
    assert row.verdict in said
    if row.slips and not row.ok and row.is_number:
        assert row.slips[0].text in said


@browser
def test_at_other_numbers_the_plain_slips_are_known(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("shared", shared()) + "#a=2")  # by hand: f′ = 8 + 4 + 4 + 4 along four arrows
    page.value("document.getElementById('v0').focus()")
    for given, said in [
        ("20", "✓ right"),
        ("-20", "✗ wrong: the sign is flipped"),
        ("12", "✗ wrong: the arrow to f is forgotten"),
        ("8", "✗ wrong: only the arrow to f is counted: the others add to it"),
        ("7", "✗ wrong: none of the usual slips gives this"),
    ]:
        page.value(f"(document.getElementById('given').value = {given!r})")
        page.value("document.getElementById('check').click()")
        assert page.value("document.getElementById('reply').textContent") == said


@browser
def test_predict_hides_the_gradients_until_they_are_answered(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()))
    page.click("#predict")
    grads = cards(page)["grad"]
    assert {text for id, text in grads.items() if id != "v9"} == {"?"}
    assert grads["v9"] == "1"
    assert "0.5" not in page.value("document.getElementById('dock').textContent")
    page.value("document.getElementById('v0').focus()")
    page.click("#given")
    page.type("-1.5")
    page.press("Enter")
    assert cards(page)["grad"]["v0"] == "−1.5"
    assert cards(page)["grad"]["v1"] == "?"
    page.value("document.getElementById('v1').focus()")
    page.click("#tell")
    assert cards(page)["grad"]["v1"] == "1"


@browser
def test_neurons_layers_and_named_parts_fold(page: Page, saved: Callable[..., str]) -> None:
    loss, model = network()
    url = saved("network", loss, names=model)
    page.open(url)
    expected = engine(loss)
    assert page.value(IN_SIGHT) is True
    folded = cards(page)["grad"]  # an overview: every neuron is one card with its output's numbers
    assert len(folded) < 15
    assert folded.items() <= expected["grad"].items()
    page.value("""(() => { const fold = document.getElementById('fold'); fold.value = '';
        fold.dispatchEvent(new Event('change')) })()""")
    assert cards(page) == expected
    page.value("document.querySelector('#g19 .fold').dispatchEvent(new MouseEvent('click'))")
    assert 15 < len(cards(page)["grad"]) < len(expected["grad"])
    assert "fold=1" in page.value("location.hash")
    page.open(saved("neuron", neuron()) + "#fold=0")
    assert set(cards(page)["data"]) == {"v0", "v3", "v8", "v9"}  # the inputs, n and o
    assert page.value("document.querySelector('#dv0_v8 .local').textContent") == "×−3"
    page.click("#nodes > .fold")
    assert len(cards(page)["data"]) == 10
    assert page.value("document.getElementById('fold').value") == ""
    page.open(url + "#fold=1")
    assert page.value("document.getElementById('fold').selectedOptions[0].text") == "some folded"


@browser
def test_wheel_keys_and_map(page: Page, saved: Callable[..., str]) -> None:
    loss, model = network()
    page.open(saved("network", loss, names=model) + "#fold=")
    scale = "new DOMMatrix(getComputedStyle(document.getElementById('world')).transform).a"
    at_first = page.value(scale)
    assert page.value(IN_SIGHT) is True
    page.wheel("#figure", -400)
    page.wait(f"{scale} > {1.3 * at_first}")
    for _ in range(4):
        page.press("+")
    assert page.value("document.getElementById('map').hasAttribute('hidden')") is False
    page.press("0")
    assert page.value(scale) == pytest.approx(at_first)
    assert page.value("document.getElementById('map').hasAttribute('hidden')") is True


@browser
def test_the_address_holds_numbers_step_and_folds(
    page: Page, saved: Callable[..., str], tmp_path: Path
) -> None:
    url = saved("neuron", neuron())
    page.open(url + "#step=7&x1=-4.5&fold=0")
    assert page.value(COUNT) == "7 / 11"
    assert cards(page)["data"]["v0"] == "−4.5"
    assert "v5" not in cards(page)["data"]
    there = page.value("location.hash")
    page.open(url + there)
    assert page.value("location.hash") == there == "#step=7&x1=-4.5&fold=0"
    step = Value(2.0, label="step")
    live(step * 3.0).save(tmp_path / "step.html")
    page.open((tmp_path / "step.html").as_uri() + "#step=0&%73tep=5")
    assert (page.value(COUNT), cards(page)["data"]["v0"]) == ("0 / 3", "5")
    assert page.value("location.hash") == "#step=0&%73tep=5"
    for odd in ("#x1=", "#x1=z&y=3", "#fold=99", "#%E0=1", "#step"):
        page.open(url + odd)
        assert cards(page) == engine(neuron())


@browser
def test_a_large_graph_is_the_engines_too(page: Page, saved: Callable[..., str]) -> None:
    model = MLP(8, [8, 8, 1], activation="tanh", rng=1)
    inputs = [Value(0.5 * k - 1.7, label=f"x{k}") for k in range(8)]
    root = model(inputs)
    page.open(saved("large", root, names=model) + "#fold=&x0=0.25")
    inputs[0].data = 0.25
    assert cards(page) == engine(model(inputs))
    assert page.value(IN_SIGHT) is True


@browser
@pytest.mark.parametrize("folds", ["#fold=", ""])
def test_after_a_drag_every_line_is_that_of_its_number(
    page: Page, saved: Callable[..., str], folds: str
) -> None:
    model = MLP(8, [8, 8, 1], activation="tanh", rng=1)
    url = saved(
        "large", model([Value(0.5 * k - 1.7, label=f"x{k}") for k in range(8)]), names=model
    )
    lines = """[...document.querySelectorAll('.edge:not(.gone)')].map(
        edge => [edge.id, edge.querySelector('.line').style.strokeWidth, edge.textContent])"""
    page.open(url + folds)
    before = page.value(lines)
    there = page.value("location.hash")
    page.value("""(() => { const dial = document.querySelector('#dials input');
        const move = (x) => { dial.value = x; dial.dispatchEvent(new Event('input')) };
        [-1, 0.5, 1.25].forEach(move); requestAnimationFrame(() => {
            dial.dispatchEvent(new Event('change')) }) })()""")
    page.wait(f"location.hash !== {there!r}")
    dragged = page.value(lines)
    assert dragged != before
    page.open(url + page.value("location.hash"))
    assert page.value(lines) == dragged


@browser
def test_a_row_of_ones_own_runs_if_it_has_a_text_and_else_holds_still(
    page: Page, tmp_path: Path
) -> None:
    def cube(text: str) -> Value:
        op = Op("cube", "x³", "x³", lambda x: x * x * x, lambda x: x**3,
                (lambda x, y: 3.0 * x * x,), javascript=text)  # fmt: skip
        root: Value = op(Value(2.0, label="x")) + 1.0
        return root

    live(cube("x * x * x")).save(tmp_path / "own.html")
    page.open((tmp_path / "own.html").as_uri() + "#x=3")
    assert cards(page)["data"] == {"v0": "3", "v1": "27", "v2": "28"}
    assert cards(page)["grad"] == {"v0": "27", "v1": "1", "v2": "1"}
    live(cube("")).save(tmp_path / "silent.html")
    page.open((tmp_path / "silent.html").as_uri() + "#x=3")
    assert cards(page)["data"] == {"v0": "2", "v1": "8", "v2": "9"}
    assert "has no text in JavaScript" in page.value("document.getElementById('dials').textContent")


HOSTILE = [
    "</script><script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=1">',
    "a&step=3#",
    "{{svg}}",
    "a\nb\x00\u202e\ud800",
]


@browser
def test_hostile_labels_stay_text(page: Page, tmp_path: Path) -> None:
    root = Value(1.0)
    for i, label in enumerate(HOSTILE):
        root = root * Value(i + 2.0, label=label) + 1.0
    live(root, title=HOSTILE[0]).save(tmp_path / "hostile.html")
    page.open((tmp_path / "hostile.html").as_uri())
    page.drag("#v1", 30)
    page.press("Home")
    page.press("End")
    assert page.value("document.title") == HOSTILE[0]
    assert page.value("document.querySelectorAll('img').length") == 0
    for i in (1, 3, 5):
        page.value(f"document.getElementById('v{i}')?.focus()")


@browser
def test_in_a_sandboxed_frame_every_button_works(page: Page, tmp_path: Path) -> None:
    host = tmp_path / "notebook.html"
    host.write_text(f"<!DOCTYPE html><title>n</title>{live(neuron())._repr_html_()}", "utf-8")
    page.open(host.as_uri())
    inner = page.inside_frame()

    assert inner("document.getElementById('count').textContent") == "11 / 11"
    for button in ("back", "play", "predict", "closer", "farther", "fit", "reset"):
        inner(f"document.getElementById('{button}').click()")
    inner("document.querySelector('details').open = true")
    inner("document.querySelector('#list li:nth-child(4) a').click()")
    assert inner("document.getElementById('count').textContent") == "3 / 11"
    assert inner("document.getElementById('here').hidden") is True
    assert page.value("location.href") == host.as_uri()
    assert len(page("Page.getFrameTree")["frameTree"]["childFrames"]) == 1


@browser
def test_dark_print_and_reduced_motion(page: Page, saved: Callable[..., str]) -> None:
    url = saved("neuron", neuron())
    ground = "getComputedStyle(document.body).backgroundColor"
    page.open(url)
    assert page.value(ground) == "rgb(255, 255, 255)"
    page.emulate(prefers_color_scheme="dark")
    assert page.value(ground) == "rgb(21, 24, 29)"
    page.emulate(prefers_reduced_motion="reduce")
    page.open(url + "#step=2")
    page.press("ArrowRight")
    assert page.value("document.querySelectorAll('.pulse').length") == 0
    page.emulate()
    page.press("ArrowRight")
    assert page.value("document.querySelectorAll('.pulse').length") == 2
    page.wait("document.querySelectorAll('.pulse').length === 0")
    page.value("dispatchEvent(new Event('beforeprint'))")
    page.emulate(media="print")
    visible = "getComputedStyle(document.querySelector('{}')).display !== 'none'"
    shown = [page.value(visible.format(s)) for s in ("#list", "#drawing", "#dock", "#tools")]
    assert shown == [True, True, False, False]
    page.emulate()


@browser
def test_on_a_phone_it_fits_and_fingers_find_the_buttons(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()), width=375, height=740, mobile=True)
    assert page.value("document.documentElement.scrollWidth") <= 375
    assert page.value(IN_SIGHT) is True
    height = "document.querySelector('{}').getBoundingClientRect().height"
    assert (
        page.value(height.format("#v0 > .data")) >= 8
    )  # the arrows point downwards: cards as wide
    top = "document.querySelector('{}').getBoundingClientRect().top"
    assert page.value(top.format("#v9")) > page.value(top.format("#v0")) + 200
    page.click("#v0")
    assert page.value("document.getElementById('subject').textContent") == "x1"
    small = """[...document.querySelectorAll('button, select, #dials input[type=text]')].filter(
        e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.id)"""
    assert page.value(small) == []


def axe() -> Path | None:
    """Where npm keeps axe-core, if it does."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
    path = Path(root.stdout.strip()) / "axe-core" / "axe.min.js"
    return path if path.exists() else None


@browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, saved: Callable[..., str], scheme: str) -> None:
    rules = axe()
    if rules is None:
        pytest.skip("no axe-core here: npm install -g axe-core")
    loss, model = network()
    page.emulate(prefers_color_scheme=scheme)
    for url in (saved("neuron", neuron()), saved("network", loss, names=model)):
        page.open(url)
        page.value("document.getElementById('v0')?.focus()")
        page.value(rules.read_text("utf-8") + "; 0")
        page.value("axe.run().then(found => { window.found = found }); 0")
        page.wait("window.found")
        found = page.value("found.violations.map(v => [v.id, v.nodes.map(n => n.html)])")
        assert found == []
    page.emulate()


# The page's own number texts and formulas, in a JavaScript engine -----------------------------------

SCRIPTS = Path(live.__code__.co_filename).parent


def in_node(names: list[str], expression: str) -> Any:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here: apt-get install nodejs")
    texts = [(SCRIPTS / f"{name}.js").read_text("utf-8") for name in names]
    script = "\n".join([*texts, f"process.stdout.write(JSON.stringify({expression}))"])
    ran = subprocess.run([node, "-"], input=script, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_numbers_are_written_as_python_writes_them() -> None:
    ties = [1.0625, 2.5, 0.125, 1.0005, 12345.0, 123455.0, 99995.0, 0.0009765625, 0.03125, 9999.5]
    scales = [
        s * m * 10.0**k for k in range(-12, 12) for m in (1, 2.345678, 9.99996) for s in (1, -1)
    ]
    numbers = [*ties, *(-x for x in ties), *scales, 0.0, 5e-324, 1.7e308, 1 / 3]
    for digits in (3, 4, 6):
        found = in_node(["format"], f"{json.dumps(numbers)}.map((x) => number(x, {digits}))")
        assert found == [number(x, digits) for x in numbers]
    assert in_node(["format"], "[NaN, 1/0, -1/0].map((x) => number(x))") == ["nan", "∞", "−∞"]


@pytest.mark.parametrize(
    "text",
    ["2*x*y", "-x^2", "2*x + 3*(y - 1)", "x²·y", "x/y/2", "2^-1", "-(x - y)*2", "1.5e-3*x",
     "x ** 2 ** y", "sqrt(x) + exp(-y)", "7 % 3", "tanh(x*y)", "x − y", "maximum(x, 2)", "pi*x"],
)  # fmt: skip
def test_a_formula_reads_as_it_does_in_python(text: str) -> None:
    from viz.page.document import script

    table = script().split("\n", 2)[2].split("\n// Numbers as people write them", 1)[0]
    values = {"x": 1.7, "y": -0.6}
    names = "new Map([['x', 1.7], ['y', -0.6]])"
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here: apt-get install nodejs")
    reader = (SCRIPTS / "reader.js").read_text("utf-8")
    code = f"{table}\n{reader}\nconsole.log(readFormula({text!r}, {names})((value) => value))"
    ran = subprocess.run([node, "-"], input=code, capture_output=True, text=True, check=True)
    assert math.isclose(float(ran.stdout), parse(text)(values), rel_tol=1e-14)


# The tour, and the commands that open it --------------------------------------------------------------


@browser
def test_the_tour_shows_its_chapters_in_frames(page: Page, tmp_path: Path) -> None:
    path = tour().save(tmp_path / "tour.html")
    assert len(tour().html) < 800_000
    for k, chapter in enumerate(CHAPTERS, 1):
        page.open(f"{Path(path).as_uri()}#chapter={k}")
        assert page.value("document.getElementById('text').textContent") == chapter.text
        page.wait("document.querySelectorAll('iframe').length === 1")
        (child,) = page("Page.getFrameTree")["frameTree"]["childFrames"]
        context = page("Page.createIsolatedWorld", frameId=child["frame"]["id"])
        found = page(
            "Runtime.evaluate",
            expression="document.querySelectorAll('.edge.positive, .unit').length",
            returnByValue=True, contextId=context["executionContextId"],
        )  # fmt: skip
        assert found["result"]["value"] > 0  # the script ran
    page.value(f"document.getElementById('tab{len(CHAPTERS) - 1}').focus()")
    page.press("ArrowRight")
    assert page.value("document.activeElement.id") == "tab0"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("live", "tanh(x*w)", "x=2", "w=-3"), "live.html"),
        (("demo",), "tour.html"),
        (("playground", "moons", "--hidden", "3"), "playground.html"),
    ],
)
def test_the_commands_write_a_page_and_open_it(
    arguments: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    opened = tmp_path / "opened.txt"
    command = (
        f'{sys.executable} -c "import sys; open({str(opened)!r}, chr(119)).write(sys.argv[1])" %s'
    )
    settings = os.environ | {"BROWSER": command, "TMPDIR": str(tmp_path)}
    run = [sys.executable, "-m", "viz", *arguments]
    shown = subprocess.run(run, env=settings, capture_output=True, text=True, check=True)
    path = Path(shown.stdout.strip())
    assert path.name == name
    assert opened.read_text() == path.as_uri()
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")
    quiet = [*run, "-o", str(tmp_path / "here.html")]
    opened.unlink()
    subprocess.run(quiet, env=settings, capture_output=True, check=True)
    assert (tmp_path / "here.html").read_bytes() == path.read_bytes()
    assert not opened.exists()
