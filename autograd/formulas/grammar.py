"""Reading formulas: text to tokens, tokens to instructions in postfix order."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from inspect import signature
from typing import Any, NamedTuple, NoReturn

from autograd import functions, ops
from autograd.ops import Op
from autograd.text.format import clean, suggestion

__all__ = ["FUNCTIONS", "Code", "FormulaError", "Reader", "Token", "tokens"]

DEEPEST = 100


class FormulaError(ValueError):
    """A text that is no formula, and the column (from 1) where that shows.

    Attributes:
        message: what is wrong.
        column: where.

    >>> from autograd import parse
    >>> parse("3 +")
    Traceback (most recent call last):
    autograd.formulas.grammar.FormulaError: column 4: '+' at the end needs something after it
    """

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message, self.column = message, column

    def moved(self, columns: int) -> FormulaError:
        """The same error in a longer text, that many columns further right."""
        return FormulaError(self.message, self.column + columns)


def _takes(function: Callable[..., Any]) -> range:
    """How many inputs it may be given."""
    if isinstance(function, Op):
        return range(function.arity, function.arity + 1)
    parameters = signature(function).parameters.values()
    return range(sum(p.default is p.empty for p in parameters), len(parameters) + 1)


_CALLED: dict[str, Callable[..., Any]] = {
    name: getattr(functions, name) for name in functions.__all__ if name != "dot"
} | {
    "abs": ops.ABS, "round": ops.ROUND, "ln": ops.LOG, "pow": ops.POW,
    "max": functions.maximum, "min": functions.minimum,
}  # fmt: skip
FUNCTIONS = {name: (function, _takes(function)) for name, function in _CALLED.items()}

_SIGNED = [op for op in ops.OPS.values() if op.sign and op is not ops.EQUAL]
_INFIX = {op.name: op for op in _SIGNED if op.arity == 2}
_PREFIX = {"-": ops.NEG}
_SAME = {sign: op.name for op in _INFIX.values() for sign in (op.sign, op.symbol)}
_SAME = {sign: name for sign, name in _SAME.items() if not sign.isalpha()} | {"–": "-"}
_MISPLACED = "a comparison stands only first in where(…)"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SIGNS = sorted({*_INFIX, *_SAME, "==", *"(),;="}, key=len, reverse=True)
_TOKEN = re.compile(
    rf"""(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d⁰¹²³⁴-⁹][^\W⁰¹²³⁴-⁹]*(?:\.[^\W⁰¹²³⁴-⁹]+)*)
      | (?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
      | (?P<sign>{"|".join(map(re.escape, _SIGNS))})
      | (?P<space>\s+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    column: int


class Code(NamedTuple):
    """One instruction: push a number or a variable, or apply a function to the last ``inputs``."""

    run: Callable[..., Any] | None
    inputs: int
    push: float | str
    column: int


def tokens(text: str) -> list[Token]:
    return [
        Token(str(match.lastgroup), _SAME.get(match[0], match[0]), match.start() + 1)
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def _refuse_character(token: Token) -> NoReturn:
    raise FormulaError(
        f"{clean(token.text)!r} has no meaning in a formula, only numbers, names, functions and "
        "+ - * / % ** ( )",
        token.column,
    )


class Reader:
    """Dijkstra's shunting-yard: infix to postfix with a stack of its own, without recursion."""

    def __init__(self, tokens: list[Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._codes: list[Code] = []
        self._waiting: list[tuple[Op | None, Token, str]] = []  # None: a parenthesis
        self._arguments: list[int] = []
        self._depth = 0

    def read(self) -> tuple[Code, ...]:
        operand_next = True
        for i, token in enumerate(self._tokens):
            if token.kind == "other":
                _refuse_character(token)
            following = self._tokens[i + 1].text if i + 1 < len(self._tokens) else ""
            take = self._operand if operand_next else self._operator
            operand_next = take(token, following)
        if operand_next:
            last = self._tokens[-1].text if self._tokens else ""
            what = f"{last!r} at the end needs something after it" if last else "a formula is empty"
            raise FormulaError(what, self._end)
        while self._waiting:
            waiting, opening, _ = self._waiting[-1]
            if waiting is None:
                raise FormulaError("this '(' is never closed", opening.column)
            self._emit()
        return tuple(_folded(self._codes))

    def _operand(self, token: Token, following: str) -> bool:
        """Take a token where a number, a name or a sign should stand; whether one is still due."""
        kind, text, column = token
        if kind == "number":
            number = float(text)
            if math.isinf(number):
                raise FormulaError(f"{clean(text, 20)} is too large for a 64-bit float", column)
            self._codes.append(Code(None, 0, number, column))
            return False
        if kind == "name" and following == "(":
            if text not in FUNCTIONS:
                close = suggestion(text, FUNCTIONS)
                raise FormulaError(f"{clean(text, 30)!r} is no function here{close}", column)
            self._waiting.append((None, token, text))
            return True
        if kind == "name":
            self._codes.append(Code(None, 0, text, column))
            return False
        if text == "(":
            before = self._waiting[-1] if self._waiting else None
            called = (
                before is not None and before[0] is None and before[2] and before[1].kind == "name"
            )
            if called:  # the name of the function was put there: the parenthesis takes its place
                self._waiting[-1] = (None, token, self._waiting[-1][2])
                self._arguments.append(1)
            else:
                self._waiting.append((None, token, ""))
            self._depth += 1
            if self._depth > DEEPEST:
                raise FormulaError(f"parentheses are nested more than {DEEPEST} deep", column)
            return True
        if text == "+":  # changes nothing
            return True
        if text in _PREFIX:
            self._waiting.append((_PREFIX[text], token, text))
            return True
        raise FormulaError(f"a number, a name or '(' should stand here, not {text!r}", column)

    def _operator(self, token: Token, following: str) -> bool:
        """Take a token after an operand; whether another operand is due."""
        kind, text, column = token
        if kind == "raised":
            self._reduce(_INFIX["**"].binds + 1)
            power = float(text.translate(_RAISED))
            self._codes += [Code(None, 0, power, column), Code(ops.POW, 2, "²", column)]
            return False
        if text in _INFIX:
            operator = _INFIX[text]
            self._reduce(operator.binds + (text == "**"))  # powers group from the right
            self._waiting.append((operator, token, text))
            return True
        if text == ",":
            self._reduce(0)
            if not self._waiting or not self._waiting[-1][2]:
                raise FormulaError("a comma stands only between the inputs of a function", column)
            self._arguments[-1] += 1
            return True
        if text == ")":
            self._reduce(0)
            if not self._waiting:
                raise FormulaError("this ')' has no '(' before it", column)
            _, opening, name = self._waiting.pop()
            self._depth -= 1
            if name:
                self._call(name, self._arguments.pop(), opening.column)
            return False
        if text in ("=", "=="):
            raise FormulaError("'=' stands only after the name at the start of a line", column)
        if text == "(" or kind in ("name", "number"):
            raise FormulaError(
                f"an operator is missing before {clean(text, 20)!r}; write * for a product", column
            )
        raise FormulaError(f"{clean(text)!r} should not stand here", column)

    def _call(self, name: str, given: int, column: int) -> None:
        function, takes = FUNCTIONS[name]
        if given not in takes:
            count = " or ".join(map(str, takes))
            inputs = "input" if count == "1" else "inputs"
            raise FormulaError(f"{name}() takes {count} {inputs}, not {given}", column)
        self._codes.append(Code(function, given, name, column))

    def _reduce(self, binds: int) -> None:
        """Apply what waits and binds at least as tightly."""
        while self._waiting and (operator := self._waiting[-1][0]) and operator.binds >= binds:
            self._emit()

    def _emit(self) -> None:
        waiting, token, text = self._waiting.pop()
        assert waiting is not None
        self._codes.append(Code(waiting, waiting.arity, text, token.column))


def _folded(codes: list[Code]) -> list[Code]:
    """The same with every part that has no variable worked out; it must come to a finite number.

    Comparisons are kept to where they belong on the way.
    """
    out: list[Code] = []
    kinds: list[tuple[str, int]] = []  # of each entry of the stack, and its column
    for code in codes:
        if code.run is None:
            kinds.append(("variable" if isinstance(code.push, str) else "constant", code.column))
            out.append(code)
            continue
        inputs = kinds[-code.inputs :]
        del kinds[-code.inputs :]
        for kind, column in inputs[code.push == "where" :]:
            if kind == "comparison":
                raise FormulaError(_MISPLACED, column)
        compares = isinstance(code.run, Op) and code.run.compares
        if compares or any(kind != "constant" for kind, _ in inputs):
            kind = "comparison" if compares else "variable"
            kinds.append((kind, code.column))
            out.append(code)
            continue
        kinds.append(("constant", code.column))
        values = [c.push for c in out[-code.inputs :]]
        del out[-code.inputs :]
        result = float(code.run(*values))
        if not math.isfinite(result):
            what = "too large for a 64-bit float" if math.isinf(result) else "not a number"
            raise FormulaError(f"the result of {str(code.push)!r} is {what}", code.column)
        out.append(Code(None, 0, result, code.column))
    if kinds[0][0] == "comparison":
        raise FormulaError(_MISPLACED, kinds[0][1])
    return out
