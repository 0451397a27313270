"""The pictures of the documentation are readable where they are shown, and each of them is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 736.0  # pixels of a page of the site; a README has 830
LEAST = 9.0  # pixels
PICTURES = sorted(
    path for path in (DOCS / "pictures").glob("*.svg") if path.stem != "architecture"
)  # that grows with the house
TEXT = re.compile(r'<text[^>]*?(?:font-size="|font-size: |font: )([\d.]+)[^>]*>([^<]*)<')


def smallest_text(picture: Path, page: float) -> float:
    """In pixels, on a page that is so wide."""
    svg = picture.read_text(encoding="utf-8")
    width = float(re.search(r'<svg[^>]*? width="([\d.]+)pt"', svg, re.DOTALL)[1]) * 4 / 3
    found = TEXT.findall(svg)
    points = min(float(size) for size, text in found if text.replace("\xa0", " ").strip())
    return points * 4 / 3 * min(1.0, page / width)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_the_smallest_text_has_9_pixels(picture):
    assert smallest_text(picture, WIDTH) >= LEAST


def test_every_picture_is_shown_somewhere():
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md")]
    shown = {
        name for page in pages for name in re.findall(r"([\w-]+)\.svg\)", page.read_text("utf-8"))
    }
    assert {picture.stem for picture in PICTURES} == shown & {p.stem for p in PICTURES}
