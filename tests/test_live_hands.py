"""The live page in somebody's hands: fingers, keys, odd numbers, damaged links, large graphs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import pytest
from chromium import EXECUTABLE, MISSING, Page
from test_live import COUNT, IN_SIGHT, cards, engine, network, neuron

from autograd import Value
from nn import MLP, RNN
from viz import live

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)
SCALE = "new DOMMatrix(getComputedStyle(document.getElementById('world')).transform).a"
PLAYS = "document.getElementById('play').textContent === 'pause'"
LISTED = "document.getElementById('list').innerText"
WHY = "document.getElementById('why').innerText"
FOLDED = "document.getElementById('fold').value"
UNDER_BUTTONS = """(() => { const zoom = document.getElementById('zoom').getBoundingClientRect();
    return [...document.querySelectorAll('g.node:not(.gone) > .card')].filter(card => {
        const box = card.getBoundingClientRect();
        return box.left < zoom.right && box.right > zoom.left && box.top < zoom.bottom
            && box.bottom > zoom.top }).length })()"""


@pytest.fixture
def phone(page: Page, saved: Callable[..., str]) -> Iterator[Page]:
    page("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    page.open(saved("neuron", neuron()), width=375, height=812, mobile=True)
    yield page
    page("Emulation.setTouchEmulationEnabled", enabled=False)


def test_a_finger_drags_a_leaf_and_the_page(phone: Page) -> None:
    x, y = phone.middle("#v0")
    phone.touch((x, y, 40, 0))
    phone.wait("document.querySelector('#v0 > .data').textContent !== '2'")
    x1 = float(phone.value("document.querySelector('#v0 > .data').textContent"))
    assert x1 > 2
    assert cards(phone) == engine(neuron(x1=x1))
    x, y = phone.middle("#v5")
    phone.touch((x, y, 0, -120))
    phone.wait("scrollY > 20")


def test_two_fingers_zoom_and_no_number_moves_if_one_stands_on_a_leaf(phone: Page) -> None:
    x, y = phone.middle("#v0")
    before = phone.value(SCALE)
    phone.touch((x, y, -20, -20), (x + 60, y + 150, 60, 60))
    phone.wait(f"{SCALE} > {1.2 * before}")
    assert cards(phone) == engine(neuron())
    assert phone.value("location.hash") == ""


def test_space_plays_wherever_the_focus_is(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("neuron", neuron()))
    page.click("#v2")
    assert page.value("document.activeElement.id") == "v2"
    page.press(" ")
    assert page.value(PLAYS) is True
    page.press(" ")
    assert page.value(PLAYS) is False


def test_a_number_that_is_none_stays_to_be_mended(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("neuron", neuron()))
    page.click("#v0")
    page.type("2 apples")
    page.press("Enter")
    assert page.value("document.activeElement.id") == "typing"
    assert "−1.5" in page.value("document.getElementById('typing').validationMessage")
    assert cards(page) == engine(neuron())
    page.press("Escape")
    assert page.value("document.activeElement.id") == "v0"
    page.click("#v0")
    page.type("4")
    page.click("#given")  # what is clicked has the focus, and the number counts
    assert page.value("document.activeElement.id") == "given"
    assert cards(page) == engine(neuron(x1=4.0))
    page.click("#v0")
    page.type("5")
    page.wheel("#v9", -200)  # the card goes elsewhere, and the number counts
    page.wait("document.getElementById('typing').hidden")
    assert cards(page) == engine(neuron(x1=5.0))


@pytest.mark.parametrize(
    ("typed", "x"),
    [("nan", math.nan), ("inf", math.inf), ("-inf", -math.inf), ("-0.0", -0.0), ("1e300", 1e300),
     ("10^-300", 1e-300), ("1e999", math.inf)],
)  # fmt: skip
def test_odd_numbers_are_numbers(
    page: Page, saved: Callable[..., str], typed: str, x: float
) -> None:
    url = saved("neuron", neuron())
    page.open(url)
    page.click("#v0")
    page.type(typed)
    page.press("Enter")
    expected = cards(page)
    assert expected == engine(neuron(x1=x))
    link = page.value("location.hash")
    value = link.partition("=")[2]
    assert repr(float(value)) == repr(x)
    page.open(url + link)
    assert cards(page) == expected
    assert "NaN" not in page.value("document.getElementById('edges').innerHTML")


ODD = {
    "one node": Value(2.0, label="x"),
    "integers": Value(2, label="x") * Value(3, label="y"),
    "nan gradient": Value(-1.0, label="x").log() * 2.0,
    "huge": Value(1e308, label="x") * Value(1e-300, label="y"),
    "no numbers": Value(math.inf, label="x") - Value(math.nan, label="y"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_graphs_are_pages(page: Page, saved: Callable[..., str], name: str) -> None:
    root = ODD[name]
    page.open(saved(name, root))
    assert page.value(IN_SIGHT) is True
    assert cards(page) == engine(root)
    page.press("Home")
    page.press("ArrowRight")
    page.press("End")
    assert cards(page) == engine(root)
    ends = "[...document.querySelectorAll('#dials input[type=range]')].flatMap(e => [e.min, e.max])"
    assert all(math.isfinite(float(end)) for end in page.value(ends))


def test_all_steps_as_text_follow_while_they_are_open(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()))
    page.click("summary")
    page.wait("document.querySelector('details').open")
    page.drag("#v0", 45)
    x1 = page.value("document.querySelector('#v0 > .data').textContent")
    assert f"{x1}·(−3)" in page.value(LISTED)
    page.click("#predict")
    assert ".grad = −3 · ? = ?" in page.value(LISTED)  # and gives no gradient away


def test_an_answer_gives_no_other_gradient_away(page: Page, saved: Callable[..., str]) -> None:
    a = Value(3.0, label="a")
    root = a * 7.0 + a * a  # by hand: 7 + 2a = 13
    page.open(saved("predict", root))
    page.click("#predict")
    page.click("#v0")
    page.click("#given")
    page.type("13")
    page.press("Enter")
    assert page.value("document.getElementById('reply').textContent") == "✓ right"
    page.value("document.getElementById('v1').focus()")
    page.value("document.getElementById('v0').focus()")
    assert "= ? + ? + ? = 13" in page.value(WHY)


def test_an_address_says_all_also_in_a_page_that_is_open(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()) + "#step=7&x1=5&fold=0")
    page.value("location.hash = '#w1=2'")
    page.wait("!location.hash.includes('fold')")
    assert cards(page) == engine(neuron(w1=2.0))
    assert page.value(COUNT) == "11 / 11"
    page.value("history.back()")
    page.wait(f"{COUNT} === '7 / 11'")
    assert page.value("document.querySelector('#v0 > .data').textContent") == "5"


def test_what_is_too_large_to_read_begins_folded(page: Page, saved: Callable[..., str]) -> None:
    model = MLP(8, [8, 8, 1], activation="tanh", rng=1)
    root = model([Value(0.5 * k - 1.7, label=f"x{k}") for k in range(8)])
    url = saved("large", root, names=model)
    for width, height, folded in (
        (1280, 800, "neuron"),
        (768, 1024, "neuron"),
        (375, 812, "layer"),
    ):
        page.open(url, width=width, height=height)
        assert page.value(FOLDED) == folded
        assert page.value(IN_SIGHT) is True
        assert page.value(SCALE) > 0.3


def test_a_window_that_is_high_gets_a_drawing_that_is(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()), width=768, height=1024)
    high = page.value(SCALE)
    top = "document.querySelector('{}').getBoundingClientRect().top"
    assert page.value(top.format("#v9")) > page.value(top.format("#v0")) + 300
    page("Emulation.setDeviceMetricsOverride", width=1024, height=768, deviceScaleFactor=1,
         mobile=False)  # fmt: skip
    page.wait(f"{top.format('#v9')} < {top.format('#v0')} + 300")
    assert high > 0.8


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (375, 812)])
def test_no_card_stands_under_the_buttons(
    page: Page, saved: Callable[..., str], size: tuple[int, int]
) -> None:
    cell = RNN(1, 2, rng=0)
    root = cell([[Value(x, label=f"x{k}")] for k, x in enumerate((0.5, -1.0, 0.25))])[-1][-1]
    loss, model = network()
    for url in (saved("rnn", root, names=cell), saved("network", loss, names=model)):
        page.open(url, width=size[0], height=size[1])
        assert page.value(IN_SIGHT) is True
        assert page.value(UNDER_BUTTONS) == 0


def test_nothing_jumps_from_the_first_step_to_the_last(
    page: Page, saved: Callable[..., str]
) -> None:
    root = Value(0.5, label="x")
    for _ in range(410):
        root = root.tanh()
    page.open(saved("long", root))
    room = set()  # what the captions leave of the window
    for step in (0, 3, 411, 420, 821):
        page.value(f"location.hash = '#step={step}'")
        page.wait(f"{COUNT} === '{step} / 821'")
        room.add(page.value("document.getElementById('figure').clientHeight"))
    assert len(room) == 1


def test_a_frame_keeps_room_for_its_title(page: Page, saved: Callable[..., str]) -> None:
    loss, model = network()
    page.emulate(prefers_reduced_motion="reduce")
    page.open(saved("network", loss, names=model))
    for _ in range(2):
        page.value("document.querySelector('g.node.folded').focus()")
        page.press("f")
        covered = """[...document.querySelectorAll('.frame:not(.gone) > .fold')].map(fold => {
            const a = fold.getBoundingClientRect();
            return [...document.querySelectorAll('g.node:not(.gone) > .card')].filter(card => {
                const b = card.getBoundingClientRect();
                return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top
            }).length })"""
        found = page.value(covered)
        assert len(found) > 1  # of the layer, and of the neuron
        assert set(found) == {0}
    page.emulate()


def test_what_can_have_the_focus_has_a_name(phone: Page) -> None:
    phone.value("location.hash = '#step=9'")
    phone.wait(f"{COUNT} === '9 / 11'")
    tree = phone("Accessibility.getFullAXTree")["nodes"]
    focusable = [
        node for node in tree
        if not node["ignored"] and node["role"]["value"] != "RootWebArea"
        and any(p["name"] == "focusable" and p["value"]["value"] for p in node["properties"])
    ]  # fmt: skip
    assert len(focusable) > 20
    assert [node["role"]["value"] for node in focusable if not node["name"]["value"].strip()] == []


def test_a_frame_that_is_shown_later_opens_then(page: Page, tmp_path: Path) -> None:
    loss, model = network()
    framed = live(loss, names=model)._repr_html_()
    host = tmp_path / "tabs.html"
    host.write_text(
        f"<!DOCTYPE html><title>t</title><div id=tab style='display: none'>{framed}</div>", "utf-8"
    )
    page.open(host.as_uri(), width=1280, height=800)
    for _ in range(2):  # shown, hidden, shown again
        page.value("document.getElementById('tab').style.display = 'none'")
        page.value("document.getElementById('tab').offsetWidth")
        page.value("document.getElementById('tab').style.display = 'block'")
        inner = page.inside_frame()
        end = time.monotonic() + 20
        while not inner(f"innerWidth > 0 && {IN_SIGHT}"):
            assert time.monotonic() < end
        assert inner(FOLDED) == "neuron"
        assert inner(SCALE) > 0.5


def test_a_notebook_that_is_not_trusted_says_why_nothing_is_there() -> None:
    class Left(HTMLParser):  # what a notebook that is not trusted leaves of it
        texts: ClassVar[list[str]] = []

        def handle_data(self, data: str) -> None:
            self.texts.append(data)

    Left().feed(live(neuron())._repr_html_())
    assert Left.texts == [
        "A live page stands here: trust this notebook, or run the cell, to see it."
    ]


def test_the_sliders_stay_where_they_are_while_one_points_about(
    page: Page, saved: Callable[..., str]
) -> None:
    page.open(saved("neuron", neuron()))
    places = set()
    for id in ("v0", "v2", "v9", "v8", "v7"):
        page.point(f"#{id}")
        name = page.value(f"document.querySelector('#{id} > .name').textContent")
        page.wait(f"document.getElementById('subject').textContent === {name!r}")
        places.add(page.value("document.getElementById('dial0').getBoundingClientRect().top"))
    assert len(places) == 1
    page.value("document.getElementById('dial0').focus()")
    page("Emulation.setDeviceMetricsOverride", width=600, height=800, deviceScaleFactor=1,
         mobile=False)  # fmt: skip
    page.wait("document.getElementById('numbers').nextElementSibling.tagName === 'DETAILS'")
    assert page.value("document.activeElement.id") == "dial0"


def test_an_answer_is_left_alone_while_the_pointer_moves_on(
    page: Page, saved: Callable[..., str]
) -> None:
    subject = "document.getElementById('subject').textContent"
    page.open(saved("neuron", neuron()))
    page.point("#v2")
    page.point("h1")
    assert page.value(subject) == "x1·w1"  # what was pointed at can be read
    page.click("#v5")
    page.point("#v8")
    assert page.value(subject) == "n"
    page.point("h1")
    assert page.value(subject) == "x2·w2"  # what was clicked comes back
    page.click("#given")
    page.type("0.")
    page.point("#v8")
    page.type("5")
    page.press("Enter")
    assert page.value("document.getElementById('reply').textContent") == "✓ right"
    assert page.value(subject) == "x2·w2"


def test_on_a_phone_the_controls_do_not_cover_what_has_the_focus(phone: Page) -> None:
    bottom = "document.activeElement.getBoundingClientRect().bottom"
    dock = "document.getElementById('dock').getBoundingClientRect().top"
    for k in range(5):
        phone.value(f"document.querySelectorAll('#dials input[type=text]')[{k}].focus()")
        phone.wait(f"{bottom} <= {dock}")


def test_after_printing_the_page_is_as_it_was(page: Page, saved: Callable[..., str]) -> None:
    page.open(saved("neuron", neuron()))
    open_ = "document.querySelector('details').open"
    page.value(f"addEventListener('beforeprint', () => {{ window.before = {open_} }})")
    page.value(f"addEventListener('afterprint', () => {{ window.after = [{open_}] }})")
    page("Page.printToPDF")
    page.wait("window.after")
    assert page.value("[before, ...after]") == [True, False]
    assert page.value("document.getElementById('drawing').hasAttribute('viewBox')") is False


@pytest.mark.slow
def test_a_network_beyond_other_graphs_is_a_page(page: Page, saved: Callable[..., str]) -> None:
    model = MLP(8, [24, 12, 6, 1], activation="tanh", rng=1)
    root = model([Value(0.25 * k, label=f"x{k}") for k in range(8)])
    expected = engine(root)
    assert len(expected["data"]) > 1500
    page.open(saved("network of a size", root, names=model))
    assert page.value(FOLDED) in ("neuron", "layer")
    assert page.value(IN_SIGHT) is True
    assert page.value(SCALE) > 0.3
    assert len(cards(page)["data"]) < 60
    page.value("""(() => { const fold = document.getElementById('fold'); fold.value = '';
        fold.dispatchEvent(new Event('change')) })()""")
    assert cards(page) == expected
