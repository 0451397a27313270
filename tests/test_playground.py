"""The playground: what it says, and how it behaves in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import EXECUTABLE, MISSING, Page
from javascript import running
from test_live import axe

from autograd import Value
from nn import (
    MLP,
    RNN,
    SGD,
    Adam,
    Conv2d,
    Dataset,
    Flatten,
    LambdaLR,
    Linear,
    LinearLR,
    MaxPool2d,
    Module,
    Optimizer,
    ReLU,
    Sequential,
    binary_cross_entropy_with_logits,
    evaluate,
    fit,
    load,
    one_hot,
)
from viz import Playground, live, playground
from viz.playground.moons import moons
from viz.playground.packed import packed
from viz.terminal.cli import main

STEP = "Number(document.getElementById('count').textContent.replace(/\\D/g, ''))"
LOSS = "Number(document.querySelector('#numbers b').textContent.replace('−', '-'))"
LOGITS = "binary_cross_entropy_with_logits"
CAPTION = "document.getElementById('caption').textContent"


def network(*sizes: int, rng: int = 1) -> MLP:
    return MLP(2, [*(sizes or (8,)), 1], "tanh", rng=rng)


def on_moons(model: MLP | None = None, **options: Any) -> Playground:
    model = model or network()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    return playground(model, moons(60), loss=LOGITS, optimizer=optimizer, batch_size=16, **options)


# What it says ---------------------------------------------------------------------------------------


def test_a_file_of_its_own_with_the_same_bytes_every_time(tmp_path: Path) -> None:
    page = on_moons(title="Two moons")
    assert page.html == on_moons(title="Two moons").html
    assert page.save(tmp_path / "new" / "moons.html") == str(tmp_path / "new" / "moons.html")
    assert (tmp_path / "new" / "moons.html").read_text("utf-8") == page.html
    assert "http" not in page.html.replace("http-equiv", "").replace(
        "http://www.w3.org", ""
    ).replace("(file|https?)", "")
    assert len(on_moons(network(16, 16)).html) < 250_000


@pytest.mark.parametrize("make", [on_moons, lambda: live(Value(1.0) * 2.0)])
def test_no_two_functions_of_a_page_share_a_name(make: Callable[[], Any]) -> None:
    """The later one would take the place of the other, and nobody would hear of it."""
    names = re.findall(r"^(?:async )?function (\w+)", make().html, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_the_model_stays_as_it_is() -> None:
    model = network()
    before = [p.data for p in model.parameters()]
    on_moons(model)
    assert [p.data for p in model.parameters()] == before


def test_what_the_page_cannot_do_is_refused() -> None:
    model = network()

    class Own(Optimizer):
        pass

    with pytest.raises(TypeError, match="the page knows SGD, Adam, AdamW and RMSprop, not Own"):
        playground(model, moons(), optimizer=Own(model.parameters(), lr=0.1))
    with pytest.raises(ValueError, match="the page trains with betas as it is by default"):
        playground(model, moons(), optimizer=Adam(model.parameters(), betas=(0.5, 0.9)))
    with pytest.raises(ValueError, match="batch_size is a whole number of 1 or more, not 0"):
        playground(model, moons(), batch_size=0)
    with pytest.raises(TypeError, match="title is text, not int"):
        playground(model, moons(), title=3)  # type: ignore[arg-type]


def test_the_command_takes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "flowers.csv"
    table.write_text("a,b,kind\n" + "".join(f"{k},{k * k},{'xyz'[k % 3]}\n" for k in range(15)))
    out = tmp_path / "flowers.html"
    assert main(["playground", str(table), "--hidden", "4", "-o", str(out)]) == 0
    assert "Training MLP 2–4–3" in out.read_text("utf-8")
    assert main(["playground", str(table), "--hidden", "4,0"]) == 2
    assert main(["playground", str(tmp_path / "none.csv")]) == 2
    said = capsys.readouterr().err
    assert "--hidden is sizes like 8,8, not '4,0'" in said
    assert "none.csv" in said


# How it behaves in a browser ------------------------------------------------------------------------

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return Path(on_moons().save(tmp_path_factory.mktemp("moons") / "moons.html")).as_uri()


def click(page: Page, name: str, times: int = 1) -> None:
    page.value(f"for (let i = 0; i < {times}; i++) document.getElementById('{name}').click()")
    page.frame()


def setting(page: Page, label: str, value: str) -> None:
    page.value(f"""(() => {{ const field = [...document.querySelectorAll('#settings label')].find(
        label => label.textContent.startsWith({label!r})).lastChild;
        field.value = {value!r}; field.dispatchEvent(new Event('change')) }})()""")


def test_steps_are_those_of_fit(page: Page, url: str) -> None:
    model = network()
    train, _ = moons(60).split(0.2, 0)
    seen: list[float] = []
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    fit(model, train, LOGITS, optimizer, epochs=4, batch_size=len(train.x), shuffle=False,
        progress=False, callbacks=[lambda history: seen.append(history.last["loss"])])  # fmt: skip
    page.open(url)
    setting(page, "batch", "0")
    for loss in seen:
        assert page.value(LOSS) == pytest.approx(loss, rel=6e-3)  # three digits, before the step
        step = page.value(STEP)
        click(page, "step")
        page.wait(f"{STEP} === {step + 1}")


def test_playing_makes_the_loss_fall(page: Page, url: str) -> None:
    page.open(url)
    begun = page.value(LOSS)
    page.value("document.getElementById('pace').value = '600'")
    page.press(" ")
    page.wait(f"{STEP} > 300")
    page.press(" ")
    assert page.value(LOSS) < 0.5 * begun
    assert "100 % right" in page.value("document.getElementById('numbers').textContent")
    page.wait(f"{CAPTION}.startsWith('Step ' + {STEP} + ': loss')")
    still = page.value(STEP)
    page.frame()
    assert page.value(STEP) == still
    click(page, "reset")
    page.wait(f"{STEP} === 0")
    assert page.value(LOSS) == begun


def test_one_sample_says_what_it_did(page: Page, url: str) -> None:
    page.open(url)
    click(page, "one")
    page.wait(f"{STEP} === 1")
    train, _ = moons(60).split(0.2, 0)
    x, y = train.x[0], int(train.y[0])
    loss = evaluate(network(), (train.x[:1], train.y[:1]), LOGITS)["loss"]
    said = page.value(CAPTION)
    assert said.startswith("Step 1, on sample 1 alone")
    assert f"which should give {y}".replace("-", "−") in said
    assert f"{float(x[0]):.3g}".replace("-", "−").rstrip("0") in said
    assert f"its loss was {loss:.4g}" in said


def test_settings_hold_from_the_next_step_on(page: Page, url: str) -> None:
    page.open(url)
    setting(page, "learning rate", "0.001")
    setting(page, "optimizer", "adam")
    click(page, "step")
    page.wait(f"{STEP} === 1")
    # Adam's first step is the learning rate, whatever the gradient (Kingma & Ba 2015).
    words = page.value("document.querySelector('#caption p + p').textContent").split()
    before, after = (
        float(words[words.index(w) + 1].strip(";").replace("−", "-")) for w in ("from", "to")
    )
    assert abs(before - after) == pytest.approx(0.001, abs=1e-4)


def test_history_goes_back_and_training_on(page: Page, url: str) -> None:
    page.open(url)
    begun = page.value(LOSS)
    click(page, "step", 40)
    page.wait(f"{STEP} === 40")
    last = page.value(LOSS)
    while page.value(STEP):
        before = page.value(STEP)
        page.press("ArrowLeft")
        page.wait(f"{STEP} < {before}")
    assert page.value(LOSS) == begun > last
    page.value("""(() => { const past = document.getElementById('past');
        past.value = past.max; past.dispatchEvent(new Event('input')) })()""")
    page.wait(f"{STEP} === 40")
    assert page.value(LOSS) == last


def loss_of(model: MLP, data: Dataset) -> Value:
    """The mean over the samples, node by node."""
    answers = [model(x) for x in data.x.tolist()]
    return binary_cross_entropy_with_logits(answers, data.y.tolist())


def test_points_are_added_moved_and_removed_by_pointer(page: Page, url: str) -> None:
    page.open(url)
    before = page.value(LOSS)
    page.value("document.querySelector('#kinds button').click()")
    x, y = page.middle("#view")
    x, y = x - 90, y - 20  # where no other point is
    for kind in ("mousePressed", "mouseReleased"):
        page("Input.dispatchMouseEvent", type=kind, x=x, y=y - 60, button="left", clickCount=1)
    page.wait(f"{CAPTION}.startsWith('Added a point: 49')")
    page.wait(f"{LOSS} !== {before}")
    added = page.value(LOSS)
    for kind, dx in (("mousePressed", 0), ("mouseMoved", 180), ("mouseReleased", 180)):
        page("Input.dispatchMouseEvent", type=kind, x=x + dx, y=y - 60, button="left", buttons=1)
    page.wait(f"{LOSS} !== {added}")
    for kind in ("mousePressed", "mouseReleased"):
        page("Input.dispatchMouseEvent", type=kind, x=x + 180, y=y - 60, button="right", buttons=2)
    page.wait(f"{CAPTION}.startsWith('Removed a point: 48')")
    page.wait(f"{LOSS} === {before}")


def test_a_finger_taps_points_and_scrolls(page: Page, url: str) -> None:
    page.open(url, width=375, height=740, mobile=True)
    page("Emulation.setTouchEmulationEnabled", enabled=True)
    x, y = page.middle("#view")
    page("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x - 120, "y": y - 90}])
    page("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.wait(f"{CAPTION}.startsWith('Added a point: 49')")
    page("Input.synthesizeScrollGesture", x=x - 120, y=y + 50, yDistance=-200)
    page.wait("scrollY > 100")
    assert page.value(CAPTION).startswith("Added a point: 49")
    page("Emulation.setTouchEmulationEnabled", enabled=False)


def test_points_are_added_moved_and_removed_by_keys(page: Page, url: str) -> None:
    page.open(url)
    before = page.value(LOSS)
    page.value("document.getElementById('view').focus()")
    for _ in range(4):  # to a corner where no other point is
        page.press("ArrowUp", modifiers=8)
        page.press("ArrowLeft", modifiers=8)
    page.press("Enter")
    page.wait(f"{CAPTION}.startsWith('Added a point: 49')")
    page.wait(f"{LOSS} !== {before}")
    added = page.value(LOSS)
    page.press("m")
    for _ in range(4):
        page.press("ArrowRight")
    page.press("m")
    page.wait(f"{LOSS} !== {added}")
    page.press("Delete")
    page.wait(f"{LOSS} === {before}")


def test_a_long_press_of_a_finger_removes_a_point(page: Page, url: str) -> None:
    page.open(url, width=375, height=812, mobile=True)
    page("Emulation.setTouchEmulationEnabled", enabled=True)
    x, y = (
        page.value("""(() => { const box = document.getElementById('view').getBoundingClientRect();
        const { train } = JSON.parse(document.getElementById('data').textContent).data;
        const raw = Uint8Array.from(atob(train.x.bytes), (c) => c.charCodeAt());
        const [a, b] = new Float64Array(raw.buffer);
        const [[l, r], [d, u]] = JSON.parse(document.getElementById('data').textContent).range;
        return [box.x + (a - l) / (r - l) * box.width, box.y + (u - b) / (u - d) * box.height] })()""")
    )
    before = page.value(LOSS)
    page("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    page("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": x + 60, "y": y}])
    page.wait(f"{LOSS} !== {before}")  # it is dragged, and not removed
    page("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": x, "y": y}])
    page("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    assert page.value(CAPTION).startswith("Press play")
    page("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    page.wait(f"{CAPTION}.startsWith('Removed a point: 47')")
    page("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page("Emulation.setTouchEmulationEnabled", enabled=False)


def test_every_control_says_what_it_does(page: Page, url: str) -> None:
    page.open(url)
    silent = """[...document.querySelectorAll('button, select, input, a')].filter((e) => e.offsetParent
        && !e.title && !e.ariaLabel).map((e) => e.id || e.textContent)"""
    assert page.value(silent) == []


def test_weights_taken_home_answer_the_same(page: Page, url: str, tmp_path: Path) -> None:
    page("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.open(url)
    click(page, "step", 30)
    click(page, "weights")
    file = tmp_path / "weights.npz"
    for _ in range(400):
        page.value("1")
        if file.exists() and file.stat().st_size:
            break
        time.sleep(0.05)
    model = network(rng=5)
    load(file, model)
    train, _ = moons(60).split(0.2, 0)
    assert page.value(LOSS) == pytest.approx(evaluate(model, train, LOGITS)["loss"], rel=6e-3)


def test_the_address_holds_the_page(page: Page, url: str) -> None:
    page.open(url)
    setting(page, "learning rate", "0.03")
    page.wait("location.hash === '#rate=0.03'")
    click(page, "step", 12)
    page.value("document.getElementById('view').focus()")
    page.press("Enter")
    page.wait(f"{CAPTION}.startsWith('Added a point: 49')")
    page.wait("document.getElementById('here').getAttribute('href').includes('state=')")
    page.wait("location.hash.includes('%22x%22')")
    there, loss = page.value("location.hash"), page.value(LOSS)
    assert len(there) < 2500
    page.open(url + there)
    assert (page.value(STEP), page.value(LOSS)) == (12, loss)
    click(page, "step")
    page.wait(f"{STEP} === 13")
    for odd in (
        "#state=x", "#rate=", "#rate=x&optimizer=none&y=1", "#%E0=1", there[:200], "#step=1e9",
        "#step=-1", "#step=0.5", "#step=2&then=x", "#step=2&then=1e9:rate:1", "#schedule=x&epochs=-1",
    ):  # fmt: skip
        page.open(url + odd)
        assert page.value(STEP) == 0
        said = "This address was cut off" if "state=" in odd or "step=" in odd else "Press play"
        assert page.value(CAPTION).startswith(said)
    page.open(url + "#batch=0.5&epochs=0&seed=1e999&schedule=StepLR")  # each is passed over
    click(page, "step")
    page.wait("location.hash === '#schedule=StepLR&step=1'")


def test_pointing_at_a_neuron_and_an_edge_says_their_numbers(page: Page, url: str) -> None:
    page.open(url)
    model = network()
    card = "document.getElementById('card').innerText"
    page.value("document.querySelectorAll('.unit')[2].focus()")
    bias, weight = (v.data for v in (model.layers[0].neurons[0].b, model.layers[0].neurons[0].w[0]))
    page.wait(f"{card}.startsWith('hidden')")
    assert f"{weight:.4g}".replace("-", "−") in page.value(card)
    assert f"{bias:.4g}".replace("-", "−") in page.value(card)
    formula = page.value("document.querySelector('#card .small').textContent")
    assert formula.startswith("h₁ = tanh(")
    assert formula.count("·") == 2
    numbers = [
        float(x.replace("−", "-").replace(" ", ""))
        for x in re.findall(r"− ?[\d.]+|[\d.]+", formula)
    ]
    w, b = model.layers[0].neurons[0].w, model.layers[0].neurons[0].b
    assert numbers == [float(f"{v.data:.3g}") for v in (*w, b)]
    page.press("ArrowDown")
    assert "h₂" in page.value("document.activeElement.getAttribute('aria-label')")
    page.press("ArrowLeft")
    assert "x₁" in page.value("document.activeElement.getAttribute('aria-label')")
    page.value("document.activeElement.blur()")
    page.wait("document.getElementById('card').hidden")
    (x, y), (x2, y2) = page.value("""[...document.querySelectorAll('.unit')].slice(1, 3)
        .map(e => e.getBoundingClientRect()).map(b => [b.x + b.width / 2, b.y + b.height / 2])""")
    x, y = x + (x2 - x) * 0.3, y + (y2 - y) * 0.3
    page("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.wait(f"{card}.startsWith('x₂ → h₁')")
    train, _ = moons(60).split(0.2, 0)
    weight = model.layers[0].neurons[0].w[1]
    loss_of(model, train).backward()
    assert f"{weight.grad:.3g}".replace("-", "−")[:4] in page.value(card)
    for kind in ("mousePressed", "mouseReleased"):  # a click on it: another number
        page("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    page.wait("document.activeElement.ariaLabel === 'x₂ → h₁'")
    page.type("−1.5")
    page.press("Enter")
    weight.data = -1.5
    changed = loss_of(model, train).data
    page.wait(f"{CAPTION}.startsWith('x₂ → h₁ is −1.5 now')")
    page.wait(f"Math.abs({LOSS} - {changed}) < {0.006 * changed}")
    page.wait("location.hash.includes('state=')")  # nothing that was typed is lost
    setting(page, "learning rate", "0.03")
    page.wait("location.hash.includes('rate=0.03')")
    assert page.value(LOSS) == pytest.approx(changed, rel=6e-3)  # nor is it by a setting


def test_the_address_of_what_was_only_trained_is_settings_and_a_step(page: Page, url: str) -> None:
    """Whoever opens it trains to there, and has the history as well."""
    page.open(url)
    setting(page, "learning rate", "0.03")
    setting(page, "schedule", "StepLR")
    setting(page, "epochs", "3")
    click(page, "step", 30)
    page.wait(f"{STEP} === 30")
    page.wait("location.hash === '#rate=0.03&schedule=StepLR&epochs=3&step=30'")
    card = page.value("document.getElementById('numbers').textContent")
    assert "learning rate3e−5 now" in card  # 0.03 · 0.1³: ten epochs of three batches
    there = page.value("location.href")
    page.open(there)
    assert page.value(STEP) == 30
    assert page.value(CAPTION).startswith("Step 30: loss")
    assert page.value("document.getElementById('numbers').textContent") == card
    assert page.value("document.getElementById('past').max") == "30"
    setting(page, "batch", "8")  # what is changed on the way is changed there again
    click(page, "step", 5)
    page.wait("location.hash.endsWith('&step=35&then=30:batch:8')")
    there, loss = page.value("location.href"), page.value(LOSS)
    page.open(there)
    assert (page.value(STEP), page.value(LOSS)) == (35, loss)


def test_an_address_says_all_also_in_a_page_that_is_open(page: Page, url: str) -> None:
    page.open(url + "#step=20")
    shown = page.value("document.getElementById('numbers').textContent")
    page.open(url)
    setting(page, "learning rate", "0.3")
    page.value("document.getElementById('view').focus()")
    page.press("Enter")
    page.wait(f"{CAPTION}.startsWith('Added a point')")
    click(page, "step", 5)
    page.value("location.hash = '#step=20'")
    page.wait(f"{CAPTION}.startsWith('Step 20: loss')")
    page.wait(f"location.hash === '#step=20' && {STEP} === 20")
    assert page.value("document.getElementById('numbers').textContent") == shown


def test_an_address_that_cannot_hold_the_training_says_so(page: Page, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(20, 450))
    made = playground(MLP(450, [9, 1], "tanh", rng=0), (x, x[:, 0]), validation=None)
    page.open(Path(made.save(tmp_path / "large.html")).as_uri())
    click(page, "step")
    click(page, "here")
    assert page.value(CAPTION).startswith("Step 1")  # a step is an address
    click(page, "one")
    click(page, "here")
    assert page.value(CAPTION).startswith("The address holds the settings only")


def test_it_begins_with_the_schedule_of_fit(page: Page, tmp_path: Path) -> None:
    model = network()
    optimizer = SGD(model.parameters(), lr=0.2)
    scheduler = LinearLR(optimizer, start_factor=0.5, end_factor=1.0, total_iters=4)
    made = playground(model, moons(60), optimizer=optimizer, scheduler=scheduler)
    page.open(Path(made.save(tmp_path / "scheduled.html")).as_uri())
    assert "learning rate0.1 now" in page.value("document.getElementById('numbers').textContent")
    other = SGD(model.parameters(), lr=0.2)
    with pytest.raises(ValueError, match="the scheduler changes another optimizer"):
        playground(model, moons(60), optimizer=other, scheduler=scheduler)
    with pytest.raises(TypeError, match=r"the page knows StepLR, .*, not LambdaLR"):
        playground(model, moons(60), optimizer=other, scheduler=LambdaLR(other, lambda _: 1.0))


def test_numbers_come_as_bytes_and_are_the_same() -> None:
    random = np.random.default_rng(0)
    given = [
        random.integers(0, 256, 9) / 255, random.integers(0, 17, 9) / 16, random.normal(size=9),
        random.normal(size=9).astype("f4").astype(float), np.array([0.0, -0.0, 1e-300]),
        np.arange(3.0), np.array([0.1, 300.0]), np.array([np.nan, np.inf, 0.5]), np.array([]),
    ]  # fmt: skip
    kinds = [packed(x)["kind"] for x in given]
    assert kinds == ["u1", "u1", "f8", "f4", "f8", "u1", "f8", "f4", "u1"]
    html = on_moons().html
    spelled = html[html.index("const bytesOf") : html.index("for (const part of")]
    with running() as engine:
        shown = (
            f"{json.dumps([packed(x) for x in given])}.map((x) => Array.from(spelled(x), String))"
        )
        found = engine(spelled, shown)
    for x, texts in zip(given, found):
        y = np.array([float(t) for t in texts])  # of −0 JavaScript writes 0
        np.testing.assert_array_equal(y, x)
    digits = random.integers(0, 256, (100, 784)) / 255
    html = playground(MLP(784, [2, 2], rng=0), (digits, np.arange(100) % 2)).html
    assert len(html) < 100 * 784 * 4 / 3 + 200_000


HOSTILE = "</script><script>document.title='owned'</script>"


def test_hostile_labels_stay_text(page: Page, tmp_path: Path) -> None:
    data = moons(20)._replace(features=(HOSTILE, "{{data}}"), classes=(HOSTILE, "<img src=x>"))
    playground(network(), data, title=HOSTILE).save(tmp_path / "hostile.html")
    page.open((tmp_path / "hostile.html").as_uri())
    click(page, "step")
    page.value("document.querySelectorAll('.unit')[0].focus()")
    assert page.value("document.title") == HOSTILE
    assert page.value("document.querySelectorAll('img').length") == 0
    assert page.value("document.querySelector('#kinds button').textContent") == HOSTILE[:39] + "…"


def test_in_a_sandboxed_frame_it_trains(page: Page, tmp_path: Path) -> None:
    host = tmp_path / "notebook.html"
    host.write_text(f"<!DOCTYPE html><title>n</title>{on_moons()._repr_html_()}", "utf-8")
    page.open(host.as_uri())
    inner = page.inside_frame()

    for button in ("step", "one", "play", "play", "step"):
        inner(f"document.getElementById('{button}').click()")
    for _ in range(100):
        if inner(STEP):
            break
        time.sleep(0.05)
    assert inner(STEP) >= 1
    assert inner(
        "[document.getElementById('here').hidden, document.getElementById('weights').hidden]"
    ) == [
        True,
        True,
    ]
    assert page.value("location.href") == host.as_uri()


def test_dark_and_phone(page: Page, url: str) -> None:
    page.emulate(prefers_color_scheme="dark", prefers_reduced_motion="reduce")
    page.open(url, width=375, height=740, mobile=True)
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 29)"
    assert page.value("document.documentElement.scrollWidth") <= 375
    small = """[...document.querySelectorAll('button:not(.unit), select, #settings input')].filter(
        e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.id || e.textContent)"""
    assert page.value(small) == []
    page.emulate()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, url: str, scheme: str, tmp_path: Path) -> None:
    rules = axe()
    if rules is None:
        pytest.skip("no axe-core here: npm install -g axe-core")
    page.emulate(prefers_color_scheme=scheme)
    others = {"images": images(), "line": line(), "several": several(5)}
    paths = [made.save(tmp_path / f"{name}.html") for name, made in others.items()]
    for address in (url, *(Path(path).as_uri() for path in paths)):
        page.open(address)
        click(page, "step")
        page.value("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.value("document.querySelectorAll('.unit')[3].focus()")
        page.value(rules.read_text("utf-8") + "; 0")
        page.value("axe.run().then(found => { window.found = found }); 0")
        page.wait("window.found")
        found = page.value("found.violations.map(v => [v.id, v.nodes.map(n => n.html)])")
        assert found == [], address
    page.emulate()


def line() -> Playground:
    x = np.linspace(-1.0, 1.0, 20)
    model = MLP(1, [4, 1], "tanh", rng=1)
    return playground(model, (x[:, None], x**2), title="A line")


def images(reconstruct: bool = False) -> Playground:
    x = np.random.default_rng(0).uniform(size=(30, 16))
    model = MLP(16, [3, 16 if reconstruct else 2], "tanh", rng=1)
    return playground(
        model, (x, x if reconstruct else (x[:, 0] > 0.5).astype(int)), image_shape=(4, 4)
    )


def convolutions() -> Playground:
    x = np.random.default_rng(0).uniform(size=(30, 1, 6, 6))
    model = Sequential(Conv2d(1, 2, 3, rng=0), ReLU(), MaxPool2d(2), Flatten(), Linear(8, 2, rng=0))
    return playground(model, (x, (x[:, 0, 2, 2] > 0.5).astype(int)), image_shape=(6, 6))


def several(inputs: int) -> Playground:
    x = np.random.default_rng(0).normal(size=(30, inputs))
    model = MLP(inputs, [4, 3], "tanh", rng=1)
    return playground(model, (x, one_hot(np.arange(30) % 3, 3)), validation=None)


def numbers(*sizes: int) -> Playground:
    x = np.random.default_rng(0).normal(size=(30, 3))
    y = x[:, : sizes[-1]] if sizes else x.sum(1)
    return playground(MLP(3, [4, *(sizes or (1,))], "tanh", rng=1), (x, y))


INK = """(() => { const view = document.getElementById('view');
    const image = view.getContext('2d').getImageData(0, 0, view.width, view.height);
    const pixels = new Uint32Array(image.data.buffer);
    return new Set(pixels).size })()"""


@pytest.mark.parametrize(
    ("make", "heading"),
    [
        (line, "The fitted line"),
        (images, "What it takes them for"),
        (convolutions, "What it takes them for"),
        (lambda: images(True), "What goes in, and what comes out"),
        (lambda: several(2), "What it answers, where"),
        (lambda: several(5), "What is taken for what"),
        (numbers, "Answers against targets"),
    ],
)
def test_what_is_no_plane_of_two_kinds_is_drawn_as_well(
    page: Page, tmp_path: Path, make: Callable[[], Playground], heading: str
) -> None:
    page.open(Path(make().save(tmp_path / "other.html")).as_uri())
    begun = page.value(LOSS)
    click(page, "step", 50)
    page.wait(f"{STEP} === 50")
    assert page.value(LOSS) < begun
    assert page.value("document.getElementById('shown').textContent") == heading
    named = page.value("document.querySelector('#caption p + p').textContent")
    assert "layers." not in named or make is convolutions
    assert page.value(INK) > 3


class Reader(Module):
    """Reads two numbers a step, four steps, and decides."""

    def __init__(self) -> None:
        self.rnn, self.decide = RNN(2, 3, rng=1), Linear(3, 1, rng=2)

    def __call__(self, x: Any) -> Any:
        _, last = self.rnn([[x[2 * i], x[2 * i + 1]] for i in range(4)])
        return self.decide(last)


# Everything that is written on the network, with where; a word is drawn by fillText alone.
WRITTEN = """(() => { const found = [], pen = CanvasRenderingContext2D.prototype, plain = pen.fillText;
    pen.fillText = function (text, x, y) {
        if (this.canvas.id === 'network') {
            const { width } = this.measureText(text);
            const by = { right: 1, center: 0.5 }[this.textAlign] ?? 0;
            found.push([text, x - by * width, x + (1 - by) * width, y]);
        }
        plain.call(this, text, x, y);
    };
    window.written = () => found; dispatchEvent(new Event('beforeprint')); pen.fillText = plain;
    return found })()"""


@pytest.mark.parametrize("width", [1280, 768, 375])
def test_nothing_that_is_written_is_cut_off_or_hides_another(
    page: Page, tmp_path: Path, width: int
) -> None:
    random = np.random.default_rng(0)
    kinds = ("setosa", "versicolor", "virginica")
    data = Dataset(
        random.normal(size=(30, 4)), np.arange(30) % 3,
        ("sepal length", "sepal width", "petal length", "petal width"), kinds,
    )  # fmt: skip
    model = MLP(4, [5, 3], "tanh", rng=1)
    made = playground(model, data, loss="cross_entropy")
    page.open(Path(made.save(tmp_path / "iris.html")).as_uri(), width, 800)
    written = page.value(WRITTEN)
    assert {"sepal length", "versicolor"} <= {text for text, *_ in written}
    check_written(page, written)
    page.open(Path(numbers(4, 2).save(tmp_path / "numbers.html")).as_uri(), width, 800)
    check_written(page, page.value(WRITTEN))
    assert page.value("document.getElementById('kinds').ariaLabel") == "The colours of the outputs"


def check_written(page: Page, written: list[Any]) -> None:
    """Inside the figure, above the legend, beside each other."""
    across, down = page.value(
        "[document.getElementById('figure').clientWidth, document.getElementById('legend').offsetTop]"
    )
    assert [text for text, *_, y in written if y > down] == []
    assert [text for text, left, right, _ in written if left < 0 or right > across] == []
    close = [
        (a[0], b[0])
        for i, a in enumerate(written)
        for b in written[:i]
        if abs(a[3] - b[3]) < 10 and a[1] < b[2] and b[1] < a[2]
    ]
    assert close == []


def test_a_window_without_room_for_the_network_is_no_error(page: Page, url: str) -> None:
    page.open(url, width=1280, height=240)
    click(page, "step")
    page.wait(f"{STEP} === 1")
    assert page.complaints == []


def test_what_a_recurrent_layer_remembers_comes_back(page: Page, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(30, 8))
    made = playground(Reader(), (x, (x.sum(1) > 0).astype(int)))
    page.open(Path(made.save(tmp_path / "reader.html")).as_uri())
    known = page.value("JSON.parse(document.getElementById('data').textContent).network")
    names = [[unit["name"] for unit in column["units"]] for column in known["columns"]]
    assert names[0] == ["x₁", "x₂", "h₁′", "h₂′", "h₃′"]
    ends = [[names[k][j] for k, j in (line["from"], line["to"])] for line in known["back"]]
    assert ends == [["h₁", "h₁′"], ["h₂", "h₂′"], ["h₃", "h₃′"]]
    assert page.value("!document.getElementById('later').hidden")
    assert page.value("document.getElementById('shown').textContent") == "What is taken for what"
    written = [text for text, *_ in page.value(WRITTEN)]
    assert "h₃′" in written
