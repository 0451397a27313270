"""What was found in somebody's engine: data first, then the text that a learner reads."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from autograd.text.format import number

__all__ = ["GROUPS", "Diagnosis", "Finding"]

GROUPS = {
    "wrong": "wrong",
    "fails": "fails",
    "slow": "slow",
    "limit": "good to know",
    "missing": "missing",
}
_FAULTS = ("wrong", "fails", "slow")
_WIDTH = 98


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about an engine.

    Attributes:
        kind: "wrong", "fails" (an exception, a hang), "slow", "limit" (right, but only so far) or
            "missing".
        operation: the method it is about: ``__mul__``, ``tanh``, ``backward``.
        sentence: what is the matter.
        program: the lines that show it, to paste.
        quantity: what to print after them: ``a.grad``; "" where there is nothing to print.
        given, right: that number in the engine, and the true one; None where there is none.
        causes: the likely causes, likeliest first; several where the numbers cannot decide.
    """

    kind: str
    operation: str
    sentence: str
    program: str = ""
    quantity: str = ""
    given: float | None = None
    right: float | None = None
    causes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = textwrap.wrap(self.sentence, _WIDTH)
        lines += [f"    {line}" for line in self.program.splitlines()]
        if self.given is not None and self.right is not None:
            lines.append(
                f"    {self.quantity} is {number(self.given, 6)}, right is {number(self.right, 6)}"
            )
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that was found; true if nothing is wrong, fails or is slow. Print it for the report.

    Attributes:
        engine: the name of the class.
        findings: the faults first, what is missing last.
        tried: how many programs ran.
    """

    engine: str
    findings: tuple[Finding, ...]
    tried: int

    @property
    def ok(self) -> bool:
        """Whether what the engine has is right."""
        return not any(finding.kind in _FAULTS for finding in self.findings)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        faults = sum(finding.kind in _FAULTS for finding in self.findings)
        count = "all right" if not faults else "1 fault" if faults == 1 else f"{faults} faults"
        blocks = [f"{self.engine}: {count}, {self.tried} programs tried"]
        for kind, title in GROUPS.items():
            found = [finding for finding in self.findings if finding.kind == kind]
            if kind == "missing" and found:
                listed = "; ".join(finding.sentence for finding in found)
                blocks.append(textwrap.fill(f"{title}: {listed}", _WIDTH, subsequent_indent="  "))
            else:
                blocks += [f"{title}: {finding}" for finding in found]
        return "\n".join(blocks)

    __repr__ = __str__
