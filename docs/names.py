"""List every public name with what its page in the reference says of it.

python docs/names.py
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import autograd
import nn
import nn.lecture
import viz

SECTIONS = {
    "arguments": r"^(Args|Attributes):",
    "raises": r"^Raises:",
    "source": r"^Source: ",  # of the formula; every page leads to the code besides
    "example": r"^>>> ",
}


def names() -> dict[str, Any]:
    """Every public name, with its package."""
    packages = (autograd, nn, nn.lecture, viz)
    return {f"{p.__name__}.{name}": getattr(p, name) for p in packages for name in p.__all__}


def documentation(thing: Any) -> str:
    """Its docstring, and of a class those of its bases here: a setting may be said there."""
    if not (inspect.isroutine(thing) or inspect.isclass(thing)):
        return ""
    ours = ("autograd", "nn", "viz")
    kinds = [k for k in getattr(thing, "__mro__", [thing]) if k.__module__.startswith(ours)]
    return "\n".join(inspect.cleandoc(kind.__doc__ or "") for kind in kinds or [thing])


def sections(thing: Any) -> dict[str, bool]:
    """Which of the sections its documentation has."""
    text = documentation(thing)
    return {name: bool(re.search(mark, text, re.MULTILINE)) for name, mark in SECTIONS.items()}


def main() -> None:
    found = {name: sections(thing) for name, thing in names().items()}
    for name, has in found.items():
        print(f"{name:44}", *(word if has[word] else "–" * len(word) for word in SECTIONS))
    print(f"{len(found)} names:", ", ".join(
        f"{sum(has[word] for has in found.values())} with {word}" for word in SECTIONS))  # fmt: skip


if __name__ == "__main__":
    main()
