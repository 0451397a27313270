"""The documentation site: `python -m sphinx -W docs out/site` builds it.

What must be installed is the extra "docs"; nothing is fetched.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from autograd.text.hints import Elsewhere  # noqa: E402

shutil.rmtree(Path(__file__).parent / "reference" / "names", ignore_errors=True)  # written anew

project = "chainrule"
author = "the authors of chainrule"
extensions = [
    "myst_nb",  # Markdown, and notebooks in it, which run while the site is built
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]
default_role = "code"
nitpicky = False
source_suffix = {
    ".rst": "restructuredtext",
    ".md": "myst-nb",
}  # the first is what autosummary writes

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "inherited-members": False}
napoleon_google_docstring = True
napoleon_use_rtype = False
napoleon_use_ivar = True

html_math_renderer = "mathml"
html_theme = "furo"
html_title = "chainrule"
html_static_path = ["static"]
html_css_files = ["site.css"]

html_extra_path = ["../examples/pages"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

linkcheck_anchors = False  # `-b linkcheck` asks every outside link, on a machine with a network
linkcheck_ignore = [r"https://host/"]  # of an example
linkcheck_timeout = 20
linkcheck_retries = 2


_OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./([^)\s]+\.md)\)")
_PAGES = {
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "benchmarks.md",
    "nn/files/README.md": "data.md",
}


def set_math(display: str) -> Any:
    """Mathematics as MathML: browsers set it by themselves, so no script has to be fetched."""

    def visit(page: Any, node: nodes.Element) -> None:
        page.body.append(f'<span class="math">{convert(node.astext(), display=display)}</span>')
        raise nodes.SkipNode

    return visit


def within_the_site(app: Any, page: str, source: list[str]) -> None:
    """What is written for readers of the repository, as the site has it: links and doctests."""

    def link(found: re.Match[str]) -> str:
        inside = _PAGES.get(found[2])
        return f"[{found[1]}]({inside})" if inside else found[1]  # a page that only the clone has

    text = _OUTSIDE.sub(link, source[0])
    source[0] = text.replace("\n\n```\n", "\n```\n")  # the line that ends a doctest in Markdown


def write_tour(app: Any, error: Exception | None) -> None:
    """The tour that the front page has in a frame."""
    from viz.tour.tour import tour

    if error is None and app.builder.format == "html":
        tour().save(Path(app.outdir) / "tour.html")


def not_there(
    app: Any, what: str, name: str, found: object, skip: bool, options: Any
) -> bool | None:
    """Leave out what a class has only to say that it is not there."""
    return True if isinstance(found, Elsewhere) else None


def setup(app: Any) -> None:
    app.connect("autodoc-skip-member", not_there)
    app.add_html_math_renderer("mathml", (set_math("inline"), None), (set_math("block"), None))
    app.connect("source-read", within_the_site)
    app.connect("build-finished", write_tour)
