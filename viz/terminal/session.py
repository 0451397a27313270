"""The pass that is walked through, asked about its numbers: what they are, and what if."""

from __future__ import annotations

import re
from collections.abc import Callable

from autograd import Backprop, Value, parse
from autograd.text.format import clean, number, table

__all__ = ["Session"]


class Session:
    """A `Backprop`, and the same again with another number for a leaf.

    Args:
        steps: the pass.
        again: the graph once more, with another number for the leaf of that name; None: there is none.
    """

    def __init__(self, steps: Backprop, again: Callable[[str, float], Value] | None = None) -> None:
        self.steps = steps
        self._again = again

    def shown(self, text: str, width: int | None) -> str:
        """The number and the gradient of a value, of all, or what a formula of them gives."""
        names = self.steps.names
        try:
            values = [names.find(text)] if text else names.order[:200]
        except KeyError:
            if not re.search(r"\W", text.replace(".", "_")):
                raise
            return f"{clean(text)} = {number(self.evaluated(text))}"
        rows = [(names[v], number(v.data), number(v.grad)) for v in values]
        return table(rows, ("value", "data", "grad"), ">>", width)

    def evaluated(self, text: str) -> float:
        """What a formula of the graph's names gives, with their numbers and gradients of now."""
        formula, names = parse(text), self.steps.names
        known: dict[str, float] = {}
        for name in formula.variables:
            gradient = name.endswith(".grad")
            value = names.find(name.removesuffix(".grad") if gradient else name)
            known[name] = value.grad if gradient else value.data
        return float(formula(known))

    def what_if(self, name: str, text: str) -> tuple[str, str]:
        """The same pass at the same step with another number: what comes out, and where it is.

        Raises:
            ValueError: if that name is computed, or there is no number.
        """
        names = self.steps.names
        if names.find(name).parents or self._again is None:
            leaves = ", ".join(names[v] for v in names.order[:50] if not v.parents)
            raise ValueError(f"{clean(name)!r} is computed; what can be set is {leaves}")
        if not text:
            raise ValueError(f"which number? {clean(name)} = 5")
        before, position = self.steps.root.data, self.steps.position
        self.steps = Backprop(self._again(name, self.evaluated(text))).goto(position)
        root = self.steps.root
        return f"{root.label} = {number(root.data)}, was {number(before)}", self.steps.where
