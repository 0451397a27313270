"""The twin: a small engine with the bugs that one asks for, to see what they do to a program.

It computes by the rows of the table of operations. `Traits` say what is different from a correct
engine: a wrong rule, an assignment in place of a sum, a walk through the graph in a wrong order. They
also say how somebody may have built one operation from others, which is no bug but carries bugs on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice
from typing import Any, TypeAlias

from autograd.by_hand.engine.programs import METHODS
from autograd.ops import OPS, ieee, run_rule

__all__ = ["COMPOSED", "ROUTES", "Again", "Node", "Rule", "Traits", "Walk", "own", "twin"]

_MOST_VISITS = 200  # of one pass: what goes along every path has no end

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
    CREATION = "all nodes that ever had a use, oldest first"


class Again(Enum):
    """What a second pass does with the gradients of the first."""

    LEAVES_ADD = "leaves add up, the rest begins at 0"
    ALL_ADD = "everything adds up"
    SEED_ADDS = "everything adds up, the root's 1 too"
    AFRESH = "everything begins at 0"


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
    interleaved: bool = False
    lasting: frozenset[str] = frozenset()
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
            or self.switches & {"late", "attached", "shared", "set of inputs"}
        )


def twin(traits: Traits) -> type[Node]:
    """A class that runs programs as an engine with these traits would."""
    return type(
        "Value",
        (Node,),
        {
            "traits": traits,
            "made": [],
            "seen": [],
            "shared": [0.0],
            "last": {},
            "wide": 0,
            "born": 0,
            "gone": 0,
            "used": set(),
        },
    )


class Node:
    """A number of the twin; `twin` makes classes of it.

    Switches. "late": a rule reads the gradient of whatever used its first input last. "attached": the
    rule is kept on the first input, so that a second use replaces it. "shared": all have one gradient.
    "set of inputs": x·x passes on along one edge. "distinct": backward() goes into x of x·x once.
    "seeds": each node visited gets gradient 1. "resets": an operation sets the gradient of
    its last input to 0; "resets all": of each. "emptied": what was computed before the end of a pass
    serves no other.
    """

    traits = Traits()
    made: list[Node]
    seen: list[Node]
    shared: list[float]
    last: dict[str, tuple[float, ...]]
    wide = 0
    born = 0
    gone = 0
    used: set[str]

    def __init__(self, data: Any, key: str = "", inputs: tuple[tuple[Node, int], ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.key, self.inputs = key, inputs
        self.locals: tuple[float, ...] = ()
        self.job: Node | None = None  # what "attached" keeps here
        self.latest: Node = self
        cls = type(self)
        cls.born += 1
        self.number = cls.born
        self.flip = False
        if len(inputs) == 2 and inputs[0][0] is not inputs[1][0]:
            self.flip = bool(self.traits.flips >> cls.wide & 1)
            cls.wide += 1
        for x, _ in inputs:
            if x not in cls.made:
                cls.made.append(x)
        for x, slot in inputs:
            if self.traits.switches & ({"resets", "resets all"} if slot else {"resets all"}):
                x.grad = 0.0
        if inputs:
            inputs[0][0].job = inputs[0][0].latest = self

    @property
    def grad(self) -> float:
        return self.shared[0] if "shared" in self.traits.switches else self.own_grad

    @grad.setter
    def grad(self, x: float) -> None:
        self.own_grad = self.shared[0] = x

    def zero_grad(self) -> None:
        self.grad = 0.0

    def __lt__(self, other: Node) -> bool:
        return self.data < other.data

    def call(self, key: str, other: Any = None) -> Node:
        """An operation, the way the traits build it."""
        if other is not None and not isinstance(other, Node) and not key.startswith("__r"):
            key += " number"
        self.used.add(key)
        way = ROUTES.get(key, (own,))[self.traits.routes.get(key, 0)]
        out: Node = way(self, other, key)
        return out

    def backward(self) -> None:
        traits = self.traits
        for node in topological(self):
            if traits.again is Again.AFRESH or (traits.again is Again.LEAVES_ADD and node.inputs):
                node.grad = 0.0
        if traits.again is Again.SEED_ADDS or not (self.inputs or traits.again is Again.AFRESH):
            self.grad += traits.seed(self.data)
        else:
            self.grad = traits.seed(self.data)
        for node, i in list(islice(_WALKS[traits.walk](self), _MOST_VISITS)):
            if node.number > self.gone or "emptied" not in traits.switches:
                node.pass_on(i)
        type(self).gone = self.born

    def pass_on(self, only: int | None) -> None:
        """Add to the inputs: to all of them, or along one edge."""
        traits = self.traits
        if "seeds" in traits.switches:
            self.grad = 1.0
        node = (self.job or type(self)(0.0)) if "attached" in traits.switches else self
        local_rules = self.last[node.key] if node.key in traits.lasting else node.locals
        edges = list(zip(node.inputs, local_rules))
        if "set of inputs" in traits.switches:
            edges = list({id(x): ((x, slot), local) for (x, slot), local in edges}.values())
        if traits.backwards:
            edges.reverse()
        if only is not None:
            edges = edges[only : only + 1]
        of = node.inputs[0][0].latest if "late" in traits.switches and node.inputs else node
        for (x, slot), local in edges:
            share = traits.passes.get(node.key, _product)(local, of.grad, node.data, x.grad)
            if (node.key, slot) in traits.assigns or ("", 0) in traits.assigns:
                x.grad = share
            else:
                x.grad += share

    def listed(self) -> list[Node]:
        """The inputs, in the order of this walk."""
        nodes = [x for x, _ in self.inputs]
        if "distinct" in self.traits.switches:
            nodes = list(dict.fromkeys(nodes))
        return nodes[::-1] if self.flip else nodes


def _product(local: float, grad: float, data: float, own: float) -> float:
    return local * grad


# Walks: the nodes to pass on from, with the one edge to pass on along or None for all -----------------


def topological(root: Node) -> list[Node]:
    """Every node after all that use it."""
    order: list[Node] = []
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in order:
            stack.append((node, True))
            stack += [(x, False) for x in reversed(node.listed()) if x not in order]
    return list(dict.fromkeys(order))[::-1]


def _all(nodes: list[Node]) -> Iterator[tuple[Node, int | None]]:
    return ((node, None) for node in nodes)


def _deep(once: bool) -> Callable[[Node], Iterator[tuple[Node, int | None]]]:
    def walk(root: Node) -> Iterator[tuple[Node, int | None]]:
        if not root.traits.interleaved:
            seen: set[Node] = set()
            stack = [root]
            while stack:
                node = stack.pop()
                if not (once and node in seen):
                    seen.add(node)
                    yield node, None
                    stack += reversed(node.listed())
            return
        seen = {root}
        edges = [(root, i) for i in reversed(range(len(root.inputs)))]
        while edges:
            node, i = edges.pop()
            yield node, i
            x = (node.inputs[::-1] if root.traits.backwards else node.inputs)[i][0]
            if not (once and x in seen):
                seen.add(x)
                edges += [(x, j) for j in reversed(range(len(x.inputs)))]

    return walk


def _wide(once: bool) -> Callable[[Node], Iterator[tuple[Node, int | None]]]:
    def walk(root: Node) -> Iterator[tuple[Node, int | None]]:
        queue, seen = [root], {root}
        for node in queue:
            yield node, None
            for x in node.listed():
                if not (once and x in seen):
                    seen.add(x)
                    queue.append(x)
            if len(queue) > _MOST_VISITS:
                return

    return walk


def _every_use(root: Node) -> Iterator[tuple[Node, int | None]]:
    nodes = [node for node, _ in islice(_wide(once=False)(root), _MOST_VISITS)]
    return _all(sorted(nodes, key=lambda node: -node.number))


def _line(last: bool) -> Callable[[Node], Iterator[tuple[Node, int | None]]]:
    def walk(root: Node) -> Iterator[tuple[Node, int | None]]:
        node = root
        while True:
            yield node, None
            if not node.inputs:
                return
            node = node.inputs[-1 if last else 0][0]

    return walk


def _by_value(root: Node) -> Iterator[tuple[Node, int | None]]:
    order: list[Node] = []
    seen: set[float] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node.data not in seen:
            seen.add(node.data)
            stack.append((node, True))
            stack += [(x, False) for x in reversed(node.listed())]
    return _all(order[::-1])


def _unseen(root: Node) -> Iterator[tuple[Node, int | None]]:
    order = [node for node in topological(root) if node not in root.seen]
    root.seen.extend(order)
    return _all(order)


def _again(root: Node) -> Iterator[tuple[Node, int | None]]:
    root.seen.extend(topological(root)[::-1])
    return _all(root.seen[::-1])


def _tape(root: Node) -> Iterator[tuple[Node, int | None]]:
    root.seen.extend(node for node in topological(root)[::-1] if node not in root.seen)
    return _all(root.seen[::-1])


_WALKS: dict[Walk, Callable[[Node], Iterator[tuple[Node, int | None]]]] = {
    Walk.TOPOLOGICAL: lambda root: _all(topological(root)),
    Walk.FROM_LEAVES: lambda root: _all(topological(root)[::-1]),
    Walk.DEPTH_FIRST: _deep(once=True),
    Walk.EVERY_PATH: _deep(once=False),
    Walk.BREADTH_FIRST: _wide(once=True),
    Walk.EVERY_LEVEL: _wide(once=False),
    Walk.EVERY_USE: _every_use,
    Walk.ROOT_ONLY: lambda root: _all([root]),
    Walk.TWO_LEVELS: lambda root: _all([root, *dict.fromkeys(root.listed())]),
    Walk.FIRST_INPUT: _line(last=False),
    Walk.LAST_INPUT: _line(last=True),
    Walk.BY_VALUE: _by_value,
    Walk.SEEN_BEFORE: _unseen,
    Walk.ONCE_MORE: _again,
    Walk.TAPE: _tape,
    Walk.CREATION: lambda root: _all([root, *(node for node in root.made if node is not root)]),
}


# Ways to build one operation from others: the first is taken unless the traits say otherwise --------


def own(a: Node, other: Any, key: str) -> Node:
    """A node of its own, by the row of the table."""
    a.used.add(key)
    row = OPS[METHODS[key].row]
    operands = (a,) if other is None else (other, a) if key.startswith("__r") else (a, other)
    numbers = [x.data if isinstance(x, Node) else float(x) for x in operands]
    traits = a.traits
    try:
        value = traits.values.get(key)
        data = float(value(*numbers) if value else ieee(row, *numbers))
    except (ArithmeticError, ValueError, TypeError):
        data = math.nan
    inputs = tuple((x, slot) for slot, x in enumerate(operands) if isinstance(x, Node))
    out = type(a)(data, key, inputs)
    out.locals = out.last[key] = tuple(
        _local(traits, key, slot, (*numbers, data)) for _, slot in inputs
    )
    return out


def _local(traits: Traits, key: str, slot: int, numbers: tuple[float, ...]) -> float:
    rule = traits.rules.get((key, slot))
    try:
        found = rule(*numbers) if rule else run_rule(OPS[METHODS[key].row], slot, *numbers)
        return float(found)
    except (ArithmeticError, ValueError, TypeError):
        return math.nan


def _wrapped(a: Node, k: Any, key: str) -> Node:
    """The number becomes a leaf, and the operation is that of two Values."""
    return a.call(key.removesuffix(" number"), type(a)(k))


def _mirrored(name: str) -> Callable[..., Node]:
    """2 + a as a + 2."""
    return lambda a, k, key: a.call(name, k)


def _in_order(name: str) -> Callable[..., Node]:
    """2 − a as Value(2) − a."""
    return lambda a, k, key: type(a)(k).call(name, a)


Way: TypeAlias = "Callable[[Any, Any, str], Any]"  # of the two operands and the key
ROUTES: dict[str, tuple[Way, ...]] = {
    "__add__ number": (_wrapped, own),
    "__mul__ number": (_wrapped, own),
    "__radd__": (_mirrored("__add__"), own, _in_order("__add__")),
    "__rmul__": (_mirrored("__mul__"), own, _in_order("__mul__")),
    "__neg__": (own, lambda a, _, key: a * -1, lambda a, _, key: 0 - a),
    "__sub__": (
        own,
        lambda a, b, key: a + (-b),
        lambda a, b, key: a + b * -1,
        lambda a, b, key: a + -1 * b,
    ),
    "__sub__ number": (_wrapped, own, lambda a, k, key: a + -k),
    "__rsub__": (
        own,
        lambda a, k, key: -a + k,
        _in_order("__sub__"),
        lambda a, k, key: -(a - k),
        lambda a, k, key: a * -1 + k,
        lambda a, k, key: _in_order("__add__")(-a, k, key),
    ),
    "__truediv__": (own, lambda a, b, key: a * b**-1),
    "__truediv__ number": (
        _wrapped,
        own,
        lambda a, k, key: a * (1 / k),
        lambda a, k, key: a * type(a)(k) ** -1,
    ),
    "__rtruediv__": (
        own,
        lambda a, k, key: a**-1 * k,
        _in_order("__truediv__"),
        lambda a, k, key: type(a)(k) * a**-1,
    ),
    "__pow__": (own, lambda a, b, key: (b * a.log()).exp()),
    "__pow__ number": (own, _wrapped),
    "__rpow__": (own, _in_order("__pow__"), lambda a, k, key: (a * math.log(k)).exp()),
    "tanh": (
        own,
        lambda a, _, key: ((2 * a).exp() - 1) / ((2 * a).exp() + 1),
        lambda a, _, key: _halves((2 * a).exp()),
        lambda a, _, key: (a.exp() - (-a).exp()) / (a.exp() + (-a).exp()),
    ),
    "sigmoid": (
        own,
        lambda a, _, key: 1 / (1 + (-a).exp()),
        lambda a, _, key: (1 + (-a).exp()) ** -1,
    ),
    "sqrt": (own, lambda a, _, key: a**0.5),
    "__abs__": (own, lambda a, _, key: a.abs()),
}


COMPOSED = Traits(  # as micrograd has them: four operations, and the others made of these
    routes={
        "__neg__": 1,
        "__sub__": 1,
        "__sub__ number": 2,
        "__rsub__": 1,
        "__truediv__": 1,
        "__rtruediv__": 1,
    }
)


def _halves(e: Any) -> Any:
    return (e - 1) / (e + 1)


def _method(key: str) -> Callable[..., Node]:
    return lambda self, *other: self.call(key, *other)


for _operation in METHODS.values():
    for _name in (_operation.method, *_operation.aliases):
        setattr(Node, _name, _method(_operation.method))
