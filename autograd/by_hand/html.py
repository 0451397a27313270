"""A comparison as an HTML table, with the mathematics set: what a notebook shows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from autograd.formulas.grammar import FormulaError
from autograd.formulas.mathml import mathml, name
from autograd.text.format import number

if TYPE_CHECKING:
    from autograd.by_hand.compare import Comparison, Row

__all__ = ["comparison_html"]

_HEAD = ("derivative", "by hand", "its value", "autograd", "verdict")


def comparison_html(comparison: Comparison) -> str:
    """One row a derivative, and under a wrong one why; the whole can be read without colour."""
    head = "".join(f"<th>{title}</th>" for title in _HEAD)
    rows = "".join(map(_row, comparison.rows))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(row: Row) -> str:
    of, by = (f"<mrow><mo>∂</mo>{name(text)}</mrow>" for text in (row.of, row.name))
    asked = f"<mfrac>{of}{by}</mfrac>"
    cells = (
        _math(asked), _typed(row.typed), number(row.by_hand, 6), number(row.autograd, 6),
        f"{'✓' if row.ok else '✗'} {escape(row.verdict)}",
    )  # fmt: skip
    line = "".join(f"<td>{cell}</td>" for cell in cells)
    why = "<br>".join(escape(slip.text) for slip in row.slips)
    wide = f'colspan="{len(_HEAD) - 1}" style="text-align:left"'  # notebooks align to the right
    more = f"<tr><td></td><td {wide}>{why}</td></tr>" if why else ""
    return f"<tr>{line}</tr>{more}"


def _typed(text: str) -> str:
    try:
        return _math(mathml(text)) if text else ""
    except FormulaError:
        return escape(text)


def _math(markup: str) -> str:
    return f'<math displaystyle="true"><mrow>{markup}</mrow></math>'
