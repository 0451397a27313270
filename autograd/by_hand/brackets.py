"""Parentheses forgotten while typing: 2*o-y where 2*(o-y) was meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from autograd.by_hand.answer import Answer
from autograd.by_hand.points import Array, Points
from autograd.formulas.grammar import FormulaError, Token, tokens
from autograd.formulas.parse import parse

__all__ = ["missing_brackets"]

_TRIED = 400


def missing_brackets(answer: Answer, points: Points, true: Array, tolerance: float) -> str:
    """The formula with one more pair of parentheses, if that makes it right; "" if none does."""
    if answer.typed is None:
        return ""
    for text in islice(_bracketed(tokens(answer.typed.text)), _TRIED):
        try:
            formula = parse(text)
        except FormulaError:
            continue
        for seen in (points.chosen([len(true) - 1]), points):  # one point refuses most
            right = true[-1:] if seen is not points else true
            if not (abs(answer.at(seen, formula) - right) <= tolerance * (1e-6 + abs(right))).all():
                break
        else:
            return text
    return ""


def _bracketed(found: list[Token]) -> Iterator[str]:
    """The text with parentheses around each sum that stands beside a tighter sign."""
    texts = [token.text for token in found]
    for start in range(len(found)):
        depth, is_sum = 0, False
        for end in range(start, len(found)):
            depth += (texts[end] == "(") - (texts[end] == ")")
            if depth < 0 or (not depth and texts[end] == ","):
                break
            is_sum = is_sum or (not depth and end > start and texts[end] in ("+", "-"))
            if is_sum and not depth and _beside(texts, start, end):
                inside = "".join(texts[start : end + 1])
                yield "".join([*texts[:start], f"({inside})", *texts[end + 1 :]])


def _beside(texts: list[str], start: int, end: int) -> bool:
    before = texts[start - 1] if start else ""
    after = texts[end + 1] if end + 1 < len(texts) else ""
    return before in ("*", "/", "-", "**", "^") or after in ("*", "/", "**", "^", "²", "³")
