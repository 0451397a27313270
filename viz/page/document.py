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

__all__ = ["colours", "document", "embedded", "filled", "script", "scripts", "sheets"]

_HERE = Path(__file__).parent
_HASH = re.compile(r"'sha256-[\w+/=]+'")
_SCRIPTS = (
    "format", "program", "state", "camera", "folds", "arrange", "motion", "paint", "stepping",
    "reader", "leaves", "reason", "answers", "address", "link", "bridge", "start",
)  # fmt: skip
_STYLES = ("base", "page", "drawing")


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
    listed = (
        f'<li><a href="#step={i}">{"<br>".join(map(html.escape, lines))}</a></li>'
        for i, lines in enumerate(items)
    )
    parts = {
        "title": html.escape(title),
        "svg": svg,
        "last": str(len(data["steps"]) - 1),
        "list": "\n".join(listed),
        "steps": embedded(data),
    }
    looks = sheets(*(_HERE / f"{name}.css" for name in _STYLES))
    return filled(_HERE / "page.html", parts, looks, script(own))


def filled(
    template: Path, parts: Mapping[str, str], looks: str, code: str, framed: Iterable[str] = ()
) -> str:
    """The template with its parts, its style sheet and its script, and a policy that names the two.

    Args:
        template: a file with ``{{name}}`` where a part goes, and ``{{head}}`` where every page's head.
        parts: HTML by name, the title among them.
        looks, code: the style sheet, and the script.
        framed: pages that it shows in frames: a frame obeys the policy of what it stands in, too.
    """
    allowed = [(_hashed(looks), _hashed(code))]
    allowed += [(found[0], found[1]) for found in map(_HASH.findall, framed)]
    styles, codes = (" ".join(dict.fromkeys(hashes)) for hashes in zip(*allowed))
    every = {**parts, "style": looks, "script": code, "styles": styles, "scripts": codes}
    head = (_HERE / "head.html").read_text("utf-8").rstrip()
    whole = template.read_text("utf-8").replace("{{head}}", head)
    return re.sub(r"\{\{(\w+)\}\}", lambda found: every[found[1]], whole)


def embedded(data: Any) -> str:
    """Data as JSON that may stand in a script element."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def sheets(*files: Path) -> str:
    """Style sheets, after the colours of both schemes."""
    return "\n".join([colours(), *(file.read_text("utf-8") for file in files)])


def scripts(*texts: str | Path) -> str:
    """One script of texts and files, which know each other and nobody else."""
    read = (text if isinstance(text, str) else text.read_text("utf-8") for text in texts)
    return "\n".join(['"use strict";', "(() => {", *read, "})();"])


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
    operations = f"const TABLE = (() => {{\n{runtime()}return {rows};\n}})();"
    return scripts(operations, *(_HERE / f"{name}.js" for name in _SCRIPTS))


def _hashed(text: str) -> str:
    """What a content policy knows an inline script or style sheet by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
