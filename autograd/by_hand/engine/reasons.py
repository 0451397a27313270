"""From what an engine answered to which bugs it has: those whose twin answers the same everywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograd.by_hand.engine.bugs.bug import Bug, Change, after
from autograd.by_hand.engine.bugs.bugs import bugs
from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.findings import Finding
from autograd.by_hand.engine.judging import Case, Wrong, answers, compared, first_wrong, undefined
from autograd.by_hand.engine.twin.routes import COMPOSED
from autograd.by_hand.engine.twin.traits import Traits

__all__ = ["reasons"]

_MOST_CAUSES = 3
_GLANCES = 12  # answers looked at to see which bugs are likely
_BENIGN = ("", "limit")


def reasons(
    cases: Sequence[Case], has: dict[str, str], freed: bool = False, end: float = math.inf
) -> list[Finding]:
    """Find the bugs one by one: always the one that explains the simplest unexplained program, and
    the most others.

    Args:
        cases: the programs that ran, the simple before the complex.
        has: the operations that the engine has, and what they are called.
        freed: whether backward() was seen to take the graph apart.
        end: when to stop looking, by `time.process_time`, so that a busy machine finds the same.
    """
    table = list(bugs([key for key in METHODS if METHODS[key].method in has], freed))
    searches = []
    for traits in (Traits(), COMPOSED):
        search = _Search(traits, cases, table, end)
        search.go(has, strict=True)
        searches.append(search)
        if search.cost <= (0, 1) or time.process_time() > end:
            break
    best = min(searches, key=lambda search: search.cost)
    if best.cost[0] and time.process_time() < end:  # not everything has a name
        best = _Search(best.start, cases, table, end)
        best.go(has)
    return best.found


@dataclass(frozen=True, slots=True)
class _Choice:
    bug: Bug
    traits: Traits
    score: int


class _Search:
    """Bug by bug, from these traits on."""

    def __init__(
        self, traits: Traits, cases: Sequence[Case], table: Sequence[Bug], end: float
    ) -> None:
        self.start = self.traits = traits
        self.cases, self.table, self.end = list(cases), table, end
        self.explained: dict[int, bool] = {}
        self.used: dict[int, set[str]] = {}
        for case in cases:  # however late: what nobody has looked at is not right
            self.explained[id(case)], self.used[id(case)] = compared(traits, case)
        self.strange: set[str] = set()  # operations that no known bug explains
        self.found: list[Finding] = []

    @property
    def cost(self) -> tuple[int, int]:
        """What is unexplained is dear; then, the fewer bugs the better."""
        wrong = [finding for finding in self.found if finding.kind == "wrong"]
        return sum(not finding.causes for finding in wrong), len(wrong)

    def go(self, has: dict[str, str], strict: bool = False) -> None:
        """Find what explains the answers.

        Args:
            has: the operations, and what they are called.
            strict: whether to stop at the first that no bug explains.
        """
        while (first := self._first()) is not None:
            if self._late() and self.found:
                return  # what was not looked at since the last bug may follow from it
            best = [] if self._late() else self._best(first)
            wrong = first_wrong(first)
            if not best:  # theirs may be right, and the twin not with what was found
                self.cases.remove(first)
                if wrong and not undefined(self.traits, first.program):
                    self.strange.add(first.program.key)
                    self.found.append(_finding(first, wrong, (), has))
                    if strict or self._late():
                        return
                continue
            if best[0].bug.kind and wrong:
                finding = _finding(first, wrong, tuple(choice.bug for choice in best), has)
                if finding.sentence not in [other.sentence for other in self.found]:
                    self.found.append(finding)
            self.traits = best[0].traits
            self._look_at(self._touched(best[0].bug.key))

    def _look_at(self, cases: Sequence[Case]) -> None:
        for case in cases:
            if not self._late():
                self.explained[id(case)], self.used[id(case)] = compared(self.traits, case)

    def _late(self) -> bool:
        return time.process_time() > self.end

    def _first(self) -> Case | None:
        """The simplest program that is not explained yet."""
        for case in self.cases:
            keys = {case.program.key, *case.program.needs}
            if not self.explained[id(case)] and not self.strange & keys:
                return case
        return None

    def _best(self, first: Case) -> list[_Choice]:
        """The bugs that explain this program, and as much else as any; no more than one where it is
        no bug."""
        keys = {first.program.key, *first.program.needs, *self.used[id(first)]}
        keys |= {key.removesuffix(" number") for key in keys}
        likely = [bug for bug in self.table if bug.key in keys]
        choices = self._choices(first, likely) or self._choices(first, self._pairs(first, likely))
        top = max((choice.score for choice in choices), default=0)
        best = [choice for choice in choices if choice.score == top > 0]
        benign = [choice for choice in best if choice.bug.kind in _BENIGN]
        return benign[:1] or best[:_MOST_CAUSES]

    def _choices(self, first: Case, likely: Sequence[Bug]) -> list[_Choice]:
        """Each bug that explains this program and as much as any, with the variant that explains
        most; the likely ones are scored first, so that the others are soon given up."""
        tried = [
            (self._glance(changed, bug.key), place, bug, changed)
            for bug in likely
            for place, change in enumerate(bug.changes)
            if not self._late() and answers(changed := change(self.traits), first)
        ]
        best, choices = 1, dict[int, _Choice]()
        for _, place, bug, changed in sorted(tried, key=lambda one: one[:2]):
            score = 0 if self._late() else self._score(changed, bug.key, best)
            best = max(best, score)
            choice = _Choice(bug, changed, 10 * score - place)
            if score > 0 and choice.score > getattr(choices.get(id(bug)), "score", 0):
                choices[id(bug)] = choice
        if self._late():
            return []  # a part of the answers names nothing
        return [choices[id(bug)] for bug in likely if id(bug) in choices]

    def _glance(self, traits: Traits, key: str) -> int:
        """How many of some unexplained answers are not as these traits make them at first sight."""
        some = [case for case in self._touched(key) if not self.explained[id(case)]]
        some = some[:: max(1, len(some) // _GLANCES)]
        return sum(not answers(traits, case, orders=False) for case in some)

    def _touched(self, key: str) -> list[Case]:
        return [case for case in self.cases if key in self.used[id(case)]]

    def _pairs(self, first: Case, likely: Sequence[Bug]) -> list[Bug]:
        """Two wrong derivatives in one operation, where each explains the gradient of its input."""
        names = first.program.leaves
        if first.program.purpose != "value" or len(names) != 2:
            return []
        sides: tuple[list[Bug], list[Bug]] = ([], [])
        for bug in likely:
            if bug.slot is not None and bug.key == first.program.key and not self._late():
                changed = bug.changes[0](self.traits)
                if answers(changed, first, f"{names[bug.slot]}.grad"):
                    sides[bug.slot].append(bug)
        return [_both(a, b) for a in sides[0][:_MOST_CAUSES] for b in sides[1][:_MOST_CAUSES]]

    def _score(self, traits: Traits, key: str, least: int) -> int:
        """How many more answers these traits explain; one explained before and no longer counts
        against three. 0 as soon as it is clear that there are fewer than the least wanted."""
        touched = self._touched(key)
        score = sum(not self.explained[id(case)] for case in touched)
        for case in reversed(touched):  # the complex programs fail first
            if not answers(traits, case):
                score -= 3 if self.explained[id(case)] else 1
                if score < least:
                    return 0
        return score


def _both(a: Bug, b: Bug) -> Bug:
    changes = tuple(_combined(a.changes, b.changes))
    return Bug(a.key, f"{a.sentence}. And: {b.sentence}", changes)


def _combined(first: Sequence[Change], then: Sequence[Change]) -> Iterator[Change]:
    for a, b in zip(first, then):
        yield after(a, b)


def _finding(case: Case, wrong: Wrong, causes: tuple[Bug, ...], has: dict[str, str]) -> Finding:
    program = case.program
    key = causes[0].key if causes else program.key
    sentences = tuple(
        dict.fromkeys(bug.sentence.format(op=_called(bug.key, has)) for bug in causes)
    )
    sentence = " – or: ".join(sentences) or (
        program.about or f"`{_called(key, has)}` is wrong, and none of the usual bugs explains it"
    )
    return Finding(
        causes[0].kind if causes else "wrong", _called(key, has), sentence, program.source,
        wrong.quantity, wrong.given, wrong.right, sentences,
    )  # fmt: skip


def _called(key: str, has: dict[str, str]) -> str:
    return has.get(key.split()[0], key.split()[0])
