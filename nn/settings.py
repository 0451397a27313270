"""Settings in range, or an error that says what was given and what is taken."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np

__all__ = ["above", "positive", "within"]


def positive(name: str, n: Any) -> int:
    """``n`` if it is a whole number of 1 or more.

    Raises:
        ValueError: if it is not.
    """
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"{name} is a whole number of 1 or more, not {n!r}")
    return int(n)


def within(name: str, number: Any, below: float = math.inf) -> float:
    """``number`` if it is 0 or more and below ``below``; nan and infinity are not.

    Raises:
        TypeError: for what is no number.
        ValueError: for a number out of range.
    """
    limit = "" if below == math.inf else f" and below {below:g}"
    return _checked(f"{name} is a number of 0 or more{limit}", number, 0.0 <= _real(number) < below)


def above(name: str, number: Any) -> float:
    """``number`` if it is above 0; infinity is, nan is not.

    Raises:
        TypeError: for what is no number.
        ValueError: for a number of 0 or less.
    """
    return _checked(f"{name} is a number above 0", number, _real(number) > 0.0)


def _real(number: Any) -> float:
    return float(number) if _is_real(number) else math.nan


def _is_real(number: Any) -> bool:
    return isinstance(number, Real) and not isinstance(number, bool)


def _checked(wish: str, number: Any, right: bool) -> float:
    if not right:
        raise (ValueError if _is_real(number) else TypeError)(f"{wish}, not {number!r}")
    return float(number)
