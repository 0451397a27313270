"""The step-through page: what it says, and how it behaves in a real browser."""

from __future__ import annotations

import html
import json
import re
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from chromium import EXECUTABLE, MISSING, Page, chromium

from autograd import Names, Value, leaves, parse, topological_order, where
from autograd.text.format import number
from nn import MLP
from viz import TooLargeError, player

CARDS = """Object.fromEntries([...document.querySelectorAll('text.FIELD')].map(
    text => [text.closest('g').id, text.textContent]))"""
TITLES = """Object.fromEntries([...document.querySelectorAll('g.node')].map(
    group => [group.id, group.querySelector('title')?.textContent]))"""
PLACES = """[...document.querySelectorAll('g.node, #controls button')].map(element => {
    const box = element.getBoundingClientRect(); return [Math.round(box.x), Math.round(box.y)] })"""
TEXT_WITHIN_CARDS = """[...document.querySelectorAll('text.grad')].map(t => t.closest('g')).every(g => {
    const card = g.querySelector('rect.card').getBBox();
    return [...g.querySelectorAll(':scope > text')].every(text => {
        const box = text.getBBox();
        return box.x >= card.x - 0.5 && box.x + box.width <= card.x + card.width + 0.5 }) })"""
IN_SIGHT = """(() => { const figure = document.getElementById('figure').getBoundingClientRect();
    const box = document.querySelector('#v2').getBoundingClientRect();
    return box.left >= figure.left && box.right <= figure.right })()"""
SLIDE = """(() => { const slider = document.getElementById('slider');
    slider.value = 7; slider.dispatchEvent(new Event('input')) })()"""
SMALL = """[...document.querySelectorAll('#controls button, #slider')].filter(
    element => element.getBoundingClientRect().height < 44).length"""
STATE = """document.getElementById('figure').textContent
    + document.getElementById('caption').textContent"""
LINES = "[...document.querySelectorAll('#caption p')].map(p => p.textContent)"
COUNT = "document.getElementById('count').textContent"


def neuron() -> Value:
    data = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    v = {name: Value(x, label=name) for name, x in data.items()}
    root: Value = parse("n = x1*w1 + x2*w2 + b; o = tanh(n)")(v)
    return root


# What it says -------------------------------------------------------------------------------------


def test_forward_then_backward() -> None:
    page = player(neuron(), title="One tanh neuron")
    assert [frame.phase for frame in page.frames] == ["forward"] * 6 + ["backward"] * 6
    assert page.frames[5].lines == ("Forward: o = tanh(n)", "tanh(0.8814) = 0.7071")
    assert page.frames[6].lines == (
        "Backward: every gradient starts from 0, and o.grad from 1",
        "∂o/∂o = 1",
    )
    assert page.frames[7].lines == (
        "Backward: o passes its gradient on",
        "∂tanh(n)/∂n = 1 − tanh(n)²",
        "n.grad += ∂o/∂n · o.grad = 0.5 · 1 = 0.5",
    )
    assert page.frames[11].lines[2:] == (
        "x1.grad += ∂(x1·w1)/∂x1 · (x1·w1).grad = −3 · 0.5 = −1.5",
        "w1.grad += ∂(x1·w1)/∂w1 · (x1·w1).grad = 2 · 0.5 = 1",
    )
    assert {"v2", "o2", "e2_0", "e2_1", "v0", "v1"} == set(page.frames[11].on)


def shown_at_the_end(page: Any) -> dict[str, float]:
    grads: dict[str, float] = {}
    for frame in page.frames:
        grads |= {id: float(exact) for id, field, _, _, exact in frame.set if field == "grad"}
    return grads


def test_the_last_step_shows_the_engines_gradients_and_changes_none() -> None:
    x, y = Value(1.5, label="x"), Value(-0.5, label="y")
    root = where(x > y, x * x * y, y) + (x - y).relu() * 2.0 + 3.0 / x
    x.grad = 7.0
    shown = shown_at_the_end(player(root))
    assert x.grad == 7.0
    x.grad = 0.0
    root.backward()
    assert shown == {f"v{i}": node.grad for i, node in enumerate(topological_order(root))}


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert player(neuron()).html == player(neuron()).html


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_one_file_that_asks_for_nothing() -> None:
    page = player(neuron()).html
    assert len(page) < 145_000
    tags = _Tags()
    tags.feed(page)
    names = [tag for tag, _ in tags.found]
    assert names.count("script") == 2
    assert not {"img", "iframe", "object", "embed", "form", "base", "image", "use"} & set(names)
    for _, attributes in tags.found:
        assert not any(name.startswith("on") for name in attributes)
        assert "src" not in attributes
        assert all(
            str(attributes.get(a) or "#").startswith(("#", "data:,"))
            for a in ("href", "xlink:href")
        )
    policy = next(a["content"] for _, a in tags.found if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


HOSTILE = [
    "</script><script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=1">',
    "{{script}} {{svg}} \\u003c ${x} `",
    "a\nb\x00\x1b[2J\u202e\ud800 \u2028",
    "&lt;b&gt; <b>bold</b>",
    "<!--", "]]>", "-->",
]  # fmt: skip


def hostile() -> Value:
    root = Value(1.0)
    for i, label in enumerate(HOSTILE):
        root = root * Value(i + 2.0, label=label) + 1.0
    root.label = HOSTILE[0]
    return root


def test_hostile_names_stay_text() -> None:
    page = player(hostile(), title=HOSTILE[0]).html
    tags = _Tags()
    tags.feed(page)
    names = [tag for tag, _ in tags.found]
    assert names.count("script") == 2
    assert not {"img", "b"} & set(names)
    block = re.search(r'<script type="application/json" id="steps">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    assert "<" not in block[1]
    assert json.loads(block[1])["steps"]
    page.encode("utf-8")


def test_in_a_notebook_it_is_a_frame() -> None:
    page = player(neuron())
    frame = page._repr_html_()
    assert html.unescape(frame.split('srcdoc="')[1].split('"')[0]) == page.html
    assert repr(page) == "<step-through page of 12 steps: .save('steps.html')>"


def test_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "steps.html"
    page = player(neuron())
    assert page.save(path) == str(path)
    assert path.read_text("utf-8") == page.html
    with pytest.raises(OSError, match=r"steps\.html"):
        page.save(path / "under-a-file.html")


def test_too_large_and_no_value_are_refused() -> None:
    x = Value(1.0)
    y = x
    for _ in range(2000):
        y = y + 1.0
    with pytest.raises(TooLargeError, match="2001 values"):
        player(y)
    with pytest.raises(TypeError, match="takes the Value to differentiate, not float"):
        player(1.0)  # type: ignore[arg-type]
    assert len(player(x).frames) == 2


def test_names_of_a_model_are_short_inside_a_neuron() -> None:
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    loss = (model([Value(0.5, label="x1"), Value(-1.0, label="x2")]) - 1.0) ** 2
    texts = [line for frame in player(loss, names=model).frames for line in frame.lines]
    assert "Backward: w₂₂⁽¹⁾·x2 (in h₂) passes its gradient on" in texts


# How it behaves in a browser ----------------------------------------------------------------------

browser = pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as page:
        yield page


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "steps.html"
    player(neuron(), title="One tanh neuron").save(path)
    return path.as_uri()


def shown(page: Page, field: str) -> dict[str, str]:
    script = CARDS.replace("FIELD", field)
    found: dict[str, str] = page.value(script)
    return found


@browser
def test_steps_by_key_slider_button_and_link(page: Page, url: str) -> None:
    page.open(url)
    assert page.value(COUNT) == "0 / 11"
    assert page.value("document.title") == "One tanh neuron"
    assert shown(page, "data") == {
        "v0": "2", "v1": "−3", "v2": "–", "v3": "0", "v4": "1",
        "v5": "–", "v6": "–", "v7": "6.881", "v8": "–", "v9": "–",
    }  # fmt: skip
    page.press("ArrowRight")
    assert page.value(LINES) == ["Forward: x1·w1", "2·(−3) = −6"]
    assert shown(page, "data")["v2"] == "−6"
    assert page.value("location.hash") == "#step=1"
    page.press("End")
    assert page.value(COUNT) == "11 / 11"
    page.press("ArrowLeft")
    assert page.value("[...document.querySelectorAll('.on')].map(e => e.id).sort()") == [
        "e5_0", "e5_1", "o5", "v3", "v4", "v5",
    ]  # fmt: skip
    page.press("Home")
    assert set(shown(page, "grad").values()) == {"–"}
    page.click("#next")
    assert page.value(COUNT) == "1 / 11"
    page.value(SLIDE)
    assert page.value(COUNT) == "7 / 11"
    page.value("document.getElementById('slider').focus()")
    page.press("ArrowRight")  # once, not twice
    assert page.value(COUNT) == "8 / 11"
    page.value("location.hash = '#step=3'")
    page.wait(f"{COUNT} === '3 / 11'")
    for odd in ("#step=99999", "#step=x", "#nothing"):
        page.value(f"location.hash = '{odd}'")
    page.wait(f"{COUNT} === '11 / 11'")
    page.open(f"{url}#step=7")
    assert page.value(LINES)[2] == "n.grad += ∂o/∂n · o.grad = 0.5 · 1 = 0.5"


@browser
def test_at_the_end_the_gradients_are_the_engines(page: Page, url: str) -> None:
    root = neuron()
    root.backward()
    expected = {f"v{i}": number(node.grad) for i, node in enumerate(topological_order(root))}
    page.open(url)
    for _ in range(11):
        page.press("ArrowRight")
    assert shown(page, "grad") == expected
    assert {leaf.label: number(leaf.grad) for leaf in leaves(root)} == {
        "x1": "−1.5", "w1": "1", "x2": "0.5", "w2": "0", "b": "0.5",
    }  # fmt: skip
    titles = page.value(TITLES)
    said, grad = titles["v0"].rsplit(" ", 1)
    assert said == "x1: data 2, grad"
    assert float(grad) == pytest.approx(topological_order(root)[0].grad, rel=1e-14)


@browser
def test_there_and_back_shows_the_same(page: Page, url: str) -> None:
    page.open(url)
    there = [page.value(STATE)]
    for _ in range(11):
        page.press("ArrowRight")
        there.append(page.value(STATE))
    back = [page.value(STATE)]
    for _ in range(11):
        page.press("ArrowLeft")
        back.append(page.value(STATE))
    assert [*reversed(back)][1:] == there[1:]
    assert len(set(there)) == 12


@browser
def test_space_plays_to_the_end_and_pauses(page: Page, url: str) -> None:
    page.open(f"{url}#step=10")
    page.press(" ")
    assert page.value("document.getElementById('play').textContent") == "pause"
    page.wait(f"{COUNT} === '11 / 11'")
    assert page.value("document.getElementById('play').textContent") == "play"
    page.press(" ")  # from the end it starts anew
    assert page.value(COUNT) == "0 / 11"
    page.press(" ")
    assert page.value("document.getElementById('play').textContent") == "play"


@browser
def test_nothing_moves_but_the_numbers(page: Page, url: str) -> None:
    page.open(url)
    places = []
    for _ in range(12):
        places.append(page.value(PLACES))
        page.press("ArrowRight")
    assert all(place == places[0] for place in places)
    assert page.value(TEXT_WITHIN_CARDS) is True


@browser
def test_a_screen_reader_hears_the_caption_and_finds_the_controls(page: Page, url: str) -> None:
    page.open(f"{url}#step=7")
    tree = page("Accessibility.getFullAXTree")["nodes"]
    found = {
        (node["role"]["value"], node.get("name", {}).get("value", "")): {
            p["name"]: p["value"].get("value") for p in node.get("properties", ())
        }
        for node in tree
        if not node.get("ignored")
    }
    for control in (
        ("button", "One step back"),
        ("button", "play"),
        ("button", "One step on"),
        ("slider", "Step"),
    ):
        assert control in found
    live = next(properties for (role, _), properties in found.items() if role == "status")
    assert live["live"] == "polite"
    assert "7 of 11" in page.value(
        "document.getElementById('slider').getAttribute('aria-valuetext')"
    )
    assert any(role == "graphics-document" or "document" in role.lower() for role, _ in found)
    assert page.value("document.documentElement.lang") == "en"
    assert page.value("document.querySelectorAll('li[aria-current]').length") == 1


@browser
def test_on_a_phone_the_page_fits_and_follows(page: Page, url: str) -> None:
    page.open(f"{url}#step=11", width=360, height=740, mobile=True)
    assert page.value("document.documentElement.scrollWidth") <= 360
    assert page.value(IN_SIGHT) is True
    assert page.value(SMALL) == 0
    page.press("Home")
    assert page.value(COUNT) == "0 / 11"


@browser
def test_hostile_names_do_nothing_in_a_browser(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    player(hostile(), title=HOSTILE[0]).save(path)
    page.open(path.as_uri())
    page.press("End")
    assert page.value("document.title") == HOSTILE[0]
    assert page.value("document.querySelectorAll('img, b').length") == 0
    count = page.value(COUNT)
    assert count.split(" / ")[0] == count.split(" / ")[1]


@browser
def test_no_request_and_no_complaint_in_all_of_the_above(page: Page, url: str) -> None:
    page.open(url)
    page.wait(COUNT + " === '0 / 11'")
    assert [
        request for request in page.requests if not request.startswith(("file://", "about:"))
    ] == []
    assert {request.split("#")[0].rsplit("/", 1)[1] for request in page.requests} <= {
        "steps.html",
        "hostile.html",
        "sneaked.html",  # of the test below, where the order is another
        "about:blank",
    }
    assert page.complaints == []


@browser
def test_a_script_that_sneaks_in_is_stopped(page: Page, url: str, tmp_path: Path) -> None:
    path = tmp_path / "sneaked.html"
    text = player(neuron()).html
    path.write_text(
        text.replace("</main>", "<script>document.title = 'owned'</script></main>"), "utf-8"
    )
    page.open(path.as_uri())
    assert page.value("document.title") != "owned"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)
    page.complaints.clear()


def test_a_graph_too_large_is_refused_before_its_steps_are_made() -> None:
    x = Value(1.0)
    for _ in range(20_000):
        x = -x
    tracemalloc.start()
    try:
        Names(x)
        naming = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        with pytest.raises(TooLargeError, match="20001 values are too many for a page"):
            player(x)
        assert tracemalloc.get_traced_memory()[1] < 2 * naming
    finally:
        tracemalloc.stop()
