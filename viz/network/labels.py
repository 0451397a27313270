"""How large the labels of a network drawing are, in points."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap
from typing import NamedTuple

from autograd import Value
from nn.architecture import Kernel, Share, Weight
from viz.network.units import cell_size
from viz.style import number, text_width

__all__ = ["Labels", "in_lines"]


class Labels(NamedTuple):
    """``gradient`` is the text of a gradient, ``digits`` those of the numbers."""

    gradient: Callable[[Value | Share], str]
    digits: int

    def size(self, weight: Weight, in_a_row: bool = False) -> tuple[float, float]:
        """Of a weight and its gradient: one above the other, or ``in_a_row``."""
        if isinstance(weight, Kernel):
            cell_width, cell_height = cell_size(weight)
            width, height = cell_width * len(weight.rows[0]) + 4, cell_height * len(weight.rows)
            stacked = cell_width > cell_height
            return (width, 2 * height + 18) if stacked else (2 * width + 8, height + 14)
        if weight is None:
            return 0.0, 0.0
        data, grad = self._widths("", weight)
        return (data + grad + 8.0 if in_a_row else max(data, grad)), 28.0

    def bias_width(self, bias: Value) -> float:
        """Of a bias above its gradient."""
        return max(self._widths("b ", bias))

    def _widths(self, before: str, value: Value | Share) -> tuple[float, float]:
        data = text_width(f"{before}{number(value.data, self.digits)}", 10, bold=True)
        return data, text_width(f"∇ {self.gradient(value)}", 10)


def in_lines(text: str, width: int) -> list[str]:
    """Text broken after so many characters, at its dots where what is between them fits.

    >>> in_lines("24 values · h′ = one step before", 20)
    ['24\\xa0values', 'h′\\xa0=\\xa0one\\xa0step\\xa0before']
    """
    text = text.replace(" × ", "\u00a0×\u00a0")
    parts = text.split(" · ")
    if len(text) > width:
        parts = [part.replace(" ", "\u00a0") if len(part) <= width else part for part in parts]
    lines = wrap(" · ".join(parts), width)
    return [line.removesuffix(" ·").removeprefix("· ") for line in lines]
