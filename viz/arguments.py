"""What a drawing function was given, checked at once: an error in words, not one from the depths."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Real
from operator import index
from typing import Any

__all__ = ["check_flag", "check_seconds", "check_text", "check_texts", "check_whole"]

_LONGEST = 86_400.0  # seconds: a day


def check_whole(name: str, given: Any, least: int, most: int | None = None) -> int:
    """A whole number of at least ``least`` (and at most ``most``).

    >>> check_whole("depth", 2.5, 0)
    Traceback (most recent call last):
    ValueError: depth is a whole number of 0 or more, not 2.5
    """
    if not isinstance(given, bool) and hasattr(given, "__index__"):
        number = index(given)
        if least <= number and (most is None or number <= most):
            return number
    which = f"of {least} or more" if most is None else f"from {least} to {most}"
    raise ValueError(f"{name} is a whole number {which}, not {given!r:.40}")


def check_flag(name: str, given: Any) -> None:
    """True, False, or None where the drawing decides."""
    if given is not None and not isinstance(given, bool):
        raise TypeError(
            f"{name} is True, False or None (to let the size decide), not {given!r:.40}"
        )


def check_text(name: str, given: Any) -> None:
    if not isinstance(given, str):
        raise TypeError(f"{name} is text, not {type(given).__name__} ({given!r:.40})")


def check_texts(name: str, given: Iterable[str] | None) -> Sequence[str]:
    """Several texts; one text is not the list of its letters."""
    texts = None if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if given is None:
        return ()
    if texts is None or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{name} lists texts, like ['width', 'height'], not {given!r:.40}")
    return texts


def check_seconds(given: Any) -> float:
    """A time limit.

    >>> check_seconds(None)
    Traceback (most recent call last):
    ValueError: timeout is a number of seconds, above 0 and at most 86400 (a day), not None
    """
    number = isinstance(given, Real) and not isinstance(given, bool)
    if not number or not 0 < given <= _LONGEST or math.isnan(given):
        raise ValueError(
            f"timeout is a number of seconds, above 0 and at most 86400 (a day), not {given!r:.40}"
        )
    return float(given)
