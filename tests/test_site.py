"""The documentation site: every public name has a page, every link a goal; no page needs a network."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import autograd
import nn
import viz

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SAID_IN_WORDS = {"OPS", "Number", "ACTIVATIONS", "INITS"}  # tables and a type, not functions


@pytest.mark.parametrize("package", [autograd, nn, viz], ids=lambda package: package.__name__)
def test_every_public_name_is_in_the_reference(package) -> None:
    page = (DOCS / "reference" / f"{package.__name__}.md").read_text(encoding="utf-8")
    module, listed = "", set()
    for line in page.splitlines():
        if line.startswith(".. currentmodule:: "):
            module = line.rpartition(" ")[2]
        elif re.fullmatch(r"   \w+", line) and module == package.__name__:
            listed.add(line.strip())
    assert listed == set(package.__all__) - SAID_IN_WORDS
    assert all(f"`{name}`" in page for name in SAID_IN_WORDS & set(package.__all__))


class Links(HTMLParser):
    """Where a page leads, what it loads, and the places that can be led to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places |= {given[key] or "" for key in ("id", "name") if key in given}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        elif tag == "link" and "stylesheet" in (given.get("rel") or ""):
            self.loaded.append(given["href"] or "")
        elif tag in ("img", "script", "iframe") and given.get("src"):
            self.loaded.append(given["src"] or "")


@pytest.mark.slow  # the notebooks run
def test_the_site_is_built_without_a_warning_and_leads_somewhere(tmp_path: Path) -> None:
    for module in ("sphinx", "myst_nb", "furo", "sphinx_copybutton", "latex2mathml"):
        pytest.importorskip(module, reason="builds the site: pip install -e '.[docs]'")
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", site],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    pages = {page: Links(page) for page in site.rglob("*.html")}
    wrong = []
    for page, found in pages.items():
        for link in found.links + found.loaded:
            url = urlsplit(link)
            if url.scheme in ("data", "mailto") or (url.netloc and link not in found.loaded):
                continue  # out of the site: that is for those who are online
            target = page if not url.path else (page.parent / unquote(url.path)).resolve()
            target = target / "index.html" if target.is_dir() else target
            if url.netloc or not target.exists():
                wrong.append((page.relative_to(site).as_posix(), link))
            elif (  # a fragment with "=" is a player's own
                target in pages and url.fragment and "=" not in url.fragment
                and unquote(url.fragment) not in pages[target].places
            ):  # fmt: skip
                wrong.append((page.relative_to(site).as_posix(), link))
    assert not wrong
    for package in (autograd, nn, viz):
        for name in set(package.__all__) - SAID_IN_WORDS:
            assert (site / "reference" / "names" / f"{package.__name__}.{name}.html").exists()
    assert (site / "searchindex.js").stat().st_size > 10_000
