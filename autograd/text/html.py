"""Tables and texts as a notebook shows them.

>>> html_table(("x",), [("w < 1",)])[-35:]
'>w &lt; 1</td></tr></tbody></table>'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["Text", "html_table", "preformatted"]

_DIGITS = frozenset("0123456789−-+.e%∞ ")


class Text(str):
    """A text of several lines that a REPL and a notebook show as it is, without quotes or \\n.

    >>> Text("a\\nb")
    a
    b
    """

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return preformatted(self)


def preformatted(text: str) -> str:
    """Text whose columns stay under each other; long lines scroll."""
    return f'<pre style="overflow-x:auto;line-height:1.25">{escape(text)}</pre>'


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table, numbers to the right, everything escaped.

    Args:
        header: one title a column.
        rows: the cells as text.
        caption: stands above it.
    """
    above = f"<p>{escape(caption)}</p>" if caption else ""
    lines = [list(row) for row in rows]
    right = [all(_is_number(row[i]) for row in lines if i < len(row)) for i in range(len(header))]
    head = _cells("th", header, right)
    body = "".join(f"<tr>{_cells('td', row, right)}</tr>" for row in lines)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow-x:auto">{above}{table}</div>' if above else table


def _cells(tag: str, cells: Sequence[str], right: Sequence[bool]) -> str:
    return "".join(
        f'<{tag} style="text-align:{"right" if r else "left"};padding:.1em .6em">{escape(cell)}</{tag}>'
        for cell, r in zip(cells, right)
    )


def _is_number(cell: str) -> bool:
    return set(cell) <= _DIGITS or cell in ("nan", "…")
