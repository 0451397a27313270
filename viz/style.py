"""How drawings look: colours, and numbers as people write them.

>>> number(-0.00511), number(0.88137, 4), number(float("nan")), number(None)
('−5.11e−3', '0.8814', 'nan', '–')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from autograd.text.format import number as written
from viz.arguments import check_whole

__all__ = [
    "DARK",
    "FONT",
    "LIGHT",
    "THEMES",
    "Fill",
    "Palette",
    "checked_digits",
    "number",
    "text_width",
    "theme",
    "tone",
    "use_theme",
]

FONT = "Helvetica,Arial,sans-serif"
_MINUS = "−"
_THOUSANDTHS = re.compile(r"−?\de−3")  # 0.001 is easier to read than 1e−3, and as short
# Okabe & Ito, Color universal design (2008), darkened where too faint on white.
_SERIES = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#B8860B", "#56B4E9", "#882255", "#555555")
_MOST_SERIES = 256


class Fill(NamedTuple):
    """The colours of one kind of node: its ground, and its border (of an operator, its text)."""

    ground: str
    border: str


@dataclass(frozen=True)
class Palette:
    """A colour for every role, told apart by protan, deutan and tritan sight; text ≥ 4.5:1."""

    background: str
    text: str
    muted: str
    caption: str
    edge: str
    positive: str
    positive_text: str
    negative: str
    negative_text: str
    zero: str
    zero_text: str
    highlight: str
    fills: Mapping[str, Fill]  # by the kind of a node
    series: tuple[str, ...] = _SERIES  # lines that are told apart by what they lead to

    @cached_property
    def texts(self) -> dict[str, str]:
        """The colour of text, by its tone; `text` for any other."""
        return {
            "positive": self.positive_text,
            "negative": self.negative_text,
            "zero": self.zero_text,
            "muted": self.muted,
            "caption": self.caption,
            "highlight": self.highlight,
            "line positive": self.positive,
            "line negative": self.negative,
        }

    @cached_property
    def lines(self) -> dict[str, str]:
        """The colour of a line, by its tone; `edge` for any other."""
        series = {f"series {k}": self.series[k % len(self.series)] for k in range(_MOST_SERIES)}
        signs = {
            "positive": self.positive, "negative": self.negative, "zero": self.zero,
            "highlight": self.highlight,
        }  # fmt: skip
        return signs | series

    def shade(self, x: float, most: float) -> str:
        """A cell's colour for −1 … 1: the background at 0, ``most`` of a sign's colour at ±1."""
        if x != x:
            ground, _ = self.fills["value"]
            return ground
        to = self.positive if x > 0 else self.negative
        share = most * min(abs(x), 1.0)
        mixed = (
            int(self.background[k : k + 2], 16) * (1 - share) + int(to[k : k + 2], 16) * share
            for k in (1, 3, 5)
        )
        return "#" + "".join(f"{round(part):02X}" for part in mixed)


# A theme is an entry here; the tests look at every one: contrast, and the sight of the colour-blind.
THEMES = {
    "light": Palette(
        background="#FFFFFF",
        text="#1A1A1A",
        muted="#5A5A5A",
        caption="#333333",
        edge="#7A7A7A",
        positive="#0B62A4",
        positive_text="#0B62A4",
        negative="#D9760B",
        negative_text="#A34A00",
        zero="#767676",
        zero_text="#666666",
        highlight="#C2185B",
        fills={
            "input": Fill("#DCEBF7", "#0072B2"),
            "parameter": Fill("#FFF1D6", "#B36B00"),
            "constant": Fill("#EFEFEF", "#8A8A8A"),
            "value": Fill("#FFFFFF", "#5A5A5A"),
            "output": Fill("#DDF3E8", "#00795A"),
            "folded": Fill("#ECECF6", "#4B4B8F"),
            "operator": Fill("#333333", "#FFFFFF"),
            "neuron": Fill("#FFFFFF", "#5A5A5A"),
            "cluster": Fill("#F7F7F9", "#B9B9C6"),
        },
    ),
    "dark": Palette(
        background="#15181D",
        text="#F2F2F2",
        muted="#B4B9C2",
        caption="#D5D8DD",
        edge="#8E96A3",
        positive="#5AB0EE",
        positive_text="#7CC3F7",
        negative="#F0963A",
        negative_text="#FFB26B",
        zero="#9AA0A8",
        zero_text="#B0B5BC",
        highlight="#FF6FA5",
        fills={
            "input": Fill("#14304A", "#4FA8E0"),
            "parameter": Fill("#3D2C0B", "#E0A23C"),
            "constant": Fill("#2A2D33", "#9AA0A8"),
            "value": Fill("#1F242B", "#A8AFBA"),
            "output": Fill("#0F3A2C", "#3DC79A"),
            "folded": Fill("#26264A", "#A3A3EA"),
            "operator": Fill("#D9DCE1", "#15181D"),
            "neuron": Fill("#1F242B", "#A8AFBA"),
            "cluster": Fill("#1B1F26", "#4A515D"),
        },
    ),
}
LIGHT, DARK = THEMES["light"], THEMES["dark"]


_usual = [LIGHT]


def use_theme(name: str | Palette) -> None:
    """From here on draw and plot in this theme, where nothing else is asked for: for dark notebooks.

    Args:
        name: "light", "dark" or another of `style.THEMES`, or a `Palette` of your own.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.

    >>> from autograd import Value
    >>> from viz import draw_graph
    >>> use_theme("dark")
    >>> DARK.background in draw_graph(Value(1.0) * 2).source
    True
    >>> use_theme("light")
    """
    _usual[0] = theme(name)


def theme(name: str | Palette | None) -> Palette:
    """The palette of that name (see `THEMES`), or the palette itself; for None the usual one.

    Raises:
        ValueError: for another name.
    """
    if name is None:
        return _usual[0]
    if isinstance(name, Palette):
        return name
    if not isinstance(name, str) or name not in THEMES:
        raise ValueError(f"unknown theme {name!r}; known are: {', '.join(THEMES)}")
    return THEMES[name]


def checked_digits(digits: int) -> int:
    """``digits`` if that many significant digits can be written.

    Raises:
        ValueError: for anything but 1 … 17, which is all that a double has.
    """
    return check_whole("digits", digits, 1, 17)


def tone(x: float) -> str:
    """Which colour a number has: by its sign."""
    return "positive" if x > 0 else "negative" if x < 0 else "zero"


def number(x: float | None, digits: int = 3) -> str:
    """``x`` with this many significant digits, as people write it; an en dash for None.

    >>> [number(x) for x in (0.0, -6.0, 123456.0, 0.25, 1e-300, float("-inf"))]
    ['0', '−6', '1.23e5', '0.25', '1e−300', '−∞']
    """
    if x is None:
        return "–"
    text = written(x, digits)
    return f"{text[:-4]}0.00{text[-4]}" if _THOUSANDTHS.fullmatch(text) else text


def text_width(text: str, size: float, bold: bool = False) -> float:
    """An upper bound of a text's width in points, for Helvetica, Arial, Liberation and DejaVu."""
    wide = sum(_width(character) for character in text)
    return wide * size * (1.09 if bold else 1.0)


def _width(character: str) -> float:
    if character in " .,:·'|!iljI":
        return 0.36
    if character in f"{_MINUS}+=<>×∇∞∂MW@%":
        return 0.86
    if unicodedata.east_asian_width(character) in "WF":
        return 1.1
    return 0.66
