"""The slips people make when they derive by hand, each with the gradient that it gives.

A slip in one local derivative changes the gradient by what the paths through that edge carry:
(∂root/∂child) · (changed slope − slope) · (∂parent/∂value).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations, islice, permutations

from autograd.by_hand.explain import Candidate, State
from autograd.derivatives.evaluation import Evaluation
from autograd.formulas.names import Names
from autograd.ops import ieee, ieee_partial
from autograd.stepping.paths import Paths
from autograd.stepping.steps import rule_of
from autograd.text.format import number

__all__ = ["Slips"]

_MOST_PATHS = 200  # listed one by one; of more, only groups that share an edge
_MOST_WORK = 300_000  # nodes evaluated in search of a wrong point

Slope = Callable[[State], float]


class Slips:
    """The slips possible in a derivative of the root by one value, likeliest first.

    Args:
        evaluation: the graph.
        names: of its nodes.
        value: the number of the value.
        ratio: what the hand says over what is true; None where it is not finite.
        general: whether the derivation is a formula, so that chance will not make any ratio fit.
    """

    def __init__(
        self, evaluation: Evaluation, names: Names, value: int, ratio: float | None, general: bool
    ) -> None:
        self.evaluation, self.names, self.value = evaluation, names, value
        self.ratio, self.general = ratio, general
        self.here = evaluation.here()
        self.reached = {value}
        for child in range(value + 1, len(evaluation.order)):
            if any(evaluation.edges[e].parent in self.reached for e in evaluation.into[child]):
                self.reached.add(child)
        self.edges = [e for e, edge in enumerate(evaluation.edges) if edge.parent in self.reached]

    def __iter__(self) -> Iterator[Candidate]:
        yield Candidate("sign", lambda: "the sign is flipped", lambda s: -s.up[self.value])
        yield from self._paths()
        yield from self._overwritten()
        yield from self._factors()
        yield from self._slopes()
        yield from self._signs()
        yield from self._constant()
        yield from self._points()

    # Paths ----------------------------------------------------------------------------------------

    def _paths(self) -> Iterator[Candidate]:
        ways = Paths(self.evaluation.order[-1], self.evaluation.order[self.value], self.names)
        if ways.count is not None and ways.count <= _MOST_PATHS:
            for edges in ways.edges():
                yield Candidate(
                    "path", partial(self._path, ways, edges), partial(self._without, edges)
                )
        if ways.count != 1:
            yield Candidate("path", lambda: "every path is forgotten", lambda s: 0.0)
        for e in self.edges:
            yield Candidate("path", partial(self._group, e), self._with(e, lambda s: 0.0))

    def _path(self, ways: Paths, edges: list[int]) -> str:
        alike = math.prod(self._parallel(e) for e in edges)
        which = "the only path" if ways.count == 1 else "the path"
        return (
            f"{f'one of the {alike} paths' if alike > 1 else which} {ways.way(edges)} is forgotten"
        )

    def _group(self, e: int) -> str:
        parent, child, _ = self.evaluation.edges[e]
        by, of = self.names[self.evaluation.order[parent]], self.names[self.evaluation.order[child]]
        if self._parallel(e) > 1:
            return f"the paths through one of the two uses of {by} in {of} are forgotten"
        return f"the paths through {by} → {of} are forgotten"

    def _parallel(self, e: int) -> int:
        """How many edges join the same two nodes: 2 for x·x."""
        parent, child, _ = self.evaluation.edges[e]
        return sum(
            self.evaluation.edges[other].parent == parent for other in self.evaluation.into[child]
        )

    def _without(self, edges: list[int], s: State) -> float:
        return s.up[self.value] - math.prod(s.point.locals[e] for e in edges)

    def _overwritten(self) -> Iterator[Candidate]:
        uses: dict[int, list[int]] = {node: [] for node in self.reached}
        for child in range(len(self.evaluation.order) - 1, -1, -1):  # the order of the pass
            for e in self.evaluation.into[child]:
                if self.evaluation.edges[e].parent in uses:
                    uses[self.evaluation.edges[e].parent].append(e)
        shared = [node for node in sorted(self.reached) if len(uses[node]) > 1]
        for node in shared:
            text = partial(self._only_last, node, len(uses[node]))
            yield Candidate("overwritten", text, partial(self._last, node, uses[node][-1]))
        if len(shared) > 1:
            yield Candidate(
                "overwritten",
                lambda: (
                    "= where += was meant: of every gradient only the last contribution is left"
                ),
                self._assigned,
            )

    def _only_last(self, node: int, uses: int) -> str:
        left = f"of the {uses} contributions to {self._name(node)}.grad only the last is left"
        return f"= where += was meant: {left}"

    def _last(self, node: int, e: int, s: State) -> float:
        last = s.point.locals[e] * s.up[self.evaluation.edges[e].child]
        return s.up[self.value] + (last - s.up[node]) * s.down[node]

    def _assigned(self, s: State) -> float:
        """The reverse pass with = in place of +=."""
        grads = [0.0] * len(self.evaluation.order)
        grads[-1] = 1.0
        for child in range(len(grads) - 1, -1, -1):
            for e in self.evaluation.into[child]:
                grads[self.evaluation.edges[e].parent] = s.point.locals[e] * grads[child]
        return grads[self.value]

    # One local derivative -------------------------------------------------------------------------

    def _with(self, e: int, slope: Slope) -> Slope:
        """The gradient if the local derivative along an edge were another."""
        parent, child, _ = self.evaluation.edges[e]
        return lambda s: (
            s.up[self.value] + s.up[child] * (slope(s) - s.point.locals[e]) * s.down[parent]
        )

    def _factors(self) -> Iterator[Candidate]:
        for e in self.edges:
            if self.here.locals[e] != -1.0:  # that would be a flipped sign
                text = partial(self._about, "the factor {} is forgotten", e)
                yield Candidate("factor", text, self._with(e, lambda s: 1.0))

    def _signs(self) -> Iterator[Candidate]:
        for e in self.edges:
            text = partial(self._about, "the sign of {} is flipped", e)
            yield Candidate("sign", text, self._with(e, partial(self._negative, e)))

    def _negative(self, e: int, s: State) -> float:
        return -s.point.locals[e]

    def _slopes(self) -> Iterator[Candidate]:
        """A local derivative taken at its own output, or by the other operand."""
        for e in self.edges:
            node = self.evaluation.order[self.evaluation.edges[e].child]
            op = node.operation
            if op is not None and op.arity == 1:
                there = f"at {self.names[node]}, in place of {self.names[node.parents[0]]}"
                text = partial(self._about, f"{{}} is taken {there}", e)
                yield Candidate("point", text, self._with(e, partial(self._at_output, e)))
            elif op is not None and len(node.parents) == 2 and op.name in ("*", "/", "**"):
                text = partial(self._about, "{} is taken as that by the other operand", e)
                yield Candidate("point", text, self._with(e, partial(self._by_other, e)))

    def _at_output(self, e: int, s: State) -> float:
        child = self.evaluation.edges[e].child
        op = self.evaluation.order[child].operation
        assert op is not None
        output = s.point.data[child]
        return ieee_partial(op, 0, output, ieee(op, output))

    def _by_other(self, e: int, s: State) -> float:
        first, second = self.evaluation.into[self.evaluation.edges[e].child]
        return s.point.locals[first if e == second else second]

    # The whole of it ------------------------------------------------------------------------------

    def _constant(self) -> Iterator[Candidate]:
        if not self.ratio:
            return
        simple = _simple(self.ratio)
        if simple is not None or self.general:
            times = number(self.ratio) if simple is None else str(simple).replace("-", "−")
            factor = self.ratio if simple is None else float(simple)
            yield Candidate(
                "constant",
                lambda: f"a constant factor is off: it is {times} times what it should be",
                lambda s: factor * s.up[self.value],
            )

    def _points(self) -> Iterator[Candidate]:
        """The right formula with wrong numbers: leaves exchanged, negated, or taken as 0 or 1."""
        for what, change in islice(self._mistaken(), _MOST_WORK // len(self.evaluation.order)):
            text = f"it is evaluated at the wrong point: with {what}"
            yield Candidate("point", partial(str, text), partial(self._elsewhere, change), True)

    def _mistaken(self) -> Iterator[tuple[str, dict[int, tuple[float, int]]]]:
        """What was put for some leaves: a factor, and the leaf whose value it multiplies (−1: none)."""
        leaves = [i for i, edges in enumerate(self.evaluation.into) if not edges]
        for i, j in combinations(leaves, 2):
            yield f"{self._name(i)} and {self._name(j)} exchanged", {i: (1.0, j), j: (1.0, i)}
        for i, j in permutations(leaves, 2):
            yield f"{self._name(j)} in place of {self._name(i)}", {i: (1.0, j)}
        for i in leaves:
            yield f"−{self._name(i)} in place of {self._name(i)}", {i: (-1.0, i)}
            yield f"{self._name(i)} = 0", {i: (0.0, -1)}
            yield f"{self._name(i)} = 1", {i: (1.0, -1)}

    def _elsewhere(self, change: dict[int, tuple[float, int]], s: State) -> float:
        moved = {i: k * (s.point.data[j] if j >= 0 else 1.0) for i, (k, j) in change.items()}
        there = {self.evaluation.order[i]: x for i, x in {**s.changes, **moved}.items()}
        return self.evaluation.upstream(self.evaluation.at(there))[self.value]

    # Words ----------------------------------------------------------------------------------------

    def _name(self, node: int) -> str:
        return self.names.formula(self.evaluation.order[node]).within_all()

    def _about(self, sentence: str, e: int) -> str:
        """A sentence about the local derivative along an edge: ``∂tanh(n)/∂n = 1 − tanh(n)² = 0.5``."""
        edge = self.evaluation.edges[e]
        rule, _ = rule_of(self.evaluation.order[edge.child], bool(edge.slot), self.names)
        local = f" = {number(self.here.locals[e])}"
        return sentence.format(rule if rule.endswith(local) else rule + local)


def _simple(ratio: float) -> Fraction | None:
    """The factor that a slip leaves, if ``ratio`` is one: 2, 3/2, −1/4, or 1/150 for a mean."""
    small = Fraction(ratio).limit_denominator(12)
    if abs(small.numerator) > 12:
        small = Fraction(round(ratio))
    elif not small and abs(1 / ratio) < 1e4:
        small = Fraction(1, round(1 / ratio))
    return (
        small if small and abs(small) < 1e4 and math.isclose(small, ratio, rel_tol=1e-4) else None
    )
