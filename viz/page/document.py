"""The page as one file: the template filled in, with a policy that forbids loading anything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd import OPS
from autograd.formulas.javascript import runtime
from viz.page.program import table
from viz.style import DARK, LIGHT, Palette

__all__ = ["colours", "document", "hashed", "script", "style"]

_HERE = Path(__file__).parent
_SCRIPTS = (
    "format", "program", "state", "camera", "folds", "arrange", "motion", "paint", "stepping",
    "reader", "leaves", "reason", "answers", "address", "bridge", "start",
)  # fmt: skip
_STYLES = ("page", "drawing")


def document(
    title: str, svg: str, items: Iterable[Sequence[str]], data: Mapping[str, Any], own: str = ""
) -> str:
    """The page.

    Args:
        title: its heading.
        svg: the drawing.
        items: the lines of each step, as they are without a script.
        data: what the script reads.
        own: rows of the user's, as an object of JavaScript.
    """
    looks, code = style(), script(own)
    listed = (
        f'<li><a href="#step={i}">{"<br>".join(map(html.escape, lines))}</a></li>'
        for i, lines in enumerate(items)
    )
    parts = {
        "title": html.escape(title),
        "style": looks,
        "script": code,
        "style_hash": hashed(looks),
        "script_hash": hashed(code),
        "svg": svg,
        "last": str(len(data["steps"]) - 1),
        "list": "\n".join(listed),
        "steps": json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"),
    }
    template = (_HERE / "page.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def style() -> str:
    """The style sheets, after the colours of both schemes."""
    sheets = [(_HERE / f"{name}.css").read_text("utf-8") for name in _STYLES]
    return "\n".join([colours(), *sheets])


def colours() -> str:
    """The palettes of both schemes, as variables; paper is always light."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ {_colours(DARK)} }}"
    return f"{_colours(LIGHT)}\n{dark}"


def _colours(palette: Palette) -> str:
    names = {
        "background": palette.background, "text": palette.text, "muted": palette.muted,
        "edge": palette.edge, "positive": palette.positive, "negative": palette.negative,
        "positive-text": palette.positive_text, "negative-text": palette.negative_text,
        "zero-text": palette.zero_text, "active": palette.highlight,
        "accent": palette.fills["input"].border,
        "ground": palette.fills["cluster"].ground, "raised": palette.fills["cluster"].ground,
        "hairline": palette.fills["cluster"].border, "glow": f"{palette.highlight}2E",
    }  # fmt: skip
    for kind in (
        "input",
        "parameter",
        "constant",
        "value",
        "output",
        "folded",
        "cluster",
        "operator",
    ):
        names[kind], names[f"{kind}-line"] = palette.fills[kind]
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in names.items())} }}"


def script(own: str = "") -> str:
    """The table of operations, and what makes the page live."""
    rows = f"Object.assign({table(OPS.values())}, {own or '{}'})"
    files = [(_HERE / f"{name}.js").read_text("utf-8") for name in _SCRIPTS]
    operations = f"const TABLE = (() => {{\n{runtime()}return {rows};\n}})();"
    return "\n".join(['"use strict";', "(() => {", operations, *files, "})();"])


def hashed(text: str) -> str:
    """What a content policy knows an inline script or style sheet by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
