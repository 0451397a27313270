"""What may be different in somebody's engine: traits, of which a correct engine has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

__all__ = ["Again", "Rule", "Traits", "Walk"]

Rule: TypeAlias = "Callable[..., float]"


class Walk(Enum):
    """How backward() goes through the graph."""

    TOPOLOGICAL = "after all uses"
    FROM_LEAVES = "leaves first"
    DEPTH_FIRST = "depth first, each node once"
    EVERY_PATH = "depth first, each node at every visit"
    BREADTH_FIRST = "breadth first, each node once"
    EVERY_LEVEL = "breadth first, each node at every visit"
    EVERY_USE = "the newest first, each node at every visit"
    ROOT_ONLY = "the root only"
    TWO_LEVELS = "the root and its inputs"
    FIRST_INPUT = "the first input only"
    LAST_INPUT = "the second input only"
    BY_VALUE = "nodes of equal data count as one"
    SEEN_BEFORE = "nodes of earlier passes are left out"
    ONCE_MORE = "nodes of earlier passes are gone through again"
    TAPE = "the nodes of earlier passes are gone through again, each once"
    WAITING = "after all uses, those outside of the graph too"
    CREATION = "all nodes that ever had a use, oldest first"


class Again(Enum):
    """What a second pass does with the gradients of the first."""

    LEAVES_ADD = "leaves add up, the rest begins at 0"
    ALL_ADD = "everything adds up"
    SEED_ADDS = "everything adds up, the root's 1 too"
    AFRESH = "everything begins at 0"
    ALL_AFRESH = "everything begins at 0, other graphs too"


@dataclass(frozen=True)
class Traits:
    """What is different from a correct engine.

    Attributes:
        rules: (operation, slot) → the local derivative used instead.
        values: operation → the value computed instead.
        routes: operation → which way of `ROUTES` it is built.
        passes: operation → what goes to an input, of (local, out.grad, out.data, the input's grad).
        assigns: (operation, slot) whose contribution overwrites; ("", 0) stands for every one.
        walk, again, seed: of backward().
        flips: bit i: the i-th node of two inputs lists them the other way round.
        backwards: a node adds to its last input first.
        interleaved: depth first, a node adds to one input and goes on into it, then to the next.
        lasting: operations whose rule takes the inputs of their last call.
        hidden: (operation, slot) of inputs that the walk does not know of.
        order: which of several orders that are all topological.
        switches: "late", "attached", "shared", "set of inputs", "seeds" and others: see `Node`.
    """

    rules: Mapping[tuple[str, int], Rule] = field(default_factory=dict)
    values: Mapping[str, Rule] = field(default_factory=dict)
    routes: Mapping[str, int] = field(default_factory=dict)
    passes: Mapping[str, Rule] = field(default_factory=dict)
    assigns: frozenset[tuple[str, int]] = frozenset()
    walk: Walk = Walk.TOPOLOGICAL
    again: Again = Again.LEAVES_ADD
    seed: Callable[[float], float] = lambda data: 1.0
    flips: int = 0
    backwards: bool = False
    order: int = 0
    interleaved: bool = False
    lasting: frozenset[str] = frozenset()
    hidden: frozenset[tuple[str, int]] = frozenset()
    switches: frozenset[str] = frozenset()

    def rule(self, key: str, slot: int, rule: Rule) -> Traits:
        """The same with another local derivative."""
        return replace(self, rules={**self.rules, (key, slot): rule})

    def value(self, key: str, value: Rule) -> Traits:
        """The same with another value of an operation."""
        return replace(self, values={**self.values, key: value})

    def route(self, key: str, way: int) -> Traits:
        """The same with an operation built another way."""
        return replace(self, routes={**self.routes, key: way})

    def passing(self, key: str, rule: Rule) -> Traits:
        """The same with something else than local · out.grad passed on."""
        return replace(self, passes={**self.passes, key: rule})

    def assigning(self, *where: tuple[str, int]) -> Traits:
        """The same with = in place of +=."""
        return replace(self, assigns=self.assigns | {*where})

    def switch(self, name: str) -> Traits:
        """The same with one switch on."""
        return replace(self, switches=self.switches | {name})

    def ordered(self, used: set[str]) -> bool:
        """Whether the order in which inputs are listed can show, where these operations are used."""
        return bool(
            any(key in used or not key for key, _ in self.assigns)
            or self.walk not in (Walk.TOPOLOGICAL, Walk.ROOT_ONLY)
            or self.switches & {"late", "attached", "shared", "set of inputs", "clears"}
        )
