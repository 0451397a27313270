"""Pages of a browser, for every file of tests that asks for one: each file has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chromium import Page, watched

from autograd import Value
from viz import live


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with watched() as page:
        yield page


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The address of a page that shows a graph."""
    folder = tmp_path_factory.mktemp("live")

    def save(name: str, root: Value, **options: Any) -> str:
        path = folder / f"{name}.html"
        if not path.exists():
            live(root, **options).save(path)
        return path.as_uri()

    return save
