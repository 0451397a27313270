"""What is said where a number leaves the graph by `float()`: no gradient comes back through it.

``math.exp(x)`` and ``float(x)`` ask a Value the same question, so both are answered and both are warned
of, as PyTorch warns of a tensor that becomes a scalar.
"""

from __future__ import annotations

import linecache
import math
import re
import warnings
from types import CodeType, FrameType
from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["warn_of_cut"]

_CALL = re.compile(r"(?:\bmath\.|(?<![\w.]))(\w+)\(")
_OTHERWISE = {
    "pow": "x ** y", "fabs": "abs(x)", "fsum": "sum(…)",
    "degrees": "x.degrees()", "radians": "x.radians()",
}  # fmt: skip
_said: WeakKeyDictionary[CodeType, dict[Any, Any]] = (
    WeakKeyDictionary()
)  # once a line, as `warnings`


def warn_of_cut(frame: FrameType, methods: type) -> None:
    """Warn, once a line, that the code of ``frame`` took a number out of the graph.

    Args:
        frame: where that happened; it says which of math's functions was called.
        methods: the class whose method of the same name keeps the gradient.
    """
    code, line = frame.f_code, frame.f_lineno
    source = linecache.getline(code.co_filename, line) or "( ".join([*code.co_names, ""])
    called = [name for name in _CALL.findall(source) if _of_math(name, frame)]
    instead = {name: _instead(name, methods) for name in called}
    use = " and ".join(filter(None, instead.values()))
    what = f"math.{called[0]}()" if len(instead) == 1 else "this line"
    use = use or "autograd.exp or x.exp() in place of math.exp(x), and so on"
    warnings.warn_explicit(
        f"{what} takes a number out of the graph, so no gradient comes back through it: use {use}; "
        "to read the number, x.data",
        UserWarning,
        code.co_filename,
        line,
        frame.f_globals.get("__name__") or "<unknown>",
        _said.setdefault(code, {}),
    )


def _of_math(name: str, frame: FrameType) -> bool:
    function = getattr(math, name, None)
    return callable(function) and frame.f_globals.get(name, function) is function


def _instead(name: str, methods: type) -> str:
    if name in _OTHERWISE:
        return _OTHERWISE[name]
    return f"autograd.{name} or x.{name}()" if hasattr(methods, name) else ""
