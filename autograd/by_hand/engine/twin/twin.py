"""The twin: a small engine with the bugs that one asks for, to see what they do to a program.

It computes by the rows of the table of operations. `Traits` say what is different from a correct
engine: a wrong rule, an assignment in place of a sum, a walk through the graph in a wrong order. They
also say how somebody may have built one operation from others, which is no bug but carries bugs on.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from autograd.by_hand.engine.exercise.operations import METHODS
from autograd.by_hand.engine.twin.routes import ROUTES, own
from autograd.by_hand.engine.twin.traits import Again, Traits
from autograd.by_hand.engine.twin.walks import MOST_VISITS, WALKS, topological

__all__ = ["Node", "twin"]


def twin(traits: Traits) -> type[Node]:
    """A class that runs programs as an engine with these traits would."""
    return type(
        "Value",
        (Node,),
        {
            "traits": traits,
            "made": [],
            "every": [],
            "seen": [],
            "shared": [0.0],
            "last": {},
            "wide": 0,
            "born": 0,
            "operations": 0,
            "gone": 0,
            "used": set(),
        },
    )


_AFRESH = (Again.AFRESH, Again.ALL_AFRESH)


class Node:
    """A number of the twin; `twin` makes classes of it.

    Switches. "late": a rule reads the gradient of whatever used its first input last. "attached": the
    rule is kept on the first input, so that a second use replaces it. "shared": all have one gradient.
    "set of inputs": x·x passes on along one edge. "distinct": backward() goes into x of x·x once.
    "seeds": each node visited gets gradient 1. "resets": an operation sets the gradient of
    its last input to 0; "resets all": of each. "emptied": what was computed before the end of a pass
    serves no other. "clears": a node sets the gradients of its inputs to 0 before it adds to them.
    "leaves only": results of operations take no gradient. "aliased": a sum hands its gradient on as the
    same array, which += changes in place; "aliased root": only that of the root is an array; "aliased
    sum": and only sums change it in place.
    """

    traits = Traits()
    made: list[Node]
    every: list[Node]
    seen: list[Node]
    shared: list[float]
    last: dict[str, tuple[float, ...]]
    wide = 0
    born = 0
    operations = 0
    gone = 0
    used: set[str]

    def __init__(self, data: Any, key: str = "", inputs: tuple[tuple[Node, int], ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.every.append(self)
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
            cls.operations += 1
            inputs[0][0].job = inputs[0][0].latest = self

    @property
    def grad(self) -> float:
        return self.box[0]

    @grad.setter
    def grad(self, x: float) -> None:
        if "shared" in self.traits.switches:
            self.box = self.shared
            self.box[0] = x
        else:
            self.box, self.array = [x], True

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
        nodes = self.every if traits.again is Again.ALL_AFRESH else topological(self)
        if "emptied" in traits.switches:  # what is no longer on the tape is out of reach
            new = [node for node in self.every if node.number > self.gone]
            reach = {*new, *(x for node in new for x, _ in node.inputs)}
            nodes = [node for node in nodes if node in reach]
        for node in nodes:
            if traits.again in _AFRESH or (traits.again is Again.LEAVES_ADD and node.inputs):
                node.grad = 0.0
        if traits.again is Again.SEED_ADDS or not (self.inputs or traits.again in _AFRESH):
            self.grad += traits.seed(self.data)
        else:
            self.grad = traits.seed(self.data)
        for node, i in list(islice(WALKS[traits.walk](self), MOST_VISITS)):
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
        if "clears" in traits.switches:
            for (x, _), _ in edges:
                x.grad = 0.0
        of = node.inputs[0][0].latest if "late" in traits.switches and node.inputs else node
        for (x, slot), local in edges:
            if x.inputs and "leaves only" in traits.switches:
                continue
            share = traits.passes.get(node.key, _product)(local, of.grad, node.data, x.grad)
            if (node.key, slot) in traits.assigns or ("", 0) in traits.assigns:
                x.grad = share
            elif traits.switches & {"aliased", "aliased root", "aliased sum"}:
                node.add_in_place(x, share)
            else:
                x.grad += share

    def add_in_place(self, x: Node, share: float) -> None:
        """What is added first is kept as it is, so that two nodes may keep the same array."""
        alias = self.key.startswith("__add__")
        if not x.grad:
            x.box = self.box if alias else [share]
            x.array = self.array if alias else "aliased" in self.traits.switches
        elif x.array and (alias or "aliased sum" not in self.traits.switches):
            x.box[0] += share
        else:
            x.box = [x.box[0] + share]

    def listed(self) -> list[Node]:
        """The inputs, in the order of this walk."""
        hidden = self.traits.hidden
        nodes = [x for x, slot in self.inputs if (self.key, slot) not in hidden]
        if "distinct" in self.traits.switches:
            nodes = list(dict.fromkeys(nodes))
        return nodes[::-1] if self.flip else nodes


def _product(local: float, grad: float, data: float, own: float) -> float:
    return local * grad


def _method(key: str) -> Callable[..., Node]:
    return lambda self, *other: self.call(key, *other)


for _operation in METHODS.values():
    for _name in (_operation.method, *_operation.aliases):
        setattr(Node, _name, _method(_operation.method))
