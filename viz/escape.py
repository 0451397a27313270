"""Text that users bring, made safe: for XML, for markup, for DOT, and cut to a width.

Every name, label and title passes through here on its way into a drawing or a page.
"""

from __future__ import annotations

import html
import re

__all__ = ["clean", "escape", "quote", "shorten"]

_PLAIN = re.compile(r"[ !#-%'-\[\]-~]{0,1000}").fullmatch  # ASCII without " & \\

# What XML cannot hold, and marks that turn the direction of the text around them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")


def clean(text: str) -> str:
    """Text that any XML file can hold on one line: control characters and lone surrogates replaced.

    >>> clean("a\\x00b\\nc\\ud800")
    'a\ufffdb c\ufffd'
    """
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE.sub("", " ".join(text.split()) if not text.isprintable() else text)
    text = _UNPRINTABLE.sub("\ufffd", text)
    if (
        max(text, default="") >= "\U0001fffe"
    ):  # each plane ends in two code points that are no characters
        text = "".join("\ufffd" if ord(c) & 0xFFFE == 0xFFFE else c for c in text)
    return text


def shorten(text: str, width: int = 24) -> str:
    """``text`` on one line, cut to ``width`` characters with an ellipsis.

    >>> shorten("a name that goes on and on", 12)
    'a name that…'
    """
    text = clean(text[: 4 * width + 64])  # a label of a million characters costs no more than this
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Text as it stands in markup."""
    return html.escape(text, quote=True)


def quote(text: str) -> str:
    """A text in DOT's double quotes, standing for itself: no escapes, no entities, no line breaks.

    Graphviz reads at most 16384 bytes of it.
    """
    if _PLAIN(text):
        return f'"{text}"'
    text = shorten(text, 1000).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{text}"'
