"""The pages in Firefox: what Chromium shows, its engine and its events show, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from firefox import EXECUTABLE, MISSING, Page, firefox
from test_live import CARDS, axe, engine, neuron
from test_playground import LOGITS, LOSS, STEP, network, on_moons

from nn import SGD, fit
from viz import live
from viz.playground.moons import moons
from viz.tour.tour import tour

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)
COUNT_OF_COLOURS = """(() => { const view = document.getElementById('view');
    const { data } = view.getContext('2d').getImageData(0, 0, view.width, view.height);
    return new Set(new Uint32Array(data.buffer)).size })()"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with firefox() as page:
        yield page


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of a live page, a playground and the tour."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {"live": live(neuron()), "playground": on_moons(), "tour": tour()}
    return {name: Path(one.save(folder / f"{name}.html")).as_uri() for name, one in pages.items()}


def test_a_drag_moves_every_number(page: Page, made: dict[str, str]) -> None:
    page.open(made["live"])
    page.drag("#v0", 45)
    page.wait("document.querySelector('#v0 > .data').textContent !== '2'")
    x1 = float(page.value("document.querySelector('#v0 > .data').textContent"))
    assert x1 > 2
    seen = {field: page.value(CARDS.replace("FIELD", field)) for field in ("data", "grad")}
    assert seen == engine(neuron(x1=x1))


def test_the_playground_trains_as_fit_does(page: Page, made: dict[str, str]) -> None:
    """Two epochs of three batches, in NumPy's order."""
    model = network()
    train, _ = moons(60).split(0.2, 0)
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    history = fit(
        model, train, LOGITS, optimizer, epochs=2, batch_size=16, rng=0, progress=False,
        validation=train,
    )  # fmt: skip
    page.open(made["playground"] + "#step=6")
    assert page.value(STEP) == 6
    assert page.value(LOSS) == pytest.approx(history.last["val_loss"], rel=6e-3)
    page.value("(document.getElementById('play').click(), 0)")
    page.wait(f"{STEP} > 100")
    page.value("(document.getElementById('play').click(), 0)")
    assert page.value(COUNT_OF_COLOURS) > 50


def test_the_chapters_of_the_tour_run_in_their_frames(page: Page, made: dict[str, str]) -> None:
    for chapter, ready in ((1, "document.querySelector('#v0 > .data')"), (4, STEP + " === 0")):
        page.open(f"{made['tour']}#chapter={chapter}")
        page("WebDriver:SwitchToFrame", id=0)
        page.wait(f"!!({ready})")
        page("WebDriver:SwitchToFrame", id=None)


@pytest.mark.parametrize("name", ["live", "playground", "tour"])
def test_axe_finds_nothing(page: Page, made: dict[str, str], name: str) -> None:
    rules = axe()
    if rules is None:
        pytest.skip("no axe-core here: npm install -g axe-core")
    page.open(made[name])
    ran = page(
        "WebDriver:ExecuteAsyncScript", args=[],
        script=rules.read_text("utf-8") + """; const done = arguments[0];
            axe.run({ iframes: false }).then((found) => done(found.violations.map((v) => v.id)));""",
    )  # fmt: skip
    assert ran["value"] == []
