"""LaTeX fragments, as editors paste them, in plain text."""

from __future__ import annotations

import re

from autograd.formulas.grammar import FormulaError

__all__ = ["without_latex"]

_WORDS = {
    "cdot": "* ", "times": "*", "ast": "*", "div": "/", "left": "", "right": "", "partial": "∂",
    "sigma": "σ", "pi": "π", "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=", "lt": "<", "gt": ">",
    "mathrm": "", "text": "", "operatorname": "", "mathbf": "", "displaystyle": "", "quad": " ",
}  # fmt: skip
_DEEPEST = 50


def without_latex(text: str) -> str:
    r"""``\frac{a}{b}`` as ``((a)/(b))``, ``x^{2}`` as ``x^(2)``, ``\tanh`` as ``tanh``.

    Raises:
        FormulaError: if a brace has no partner.

    >>> without_latex(r"\frac{\partial L}{\partial w} = \sigma(n)\cdot e^{-x}")
    '∂L/∂w = σ(n)* e^(-x)'
    """
    text = re.sub(r"\\[()\[\]]", "", text.replace("{,}", "."))
    text = re.sub(r"\\(?:operatorname\*?|text|math[a-z]+)\{([A-Za-z]+)\}", r"\1", text)
    text = re.sub(r"\\(?:wide)?hat\s*\{?\s*([A-Za-z])\s*\}?", r"\1_hat", text)
    text = re.sub(r"\\[dt]?frac\s*(\d)\s*(\d)", r"((\1)/(\2))", text)
    text = re.sub(r"\\[,;:! ]", " ", text)
    text = re.sub(r"\\(?:mathbb|mathbf)?\{1\}", "1", text)
    text = re.sub(
        r"\\[dt]?frac\s*\{\s*(?:\\partial|∂|d)\s*([\w{}]+?)\s*\}\s*\{\s*(?:\\partial|∂|d)\s*([\w{}]+?)\s*\}",
        r"∂\1/∂\2", text,
    )  # fmt: skip
    text = re.sub(r"_\{(\w+)\}", r"_\1 ", text)
    for _ in range(_DEEPEST):
        if not (match := re.search(r"\\([dt]?frac|sqrt)\s*(?=\{)", text)):
            break
        first, end = _braced(text, match.end())
        if match[1] == "sqrt":
            new = f"sqrt({first})"
        else:
            start = end
            while text[start : start + 1] == " ":
                start += 1
            second, end = _braced(text, start)
            new = f"(({first})/({second}))"
        text = text[: match.start()] + new + text[end:]
    text = re.sub(r"\^\{([^{}]*)\}", r"^(\1)", text)
    text = re.sub(r"\\([A-Za-z]+)( ?)", lambda m: _WORDS.get(m[1], m[1] + m[2]), text)
    return text.replace("{", "(").replace("}", ")") if "{" in text else text


def _braced(text: str, opening: int) -> tuple[str, int]:
    """What stands between a brace and its partner, and where that ends."""
    depth = 0
    for i in range(opening, len(text)):
        depth += (text[i] == "{") - (text[i] == "}")
        if not depth:
            if text[opening : opening + 1] != "{":
                break
            return text[opening + 1 : i], i + 1
    raise FormulaError("this '{' has no '}'", opening + 1)
