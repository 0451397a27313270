"""Every public name says what it takes, and shows it in an example that runs."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import autograd
import nn
import nn.lecture
import viz

PUBLIC = {
    f"{package.__name__}.{name}": getattr(package, name)
    for package in (autograd, nn, nn.lecture, viz)
    for name in package.__all__
}
CALLED = {
    name: thing for name, thing in PUBLIC.items()
    if inspect.isroutine(thing) or (inspect.isclass(thing) and not issubclass(thing, Exception))
}  # fmt: skip
MADE_BY_OTHERS = {  # what a function gives back: nobody calls the class
    "autograd.Anomaly", "autograd.Program", "viz.Drawing", "viz.Live", "viz.Player",
}  # fmt: skip
SHOWN_ELSEWHERE = {"nn.to_torch", "nn.from_torch"}  # the examples would need PyTorch
THE_BASES = {"nn.lecture.Neuron", "nn.lecture.Layer", "nn.lecture.MLP"}  # take what nn's own take


def documentation(thing: Any) -> str:
    """Its docstring, and of a class those of its bases here: a setting may be said there."""
    kinds = [
        k
        for k in getattr(thing, "__mro__", [thing])
        if k.__module__.startswith(("autograd", "nn", "viz"))
    ]
    return "\n".join(inspect.cleandoc(kind.__doc__ or "") for kind in kinds or [thing])


@pytest.mark.parametrize("name", CALLED)
def test_it_says_what_it_is(name: str) -> None:
    assert re.match(r"\S", inspect.getdoc(CALLED[name]) or "")


@pytest.mark.parametrize("name", sorted(set(CALLED) - MADE_BY_OTHERS - THE_BASES))
def test_every_argument_is_said(name: str) -> None:
    thing = CALLED[name]
    parameters = [p.name for p in inspect.signature(thing).parameters.values()
                  if p.kind not in (p.VAR_KEYWORD,) and not p.name.startswith("_")
                  and p.name not in ("args", "kwargs")]  # fmt: skip
    text = documentation(thing)
    said = {word for line in re.findall(r"^ {4}([\w, *]+):(?: |$)", text, re.MULTILINE)
            for word in re.findall(r"\w+", line)}  # fmt: skip
    assert [p for p in parameters if p not in said] == []


@pytest.mark.parametrize("name", sorted(set(CALLED) - MADE_BY_OTHERS - SHOWN_ELSEWHERE))
def test_there_is_an_example(name: str) -> None:
    assert ">>> " in documentation(CALLED[name])
