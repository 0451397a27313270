"""The page of slips and its JSON are what the tables say, and every row of the tables runs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograd import OPS, Value, compare
from autograd.by_hand.slips.wrong_rule import WRONG_RULES
from autograd.ops import ieee_partial

SCRIPT = Path(__file__).parents[1] / "docs" / "slips.py"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("slips_page", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_and_the_data_are_up_to_date() -> None:
    module = script()
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run: python docs/slips.py"
    assert module.DATA.read_text(encoding="utf-8") == module.data(), "run: python docs/slips.py"


def test_another_tutor_can_read_the_data() -> None:
    rows = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))
    assert {
        "operation": "tanh", "kind": "rule", "says": "the square is missing", "by": "x",
        "right": "1 − tanh(x)²", "wrong": "1 − tanh(x)",
    } in rows  # fmt: skip
    assert {row["operation"] for row in rows} == set(WRONG_RULES)


SLOPES = [
    (name, place, slot)
    for name, rules in WRONG_RULES.items()
    for place, rule in enumerate(rules)
    for slot, slope in enumerate(rule.slopes)
    if slope is not None
]


@pytest.mark.parametrize(("name", "place", "slot"), SLOPES)
def test_a_wrong_rule_is_wrong_somewhere_and_named(name: str, place: int, slot: int) -> None:
    rule, op = WRONG_RULES[name][place], OPS[name]
    slope = rule.slopes[slot]
    assert slope is not None
    for at in ((0.62, 0.35), (-0.4, 0.3), (-0.7, 0.9), (0.3, 0.62)):
        inputs = at[: op.arity]
        output = op(*inputs)
        if not isinstance(output, float) or not np.isfinite(output):
            continue
        wrong = float(slope(*map(np.float64, inputs), np.float64(output)))
        if np.isfinite(wrong) and abs(wrong - ieee_partial(op, slot, *inputs, output)) > 1e-3:
            break
    else:
        pytest.fail("the rule is right everywhere")
    values = [Value(x, label=letter) for letter, x in zip("ab", inputs)]
    root = op(*values) * 1.7
    root.label = "f"
    (row,) = compare(root, {"ab"[slot]: 1.7 * wrong}).rows
    assert not row.ok
    assert row.slips


def test_a_notebook_shows_a_table_with_the_mathematics_set() -> None:
    w1, x = Value(3.0, label="w1"), Value(2.0, label="x<")
    f = w1**2 * x
    f.label = "f"
    html = compare(f, {"w1": "w1/2", x: 9.0})._repr_html_()
    assert html.startswith("<table><thead><tr><th>derivative</th>")
    assert "<msub><mi>w</mi><mn>1</mn></msub>" in html
    assert "<mfrac><msub><mi>w</mi><mn>1</mn></msub><mn>2</mn></mfrac>" in html
    assert "<mi>x&lt;</mi>" in html
    assert html.count("✗ wrong") == 1
    assert html.count("✓ right") == 1
    assert html.count("<table>") == html.count("</table>") == 1
