"""Numbers, tables and hints as plain text, the same wherever they are printed.

>>> print(table([("x", "−3"), ("total", "12.5")], ("node", "grad"), ">"))
node   grad
x        −3
total  12.5
"""

from __future__ import annotations

import difflib
import math
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import zip_longest

__all__ = ["clean", "fits", "folded", "number", "plural", "suggestion", "table", "width"]

_LEAST = 7  # columns that a number takes


def number(x: float, digits: int = 4) -> str:
    """``x`` with up to ``digits`` significant digits, as people write it.

    >>> [number(x) for x in (-1.5, 1 / 3, 0.0, 2e-5, -2.5e300, float("-inf"), float("nan"))]
    ['−1.5', '0.3333', '0', '2e−5', '−2.5e300', '−∞', 'nan']
    """
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0 or math.isnan(x):
        return "0" if x == 0 else "nan"
    mantissa, _, exponent = f"{x:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if -2 <= power < max(5, digits):
        mantissa, power = f"{x:.{max(0, digits - 1 - power)}f}", 0
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return (f"{mantissa}e{power}" if power else mantissa).replace("-", "−")


def clean(text: str, limit: int = 60) -> str:
    """``text`` on one line, safe for a terminal: what does not print becomes �, the rest is cut.

    >>> clean("w\\x1b[2J\\n"), clean("a" * 9, limit=4)
    ('w�[2J�', 'aaa…')
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            "\ufffd" if unicodedata.category(c)[0] in "CZ" and c != " " else c for c in text
        )
    return text if len(text) <= limit else text[: limit - 1] + "…"


def width(text: str) -> int:
    """How many columns of a terminal ``text`` takes.

    >>> width("∂o/∂n"), width("重み"), width("e\\u0301")
    (5, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def folded(text: str, room: int) -> list[str]:
    """``text`` on lines of at most ``room`` columns, broken between words where that is possible.

    >>> folded("o = tanh(n) · 0.5", 12)
    ['o = tanh(n)', '· 0.5']
    """
    if width(text) <= room:
        return [text]
    return textwrap.wrap(text, room, break_on_hyphens=False) or [""]


def fits(text: str, room: int | None) -> bool:
    """Whether no line of a text is wider than so many columns; None: there is room for all."""
    return room is None or max(map(width, text.splitlines()), default=0) <= room


def table(
    rows: Iterable[Sequence[str]],
    header: Sequence[str],
    align: str = "",
    room: int | None = None,
    below: Iterable[Sequence[str]] = (),
) -> str:
    """Columns under a header, two spaces apart.

    Args:
        rows: the cells, one sequence a row.
        header: one title a column.
        align: a character for each column from the second on, "<" or ">"; "<" where missing.
        room: how wide it may be: the widest columns are broken into lines until it fits.
        below: for each row the texts that stand under it, a line each, from the second column on.

    >>> print(table([("o = tanh(n)", "0.5")], ("node", "grad"), ">", room=13))
    node     grad
    o =       0.5
    tanh(n)
    >>> print(table([("n = x·w + b", "3.541e−7")], ("node", "gradient"), ">", room=15))
    node   gradient
    n =    3.541e−7
    x·w +
    b
    >>> print(table([("2", "o = tanh(n)")], ("step", "node"), below=[["n: 0.5 · 1 = 0.5"]]))
    step  node
    2     o = tanh(n)
            n: 0.5 · 1 = 0.5
    """
    lines = [list(header), *(list(row) for row in rows)]
    sides = ("<" + align).ljust(len(header), "<")
    widths = [max(width(line[i]) for line in lines) for i in range(len(header))]
    if room is not None:
        words = [max(map(width, " ".join(column).split()), default=0) for column in zip(*lines)]
        widths = _narrowed(widths, words, room - 2 * (len(widths) - 1))
    printed = []
    for line, texts in zip_longest(lines, [(), *below], fillvalue=()):
        printed += ["  ".join(map(_put, part, widths, sides)) for part in _parts(line, widths)]
        printed += [part for text in texts for part in _under(text, widths[0] + 4, room)]
    return "\n".join(line.rstrip() for line in printed)


def _put(cell: str, room: int, side: str) -> str:
    gap = " " * (room - width(cell))
    return cell + gap if side == "<" else gap + cell


def _under(text: str, indent: int, room: int | None) -> list[str]:
    """A text below a row; what goes on stands two further in."""
    left = None if room is None else room - indent
    lines = [text] if left is None or fits(text, left) else folded(text, max(_LEAST, left - 2))
    return [" " * (indent + 2 * (i > 0)) + line for i, line in enumerate(lines)]


def _narrowed(widths: list[int], words: list[int], room: int) -> list[int]:
    """The widest column gives first; words are broken last, and never narrower than a number is."""
    widths = list(widths)
    for least in (words, [_LEAST] * len(words)):
        while sum(widths) > room:
            wide = [i for i, w in enumerate(widths) if w > least[i]]
            if not wide:
                break
            widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _parts(line: Sequence[str], widths: list[int]) -> Iterable[list[str]]:
    """A row as the lines that its columns are broken into."""
    cells = [folded(cell, w) for cell, w in zip(line, widths)]
    return ([*part] for part in zip_longest(*cells, fillvalue=""))


def plural(count: int, noun: str) -> str:
    """ "1 value", "4 values"."""
    return f"{count} {noun}{'s' * (count != 1)}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """What comes close to ``name``, as the end of a sentence; "" if nothing is known.

    >>> suggestion("w11", ["w1", "x1"])
    "; did you mean 'w1'?"
    """
    known = list(known)[:200]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    there = "there is only" if len(known) == 1 else "there are"
    return f"; {there} {', '.join(known[:8])}{' …' if len(known) > 8 else ''}" if known else ""
