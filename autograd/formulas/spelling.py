"""Characters and spellings of formulas, as keyboards, slides and programs have them.

>>> spelled("½·np.exp(-x)·10⁻³ + (1 if |n| > 0,5 else 0)")
'(1/2)·exp(-x)·10^(-3) + ( where(abs(n) > 0.5, 1, 0))'
>>> spellings("y_hat"), spellings("λ")
(['ŷ', 'yhat'], ['lambda', 'lam'])
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from autograd.formulas.grammar import FUNCTIONS, FormulaError

__all__ = ["spelled", "spellings"]

_CHARACTERS = str.maketrans({
    "⋅": "·", "∗": "*", "•": "·", "’": "'", "′": "'", "[": "(", "]": ")", "{": "(", "}": ")",
    "\u00a0": " ", "\u2009": " ", "＝": "=",
    **{c: f"({unicodedata.normalize('NFKC', c).replace('⁄', '/')})" for c in "½⅓⅔¼¾⅕⅛"},
})  # fmt: skip
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LIBRARIES = r"(?<![\w.])(?:np|numpy|math|torch|jnp|cmath)\.(?=[a-z]\w*\s*\()"
_BAR = "|"
_HAT = "\u0302"
_GREEK = {
    chr(c): unicodedata.name(chr(c)).split()[-1].lower().replace("lamda", "lambda")
    for c in range(ord("α"), ord("ω") + 1)
}
_SHORT = {"lambda": "lam", "epsilon": "eps"}


def spelled(text: str) -> str:
    """The same formula in plain characters and signs.

    Raises:
        FormulaError: where a | has no partner.
    """
    text = re.sub(_LIBRARIES, "", text.translate(_CHARACTERS))
    text = re.sub(r"⁻[⁰¹²³⁴-⁹]+", lambda match: f"^({match[0].translate(_SUPERSCRIPTS)})", text)
    text = _decimal_commas(re.sub(r"(?<=[\w)\]}|])\s*[.;,]$", "", text))
    text = re.sub(r"(?<=\w)√", " √", text)
    text = re.sub(r"√\s*([^\W\d_]\w*|\d+(?:\.\d+)?)(?!\w*\()", r"√(\1)", text)
    return _choices(_absolute(text))


def spellings(name: str) -> list[str]:
    """Other ways to write a name: w₁ and w_1 as w1, y_hat as ŷ, λ as lambda."""
    bare = name.replace("_", "")
    found = [bare, bare.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))]
    if match := re.fullmatch(r"([^\W\d_])_?hat", name):
        found.insert(0, unicodedata.normalize("NFC", match[1] + _HAT))
    apart = unicodedata.normalize("NFD", name)
    if len(apart) == 2 and apart[1] == _HAT:
        found += [f"{apart[0]}_hat", f"{apart[0]}hat"]
    for letter, word in _GREEK.items():
        alike = [letter, word, _SHORT.get(word, word)]
        if name in alike:
            found += alike
    return [other for other in dict.fromkeys(found) if other != name]


def _decimal_commas(text: str) -> str:
    """0,5 as 0.5, where no function has the comma between its inputs."""
    calls: list[bool] = []
    out = []
    for i, c in enumerate(text):
        if c == "(":
            calls.append(bool(re.search(r"\w\s*$", text[:i])))
        elif c == ")" and calls:
            calls.pop()
        digits = text[i - 1 : i].isdigit() and text[i + 1 : i + 2].isdigit()
        out.append("." if c == "," and digits and True not in calls else c)
    return "".join(out)


def _absolute(text: str) -> str:
    """|x| as abs(x)."""
    bars = [i for i, c in enumerate(text) if c == _BAR]
    if len(bars) % 2:
        raise FormulaError("this | has no other one: write abs(…)", bars[-1] + 1)
    if any(not text[a + 1 : b].strip() for a, b in pairwise(bars)):
        raise FormulaError("which | belongs to which? write abs(…)", bars[0] + 1)
    for start, end in reversed(list(zip(bars[::2], bars[1::2]))):
        word = re.search(r"([^\W\d_]*)\s*$", text[:start])
        called = word is not None and word[1].lower() in FUNCTIONS  # ln|x|
        inside = f"abs({text[start + 1 : end]})"
        text = text[:start] + (f"({inside})" if called else inside) + text[end + 1 :]
    return text


def _choices(text: str) -> str:
    """``1 if n > 0 else 0`` and ``n > 0 ? 1 : 0`` as ``where(n > 0, 1, 0)``, the innermost first."""
    for first, second, order in ((r"\bif\b", r"\belse\b", (1, 0, 2)), (r"\?", ":", (0, 1, 2))):
        while places := list(re.finditer(first, text)):
            at = places[-1]
            start, end = _around(text, at.start())
            start += max(
                (m.end() for m in re.finditer(second, text[start : at.start()])), default=0
            )
            rest = re.split(second, text[at.end() : end], maxsplit=1)
            if len(rest) < 2:
                raise FormulaError("and otherwise? write where(condition, a, b)", at.start() + 1)
            parts = text[start : at.start()], *rest
            chosen = ", ".join(parts[i].strip() for i in order)
            text = f"{text[:start]} where({chosen}){text[end:]}"
    return text


def _around(text: str, at: int) -> tuple[int, int]:
    """From where to where the parentheses around a place reach, without them."""
    depth, start = 0, at
    while start and (depth or text[start - 1] not in "(,"):
        start -= 1
        depth += (text[start] == ")") - (text[start] == "(")
    depth, end = 0, at
    while end < len(text) and (depth or text[end] not in "),"):
        depth += (text[end] == "(") - (text[end] == ")")
        end += 1
    return start, end
