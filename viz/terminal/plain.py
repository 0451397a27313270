"""Where a terminal, or a pipe, lacks the signs of mathematics: plain ones in their place."""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import TextIO

__all__ = ["spell_out", "whole"]

_PLAIN = {
    "−": "-", "–": "-", "·": "*", "×": "x", "∘": "o", "∂": "d", "→": "->", "∞": "inf", "Σ": "sum ",
    "²": "^2", "³": "^3", "ᵀ": "^T", "∇": "grad ", "≥": ">=", "≤": "<=", "√": "sqrt", "�": "?",
}  # fmt: skip


def spell_out(stream: TextIO) -> None:
    """From now on write what the encoding of ``stream`` lacks in plain characters, like - for −."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="chainrule.plain")


def whole(stream: TextIO) -> None:
    """From now on write UTF-8, as in files: what is written is a page or a drawing for a program."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8")


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_plain, lacking)), error.end


def _plain(sign: str) -> str:
    """Subscripts become digits, ⁽¹⁾ becomes (1); others keep their code, like \\u03b1."""
    text = _PLAIN.get(sign) or unicodedata.normalize("NFKD", sign).replace("−", "-")
    return text.encode("ascii", "backslashreplace").decode()


codecs.register_error("chainrule.plain", _replaced)
