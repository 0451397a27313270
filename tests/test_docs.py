"""Every page that a page links to is there."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [
    page
    for page in sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("[a-z]*/**/*.md"))
    if not page.relative_to(ROOT).parts[0].startswith(("out", "build"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_outside_links_are_whole_and_the_same_thing_has_one_address() -> None:
    """Whether they answer, `sphinx -b linkcheck` asks, on a machine with a network."""
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    links = {link for text in texts for link in re.findall(r"\]\((\w+:[^)\s]*)\)", text)}
    assert len(links) >= 3
    for link in links:
        parts = urlsplit(link)
        assert parts.scheme == "https", link
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), link
        assert not link.endswith((".", ",", ";")), link
    bare = [link.split("#")[0].removesuffix("/").replace("://www.", "://") for link in links]
    assert len({address.lower() for address in bare}) == len(links)
