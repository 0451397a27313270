"""The learner's table of operations is what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from autograd import OPS

SCRIPT = Path(__file__).parents[1] / "docs" / "operations.py"


def operations_page() -> Any:
    spec = importlib.util.spec_from_file_location("operations_page", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    module = operations_page()
    text = module.PAGE.read_text(encoding="utf-8")
    assert text == module.page(), "run: python docs/operations.py"
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(OPS) - len(module.OWN) + len(module.EDGES) + len(module.PEERS)
    assert "| `tanh(x)` | tanh | tanh(x) | 1 − tanh(x)² |" in rows
    assert "…" not in text  # every rule can be written out


@pytest.mark.slow
def test_pytorch_answers_as_the_page_says() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install torch")
    functions = {"**": torch.pow, "%": torch.remainder, **vars(torch.nn.functional), **vars(torch)}
    for peer in operations_page().PEERS:
        at = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in peer.at]
        if peer.name == "leaky_relu":  # the slope is no tensor there
            at[1] = peer.at[1]
        y = functions[peer.name](*at)
        for i, expected in enumerate(peer.torch):
            slope = y
            for _ in range(peer.order):
                (slope,) = torch.autograd.grad(slope, at[i], create_graph=True)
            assert float(slope.detach()) == pytest.approx(
                expected, rel=1e-3, abs=1e-320, nan_ok=True
            ), peer


@pytest.mark.slow
def test_jax_answers_as_the_page_says() -> None:
    jax = pytest.importorskip("jax", reason="needs JAX: pip install jax")
    functions = {"**": jax.numpy.power, "%": jax.numpy.mod, **vars(jax.nn), **vars(jax.numpy)}
    with jax.enable_x64(True):
        for peer in operations_page().PEERS:
            for i, expected in enumerate(peer.jax):
                slope = functions[peer.name]
                for _ in range(peer.order):
                    slope = jax.grad(slope, i)
                found = float(slope(*peer.at))
                assert found == pytest.approx(expected, rel=1e-3, abs=1e-320, nan_ok=True), peer
