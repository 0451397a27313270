"""A program of the exercise, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BOTH", "JUDGED", "PRODUCT", "SUM", "Program"]


@dataclass(frozen=True, slots=True)
class Program:
    """A few lines to run.

    Attributes:
        source: the lines.
        key: what they are about: a key of `Operation`, or "backward".
        leaves: the names whose gradients are read.
        needs: the operations they use besides.
        about: what it means if they come out wrong and no known bug explains it.
        purpose: for the twin: "value", "chain", "reuse", "order", "again",
            "fresh" and "apart" (a new leaf knows of no other graph); with known numbers: "slope"
            (of the engine's own values), "kink", "zeroed", "limit" (how far it goes), "deep" and
            "paths" (large graphs).
    """

    source: str
    key: str
    leaves: tuple[str, ...]
    needs: tuple[str, ...] = ()
    about: str = ""
    purpose: str = "value"


SUM, PRODUCT, BOTH = ("__add__",), ("__mul__",), ("__add__", "__mul__")
JUDGED = (
    "value",
    "chain",
    "reuse",
    "order",
    "again",
    "fresh",
    "apart",
)  # purposes that a twin knows
