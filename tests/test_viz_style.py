"""Colours that can be told apart and read, numbers as people write them, text that no file minds."""

from __future__ import annotations

import itertools
import math
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.dot import font_name
from viz.escape import clean, escape, quote, shorten
from viz.style import DARK, THEMES, number, text_width, theme


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.1)."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", THEMES.values(), ids=THEMES)
def test_all_text_has_a_contrast_of_4_5(palette):
    fills = [fill for kind, (fill, _) in palette.fills.items() if kind != "operator"]
    tones = ["", "muted", "caption", "positive", "negative", "zero"]
    for fill, tone in itertools.product([palette.background, *fills], tones):
        assert contrast(palette.texts.get(tone, palette.text), fill) >= 4.5, (fill, tone)
    operator, text = palette.fills["operator"]
    assert contrast(operator, text) >= 4.5


# Machado, Oliveira & Fernandes, IEEE TVCG 15 (2009), severity 1.0, on linear RGB.
BLINDNESS = {
    "protan": [
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ],
    "deutan": [
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ],
    "tritan": [
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ],
}  # fmt: skip


def lab(colour: str, matrix) -> tuple[float, float, float]:
    """CIE L*a*b* of what somebody with this sight sees."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    rgb = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    r, g, b = (min(max(sum(m * c for m, c in zip(row, rgb)), 0), 1) for row in matrix)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("palette", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("sight", BLINDNESS)
def test_the_sign_of_a_number_is_seen_by_everyone(palette, sight):
    seen = [lab(c, BLINDNESS[sight]) for c in (palette.positive, palette.negative)]
    assert math.dist(*seen) > 30  # CIE76; 2.3 is just noticeable


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (0.0, 4, "0"), (-0.0, 4, "0"), (1.0, 4, "1"), (-1.5, 4, "−1.5"), (0.88137, 4, "0.8814"),
        (24.7041, 4, "24.7"), (645.5773, 4, "645.6"), (0.005, 3, "0.005"), (-0.001, 3, "−0.001"),
        (-0.00511, 3, "−5.11e−3"),
        (12345.0, 3, "12345"), (99999.0, 3, "1e5"), (123456.0, 3, "1.23e5"), (0.9996, 3, "1"),
        (1e300, 3, "1e300"),
        (5e-324, 3, "4.94e−324"), (math.nan, 3, "nan"), (math.inf, 3, "∞"), (-math.inf, 3, "−∞"),
        (None, 3, "–"), (0.01, 3, "0.01"), (100.0, 1, "100"),
    ],
)  # fmt: skip
def test_numbers(x, digits, text):
    assert number(x, digits) == text


@given(st.floats(-1e307, 1e307), st.integers(1, 12))
def test_a_number_says_what_it_is(x, digits):
    text = number(x, digits).replace("−", "-")
    assert float(text) == pytest.approx(x, rel=0.5 * 10.0 ** (1 - digits) * 1.001, abs=5e-324)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_fits_into_xml(text):
    cleaned = shorten(text)
    assert len(cleaned) <= 24
    document = f'<t a="{escape(clean(text))}">{escape(cleaned)}</t>'.encode()
    assert ElementTree.fromstring(document).text in (cleaned, None)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs")]
    assert text_width(cleaned, 10) >= 0
    assert "\n" not in quote(text)


def test_ordinary_text_stays():
    for text in ("Größe", "سلام", "重み", "👩‍🔬", "naïve", "x₁·w₁"):
        assert shorten(text) == text
    assert shorten("a\nb\tc") == "a b c"
    assert shorten("x" * 10_000) == "x" * 23 + "…"


def test_fonts_and_themes_are_checked():
    assert font_name("DejaVu Sans, Arial") == "DejaVu Sans, Arial"
    for evil in ('a"/><script>', "a;b", "", "a\nb"):
        with pytest.raises(ValueError, match="a font name has letters"):
            font_name(evil)
    with pytest.raises(ValueError, match=f"unknown theme 'neon'; known are: {', '.join(THEMES)}$"):
        theme("neon")
    assert theme("dark").background != theme("light").background


def test_one_setting_makes_every_drawing_and_plot_dark():
    pytest.importorskip("matplotlib", reason="the plots are matplotlib's")
    from autograd import Value
    from nn import MLP
    from viz import draw_graph, draw_network, plot_loss, use_theme

    light = draw_graph(Value(1.0) * 2).source
    use_theme("dark")
    try:
        assert DARK.background in draw_graph(Value(1.0) * 2).source
        assert DARK.background in draw_network(MLP(2, [1], rng=0)).source
        assert draw_graph(Value(1.0) * 2, theme="light").source == light  # who asks is given it
        axes = plot_loss({"a": [1.0, 0.5], "b": [0.7, 0.4]}).axes[0]
        background = matplotlib_hex(axes.figure.get_facecolor())
        assert background == DARK.background.lower()
        texts = [axes.xaxis.label, *axes.get_legend().get_texts(), *axes.get_xticklabels()]
        assert {matplotlib_hex(text.get_color()) for text in texts} == {DARK.text.lower()}
        with pytest.raises(ValueError, match="known are: light, dark"):
            use_theme("darkish")
    finally:
        use_theme("light")
    assert draw_graph(Value(1.0) * 2).source == light


def matplotlib_hex(colour):
    from matplotlib.colors import to_hex

    return to_hex(colour)
