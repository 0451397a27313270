"""Where a nan or an infinity was born: the operation, its inputs and the line that made it."""

from __future__ import annotations

import functools
import linecache
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite, isnan
from pathlib import Path

from autograd import ops
from autograd.graph import topological_order
from autograd.modes import watching
from autograd.value import Value

__all__ = ["Anomaly", "AnomalyError", "detect_anomaly", "first_nonfinite", "record_sources"]

# Whose lines say nothing to whoever wrote the program: this house's, and those that dispatch for it.
_OURS = (
    *(f"{Path(__file__).parents[2] / package}{os.sep}" for package in ("autograd", "nn")),
    functools.__file__,
)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """The first nan or infinity: ``str()`` tells it in one line.

    Attributes:
        node: the Value it was born in.
        what: "value", or "derivative" where the value is finite and a derivative by its inputs is not.
        number: the nan or infinity.
        source: ``"file:line: text"`` of the line that made the node, "" if that was not recorded.
    """

    node: Value
    what: str
    number: float
    source: str

    def __str__(self) -> str:
        node, at = self.node, f", at {self.source}" if self.source else ""
        if node.operation is None:
            return f"the input {node.label or 'without a label'} is {node.data}{at}"
        if self.what == "value":
            return f"{_written(node)} gave {node.data}{at}"
        return f"{_written(node)} gave {node.data}, but passes the derivative {self.number} on{at}"


class AnomalyError(ArithmeticError):
    """A nan or an infinity was born.

    Attributes:
        anomaly: what is known of it.

    >>> try:
    ...     with detect_anomaly():
    ...         Value(-1.0).log()
    ... except AnomalyError as error:
    ...     print(error.anomaly.node.op, error.anomaly.number)
    log nan
    """

    def __init__(self, anomaly: Anomaly) -> None:
        super().__init__(str(anomaly))
        self.anomaly = anomaly


def first_nonfinite(root: Value) -> Anomaly | None:
    """Where the first nan or infinity in a finished graph was born; None if there is none.

    Values come first, in the order of computation; then, after `backward()`, gradients, in its order.
    The line of the program is known where the graph was built within `record_sources`.

    Args:
        root: the last Value of a finished graph.

    Raises:
        TypeError: for what is no Value.

    >>> x = Value(-1.0, label="x")
    >>> print(first_nonfinite(x.log() * 2 + 1))
    log(x = -1.0) gave nan
    >>> x = Value(0.0, label="x")
    >>> root = x.sqrt() * x; root.backward()
    >>> print(first_nonfinite(root))
    sqrt(x = 0.0) gave 0.0, but passes the derivative inf on
    """
    order = topological_order(root)
    for node in order:
        if not isfinite(node.data):
            return Anomaly(node, "value", node.data, node.note.source)
    for node in reversed(order):
        for local in node.partials:
            # Before a backward pass every gradient is 0: then the local derivative alone is looked at.
            passed = local * node.grad if root.grad else local
            if not isfinite(passed):
                number = passed if isfinite(local) else local
                return Anomaly(node, "derivative", number, node.note.source)
    return None


@contextmanager
def detect_anomaly(inf: bool = True) -> Iterator[None]:
    """Stop at birth: the operation whose value or local derivative is nan or infinite raises.

    It sees every operation of this thread within the block, also a branch that `where` will drop.

    Args:
        inf: False to let infinities pass and stop at nan only.

    Raises:
        AnomalyError: naming the operation, its inputs and the line.

    >>> try:
    ...     with detect_anomaly():
    ...         y = Value(2.0, label="y") / 0
    ... except AnomalyError as error:
    ...     print(error.anomaly.source.split(":")[-1], "|", str(error).split(",")[0])
     y = Value(2.0, label="y") / 0 | y = 2.0 ÷ 0.0 gave inf
    """

    def bad(x: float) -> bool:
        return not isfinite(x) if inf else isnan(x)

    def watch(node: Value) -> None:
        for parent in node.parents:  # an input that is bad already was no operation's doing
            if bad(parent.data):
                raise AnomalyError(Anomaly(parent, "value", parent.data, _source()))
        if bad(node.data):
            raise AnomalyError(Anomaly(node, "value", node.data, _source()))
        for local in node.partials:
            if bad(local):
                raise AnomalyError(Anomaly(node, "derivative", local, _source()))

    with watching(watch):
        yield


@contextmanager
def record_sources() -> Iterator[None]:
    """Note in each node made within the block which line of the program made it (``note.source``).

    >>> with record_sources():
    ...     y = Value(2.0) * 3
    >>> y.note.source.endswith("y = Value(2.0) * 3")
    True
    """

    def watch(node: Value) -> None:
        node._how = node.note._replace(source=_source())

    with watching(watch):
        yield


def _source() -> str:
    """The innermost line outside this house: "file:line: text"."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    name, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(name, line, frame.f_globals).strip()
    return f"{_shown(name)}:{line}: {text}".removesuffix(": ")


@functools.cache
def _shown(file: str) -> str:
    """The path from here, where the file lies below the working directory."""
    return os.path.relpath(file) if Path(file).is_relative_to(Path.cwd()) else file


def _written(node: Value) -> str:
    """The operation with its inputs, as one would write it."""
    op = node.operation
    assert op is not None
    inputs = [
        (f"{x.label} = {x.data}" if x.label else f"{x.data}") if isinstance(x, Value) else f"{x}"
        for x in (node.parents if op is ops.WHERE else node.operands)
    ]
    if op.sign and len(inputs) == 2:
        return f"{inputs[0]} {op.symbol} {inputs[1]}"
    return f"{op.name}({', '.join(inputs)})"
