"""Formulas as students type and paste them, written out in the grammar that `parse` reads.

What can be read in one way only is read; where reading would be a guess, the error is a question.

>>> plain("2xy", {"x", "y"}.__contains__)
'2*x*y'
>>> plain("\\\\frac{1}{2}\\\\cdot x^{2}.", {"x"}.__contains__)
'((1)/(2))*x**(2)'
>>> plain("1/2x", {"x"}.__contains__)
Traceback (most recent call last):
autograd.formulas.grammar.FormulaError: column 4: is x below the line in /2x? write (…/2)*x or …/(2*x)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autograd.formulas.formula import derivative
from autograd.formulas.grammar import FUNCTIONS, FormulaError, Token, tokens
from autograd.formulas.latex import without_latex
from autograd.formulas.spelling import spelled, spellings
from autograd.ops import OPS
from autograd.text.format import clean

__all__ = ["DERIVATIVE", "plain"]

DERIVATIVE = re.compile(r"[d∂]\s?([^\W\d_]\w*)\s*/\s*[d∂]\s?([^\W\d_]\w*)")  # dL/dw, ∂L/∂w
_ALIASES = {
    "σ": "sigmoid", "sigma": "sigmoid", "sgn": "sign", "arctan": "atan", "arcsin": "asin",
    "arccos": "acos", "tg": "tan", "logistic": "sigmoid", "√": "sqrt",
}  # fmt: skip
_OVER = {"sec": "1/cos", "csc": "1/sin", "cot": "1/tan", "sech": "1/cosh", "csch": "1/sinh",
         "log10": "1/2.302585092994046*log", "log2": "1/0.6931471805599453*log"}  # fmt: skip

_CALL = re.compile(
    r"""([^\W\d_][^\W⁰¹²³⁴-⁹]*)                             # tanh
        (?:\s*(\^\s*\(?\s*-?\d+\s*\)?|[²³])|\s*('))?       # ² or ′
        \s*(?=\()""",
    re.VERBOSE,
)


def plain(text: str, known: Callable[[str], bool]) -> str:
    """The same formula in the grammar of `parse`.

    Args:
        text: one formula; LaTeX fragments, ``2xy``, ``σ(n)``, ``|x|``, ``(n > 0)``, a decimal comma and
            a full stop at the end are taken.
        known: whether a name is that of a value.

    Raises:
        FormulaError: where it could mean several things.
    """
    text = without_latex(text.strip().strip("$").strip())
    text = spelled(text)
    return "".join(_conditions(_products(_functions(text, known), known)))


def _functions(text: str, known: Callable[[str], bool]) -> str:
    """tanh²(n) as tanh(n)², σ′(n) written out, sech(n) as 1/cosh(n)."""
    text = re.sub(r"(?<!\w)(?:σ|√)(?=\s*['²³(^])", lambda m: _ALIASES[m[0]], text)
    at = 0
    while match := _CALL.search(text, at):
        name = _called(match[1], known)
        at = match.end()
        if not name:
            if cut := _product_before(match[1], known):
                at = match.start() + cut
                text, at = f"{text[:at]}*{text[at:]}", at + 1
            continue
        close = _closing(text, match.end())
        inside = text[match.end() + 1 : close]
        power = (match[2] or "").replace("²", "^2").replace("³", "^3").replace(" ", "")
        if "-" in power:
            raise FormulaError(
                f"is {match[1]}{power} the inverse function, or 1/{match[1]}? write a{match[1]}(…) or "
                f"1/{match[1]}(…)",
                match.start() + 1,
            )
        if match[3]:
            op = OPS.get(name)
            slope = derivative(op, f"({inside})") if op and op.arity == 1 else " and "
            if " and " in slope:  # two conditions, or none
                raise FormulaError(f"{name}′ has no short form here", match.start() + 1)
            new = spelled(f"({slope})")
        elif name in _OVER:
            new = f"({_OVER[name]}({inside}))"
        else:
            new = f"{name}({inside})"
        new = f"({new}){power}" if power else new
        text = text[: match.start()] + new + text[close + 1 :]
        at = match.start() + new.index("(") + 1
    return text


def _called(name: str, known: Callable[[str], bool]) -> str:
    """The function that is meant by a name before a parenthesis; "" if it is a value."""
    if known(name) and name not in FUNCTIONS:
        return ""
    for candidate in (name, name.lower()):
        candidate = _ALIASES.get(candidate, candidate)
        if candidate in FUNCTIONS or candidate in _OVER:
            return candidate
    return ""


def _product_before(name: str, known: Callable[[str], bool]) -> int:
    """Where the function begins in a name like ``xtanh`` before a parenthesis; 0 if it is none."""
    if known(name):
        return 0
    for cut in range(1, len(name)):
        if _called(name[cut:], known) and (known(name[:cut]) or _splits(name[:cut], known)):
            return cut
    return 0


def _closing(text: str, opening: int) -> int:
    depth = 0
    for i in range(opening, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if not depth:
            return i
    raise FormulaError("this '(' is never closed", opening + 1)


def _products(text: str, known: Callable[[str], bool]) -> list[str]:
    """The tokens, with a * wherever two factors stand side by side."""
    out: list[str] = []
    before: Token | None = None
    below = False  # whether the factor before stands below a line
    found = tokens(text)
    for i, token in enumerate(found):
        alone = [t.text for t in found[max(0, i - 1) : i + 2 : 2]] == ["(", ")"]
        value = token.kind == "name" and token.text not in FUNCTIONS
        parts = [token.text]
        if value and not (alone and known(token.text)):
            parts = _letters(token, known)
        if not value and token.kind == "name" and [t.text for t in found[i + 1 : i + 2]] != ["("]:
            raise _uncalled(found[i:])
        if before is not None and _side_by_side(before, token):
            if out[-3:-1] == ["e", "^"] or out[-3:-1] == ["e", "**"]:
                raise FormulaError(
                    f"is {token.text} in the exponent of e^{before.text}{token.text}? write "
                    f"e^({before.text}*{token.text}) or e^{before.text}*{token.text}", token.column,
                )  # fmt: skip
            if below:
                raise FormulaError(
                    f"is {token.text} below the line in /{before.text}{token.text}? write "
                    f"(…/{before.text})*{token.text} or …/({before.text}*{token.text})", token.column,
                )  # fmt: skip
            out.append("*")
        if len(parts) > 1 and out[-1:] == ["/"]:
            message = f"what is below the line in /{token.text}? use parentheses"
            raise FormulaError(message, token.column)
        out.append("*".join(parts))
        below = out[-2:-1] == ["/"] and token.kind in ("number", "name")
        before = token
    return out


def _uncalled(found: list[Token]) -> FormulaError:
    """The question about a function without parentheses: ``sin 2x``."""
    power, inside = "", ""
    for token in found[1:]:
        raised = token.kind == "raised" or token.text in ("^", "**")
        if not inside and (raised or power in ("^", "**")):
            power += token.text
        elif token.kind in ("number", "name"):
            inside += token.text
        else:
            break
    return FormulaError(f"write {found[0].text}({inside or '…'}){power}", found[0].column)


def _side_by_side(before: Token, token: Token) -> bool:
    """Whether two tokens are factors without a sign between them."""
    called = before.kind == "name" and before.text in FUNCTIONS
    ends = before.kind in ("number", "name", "raised") or before.text == ")"
    if not ends or not (token.kind in ("number", "name") or token.text == "("):
        return False
    if token.kind == "number":
        raise FormulaError(f"is {clean(before.text)} {token.text} a product? write *", token.column)
    return not called


def _letters(token: Token, known: Callable[[str], bool]) -> list[str]:
    """A name as it is, or the names of values that it is made of: xy as x·y."""
    name = token.text
    if not known(name):
        for other in spellings(name):
            if known(other):
                return [other]
    bare = name.replace("_", "")
    splits = _splits(bare, known) if len(bare) <= 12 and bare.isalnum() else []
    splits = [parts for parts in splits if len(parts) > 1]
    if known(name):
        if splits:
            both = "·".join(splits[0])
            raise FormulaError(
                f"is {name!r} the value of that name, or {both}? write {'*'.join(splits[0])} for the "
                f"product, ({name}) for the value", token.column,
            )  # fmt: skip
        return [name]
    if len(splits) > 1:
        ways = " or ".join("*".join(parts) for parts in splits[:3])
        raise FormulaError(f"{name!r} can be read as {ways}: write the one you mean", token.column)
    return splits[0] if splits else [name]


def _splits(name: str, known: Callable[[str], bool]) -> list[list[str]]:
    """All ways to write a name as names of values, one after the other."""
    ways: list[list[list[str]]] = [[[]]]
    for end in range(1, len(name) + 1):
        ways.append([
            [*way, name[start:end]]
            for start in range(end) if known(name[start:end]) for way in ways[start]
        ][:20])  # fmt: skip
    return ways[-1]


def _conditions(out: list[str]) -> list[str]:
    """(n > 0) as where(n > 0, 1, 0), unless it stands first in where(…)."""
    signs = {"<", "<=", ">", ">="}
    if not signs & set(out):
        return out
    opened: list[int] = []
    marked: dict[int, int] = {}
    whole = False
    for i, text in enumerate(out):
        if text == "(":
            opened.append(i)
        elif text == ")" and opened:
            start = opened.pop()
            if start in marked:
                marked[start] = i
        elif text in signs:
            if opened and out[opened[-1] - 1 : opened[-1]] not in (["where"],):
                marked[opened[-1]] = -1
            whole = whole or not opened
    for start, end in sorted(marked.items(), reverse=True):
        out = [*out[:start], "where", *out[start:end], ",1,0", *out[end:]]
    return ["where(", *out, ",1,0)"] if whole else out
