"""What an engine lacks, and what fails in it: from exceptions to sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograd.by_hand.engine.exercise.operations import METHODS, OPERATIONS
from autograd.by_hand.engine.exercise.trial import Failure
from autograd.by_hand.engine.findings import Finding
from autograd.by_hand.engine.judging import Case

__all__ = ["failures", "missing", "unusable"]

_EXPECTED = (
    "__add__",
    "__mul__",
    "__neg__",
    "__sub__",
    "__truediv__",
    "__pow__",
    "__radd__",
    "__rmul__",
    "__rsub__",
    "__rtruediv__",
    "__rpow__",
    "exp",
    "log",
    "tanh",
    "relu",
)
_UNSUPPORTED = ("AttributeError", "TypeError", "AssertionError", "NotImplementedError")


def unusable(failure: Failure) -> Finding:
    """The class cannot be tried: it cannot be imported or made, or lacks what every engine has."""
    source = "a = Value(3.0)\na.data, a.grad, a.backward"
    wants = "an engine has `data`, `grad` and `backward()`" if failure.line else "importing it"
    sentence = f"{wants}: {_what(failure)}"
    return Finding(
        "fails", "import" if not failure.line else "__init__", sentence, source, causes=(sentence,)
    )


def missing(has: dict[str, str]) -> Iterator[Finding]:
    """The usual operations that the class does not define."""
    told: set[str] = set()
    for operation in OPERATIONS:
        if operation.method in _EXPECTED and operation.method not in {*has, *told}:
            told.add(operation.method)
            names = ", ".join(("a", "b")[: len(operation.points[0])])
            values = ", ".join(f"Value({x})" for x in operation.points[0])
            yield Finding(
                "missing",
                operation.method,
                f"`{operation.method}` for {operation.expression}",
                f"{names} = {values}\nc = {operation.expression}",
            )


def failures(cases: Sequence[Case], has: dict[str, str]) -> list[Finding]:
    """One finding for each operation that fails; what only follows from that is left out."""
    found: list[Finding] = []
    broken: set[str] = set()
    alike: dict[Failure, list[int]] = {}  # the same line of backward(), the same message
    for case in cases:
        program, failure = case.program, case.trial.failure
        if failure is None or broken & {
            program.key,
            *program.needs,
            failure.place.partition(":")[0],
        }:
            continue
        finding = _finding(case, failure, has)
        again = alike.setdefault(failure, []) if failure.line.endswith(".backward()") else []
        if finding is not None and finding.sentence not in {other.sentence for other in found}:
            if finding.kind != "fails" or not again:
                again.append(len(found))
                found.append(finding)
            elif finding.operation != found[again[0]].operation:
                found[again[0]] = _also(found[again[0]], finding.operation)
        if program.purpose in ("value", "slope", "chain", "reuse"):
            broken.add(program.key)
            broken |= {key for key in METHODS if key == f"{program.key} number"}
    return found


def _also(finding: Finding, operation: str) -> Finding:
    """The same failure in one operation more."""
    joint = ", " if ". The same in " in finding.sentence else ". The same in "
    sentence = f"{finding.sentence}{joint}`{operation}`"
    return replace(finding, sentence=sentence, causes=(sentence,))


# One decision: each kind of program has its own words for what happened.
def _finding(case: Case, failure: Failure, has: dict[str, str]) -> Finding | None:
    program = case.program
    method = program.key.split()[0]
    called = has.get(method, method)

    def finding(kind: str, sentence: str) -> Finding:
        return Finding(kind, called, sentence, program.source, causes=(sentence,))

    what = _what(failure)
    about = program.about.format(op=called)
    if program.purpose == "limit":
        return finding("limit", about)
    if failure.error == "steps":
        return finding("slow", about)
    if program.purpose in ("deep", "paths"):
        return finding("limit", f"{about}. Here: {what}")
    if failure.line.startswith("a.grad = "):  # a property that cannot be set
        return None
    if failure.error in ("hang", "crash"):
        return finding("fails", f"`{called}`: {what}")
    if failure.error == "RecursionError":
        return finding("fails", _endless(program.key, called, failure))
    if "unhashable" in failure.message:
        return finding(
            "fails",
            "the class has `__eq__` but no `__hash__`, so that its nodes cannot be kept in a set: "
            f"remember id(node), or leave `__eq__` out ({what})",
        )
    if program.purpose == "again" and failure.line.endswith(".backward()"):
        return finding("limit", f"{about} fails: {what}")
    if failure.message == "'NoneType' object is not callable" and failure.line.endswith(
        ".backward()"
    ):
        what += ". Is the rule called where it is kept? `out._backward = _backward`, without ()"
    operation = METHODS.get(program.key)
    forward = not failure.line.endswith(".backward()")
    if operation and forward and failure.error in _UNSUPPORTED:
        if not failure.place and not method.startswith("__"):  # it wants other arguments
            return None
        if program.key.endswith(" number") and method != "__pow__":
            return finding("missing", f"`{called}` with a number, {operation.expression}: {what}")
    if program.key == "__pow__" and forward:
        return finding("missing", f"`__pow__` with a Value as exponent, a ** b: {what}")
    where = f"{operation.expression} " if operation else ""
    return finding("fails", f"`{called}`: {where}fails with {what}")


def _what(failure: Failure) -> str:
    if failure.error == "hang":
        return "it does not come back"
    if failure.error == "crash":
        return "it takes the whole process down"
    said = f"{failure.error}: {failure.message}" if failure.message else failure.error
    return f"{said} (in {failure.place})" if failure.place else said


def _endless(key: str, called: str, failure: Failure) -> str:
    if key.startswith("__r") and not failure.line.endswith(".backward()"):
        right = key.replace("__r", "__", 1)
        return (
            f"`{called}` calls itself without end: number ∘ self comes back to `{called}`; "
            f"write it with `{right}`, as self ∘ number or Value(number) ∘ self"
        )
    return f"`{called}` calls itself without end ({_what(failure)})"
