"""The learner's table of operations is what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from autograd import OPS

SCRIPT = Path(__file__).parents[1] / "docs" / "operations.py"


def test_the_page_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("operations_page", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = module.PAGE.read_text(encoding="utf-8")
    assert text == module.page(), "run: python docs/operations.py"
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(OPS) - 1 + len(module.EDGES)  # `==` of Values is identity
    assert "| `tanh(x)` | tanh | tanh(x) | 1 − tanh(x)² |" in rows
