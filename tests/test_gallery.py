"""The pictures of the gallery are readable at the width of a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGE = 830.0  # pixels that a README is shown in
NETWORKS = sorted((DOCS / "pictures").glob("network*.svg"))
GRAPHS = sorted((DOCS / "pictures").glob("expression*.svg"))


def smallest_text(picture: Path) -> float:
    """In pixels, on a page."""
    svg = picture.read_text(encoding="utf-8")
    width = float(re.search(r'<svg[^>]*? width="([\d.]+)pt"', svg, re.DOTALL)[1]) * 4 / 3
    sizes = re.findall(r'<text[^>]*font-size="([\d.]+)"[^>]*>([^<]*)<', svg)
    points = min(float(size) for size, text in sizes if text.replace("\xa0", " ").strip())
    return points * 4 / 3 * min(1.0, PAGE / width)


@pytest.mark.parametrize("picture", NETWORKS, ids=lambda path: path.stem)
def test_the_smallest_text_of_a_network_has_9_pixels(picture):
    assert smallest_text(picture) >= 9


@pytest.mark.parametrize("picture", GRAPHS, ids=lambda path: path.stem)
def test_the_smallest_text_of_an_expression_graph_has_8_pixels(picture):
    assert smallest_text(picture) >= 8
