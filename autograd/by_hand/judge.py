"""Whether a derivation by hand is right, and if not, why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import copy

import numpy as np

from autograd.by_hand.answer import Answer
from autograd.by_hand.brackets import missing_brackets
from autograd.by_hand.points import Array, Plan, Points
from autograd.by_hand.put_in import put_in
from autograd.by_hand.sampling import around, beyond
from autograd.by_hand.slips.case import Case, Family
from autograd.by_hand.slips.explain import Slip, explain
from autograd.by_hand.slips.last_resorts import twofold, wrong_points
from autograd.by_hand.slips.other_slips import other_slips
from autograd.by_hand.slips.path_slips import path_slips
from autograd.by_hand.slips.rule_slips import inner_too, rule_slips
from autograd.by_hand.slips.use_slips import use_slips
from autograd.by_hand.slips.whole_slips import whole_slips
from autograd.formulas.names import Names
from autograd.text.format import number

__all__ = ["Judge", "Verdict"]

_POINTS = 3
_CLOSE = 5  # units of the last digit that may come from rounding on the way
_LARGE = 1000  # edges on the way: of so many slips, some pair fits any number
_SMALLEST = 1e-12
_SLIP = 1e-8  # how exactly a slip has to fit a number that was given in full


class Verdict:
    """What is said of one answer.

    Attributes:
        text: "right", "right to the digits given", "right with x = 3 put in", "right on this side
            of a kink", "close",
            "right at these numbers only" or "wrong".
        ok: whether it is right.
        slips: what explains a wrong one, likeliest first.
    """

    def __init__(self, text: str, ok: bool, slips: tuple[Slip, ...] = ()) -> None:
        self.text, self.ok, self.slips = text, ok, slips


class Judge:
    """Judges answers about one graph.

    Args:
        plan, names: the graph.
        rtol: the relative difference up to which two numbers agree.
    """

    def __init__(self, plan: Plan, names: Names, rtol: float) -> None:
        self.plan, self.names, self.rtol = plan, names, rtol
        self.here = plan.here()
        self._around: Points | None = None

    def of(self, root: int) -> Judge:
        """A judge of derivatives of another node of the graph."""
        other = copy(self)
        other.plan = self.plan.of(root)
        other.here = Points(other.plan, self.here.data, self.here.slopes)
        other._around = Points(other.plan, self.around.data, self.around.slopes)
        return other

    @property
    def around(self) -> Points:
        """The graph at its own numbers and at some more, worked out when first needed."""
        if self._around is None:
            self._around = around(self.plan, _POINTS)
        return self._around

    def verdict(self, value: int, answer: Answer, given: float) -> Verdict:
        """What to say of an answer.

        Args:
            value: the number of the value that is differentiated by.
            answer: the answer.
            given: what it comes to at the numbers of the graph.
        """
        if answer.is_number:
            return self._number(value, answer, given, float(self.here.up[value, 0]))
        return self._formula(value, answer, given)

    def _formula(self, value: int, answer: Answer, given: float) -> Verdict:
        points = self.around
        hand = answer.at(points)
        hand[0] = given
        kept = np.flatnonzero(~np.isnan(hand) | (np.arange(len(hand)) == 0)).tolist()
        points, hand = points.chosen(kept), hand[kept]
        truth = points.up[value]
        agree = [self._same(a, b) for a, b in zip(hand.tolist(), truth.tolist())]
        if all(agree):
            side = "" if self._beyond(value, answer) else " on this side of a kink"
            return Verdict(f"right{side}", True)
        put = put_in(self, value, answer) if agree[0] else {}
        said = ", ".join(f"{name} = {number(x)}" for name, x in put.items())
        if put and 1.0 not in map(abs, put.values()):  # a 1 may be a factor forgotten
            return Verdict(f"right with {said} put in", True)
        slips = self._why(Case(self.plan, self.names, value, points), answer, hand)
        if put and all(slip.kind == "point" for slip in slips):
            return Verdict(f"right with {said} put in", True)
        return Verdict("right at these numbers only" if agree[0] else "wrong", False, tuple(slips))

    def _why(self, case: Case, answer: Answer, hand: Array) -> list[Slip]:
        """What went wrong in a formula; ``hand`` is what it says at the points of the case."""
        slips = self._slips(case, hand, self.rtol * abs(hand) + _SMALLEST, True)
        doubtful = not slips or slips[0].kind == "update"  # 2x − y for 2(x − y) is x + ½·∂f/∂x too
        if doubtful and (meant := missing_brackets(answer, case.points, case.true, self.rtol)):
            return [Slip("brackets", f"parentheses are missing: {meant} is right")]
        if not slips and self._integrated(case.value, answer):
            integral = "that is the integral: integrated where it is to be differentiated"
            slips = [Slip("power", integral)]
        return slips

    def candidates(self, value: int) -> Iterator[tuple[float, str]]:
        """The numbers that usual slips give, likeliest first, each with its sentence."""
        case = Case(self.plan, self.names, value, self.here)
        with np.errstate(all="ignore"):
            hits = [
                (family.rank, k, family)
                for family in _likely(case)
                for k in range(len(family.predicted))
            ]
        for _, k, family in sorted(hits, key=lambda hit: hit[0]):
            given = float(family.predicted[k, 0])
            if math.isfinite(given) and not self._same(given, float(case.true[0])):
                yield given, family.text(k)

    def _number(self, value: int, answer: Answer, given: float, true: float) -> Verdict:
        if self._same(given, true):
            return Verdict("right", True)
        difference = abs(given - true)
        careless = answer.careless(given)
        if difference <= max(1.0001 * answer.half_unit, careless):
            return Verdict("right to the digits given", True)
        if math.isnan(given):
            return Verdict("wrong", False, (Slip("nan", "nan is no number"),))
        half = answer.half_unit or careless
        tolerance = 1.0001 * max(half, _SLIP * abs(given)) + _SMALLEST
        case = Case(self.plan, self.names, value, self.around)
        hand = np.full(case.data.shape[1], given)
        spread = np.maximum(tolerance, 1e-6 * abs(case.true))
        spread[0] = tolerance
        slips = self._slips(case, hand, spread, False)
        unit = answer.unit if answer.digits >= 2 else 0.0
        if difference <= _CLOSE * unit and difference <= 0.05 * abs(true):
            close = Slip("rounding", f"close: rounded on the way? right is {number(true, 6)}")
            return Verdict("close", False, (close, *slips))
        return Verdict("wrong", False, tuple(slips))

    def _slips(self, case: Case, hand: Array, tolerance: Array, general: bool) -> list[Slip]:
        with np.errstate(all="ignore"):
            return self._explained(case, hand, tolerance, general)

    def _explained(self, case: Case, hand: Array, tolerance: Array, general: bool) -> list[Slip]:
        families = list(_likely(case))
        likely = [family for family in families if general or not family.many]
        stages = [likely]
        if general or (tolerance[0] < 1e-6 * abs(hand[0]) and len(case.edges) < _LARGE):
            stages += [] if general else [[family for family in families if family.many]]
            stages.append([*inner_too(case), *twofold(likely)])
        for tried in stages:
            if found := explain(tried, hand, case.true, tolerance, general):
                return found
        found = explain(wrong_points(case), hand, case.true, tolerance, general)
        return found if general or len(found) <= _POINTS else []

    def _beyond(self, value: int, answer: Answer) -> bool:
        """Whether an answer that is right here is right beyond every kink too."""
        points = beyond(self.plan)
        if points is None:
            return True
        hand, true = answer.at(points), points.up[value]
        return not (abs(hand - true) > self.rtol * (abs(true) + abs(true[0]))).any()

    def _integrated(self, value: int, answer: Answer) -> bool:
        """Whether the derivative of the answer by the value is what was to be differentiated."""
        points = self.around
        x = points.data[value]
        h = 1e-5 * (1.0 + abs(x))
        ends = []
        for at in (x + h, x - h):
            data = points.data.copy()
            data[value] = at
            ends.append(answer.at(self.plan.at(data, {value: at})))
        slope, root = (ends[0] - ends[1]) / (2 * h), points.data[self.plan.root]
        return bool((abs(slope - root) <= 1e-6 * (1.0 + abs(root))).all())

    def _same(self, a: float, b: float) -> bool:
        return math.isclose(a, b, rel_tol=self.rtol, abs_tol=_SMALLEST)


def _likely(case: Case) -> Iterator[Family]:
    yield from path_slips(case)
    yield from use_slips(case)
    yield from rule_slips(case)
    yield from other_slips(case)
    yield from whole_slips(case)
