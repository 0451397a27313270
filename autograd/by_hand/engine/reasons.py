"""From what an engine answered to which bugs it has: those whose twin answers the same everywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograd.by_hand.engine.bug import Bug, Change, after
from autograd.by_hand.engine.bugs import bugs
from autograd.by_hand.engine.findings import Finding
from autograd.by_hand.engine.judging import Case, Wrong, answers, first_wrong, used
from autograd.by_hand.engine.operations import METHODS
from autograd.by_hand.engine.routes import COMPOSED
from autograd.by_hand.engine.traits import Traits

__all__ = ["reasons"]

_MOST_CAUSES = 3
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
        end: when to stop looking, by `time.monotonic`.
    """
    table = list(bugs([key for key in METHODS if METHODS[key].method in has], freed))
    found = _Search(Traits(), cases, table, end).findings(has)
    if _cost(found) > (0, 1) and time.monotonic() < end:
        other = _Search(COMPOSED, cases, table, end).findings(has)
        found = min(found, other, key=_cost)
    return found


def _cost(found: list[Finding]) -> tuple[int, int]:
    """What is unexplained is dear; then, the fewer bugs the better."""
    wrong = [finding for finding in found if finding.kind == "wrong"]
    return sum(not finding.causes for finding in wrong), len(wrong)


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
        self.traits, self.cases, self.table, self.end = traits, list(cases), table, end
        self.explained = {id(case): answers(traits, case) for case in cases}
        self.used = {id(case): used(traits, case.program) for case in cases}
        self.strange: set[str] = set()  # operations that no known bug explains

    def findings(self, has: dict[str, str]) -> list[Finding]:
        """What explains the answers."""
        found: list[Finding] = []
        while (first := self._first()) is not None:
            best = self._best(first)
            wrong = first_wrong(first)
            if not best:  # theirs may be right, and the twin not with what was found
                self.cases.remove(first)
                if wrong:
                    self.strange.add(first.program.key)
                    found.append(_finding(first, wrong, (), has))
                continue
            if best[0].bug.kind and wrong:
                finding = _finding(first, wrong, tuple(choice.bug for choice in best), has)
                if finding.sentence not in [other.sentence for other in found]:
                    found.append(finding)
            self._take(best[0])
        return found

    def _first(self) -> Case | None:
        """The simplest program that is not explained yet."""
        for case in self.cases:
            keys = {case.program.key, *case.program.needs}
            if not self.explained[id(case)] and not self.strange & keys:
                return case
        return None

    def _take(self, choice: _Choice) -> None:
        self.traits = choice.traits
        for case in self.cases:
            if choice.bug.key in self.used[id(case)]:
                self.explained[id(case)] = answers(self.traits, case)
                self.used[id(case)] = used(self.traits, case.program)

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
        """Each bug that explains this program, with the variant that explains most."""
        choices = []
        for bug in likely:
            if time.monotonic() > self.end:
                break
            variants = []
            for place, change in enumerate(bug.changes):
                changed = change(self.traits)
                if answers(changed, first):
                    score = 10 * self._score(changed, bug.key) - place
                    variants.append(_Choice(bug, changed, score))
            choices += sorted(variants, key=lambda choice: -choice.score)[:1]
        return choices

    def _pairs(self, first: Case, likely: Sequence[Bug]) -> list[Bug]:
        """Two wrong derivatives in one operation, where each explains the gradient of its input."""
        names = first.program.leaves
        if first.program.purpose != "value" or len(names) != 2:
            return []
        sides: tuple[list[Bug], list[Bug]] = ([], [])
        for bug in likely:
            if bug.slot is not None and bug.key == first.program.key:
                changed = bug.changes[0](self.traits)
                if answers(changed, first, f"{names[bug.slot]}.grad"):
                    sides[bug.slot].append(bug)
        return [_both(a, b) for a in sides[0][:_MOST_CAUSES] for b in sides[1][:_MOST_CAUSES]]

    def _score(self, traits: Traits, key: str) -> int:
        """How many more answers these traits explain; one explained before and no longer counts
        against three."""
        touched = [case for case in self.cases if key in self.used[id(case)]]
        unexplained = [case for case in touched if not self.explained[id(case)]]
        lost = 0
        for case in reversed(touched):  # the complex programs fail first
            if self.explained[id(case)] and not answers(traits, case):
                lost += 3
                if lost >= len(unexplained):
                    return 0
        return sum(answers(traits, case) for case in unexplained) - lost


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
