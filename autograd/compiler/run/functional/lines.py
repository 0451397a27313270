"""Lines of source as one would write them: what is used once stands where it is used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Line", "split", "tidied"]

_NAME = re.compile(r"\bt\d+\b")
_PART = re.compile(r"\bweights\[(\d+):(\d+)\]")
_LONGEST = 88  # characters


class Line(NamedTuple):
    """``name = expression``, perhaps with statements below it that fill what it made.

    Attributes:
        used: the names in the expression.
        grows: whether it grows with the batch.
    """

    name: str
    expression: str
    used: tuple[str, ...]
    grows: bool


def tidied(lines: Sequence[Line], results: set[str]) -> list[str]:
    """The text of lines that are all needed, the ``results`` after them.

    Names of what grows with the batch are let go when they are not used again: memory that is free
    soon is there for the next line, and need not come from the system.
    """
    count = Counter(name for line in lines for name in _NAME.findall(line.expression))
    within: dict[str, str] = {}
    left: list[Line] = []
    for line in lines:
        text = _NAME.sub(partial(_put_in, within), line.expression)
        once = count[line.name] == 1 and line.name not in results
        if once and len(text) <= _LONGEST and "\n" not in text:
            within[line.name] = text
        else:
            left.append(line._replace(expression=text))
    last = {name: k for k, line in enumerate(left) for name in _NAME.findall(line.expression)}
    made = {line.name for line in left if line.grows} - results
    found = []
    for k, line in enumerate(left):
        found.append(f"    {line.name} = {line.expression}")
        done = [name for name in dict.fromkeys(_NAME.findall(line.expression)) if last[name] == k]
        done = [name for name in done if name in made]
        if done and k < len(left) - 1:
            found.append(f"    del {', '.join(done)}")
    return found


def split(lines: Sequence[str], count: int) -> list[str]:
    """The same lines, which take parts of ``count`` weights by one call, unless the parts overlap."""
    text = "\n".join(lines)
    parts = sorted({(int(a), int(b)) for a, b in _PART.findall(text)})
    if len(parts) < 2 or any(a[1] > b[0] for a, b in pairwise(parts)):
        return list(lines)
    names, sizes, done = [], [], 0
    for k, (start, stop) in enumerate([*parts, (count, count)]):
        if done < start:
            names.append("_")
            sizes.append(start - done)
        if start < stop:
            names.append(f"w{k}")
            sizes.append(stop - start)
        done = stop
    own = {part: f"w{k}" for k, part in enumerate(parts)}
    text = _PART.sub(lambda found: own[int(found[1]), int(found[2])], text)
    return [f"    {', '.join(names)} = weights.split_with_sizes({tuple(sizes)})", text]


def _put_in(within: dict[str, str], found: re.Match[str]) -> str:
    """What stands for a name, in brackets where it needs them."""
    text = within.pop(found[0], found[0])
    before, after = found.string[: found.start()], found.string[found.end() :]
    opened = not before or before.endswith(("(", "[", ", ", "= "))
    alone = opened and (not after or after.startswith((",", ")", "]", "\n")))
    return text if alone or _holds_together(text) else f"({text})"


def _holds_together(text: str) -> bool:
    """Whether no operator stands outside of brackets."""
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if not depth and letter in " -":
            return False
    return True
