"""The chain rule spelled out: every path from a value to the root, and the product along it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd.derivatives.evaluation import Evaluation
from autograd.formulas.names import Names
from autograd.stepping.steps import factor
from autograd.text.format import number
from autograd.text.html import html_table, preformatted
from autograd.value import Value

__all__ = ["Path", "Paths", "paths"]

_SHOWN = 10  # paths in a printed list
_ENDS = 6  # nodes at either end of a long path
_EXACT = 2048  # bits of a count


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a value to the root.

    Attributes:
        nodes: the Values on the way, the root last.
        locals: the local derivative of each by the one before.
        product: all of them multiplied: what this path adds to the gradient.
        text: the way and the arithmetic on one line.
    """

    nodes: tuple[Value, ...]
    locals: tuple[float, ...]
    product: float
    text: str

    def __str__(self) -> str:
        return self.text


class Paths:
    """All paths from ``value`` to ``root``: iterate over them, print them, or only count them.

    Attributes:
        count: how many there are; None where that number has more than 600 digits.
        log10: the logarithm of the count; −inf if there are none.
        total: the sum of their products: the gradient.
    """

    def __init__(self, root: Value, value: Value | str, names: Any = None) -> None:
        if type(root) is not Value:
            raise TypeError(f"paths() takes a Value first, not {type(root).__name__}")
        if type(value) is not Value and not isinstance(value, str):
            raise TypeError(f"paths() takes a Value or its name, not {type(value).__name__}")
        self.names = names if isinstance(names, Names) else Names(root, names=names)
        value = self.names.find(value) if isinstance(value, str) else value
        self.root, self.value = root, value
        self._evaluation = Evaluation(root, self.names.order)
        if value not in self.names:
            raise ValueError(f"this value is not in the graph of {self.names[root]}: {value!r}")
        start = self._evaluation.index[id(value)]
        self.total = self._evaluation.downstream(self._evaluation.here(), start)[-1]
        self.count, self.log10 = self._counted(start)

    def _counted(self, start: int) -> tuple[int | None, float]:
        """Ways to each node, summed along the order; in logarithms once they are huge."""
        ways = [0] * len(self.names.order)
        ways[start] = 1
        for child in range(start + 1, len(ways)):
            ways[child] = sum(
                ways[self._evaluation.edges[e].parent] for e in self._evaluation.into[child]
            )
            if ways[child].bit_length() > _EXACT:
                return None, self._log10(start)
        return ways[-1], math.log10(ways[-1]) if ways[-1] else -math.inf

    def _log10(self, start: int) -> float:
        logs = [-math.inf] * len(self.names.order)
        logs[start] = 0.0
        for child in range(start + 1, len(logs)):
            terms = [logs[self._evaluation.edges[e].parent] for e in self._evaluation.into[child]]
            top = max(terms, default=-math.inf)
            if top > -math.inf:
                logs[child] = top + math.log10(sum(10 ** (term - top) for term in terms))
        return logs[-1]

    def __len__(self) -> int:
        if self.count is None or self.count >= 2**53:
            raise OverflowError(f"{self._many()} are too many for len(): use .count or .log10")
        return self.count

    def __bool__(self) -> bool:
        return self.count != 0

    def __iter__(self) -> Iterator[Path]:
        """The paths one after the other, each made when it is asked for."""
        here, order = self._evaluation.here(), self.names.order
        for taken in self.edges():
            nodes = (self.value, *(order[self._evaluation.edges[e].child] for e in taken))
            slopes = tuple(here.locals[e] for e in taken)
            product = math.prod(slopes)
            numbers = _shortened([number(slopes[0]), *map(factor, slopes[1:])]) if slopes else ["1"]
            text = f"{self.way(taken)}: {' · '.join(numbers)}"
            if len(numbers) > 1:
                text += f" = {number(product)}"
            yield Path(nodes, slopes, product, text)

    def edges(self) -> Iterator[list[int]]:
        """The paths as the numbers of their edges in the evaluation."""
        if self.value is self.root:
            yield []
            return
        edges, last = self._evaluation.edges, len(self.names.order) - 1
        taken: list[int] = []
        choices = [iter(self._evaluation.out[self._evaluation.index[id(self.value)]])]
        while choices:
            e = next(choices[-1], None)
            if e is None:
                choices.pop()
                if taken:
                    taken.pop()
            elif edges[e].child == last:
                yield [*taken, e]
            else:
                taken.append(e)
                choices.append(iter(self._evaluation.out[edges[e].child]))

    def way(self, taken: list[int]) -> str:
        """The nodes on a path: ``x → x·y → f``."""
        nodes = (self.names.order[self._evaluation.edges[e].child] for e in taken)
        return " → ".join(_shortened([self.names[node] for node in (self.value, *nodes)]))

    def _many(self) -> str:
        if self.count is not None and self.count < 10**24:
            return f"{self.count} path{'s' if self.count != 1 else ''}"
        return f"about 10^{self.log10:.1f} paths"

    def __str__(self) -> str:
        value, root = (self.names.formula(node).within_all() for node in (self.value, self.root))
        if not self:
            return f"no path leads from {value} to {root}: ∂{root}/∂{value} = 0"
        what = "the product along one path" if self.count == 1 else f"the sum over {self._many()}"
        lines = [f"∂{root}/∂{value} is {what}"]
        products: list[float] = []
        shown = _SHOWN if self.log10 < 3 else 2
        for path in self:
            if len(products) == shown:
                lines.append("  … and the rest of them; their sum needs no list")
                break
            products.append(path.product)
            lines.append(f"  {path}")
        if self.count == 1:
            return "\n".join(lines)
        complete = len(products) == self.count
        terms = [number(products[0]), *map(factor, products[1:])] if complete else ["sum"]
        return "\n".join([*lines, f"{' + '.join(terms)} = {number(self.total)}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rows = str(self).splitlines()
        if not rows:
            return preformatted(head)
        cells = [row.strip().partition(": ")[::2] for row in rows]
        if self.count != 1:
            cells[-1] = ("together", rows[-1])
        return html_table(("path", "product"), cells, head)


def paths(root: Value, value: Value | str, names: Any = None) -> Paths:
    """The chain rule for ∂root/∂value, path by path; their sum is the gradient.

    Paths are counted without being listed, so any number of them is answered at once.

    Args:
        root: what is differentiated.
        value: by what: a Value, or its name.
        names: as for `Names`.

    Raises:
        TypeError: if ``root`` is no Value, or ``value`` neither that nor a name.
        KeyError: if there is no such name.
        ValueError: if ``value`` is not in the graph of ``root``.

    >>> x, y = Value(3.0, label="x"), Value(4.0, label="y")
    >>> f = x * y + x
    >>> paths(f, x)
    ∂(x·y + x)/∂x is the sum over 2 paths
      x → x·y → x·y + x: 4 · 1 = 4
      x → x·y + x: 1
    4 + 1 = 5
    >>> for _ in range(60):
    ...     x = x + x
    >>> paths(x, f.parents[1]).count == 2**60
    True
    """
    return Paths(root, value, names)


def _shortened(parts: list[str]) -> list[str]:
    if len(parts) <= 2 * _ENDS + 1:
        return parts
    return [*parts[:_ENDS], f"… {len(parts) - 2 * _ENDS} more …", *parts[-_ENDS:]]
