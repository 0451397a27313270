"""Every public name says what it takes, and shows it in an example that runs."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "names.py"
spec = importlib.util.spec_from_file_location("names", SCRIPT)
assert spec is not None
assert spec.loader is not None
names = importlib.util.module_from_spec(spec)
spec.loader.exec_module(names)
documentation = names.documentation
PUBLIC: dict[str, Any] = names.names()
CALLED = {
    name: thing for name, thing in PUBLIC.items()
    if inspect.isroutine(thing) or (inspect.isclass(thing) and not issubclass(thing, Exception))
}  # fmt: skip
MADE_BY_OTHERS = {  # what a function gives back: nobody calls the class
    "autograd.Anomaly", "autograd.Program", "viz.Drawing", "viz.Live", "viz.Playground", "viz.Player",
}  # fmt: skip
SHOWN_ELSEWHERE = {"nn.to_torch", "nn.from_torch"}  # the examples would need PyTorch
NOTHING_TO_REFUSE = MADE_BY_OTHERS | {
    "autograd.Op", "autograd.no_grad", "autograd.numerical_derivative", "autograd.record_sources",
    "autograd.stop_gradient", "nn.Flatten", "nn.History", "nn.Module",
}  # fmt: skip
THE_BASES = {"nn.lecture.Neuron", "nn.lecture.Layer", "nn.lecture.MLP"}  # take what nn's own take


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


@pytest.mark.parametrize("name", sorted(set(CALLED) - NOTHING_TO_REFUSE))
def test_it_says_what_it_refuses(name: str) -> None:
    assert names.sections(CALLED[name])["raises"]


@pytest.mark.parametrize("name", sorted(n for n in PUBLIC if n.endswith("Error")))
def test_an_error_is_shown(name: str) -> None:
    assert names.sections(PUBLIC[name])["example"]
