"""Write slips.md and slips.json, the table of misconceptions, from the rows that `compare` runs.

python docs/slips.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from autograd import OPS
from autograd.by_hand.slips import wrong_nodes as wrong_nodes  # the tables are filled
from autograd.by_hand.slips import wrong_rules as wrong_rules
from autograd.by_hand.slips.wrong_rule import (
    ANY,
    FACTOR,
    RECIPROCAL,
    TERM,
    WRONG_RULES,
    Node,
    WrongRule,
)
from autograd.formulas.formula import Formula, derivative, formula

PAGE = Path(__file__).with_name("slips.md")
DATA = Path(__file__).with_name("slips.json")

HEAD = """\
# The slips that `compare` knows

Every rule as people misremember it, beside the right one, with the sentence that a learner reads.
This page and [slips.json](slips.json), which other tutors can read, are written by `python
docs/slips.py` from the tables that `compare` itself runs (`wrong_rules.py` and `wrong_nodes.py`
in `autograd/by_hand/slips/`): a misconception is a row there. Each row is tried at one node, at
all nodes like it, and at every node of its operation. The field calls them buggy rules (Brown &
Burton, Diagnostic models for procedural bugs, 1978).

Besides these rows `compare` tries: a sign flipped at any operation; a path, a use or a term
forgotten, or left alone; `=` where `+=` was meant; a factor forgotten, twice, or divided by; a
node taken as constant or not differentiated; the derivative by another value, or of another;
another value in the place of a factor (z for h); factors of 2, of the number of terms, of an
exponent, of ten; the learning rate, or the update itself; a weight that has made its step already;
a target of 1 or 0 mistaken; another point; the integral and the second derivative; parentheses
forgotten in what was typed.

In the formulas x is the input, of two a and b; u and v are inner functions, u′ and v′ their
derivatives.
"""
RIGHT = {
    "*": "u′·v + u·v′", "/": "(u′·v − u·v′)/v²", "+": "u′ + v′", "-": "u′ − v′", ANY: "f′(u)·u′",
    TERM: "u′", FACTOR: "u′·v", RECIPROCAL: "−v·u′/u²",
}  # fmt: skip
OUTPUT = {
    "*": "u·v",
    "/": "u/v",
    "+": "u + v",
    "-": "u − v",
    TERM: "u + v",
    FACTOR: "u·v",
    RECIPROCAL: "v/u",
}


def rows() -> list[dict[str, str]]:
    """Each misconception as data: operation, kind, sentence, right rule, wrong rule."""
    return [row for name in WRONG_RULES for rule in WRONG_RULES[name] for row in _rows(rule)]


def _rows(rule: WrongRule) -> list[dict[str, str]]:
    about = {"operation": rule.op, "kind": rule.kind, "says": rule.says}
    if rule.whole is not None:
        letters = [
            Formula(letter)
            for letter in (
                "u", "v", OUTPUT.get(rule.op, "f(u)"), "u′", "1" if rule.op == TERM else "v′", "x",
            )
        ]  # fmt: skip
        wrong = rule.whole(Node(*letters, lambda at: Formula(f"f′({at})")))
        return [{**about, "right": RIGHT[rule.op], "wrong": _text(wrong)}]
    op = OPS[rule.op]
    names = ["x"] if op.arity == 1 else ["a", "b"]
    inputs = [Formula(name) for name in names]
    return [
        {**about, "by": names[i], "right": derivative(op, *names, index=i),
         "wrong": _text(slope(*inputs, op(*inputs)))}
        for i, slope in enumerate(rule.slopes) if slope is not None
    ]  # fmt: skip


def _text(wrong: Any) -> str:
    """The wrong rule as a text, without the zeros that only give it its shape."""
    return re.sub(r" \+ 0·[^ ]+$", "", str(formula(wrong)))


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    last = ""
    for row in rows():
        if row["operation"] != last:
            last = row["operation"]
            right = f": {row['right']}" if "by" not in row else ""
            lines += [
                f"## `{last}`{right}\n" if last in OPS else f"## {last.capitalize()}{right}\n"
            ]
            lines += [
                "| by | right | wrong | what the learner reads |",
                "| --- | --- | --- | --- |",
            ]
        cells = map(cell, (row.get("by", "x"), row["right"], row["wrong"], row["says"]))
        lines.append(f"| {' | '.join(cells)} |")
    text = "\n".join(lines) + "\n"
    return re.sub(r"\n(## )", r"\n\n\1", text)


def data() -> str:
    """The same as JSON."""
    return json.dumps(rows(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    DATA.write_text(data(), encoding="utf-8")
    print(f"wrote {PAGE} and {DATA}")
