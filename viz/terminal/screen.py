"""Where the command prints: how wide it is, and whether it has colours."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TextIO

from autograd.text.format import folded

__all__ = ["Screen"]

_STYLES = {"head": "1", "wrong": "33;1", "right": "34"}


@dataclass(frozen=True)
class Screen:
    """A terminal, or anything else: there the text stays as it is.

    Attributes:
        width: how many columns; None where lines may have any length.
        colour: whether styles show. Not where ``NO_COLOR`` is set (https://no-color.org).
    """

    width: int | None = None
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """What this stream is."""
        if not stream.isatty():
            return cls()
        plain = os.environ.get("TERM") == "dumb" or os.environ.get("NO_COLOR")
        return cls(shutil.get_terminal_size().columns, not plain)

    def paint(self, text: str, style: str) -> str:
        """The text in a style ("head", "wrong", "right"), where there are colours."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and style else text

    def fit(self, text: str) -> str:
        """Lines that are too long, broken between words; what goes on is indented by two more."""
        if self.width is None:
            return text
        return "\n".join(self._broken(line) for line in text.split("\n"))

    def _broken(self, line: str) -> str:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        assert self.width is not None
        first, *rest = folded(line, self.width)
        if rest:
            after = folded(line[len(first) :].lstrip(), max(8, self.width - len(indent)))
            rest = [indent + part for part in after]
        return "\n".join([first, *rest])
