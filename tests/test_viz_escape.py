"""Text that users bring, made safe: letter by letter."""

from __future__ import annotations

import pytest

from viz.escape import clean, escape, quote, shorten


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain", "plain"),
        ("two  spaces stay", "two  spaces stay"),
        ("a\nb\r\n\tc", "a b c"),
        (
            "\x00\x08\x0b\x1f\x7f\x80\x9f",
            "\ufffd\ufffd \ufffd\ufffd\ufffd",
        ),  # \x0b, \x1f: white space
        ("\ud800\udfff", "\ufffd\ufffd"),
        ("\ufdd0\ufdef\ufffe\uffff", "\ufffd" * 4),
        ("\U0001fffe\U0001ffff\U0010fffe\U0010ffff", "\ufffd" * 4),  # the last two of every plane
        ("\U0001fffd\U0002fffd\U00020000\U0010fffd", "\U0001fffd\U0002fffd\U00020000\U0010fffd"),
        ("\u202egnp.exe\u200b\u2060\ufeff\U000e0041", "gnp.exe"),  # turned round, and not seen
        ("x₁·w₁ 😀 重み", "x₁·w₁ 😀 重み"),
    ],
)
def test_clean(text: str, safe: str) -> None:
    assert clean(text) == safe


def test_shorten_keeps_what_fits_and_cuts_the_rest() -> None:
    assert shorten("x" * 24) == "x" * 24
    assert shorten("x" * 25) == "x" * 23 + "…"
    assert shorten("abc def", 5) == "abc…"  # no blank before the dots
    assert shorten("\u200b" * 100 + "abc") == "abc"
    assert shorten("ab", 2) == "ab"


def test_escape_is_what_xml_wants() -> None:
    assert escape("<a & 'b' \">") == "&lt;a &amp; &#x27;b&#x27; &quot;&gt;"


@pytest.mark.parametrize(
    ("text", "dot"),
    [
        ("plain, 1 < 2", '"plain, 1 < 2"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash\\", '"back\\\\slash\\\\"'),
        ("\\N \\n", '"\\\\N \\\\n"'),  # Graphviz's own escapes stay letters
        ("R&D &amp;", '"R&amp;D &amp;amp;"'),
        ("two\nlines", '"two lines"'),
        ("größer", '"größer"'),
        ("", '""'),
        ("x" * 1000, '"' + "x" * 1000 + '"'),
        ("x" * 1001, '"' + "x" * 999 + '…"'),
        ("é" * 1001, '"' + "é" * 999 + '…"'),
    ],
)
def test_quote(text: str, dot: str) -> None:
    assert quote(text) == dot
    assert len(dot.encode()) < 16384
